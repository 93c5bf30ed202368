// PushTelemetry, API key 72. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface PushTelemetryRequest {
  clientInstanceId: string
  subscriptionId: number
  terminating: boolean
  compressionType: number
  metrics: Buffer
}

export interface PushTelemetryResponse {
  throttleTimeMs: number
  errorCode: number
}

export const PushTelemetry = defineApi<PushTelemetryRequest, PushTelemetryResponse>({
  key: 72,
  name: 'PushTelemetry',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['clientInstanceId', 'uuid', '0+'],
    ['subscriptionId', 'int32', '0+'],
    ['terminating', 'bool', '0+'],
    ['compressionType', 'int8', '0+'],
    ['metrics', 'bytes', '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
  ],
})
