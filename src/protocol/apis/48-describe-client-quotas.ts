// DescribeClientQuotas, API key 48. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DescribeClientQuotasRequest {
  components: ComponentData[]
  strict: boolean
}

export interface ComponentData {
  entityType: string
  matchType: number
  match: string | null
}

export interface DescribeClientQuotasResponse {
  throttleTimeMs: number
  errorCode: number
  errorMessage: string | null
  entries: EntryData[] | null
}

export interface EntryData {
  entity: EntityData[]
  values: ValueData[]
}

export interface EntityData {
  entityType: string
  entityName: string | null
}

export interface ValueData {
  key: string
  value: number
}

export const DescribeClientQuotas = defineApi<DescribeClientQuotasRequest, DescribeClientQuotasResponse>({
  key: 48,
  name: 'DescribeClientQuotas',
  versions: [0, 1],
  flexible: 1,
  listeners: ['broker'],
  request: [
    ['components', { of: [
      ['entityType', 'string', '0+'],
      ['matchType', 'int8', '0+'],
      ['match', 'string', '0+', { nullable: '0+' }],
    ] }, '0+'],
    ['strict', 'bool', '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
    ['errorMessage', 'string', '0+', { nullable: '0+' }],
    ['entries', { of: [
      ['entity', { of: [
        ['entityType', 'string', '0+'],
        ['entityName', 'string', '0+', { nullable: '0+' }],
      ] }, '0+'],
      ['values', { of: [
        ['key', 'string', '0+'],
        ['value', 'float64', '0+'],
      ] }, '0+'],
    ] }, '0+', { nullable: '0+' }],
  ],
})
