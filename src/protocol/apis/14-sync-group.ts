// SyncGroup, API key 14. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface SyncGroupRequest {
  groupId: string
  generationId: number
  memberId: string
  groupInstanceId: string | null
  protocolType: string | null
  protocolName: string | null
  assignments: SyncGroupRequestAssignment[]
}

export interface SyncGroupRequestAssignment {
  memberId: string
  assignment: Buffer
}

export interface SyncGroupResponse {
  throttleTimeMs: number
  errorCode: number
  protocolType: string | null
  protocolName: string | null
  assignment: Buffer
}

export const SyncGroup = defineApi<SyncGroupRequest, SyncGroupResponse>({
  key: 14,
  name: 'SyncGroup',
  versions: [0, 5],
  flexible: 4,
  listeners: ['broker'],
  request: [
    ['groupId', 'string', '0+'],
    ['generationId', 'int32', '0+'],
    ['memberId', 'string', '0+'],
    ['groupInstanceId', 'string', '3+', { nullable: '3+', default: null }],
    ['protocolType', 'string', '5+', { nullable: '5+', default: null, ignorable: true }],
    ['protocolName', 'string', '5+', { nullable: '5+', default: null, ignorable: true }],
    ['assignments', { of: [
      ['memberId', 'string', '0+'],
      ['assignment', 'bytes', '0+'],
    ] }, '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '1+', { ignorable: true }],
    ['errorCode', 'int16', '0+'],
    ['protocolType', 'string', '5+', { nullable: '5+', default: null, ignorable: true }],
    ['protocolName', 'string', '5+', { nullable: '5+', default: null, ignorable: true }],
    ['assignment', 'bytes', '0+'],
  ],
})
