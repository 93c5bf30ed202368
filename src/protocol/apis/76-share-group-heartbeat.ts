// ShareGroupHeartbeat, API key 76. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface ShareGroupHeartbeatRequest {
  groupId: string
  memberId: string
  memberEpoch: number
  rackId: string | null
  subscribedTopicNames: string[] | null
}

export interface ShareGroupHeartbeatResponse {
  throttleTimeMs: number
  errorCode: number
  errorMessage: string | null
  memberId: string | null
  memberEpoch: number
  heartbeatIntervalMs: number
  assignment: Assignment | null
}

export interface Assignment {
  topicPartitions: TopicPartitions[]
}

export interface TopicPartitions {
  topicId: string
  partitions: number[]
}

export const ShareGroupHeartbeat = defineApi<ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse>({
  key: 76,
  name: 'ShareGroupHeartbeat',
  versions: [1, 1],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['groupId', 'string', '0+'],
    ['memberId', 'string', '0+'],
    ['memberEpoch', 'int32', '0+'],
    ['rackId', 'string', '0+', { nullable: '0+', default: null }],
    ['subscribedTopicNames', { of: 'string' }, '0+', { nullable: '0+', default: null }],
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
