// CreateAcls, API key 30. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface CreateAclsRequest {
  creations: AclCreation[]
}

export interface AclCreation {
  resourceType: number
  resourceName: string
  resourcePatternType: number
  principal: string
  host: string
  operation: number
  permissionType: number
}

export interface CreateAclsResponse {
  throttleTimeMs: number
  results: AclCreationResult[]
}

export interface AclCreationResult {
  errorCode: number
  errorMessage: string | null
}

export const CreateAcls = defineApi<CreateAclsRequest, CreateAclsResponse>({
  key: 30,
  name: 'CreateAcls',
  versions: [1, 3],
  flexible: 2,
  listeners: ['broker', 'controller'],
  request: [
    ['creations', { of: [
      ['resourceType', 'int8', '0+'],
      ['resourceName', 'string', '0+'],
      ['resourcePatternType', 'int8', '1+', { default: 3 }],
      ['principal', 'string', '0+'],
      ['host', 'string', '0+'],
      ['operation', 'int8', '0+'],
      ['permissionType', 'int8', '0+'],
    ] }, '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['results', { of: [
      ['errorCode', 'int16', '0+'],
      ['errorMessage', 'string', '0+', { nullable: '0+' }],
    ] }, '0+'],
  ],
})
