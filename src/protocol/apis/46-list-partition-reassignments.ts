// ListPartitionReassignments, API key 46. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface ListPartitionReassignmentsRequest {
  timeoutMs: number
  topics: ListPartitionReassignmentsTopics[] | null
}

export interface ListPartitionReassignmentsTopics {
  name: string
  partitionIndexes: number[]
}

export interface ListPartitionReassignmentsResponse {
  throttleTimeMs: number
  errorCode: number
  errorMessage: string | null
  topics: OngoingTopicReassignment[]
}

export interface OngoingTopicReassignment {
  name: string
  partitions: OngoingPartitionReassignment[]
}

export interface OngoingPartitionReassignment {
  partitionIndex: number
  replicas: number[]
  addingReplicas: number[]
  removingReplicas: number[]
}

export const ListPartitionReassignments = defineApi<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>({
  key: 46,
  name: 'ListPartitionReassignments',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker', 'controller'],
  request: [
    ['timeoutMs', 'int32', '0+', { default: 60000 }],
    ['topics', { of: [
      ['name', 'string', '0+'],
      ['partitionIndexes', { of: 'int32' }, '0+'],
    ] }, '0+', { nullable: '0+', default: null }],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
    ['errorMessage', 'string', '0+', { nullable: '0+' }],
    ['topics', { of: [
      ['name', 'string', '0+'],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['replicas', { of: 'int32' }, '0+'],
        ['addingReplicas', { of: 'int32' }, '0+'],
        ['removingReplicas', { of: 'int32' }, '0+'],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
