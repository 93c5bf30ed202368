// CreateDelegationToken, API key 38. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface CreateDelegationTokenRequest {
  ownerPrincipalType: string | null
  ownerPrincipalName: string | null
  renewers: CreatableRenewers[]
  maxLifetimeMs: number
}

export interface CreatableRenewers {
  principalType: string
  principalName: string
}

export interface CreateDelegationTokenResponse {
  errorCode: number
  principalType: string
  principalName: string
  tokenRequesterPrincipalType: string
  tokenRequesterPrincipalName: string
  issueTimestampMs: number
  expiryTimestampMs: number
  maxTimestampMs: number
  tokenId: string
  hmac: Buffer
  throttleTimeMs: number
}

export const CreateDelegationToken = defineApi<CreateDelegationTokenRequest, CreateDelegationTokenResponse>({
  key: 38,
  name: 'CreateDelegationToken',
  versions: [1, 3],
  flexible: 2,
  listeners: ['broker', 'controller'],
  request: [
    ['ownerPrincipalType', 'string', '3+', { nullable: '3+' }],
    ['ownerPrincipalName', 'string', '3+', { nullable: '3+' }],
    ['renewers', { of: [
      ['principalType', 'string', '0+'],
      ['principalName', 'string', '0+'],
    ] }, '0+'],
    ['maxLifetimeMs', 'int64', '0+'],
  ],
  response: [
    ['errorCode', 'int16', '0+'],
    ['principalType', 'string', '0+'],
    ['principalName', 'string', '0+'],
    ['tokenRequesterPrincipalType', 'string', '3+'],
    ['tokenRequesterPrincipalName', 'string', '3+'],
    ['issueTimestampMs', 'int64', '0+'],
    ['expiryTimestampMs', 'int64', '0+'],
    ['maxTimestampMs', 'int64', '0+'],
    ['tokenId', 'string', '0+'],
    ['hmac', 'bytes', '0+'],
    ['throttleTimeMs', 'int32', '0+'],
  ],
})
