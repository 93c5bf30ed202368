// CreatePartitions, API key 37. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface CreatePartitionsRequest {
  topics: CreatePartitionsTopic[]
  timeoutMs: number
  validateOnly: boolean
}

export interface CreatePartitionsTopic {
  name: string
  count: number
  assignments: CreatePartitionsAssignment[] | null
}

export interface CreatePartitionsAssignment {
  brokerIds: number[]
}

export interface CreatePartitionsResponse {
  throttleTimeMs: number
  results: CreatePartitionsTopicResult[]
}

export interface CreatePartitionsTopicResult {
  name: string
  errorCode: number
  errorMessage: string | null
}

export const CreatePartitions = defineApi<CreatePartitionsRequest, CreatePartitionsResponse>({
  key: 37,
  name: 'CreatePartitions',
  versions: [0, 3],
  flexible: 2,
  listeners: ['broker', 'controller'],
  request: [
    ['topics', { of: [
      ['name', 'string', '0+'],
      ['count', 'int32', '0+'],
      ['assignments', { of: [
        ['brokerIds', { of: 'int32' }, '0+'],
      ] }, '0+', { nullable: '0+' }],
    ] }, '0+'],
    ['timeoutMs', 'int32', '0+'],
    ['validateOnly', 'bool', '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['results', { of: [
      ['name', 'string', '0+'],
      ['errorCode', 'int16', '0+'],
      ['errorMessage', 'string', '0+', { nullable: '0+', default: null }],
    ] }, '0+'],
  ],
})
