// DescribeAcls, API key 29. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DescribeAclsRequest {
  resourceTypeFilter: number
  resourceNameFilter: string | null
  patternTypeFilter: number
  principalFilter: string | null
  hostFilter: string | null
  operation: number
  permissionType: number
}

export interface DescribeAclsResponse {
  throttleTimeMs: number
  errorCode: number
  errorMessage: string | null
  resources: DescribeAclsResource[]
}

export interface DescribeAclsResource {
  resourceType: number
  resourceName: string
  patternType: number
  acls: AclDescription[]
}

export interface AclDescription {
  principal: string
  host: string
  operation: number
  permissionType: number
}

export const DescribeAcls = defineApi<DescribeAclsRequest, DescribeAclsResponse>({
  key: 29,
  name: 'DescribeAcls',
  versions: [1, 3],
  flexible: 2,
  listeners: ['broker', 'controller'],
  request: [
    ['resourceTypeFilter', 'int8', '0+'],
    ['resourceNameFilter', 'string', '0+', { nullable: '0+' }],
    ['patternTypeFilter', 'int8', '1+', { default: 3 }],
    ['principalFilter', 'string', '0+', { nullable: '0+' }],
    ['hostFilter', 'string', '0+', { nullable: '0+' }],
    ['operation', 'int8', '0+'],
    ['permissionType', 'int8', '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
    ['errorMessage', 'string', '0+', { nullable: '0+' }],
    ['resources', { of: [
      ['resourceType', 'int8', '0+'],
      ['resourceName', 'string', '0+'],
      ['patternType', 'int8', '1+', { default: 3 }],
      ['acls', { of: [
        ['principal', 'string', '0+'],
        ['host', 'string', '0+'],
        ['operation', 'int8', '0+'],
        ['permissionType', 'int8', '0+'],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
