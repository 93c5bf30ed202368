// InitializeShareGroupState, API key 83. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface InitializeShareGroupStateRequest {
  groupId: string
  topics: InitializeStateData[]
}

export interface InitializeStateData {
  topicId: string
  partitions: PartitionData[]
}

export interface PartitionData {
  partition: number
  stateEpoch: number
  startOffset: number
}

export interface InitializeShareGroupStateResponse {
  results: InitializeStateResult[]
}

export interface InitializeStateResult {
  topicId: string
  partitions: PartitionResult[]
}

export interface PartitionResult {
  partition: number
  errorCode: number
  errorMessage: string | null
}

export const InitializeShareGroupState = defineApi<InitializeShareGroupStateRequest, InitializeShareGroupStateResponse>({
  key: 83,
  name: 'InitializeShareGroupState',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['groupId', 'string', '0+'],
    ['topics', { of: [
      ['topicId', 'uuid', '0+'],
      ['partitions', { of: [
        ['partition', 'int32', '0+'],
        ['stateEpoch', 'int32', '0+'],
        ['startOffset', 'int64', '0+'],
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
