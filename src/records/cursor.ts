// Steps through the records of a batch. One cursor is used for any number of batches: it holds integers, positions in
// `bytes`, and makes no object per record.
//
//   record   length varint (bytes after it) · attributes int8 · timestampDelta varlong · offsetDelta varint
//            keyLength varint (-1 null) · key · valueLength varint (-1 null) · value · headerCount varint · headers
//   header   keyLength varint · key · valueLength varint (-1 null) · value
//
// Every length is checked against the end of its record before the record is shown, and the number of records against the
// batch: hostile bytes give a CorruptError that names the batch and the position. Messages of formats 0 and 1 are turned
// into records when the batch is opened.

import { CorruptError } from '../errors.ts'
import {
  BASE_TIMESTAMP_AT,
  baseOffset,
  baseTimestamp,
  compressionId,
  MAX_TIMESTAMP_AT,
  magic,
  maxTimestamp,
  RECORDS_AT,
  recordCount,
  sizeInBytes,
  timestampType,
} from './batch.ts'
import { codecById, DECOMPRESSED_LIMIT, NONE, Scratch } from './compression/index.ts'
import { LegacyReader } from './legacy.ts'
import type { ValueLines } from './value-lines.ts'
import { MAX_VARLONG_SIZE } from './varint.ts'

const NO_BYTES = Buffer.alloc(0)
/** Its attributes and five numbers of one byte. */
const SMALLEST_RECORD = 6

export class RecordCursor {
  /** Where the positions below point: the batch's own buffer, or what its records decompressed to. */
  bytes: Buffer = NO_BYTES
  /** Of the batch. */
  baseOffset = 0
  /** Offset of the record less that of the batch. */
  offsetDelta = 0
  /** Where the record begins (its length) and where it ends. */
  recordStart = 0
  recordEnd = 0
  /** -1 for a null key. */
  keyStart = -1
  keyEnd = -1
  /** -1 for a null value. */
  valueStart = -1
  valueEnd = -1
  headerCount = 0
  /** Where the headers begin, their count included; they end with the record. A builder takes this range as it is. */
  headersStart = 0
  /** The header that nextHeader() stepped to. */
  headerKeyStart = 0
  headerKeyEnd = 0
  /** -1 for a null value. */
  headerValueStart = -1
  headerValueEnd = -1
  /** How many batches were opened: what was found in `bytes` is worth nothing once this has changed. */
  opened = 0

  private at = 0
  private firstAt = 0
  private end = 0
  private left = 0
  private timestampAt = 0
  private headerAt = 0
  private headersLeft = 0
  private buffer: Buffer = NO_BYTES
  private batchAt = 0
  private appendTime = false
  private baseTime = 0
  private readonly scratch = new Scratch()
  private legacy: LegacyReader | undefined

  /**
   * Goes to the start of the batch at `at`, which has to be whole (see `batchEnd`); its checksum is not looked at.
   * Compressed records are decompressed here, to at most `limit` bytes, unless `records` brings them (see
   * `decompressAsync`). What an earlier batch decompressed to is overwritten.
   */
  open(buffer: Buffer, at: number, records?: Buffer, limit = DECOMPRESSED_LIMIT): void {
    if (magic(buffer, at) < 2) {
      this.openBatch((this.legacy ??= new LegacyReader()).convert(buffer, at, limit), 0)
      return
    }
    this.openBatch(buffer, at)
    const codec = compressionId(buffer, at)
    if (codec === NONE) return
    const bytes = records ?? codecById(codec).decompress(buffer, this.at, this.end, limit, this.scratch)
    this.bytes = bytes
    this.at = this.firstAt = 0
    this.end = bytes.length
  }

  /** Back to the start of the batch. */
  rewind(): void {
    this.at = this.firstAt
    this.left = recordCount(this.buffer, this.batchAt)
    this.headersLeft = 0
  }

  private openBatch(buffer: Buffer, at: number): void {
    this.opened++
    const appendTime = timestampType(buffer, at) === 1
    this.buffer = buffer
    this.batchAt = at
    this.baseOffset = baseOffset(buffer, at)
    this.appendTime = appendTime
    this.baseTime = appendTime ? maxTimestamp(buffer, at) : baseTimestamp(buffer, at)
    this.bytes = buffer
    this.at = this.firstAt = at + RECORDS_AT
    this.end = at + sizeInBytes(buffer, at)
    this.left = recordCount(buffer, at)
    this.headersLeft = 0
    if (this.left < 0) throw this.corrupt(`it counts ${this.left} records`)
  }

  /** Steps over records by nothing but their lengths: most of a batch, where its end is wanted. */
  skip(count: number): void {
    for (; count > 0 && this.left > 0; count--) this.at = this.beginRecord()
  }

  /**
   * Makes lines of the values of records that are left, at most `most`, in the place of the records, and steps over them. It
   * may be fewer (ValueLines.take); `lines` has what came of it. Nothing of the batch but its header up to the producer's id,
   * and the records that are left, is there any more.
   */
  takeLines(lines: ValueLines, delimiter: number, most: number): void {
    lines.take(this.bytes, this.at, this.end, delimiter, Math.min(most, this.left))
    this.at = lines.taken
    this.left -= lines.count
  }

  /** Steps to the next record; false after the last one. */
  next(): boolean {
    if (this.left === 0) {
      if (this.at !== this.end) throw this.corrupt(`${this.end - this.at} bytes are left after its last record`)
      return false
    }
    const end = this.beginRecord()
    const bytes = this.bytes
    let p = this.at + 1
    this.timestampAt = p
    while (bytes[p++] > 0x7f);
    if (p - this.timestampAt > MAX_VARLONG_SIZE) throw this.corrupt('a timestamp is longer than ten bytes')
    this.at = p
    this.offsetDelta = this.varint()

    const keyLength = this.varint()
    p = this.at
    if (keyLength >= 0) {
      this.keyStart = p
      this.keyEnd = p += keyLength
    } else {
      this.keyStart = this.keyEnd = -1
      if (keyLength !== -1) throw this.corrupt(`a key has a length of ${keyLength}`)
    }
    if (p >= end) throw this.corrupt('a key does not fit into its record')

    this.at = p
    const valueLength = this.varint()
    p = this.at
    if (valueLength >= 0) {
      this.valueStart = p
      this.valueEnd = p += valueLength
    } else {
      this.valueStart = this.valueEnd = -1
      if (valueLength !== -1) throw this.corrupt(`a value has a length of ${valueLength}`)
    }
    if (p >= end) throw this.corrupt('a value does not fit into its record')

    this.headersStart = p
    if (bytes[p] === 0) {
      this.headerCount = 0
      this.headersLeft = 0
      this.at = p + 1
    } else {
      this.at = p
      this.checkHeaders(end)
    }
    if (this.at !== end) throw this.corrupt('the fields of a record do not fill its length')
    return true
  }

  /** Reads the length of the record that begins here, and gives its end. */
  private beginRecord(): number {
    this.left--
    const start = this.at
    this.recordStart = start
    if (start >= this.end) throw this.corrupt(`${this.left + 1} of its records are missing`)
    const length = this.varint()
    const end = this.at + length
    if (length < SMALLEST_RECORD || end > this.end) throw this.corrupt(`a record of ${length} bytes does not fit`)
    this.recordEnd = end
    return end
  }

  get offset(): number {
    return this.baseOffset + this.offsetDelta
  }

  /** Milliseconds, rounded beyond 2^53. In a batch with log append time: that. */
  get timestamp(): number {
    if (this.appendTime) return this.baseTime
    const bytes = this.bytes
    let p = this.timestampAt
    let byte = bytes[p++]
    let bits = byte & 0x7f
    for (let shift = 7; byte > 0x7f; shift += 7) {
      if (shift > 21) return Number(this.timestampExact)
      byte = bytes[p++]
      bits |= (byte & 0x7f) << shift
    }
    return this.baseTime + ((bits >>> 1) ^ -(bits & 1))
  }

  /** The same, all 64 bits of it. */
  get timestampExact(): bigint {
    if (this.appendTime) return this.buffer.readBigInt64BE(this.batchAt + MAX_TIMESTAMP_AT)
    let bits = 0n
    let p = this.timestampAt
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.bytes[p++]
      bits |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    const delta = (bits >> 1n) ^ -(bits & 1n)
    return BigInt.asIntN(64, this.buffer.readBigInt64BE(this.batchAt + BASE_TIMESTAMP_AT) + delta)
  }

  /** Checksum of the record, which messages of formats 0 and 1 have each. */
  get legacyChecksum(): number {
    const checksums = this.legacy?.checksums ?? []
    return checksums[checksums.length - this.left - 1]
  }

  /** Steps to the next header of the record; false after the last one. */
  nextHeader(): boolean {
    if (this.headersLeft === 0) return false
    this.headersLeft--
    const after = this.at
    this.at = this.headerAt
    this.readHeader(this.recordEnd)
    this.headerAt = this.at
    this.at = after
    return true
  }

  /** Back to before the first header of the record. */
  rewindHeaders(): void {
    const after = this.at
    this.at = this.headersStart
    this.headersLeft = this.headerCount = this.varint()
    this.headerAt = this.at
    this.at = after
  }

  /** Walks the headers once, so that a record with damaged ones is never shown. */
  private checkHeaders(end: number): void {
    const count = this.varint()
    if (count < 0 || count > end - this.at) throw this.corrupt(`a record counts ${count} headers`)
    this.headerCount = this.headersLeft = count
    this.headerAt = this.at
    for (let i = 0; i < count; i++) this.readHeader(end)
  }

  private readHeader(end: number): void {
    const keyLength = this.varint()
    this.headerKeyStart = this.at
    this.headerKeyEnd = this.at += keyLength
    if (keyLength < 0 || this.at >= end) throw this.corrupt(`a header key of ${keyLength} bytes does not fit`)
    const valueLength = this.varint()
    if (valueLength === -1) {
      this.headerValueStart = this.headerValueEnd = -1
    } else {
      this.headerValueStart = this.at
      this.headerValueEnd = this.at += valueLength
    }
    if (valueLength < -1 || this.at > end) throw this.corrupt(`a header value of ${valueLength} bytes does not fit`)
  }

  private varint(): number {
    const bytes = this.bytes
    let p = this.at
    let byte = bytes[p++]
    let bits = byte & 0x7f
    for (let shift = 7; byte > 0x7f; shift += 7) {
      if (shift > 28) throw this.corrupt('a number is longer than five bytes')
      byte = bytes[p++]
      bits |= (byte & 0x7f) << shift
    }
    this.at = p
    return (bits >>> 1) ^ -(bits & 1)
  }

  private corrupt(problem: string): CorruptError {
    const where = this.bytes === this.buffer ? 'position' : 'position in its decompressed records'
    const index = Math.max(0, this.at)
    return new CorruptError(`the record batch at offset ${this.baseOffset} is corrupt: ${problem} (${where} ${index})`)
  }
}

/** Compressed records below this size are decompressed faster than handed to another thread. */
const ASYNC_FROM = 32 * 1024

/**
 * Decompresses the records of the batch at `at` in another thread, for `RecordCursor.open`; undefined where that does not
 * pay, and `open` does it by itself.
 */
export function decompressAsync(buffer: Buffer, at: number, limit = DECOMPRESSED_LIMIT): Promise<Buffer> | undefined {
  const size = sizeInBytes(buffer, at)
  const id = compressionId(buffer, at)
  if (id === NONE || size < ASYNC_FROM || magic(buffer, at) < 2) return undefined
  return codecById(id).decompressAsync?.(buffer, at + RECORDS_AT, at + size, limit)
}
