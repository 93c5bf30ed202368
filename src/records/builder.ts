// Builds record batches (batch.ts has the header, cursor.ts the records) by appending byte ranges to one buffer that is
// used again for batch after batch; nothing is made per record.

import { free } from '../util/free.ts'
import { RangeCopier } from '../util/range-copier.ts'
import {
  ATTRIBUTES_AT,
  BASE_SEQUENCE_AT,
  BASE_TIMESTAMP_AT,
  CONTROL,
  HAS_DELETE_HORIZON,
  LAST_OFFSET_DELTA_AT,
  LENGTH_AT,
  LOG_APPEND_TIME,
  LOG_OVERHEAD,
  MAGIC_AT,
  MAX_TIMESTAMP_AT,
  NO_PARTITION_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  RECORD_COUNT_AT,
  RECORDS_AT,
  setBaseOffset,
  setPartitionLeaderEpoch,
  type TimestampType,
  TRANSACTIONAL,
  writeCrc,
} from './batch.ts'
import { type Codec, NONE } from './compression/index.ts'
import { NO_HEADERS } from './headers.ts'
import { exact, writeInt64 } from './int64.ts'
import type { LineEncoder } from './line-encoder.ts'
import { MAX_VARINT_SIZE, MAX_VARLONG_SIZE, varintSize, writeVarint, writeVarlong } from './varint.ts'

/** What the header says apart from the records. All have the values of a plain producer's batch when left out. */
export interface BatchFields {
  baseOffset?: number
  partitionLeaderEpoch?: number
  codec?: Codec
  level?: number
  timestampType?: TimestampType
  transactional?: boolean
  control?: boolean
  producerId?: number
  producerEpoch?: number
  baseSequence?: number
  /** Where compaction took records from the end: the offset delta of the last record that was there. */
  lastOffsetDelta?: number
  /** For a batch that compaction emptied. */
  maxTimestamp?: number | bigint
}

const NO_BYTES = Buffer.alloc(0)
const FIRST_SIZE = 16 * 1024
const LARGEST = 0x7fff_ffff
/** Length, attributes and the four numbers of a record at their longest. */
const MOST_OVERHEAD = 4 * MAX_VARINT_SIZE + 1 + MAX_VARLONG_SIZE

export class BatchBuilder {
  /** Records appended so far. */
  count = 0
  private readonly capacity: number
  private readonly copier = new RangeCopier()
  private buffer: Buffer
  private packed: Buffer = NO_BYTES
  private at = RECORDS_AT
  private nextDelta = 0
  private baseTimestamp = 0
  private maxTimestamp = 0
  /** Takes the place of the two above from the first timestamp on that a number can't hold. */
  private wide: { base: bigint; max: bigint } | undefined
  private horizon: number | bigint | undefined
  private readonly largeDelta: Buffer = Buffer.alloc(MAX_VARLONG_SIZE)

  /** `capacity`: bytes that a batch may have before compression; a single record may be larger. */
  constructor(capacity: number) {
    this.capacity = capacity
    this.buffer = Buffer.allocUnsafeSlow(Math.max(RECORDS_AT, Math.min(capacity, FIRST_SIZE)))
  }

  /** Bytes of the batch so far, before compression. */
  get size(): number {
    return this.at
  }

  /** Bytes of memory that it has, which grow with what is appended. */
  get memory(): number {
    return this.buffer.length
  }

  /** Starts the next batch. The bytes that `close` returned are overwritten: their turn has to be over. */
  reset(deleteHorizon?: number | bigint): void {
    this.count = 0
    this.at = RECORDS_AT
    this.nextDelta = 0
    this.wide = undefined
    this.horizon = deleteHorizon
  }

  /**
   * Appends a record: key and value are ranges of `source`, with a start of -1 for null; the headers are a range that
   * begins with their count, as `encodeHeaders` makes it and a cursor shows it. False, and nothing appended, when the batch
   * has records and this one would take it over its capacity.
   */
  tryAppend(
    timestamp: number | bigint,
    source: Buffer,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    headers: Buffer = NO_HEADERS,
    headersStart = 0,
    headersEnd: number = headers.length,
  ): boolean {
    const delta = this.nextDelta
    return this.tryAppendAt(
      delta,
      timestamp,
      source,
      keyStart,
      keyEnd,
      valueStart,
      valueEnd,
      headers,
      headersStart,
      headersEnd,
    )
  }

  /** As `tryAppend`, with an offset delta of its own: higher than the ones before. */
  tryAppendAt(
    offsetDelta: number,
    timestamp: number | bigint,
    source: Buffer,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    headers: Buffer = NO_HEADERS,
    headersStart = 0,
    headersEnd: number = headers.length,
  ): boolean {
    const keyLength = keyStart < 0 ? -1 : keyEnd - keyStart
    const valueLength = valueStart < 0 ? -1 : valueEnd - valueStart
    const content = Math.max(0, keyLength) + Math.max(0, valueLength) + (headersEnd - headersStart)
    let p = this.at
    if (p + content + MOST_OVERHEAD > this.buffer.length && !this.makeRoom(p + content + MOST_OVERHEAD)) return false
    if (this.count === 0) this.startTimestamps(timestamp)
    const timeDelta =
      typeof timestamp === 'number' && this.wide === undefined ? timestamp - this.baseTimestamp : Number.NaN
    const small = timeDelta === (timeDelta | 0)
    const timeSize = small ? varintSize(timeDelta) : this.encodeLargeDelta(timestamp)
    const length = 1 + timeSize + varintSize(offsetDelta) + varintSize(keyLength) + varintSize(valueLength) + content
    if (this.count > 0 && p + varintSize(length) + length > this.capacity) return false

    const out = this.buffer
    p = writeVarint(out, p, length)
    out[p++] = 0
    p = small ? writeVarint(out, p, timeDelta) : this.copier.copy(this.largeDelta, 0, timeSize, out, p)
    p = writeVarint(out, p, offsetDelta)
    p = writeVarint(out, p, keyLength)
    if (keyLength > 0) p = this.copier.copy(source, keyStart, keyEnd, out, p)
    p = writeVarint(out, p, valueLength)
    if (valueLength > 0) p = this.copier.copy(source, valueStart, valueEnd, out, p)
    if (headers === NO_HEADERS) out[p++] = 0
    else p = this.copier.copy(headers, headersStart, headersEnd, out, p)
    this.at = p

    if (this.wide !== undefined) this.raiseWide(timestamp)
    else if ((timestamp as number) > this.maxTimestamp) this.maxTimestamp = timestamp as number
    this.nextDelta = offsetDelta + 1
    this.count++
    return true
  }

  /**
   * Appends lines of `source`, `most` at most, as values: as many in one go as fit; gives their number, and `encoder.taken`
   * their bytes. It may be 0 where tryAppend() would still take a record.
   */
  tryAppendLines(
    encoder: LineEncoder,
    timestamp: number | bigint,
    source: Buffer,
    start: number,
    end: number,
    most: number,
  ): number {
    if (this.count === 0 || this.wide !== undefined || typeof timestamp !== 'number') return 0
    const timeDelta = timestamp - this.baseTimestamp
    if (timeDelta !== (timeDelta | 0)) return 0
    const records = encoder.encode(source, start, end, timeDelta, this.nextDelta, most, this.capacity - this.at)
    const { count } = encoder
    if (count === 0) return 0
    const after = this.at + records.length
    if (after > this.buffer.length) this.makeRoom(after)
    records.copy(this.buffer, this.at)
    this.at = after
    if (timestamp > this.maxTimestamp) this.maxTimestamp = timestamp
    this.nextDelta += count
    this.count += count
    return count
  }

  /** Writes the header and gives the whole batch: bytes of this builder, good until `reset`. */
  close(fields: BatchFields = {}): Buffer {
    const { codec, level } = fields
    return codec === undefined
      ? this.finish(this.buffer, this.at, fields)
      : this.pack(codec.compress(this.buffer, RECORDS_AT, this.at, level), fields)
  }

  /** As `close`, compressing in another thread where the codec can. Nothing else may be done with the builder meanwhile. */
  async closeAsync(fields: BatchFields = {}): Promise<Buffer> {
    const { codec, level } = fields
    if (codec?.compressAsync === undefined) return this.close(fields)
    return this.pack(await codec.compressAsync(this.buffer, RECORDS_AT, this.at, level), fields)
  }

  private pack(compressed: Buffer, fields: BatchFields): Buffer {
    const size = RECORDS_AT + compressed.length
    if (this.packed.length < size) this.packed = Buffer.allocUnsafeSlow(size + (size >>> 2))
    compressed.copy(this.packed, RECORDS_AT)
    free(compressed)
    return this.finish(this.packed, size, fields)
  }

  private finish(out: Buffer, size: number, fields: BatchFields): Buffer {
    setBaseOffset(out, 0, fields.baseOffset ?? 0)
    out.writeInt32BE(size - LOG_OVERHEAD, LENGTH_AT)
    setPartitionLeaderEpoch(out, 0, fields.partitionLeaderEpoch ?? NO_PARTITION_LEADER_EPOCH)
    out[MAGIC_AT] = 2
    const attributes =
      (fields.codec?.id ?? NONE) |
      (fields.timestampType === 1 ? LOG_APPEND_TIME : 0) |
      (fields.transactional === true ? TRANSACTIONAL : 0) |
      (fields.control === true ? CONTROL : 0) |
      (this.horizon !== undefined ? HAS_DELETE_HORIZON : 0)
    out.writeInt16BE(attributes, ATTRIBUTES_AT)
    out.writeInt32BE(fields.lastOffsetDelta ?? Math.max(0, this.nextDelta - 1), LAST_OFFSET_DELTA_AT)
    const empty = this.count === 0
    const base = empty ? (this.horizon ?? NO_TIMESTAMP) : (this.wide?.base ?? this.baseTimestamp)
    const max = empty ? NO_TIMESTAMP : (this.wide?.max ?? this.maxTimestamp)
    writeInt64(out, BASE_TIMESTAMP_AT, base)
    writeInt64(out, MAX_TIMESTAMP_AT, fields.maxTimestamp ?? max)
    writeInt64(out, PRODUCER_ID_AT, fields.producerId ?? NO_PRODUCER_ID)
    out.writeInt16BE(fields.producerEpoch ?? NO_PRODUCER_EPOCH, PRODUCER_EPOCH_AT)
    out.writeInt32BE(fields.baseSequence ?? NO_SEQUENCE, BASE_SEQUENCE_AT)
    out.writeInt32BE(this.count, RECORD_COUNT_AT)
    writeCrc(out, 0)
    return out.subarray(0, size)
  }

  /** False when the batch is full; a first record gets the room that it needs. */
  private makeRoom(size: number): boolean {
    if (this.count > 0 && size - MOST_OVERHEAD > this.capacity) return false
    if (size > LARGEST) throw new RangeError(`a record batch can't hold ${size} bytes`)
    const old = this.buffer
    this.buffer = Buffer.allocUnsafeSlow(Math.max(size, Math.min(old.length * 2, this.capacity + MOST_OVERHEAD)))
    old.copy(this.buffer, 0, 0, this.at)
    return true
  }

  private startTimestamps(timestamp: number | bigint): void {
    const base = exact(this.horizon ?? timestamp)
    const max = exact(timestamp)
    if (typeof base === 'number' && typeof max === 'number') {
      this.baseTimestamp = base
      this.maxTimestamp = max
    } else {
      this.wide = { base: BigInt(base), max: BigInt(max) }
    }
  }

  /** For a delta that 32 bits can't hold, or that a bigint takes part in; gives the size of its varlong. */
  private encodeLargeDelta(timestamp: number | bigint): number {
    if (this.wide === undefined) {
      const delta = Number(timestamp) - this.baseTimestamp
      if (Number.isSafeInteger(Number(timestamp)) && Number.isSafeInteger(delta)) {
        return writeVarlong(this.largeDelta, 0, delta)
      }
      this.wide = { base: BigInt(this.baseTimestamp), max: BigInt(this.maxTimestamp) }
    }
    return writeVarlong(this.largeDelta, 0, BigInt.asIntN(64, BigInt(timestamp) - this.wide.base))
  }

  private raiseWide(timestamp: number | bigint): void {
    const value = BigInt(timestamp)
    if (this.wide !== undefined && value > this.wide.max) this.wide.max = value
  }
}
