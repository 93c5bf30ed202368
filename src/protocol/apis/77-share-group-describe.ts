// ShareGroupDescribe, API key 77. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface ShareGroupDescribeRequest {
  groupIds: string[]
  includeAuthorizedOperations: boolean
}

export interface ShareGroupDescribeResponse {
  throttleTimeMs: number
  groups: DescribedGroup[]
}

export interface DescribedGroup {
  errorCode: number
  errorMessage: string | null
  groupId: string
  groupState: string
  groupEpoch: number
  assignmentEpoch: number
  assignorName: string
  members: Member[]
  authorizedOperations: number
}

export interface Member {
  memberId: string
  rackId: string | null
  memberEpoch: number
  clientId: string
  clientHost: string
  subscribedTopicNames: string[]
  assignment: Assignment
}

export interface Assignment {
  topicPartitions: TopicPartitions[]
}

export interface TopicPartitions {
  topicId: string
  topicName: string
  partitions: number[]
}

export const ShareGroupDescribe = defineApi<ShareGroupDescribeRequest, ShareGroupDescribeResponse>({
  key: 77,
  name: 'ShareGroupDescribe',
  versions: [1, 1],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['groupIds', { of: 'string' }, '0+'],
    ['includeAuthorizedOperations', 'bool', '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['groups', { of: [
      ['errorCode', 'int16', '0+'],
      ['errorMessage', 'string', '0+', { nullable: '0+', default: null }],
      ['groupId', 'string', '0+'],
      ['groupState', 'string', '0+'],
      ['groupEpoch', 'int32', '0+'],
      ['assignmentEpoch', 'int32', '0+'],
      ['assignorName', 'string', '0+'],
      ['members', { of: [
        ['memberId', 'string', '0+'],
        ['rackId', 'string', '0+', { nullable: '0+', default: null }],
        ['memberEpoch', 'int32', '0+'],
        ['clientId', 'string', '0+'],
        ['clientHost', 'string', '0+'],
        ['subscribedTopicNames', { of: 'string' }, '0+'],
        ['assignment', [
          ['topicPartitions', { of: [
            ['topicId', 'uuid', '0+'],
            ['topicName', 'string', '0+'],
            ['partitions', { of: 'int32' }, '0+'],
          ] }, '0+'],
        ], '0+'],
      ] }, '0+'],
      ['authorizedOperations', 'int32', '0+', { default: -2147483648 }],
    ] }, '0+'],
  ],
})
