// OffsetFetch, API key 9. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface OffsetFetchRequest {
  groupId: string
  topics: OffsetFetchRequestTopic[] | null
  groups: OffsetFetchRequestGroup[]
  requireStable: boolean
}

export interface OffsetFetchRequestTopic {
  name: string
  partitionIndexes: number[]
}

export interface OffsetFetchRequestGroup {
  groupId: string
  memberId: string | null
  memberEpoch: number
  topics: OffsetFetchRequestTopics[] | null
}

export interface OffsetFetchRequestTopics {
  name: string
  topicId: string
  partitionIndexes: number[]
}

export interface OffsetFetchResponse {
  throttleTimeMs: number
  topics: OffsetFetchResponseTopic[]
  errorCode: number
  groups: OffsetFetchResponseGroup[]
}

export interface OffsetFetchResponseTopic {
  name: string
  partitions: OffsetFetchResponsePartition[]
}

export interface OffsetFetchResponsePartition {
  partitionIndex: number
  committedOffset: number
  committedLeaderEpoch: number
  metadata: string | null
  errorCode: number
}

export interface OffsetFetchResponseGroup {
  groupId: string
  topics: OffsetFetchResponseTopics[]
  errorCode: number
}

export interface OffsetFetchResponseTopics {
  name: string
  topicId: string
  partitions: OffsetFetchResponsePartitions[]
}

export interface OffsetFetchResponsePartitions {
  partitionIndex: number
  committedOffset: number
  committedLeaderEpoch: number
  metadata: string | null
  errorCode: number
}

export const OffsetFetch = defineApi<OffsetFetchRequest, OffsetFetchResponse>({
  key: 9,
  name: 'OffsetFetch',
  versions: [1, 10],
  flexible: 6,
  listeners: ['broker'],
  request: [
    ['groupId', 'string', '0-7'],
    ['topics', { of: [
      ['name', 'string', '0-7'],
      ['partitionIndexes', { of: 'int32' }, '0-7'],
    ] }, '0-7', { nullable: '2-7' }],
    ['groups', { of: [
      ['groupId', 'string', '8+'],
      ['memberId', 'string', '9+', { nullable: '9+', default: null, ignorable: true }],
      ['memberEpoch', 'int32', '9+', { default: -1, ignorable: true }],
      ['topics', { of: [
        ['name', 'string', '8-9', { ignorable: true }],
        ['topicId', 'uuid', '10+', { ignorable: true }],
        ['partitionIndexes', { of: 'int32' }, '8+'],
      ] }, '8+', { nullable: '8+' }],
    ] }, '8+'],
    ['requireStable', 'bool', '7+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '3+', { ignorable: true }],
    ['topics', { of: [
      ['name', 'string', '0-7'],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0-7'],
        ['committedOffset', 'int64', '0-7'],
        ['committedLeaderEpoch', 'int32', '5-7', { default: -1, ignorable: true }],
        ['metadata', 'string', '0-7', { nullable: '0-7' }],
        ['errorCode', 'int16', '0-7'],
      ] }, '0-7'],
    ] }, '0-7'],
    ['errorCode', 'int16', '2-7', { ignorable: true }],
    ['groups', { of: [
      ['groupId', 'string', '8+'],
      ['topics', { of: [
        ['name', 'string', '8-9', { ignorable: true }],
        ['topicId', 'uuid', '10+', { ignorable: true }],
        ['partitions', { of: [
          ['partitionIndex', 'int32', '8+'],
          ['committedOffset', 'int64', '8+'],
          ['committedLeaderEpoch', 'int32', '8+', { default: -1, ignorable: true }],
          ['metadata', 'string', '8+', { nullable: '8+' }],
          ['errorCode', 'int16', '8+'],
        ] }, '8+'],
      ] }, '8+'],
      ['errorCode', 'int16', '8+'],
    ] }, '8+'],
  ],
})
