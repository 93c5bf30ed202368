// Whether a producer may end its transaction, or has done so already and only asks again. (Kafka: endTransaction and
// endTransactionWithTV1 of TransactionCoordinator.)

import { ApiError } from '../api-error.ts'
import { EPOCH_BUMP_VERSION, MAX_EPOCH, type Transaction } from './transaction.ts'

/** 'end': it is to be ended now. 'done': it has been. Throws an ApiError. */
export function checkEnd(
  transaction: Transaction,
  producer: { id: number; epoch: number },
  committed: boolean,
  clientVersion: number,
): 'end' | 'done' {
  return clientVersion >= EPOCH_BUMP_VERSION
    ? checkWithBump(transaction, producer, committed)
    : checkWithoutBump(transaction, producer, committed)
}

function checkWithoutBump(
  { data, isChanging }: Transaction,
  producer: { id: number; epoch: number },
  committed: boolean,
): 'end' | 'done' {
  if (data.producerId !== producer.id) throw new ApiError('INVALID_PRODUCER_ID_MAPPING')
  if (data.epoch !== producer.epoch) throw new ApiError('PRODUCER_FENCED')
  if (isChanging) throw new ApiError('CONCURRENT_TRANSACTIONS')
  switch (data.state) {
    case 'Ongoing':
      return 'end'
    case committed ? 'CompleteCommit' : 'CompleteAbort':
      return 'done'
    case committed ? 'PrepareCommit' : 'PrepareAbort':
      throw new ApiError('CONCURRENT_TRANSACTIONS')
    default:
      throw new ApiError('INVALID_TXN_STATE')
  }
}

/** The same epoch means the next end; one below the current means the last one again (KIP-890). */
function checkWithBump(
  { data, isChanging }: Transaction,
  producer: { id: number; epoch: number },
  committed: boolean,
): 'end' | 'done' {
  const overflown = data.previousProducerId === producer.id && producer.epoch === MAX_EPOCH - 1 && data.epoch === 0
  const bumped = producer.epoch === data.epoch - 1
  if (isChanging) throw new ApiError('CONCURRENT_TRANSACTIONS')
  if (data.producerId !== producer.id && !overflown) throw new ApiError('INVALID_PRODUCER_ID_MAPPING')
  const isSame = producer.epoch === data.epoch
  switch (data.state) {
    case 'Ongoing':
      if (!isSame) throw new ApiError('PRODUCER_FENCED')
      return 'end'
    case 'PrepareCommit':
    case 'PrepareAbort':
      if (!bumped) throw new ApiError('PRODUCER_FENCED')
      if (committed !== (data.state === 'PrepareCommit')) throw new ApiError('INVALID_TXN_STATE')
      throw new ApiError('CONCURRENT_TRANSACTIONS')
    case 'CompleteCommit':
    case 'CompleteAbort':
      if (bumped || overflown) {
        if (committed !== (data.state === 'CompleteCommit')) throw new ApiError('INVALID_TXN_STATE')
        return 'done'
      }
      if (!isSame) throw new ApiError('PRODUCER_FENCED')
      // One without partitions may be aborted: the client can't know that it has none.
      if (committed) throw new ApiError('INVALID_TXN_STATE')
      return 'end'
    default:
      if (!isSame) throw new ApiError('PRODUCER_FENCED')
      if (committed) throw new ApiError('INVALID_TXN_STATE')
      return 'end'
  }
}
