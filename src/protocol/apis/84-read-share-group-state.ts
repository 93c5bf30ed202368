// ReadShareGroupState, API key 84. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface ReadShareGroupStateRequest {
  groupId: string
  topics: ReadStateData[]
}

export interface ReadStateData {
  topicId: string
  partitions: PartitionData[]
}

export interface PartitionData {
  partition: number
  leaderEpoch: number
}

export interface ReadShareGroupStateResponse {
  results: ReadStateResult[]
}

export interface ReadStateResult {
  topicId: string
  partitions: PartitionResult[]
}

export interface PartitionResult {
  partition: number
  errorCode: number
  errorMessage: string | null
  stateEpoch: number
  startOffset: number
  stateBatches: StateBatch[]
}

export interface StateBatch {
  firstOffset: number
  lastOffset: number
  deliveryState: number
  deliveryCount: number
}

export const ReadShareGroupState = defineApi<ReadShareGroupStateRequest, ReadShareGroupStateResponse>({
  key: 84,
  name: 'ReadShareGroupState',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['groupId', 'string', '0+'],
    ['topics', { of: [
      ['topicId', 'uuid', '0+'],
      ['partitions', { of: [
        ['partition', 'int32', '0+'],
        ['leaderEpoch', 'int32', '0+'],
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
        ['stateEpoch', 'int32', '0+'],
        ['startOffset', 'int64', '0+'],
        ['stateBatches', { of: [
          ['firstOffset', 'int64', '0+'],
          ['lastOffset', 'int64', '0+'],
          ['deliveryState', 'int8', '0+'],
          ['deliveryCount', 'int16', '0+'],
        ] }, '0+'],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
