// ListConfigResources, API key 74. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface ListConfigResourcesRequest {
  resourceTypes: number[]
}

export interface ListConfigResourcesResponse {
  throttleTimeMs: number
  errorCode: number
  configResources: ConfigResource[]
}

export interface ConfigResource {
  resourceName: string
  resourceType: number
}

export const ListConfigResources = defineApi<ListConfigResourcesRequest, ListConfigResourcesResponse>({
  key: 74,
  name: 'ListConfigResources',
  versions: [0, 1],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['resourceTypes', { of: 'int8' }, '1+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
    ['configResources', { of: [
      ['resourceName', 'string', '0+'],
      ['resourceType', 'int8', '1+', { default: 16, ignorable: true }],
    ] }, '0+'],
  ],
})
