// InitProducerId: a producer id of its own for an idempotent producer, a new epoch for a transactional one (KIP-98). From version
// 3 on a producer that goes on after an error says what it had (KIP-360); from 4 on it knows PRODUCER_FENCED.

import { InitProducerId } from '../../protocol/apis/22-init-producer-id.ts'
import { ApiError } from '../api-error.ts'
import { defineHandler } from '../handler.ts'
import { producerErrorCode } from '../producer-error.ts'

const NONE = -1

export const handler = defineHandler({
  api: InitProducerId,
  versions: [0, 5],
  async handle({ transactionalId, transactionTimeoutMs, producerId, producerEpoch }, { broker, version }) {
    try {
      // An id and an epoch are given together or not at all.
      if ((producerId === NONE) !== (producerEpoch === NONE)) throw new ApiError('INVALID_REQUEST')
      if (transactionalId === null) return { producerId: await broker.producerIds.next(), producerEpoch: 0 }
      const expected = producerId === NONE ? undefined : { id: producerId, epoch: producerEpoch }
      const { id, epoch } = await broker.transactions.initProducer(transactionalId, transactionTimeoutMs, expected)
      await broker.metadata.flush()
      return { producerId: id, producerEpoch: epoch }
    } catch (error) {
      return { errorCode: producerErrorCode(error, version >= 4), producerId: NONE, producerEpoch: NONE }
    }
  },
})
