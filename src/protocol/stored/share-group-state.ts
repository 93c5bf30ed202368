// Records of __share_group_state. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineMessage, type Message } from '../api.ts'

export interface ShareSnapshotKey {
  groupId: string
  topicId: string
  partition: number
}

export const shareSnapshotKey = defineMessage<ShareSnapshotKey>({
  name: 'ShareSnapshotKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
    ['topicId', 'uuid', '0'],
    ['partition', 'int32', '0'],
  ],
})

export interface ShareSnapshotValue {
  snapshotEpoch: number
  stateEpoch: number
  leaderEpoch: number
  startOffset: number
  deliveryCompleteCount: number
  createTimestamp: number
  writeTimestamp: number
  stateBatches: ShareSnapshotValueStateBatch[]
}

export interface ShareSnapshotValueStateBatch {
  firstOffset: number
  lastOffset: number
  deliveryState: number
  deliveryCount: number
}

export const shareSnapshotValue = defineMessage<ShareSnapshotValue>({
  name: 'ShareSnapshotValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['snapshotEpoch', 'int32', '0+'],
    ['stateEpoch', 'int32', '0+'],
    ['leaderEpoch', 'int32', '0+'],
    ['startOffset', 'int64', '0+'],
    ['deliveryCompleteCount', 'int32', '0+', { tag: 0, tagged: '0+', default: -1 }],
    ['createTimestamp', 'int64', '0+'],
    ['writeTimestamp', 'int64', '0+'],
    ['stateBatches', { of: [
      ['firstOffset', 'int64', '0+'],
      ['lastOffset', 'int64', '0+'],
      ['deliveryState', 'int8', '0+'],
      ['deliveryCount', 'int16', '0+'],
    ] }, '0+'],
  ],
})

export interface ShareUpdateKey {
  groupId: string
  topicId: string
  partition: number
}

export const shareUpdateKey = defineMessage<ShareUpdateKey>({
  name: 'ShareUpdateKey',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['groupId', 'string', '0'],
    ['topicId', 'uuid', '0'],
    ['partition', 'int32', '0'],
  ],
})

export interface ShareUpdateValue {
  snapshotEpoch: number
  leaderEpoch: number
  startOffset: number
  deliveryCompleteCount: number
  stateBatches: ShareUpdateValueStateBatch[]
}

export interface ShareUpdateValueStateBatch {
  firstOffset: number
  lastOffset: number
  deliveryState: number
  deliveryCount: number
}

export const shareUpdateValue = defineMessage<ShareUpdateValue>({
  name: 'ShareUpdateValue',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['snapshotEpoch', 'int32', '0+'],
    ['leaderEpoch', 'int32', '0+'],
    ['startOffset', 'int64', '0+'],
    ['deliveryCompleteCount', 'int32', '0+', { tag: 0, tagged: '0+', default: -1 }],
    ['stateBatches', { of: [
      ['firstOffset', 'int64', '0+'],
      ['lastOffset', 'int64', '0+'],
      ['deliveryState', 'int8', '0+'],
      ['deliveryCount', 'int16', '0+'],
    ] }, '0+'],
  ],
})

/** By the record's type number. */
// biome-ignore lint/suspicious/noExplicitAny: a record of whatever type
export const recordTypes: ReadonlyMap<number, { name: string; key: Message<any>; value: Message<any> }> = new Map([
  [0, { name: 'ShareSnapshot', key: shareSnapshotKey, value: shareSnapshotValue }],
  [1, { name: 'ShareUpdate', key: shareUpdateKey, value: shareUpdateValue }],
])
