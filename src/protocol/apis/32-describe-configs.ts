// DescribeConfigs, API key 32. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DescribeConfigsRequest {
  resources: DescribeConfigsResource[]
  includeSynonyms: boolean
  includeDocumentation: boolean
}

export interface DescribeConfigsResource {
  resourceType: number
  resourceName: string
  configurationKeys: string[] | null
}

export interface DescribeConfigsResponse {
  throttleTimeMs: number
  results: DescribeConfigsResult[]
}

export interface DescribeConfigsResult {
  errorCode: number
  errorMessage: string | null
  resourceType: number
  resourceName: string
  configs: DescribeConfigsResourceResult[]
}

export interface DescribeConfigsResourceResult {
  name: string
  value: string | null
  readOnly: boolean
  configSource: number
  isSensitive: boolean
  synonyms: DescribeConfigsSynonym[]
  configType: number
  documentation: string | null
}

export interface DescribeConfigsSynonym {
  name: string
  value: string | null
  source: number
}

export const DescribeConfigs = defineApi<DescribeConfigsRequest, DescribeConfigsResponse>({
  key: 32,
  name: 'DescribeConfigs',
  versions: [1, 4],
  flexible: 4,
  listeners: ['broker', 'controller'],
  request: [
    ['resources', { of: [
      ['resourceType', 'int8', '0+'],
      ['resourceName', 'string', '0+'],
      ['configurationKeys', { of: 'string' }, '0+', { nullable: '0+' }],
    ] }, '0+'],
    ['includeSynonyms', 'bool', '1+'],
    ['includeDocumentation', 'bool', '3+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['results', { of: [
      ['errorCode', 'int16', '0+'],
      ['errorMessage', 'string', '0+', { nullable: '0+' }],
      ['resourceType', 'int8', '0+'],
      ['resourceName', 'string', '0+'],
      ['configs', { of: [
        ['name', 'string', '0+'],
        ['value', 'string', '0+', { nullable: '0+' }],
        ['readOnly', 'bool', '0+'],
        ['configSource', 'int8', '1+', { default: -1, ignorable: true }],
        ['isSensitive', 'bool', '0+'],
        ['synonyms', { of: [
          ['name', 'string', '1+'],
          ['value', 'string', '1+', { nullable: '0+' }],
          ['source', 'int8', '1+'],
        ] }, '1+', { ignorable: true }],
        ['configType', 'int8', '3+', { ignorable: true }],
        ['documentation', 'string', '3+', { nullable: '0+', ignorable: true }],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
