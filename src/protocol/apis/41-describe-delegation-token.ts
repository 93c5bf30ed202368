// DescribeDelegationToken, API key 41. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DescribeDelegationTokenRequest {
  owners: DescribeDelegationTokenOwner[] | null
}

export interface DescribeDelegationTokenOwner {
  principalType: string
  principalName: string
}

export interface DescribeDelegationTokenResponse {
  errorCode: number
  tokens: DescribedDelegationToken[]
  throttleTimeMs: number
}

export interface DescribedDelegationToken {
  principalType: string
  principalName: string
  tokenRequesterPrincipalType: string
  tokenRequesterPrincipalName: string
  issueTimestamp: number
  expiryTimestamp: number
  maxTimestamp: number
  tokenId: string
  hmac: Buffer
  renewers: DescribedDelegationTokenRenewer[]
}

export interface DescribedDelegationTokenRenewer {
  principalType: string
  principalName: string
}

export const DescribeDelegationToken = defineApi<DescribeDelegationTokenRequest, DescribeDelegationTokenResponse>({
  key: 41,
  name: 'DescribeDelegationToken',
  versions: [1, 3],
  flexible: 2,
  listeners: ['broker', 'controller'],
  request: [
    ['owners', { of: [
      ['principalType', 'string', '0+'],
      ['principalName', 'string', '0+'],
    ] }, '0+', { nullable: '0+' }],
  ],
  response: [
    ['errorCode', 'int16', '0+'],
    ['tokens', { of: [
      ['principalType', 'string', '0+'],
      ['principalName', 'string', '0+'],
      ['tokenRequesterPrincipalType', 'string', '3+'],
      ['tokenRequesterPrincipalName', 'string', '3+'],
      ['issueTimestamp', 'int64', '0+'],
      ['expiryTimestamp', 'int64', '0+'],
      ['maxTimestamp', 'int64', '0+'],
      ['tokenId', 'string', '0+'],
      ['hmac', 'bytes', '0+'],
      ['renewers', { of: [
        ['principalType', 'string', '0+'],
        ['principalName', 'string', '0+'],
      ] }, '0+'],
    ] }, '0+'],
    ['throttleTimeMs', 'int32', '0+'],
  ],
})
