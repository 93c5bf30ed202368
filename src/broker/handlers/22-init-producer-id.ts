// InitProducerId: a producer id of its own for an idempotent producer (KIP-98).

import { InitProducerId } from '../../protocol/apis/22-init-producer-id.ts'
import { errorCode } from '../../protocol/errors.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: InitProducerId,
  versions: [0, 5],
  async handle({ transactionalId, producerId, producerEpoch }, { broker }) {
    // An id and an epoch are given together or not at all.
    if ((producerId === -1) !== (producerEpoch === -1)) return refused('INVALID_REQUEST')
    if (transactionalId === '') return refused('INVALID_REQUEST')
    if (transactionalId !== null) return refused('COORDINATOR_NOT_AVAILABLE')
    return { producerId: await broker.producerIds.next(), producerEpoch: 0 }
  },
})

function refused(error: 'INVALID_REQUEST' | 'COORDINATOR_NOT_AVAILABLE') {
  return { errorCode: errorCode(error), producerId: -1, producerEpoch: -1 }
}
