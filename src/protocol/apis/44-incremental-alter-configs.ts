// IncrementalAlterConfigs, API key 44. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface IncrementalAlterConfigsRequest {
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
  configOperation: number
  value: string | null
}

export interface IncrementalAlterConfigsResponse {
  throttleTimeMs: number
  responses: AlterConfigsResourceResponse[]
}

export interface AlterConfigsResourceResponse {
  errorCode: number
  errorMessage: string | null
  resourceType: number
  resourceName: string
}

export const IncrementalAlterConfigs = defineApi<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>({
  key: 44,
  name: 'IncrementalAlterConfigs',
  versions: [0, 1],
  flexible: 1,
  listeners: ['broker', 'controller'],
  request: [
    ['resources', { of: [
      ['resourceType', 'int8', '0+'],
      ['resourceName', 'string', '0+'],
      ['configs', { of: [
        ['name', 'string', '0+'],
        ['configOperation', 'int8', '0+'],
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
