// Maps timestamps to offsets in a segment, sparsely: up to the offset no record is younger than the timestamp.
//
//   0  timestamp       int64   largest timestamp so far, ms
//   8  relativeOffset  int32   last offset of the batch that has it, less the segment's base offset
//
// An entry is only added when its timestamp is above that of the last one. (Kafka: TimeIndex.)

import { NO_TIMESTAMP } from '../records/batch.ts'
import { readInt64Nearest, writeInt64 } from '../records/int64.ts'
import { IndexFile } from './index-file.ts'

const ENTRY_SIZE = 12

export class TimeIndex {
  readonly file: IndexFile
  readonly #baseOffset: number
  #lastTimestamp: number | undefined

  constructor(path: string, baseOffset: number, size = IndexFile.sizeOf(path)) {
    this.file = new IndexFile(path, ENTRY_SIZE, size)
    this.#baseOffset = baseOffset
  }

  /** As for the offset index, with one entry kept free for the end of the segment. */
  isFull(maxBytes: number): boolean {
    return this.file.count >= Math.floor(maxBytes / ENTRY_SIZE) - 1
  }

  /** Timestamp of the last entry, -1 without one. */
  get lastTimestamp(): number {
    this.#lastTimestamp ??= this.file.count === 0 ? NO_TIMESTAMP : this.timestampOf(this.file.count - 1)
    return this.#lastTimestamp
  }

  /** Offset of the last entry, the base offset without one. */
  get lastOffset(): number {
    return this.file.count === 0 ? this.#baseOffset : this.offsetOf(this.file.count - 1)
  }

  maybeAppend(timestamp: number, offset: number): void {
    if (timestamp <= this.lastTimestamp) return
    const bytes = this.file.add()
    const at = (this.file.count - 1) * ENTRY_SIZE
    writeTimestamp(bytes, at, timestamp)
    bytes.writeInt32BE(offset - this.#baseOffset, at + 8)
    this.#lastTimestamp = timestamp
  }

  /** Offset of the last entry whose timestamp is at most this one; the base offset when there is none. */
  lookup(timestamp: number): number {
    const found = this.file.search((bytes, at) => readInt64Nearest(bytes, at) <= timestamp)
    return found === -1 ? this.#baseOffset : this.offsetOf(found)
  }

  timestampOf(entry: number): number {
    return readInt64Nearest(this.file.entry(entry), 0)
  }

  offsetOf(entry: number): number {
    return this.#baseOffset + this.file.entry(entry).readInt32BE(8)
  }

  /** Forgets the entries at and after the offset. */
  truncateTo(offset: number): void {
    const relative = offset - this.#baseOffset
    this.#truncate(this.file.search((bytes, at) => bytes.readInt32BE(at + 8) < relative) + 1)
  }

  clear(): void {
    this.#truncate(0)
  }

  /** What is wrong with the entries; undefined when nothing is. */
  problem(): string | undefined {
    const bytes = this.file.all()
    let timestamp = NO_TIMESTAMP
    let offset = -1
    for (let at = 0; at < bytes.length; at += ENTRY_SIZE) {
      const nextTimestamp = readInt64Nearest(bytes, at)
      const nextOffset = bytes.readInt32BE(at + 8)
      if (nextTimestamp <= timestamp || nextOffset < offset)
        return `entry ${at / ENTRY_SIZE} is not after the one before`
      timestamp = nextTimestamp
      offset = nextOffset
    }
    return undefined
  }

  #truncate(count: number): void {
    this.file.truncate(count)
    this.#lastTimestamp = undefined
  }
}

/** A producer may have sent any 64 bits; beyond 2^53 the nearest number is kept. */
function writeTimestamp(bytes: Buffer, at: number, timestamp: number): void {
  if (Number.isSafeInteger(timestamp)) writeInt64(bytes, at, timestamp)
  else bytes.writeBigInt64BE(BigInt.asIntN(64, BigInt(Math.min(timestamp, 2 ** 63 - 1024))), at)
}
