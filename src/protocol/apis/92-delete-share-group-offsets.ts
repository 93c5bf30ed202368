// DeleteShareGroupOffsets, API key 92. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DeleteShareGroupOffsetsRequest {
  groupId: string
  topics: DeleteShareGroupOffsetsRequestTopic[]
}

export interface DeleteShareGroupOffsetsRequestTopic {
  topicName: string
}

export interface DeleteShareGroupOffsetsResponse {
  throttleTimeMs: number
  errorCode: number
  errorMessage: string | null
  responses: DeleteShareGroupOffsetsResponseTopic[]
}

export interface DeleteShareGroupOffsetsResponseTopic {
  topicName: string
  topicId: string
  errorCode: number
  errorMessage: string | null
}

export const DeleteShareGroupOffsets = defineApi<DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsResponse>({
  key: 92,
  name: 'DeleteShareGroupOffsets',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['groupId', 'string', '0+'],
    ['topics', { of: [
      ['topicName', 'string', '0+'],
    ] }, '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
    ['errorMessage', 'string', '0+', { nullable: '0+', default: null }],
    ['responses', { of: [
      ['topicName', 'string', '0+'],
      ['topicId', 'uuid', '0+'],
      ['errorCode', 'int16', '0+'],
      ['errorMessage', 'string', '0+', { nullable: '0+', default: null }],
    ] }, '0+'],
  ],
})
