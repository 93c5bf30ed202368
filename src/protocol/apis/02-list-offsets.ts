// ListOffsets, API key 2. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface ListOffsetsRequest {
  replicaId: number
  isolationLevel: number
  topics: ListOffsetsTopic[]
  timeoutMs: number
}

export interface ListOffsetsTopic {
  name: string
  partitions: ListOffsetsPartition[]
}

export interface ListOffsetsPartition {
  partitionIndex: number
  currentLeaderEpoch: number
  timestamp: number
}

export interface ListOffsetsResponse {
  throttleTimeMs: number
  topics: ListOffsetsTopicResponse[]
}

export interface ListOffsetsTopicResponse {
  name: string
  partitions: ListOffsetsPartitionResponse[]
}

export interface ListOffsetsPartitionResponse {
  partitionIndex: number
  errorCode: number
  timestamp: number
  offset: number
  leaderEpoch: number
}

export const ListOffsets = defineApi<ListOffsetsRequest, ListOffsetsResponse>({
  key: 2,
  name: 'ListOffsets',
  versions: [1, 11],
  flexible: 6,
  listeners: ['broker'],
  request: [
    ['replicaId', 'int32', '0+'],
    ['isolationLevel', 'int8', '2+'],
    ['topics', { of: [
      ['name', 'string', '0+'],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['currentLeaderEpoch', 'int32', '4+', { default: -1, ignorable: true }],
        ['timestamp', 'int64', '0+'],
      ] }, '0+'],
    ] }, '0+'],
    ['timeoutMs', 'int32', '10+', { ignorable: true }],
  ],
  response: [
    ['throttleTimeMs', 'int32', '2+', { ignorable: true }],
    ['topics', { of: [
      ['name', 'string', '0+'],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['errorCode', 'int16', '0+'],
        ['timestamp', 'int64', '1+', { default: -1 }],
        ['offset', 'int64', '1+', { default: -1 }],
        ['leaderEpoch', 'int32', '4+', { default: -1 }],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
