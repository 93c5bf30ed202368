// One segment of a log: record batches in a .log file, and its indexes. The newest segment is written to, the others are
// only read. (Kafka: LogSegment.)

import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import {
  HEADER_SIZE_UP_TO_MAGIC,
  LOG_OVERHEAD,
  lastOffset,
  magic,
  maxTimestamp,
  sizeInBytes,
} from '../records/batch.ts'
import { unlink } from '../util/files.ts'
import { type FilePool, PooledFile } from './file-pool.ts'
import { IndexFile } from './index-file.ts'
import { type LogConfig, maxSegmentMs } from './log-config.ts'
import {
  fileNameOf,
  INDEX_SUFFIX,
  LOG_SUFFIX,
  SEGMENT_SUFFIXES,
  TIME_INDEX_SUFFIX,
  TXN_INDEX_SUFFIX,
} from './log-files.ts'
import { OffsetIndex } from './offset-index.ts'
import { StorageError } from './storage-error.ts'
import { TimeIndex } from './time-index.ts'
import { TransactionIndex } from './transaction-index.ts'

/** Bytes of a batch that tell its offsets, size and largest timestamp. */
const HEADER_SIZE = 43
/** Headers are looked through in pieces of this size: about one index interval with its batch. */
const PIECE = 8192
const piece = Buffer.allocUnsafeSlow(PIECE)

export interface SegmentOptions {
  pool: FilePool
  dir: string
  baseOffset: number
  /** Milliseconds; when the segment came to be, as far as rolling by time goes. */
  createdMs: number
  /** Of the file names, such as '.cleaned'. */
  state?: string
  /** Told about damage that was found and mended. */
  warn?: (message: string) => void
}

export interface RollRequest {
  bytes: number
  maxTimestamp: number
  lastOffset: number
  nowMs: number
}

export class Segment {
  readonly baseOffset: number
  readonly file: PooledFile
  readonly offsetIndex: OffsetIndex
  readonly timeIndex: TimeIndex
  readonly transactionIndex: TransactionIndex
  /** Bytes of the log file that hold batches. */
  size: number
  /** Whether something was written that no flush has covered. */
  dirty = false
  /** Bytes behind `size` are in the file, left by a write that failed. */
  #torn = false
  #dir: string
  #state: string
  #createdMs: number
  #warn: (message: string) => void
  #maxTimestamp: number | undefined
  #offsetOfMaxTimestamp = -1
  #firstTimestamp: number | undefined
  #bytesSinceLastIndexEntry = 0

  /** Opens the segment's files, or makes empty ones. */
  constructor({ pool, dir, baseOffset, createdMs, state = '', warn = () => {} }: SegmentOptions) {
    this.#dir = dir
    this.#state = state
    this.#createdMs = createdMs
    this.#warn = warn
    this.baseOffset = baseOffset
    this.file = new PooledFile(pool, this.#path(LOG_SUFFIX))
    const size = IndexFile.sizeOf(this.file.path)
    if (size === undefined) this.file.create()
    this.size = size ?? 0
    this.offsetIndex = new OffsetIndex(this.#path(INDEX_SUFFIX), baseOffset)
    this.timeIndex = new TimeIndex(this.#path(TIME_INDEX_SUFFIX), baseOffset)
    this.transactionIndex = new TransactionIndex(this.#path(TXN_INDEX_SUFFIX))
  }

  /** Largest timestamp of the records, -1 when none has one. */
  get maxTimestamp(): number {
    if (this.#maxTimestamp === undefined) {
      this.#maxTimestamp = this.timeIndex.lastTimestamp
      this.#offsetOfMaxTimestamp = this.timeIndex.lastOffset
    }
    return this.#maxTimestamp
  }

  /** Last offset of the batch that has the largest timestamp. */
  get offsetOfMaxTimestamp(): number {
    return this.maxTimestamp === undefined ? -1 : this.#offsetOfMaxTimestamp
  }

  /** What retention goes by: the largest timestamp, or the time of the last write when no record has one. */
  get largestTimestamp(): number {
    return this.maxTimestamp >= 0 ? this.maxTimestamp : this.file.modifiedMs()
  }

  /** Timestamp of the first batch, -1 when there is none. */
  get firstTimestamp(): number {
    if (this.#firstTimestamp === undefined && this.size > 0) {
      this.file.read(piece, 0, HEADER_SIZE, 0)
      this.#firstTimestamp = maxTimestamp(piece, 0)
    }
    return this.#firstTimestamp ?? -1
  }

  shouldRoll(request: RollRequest, config: LogConfig, jitterMs: number): boolean {
    return (
      this.size > config.segmentBytes - request.bytes ||
      (this.size > 0 && this.#waitedMs(request) > maxSegmentMs(config) - jitterMs) ||
      this.offsetIndex.isFull(config.segmentIndexBytes) ||
      this.timeIndex.isFull(config.segmentIndexBytes) ||
      !OffsetIndex.fits(request.lastOffset, this.baseOffset)
    )
  }

  /** Writes the batches in source[start, end) and indexes them. When the write fails, the segment is as before. */
  append(source: Buffer, start: number, end: number, indexIntervalBytes: number): void {
    const position = this.size
    if (this.#torn) this.#cutTorn()
    try {
      this.file.write(source, start, end, position)
    } catch (error) {
      this.#torn = true
      this.#tryCutTorn()
      throw error
    }
    this.dirty = true
    this.size = position + end - start
    for (let at = start; at < end; at += sizeInBytes(source, at)) {
      this.noteBatch(source, at, position + at - start, indexIntervalBytes)
    }
  }

  /**
   * Notes the batch at source[at], which lies at `position` of the file: its largest timestamp, and an index entry when
   * there are more than `indexIntervalBytes` since the last one.
   */
  noteBatch(source: Buffer, at: number, position: number, indexIntervalBytes: number): void {
    const timestamp = maxTimestamp(source, at)
    const last = lastOffset(source, at)
    if (timestamp > this.maxTimestamp) {
      this.#maxTimestamp = timestamp
      this.#offsetOfMaxTimestamp = last
    }
    if (position === 0) this.#firstTimestamp = timestamp
    if (this.#bytesSinceLastIndexEntry > indexIntervalBytes) {
      this.offsetIndex.append(last, position)
      this.timeIndex.maybeAppend(this.maxTimestamp, this.#offsetOfMaxTimestamp)
      this.#bytesSinceLastIndexEntry = 0
    }
    this.#bytesSinceLastIndexEntry += sizeInBytes(source, at)
  }

  /** Empties all indexes, for a scan that tells all batches to `noteBatch` again. */
  resetIndexes(): void {
    this.offsetIndex.file.truncate(0)
    this.timeIndex.clear()
    this.#maxTimestamp = undefined
    this.#firstTimestamp = undefined
    this.#bytesSinceLastIndexEntry = 0
  }

  /** Position of the first batch that ends at or after the offset, -1 when there is none. */
  positionOf(offset: number): number {
    const entry = this.offsetIndex.lookup(offset)
    if (entry === undefined) return this.#search(0, offset)
    if (this.#lastOffsetAt(entry.position) !== entry.offset) {
      this.rebuildIndexes(`an entry of ${this.offsetIndex.file.path} leads to no batch`)
      return this.#search(0, offset)
    }
    return this.#search(entry.position, offset)
  }

  /** Where the whole batches end, and the offset after the last of them. */
  tail(): { nextOffset: number; end: number } {
    let end = this.offsetIndex.last()?.position ?? 0
    let next = this.baseOffset
    this.walkFrom(end, (buffer, at, size, position) => {
      next = lastOffset(buffer, at) + 1
      end = position + size
      return true
    })
    return { nextOffset: next, end }
  }

  /**
   * Rebuilds both indexes from the headers of the batches. For damage that shows while the broker runs, which is rare;
   * what a start finds is mended without holding the event loop (log-loader.ts).
   */
  rebuildIndexes(reason: string, indexIntervalBytes = 4096): void {
    this.#warn(`${reason}; rebuilding the indexes of ${this.file.path}`)
    this.resetIndexes()
    this.walkFrom(0, (buffer, at, _, position) => {
      this.noteBatch(buffer, at, position, indexIntervalBytes)
      return true
    })
    this.timeIndex.maybeAppend(this.maxTimestamp, this.#offsetOfMaxTimestamp)
  }

  /**
   * Shows the headers of the whole batches from a position on, until `visit` says false or the log ends. A position where
   * no batch can begin is an error: it names the file and the place. None are shown from -1 on. The buffer is only good
   * until `visit` returns or reads the segment.
   */
  walkFrom(from: number, visit: (buffer: Buffer, at: number, size: number, position: number) => boolean): void {
    if (from < 0) return
    let position = from
    while (position + HEADER_SIZE_UP_TO_MAGIC <= this.size) {
      const count = this.file.read(piece, 0, Math.min(PIECE, this.size - position), position)
      const last = count - Math.min(HEADER_SIZE, count)
      let at = 0
      while (at <= last) {
        if (!isHeader(piece, at)) throw this.#damaged(position + at)
        const size = sizeInBytes(piece, at)
        if (position + at + size > this.size || !visit(piece, at, size, position + at)) return
        at += size
      }
      if (at === 0) return
      position += at
    }
  }

  /** Forgets all batches from the one that holds the offset on. */
  truncateTo(offset: number): void {
    const position = this.positionOf(offset)
    this.offsetIndex.truncateTo(offset)
    this.timeIndex.truncateTo(offset)
    this.transactionIndex.truncateTo(offset)
    if (position !== -1) this.cut(position)
    this.#bytesSinceLastIndexEntry = 0
    this.#maxTimestamp = this.timeIndex.lastTimestamp
    this.#offsetOfMaxTimestamp = this.timeIndex.lastOffset
    const last = this.offsetIndex.last()
    this.walkFrom(last?.position ?? 0, (buffer, at) => {
      const timestamp = maxTimestamp(buffer, at)
      if (timestamp > this.maxTimestamp) {
        this.#maxTimestamp = timestamp
        this.#offsetOfMaxTimestamp = lastOffset(buffer, at)
      }
      return true
    })
  }

  /** Ends the log file at `size`. */
  cut(size: number): void {
    this.file.truncate(size)
    this.size = size
    this.dirty = true
    this.#torn = false
    if (size === 0) {
      this.#createdMs = Date.now()
      this.#firstTimestamp = undefined
    }
  }

  /** The segment gets no more batches: its last time index entry is made and the indexes leave the memory. */
  becomeInactive(): void {
    if (this.#torn) this.#cutTorn()
    this.timeIndex.maybeAppend(this.maxTimestamp, this.#offsetOfMaxTimestamp)
    if (this.offsetIndex.file.unsaved || this.timeIndex.file.unsaved) this.dirty = true
    this.offsetIndex.file.close()
    this.timeIndex.file.close()
  }

  /** Brings the index files up to date, for those who look at the files of a running broker. */
  writeIndexes(): void {
    this.offsetIndex.file.write()
    this.timeIndex.file.write()
  }

  /**
   * Waits until the segment is on the disk. Of the segment that is being written only the log file: its indexes are
   * rebuilt after a crash.
   */
  async flush(active: boolean): Promise<void> {
    if (!this.dirty) return
    this.dirty = false
    try {
      if (active) await this.file.sync()
      else {
        const indexes = [this.offsetIndex.file, this.timeIndex.file, this.transactionIndex]
        await Promise.all([this.file.sync(), ...indexes.map((index) => index.sync())])
      }
    } catch (error) {
      this.dirty = true
      throw error
    }
  }

  /** Lets go of the log file without writing anything. */
  abandon(): void {
    this.file.close()
  }

  setModifiedMs(ms: number): void {
    for (const path of [this.file.path, this.offsetIndex.file.path, this.timeIndex.file.path]) {
      utimesSync(path, ms / 1000, ms / 1000)
    }
  }

  /** Renames all files to another state, such as from '.cleaned' to '.swap'. */
  rename(state: string): void {
    this.#state = state
    this.file.rename(this.#path(LOG_SUFFIX))
    this.offsetIndex.file.rename(this.#path(INDEX_SUFFIX))
    this.timeIndex.file.rename(this.#path(TIME_INDEX_SUFFIX))
    this.transactionIndex.rename(this.#path(TXN_INDEX_SUFFIX))
  }

  /** The folder has another name now. */
  moved(dir: string): void {
    this.#dir = dir
    this.file.moved(this.#path(LOG_SUFFIX))
    this.offsetIndex.file.moved(this.#path(INDEX_SUFFIX))
    this.timeIndex.file.moved(this.#path(TIME_INDEX_SUFFIX))
    this.transactionIndex.moved(this.#path(TXN_INDEX_SUFFIX))
  }

  async delete(): Promise<void> {
    this.file.close()
    for (const suffix of SEGMENT_SUFFIXES) {
      await unlink(this.#path(suffix)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
      })
    }
  }

  #path(suffix: string): string {
    return join(this.#dir, `${fileNameOf(this.baseOffset)}${suffix}${this.#state}`)
  }

  #waitedMs({ maxTimestamp, nowMs }: RollRequest): number {
    const first = this.firstTimestamp
    return first >= 0 ? maxTimestamp - first : nowMs - this.#createdMs
  }

  #search(from: number, offset: number): number {
    let found = -1
    this.walkFrom(from, (buffer, at, _, position) => {
      if (lastOffset(buffer, at) < offset) return true
      found = position
      return false
    })
    return found
  }

  /** Last offset of the batch at the position, -1 when no batch can be there. */
  #lastOffsetAt(position: number): number {
    if (position < 0 || position + HEADER_SIZE > this.size) return -1
    this.file.read(piece, 0, HEADER_SIZE, position)
    return isHeader(piece, 0) ? lastOffset(piece, 0) : -1
  }

  #damaged(position: number): StorageError {
    return new StorageError('CORRUPT_MESSAGE', `${this.file.path} is damaged: there is no record batch at ${position}`)
  }

  #cutTorn(): void {
    this.file.truncate(this.size)
    this.#torn = false
  }

  #tryCutTorn(): void {
    try {
      this.#cutTorn()
    } catch {
      this.#torn = true
    }
  }
}

/** Whether a batch or an old message can begin here. */
function isHeader(buffer: Buffer, at: number): boolean {
  const format = magic(buffer, at)
  return format >= 0 && format <= 2 && sizeInBytes(buffer, at) >= LOG_OVERHEAD + (format === 2 ? 49 : 14)
}
