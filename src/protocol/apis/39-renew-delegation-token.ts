// RenewDelegationToken, API key 39. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface RenewDelegationTokenRequest {
  hmac: Buffer
  renewPeriodMs: number
}

export interface RenewDelegationTokenResponse {
  errorCode: number
  expiryTimestampMs: number
  throttleTimeMs: number
}

export const RenewDelegationToken = defineApi<RenewDelegationTokenRequest, RenewDelegationTokenResponse>({
  key: 39,
  name: 'RenewDelegationToken',
  versions: [1, 2],
  flexible: 2,
  listeners: ['broker', 'controller'],
  request: [
    ['hmac', 'bytes', '0+'],
    ['renewPeriodMs', 'int64', '0+'],
  ],
  response: [
    ['errorCode', 'int16', '0+'],
    ['expiryTimestampMs', 'int64', '0+'],
    ['throttleTimeMs', 'int32', '0+'],
  ],
})
