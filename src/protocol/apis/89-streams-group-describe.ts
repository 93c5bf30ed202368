// StreamsGroupDescribe, API key 89. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface StreamsGroupDescribeRequest {
  groupIds: string[]
  includeAuthorizedOperations: boolean
}

export interface StreamsGroupDescribeResponse {
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
  topology: Topology | null
  members: Member[]
  authorizedOperations: number
}

export interface Topology {
  epoch: number
  subtopologies: Subtopology[] | null
}

export interface Subtopology {
  subtopologyId: string
  sourceTopics: string[]
  repartitionSinkTopics: string[]
  stateChangelogTopics: TopicInfo[]
  repartitionSourceTopics: TopicInfo[]
}

export interface TopicInfo {
  name: string
  partitions: number
  replicationFactor: number
  topicConfigs: KeyValue[]
}

export interface KeyValue {
  key: string
  value: string
}

export interface Member {
  memberId: string
  memberEpoch: number
  instanceId: string | null
  rackId: string | null
  clientId: string
  clientHost: string
  topologyEpoch: number
  processId: string
  userEndpoint: Endpoint | null
  clientTags: KeyValue[]
  taskOffsets: TaskOffset[]
  taskEndOffsets: TaskOffset[]
  assignment: Assignment
  targetAssignment: Assignment
  isClassic: boolean
}

export interface Endpoint {
  host: string
  port: number
}

export interface TaskOffset {
  subtopologyId: string
  partition: number
  offset: number
}

export interface Assignment {
  activeTasks: TaskIds[]
  standbyTasks: TaskIds[]
  warmupTasks: TaskIds[]
}

export interface TaskIds {
  subtopologyId: string
  partitions: number[]
}

export const StreamsGroupDescribe = defineApi<StreamsGroupDescribeRequest, StreamsGroupDescribeResponse>({
  key: 89,
  name: 'StreamsGroupDescribe',
  versions: [0, 0],
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
      ['topology', [
        ['epoch', 'int32', '0+'],
        ['subtopologies', { of: [
          ['subtopologyId', 'string', '0+'],
          ['sourceTopics', { of: 'string' }, '0+'],
          ['repartitionSinkTopics', { of: 'string' }, '0+'],
          ['stateChangelogTopics', { of: [
            ['name', 'string', '0+'],
            ['partitions', 'int32', '0+'],
            ['replicationFactor', 'int16', '0+'],
            ['topicConfigs', { of: [
              ['key', 'string', '0+'],
              ['value', 'string', '0+'],
            ] }, '0+'],
          ] }, '0+'],
          ['repartitionSourceTopics', { of: [
            ['name', 'string', '0+'],
            ['partitions', 'int32', '0+'],
            ['replicationFactor', 'int16', '0+'],
            ['topicConfigs', { of: [
              ['key', 'string', '0+'],
              ['value', 'string', '0+'],
            ] }, '0+'],
          ] }, '0+'],
        ] }, '0+', { nullable: '0+', default: null }],
      ], '0+', { nullable: '0+', default: null }],
      ['members', { of: [
        ['memberId', 'string', '0+'],
        ['memberEpoch', 'int32', '0+'],
        ['instanceId', 'string', '0+', { nullable: '0+', default: null }],
        ['rackId', 'string', '0+', { nullable: '0+', default: null }],
        ['clientId', 'string', '0+'],
        ['clientHost', 'string', '0+'],
        ['topologyEpoch', 'int32', '0+'],
        ['processId', 'string', '0+'],
        ['userEndpoint', [
          ['host', 'string', '0+'],
          ['port', 'uint16', '0+'],
        ], '0+', { nullable: '0+', default: null }],
        ['clientTags', { of: [
          ['key', 'string', '0+'],
          ['value', 'string', '0+'],
        ] }, '0+'],
        ['taskOffsets', { of: [
          ['subtopologyId', 'string', '0+'],
          ['partition', 'int32', '0+'],
          ['offset', 'int64', '0+'],
        ] }, '0+'],
        ['taskEndOffsets', { of: [
          ['subtopologyId', 'string', '0+'],
          ['partition', 'int32', '0+'],
          ['offset', 'int64', '0+'],
        ] }, '0+'],
        ['assignment', [
          ['activeTasks', { of: [
            ['subtopologyId', 'string', '0+'],
            ['partitions', { of: 'int32' }, '0+'],
          ] }, '0+'],
          ['standbyTasks', { of: [
            ['subtopologyId', 'string', '0+'],
            ['partitions', { of: 'int32' }, '0+'],
          ] }, '0+'],
          ['warmupTasks', { of: [
            ['subtopologyId', 'string', '0+'],
            ['partitions', { of: 'int32' }, '0+'],
          ] }, '0+'],
        ], '0+'],
        ['targetAssignment', [
          ['activeTasks', { of: [
            ['subtopologyId', 'string', '0+'],
            ['partitions', { of: 'int32' }, '0+'],
          ] }, '0+'],
          ['standbyTasks', { of: [
            ['subtopologyId', 'string', '0+'],
            ['partitions', { of: 'int32' }, '0+'],
          ] }, '0+'],
          ['warmupTasks', { of: [
            ['subtopologyId', 'string', '0+'],
            ['partitions', { of: 'int32' }, '0+'],
          ] }, '0+'],
        ], '0+'],
        ['isClassic', 'bool', '0+'],
      ] }, '0+'],
      ['authorizedOperations', 'int32', '0+', { default: -2147483648 }],
    ] }, '0+'],
  ],
})
