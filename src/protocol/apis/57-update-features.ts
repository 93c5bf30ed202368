// UpdateFeatures, API key 57. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface UpdateFeaturesRequest {
  timeoutMs: number
  featureUpdates: FeatureUpdateKey[]
  validateOnly: boolean
}

export interface FeatureUpdateKey {
  feature: string
  maxVersionLevel: number
  allowDowngrade: boolean
  upgradeType: number
}

export interface UpdateFeaturesResponse {
  throttleTimeMs: number
  errorCode: number
  errorMessage: string | null
  results: UpdatableFeatureResult[]
}

export interface UpdatableFeatureResult {
  feature: string
  errorCode: number
  errorMessage: string | null
}

export const UpdateFeatures = defineApi<UpdateFeaturesRequest, UpdateFeaturesResponse>({
  key: 57,
  name: 'UpdateFeatures',
  versions: [0, 2],
  flexible: 0,
  listeners: ['broker', 'controller'],
  request: [
    ['timeoutMs', 'int32', '0+', { default: 60000 }],
    ['featureUpdates', { of: [
      ['feature', 'string', '0+'],
      ['maxVersionLevel', 'int16', '0+'],
      ['allowDowngrade', 'bool', '0'],
      ['upgradeType', 'int8', '1+', { default: 1 }],
    ] }, '0+'],
    ['validateOnly', 'bool', '1+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
    ['errorMessage', 'string', '0+', { nullable: '0+' }],
    ['results', { of: [
      ['feature', 'string', '0+'],
      ['errorCode', 'int16', '0+'],
      ['errorMessage', 'string', '0+', { nullable: '0+' }],
    ] }, '0-1', { ignorable: true }],
  ],
})
