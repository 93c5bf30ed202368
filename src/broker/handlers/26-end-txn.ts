// EndTxn: commits or aborts a transaction. From version 5 on that raises the producer's epoch, which the answer tells (KIP-890).

import { EndTxn } from '../../protocol/apis/26-end-txn.ts'
import { defineHandler } from '../handler.ts'
import { producerErrorCode } from '../producer-error.ts'

const KNOWS_FENCED = 2
const BUMPS_EPOCH = 5

export const handler = defineHandler({
  api: EndTxn,
  versions: [0, 5],
  async handle({ transactionalId, producerId, producerEpoch, committed }, { broker, version }) {
    try {
      const producer = { id: producerId, epoch: producerEpoch }
      const bumps = version >= BUMPS_EPOCH
      const next = await broker.transactions.endTransaction(transactionalId, producer, committed, bumps ? 2 : 0)
      return bumps ? { producerId: next.id, producerEpoch: next.epoch } : {}
    } catch (error) {
      return { errorCode: producerErrorCode(error, version >= KNOWS_FENCED) }
    }
  },
})
