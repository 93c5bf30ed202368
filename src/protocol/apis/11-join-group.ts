// JoinGroup, API key 11. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface JoinGroupRequest {
  groupId: string
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  memberId: string
  groupInstanceId: string | null
  protocolType: string
  protocols: JoinGroupRequestProtocol[]
  reason: string | null
}

export interface JoinGroupRequestProtocol {
  name: string
  metadata: Buffer
}

export interface JoinGroupResponse {
  throttleTimeMs: number
  errorCode: number
  generationId: number
  protocolType: string | null
  protocolName: string | null
  leader: string
  skipAssignment: boolean
  memberId: string
  members: JoinGroupResponseMember[]
}

export interface JoinGroupResponseMember {
  memberId: string
  groupInstanceId: string | null
  metadata: Buffer
}

export const JoinGroup = defineApi<JoinGroupRequest, JoinGroupResponse>({
  key: 11,
  name: 'JoinGroup',
  versions: [0, 9],
  flexible: 6,
  listeners: ['broker'],
  request: [
    ['groupId', 'string', '0+'],
    ['sessionTimeoutMs', 'int32', '0+'],
    ['rebalanceTimeoutMs', 'int32', '1+', { default: -1, ignorable: true }],
    ['memberId', 'string', '0+'],
    ['groupInstanceId', 'string', '5+', { nullable: '5+', default: null }],
    ['protocolType', 'string', '0+'],
    ['protocols', { of: [
      ['name', 'string', '0+'],
      ['metadata', 'bytes', '0+'],
    ] }, '0+'],
    ['reason', 'string', '8+', { nullable: '8+', default: null, ignorable: true }],
  ],
  response: [
    ['throttleTimeMs', 'int32', '2+', { ignorable: true }],
    ['errorCode', 'int16', '0+'],
    ['generationId', 'int32', '0+', { default: -1 }],
    ['protocolType', 'string', '7+', { nullable: '7+', default: null, ignorable: true }],
    ['protocolName', 'string', '0+', { nullable: '7+' }],
    ['leader', 'string', '0+'],
    ['skipAssignment', 'bool', '9+'],
    ['memberId', 'string', '0+'],
    ['members', { of: [
      ['memberId', 'string', '0+'],
      ['groupInstanceId', 'string', '5+', { nullable: '5+', default: null, ignorable: true }],
      ['metadata', 'bytes', '0+'],
    ] }, '0+'],
  ],
})
