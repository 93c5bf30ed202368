// LeaveGroup, API key 13. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface LeaveGroupRequest {
  groupId: string
  memberId: string
  members: MemberIdentity[]
}

export interface MemberIdentity {
  memberId: string
  groupInstanceId: string | null
  reason: string | null
}

export interface LeaveGroupResponse {
  throttleTimeMs: number
  errorCode: number
  members: MemberResponse[]
}

export interface MemberResponse {
  memberId: string
  groupInstanceId: string | null
  errorCode: number
}

export const LeaveGroup = defineApi<LeaveGroupRequest, LeaveGroupResponse>({
  key: 13,
  name: 'LeaveGroup',
  versions: [0, 5],
  flexible: 4,
  listeners: ['broker'],
  request: [
    ['groupId', 'string', '0+'],
    ['memberId', 'string', '0-2'],
    ['members', { of: [
      ['memberId', 'string', '3+'],
      ['groupInstanceId', 'string', '3+', { nullable: '3+', default: null }],
      ['reason', 'string', '5+', { nullable: '5+', default: null, ignorable: true }],
    ] }, '3+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '1+', { ignorable: true }],
    ['errorCode', 'int16', '0+'],
    ['members', { of: [
      ['memberId', 'string', '3+'],
      ['groupInstanceId', 'string', '3+', { nullable: '3+' }],
      ['errorCode', 'int16', '3+'],
    ] }, '3+'],
  ],
})
