// DescribeGroups, API key 15. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DescribeGroupsRequest {
  groups: string[]
  includeAuthorizedOperations: boolean
}

export interface DescribeGroupsResponse {
  throttleTimeMs: number
  groups: DescribedGroup[]
}

export interface DescribedGroup {
  errorCode: number
  errorMessage: string | null
  groupId: string
  groupState: string
  protocolType: string
  protocolData: string
  members: DescribedGroupMember[]
  authorizedOperations: number
}

export interface DescribedGroupMember {
  memberId: string
  groupInstanceId: string | null
  clientId: string
  clientHost: string
  memberMetadata: Buffer
  memberAssignment: Buffer
}

export const DescribeGroups = defineApi<DescribeGroupsRequest, DescribeGroupsResponse>({
  key: 15,
  name: 'DescribeGroups',
  versions: [0, 6],
  flexible: 5,
  listeners: ['broker'],
  request: [
    ['groups', { of: 'string' }, '0+'],
    ['includeAuthorizedOperations', 'bool', '3+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '1+', { ignorable: true }],
    ['groups', { of: [
      ['errorCode', 'int16', '0+'],
      ['errorMessage', 'string', '6+', { nullable: '6+', default: null }],
      ['groupId', 'string', '0+'],
      ['groupState', 'string', '0+'],
      ['protocolType', 'string', '0+'],
      ['protocolData', 'string', '0+'],
      ['members', { of: [
        ['memberId', 'string', '0+'],
        ['groupInstanceId', 'string', '4+', { nullable: '4+', default: null, ignorable: true }],
        ['clientId', 'string', '0+'],
        ['clientHost', 'string', '0+'],
        ['memberMetadata', 'bytes', '0+'],
        ['memberAssignment', 'bytes', '0+'],
      ] }, '0+'],
      ['authorizedOperations', 'int32', '3+', { default: -2147483648 }],
    ] }, '0+'],
  ],
})
