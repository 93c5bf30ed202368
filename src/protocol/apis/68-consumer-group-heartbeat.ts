// ConsumerGroupHeartbeat, API key 68. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface ConsumerGroupHeartbeatRequest {
  groupId: string
  memberId: string
  memberEpoch: number
  instanceId: string | null
  rackId: string | null
  rebalanceTimeoutMs: number
  subscribedTopicNames: string[] | null
  subscribedTopicRegex: string | null
  serverAssignor: string | null
  topicPartitions: ConsumerGroupHeartbeatRequestTopicPartitions[] | null
}

export interface ConsumerGroupHeartbeatRequestTopicPartitions {
  topicId: string
  partitions: number[]
}

export interface ConsumerGroupHeartbeatResponse {
  throttleTimeMs: number
  errorCode: number
  errorMessage: string | null
  memberId: string | null
  memberEpoch: number
  heartbeatIntervalMs: number
  assignment: Assignment | null
}

export interface Assignment {
  topicPartitions: ConsumerGroupHeartbeatResponseTopicPartitions[]
}

export interface ConsumerGroupHeartbeatResponseTopicPartitions {
  topicId: string
  partitions: number[]
}

export const ConsumerGroupHeartbeat = defineApi<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versions: [0, 1],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['groupId', 'string', '0+'],
    ['memberId', 'string', '0+'],
    ['memberEpoch', 'int32', '0+'],
    ['instanceId', 'string', '0+', { nullable: '0+', default: null }],
    ['rackId', 'string', '0+', { nullable: '0+', default: null }],
    ['rebalanceTimeoutMs', 'int32', '0+', { default: -1 }],
    ['subscribedTopicNames', { of: 'string' }, '0+', { nullable: '0+', default: null }],
    ['subscribedTopicRegex', 'string', '1+', { nullable: '1+', default: null }],
    ['serverAssignor', 'string', '0+', { nullable: '0+', default: null }],
    ['topicPartitions', { of: [
      ['topicId', 'uuid', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
    ] }, '0+', { nullable: '0+', default: null }],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
    ['errorMessage', 'string', '0+', { nullable: '0+', default: null }],
    ['memberId', 'string', '0+', { nullable: '0+', default: null }],
    ['memberEpoch', 'int32', '0+'],
    ['heartbeatIntervalMs', 'int32', '0+'],
    ['assignment', [
      ['topicPartitions', { of: [
        ['topicId', 'uuid', '0+'],
        ['partitions', { of: 'int32' }, '0+'],
      ] }, '0+'],
    ], '0+', { nullable: '0+', default: null }],
  ],
})
