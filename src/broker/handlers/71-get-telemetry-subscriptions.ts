// GetTelemetrySubscriptions: which metrics a client shall push (KIP-714).

import { GetTelemetrySubscriptions } from '../../protocol/apis/71-get-telemetry-subscriptions.ts'
import { answerOf } from '../api-error.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: GetTelemetrySubscriptions,
  versions: [0, 0],
  isHidden: true,
  handle({ clientInstanceId }, { broker, clientId, connection }) {
    try {
      return broker.telemetry.subscription(clientInstanceId, clientId, connection)
    } catch (error) {
      return { errorCode: answerOf(error).errorCode }
    }
  },
})
