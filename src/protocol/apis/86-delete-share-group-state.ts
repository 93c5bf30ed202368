// DeleteShareGroupState, API key 86. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DeleteShareGroupStateRequest {
  groupId: string
  topics: DeleteStateData[]
}

export interface DeleteStateData {
  topicId: string
  partitions: PartitionData[]
}

export interface PartitionData {
  partition: number
}

export interface DeleteShareGroupStateResponse {
  results: DeleteStateResult[]
}

export interface DeleteStateResult {
  topicId: string
  partitions: PartitionResult[]
}

export interface PartitionResult {
  partition: number
  errorCode: number
  errorMessage: string | null
}

export const DeleteShareGroupState = defineApi<DeleteShareGroupStateRequest, DeleteShareGroupStateResponse>({
  key: 86,
  name: 'DeleteShareGroupState',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['groupId', 'string', '0+'],
    ['topics', { of: [
      ['topicId', 'uuid', '0+'],
      ['partitions', { of: [
        ['partition', 'int32', '0+'],
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
