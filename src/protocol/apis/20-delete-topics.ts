// DeleteTopics, API key 20. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DeleteTopicsRequest {
  topics: DeleteTopicState[]
  topicNames: string[]
  timeoutMs: number
}

export interface DeleteTopicState {
  name: string | null
  topicId: string
}

export interface DeleteTopicsResponse {
  throttleTimeMs: number
  responses: DeletableTopicResult[]
}

export interface DeletableTopicResult {
  name: string | null
  topicId: string
  errorCode: number
  errorMessage: string | null
}

export const DeleteTopics = defineApi<DeleteTopicsRequest, DeleteTopicsResponse>({
  key: 20,
  name: 'DeleteTopics',
  versions: [1, 6],
  flexible: 4,
  listeners: ['broker', 'controller'],
  request: [
    ['topics', { of: [
      ['name', 'string', '6+', { nullable: '6+', default: null }],
      ['topicId', 'uuid', '6+'],
    ] }, '6+'],
    ['topicNames', { of: 'string' }, '0-5', { ignorable: true }],
    ['timeoutMs', 'int32', '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '1+', { ignorable: true }],
    ['responses', { of: [
      ['name', 'string', '0+', { nullable: '6+' }],
      ['topicId', 'uuid', '6+', { ignorable: true }],
      ['errorCode', 'int16', '0+'],
      ['errorMessage', 'string', '5+', { nullable: '5+', default: null, ignorable: true }],
    ] }, '0+'],
  ],
})
