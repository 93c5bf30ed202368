// What a producer can be told, and what it tells.

import type { KtoolError } from '../errors.ts'
import type { Codec } from '../records/compression/index.ts'
import { byMurmur2, type Partitioner } from './partitioner.ts'
import type { ProducerBatch } from './producer-batch.ts'
import type { PartitionQueue } from './producer-queue.ts'
import type { Transaction } from './transaction.ts'

export interface ProducerOptions {
  /** -1: all in-sync replicas, 1: the leader, 0: nobody answers. */
  acks: -1 | 0 | 1
  idempotence: boolean
  codec?: Codec
  level?: number
  /** Bytes of a batch before compression. */
  batchBytes: number
  /** How long a batch waits for more records while requests could be sent. */
  lingerMs: number
  /** Requests per broker. */
  maxInFlight: number
  /** Bytes of all batches together. */
  memoryBytes: number
  /** From closing a batch until giving it up. */
  deliveryTimeoutMs: number
  /** After this long a partition that takes nothing is worth a word. */
  quietMs: number
  partitioner: Partitioner
  /** What all records are part of; null: each batch stands for itself. */
  transaction: Transaction | null
}

export const producerDefaults: ProducerOptions = {
  acks: -1,
  idempotence: true,
  batchBytes: 1_000_000,
  lingerMs: 5,
  maxInFlight: 5,
  // Five in flight, one to fill, and some between: more would only wait.
  memoryBytes: 16 << 20,
  deliveryTimeoutMs: 120_000,
  quietMs: 5_000,
  partitioner: byMurmur2,
  transaction: null,
}

/** What becomes of the records; called for each batch. */
export interface DeliveryListener {
  /** `baseOffset` is -1 where the broker does not tell (acks=0, a duplicate). */
  delivered(batch: ProducerBatch, queue: PartitionQueue, baseOffset: number): void
  /** An answer did not come, or a partition has not been taking anything for `quietMs`; it is tried again. */
  lost?(error: KtoolError): void
  /** With acks=0 a connection was lost: nobody knows which of the records that were sent are written. */
  unknown?(error: Error): void
  /** Records that are not written, by their origins. */
  failed(origins: ArrayLike<number>, queue: PartitionQueue, error: KtoolError): void
}
