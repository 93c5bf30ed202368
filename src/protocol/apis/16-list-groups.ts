// ListGroups, API key 16. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface ListGroupsRequest {
  statesFilter: string[]
  typesFilter: string[]
}

export interface ListGroupsResponse {
  throttleTimeMs: number
  errorCode: number
  groups: ListedGroup[]
}

export interface ListedGroup {
  groupId: string
  protocolType: string
  groupState: string
  groupType: string
}

export const ListGroups = defineApi<ListGroupsRequest, ListGroupsResponse>({
  key: 16,
  name: 'ListGroups',
  versions: [0, 5],
  flexible: 3,
  listeners: ['broker'],
  request: [
    ['statesFilter', { of: 'string' }, '4+'],
    ['typesFilter', { of: 'string' }, '5+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '1+', { ignorable: true }],
    ['errorCode', 'int16', '0+'],
    ['groups', { of: [
      ['groupId', 'string', '0+'],
      ['protocolType', 'string', '0+'],
      ['groupState', 'string', '4+', { ignorable: true }],
      ['groupType', 'string', '5+', { ignorable: true }],
    ] }, '0+'],
  ],
})
