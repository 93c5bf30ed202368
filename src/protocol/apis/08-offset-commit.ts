// OffsetCommit, API key 8. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface OffsetCommitRequest {
  groupId: string
  generationIdOrMemberEpoch: number
  memberId: string
  groupInstanceId: string | null
  retentionTimeMs: number
  topics: OffsetCommitRequestTopic[]
}

export interface OffsetCommitRequestTopic {
  name: string
  topicId: string
  partitions: OffsetCommitRequestPartition[]
}

export interface OffsetCommitRequestPartition {
  partitionIndex: number
  committedOffset: number
  committedLeaderEpoch: number
  committedMetadata: string | null
}

export interface OffsetCommitResponse {
  throttleTimeMs: number
  topics: OffsetCommitResponseTopic[]
}

export interface OffsetCommitResponseTopic {
  name: string
  topicId: string
  partitions: OffsetCommitResponsePartition[]
}

export interface OffsetCommitResponsePartition {
  partitionIndex: number
  errorCode: number
}

export const OffsetCommit = defineApi<OffsetCommitRequest, OffsetCommitResponse>({
  key: 8,
  name: 'OffsetCommit',
  versions: [2, 10],
  flexible: 8,
  listeners: ['broker'],
  request: [
    ['groupId', 'string', '0+'],
    ['generationIdOrMemberEpoch', 'int32', '1+', { default: -1, ignorable: true }],
    ['memberId', 'string', '1+', { ignorable: true }],
    ['groupInstanceId', 'string', '7+', { nullable: '7+', default: null }],
    ['retentionTimeMs', 'int64', '2-4', { default: -1, ignorable: true }],
    ['topics', { of: [
      ['name', 'string', '0-9', { ignorable: true }],
      ['topicId', 'uuid', '10+', { ignorable: true }],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['committedOffset', 'int64', '0+'],
        ['committedLeaderEpoch', 'int32', '6+', { default: -1, ignorable: true }],
        ['committedMetadata', 'string', '0+', { nullable: '0+' }],
      ] }, '0+'],
    ] }, '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '3+', { ignorable: true }],
    ['topics', { of: [
      ['name', 'string', '0-9', { ignorable: true }],
      ['topicId', 'uuid', '10+', { ignorable: true }],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['errorCode', 'int16', '0+'],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
