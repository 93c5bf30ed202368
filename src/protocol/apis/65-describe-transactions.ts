// DescribeTransactions, API key 65. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DescribeTransactionsRequest {
  transactionalIds: string[]
}

export interface DescribeTransactionsResponse {
  throttleTimeMs: number
  transactionStates: TransactionState[]
}

export interface TransactionState {
  errorCode: number
  transactionalId: string
  transactionState: string
  transactionTimeoutMs: number
  transactionStartTimeMs: number
  producerId: number
  producerEpoch: number
  topics: TopicData[]
}

export interface TopicData {
  topic: string
  partitions: number[]
}

export const DescribeTransactions = defineApi<DescribeTransactionsRequest, DescribeTransactionsResponse>({
  key: 65,
  name: 'DescribeTransactions',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['transactionalIds', { of: 'string' }, '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['transactionStates', { of: [
      ['errorCode', 'int16', '0+'],
      ['transactionalId', 'string', '0+'],
      ['transactionState', 'string', '0+'],
      ['transactionTimeoutMs', 'int32', '0+'],
      ['transactionStartTimeMs', 'int64', '0+'],
      ['producerId', 'int64', '0+'],
      ['producerEpoch', 'int16', '0+'],
      ['topics', { of: [
        ['topic', 'string', '0+'],
        ['partitions', { of: 'int32' }, '0+'],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
