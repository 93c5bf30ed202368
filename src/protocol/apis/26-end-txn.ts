// EndTxn, API key 26. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface EndTxnRequest {
  transactionalId: string
  producerId: number
  producerEpoch: number
  committed: boolean
}

export interface EndTxnResponse {
  throttleTimeMs: number
  errorCode: number
  producerId: number
  producerEpoch: number
}

export const EndTxn = defineApi<EndTxnRequest, EndTxnResponse>({
  key: 26,
  name: 'EndTxn',
  versions: [0, 5],
  flexible: 3,
  listeners: ['broker'],
  request: [
    ['transactionalId', 'string', '0+'],
    ['producerId', 'int64', '0+'],
    ['producerEpoch', 'int16', '0+'],
    ['committed', 'bool', '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
    ['producerId', 'int64', '5+', { default: -1, ignorable: true }],
    ['producerEpoch', 'int16', '5+', { default: -1, ignorable: true }],
  ],
})
