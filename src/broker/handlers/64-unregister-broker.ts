// UnregisterBroker: forgets a broker that is gone for good. The one node there is can't be unregistered; Kafka would do it,
// and have no leader for anything from then on.

import { UnregisterBroker } from '../../protocol/apis/64-unregister-broker.ts'
import { answerOf } from '../api-error.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: UnregisterBroker,
  versions: [0, 0],
  async handle({ brokerId }, { broker }) {
    try {
      broker.controller.unregisterBroker(brokerId)
      await broker.metadata.flush()
      return { errorMessage: '' }
    } catch (error) {
      return answerOf(error)
    }
  },
})
