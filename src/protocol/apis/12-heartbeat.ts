// Heartbeat, API key 12. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface HeartbeatRequest {
  groupId: string
  generationId: number
  memberId: string
  groupInstanceId: string | null
}

export interface HeartbeatResponse {
  throttleTimeMs: number
  errorCode: number
}

export const Heartbeat = defineApi<HeartbeatRequest, HeartbeatResponse>({
  key: 12,
  name: 'Heartbeat',
  versions: [0, 4],
  flexible: 4,
  listeners: ['broker'],
  request: [
    ['groupId', 'string', '0+'],
    ['generationId', 'int32', '0+'],
    ['memberId', 'string', '0+'],
    ['groupInstanceId', 'string', '3+', { nullable: '3+', default: null }],
  ],
  response: [
    ['throttleTimeMs', 'int32', '1+', { ignorable: true }],
    ['errorCode', 'int16', '0+'],
  ],
})
