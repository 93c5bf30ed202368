// DescribeProducers, API key 61. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DescribeProducersRequest {
  topics: TopicRequest[]
}

export interface TopicRequest {
  name: string
  partitionIndexes: number[]
}

export interface DescribeProducersResponse {
  throttleTimeMs: number
  topics: TopicResponse[]
}

export interface TopicResponse {
  name: string
  partitions: PartitionResponse[]
}

export interface PartitionResponse {
  partitionIndex: number
  errorCode: number
  errorMessage: string | null
  activeProducers: ProducerState[]
}

export interface ProducerState {
  producerId: number
  producerEpoch: number
  lastSequence: number
  lastTimestamp: number
  coordinatorEpoch: number
  currentTxnStartOffset: number
}

export const DescribeProducers = defineApi<DescribeProducersRequest, DescribeProducersResponse>({
  key: 61,
  name: 'DescribeProducers',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['topics', { of: [
      ['name', 'string', '0+'],
      ['partitionIndexes', { of: 'int32' }, '0+'],
    ] }, '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['topics', { of: [
      ['name', 'string', '0+'],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['errorCode', 'int16', '0+'],
        ['errorMessage', 'string', '0+', { nullable: '0+', default: null }],
        ['activeProducers', { of: [
          ['producerId', 'int64', '0+'],
          ['producerEpoch', 'int32', '0+'],
          ['lastSequence', 'int32', '0+', { default: -1 }],
          ['lastTimestamp', 'int64', '0+', { default: -1 }],
          ['coordinatorEpoch', 'int32', '0+'],
          ['currentTxnStartOffset', 'int64', '0+', { default: -1 }],
        ] }, '0+'],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
