// AddRaftVoter, API key 80. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface AddRaftVoterRequest {
  clusterId: string | null
  timeoutMs: number
  voterId: number
  voterDirectoryId: string
  listeners: Listener[]
  ackWhenCommitted: boolean
}

export interface Listener {
  name: string
  host: string
  port: number
}

export interface AddRaftVoterResponse {
  throttleTimeMs: number
  errorCode: number
  errorMessage: string | null
}

export const AddRaftVoter = defineApi<AddRaftVoterRequest, AddRaftVoterResponse>({
  key: 80,
  name: 'AddRaftVoter',
  versions: [0, 1],
  flexible: 0,
  listeners: ['controller', 'broker'],
  request: [
    ['clusterId', 'string', '0+', { nullable: '0+' }],
    ['timeoutMs', 'int32', '0+'],
    ['voterId', 'int32', '0+'],
    ['voterDirectoryId', 'uuid', '0+'],
    ['listeners', { of: [
      ['name', 'string', '0+'],
      ['host', 'string', '0+'],
      ['port', 'uint16', '0+'],
    ] }, '0+'],
    ['ackWhenCommitted', 'bool', '1+', { default: true }],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
    ['errorMessage', 'string', '0+', { nullable: '0+', ignorable: true }],
  ],
})
