// ExpireDelegationToken, API key 40. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface ExpireDelegationTokenRequest {
  hmac: Buffer
  expiryTimePeriodMs: number
}

export interface ExpireDelegationTokenResponse {
  errorCode: number
  expiryTimestampMs: number
  throttleTimeMs: number
}

export const ExpireDelegationToken = defineApi<ExpireDelegationTokenRequest, ExpireDelegationTokenResponse>({
  key: 40,
  name: 'ExpireDelegationToken',
  versions: [1, 2],
  flexible: 2,
  listeners: ['broker', 'controller'],
  request: [
    ['hmac', 'bytes', '0+'],
    ['expiryTimePeriodMs', 'int64', '0+'],
  ],
  response: [
    ['errorCode', 'int16', '0+'],
    ['expiryTimestampMs', 'int64', '0+'],
    ['throttleTimeMs', 'int32', '0+'],
  ],
})
