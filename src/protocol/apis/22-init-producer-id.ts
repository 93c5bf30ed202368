// InitProducerId, API key 22. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface InitProducerIdRequest {
  transactionalId: string | null
  transactionTimeoutMs: number
  producerId: number
  producerEpoch: number
  enable2Pc: boolean
  keepPreparedTxn: boolean
}

export interface InitProducerIdResponse {
  throttleTimeMs: number
  errorCode: number
  producerId: number
  producerEpoch: number
  ongoingTxnProducerId: number
  ongoingTxnProducerEpoch: number
}

export const InitProducerId = defineApi<InitProducerIdRequest, InitProducerIdResponse>({
  key: 22,
  name: 'InitProducerId',
  versions: [0, 6],
  flexible: 2,
  latestVersionUnstable: true,
  listeners: ['broker'],
  request: [
    ['transactionalId', 'string', '0+', { nullable: '0+' }],
    ['transactionTimeoutMs', 'int32', '0+'],
    ['producerId', 'int64', '3+', { default: -1 }],
    ['producerEpoch', 'int16', '3+', { default: -1 }],
    ['enable2Pc', 'bool', '6+'],
    ['keepPreparedTxn', 'bool', '6+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+', { ignorable: true }],
    ['errorCode', 'int16', '0+'],
    ['producerId', 'int64', '0+', { default: -1 }],
    ['producerEpoch', 'int16', '0+'],
    ['ongoingTxnProducerId', 'int64', '6+', { default: -1 }],
    ['ongoingTxnProducerEpoch', 'int16', '6+', { default: -1 }],
  ],
})
