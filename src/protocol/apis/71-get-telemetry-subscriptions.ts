// GetTelemetrySubscriptions, API key 71. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface GetTelemetrySubscriptionsRequest {
  clientInstanceId: string
}

export interface GetTelemetrySubscriptionsResponse {
  throttleTimeMs: number
  errorCode: number
  clientInstanceId: string
  subscriptionId: number
  acceptedCompressionTypes: number[]
  pushIntervalMs: number
  telemetryMaxBytes: number
  deltaTemporality: boolean
  requestedMetrics: string[]
}

export const GetTelemetrySubscriptions = defineApi<GetTelemetrySubscriptionsRequest, GetTelemetrySubscriptionsResponse>({
  key: 71,
  name: 'GetTelemetrySubscriptions',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['clientInstanceId', 'uuid', '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
    ['clientInstanceId', 'uuid', '0+'],
    ['subscriptionId', 'int32', '0+'],
    ['acceptedCompressionTypes', { of: 'int8' }, '0+'],
    ['pushIntervalMs', 'int32', '0+'],
    ['telemetryMaxBytes', 'int32', '0+'],
    ['deltaTemporality', 'bool', '0+'],
    ['requestedMetrics', { of: 'string' }, '0+'],
  ],
})
