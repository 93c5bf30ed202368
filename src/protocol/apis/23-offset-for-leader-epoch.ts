// OffsetForLeaderEpoch, API key 23. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface OffsetForLeaderEpochRequest {
  replicaId: number
  topics: OffsetForLeaderTopic[]
}

export interface OffsetForLeaderTopic {
  topic: string
  partitions: OffsetForLeaderPartition[]
}

export interface OffsetForLeaderPartition {
  partition: number
  currentLeaderEpoch: number
  leaderEpoch: number
}

export interface OffsetForLeaderEpochResponse {
  throttleTimeMs: number
  topics: OffsetForLeaderTopicResult[]
}

export interface OffsetForLeaderTopicResult {
  topic: string
  partitions: EpochEndOffset[]
}

export interface EpochEndOffset {
  errorCode: number
  partition: number
  leaderEpoch: number
  endOffset: number
}

export const OffsetForLeaderEpoch = defineApi<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: [2, 4],
  flexible: 4,
  listeners: ['broker'],
  request: [
    ['replicaId', 'int32', '3+', { default: -2, ignorable: true }],
    ['topics', { of: [
      ['topic', 'string', '0+'],
      ['partitions', { of: [
        ['partition', 'int32', '0+'],
        ['currentLeaderEpoch', 'int32', '2+', { default: -1, ignorable: true }],
        ['leaderEpoch', 'int32', '0+'],
      ] }, '0+'],
    ] }, '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '2+', { ignorable: true }],
    ['topics', { of: [
      ['topic', 'string', '0+'],
      ['partitions', { of: [
        ['errorCode', 'int16', '0+'],
        ['partition', 'int32', '0+'],
        ['leaderEpoch', 'int32', '1+', { default: -1, ignorable: true }],
        ['endOffset', 'int64', '0+', { default: -1 }],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
