// TxnOffsetCommit, API key 28. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface TxnOffsetCommitRequest {
  transactionalId: string
  groupId: string
  producerId: number
  producerEpoch: number
  generationId: number
  memberId: string
  groupInstanceId: string | null
  topics: TxnOffsetCommitRequestTopic[]
}

export interface TxnOffsetCommitRequestTopic {
  name: string
  partitions: TxnOffsetCommitRequestPartition[]
}

export interface TxnOffsetCommitRequestPartition {
  partitionIndex: number
  committedOffset: number
  committedLeaderEpoch: number
  committedMetadata: string | null
}

export interface TxnOffsetCommitResponse {
  throttleTimeMs: number
  topics: TxnOffsetCommitResponseTopic[]
}

export interface TxnOffsetCommitResponseTopic {
  name: string
  partitions: TxnOffsetCommitResponsePartition[]
}

export interface TxnOffsetCommitResponsePartition {
  partitionIndex: number
  errorCode: number
}

export const TxnOffsetCommit = defineApi<TxnOffsetCommitRequest, TxnOffsetCommitResponse>({
  key: 28,
  name: 'TxnOffsetCommit',
  versions: [0, 5],
  flexible: 3,
  listeners: ['broker'],
  request: [
    ['transactionalId', 'string', '0+'],
    ['groupId', 'string', '0+'],
    ['producerId', 'int64', '0+'],
    ['producerEpoch', 'int16', '0+'],
    ['generationId', 'int32', '3+', { default: -1 }],
    ['memberId', 'string', '3+'],
    ['groupInstanceId', 'string', '3+', { nullable: '3+', default: null }],
    ['topics', { of: [
      ['name', 'string', '0+'],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['committedOffset', 'int64', '0+'],
        ['committedLeaderEpoch', 'int32', '2+', { default: -1, ignorable: true }],
        ['committedMetadata', 'string', '0+', { nullable: '0+' }],
      ] }, '0+'],
    ] }, '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['topics', { of: [
      ['name', 'string', '0+'],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['errorCode', 'int16', '0+'],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
