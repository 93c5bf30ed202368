// What compaction makes of one batch: the same batch, one with fewer records, one without any, or nothing. Offsets,
// sequence numbers and epochs stay as they were. (Kafka: Cleaner.cleanInto, MemoryRecords.filterTo.)

import {
  compressionId,
  deleteHorizon,
  isControl,
  lastOffset,
  MAX_TIMESTAMP_AT,
  producerEpoch,
  producerId,
  sizeInBytes,
  timestampType,
} from '../records/batch.ts'
import { BatchBuilder } from '../records/builder.ts'
import { codecById, NONE } from '../records/compression/index.ts'
import { RecordCursor } from '../records/cursor.ts'
import { batchFields } from './batch-fields.ts'
import type { CleanedTransactions } from './cleaned-transactions.ts'
import type { OffsetMap } from './offset-map.ts'
import type { ProducerEntry } from './producer-state.ts'

export interface FilterOptions {
  map: OffsetMap
  /** The map knows the records up to here (inclusive); later ones are kept. */
  latestOffset: number
  transactions: CleanedTransactions
  producers: ReadonlyMap<number, ProducerEntry>
  /** Where this round of compaction ends: the batch that ends there is kept, if empty. */
  endOffset: number
  nowMs: number
  deleteRetentionMs: number
}

const NOTHING = Buffer.alloc(0)
/** More than any batch: one that was taken before is taken again. */
const CAPACITY = 0x7fff_ffff

export class BatchFilter {
  readonly #options: FilterOptions
  readonly #cursor = new RecordCursor()
  readonly #builder = new BatchBuilder(CAPACITY)

  constructor(options: FilterOptions) {
    this.#options = options
  }

  /** The bytes that take the place of the batch at buffer[at]; good until the next call. Throws a CorruptError. */
  filter(buffer: Buffer, at: number): Buffer {
    const { transactions, nowMs, deleteRetentionMs } = this.#options
    const control = isControl(buffer, at)
    const horizon = deleteHorizon(buffer, at)
    const discardable = control ? transactions.canDiscardMarker(buffer, at) : transactions.canDiscardData(buffer, at)
    const discard = discardable && (!control || (horizon !== undefined && horizon <= nowMs))
    const keepEmpty =
      this.#isLastOfProducer(buffer, at, control) || lastOffset(buffer, at) + 1 === this.#options.endOffset
    if (discard) return keepEmpty ? this.#empty(buffer, at) : NOTHING

    let kept = 0
    let dropped = 0
    let tombstones = false
    const cursor = this.#cursor
    cursor.open(buffer, at)
    while (cursor.next()) {
      if (!control && !this.#isKept(horizon)) {
        dropped++
        continue
      }
      kept++
      if (cursor.valueStart === -1) tombstones = true
    }
    if (kept === 0) return keepEmpty ? this.#empty(buffer, at) : NOTHING
    const setHorizon = (tombstones || (control && discardable)) && horizon === undefined
    if (dropped === 0 && !setHorizon) return buffer.subarray(at, at + sizeInBytes(buffer, at))
    return this.#rebuild(buffer, at, control, horizon, setHorizon ? nowMs + deleteRetentionMs : horizon)
  }

  /** Whether the record that the cursor stands on is the latest of its key, and not a tombstone that is due. */
  #isKept(horizon: number | undefined): boolean {
    const { map, latestOffset, nowMs } = this.#options
    const { bytes, keyStart, keyEnd, valueStart, offset } = this.#cursor
    if (offset > latestOffset) return true
    if (keyStart === -1) return false
    const isLatest = offset >= map.get(bytes, keyStart, keyEnd)
    return isLatest && (valueStart !== -1 || horizon === undefined || nowMs < horizon)
  }

  /**
   * The batch with a producer's last sequence number stays, if empty, as long as the producer is known; of a producer
   * whose records are all gone the marker with its epoch.
   */
  #isLastOfProducer(buffer: Buffer, at: number, control: boolean): boolean {
    const entry = this.#options.producers.get(producerId(buffer, at))
    if (entry === undefined) return false
    const last = entry.batches.at(-1)
    if (last !== undefined) return lastOffset(buffer, at) === last.lastOffset
    return control && producerEpoch(buffer, at) === entry.epoch
  }

  #rebuild(
    buffer: Buffer,
    at: number,
    control: boolean,
    oldHorizon: number | undefined,
    newHorizon: number | undefined,
  ): Buffer {
    const cursor = this.#cursor
    const builder = this.#builder
    builder.reset(newHorizon)
    cursor.open(buffer, at)
    while (cursor.next()) {
      if (!control && !this.#isKept(oldHorizon)) continue
      const { bytes, offsetDelta, keyStart, keyEnd, valueStart, valueEnd, headersStart, recordEnd } = cursor
      const time = Number.isSafeInteger(cursor.timestamp) ? cursor.timestamp : cursor.timestampExact
      builder.tryAppendAt(
        offsetDelta,
        time,
        bytes,
        keyStart,
        keyEnd,
        valueStart,
        valueEnd,
        bytes,
        headersStart,
        recordEnd,
      )
    }
    const codec = compressionId(buffer, at)
    const fields = batchFields(buffer, at)
    if (codec !== NONE) fields.codec = codecById(codec)
    if (timestampType(buffer, at) === 1) fields.maxTimestamp = buffer.readBigInt64BE(at + MAX_TIMESTAMP_AT)
    return builder.close(fields)
  }

  #empty(buffer: Buffer, at: number): Buffer {
    this.#builder.reset()
    return this.#builder.close({
      ...batchFields(buffer, at),
      maxTimestamp: buffer.readBigInt64BE(at + MAX_TIMESTAMP_AT),
    })
  }
}
