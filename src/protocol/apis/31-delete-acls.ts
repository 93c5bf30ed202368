// DeleteAcls, API key 31. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DeleteAclsRequest {
  filters: DeleteAclsFilter[]
}

export interface DeleteAclsFilter {
  resourceTypeFilter: number
  resourceNameFilter: string | null
  patternTypeFilter: number
  principalFilter: string | null
  hostFilter: string | null
  operation: number
  permissionType: number
}

export interface DeleteAclsResponse {
  throttleTimeMs: number
  filterResults: DeleteAclsFilterResult[]
}

export interface DeleteAclsFilterResult {
  errorCode: number
  errorMessage: string | null
  matchingAcls: DeleteAclsMatchingAcl[]
}

export interface DeleteAclsMatchingAcl {
  errorCode: number
  errorMessage: string | null
  resourceType: number
  resourceName: string
  patternType: number
  principal: string
  host: string
  operation: number
  permissionType: number
}

export const DeleteAcls = defineApi<DeleteAclsRequest, DeleteAclsResponse>({
  key: 31,
  name: 'DeleteAcls',
  versions: [1, 3],
  flexible: 2,
  listeners: ['broker', 'controller'],
  request: [
    ['filters', { of: [
      ['resourceTypeFilter', 'int8', '0+'],
      ['resourceNameFilter', 'string', '0+', { nullable: '0+' }],
      ['patternTypeFilter', 'int8', '1+', { default: 3 }],
      ['principalFilter', 'string', '0+', { nullable: '0+' }],
      ['hostFilter', 'string', '0+', { nullable: '0+' }],
      ['operation', 'int8', '0+'],
      ['permissionType', 'int8', '0+'],
    ] }, '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['filterResults', { of: [
      ['errorCode', 'int16', '0+'],
      ['errorMessage', 'string', '0+', { nullable: '0+' }],
      ['matchingAcls', { of: [
        ['errorCode', 'int16', '0+'],
        ['errorMessage', 'string', '0+', { nullable: '0+' }],
        ['resourceType', 'int8', '0+'],
        ['resourceName', 'string', '0+'],
        ['patternType', 'int8', '1+', { default: 3 }],
        ['principal', 'string', '0+'],
        ['host', 'string', '0+'],
        ['operation', 'int8', '0+'],
        ['permissionType', 'int8', '0+'],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
