// DescribeTopicPartitions, API key 75. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DescribeTopicPartitionsRequest {
  topics: TopicRequest[]
  responsePartitionLimit: number
  cursor: DescribeTopicPartitionsRequestCursor | null
}

export interface TopicRequest {
  name: string
}

export interface DescribeTopicPartitionsRequestCursor {
  topicName: string
  partitionIndex: number
}

export interface DescribeTopicPartitionsResponse {
  throttleTimeMs: number
  topics: DescribeTopicPartitionsResponseTopic[]
  nextCursor: DescribeTopicPartitionsResponseCursor | null
}

export interface DescribeTopicPartitionsResponseTopic {
  errorCode: number
  name: string | null
  topicId: string
  isInternal: boolean
  partitions: DescribeTopicPartitionsResponsePartition[]
  topicAuthorizedOperations: number
}

export interface DescribeTopicPartitionsResponsePartition {
  errorCode: number
  partitionIndex: number
  leaderId: number
  leaderEpoch: number
  replicaNodes: number[]
  isrNodes: number[]
  eligibleLeaderReplicas: number[] | null
  lastKnownElr: number[] | null
  offlineReplicas: number[]
}

export interface DescribeTopicPartitionsResponseCursor {
  topicName: string
  partitionIndex: number
}

export const DescribeTopicPartitions = defineApi<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>({
  key: 75,
  name: 'DescribeTopicPartitions',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['topics', { of: [
      ['name', 'string', '0+'],
    ] }, '0+'],
    ['responsePartitionLimit', 'int32', '0+', { default: 2000 }],
    ['cursor', [
      ['topicName', 'string', '0+'],
      ['partitionIndex', 'int32', '0+'],
    ], '0+', { nullable: '0+', default: null }],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+', { ignorable: true }],
    ['topics', { of: [
      ['errorCode', 'int16', '0+'],
      ['name', 'string', '0+', { nullable: '0+' }],
      ['topicId', 'uuid', '0+', { ignorable: true }],
      ['isInternal', 'bool', '0+', { ignorable: true }],
      ['partitions', { of: [
        ['errorCode', 'int16', '0+'],
        ['partitionIndex', 'int32', '0+'],
        ['leaderId', 'int32', '0+'],
        ['leaderEpoch', 'int32', '0+', { default: -1, ignorable: true }],
        ['replicaNodes', { of: 'int32' }, '0+'],
        ['isrNodes', { of: 'int32' }, '0+'],
        ['eligibleLeaderReplicas', { of: 'int32' }, '0+', { nullable: '0+', default: null }],
        ['lastKnownElr', { of: 'int32' }, '0+', { nullable: '0+', default: null }],
        ['offlineReplicas', { of: 'int32' }, '0+', { ignorable: true }],
      ] }, '0+'],
      ['topicAuthorizedOperations', 'int32', '0+', { default: -2147483648 }],
    ] }, '0+'],
    ['nextCursor', [
      ['topicName', 'string', '0+'],
      ['partitionIndex', 'int32', '0+'],
    ], '0+', { nullable: '0+', default: null }],
  ],
})
