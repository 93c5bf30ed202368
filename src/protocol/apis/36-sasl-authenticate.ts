// SaslAuthenticate, API key 36. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface SaslAuthenticateRequest {
  authBytes: Buffer
}

export interface SaslAuthenticateResponse {
  errorCode: number
  errorMessage: string | null
  authBytes: Buffer
  sessionLifetimeMs: number
}

export const SaslAuthenticate = defineApi<SaslAuthenticateRequest, SaslAuthenticateResponse>({
  key: 36,
  name: 'SaslAuthenticate',
  versions: [0, 2],
  flexible: 2,
  listeners: ['broker', 'controller'],
  request: [
    ['authBytes', 'bytes', '0+'],
  ],
  response: [
    ['errorCode', 'int16', '0+'],
    ['errorMessage', 'string', '0+', { nullable: '0+' }],
    ['authBytes', 'bytes', '0+'],
    ['sessionLifetimeMs', 'int64', '1+', { ignorable: true }],
  ],
})
