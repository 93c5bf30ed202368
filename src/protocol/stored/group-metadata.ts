// Records of __consumer_offsets. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineMessage, type Message } from '../api.ts'

export interface LegacyOffsetCommitKey {
  group: string
  topic: string
  partition: number
}

export const legacyOffsetCommitKey = defineMessage<LegacyOffsetCommitKey>({
  name: 'LegacyOffsetCommitKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['group', 'string', '0'],
    ['topic', 'string', '0'],
    ['partition', 'int32', '0'],
  ],
})

export interface LegacyOffsetCommitValue {
  offset: number
  metadata: string
  commitTimestamp: number
}

export const legacyOffsetCommitValue = defineMessage<LegacyOffsetCommitValue>({
  name: 'LegacyOffsetCommitValue',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['offset', 'int64', '0'],
    ['metadata', 'string', '0'],
    ['commitTimestamp', 'int64', '0'],
  ],
})

export interface OffsetCommitKey {
  group: string
  topic: string
  partition: number
}

export const offsetCommitKey = defineMessage<OffsetCommitKey>({
  name: 'OffsetCommitKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['group', 'string', '0'],
    ['topic', 'string', '0'],
    ['partition', 'int32', '0'],
  ],
})

export interface OffsetCommitValue {
  offset: number
  leaderEpoch: number
  metadata: string
  commitTimestamp: number
  expireTimestamp: number
  topicId: string
}

export const offsetCommitValue = defineMessage<OffsetCommitValue>({
  name: 'OffsetCommitValue',
  versions: [0, 4],
  flexible: 4,
  fields: [
    ['offset', 'int64', '0+'],
    ['leaderEpoch', 'int32', '3+', { default: -1, ignorable: true }],
    ['metadata', 'string', '0+'],
    ['commitTimestamp', 'int64', '0+'],
    ['expireTimestamp', 'int64', '1', { default: -1, ignorable: true }],
    ['topicId', 'uuid', '4+', { tag: 0, tagged: '4+', ignorable: true }],
  ],
})

export interface GroupMetadataKey {
  group: string
}

export const groupMetadataKey = defineMessage<GroupMetadataKey>({
  name: 'GroupMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['group', 'string', '0'],
  ],
})

export interface GroupMetadataValue {
  protocolType: string
  generation: number
  protocol: string | null
  leader: string | null
  currentStateTimestamp: number
  members: GroupMetadataValueMemberMetadata[]
}

export interface GroupMetadataValueMemberMetadata {
  memberId: string
  groupInstanceId: string | null
  clientId: string
  clientHost: string
  rebalanceTimeout: number
  sessionTimeout: number
  subscription: Buffer
  assignment: Buffer
}

export const groupMetadataValue = defineMessage<GroupMetadataValue>({
  name: 'GroupMetadataValue',
  versions: [0, 4],
  flexible: 4,
  fields: [
    ['protocolType', 'string', '0+'],
    ['generation', 'int32', '0+'],
    ['protocol', 'string', '0+', { nullable: '0+' }],
    ['leader', 'string', '0+', { nullable: '0+' }],
    ['currentStateTimestamp', 'int64', '2+', { default: -1, ignorable: true }],
    ['members', { of: [
      ['memberId', 'string', '0+'],
      ['groupInstanceId', 'string', '3+', { nullable: '3+', default: null, ignorable: true }],
      ['clientId', 'string', '0+'],
      ['clientHost', 'string', '0+'],
      ['rebalanceTimeout', 'int32', '1+', { default: -1, ignorable: true }],
      ['sessionTimeout', 'int32', '0+'],
      ['subscription', 'bytes', '0+'],
      ['assignment', 'bytes', '0+'],
    ] }, '0+'],
  ],
})

export interface ConsumerGroupMetadataKey {
  groupId: string
}

export const consumerGroupMetadataKey = defineMessage<ConsumerGroupMetadataKey>({
  name: 'ConsumerGroupMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
  ],
})

export interface ConsumerGroupMetadataValue {
  epoch: number
  metadataHash: bigint
}

export const consumerGroupMetadataValue = defineMessage<ConsumerGroupMetadataValue>({
  name: 'ConsumerGroupMetadataValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['epoch', 'int32', '0+'],
    ['metadataHash', 'int64Exact', '0+', { tag: 0, tagged: '0+' }],
  ],
})

export interface ConsumerGroupPartitionMetadataKey {
  groupId: string
}

export const consumerGroupPartitionMetadataKey = defineMessage<ConsumerGroupPartitionMetadataKey>({
  name: 'ConsumerGroupPartitionMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
  ],
})

export interface ConsumerGroupPartitionMetadataValue {
  topics: ConsumerGroupPartitionMetadataValueTopicMetadata[]
}

export interface ConsumerGroupPartitionMetadataValueTopicMetadata {
  topicId: string
  topicName: string
  numPartitions: number
  partitionMetadata: ConsumerGroupPartitionMetadataValuePartitionMetadata[]
}

export interface ConsumerGroupPartitionMetadataValuePartitionMetadata {
  partition: number
  racks: string[]
}

export const consumerGroupPartitionMetadataValue = defineMessage<ConsumerGroupPartitionMetadataValue>({
  name: 'ConsumerGroupPartitionMetadataValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['topics', { of: [
      ['topicId', 'uuid', '0+'],
      ['topicName', 'string', '0+'],
      ['numPartitions', 'int32', '0+'],
      ['partitionMetadata', { of: [
        ['partition', 'int32', '0+'],
        ['racks', { of: 'string' }, '0+'],
      ] }, '0+'],
    ] }, '0+'],
  ],
})

export interface ConsumerGroupMemberMetadataKey {
  groupId: string
  memberId: string
}

export const consumerGroupMemberMetadataKey = defineMessage<ConsumerGroupMemberMetadataKey>({
  name: 'ConsumerGroupMemberMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
    ['memberId', 'string', '0'],
  ],
})

export interface ConsumerGroupMemberMetadataValue {
  instanceId: string | null
  rackId: string | null
  clientId: string
  clientHost: string
  subscribedTopicNames: string[]
  subscribedTopicRegex: string | null
  rebalanceTimeoutMs: number
  serverAssignor: string | null
  classicMemberMetadata: ConsumerGroupMemberMetadataValueClassicMemberMetadata | null
}

export interface ConsumerGroupMemberMetadataValueClassicMemberMetadata {
  sessionTimeoutMs: number
  supportedProtocols: ConsumerGroupMemberMetadataValueClassicProtocol[]
}

export interface ConsumerGroupMemberMetadataValueClassicProtocol {
  name: string
  metadata: Buffer
}

export const consumerGroupMemberMetadataValue = defineMessage<ConsumerGroupMemberMetadataValue>({
  name: 'ConsumerGroupMemberMetadataValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['instanceId', 'string', '0+', { nullable: '0+' }],
    ['rackId', 'string', '0+', { nullable: '0+' }],
    ['clientId', 'string', '0+'],
    ['clientHost', 'string', '0+'],
    ['subscribedTopicNames', { of: 'string' }, '0+'],
    ['subscribedTopicRegex', 'string', '0+', { nullable: '0+' }],
    ['rebalanceTimeoutMs', 'int32', '0+', { default: -1 }],
    ['serverAssignor', 'string', '0+', { nullable: '0+' }],
    ['classicMemberMetadata', [
      ['sessionTimeoutMs', 'int32', '0+'],
      ['supportedProtocols', { of: [
        ['name', 'string', '0+'],
        ['metadata', 'bytes', '0+'],
      ] }, '0+'],
    ], '0+', { nullable: '0+', tag: 0, tagged: '0+' }],
  ],
})

export interface ConsumerGroupTargetAssignmentMetadataKey {
  groupId: string
}

export const consumerGroupTargetAssignmentMetadataKey = defineMessage<ConsumerGroupTargetAssignmentMetadataKey>({
  name: 'ConsumerGroupTargetAssignmentMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
  ],
})

export interface ConsumerGroupTargetAssignmentMetadataValue {
  assignmentEpoch: number
  assignmentTimestamp: number
}

export const consumerGroupTargetAssignmentMetadataValue = defineMessage<ConsumerGroupTargetAssignmentMetadataValue>({
  name: 'ConsumerGroupTargetAssignmentMetadataValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['assignmentEpoch', 'int32', '0+'],
    ['assignmentTimestamp', 'int64', '0+', { tag: 0, tagged: '0+', ignorable: true }],
  ],
})

export interface ConsumerGroupTargetAssignmentMemberKey {
  groupId: string
  memberId: string
}

export const consumerGroupTargetAssignmentMemberKey = defineMessage<ConsumerGroupTargetAssignmentMemberKey>({
  name: 'ConsumerGroupTargetAssignmentMemberKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
    ['memberId', 'string', '0'],
  ],
})

export interface ConsumerGroupTargetAssignmentMemberValue {
  topicPartitions: ConsumerGroupTargetAssignmentMemberValueTopicPartition[]
}

export interface ConsumerGroupTargetAssignmentMemberValueTopicPartition {
  topicId: string
  partitions: number[]
}

export const consumerGroupTargetAssignmentMemberValue = defineMessage<ConsumerGroupTargetAssignmentMemberValue>({
  name: 'ConsumerGroupTargetAssignmentMemberValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['topicPartitions', { of: [
      ['topicId', 'uuid', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
    ] }, '0+'],
  ],
})

export interface ConsumerGroupCurrentMemberAssignmentKey {
  groupId: string
  memberId: string
}

export const consumerGroupCurrentMemberAssignmentKey = defineMessage<ConsumerGroupCurrentMemberAssignmentKey>({
  name: 'ConsumerGroupCurrentMemberAssignmentKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
    ['memberId', 'string', '0'],
  ],
})

export interface ConsumerGroupCurrentMemberAssignmentValue {
  memberEpoch: number
  previousMemberEpoch: number
  state: number
  assignedPartitions: ConsumerGroupCurrentMemberAssignmentValueTopicPartitions[]
  partitionsPendingRevocation: ConsumerGroupCurrentMemberAssignmentValueTopicPartitions[]
}

export interface ConsumerGroupCurrentMemberAssignmentValueTopicPartitions {
  topicId: string
  partitions: number[]
  assignmentEpochs: number[] | null
}

export const consumerGroupCurrentMemberAssignmentValue = defineMessage<ConsumerGroupCurrentMemberAssignmentValue>({
  name: 'ConsumerGroupCurrentMemberAssignmentValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['memberEpoch', 'int32', '0+'],
    ['previousMemberEpoch', 'int32', '0+'],
    ['state', 'int8', '0+'],
    ['assignedPartitions', { of: [
      ['topicId', 'uuid', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
      ['assignmentEpochs', { of: 'int32' }, '0+', { nullable: '0+', tag: 0, tagged: '0+' }],
    ] }, '0+'],
    ['partitionsPendingRevocation', { of: [
      ['topicId', 'uuid', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
      ['assignmentEpochs', { of: 'int32' }, '0+', { nullable: '0+', tag: 0, tagged: '0+' }],
    ] }, '0+'],
  ],
})

export interface ShareGroupMemberMetadataKey {
  groupId: string
  memberId: string
}

export const shareGroupMemberMetadataKey = defineMessage<ShareGroupMemberMetadataKey>({
  name: 'ShareGroupMemberMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
    ['memberId', 'string', '0'],
  ],
})

export interface ShareGroupMemberMetadataValue {
  rackId: string | null
  clientId: string
  clientHost: string
  subscribedTopicNames: string[]
}

export const shareGroupMemberMetadataValue = defineMessage<ShareGroupMemberMetadataValue>({
  name: 'ShareGroupMemberMetadataValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['rackId', 'string', '0+', { nullable: '0+' }],
    ['clientId', 'string', '0+'],
    ['clientHost', 'string', '0+'],
    ['subscribedTopicNames', { of: 'string' }, '0+'],
  ],
})

export interface ShareGroupMetadataKey {
  groupId: string
}

export const shareGroupMetadataKey = defineMessage<ShareGroupMetadataKey>({
  name: 'ShareGroupMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
  ],
})

export interface ShareGroupMetadataValue {
  epoch: number
  metadataHash: bigint
}

export const shareGroupMetadataValue = defineMessage<ShareGroupMetadataValue>({
  name: 'ShareGroupMetadataValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['epoch', 'int32', '0+'],
    ['metadataHash', 'int64Exact', '0+'],
  ],
})

export interface ShareGroupTargetAssignmentMetadataKey {
  groupId: string
}

export const shareGroupTargetAssignmentMetadataKey = defineMessage<ShareGroupTargetAssignmentMetadataKey>({
  name: 'ShareGroupTargetAssignmentMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
  ],
})

export interface ShareGroupTargetAssignmentMetadataValue {
  assignmentEpoch: number
  assignmentTimestamp: number
}

export const shareGroupTargetAssignmentMetadataValue = defineMessage<ShareGroupTargetAssignmentMetadataValue>({
  name: 'ShareGroupTargetAssignmentMetadataValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['assignmentEpoch', 'int32', '0+'],
    ['assignmentTimestamp', 'int64', '0+', { tag: 0, tagged: '0+', ignorable: true }],
  ],
})

export interface ShareGroupTargetAssignmentMemberKey {
  groupId: string
  memberId: string
}

export const shareGroupTargetAssignmentMemberKey = defineMessage<ShareGroupTargetAssignmentMemberKey>({
  name: 'ShareGroupTargetAssignmentMemberKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
    ['memberId', 'string', '0'],
  ],
})

export interface ShareGroupTargetAssignmentMemberValue {
  topicPartitions: ShareGroupTargetAssignmentMemberValueTopicPartition[]
}

export interface ShareGroupTargetAssignmentMemberValueTopicPartition {
  topicId: string
  partitions: number[]
}

export const shareGroupTargetAssignmentMemberValue = defineMessage<ShareGroupTargetAssignmentMemberValue>({
  name: 'ShareGroupTargetAssignmentMemberValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['topicPartitions', { of: [
      ['topicId', 'uuid', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
    ] }, '0+'],
  ],
})

export interface ShareGroupCurrentMemberAssignmentKey {
  groupId: string
  memberId: string
}

export const shareGroupCurrentMemberAssignmentKey = defineMessage<ShareGroupCurrentMemberAssignmentKey>({
  name: 'ShareGroupCurrentMemberAssignmentKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
    ['memberId', 'string', '0'],
  ],
})

export interface ShareGroupCurrentMemberAssignmentValue {
  memberEpoch: number
  previousMemberEpoch: number
  state: number
  assignedPartitions: ShareGroupCurrentMemberAssignmentValueTopicPartitions[]
}

export interface ShareGroupCurrentMemberAssignmentValueTopicPartitions {
  topicId: string
  partitions: number[]
}

export const shareGroupCurrentMemberAssignmentValue = defineMessage<ShareGroupCurrentMemberAssignmentValue>({
  name: 'ShareGroupCurrentMemberAssignmentValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['memberEpoch', 'int32', '0+'],
    ['previousMemberEpoch', 'int32', '0+'],
    ['state', 'int8', '0+'],
    ['assignedPartitions', { of: [
      ['topicId', 'uuid', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
    ] }, '0+'],
  ],
})

export interface ShareGroupStatePartitionMetadataKey {
  groupId: string
}

export const shareGroupStatePartitionMetadataKey = defineMessage<ShareGroupStatePartitionMetadataKey>({
  name: 'ShareGroupStatePartitionMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
  ],
})

export interface ShareGroupStatePartitionMetadataValue {
  initializingTopics: ShareGroupStatePartitionMetadataValueTopicPartitionsInfo[]
  initializedTopics: ShareGroupStatePartitionMetadataValueTopicPartitionsInfo[]
  deletingTopics: ShareGroupStatePartitionMetadataValueTopicInfo[]
}

export interface ShareGroupStatePartitionMetadataValueTopicPartitionsInfo {
  topicId: string
  topicName: string
  partitions: number[]
}

export interface ShareGroupStatePartitionMetadataValueTopicInfo {
  topicId: string
  topicName: string
}

export const shareGroupStatePartitionMetadataValue = defineMessage<ShareGroupStatePartitionMetadataValue>({
  name: 'ShareGroupStatePartitionMetadataValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['initializingTopics', { of: [
      ['topicId', 'uuid', '0+'],
      ['topicName', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
    ] }, '0+'],
    ['initializedTopics', { of: [
      ['topicId', 'uuid', '0+'],
      ['topicName', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
    ] }, '0+'],
    ['deletingTopics', { of: [
      ['topicId', 'uuid', '0+'],
      ['topicName', 'string', '0+'],
    ] }, '0+'],
  ],
})

export interface ConsumerGroupRegularExpressionKey {
  groupId: string
  regularExpression: string
}

export const consumerGroupRegularExpressionKey = defineMessage<ConsumerGroupRegularExpressionKey>({
  name: 'ConsumerGroupRegularExpressionKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
    ['regularExpression', 'string', '0'],
  ],
})

export interface ConsumerGroupRegularExpressionValue {
  topics: string[]
  version: number
  timestamp: number
}

export const consumerGroupRegularExpressionValue = defineMessage<ConsumerGroupRegularExpressionValue>({
  name: 'ConsumerGroupRegularExpressionValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['topics', { of: 'string' }, '0+'],
    ['version', 'int64', '0+'],
    ['timestamp', 'int64', '0+'],
  ],
})

export interface StreamsGroupMetadataKey {
  groupId: string
}

export const streamsGroupMetadataKey = defineMessage<StreamsGroupMetadataKey>({
  name: 'StreamsGroupMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
  ],
})

export interface StreamsGroupMetadataValue {
  epoch: number
  metadataHash: bigint
  validatedTopologyEpoch: number
  lastAssignmentConfigs: StreamsGroupMetadataValueLastAssignmentConfig[] | null
}

export interface StreamsGroupMetadataValueLastAssignmentConfig {
  key: string
  value: string
}

export const streamsGroupMetadataValue = defineMessage<StreamsGroupMetadataValue>({
  name: 'StreamsGroupMetadataValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['epoch', 'int32', '0+'],
    ['metadataHash', 'int64Exact', '0+'],
    ['validatedTopologyEpoch', 'int32', '0+', { tag: 0, tagged: '0+', default: -1 }],
    ['lastAssignmentConfigs', { of: [
      ['key', 'string', '0+'],
      ['value', 'string', '0+'],
    ] }, '0+', { nullable: '0+', tag: 1, tagged: '0+' }],
  ],
})

export interface StreamsGroupMemberMetadataKey {
  groupId: string
  memberId: string
}

export const streamsGroupMemberMetadataKey = defineMessage<StreamsGroupMemberMetadataKey>({
  name: 'StreamsGroupMemberMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
    ['memberId', 'string', '0'],
  ],
})

export interface StreamsGroupMemberMetadataValue {
  instanceId: string | null
  rackId: string | null
  clientId: string
  clientHost: string
  rebalanceTimeoutMs: number
  topologyEpoch: number
  processId: string
  userEndpoint: StreamsGroupMemberMetadataValueEndpoint | null
  clientTags: StreamsGroupMemberMetadataValueKeyValue[]
}

export interface StreamsGroupMemberMetadataValueEndpoint {
  host: string
  port: number
}

export interface StreamsGroupMemberMetadataValueKeyValue {
  key: string
  value: string
}

export const streamsGroupMemberMetadataValue = defineMessage<StreamsGroupMemberMetadataValue>({
  name: 'StreamsGroupMemberMetadataValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['instanceId', 'string', '0+', { nullable: '0+' }],
    ['rackId', 'string', '0+', { nullable: '0+' }],
    ['clientId', 'string', '0+'],
    ['clientHost', 'string', '0+'],
    ['rebalanceTimeoutMs', 'int32', '0+', { default: -1 }],
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
  ],
})

export interface StreamsGroupTargetAssignmentMetadataKey {
  groupId: string
}

export const streamsGroupTargetAssignmentMetadataKey = defineMessage<StreamsGroupTargetAssignmentMetadataKey>({
  name: 'StreamsGroupTargetAssignmentMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
  ],
})

export interface StreamsGroupTargetAssignmentMetadataValue {
  assignmentEpoch: number
  assignmentTimestamp: number
}

export const streamsGroupTargetAssignmentMetadataValue = defineMessage<StreamsGroupTargetAssignmentMetadataValue>({
  name: 'StreamsGroupTargetAssignmentMetadataValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['assignmentEpoch', 'int32', '0+'],
    ['assignmentTimestamp', 'int64', '0+', { tag: 0, tagged: '0+', ignorable: true }],
  ],
})

export interface StreamsGroupTargetAssignmentMemberKey {
  groupId: string
  memberId: string
}

export const streamsGroupTargetAssignmentMemberKey = defineMessage<StreamsGroupTargetAssignmentMemberKey>({
  name: 'StreamsGroupTargetAssignmentMemberKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
    ['memberId', 'string', '0'],
  ],
})

export interface StreamsGroupTargetAssignmentMemberValue {
  activeTasks: StreamsGroupTargetAssignmentMemberValueTaskIds[]
  standbyTasks: StreamsGroupTargetAssignmentMemberValueTaskIds[]
  warmupTasks: StreamsGroupTargetAssignmentMemberValueTaskIds[]
}

export interface StreamsGroupTargetAssignmentMemberValueTaskIds {
  subtopologyId: string
  partitions: number[]
}

export const streamsGroupTargetAssignmentMemberValue = defineMessage<StreamsGroupTargetAssignmentMemberValue>({
  name: 'StreamsGroupTargetAssignmentMemberValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
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
  ],
})

export interface StreamsGroupCurrentMemberAssignmentKey {
  groupId: string
  memberId: string
}

export const streamsGroupCurrentMemberAssignmentKey = defineMessage<StreamsGroupCurrentMemberAssignmentKey>({
  name: 'StreamsGroupCurrentMemberAssignmentKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
    ['memberId', 'string', '0'],
  ],
})

export interface StreamsGroupCurrentMemberAssignmentValue {
  memberEpoch: number
  previousMemberEpoch: number
  state: number
  activeTasks: StreamsGroupCurrentMemberAssignmentValueTaskIds[]
  standbyTasks: StreamsGroupCurrentMemberAssignmentValueTaskIds[]
  warmupTasks: StreamsGroupCurrentMemberAssignmentValueTaskIds[]
  activeTasksPendingRevocation: StreamsGroupCurrentMemberAssignmentValueTaskIds[]
  standbyTasksPendingRevocation: StreamsGroupCurrentMemberAssignmentValueTaskIds[]
  warmupTasksPendingRevocation: StreamsGroupCurrentMemberAssignmentValueTaskIds[]
}

export interface StreamsGroupCurrentMemberAssignmentValueTaskIds {
  subtopologyId: string
  partitions: number[]
  assignmentEpochs: number[] | null
}

export const streamsGroupCurrentMemberAssignmentValue = defineMessage<StreamsGroupCurrentMemberAssignmentValue>({
  name: 'StreamsGroupCurrentMemberAssignmentValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['memberEpoch', 'int32', '0+'],
    ['previousMemberEpoch', 'int32', '0+'],
    ['state', 'int8', '0+'],
    ['activeTasks', { of: [
      ['subtopologyId', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
      ['assignmentEpochs', { of: 'int32' }, '0+', { nullable: '0+', tag: 0, tagged: '0+' }],
    ] }, '0+'],
    ['standbyTasks', { of: [
      ['subtopologyId', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
      ['assignmentEpochs', { of: 'int32' }, '0+', { nullable: '0+', tag: 0, tagged: '0+' }],
    ] }, '0+'],
    ['warmupTasks', { of: [
      ['subtopologyId', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
      ['assignmentEpochs', { of: 'int32' }, '0+', { nullable: '0+', tag: 0, tagged: '0+' }],
    ] }, '0+'],
    ['activeTasksPendingRevocation', { of: [
      ['subtopologyId', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
      ['assignmentEpochs', { of: 'int32' }, '0+', { nullable: '0+', tag: 0, tagged: '0+' }],
    ] }, '0+'],
    ['standbyTasksPendingRevocation', { of: [
      ['subtopologyId', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
      ['assignmentEpochs', { of: 'int32' }, '0+', { nullable: '0+', tag: 0, tagged: '0+' }],
    ] }, '0+'],
    ['warmupTasksPendingRevocation', { of: [
      ['subtopologyId', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
      ['assignmentEpochs', { of: 'int32' }, '0+', { nullable: '0+', tag: 0, tagged: '0+' }],
    ] }, '0+'],
  ],
})

export interface StreamsGroupTopologyKey {
  groupId: string
}

export const streamsGroupTopologyKey = defineMessage<StreamsGroupTopologyKey>({
  name: 'StreamsGroupTopologyKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
  ],
})

export interface StreamsGroupTopologyValue {
  epoch: number
  subtopologies: StreamsGroupTopologyValueSubtopology[]
}

export interface StreamsGroupTopologyValueSubtopology {
  subtopologyId: string
  sourceTopics: string[]
  sourceTopicRegex: string[]
  stateChangelogTopics: StreamsGroupTopologyValueTopicInfo[]
  repartitionSinkTopics: string[]
  repartitionSourceTopics: StreamsGroupTopologyValueTopicInfo[]
  copartitionGroups: StreamsGroupTopologyValueCopartitionGroup[]
}

export interface StreamsGroupTopologyValueTopicInfo {
  name: string
  partitions: number
  replicationFactor: number
  topicConfigs: StreamsGroupTopologyValueTopicConfig[]
}

export interface StreamsGroupTopologyValueTopicConfig {
  key: string
  value: string
}

export interface StreamsGroupTopologyValueCopartitionGroup {
  sourceTopics: number[]
  sourceTopicRegex: number[]
  repartitionSourceTopics: number[]
}

export const streamsGroupTopologyValue = defineMessage<StreamsGroupTopologyValue>({
  name: 'StreamsGroupTopologyValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
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
  ],
})

/** By the record's type number. */
// biome-ignore lint/suspicious/noExplicitAny: a record of whatever type
export const recordTypes: ReadonlyMap<number, { name: string; key: Message<any>; value: Message<any> }> = new Map([
  [0, { name: 'LegacyOffsetCommit', key: legacyOffsetCommitKey, value: legacyOffsetCommitValue }],
  [1, { name: 'OffsetCommit', key: offsetCommitKey, value: offsetCommitValue }],
  [2, { name: 'GroupMetadata', key: groupMetadataKey, value: groupMetadataValue }],
  [3, { name: 'ConsumerGroupMetadata', key: consumerGroupMetadataKey, value: consumerGroupMetadataValue }],
  [4, { name: 'ConsumerGroupPartitionMetadata', key: consumerGroupPartitionMetadataKey, value: consumerGroupPartitionMetadataValue }],
  [5, { name: 'ConsumerGroupMemberMetadata', key: consumerGroupMemberMetadataKey, value: consumerGroupMemberMetadataValue }],
  [6, { name: 'ConsumerGroupTargetAssignmentMetadata', key: consumerGroupTargetAssignmentMetadataKey, value: consumerGroupTargetAssignmentMetadataValue }],
  [7, { name: 'ConsumerGroupTargetAssignmentMember', key: consumerGroupTargetAssignmentMemberKey, value: consumerGroupTargetAssignmentMemberValue }],
  [8, { name: 'ConsumerGroupCurrentMemberAssignment', key: consumerGroupCurrentMemberAssignmentKey, value: consumerGroupCurrentMemberAssignmentValue }],
  [10, { name: 'ShareGroupMemberMetadata', key: shareGroupMemberMetadataKey, value: shareGroupMemberMetadataValue }],
  [11, { name: 'ShareGroupMetadata', key: shareGroupMetadataKey, value: shareGroupMetadataValue }],
  [12, { name: 'ShareGroupTargetAssignmentMetadata', key: shareGroupTargetAssignmentMetadataKey, value: shareGroupTargetAssignmentMetadataValue }],
  [13, { name: 'ShareGroupTargetAssignmentMember', key: shareGroupTargetAssignmentMemberKey, value: shareGroupTargetAssignmentMemberValue }],
  [14, { name: 'ShareGroupCurrentMemberAssignment', key: shareGroupCurrentMemberAssignmentKey, value: shareGroupCurrentMemberAssignmentValue }],
  [15, { name: 'ShareGroupStatePartitionMetadata', key: shareGroupStatePartitionMetadataKey, value: shareGroupStatePartitionMetadataValue }],
  [16, { name: 'ConsumerGroupRegularExpression', key: consumerGroupRegularExpressionKey, value: consumerGroupRegularExpressionValue }],
  [17, { name: 'StreamsGroupMetadata', key: streamsGroupMetadataKey, value: streamsGroupMetadataValue }],
  [19, { name: 'StreamsGroupMemberMetadata', key: streamsGroupMemberMetadataKey, value: streamsGroupMemberMetadataValue }],
  [20, { name: 'StreamsGroupTargetAssignmentMetadata', key: streamsGroupTargetAssignmentMetadataKey, value: streamsGroupTargetAssignmentMetadataValue }],
  [21, { name: 'StreamsGroupTargetAssignmentMember', key: streamsGroupTargetAssignmentMemberKey, value: streamsGroupTargetAssignmentMemberValue }],
  [22, { name: 'StreamsGroupCurrentMemberAssignment', key: streamsGroupCurrentMemberAssignmentKey, value: streamsGroupCurrentMemberAssignmentValue }],
  [23, { name: 'StreamsGroupTopology', key: streamsGroupTopologyKey, value: streamsGroupTopologyValue }],
])
