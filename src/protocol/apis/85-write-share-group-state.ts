// WriteShareGroupState, API key 85. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface WriteShareGroupStateRequest {
  groupId: string
  topics: WriteStateData[]
}

export interface WriteStateData {
  topicId: string
  partitions: PartitionData[]
}

export interface PartitionData {
  partition: number
  stateEpoch: number
  leaderEpoch: number
  startOffset: number
  deliveryCompleteCount: number
  stateBatches: StateBatch[]
}

export interface StateBatch {
  firstOffset: number
  lastOffset: number
  deliveryState: number
  deliveryCount: number
}

export interface WriteShareGroupStateResponse {
  results: WriteStateResult[]
}

export interface WriteStateResult {
  topicId: string
  partitions: PartitionResult[]
}

export interface PartitionResult {
  partition: number
  errorCode: number
  errorMessage: string | null
}

export const WriteShareGroupState = defineApi<WriteShareGroupStateRequest, WriteShareGroupStateResponse>({
  key: 85,
  name: 'WriteShareGroupState',
  versions: [0, 1],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['groupId', 'string', '0+'],
    ['topics', { of: [
      ['topicId', 'uuid', '0+'],
      ['partitions', { of: [
        ['partition', 'int32', '0+'],
        ['stateEpoch', 'int32', '0+'],
        ['leaderEpoch', 'int32', '0+'],
        ['startOffset', 'int64', '0+'],
        ['deliveryCompleteCount', 'int32', '1+', { default: -1, ignorable: true }],
        ['stateBatches', { of: [
          ['firstOffset', 'int64', '0+'],
          ['lastOffset', 'int64', '0+'],
          ['deliveryState', 'int8', '0+'],
          ['deliveryCount', 'int16', '0+'],
        ] }, '0+'],
      ] }, '0+'],
    ] }, '0+'],
  ],
  response: [
    ['results', { of: [
      ['topicId', 'uuid', '0+'],
      ['partitions', { of: [
        ['partition', 'int32', '0+'],
        ['errorCode', 'int16', '0+'],
        ['errorMessage', 'string', '0+', { nullable: '0+', default: null }],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
