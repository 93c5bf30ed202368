// ListTransactions, API key 66. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface ListTransactionsRequest {
  stateFilters: string[]
  producerIdFilters: number[]
  durationFilter: number
  transactionalIdPattern: string | null
}

export interface ListTransactionsResponse {
  throttleTimeMs: number
  errorCode: number
  unknownStateFilters: string[]
  transactionStates: TransactionState[]
}

export interface TransactionState {
  transactionalId: string
  producerId: number
  transactionState: string
}

export const ListTransactions = defineApi<ListTransactionsRequest, ListTransactionsResponse>({
  key: 66,
  name: 'ListTransactions',
  versions: [0, 2],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['stateFilters', { of: 'string' }, '0+'],
    ['producerIdFilters', { of: 'int64' }, '0+'],
    ['durationFilter', 'int64', '1+', { default: -1 }],
    ['transactionalIdPattern', 'string', '2+', { nullable: '2+', default: null }],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
    ['unknownStateFilters', { of: 'string' }, '0+'],
    ['transactionStates', { of: [
      ['transactionalId', 'string', '0+'],
      ['producerId', 'int64', '0+'],
      ['transactionState', 'string', '0+'],
    ] }, '0+'],
  ],
})
