// FindCoordinator, API key 10. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface FindCoordinatorRequest {
  key: string
  keyType: number
  coordinatorKeys: string[]
}

export interface FindCoordinatorResponse {
  throttleTimeMs: number
  errorCode: number
  errorMessage: string | null
  nodeId: number
  host: string
  port: number
  coordinators: Coordinator[]
}

export interface Coordinator {
  key: string
  nodeId: number
  host: string
  port: number
  errorCode: number
  errorMessage: string | null
}

export const FindCoordinator = defineApi<FindCoordinatorRequest, FindCoordinatorResponse>({
  key: 10,
  name: 'FindCoordinator',
  versions: [0, 6],
  flexible: 3,
  listeners: ['broker'],
  request: [
    ['key', 'string', '0-3'],
    ['keyType', 'int8', '1+'],
    ['coordinatorKeys', { of: 'string' }, '4+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '1+', { ignorable: true }],
    ['errorCode', 'int16', '0-3'],
    ['errorMessage', 'string', '1-3', { nullable: '1-3', ignorable: true }],
    ['nodeId', 'int32', '0-3'],
    ['host', 'string', '0-3'],
    ['port', 'int32', '0-3'],
    ['coordinators', { of: [
      ['key', 'string', '4+'],
      ['nodeId', 'int32', '4+'],
      ['host', 'string', '4+'],
      ['port', 'int32', '4+'],
      ['errorCode', 'int16', '4+'],
      ['errorMessage', 'string', '4+', { nullable: '4+', ignorable: true }],
    ] }, '4+'],
  ],
})
