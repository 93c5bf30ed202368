// AlterPartitionReassignments, API key 45. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface AlterPartitionReassignmentsRequest {
  timeoutMs: number
  allowReplicationFactorChange: boolean
  topics: ReassignableTopic[]
}

export interface ReassignableTopic {
  name: string
  partitions: ReassignablePartition[]
}

export interface ReassignablePartition {
  partitionIndex: number
  replicas: number[] | null
}

export interface AlterPartitionReassignmentsResponse {
  throttleTimeMs: number
  allowReplicationFactorChange: boolean
  errorCode: number
  errorMessage: string | null
  responses: ReassignableTopicResponse[]
}

export interface ReassignableTopicResponse {
  name: string
  partitions: ReassignablePartitionResponse[]
}

export interface ReassignablePartitionResponse {
  partitionIndex: number
  errorCode: number
  errorMessage: string | null
}

export const AlterPartitionReassignments = defineApi<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>({
  key: 45,
  name: 'AlterPartitionReassignments',
  versions: [0, 1],
  flexible: 0,
  listeners: ['broker', 'controller'],
  request: [
    ['timeoutMs', 'int32', '0+', { default: 60000 }],
    ['allowReplicationFactorChange', 'bool', '1+', { default: true }],
    ['topics', { of: [
      ['name', 'string', '0+'],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['replicas', { of: 'int32' }, '0+', { nullable: '0+', default: null }],
      ] }, '0+'],
    ] }, '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['allowReplicationFactorChange', 'bool', '1+', { default: true, ignorable: true }],
    ['errorCode', 'int16', '0+'],
    ['errorMessage', 'string', '0+', { nullable: '0+' }],
    ['responses', { of: [
      ['name', 'string', '0+'],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['errorCode', 'int16', '0+'],
        ['errorMessage', 'string', '0+', { nullable: '0+' }],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
