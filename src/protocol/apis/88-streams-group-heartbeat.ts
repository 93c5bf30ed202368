// StreamsGroupHeartbeat, API key 88. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface StreamsGroupHeartbeatRequest {
  groupId: string
  memberId: string
  memberEpoch: number
  endpointInformationEpoch: number
  instanceId: string | null
  rackId: string | null
  rebalanceTimeoutMs: number
  topology: Topology | null
  activeTasks: StreamsGroupHeartbeatRequestTaskIds[] | null
  standbyTasks: StreamsGroupHeartbeatRequestTaskIds[] | null
  warmupTasks: StreamsGroupHeartbeatRequestTaskIds[] | null
  processId: string | null
  userEndpoint: StreamsGroupHeartbeatRequestEndpoint | null
  clientTags: KeyValue[] | null
  taskOffsets: TaskOffset[] | null
  taskEndOffsets: TaskOffset[] | null
  shutdownApplication: boolean
}

export interface Topology {
  epoch: number
  subtopologies: Subtopology[]
}

export interface Subtopology {
  subtopologyId: string
  sourceTopics: string[]
  sourceTopicRegex: string[]
  stateChangelogTopics: TopicInfo[]
  repartitionSinkTopics: string[]
  repartitionSourceTopics: TopicInfo[]
  copartitionGroups: CopartitionGroup[]
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

export interface CopartitionGroup {
  sourceTopics: number[]
  sourceTopicRegex: number[]
  repartitionSourceTopics: number[]
}

export interface StreamsGroupHeartbeatRequestTaskIds {
  subtopologyId: string
  partitions: number[]
}

export interface StreamsGroupHeartbeatRequestEndpoint {
  host: string
  port: number
}

export interface KeyValue {
  key: string
  value: string
}

export interface TaskOffset {
  subtopologyId: string
  partition: number
  offset: number
}

export interface StreamsGroupHeartbeatResponse {
  throttleTimeMs: number
  errorCode: number
  errorMessage: string | null
  memberId: string
  memberEpoch: number
  heartbeatIntervalMs: number
  acceptableRecoveryLag: number
  taskOffsetIntervalMs: number
  status: Status[] | null
  activeTasks: StreamsGroupHeartbeatResponseTaskIds[] | null
  standbyTasks: StreamsGroupHeartbeatResponseTaskIds[] | null
  warmupTasks: StreamsGroupHeartbeatResponseTaskIds[] | null
  endpointInformationEpoch: number
  partitionsByUserEndpoint: EndpointToPartitions[] | null
}

export interface Status {
  statusCode: number
  statusDetail: string
}

export interface StreamsGroupHeartbeatResponseTaskIds {
  subtopologyId: string
  partitions: number[]
}

export interface EndpointToPartitions {
  userEndpoint: StreamsGroupHeartbeatResponseEndpoint
  activePartitions: TopicPartition[]
  standbyPartitions: TopicPartition[]
}

export interface StreamsGroupHeartbeatResponseEndpoint {
  host: string
  port: number
}

export interface TopicPartition {
  topic: string
  partitions: number[]
}

export const StreamsGroupHeartbeat = defineApi<StreamsGroupHeartbeatRequest, StreamsGroupHeartbeatResponse>({
  key: 88,
  name: 'StreamsGroupHeartbeat',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['groupId', 'string', '0+'],
    ['memberId', 'string', '0+'],
    ['memberEpoch', 'int32', '0+'],
    ['endpointInformationEpoch', 'int32', '0+'],
    ['instanceId', 'string', '0+', { nullable: '0+', default: null }],
    ['rackId', 'string', '0+', { nullable: '0+', default: null }],
    ['rebalanceTimeoutMs', 'int32', '0+', { default: -1 }],
    ['topology', [
      ['epoch', 'int32', '0+'],
      ['subtopologies', { of: [
        ['subtopologyId', 'string', '0+'],
        ['sourceTopics', { of: 'string' }, '0+'],
        ['sourceTopicRegex', { of: 'string' }, '0+'],
        ['stateChangelogTopics', { of: [
          ['name', 'string', '0+'],
          ['partitions', 'int32', '0+'],
          ['replicationFactor', 'int16', '0+'],
          ['topicConfigs', { of: [
            ['key', 'string', '0+'],
            ['value', 'string', '0+'],
          ] }, '0+'],
        ] }, '0+'],
        ['repartitionSinkTopics', { of: 'string' }, '0+'],
        ['repartitionSourceTopics', { of: [
          ['name', 'string', '0+'],
          ['partitions', 'int32', '0+'],
          ['replicationFactor', 'int16', '0+'],
          ['topicConfigs', { of: [
            ['key', 'string', '0+'],
            ['value', 'string', '0+'],
          ] }, '0+'],
        ] }, '0+'],
        ['copartitionGroups', { of: [
          ['sourceTopics', { of: 'int16' }, '0+'],
          ['sourceTopicRegex', { of: 'int16' }, '0+'],
          ['repartitionSourceTopics', { of: 'int16' }, '0+'],
        ] }, '0+'],
      ] }, '0+'],
    ], '0+', { nullable: '0+', default: null }],
    ['activeTasks', { of: [
      ['subtopologyId', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
    ] }, '0+', { nullable: '0+', default: null }],
    ['standbyTasks', { of: [
      ['subtopologyId', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
    ] }, '0+', { nullable: '0+', default: null }],
    ['warmupTasks', { of: [
      ['subtopologyId', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
    ] }, '0+', { nullable: '0+', default: null }],
    ['processId', 'string', '0+', { nullable: '0+', default: null }],
    ['userEndpoint', [
      ['host', 'string', '0+'],
      ['port', 'uint16', '0+'],
    ], '0+', { nullable: '0+', default: null }],
    ['clientTags', { of: [
      ['key', 'string', '0+'],
      ['value', 'string', '0+'],
    ] }, '0+', { nullable: '0+', default: null }],
    ['taskOffsets', { of: [
      ['subtopologyId', 'string', '0+'],
      ['partition', 'int32', '0+'],
      ['offset', 'int64', '0+'],
    ] }, '0+', { nullable: '0+', default: null }],
    ['taskEndOffsets', { of: [
      ['subtopologyId', 'string', '0+'],
      ['partition', 'int32', '0+'],
      ['offset', 'int64', '0+'],
    ] }, '0+', { nullable: '0+', default: null }],
    ['shutdownApplication', 'bool', '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
    ['errorMessage', 'string', '0+', { nullable: '0+', default: null }],
    ['memberId', 'string', '0+'],
    ['memberEpoch', 'int32', '0+'],
    ['heartbeatIntervalMs', 'int32', '0+'],
    ['acceptableRecoveryLag', 'int32', '0+'],
    ['taskOffsetIntervalMs', 'int32', '0+'],
    ['status', { of: [
      ['statusCode', 'int8', '0+'],
      ['statusDetail', 'string', '0+'],
    ] }, '0+', { nullable: '0+' }],
    ['activeTasks', { of: [
      ['subtopologyId', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
    ] }, '0+', { nullable: '0+', default: null }],
    ['standbyTasks', { of: [
      ['subtopologyId', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
    ] }, '0+', { nullable: '0+', default: null }],
    ['warmupTasks', { of: [
      ['subtopologyId', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
    ] }, '0+', { nullable: '0+', default: null }],
    ['endpointInformationEpoch', 'int32', '0+'],
    ['partitionsByUserEndpoint', { of: [
      ['userEndpoint', [
        ['host', 'string', '0+'],
        ['port', 'uint16', '0+'],
      ], '0+'],
      ['activePartitions', { of: [
        ['topic', 'string', '0+'],
        ['partitions', { of: 'int32' }, '0+'],
      ] }, '0+'],
      ['standbyPartitions', { of: [
        ['topic', 'string', '0+'],
        ['partitions', { of: 'int32' }, '0+'],
      ] }, '0+'],
    ] }, '0+', { nullable: '0+', default: null }],
  ],
})
