// Records of __remote_log_metadata. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineMessage, type Message } from '../api.ts'

export interface RemoteLogSegmentMetadataRecord {
  remoteLogSegmentId: RemoteLogSegmentMetadataRecordRemoteLogSegmentIdEntry
  startOffset: number
  endOffset: number
  brokerId: number
  maxTimestampMs: number
  eventTimestampMs: number
  segmentLeaderEpochs: RemoteLogSegmentMetadataRecordSegmentLeaderEpochEntry[]
  segmentSizeInBytes: number
  customMetadata: Buffer | null
  remoteLogSegmentState: number
  txnIndexEmpty: boolean
}

export interface RemoteLogSegmentMetadataRecordRemoteLogSegmentIdEntry {
  topicIdPartition: RemoteLogSegmentMetadataRecordTopicIdPartitionEntry
  id: string
}

export interface RemoteLogSegmentMetadataRecordTopicIdPartitionEntry {
  name: string
  id: string
  partition: number
}

export interface RemoteLogSegmentMetadataRecordSegmentLeaderEpochEntry {
  leaderEpoch: number
  offset: number
}

export const remoteLogSegmentMetadataRecord = defineMessage<RemoteLogSegmentMetadataRecord>({
  name: 'RemoteLogSegmentMetadataRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['remoteLogSegmentId', [
      ['topicIdPartition', [
        ['name', 'string', '0+'],
        ['id', 'uuid', '0+'],
        ['partition', 'int32', '0+'],
      ], '0+'],
      ['id', 'uuid', '0+'],
    ], '0+'],
    ['startOffset', 'int64', '0+'],
    ['endOffset', 'int64', '0+'],
    ['brokerId', 'int32', '0+'],
    ['maxTimestampMs', 'int64', '0+'],
    ['eventTimestampMs', 'int64', '0+'],
    ['segmentLeaderEpochs', { of: [
      ['leaderEpoch', 'int32', '0+'],
      ['offset', 'int64', '0+'],
    ] }, '0+'],
    ['segmentSizeInBytes', 'int32', '0+'],
    ['customMetadata', 'bytes', '0+', { nullable: '0+', default: null }],
    ['remoteLogSegmentState', 'int8', '0+'],
    ['txnIndexEmpty', 'bool', '0+', { tag: 0, tagged: '0+' }],
  ],
})

export interface RemoteLogSegmentMetadataUpdateRecord {
  remoteLogSegmentId: RemoteLogSegmentMetadataUpdateRecordRemoteLogSegmentIdEntry
  brokerId: number
  eventTimestampMs: number
  customMetadata: Buffer | null
  remoteLogSegmentState: number
}

export interface RemoteLogSegmentMetadataUpdateRecordRemoteLogSegmentIdEntry {
  topicIdPartition: RemoteLogSegmentMetadataUpdateRecordTopicIdPartitionEntry
  id: string
}

export interface RemoteLogSegmentMetadataUpdateRecordTopicIdPartitionEntry {
  name: string
  id: string
  partition: number
}

export const remoteLogSegmentMetadataUpdateRecord = defineMessage<RemoteLogSegmentMetadataUpdateRecord>({
  name: 'RemoteLogSegmentMetadataUpdateRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['remoteLogSegmentId', [
      ['topicIdPartition', [
        ['name', 'string', '0+'],
        ['id', 'uuid', '0+'],
        ['partition', 'int32', '0+'],
      ], '0+'],
      ['id', 'uuid', '0+'],
    ], '0+'],
    ['brokerId', 'int32', '0+'],
    ['eventTimestampMs', 'int64', '0+'],
    ['customMetadata', 'bytes', '0+', { nullable: '0+', default: null }],
    ['remoteLogSegmentState', 'int8', '0+'],
  ],
})

export interface RemotePartitionDeleteMetadataRecord {
  topicIdPartition: RemotePartitionDeleteMetadataRecordTopicIdPartitionEntry
  brokerId: number
  eventTimestampMs: number
  remotePartitionDeleteState: number
}

export interface RemotePartitionDeleteMetadataRecordTopicIdPartitionEntry {
  name: string
  id: string
  partition: number
}

export const remotePartitionDeleteMetadataRecord = defineMessage<RemotePartitionDeleteMetadataRecord>({
  name: 'RemotePartitionDeleteMetadataRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['topicIdPartition', [
      ['name', 'string', '0+'],
      ['id', 'uuid', '0+'],
      ['partition', 'int32', '0+'],
    ], '0+'],
    ['brokerId', 'int32', '0+'],
    ['eventTimestampMs', 'int64', '0+'],
    ['remotePartitionDeleteState', 'int8', '0+'],
  ],
})

export interface RemoteLogSegmentMetadataSnapshotRecord {
  segmentId: string
  startOffset: number
  endOffset: number
  brokerId: number
  maxTimestampMs: number
  eventTimestampMs: number
  segmentLeaderEpochs: RemoteLogSegmentMetadataSnapshotRecordSegmentLeaderEpochEntry[]
  segmentSizeInBytes: number
  customMetadata: Buffer | null
  remoteLogSegmentState: number
  txnIndexEmpty: boolean
}

export interface RemoteLogSegmentMetadataSnapshotRecordSegmentLeaderEpochEntry {
  leaderEpoch: number
  offset: number
}

export const remoteLogSegmentMetadataSnapshotRecord = defineMessage<RemoteLogSegmentMetadataSnapshotRecord>({
  name: 'RemoteLogSegmentMetadataSnapshotRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['segmentId', 'uuid', '0+'],
    ['startOffset', 'int64', '0+'],
    ['endOffset', 'int64', '0+'],
    ['brokerId', 'int32', '0+'],
    ['maxTimestampMs', 'int64', '0+'],
    ['eventTimestampMs', 'int64', '0+'],
    ['segmentLeaderEpochs', { of: [
      ['leaderEpoch', 'int32', '0+'],
      ['offset', 'int64', '0+'],
    ] }, '0+'],
    ['segmentSizeInBytes', 'int32', '0+'],
    ['customMetadata', 'bytes', '0+', { nullable: '0+', default: null }],
    ['remoteLogSegmentState', 'int8', '0+'],
    ['txnIndexEmpty', 'bool', '0+', { tag: 0, tagged: '0+' }],
  ],
})

/** By the record's type number. */
// biome-ignore lint/suspicious/noExplicitAny: a record of whatever type
export const recordTypes: ReadonlyMap<number, { name: string; value: Message<any> }> = new Map([
  [0, { name: 'RemoteLogSegmentMetadata', value: remoteLogSegmentMetadataRecord }],
  [1, { name: 'RemoteLogSegmentMetadataUpdate', value: remoteLogSegmentMetadataUpdateRecord }],
  [2, { name: 'RemotePartitionDeleteMetadata', value: remotePartitionDeleteMetadataRecord }],
  [3, { name: 'RemoteLogSegmentMetadataSnapshot', value: remoteLogSegmentMetadataSnapshotRecord }],
])
