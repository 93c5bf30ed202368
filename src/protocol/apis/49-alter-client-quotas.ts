// AlterClientQuotas, API key 49. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface AlterClientQuotasRequest {
  entries: AlterClientQuotasRequestEntryData[]
  validateOnly: boolean
}

export interface AlterClientQuotasRequestEntryData {
  entity: AlterClientQuotasRequestEntityData[]
  ops: OpData[]
}

export interface AlterClientQuotasRequestEntityData {
  entityType: string
  entityName: string | null
}

export interface OpData {
  key: string
  value: number
  remove: boolean
}

export interface AlterClientQuotasResponse {
  throttleTimeMs: number
  entries: AlterClientQuotasResponseEntryData[]
}

export interface AlterClientQuotasResponseEntryData {
  errorCode: number
  errorMessage: string | null
  entity: AlterClientQuotasResponseEntityData[]
}

export interface AlterClientQuotasResponseEntityData {
  entityType: string
  entityName: string | null
}

export const AlterClientQuotas = defineApi<AlterClientQuotasRequest, AlterClientQuotasResponse>({
  key: 49,
  name: 'AlterClientQuotas',
  versions: [0, 1],
  flexible: 1,
  listeners: ['broker', 'controller'],
  request: [
    ['entries', { of: [
      ['entity', { of: [
        ['entityType', 'string', '0+'],
        ['entityName', 'string', '0+', { nullable: '0+' }],
      ] }, '0+'],
      ['ops', { of: [
        ['key', 'string', '0+'],
        ['value', 'float64', '0+'],
        ['remove', 'bool', '0+'],
      ] }, '0+'],
    ] }, '0+'],
    ['validateOnly', 'bool', '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['entries', { of: [
      ['errorCode', 'int16', '0+'],
      ['errorMessage', 'string', '0+', { nullable: '0+' }],
      ['entity', { of: [
        ['entityType', 'string', '0+'],
        ['entityName', 'string', '0+', { nullable: '0+' }],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
