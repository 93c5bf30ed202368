// ApiVersions, API key 18. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface ApiVersionsRequest {
  clientSoftwareName: string
  clientSoftwareVersion: string
}

export interface ApiVersionsResponse {
  errorCode: number
  apiKeys: ApiVersion[]
  throttleTimeMs: number
  supportedFeatures: SupportedFeatureKey[]
  finalizedFeaturesEpoch: number
  finalizedFeatures: FinalizedFeatureKey[]
  zkMigrationReady: boolean
}

export interface ApiVersion {
  apiKey: number
  minVersion: number
  maxVersion: number
}

export interface SupportedFeatureKey {
  name: string
  minVersion: number
  maxVersion: number
}

export interface FinalizedFeatureKey {
  name: string
  maxVersionLevel: number
  minVersionLevel: number
}

export const ApiVersions = defineApi<ApiVersionsRequest, ApiVersionsResponse>({
  key: 18,
  name: 'ApiVersions',
  versions: [0, 4],
  flexible: 3,
  listeners: ['broker', 'controller'],
  request: [
    ['clientSoftwareName', 'string', '3+', { ignorable: true }],
    ['clientSoftwareVersion', 'string', '3+', { ignorable: true }],
  ],
  response: [
    ['errorCode', 'int16', '0+'],
    ['apiKeys', { of: [
      ['apiKey', 'int16', '0+'],
      ['minVersion', 'int16', '0+'],
      ['maxVersion', 'int16', '0+'],
    ] }, '0+'],
    ['throttleTimeMs', 'int32', '1+', { ignorable: true }],
    ['supportedFeatures', { of: [
      ['name', 'string', '3+'],
      ['minVersion', 'int16', '3+'],
      ['maxVersion', 'int16', '3+'],
    ] }, '3+', { tag: 0, tagged: '3+', ignorable: true }],
    ['finalizedFeaturesEpoch', 'int64', '3+', { tag: 1, tagged: '3+', default: -1, ignorable: true }],
    ['finalizedFeatures', { of: [
      ['name', 'string', '3+'],
      ['maxVersionLevel', 'int16', '3+'],
      ['minVersionLevel', 'int16', '3+'],
    ] }, '3+', { tag: 2, tagged: '3+', ignorable: true }],
    ['zkMigrationReady', 'bool', '3+', { tag: 3, tagged: '3+', ignorable: true }],
  ],
})
