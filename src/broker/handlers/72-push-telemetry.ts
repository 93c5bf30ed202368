// PushTelemetry: metrics of a client (KIP-714).

import { PushTelemetry } from '../../protocol/apis/72-push-telemetry.ts'
import { answerOf } from '../api-error.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: PushTelemetry,
  versions: [0, 0],
  isHidden: true,
  handle(request, { broker, clientId, connection }) {
    try {
      broker.telemetry.push(request, clientId, connection)
      return {}
    } catch (error) {
      return { errorCode: answerOf(error).errorCode }
    }
  },
})
