// AddPartitionsToTxn, API key 24. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface AddPartitionsToTxnRequest {
  transactions: AddPartitionsToTxnTransaction[]
  v3AndBelowTransactionalId: string
  v3AndBelowProducerId: number
  v3AndBelowProducerEpoch: number
  v3AndBelowTopics: AddPartitionsToTxnTopic[]
}

export interface AddPartitionsToTxnTransaction {
  transactionalId: string
  producerId: number
  producerEpoch: number
  verifyOnly: boolean
  topics: AddPartitionsToTxnTopic[]
}

export interface AddPartitionsToTxnTopic {
  name: string
  partitions: number[]
}

export interface AddPartitionsToTxnTopic {
  name: string
  partitions: number[]
}

export interface AddPartitionsToTxnResponse {
  throttleTimeMs: number
  errorCode: number
  resultsByTransaction: AddPartitionsToTxnResult[]
  resultsByTopicV3AndBelow: AddPartitionsToTxnTopicResult[]
}

export interface AddPartitionsToTxnResult {
  transactionalId: string
  topicResults: AddPartitionsToTxnTopicResult[]
}

export interface AddPartitionsToTxnTopicResult {
  name: string
  resultsByPartition: AddPartitionsToTxnPartitionResult[]
}

export interface AddPartitionsToTxnPartitionResult {
  partitionIndex: number
  partitionErrorCode: number
}

export interface AddPartitionsToTxnTopicResult {
  name: string
  resultsByPartition: AddPartitionsToTxnPartitionResult[]
}

export const AddPartitionsToTxn = defineApi<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: [0, 5],
  flexible: 3,
  listeners: ['broker'],
  request: [
    ['transactions', { of: [
      ['transactionalId', 'string', '4+'],
      ['producerId', 'int64', '4+'],
      ['producerEpoch', 'int16', '4+'],
      ['verifyOnly', 'bool', '4+'],
      ['topics', { of: [
        ['name', 'string', '0+'],
        ['partitions', { of: 'int32' }, '0+'],
      ] }, '4+'],
    ] }, '4+'],
    ['v3AndBelowTransactionalId', 'string', '0-3'],
    ['v3AndBelowProducerId', 'int64', '0-3'],
    ['v3AndBelowProducerEpoch', 'int16', '0-3'],
    ['v3AndBelowTopics', { of: [
      ['name', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
    ] }, '0-3'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '4+', { ignorable: true }],
    ['resultsByTransaction', { of: [
      ['transactionalId', 'string', '4+'],
      ['topicResults', { of: [
        ['name', 'string', '0+'],
        ['resultsByPartition', { of: [
          ['partitionIndex', 'int32', '0+'],
          ['partitionErrorCode', 'int16', '0+'],
        ] }, '0+'],
      ] }, '4+'],
    ] }, '4+'],
    ['resultsByTopicV3AndBelow', { of: [
      ['name', 'string', '0+'],
      ['resultsByPartition', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['partitionErrorCode', 'int16', '0+'],
      ] }, '0+'],
    ] }, '0-3'],
  ],
})
