// What InitProducerId makes of a transactional id: a higher epoch, or another producer id where there is none. A producer that
// goes on after an error names the id and epoch that it had (KIP-360), and is fenced when another one has come since.

import { ApiError } from '../api-error.ts'
import type { ProducerIds } from '../producer-ids.ts'
import {
  isEpochExhausted,
  NO_EPOCH,
  NO_PARTITIONS,
  NO_PRODUCER_ID,
  type Transaction,
  type TransactionData,
} from './transaction.ts'

/** Before the first producer has begun. */
export const NEW_TRANSACTION: TransactionData = {
  producerId: NO_PRODUCER_ID,
  previousProducerId: NO_PRODUCER_ID,
  nextProducerId: NO_PRODUCER_ID,
  epoch: NO_EPOCH,
  timeoutMs: 0,
  state: 'Empty',
  partitions: NO_PARTITIONS,
  startedAt: -1,
  updatedAt: -1,
  clientVersion: 0,
}

/** Throws PRODUCER_FENCED unless the id that a producer says to have had is this transaction's. */
export function checkExpected(data: TransactionData, expected: { id: number; epoch: number } | undefined): void {
  if (expected === undefined || expected.id === data.producerId || data.epoch === NO_EPOCH) return
  const isFormer = expected.id === data.previousProducerId && isEpochExhausted(expected.epoch)
  if (!isFormer) throw new ApiError('PRODUCER_FENCED')
}

/** Throws an ApiError where the producer may not begin, or not yet. */
export async function initializedData(
  { data, lastEpoch }: Transaction,
  expected: { id: number; epoch: number } | undefined,
  timeoutMs: number,
  { producerIds, now }: { producerIds: ProducerIds; now(): number },
): Promise<{ data: TransactionData; lastEpoch: number }> {
  if (data.state === 'PrepareCommit' || data.state === 'PrepareAbort') throw new ApiError('CONCURRENT_TRANSACTIONS')
  const fresh = {
    ...data,
    previousProducerId: data.producerId,
    nextProducerId: NO_PRODUCER_ID,
    timeoutMs,
    state: 'Empty' as const,
    partitions: NO_PARTITIONS,
    startedAt: -1,
    updatedAt: now(),
  }
  const isCurrent = expected === undefined || expected.epoch === data.epoch
  if (isEpochExhausted(data.epoch) && isCurrent) {
    const producerId = await producerIds.next()
    return { data: { ...fresh, producerId, epoch: 0 }, lastEpoch: expected === undefined ? NO_EPOCH : data.epoch }
  }
  const raised = { ...fresh, epoch: data.epoch + 1 }
  if (expected === undefined) return { data: raised, lastEpoch: NO_EPOCH }
  if (data.epoch === NO_EPOCH || isCurrent) return { data: raised, lastEpoch: data.epoch }
  // The answer to the last request got lost.
  if (expected.epoch === lastEpoch) return { data: fresh, lastEpoch }
  throw new ApiError('PRODUCER_FENCED')
}
