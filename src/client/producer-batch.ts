// A batch on its way: filled, closed, sent, answered; then used again for other records.

import { setProducerState } from '../records/batch.ts'
import { BatchBuilder } from '../records/builder.ts'
import type { Codec } from '../records/compression/index.ts'

/** A producer id with its epoch; the broker refuses what does not continue its sequence (KIP-98). */
export interface ProducerIdentity {
  producerId: number
  producerEpoch: number
  /** Whether what is written under it is part of a transaction. */
  transactional?: boolean
}

export const NO_IDENTITY: ProducerIdentity = { producerId: -1, producerEpoch: -1 }

export class ProducerBatch {
  readonly builder: BatchBuilder
  readonly capacity: number
  /** Numbers of the records; kept for the records after them. */
  private numbers: Float64Array
  /** The finished bytes, null while records are added or compressed. */
  bytes: Buffer | null = null
  /** Settles when the bytes are finished, where that takes another thread. */
  closing: Promise<void> | null = null
  /** Place in the partition's order. */
  ordinal = 0
  attempts = 0
  /** By the monotonic clock, milliseconds. */
  openedAt = 0
  closedAt = 0
  /** Bytes of memory that count for it while it is on its way. */
  held = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.builder = new BatchBuilder(capacity)
    this.numbers = new Float64Array(Math.min(1024, (capacity >>> 6) + 1))
  }

  /** Where each record came from: the caller's number of it, such as a line number. */
  get origins(): Float64Array {
    return this.numbers.subarray(0, this.count)
  }

  /** Notes where the last `count` records came from: numbers that begin with `first`. */
  addOrigins(first: number, count: number): void {
    const after = this.count
    if (after > this.numbers.length) {
      const old = this.numbers
      this.numbers = new Float64Array(Math.max(after, old.length * 2))
      this.numbers.set(old)
    }
    const { numbers } = this
    for (let i = after - count; i < after; i++) numbers[i] = first++
  }

  get count(): number {
    return this.builder.count
  }

  reset(): void {
    this.builder.reset()
    this.bytes = null
    this.closing = null
    this.attempts = 0
  }

  /** Finishes the bytes: at once, or in another thread where the codec can. */
  close(identity: ProducerIdentity, sequence: number, codec: Codec | undefined, level: number | undefined): void {
    this.closedAt = Date.now()
    const fields = { ...identity, baseSequence: identity.producerId < 0 ? -1 : sequence, codec, level }
    if (codec?.compressAsync === undefined) {
      this.bytes = this.builder.close(fields)
      return
    }
    this.closing = this.builder.closeAsync(fields).then((bytes) => {
      this.bytes = bytes
      this.closing = null
    })
  }

  /** Numbers the finished bytes anew. */
  renumber(identity: ProducerIdentity, sequence: number): void {
    const { producerId, producerEpoch, transactional = false } = identity
    setProducerState(this.bytes as Buffer, 0, producerId, producerEpoch, sequence, transactional)
  }
}
