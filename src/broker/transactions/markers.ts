// Transaction markers: the control batch that ends a producer's transaction in a partition, and what hangs on it.

import { BatchBuilder } from '../../records/builder.ts'
import { buildEndTransaction } from '../../records/control.ts'
import { ApiError } from '../api-error.ts'
import type { Partitions } from '../partitions.ts'
import { GROUP_METADATA_TOPIC } from '../topic-names.ts'

export interface Marker {
  readonly producerId: number
  readonly epoch: number
  readonly committed: boolean
  readonly coordinatorEpoch: number
  /** Of the transaction protocol: from 2 on the epoch is one higher than that of the records. */
  readonly version: number
}

export interface MarkerWriterOptions {
  partitions: Partitions
  /** Told of the end of a transaction in a partition of __consumer_offsets. */
  offsetsDecided(partition: number, producerId: number, committed: boolean): void
  now(): number
}

export class MarkerWriter {
  private readonly options: MarkerWriterOptions
  private readonly builder = new BatchBuilder(1024)

  constructor(options: MarkerWriterOptions) {
    this.options = options
  }

  /**
   * Writes the marker to a partition. Undefined when that is all, else resolves with the flush. Throws an ApiError where there
   * is no such partition, a StorageError where it can't be written.
   */
  write(topic: string, index: number, marker: Marker): Promise<void> | undefined {
    const partition = this.options.partitions.get(topic, index)
    if (partition === undefined) throw new ApiError('UNKNOWN_TOPIC_OR_PARTITION')
    const { producerId, epoch, committed, coordinatorEpoch, version } = marker
    const end = { producerId, producerEpoch: epoch, committed, coordinatorEpoch, timestamp: this.options.now() }
    const { leaderEpoch, log } = partition
    const batch = buildEndTransaction(this.builder, end)
    const { flushed } = log.append(batch, { origin: 'coordinator', leaderEpoch, transactionVersion: version })
    if (topic === GROUP_METADATA_TOPIC) this.options.offsetsDecided(index, producerId, committed)
    return flushed
  }
}
