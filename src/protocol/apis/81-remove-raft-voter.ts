// RemoveRaftVoter, API key 81. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface RemoveRaftVoterRequest {
  clusterId: string | null
  voterId: number
  voterDirectoryId: string
}

export interface RemoveRaftVoterResponse {
  throttleTimeMs: number
  errorCode: number
  errorMessage: string | null
}

export const RemoveRaftVoter = defineApi<RemoveRaftVoterRequest, RemoveRaftVoterResponse>({
  key: 81,
  name: 'RemoveRaftVoter',
  versions: [0, 0],
  flexible: 0,
  listeners: ['controller', 'broker'],
  request: [
    ['clusterId', 'string', '0+', { nullable: '0+' }],
    ['voterId', 'int32', '0+'],
    ['voterDirectoryId', 'uuid', '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
    ['errorMessage', 'string', '0+', { nullable: '0+', ignorable: true }],
  ],
})
