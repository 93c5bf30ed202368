// SaslHandshake, API key 17. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface SaslHandshakeRequest {
  mechanism: string
}

export interface SaslHandshakeResponse {
  errorCode: number
  mechanisms: string[]
}

export const SaslHandshake = defineApi<SaslHandshakeRequest, SaslHandshakeResponse>({
  key: 17,
  name: 'SaslHandshake',
  versions: [0, 1],
  flexible: null,
  listeners: ['broker', 'controller'],
  request: [
    ['mechanism', 'string', '0+'],
  ],
  response: [
    ['errorCode', 'int16', '0+'],
    ['mechanisms', { of: 'string' }, '0+'],
  ],
})
