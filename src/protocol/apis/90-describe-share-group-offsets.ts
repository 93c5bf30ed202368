// DescribeShareGroupOffsets, API key 90. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DescribeShareGroupOffsetsRequest {
  groups: DescribeShareGroupOffsetsRequestGroup[]
}

export interface DescribeShareGroupOffsetsRequestGroup {
  groupId: string
  topics: DescribeShareGroupOffsetsRequestTopic[] | null
}

export interface DescribeShareGroupOffsetsRequestTopic {
  topicName: string
  partitions: number[]
}

export interface DescribeShareGroupOffsetsResponse {
  throttleTimeMs: number
  groups: DescribeShareGroupOffsetsResponseGroup[]
}

export interface DescribeShareGroupOffsetsResponseGroup {
  groupId: string
  topics: DescribeShareGroupOffsetsResponseTopic[]
  errorCode: number
  errorMessage: string | null
}

export interface DescribeShareGroupOffsetsResponseTopic {
  topicName: string
  topicId: string
  partitions: DescribeShareGroupOffsetsResponsePartition[]
}

export interface DescribeShareGroupOffsetsResponsePartition {
  partitionIndex: number
  startOffset: number
  leaderEpoch: number
  lag: number
  errorCode: number
  errorMessage: string | null
}

export const DescribeShareGroupOffsets = defineApi<DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse>({
  key: 90,
  name: 'DescribeShareGroupOffsets',
  versions: [0, 1],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['groups', { of: [
      ['groupId', 'string', '0+'],
      ['topics', { of: [
        ['topicName', 'string', '0+'],
        ['partitions', { of: 'int32' }, '0+'],
      ] }, '0+', { nullable: '0+' }],
    ] }, '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['groups', { of: [
      ['groupId', 'string', '0+'],
      ['topics', { of: [
        ['topicName', 'string', '0+'],
        ['topicId', 'uuid', '0+'],
        ['partitions', { of: [
          ['partitionIndex', 'int32', '0+'],
          ['startOffset', 'int64', '0+'],
          ['leaderEpoch', 'int32', '0+'],
          ['lag', 'int64', '1+', { default: -1, ignorable: true }],
          ['errorCode', 'int16', '0+'],
          ['errorMessage', 'string', '0+', { nullable: '0+', default: null }],
        ] }, '0+'],
      ] }, '0+'],
      ['errorCode', 'int16', '0+'],
      ['errorMessage', 'string', '0+', { nullable: '0+', default: null }],
    ] }, '0+'],
  ],
})
