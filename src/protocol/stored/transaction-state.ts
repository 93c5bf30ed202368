// Records of __transaction_state. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineMessage, type Message } from '../api.ts'

export interface TransactionLogKey {
  transactionalId: string
}

export const transactionLogKey = defineMessage<TransactionLogKey>({
  name: 'TransactionLogKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['transactionalId', 'string', '0'],
  ],
})

export interface TransactionLogValue {
  producerId: number
  previousProducerId: number
  nextProducerId: number
  producerEpoch: number
  nextProducerEpoch: number
  transactionTimeoutMs: number
  transactionStatus: number
  transactionPartitions: TransactionLogValuePartitionsSchema[] | null
  transactionLastUpdateTimestampMs: number
  transactionStartTimestampMs: number
  clientTransactionVersion: number
}

export interface TransactionLogValuePartitionsSchema {
  topic: string
  partitionIds: number[]
}

export const transactionLogValue = defineMessage<TransactionLogValue>({
  name: 'TransactionLogValue',
  versions: [0, 1],
  flexible: 1,
  fields: [
    ['producerId', 'int64', '0+'],
    ['previousProducerId', 'int64', '1+', { tag: 0, tagged: '1+', default: -1 }],
    ['nextProducerId', 'int64', '1+', { tag: 1, tagged: '1+', default: -1 }],
    ['producerEpoch', 'int16', '0+'],
    ['nextProducerEpoch', 'int16', '1+', { tag: 3, tagged: '1+', default: -1 }],
    ['transactionTimeoutMs', 'int32', '0+'],
    ['transactionStatus', 'int8', '0+'],
    ['transactionPartitions', { of: [
      ['topic', 'string', '0+'],
      ['partitionIds', { of: 'int32' }, '0+'],
    ] }, '0+', { nullable: '0+' }],
    ['transactionLastUpdateTimestampMs', 'int64', '0+'],
    ['transactionStartTimestampMs', 'int64', '0+'],
    ['clientTransactionVersion', 'int16', '1+', { tag: 2, tagged: '1+' }],
  ],
})

/** By the record's type number. */
// biome-ignore lint/suspicious/noExplicitAny: a record of whatever type
export const recordTypes: ReadonlyMap<number, { name: string; key: Message<any>; value: Message<any> }> = new Map([
  [0, { name: 'TransactionLog', key: transactionLogKey, value: transactionLogValue }],
])
