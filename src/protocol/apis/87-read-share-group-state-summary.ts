// ReadShareGroupStateSummary, API key 87. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface ReadShareGroupStateSummaryRequest {
  groupId: string
  topics: ReadStateSummaryData[]
}

export interface ReadStateSummaryData {
  topicId: string
  partitions: PartitionData[]
}

export interface PartitionData {
  partition: number
  leaderEpoch: number
}

export interface ReadShareGroupStateSummaryResponse {
  results: ReadStateSummaryResult[]
}

export interface ReadStateSummaryResult {
  topicId: string
  partitions: PartitionResult[]
}

export interface PartitionResult {
  partition: number
  errorCode: number
  errorMessage: string | null
  stateEpoch: number
  leaderEpoch: number
  startOffset: number
  deliveryCompleteCount: number
}

export const ReadShareGroupStateSummary = defineApi<ReadShareGroupStateSummaryRequest, ReadShareGroupStateSummaryResponse>({
  key: 87,
  name: 'ReadShareGroupStateSummary',
  versions: [0, 1],
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
        ['leaderEpoch', 'int32', '0+'],
        ['startOffset', 'int64', '0+'],
        ['deliveryCompleteCount', 'int32', '1+', { default: -1, ignorable: true }],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
