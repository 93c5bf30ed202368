// DeleteGroups, API key 42. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DeleteGroupsRequest {
  groupsNames: string[]
}

export interface DeleteGroupsResponse {
  throttleTimeMs: number
  results: DeletableGroupResult[]
}

export interface DeletableGroupResult {
  groupId: string
  errorCode: number
}

export const DeleteGroups = defineApi<DeleteGroupsRequest, DeleteGroupsResponse>({
  key: 42,
  name: 'DeleteGroups',
  versions: [0, 2],
  flexible: 2,
  listeners: ['broker'],
  request: [
    ['groupsNames', { of: 'string' }, '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['results', { of: [
      ['groupId', 'string', '0+'],
      ['errorCode', 'int16', '0+'],
    ] }, '0+'],
  ],
})
