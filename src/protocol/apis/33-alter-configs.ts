// AlterConfigs, API key 33. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface AlterConfigsRequest {
  resources: AlterConfigsResource[]
  validateOnly: boolean
}

export interface AlterConfigsResource {
  resourceType: number
  resourceName: string
  configs: AlterableConfig[]
}

export interface AlterableConfig {
  name: string
  value: string | null
}

export interface AlterConfigsResponse {
  throttleTimeMs: number
  responses: AlterConfigsResourceResponse[]
}

export interface AlterConfigsResourceResponse {
  errorCode: number
  errorMessage: string | null
  resourceType: number
  resourceName: string
}

export const AlterConfigs = defineApi<AlterConfigsRequest, AlterConfigsResponse>({
  key: 33,
  name: 'AlterConfigs',
  versions: [0, 2],
  flexible: 2,
  listeners: ['broker', 'controller'],
  request: [
    ['resources', { of: [
      ['resourceType', 'int8', '0+'],
      ['resourceName', 'string', '0+'],
      ['configs', { of: [
        ['name', 'string', '0+'],
        ['value', 'string', '0+', { nullable: '0+' }],
      ] }, '0+'],
    ] }, '0+'],
    ['validateOnly', 'bool', '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['responses', { of: [
      ['errorCode', 'int16', '0+'],
      ['errorMessage', 'string', '0+', { nullable: '0+' }],
      ['resourceType', 'int8', '0+'],
      ['resourceName', 'string', '0+'],
    ] }, '0+'],
  ],
})
