// Reads record batches from a log: finds where the batch with an offset begins, and reads from there on with one call to
// the system. Where a read ended is remembered, so that a reader who goes on from there needs no search: that is what
// consumers do.

import { HEADER_SIZE_UP_TO_MAGIC, lastOffset, magic, sizeInBytes } from '../records/batch.ts'
import type { Log } from './log.ts'
import type { Segment } from './segment.ts'
import { ioError, StorageError } from './storage-error.ts'
import type { AbortedTransaction } from './transaction-index.ts'

/** Up to where a reader sees records: the high watermark, the last stable offset, or all. */
export type Isolation = 'highWatermark' | 'committed' | 'logEnd'

export interface ReadOptions {
  /** 'highWatermark' by default. */
  isolation?: Isolation
  /** Return the first batch even when it is larger than what was asked for. True by default. */
  minOneBatch?: boolean
  /** Gives the buffer to read into, of at least so many bytes; a new one by default. */
  allocate?: (bytes: number) => Buffer
}

export interface ReadResult {
  /** Whole batches. */
  records: Buffer
  /** Offset after the last of them: where to go on. The offset asked for when there are none. */
  nextOffset: number
  highWatermark: number
  lastStableOffset: number
  logStartOffset: number
  /** For 'committed': the aborted transactions among the records. */
  abortedTransactions: AbortedTransaction[]
}

/** Readers whose places are remembered in one log. */
const PLACES = 8
const SMALLEST_BATCH = 61
const NO_RECORDS = Buffer.alloc(0)

interface Place {
  offset: number
  segment: Segment | undefined
  position: number
}

export class LogReader {
  readonly #log: Log
  #places: Place[] = []
  #nextPlace = 0

  constructor(log: Log) {
    this.#log = log
  }

  /** The places are not valid any more. */
  forget(): void {
    this.#places = []
    this.#nextPlace = 0
  }

  read(offset: number, maxBytes: number, options: ReadOptions): ReadResult {
    const log = this.#log
    if (offset < log.startOffset || offset > log.endOffset) throw this.#outOfRange(offset)
    const { isolation = 'highWatermark' } = options
    const bound = log.upperBound(isolation)
    const result: ReadResult = {
      records: NO_RECORDS,
      nextOffset: offset,
      highWatermark: log.highWatermark,
      lastStableOffset: log.lastStableOffset,
      logStartOffset: log.startOffset,
      abortedTransactions: [],
    }
    if (offset >= bound) return result
    try {
      this.#readInto(result, offset, bound, maxBytes, options)
      if (isolation === 'committed' && result.records.length > 0) {
        result.abortedTransactions = log.abortedTransactions(offset, result.nextOffset)
      }
    } catch (error) {
      throw error instanceof StorageError ? error : ioError(`can't read ${log.name} at offset ${offset}`, error)
    }
    return result
  }

  #readInto(result: ReadResult, offset: number, bound: number, maxBytes: number, options: ReadOptions): void {
    const place = this.#find(offset)
    if (place.segment === undefined) return
    const { segment, position } = place
    const limit = bound >= this.#log.endOffset ? segment.size : this.#limit(segment, bound)
    const available = limit - position
    if (available <= 0) return
    const { minOneBatch = true, allocate = Buffer.allocUnsafeSlow } = options
    const wanted = Math.min(available, minOneBatch ? Math.max(maxBytes, SMALLEST_BATCH) : maxBytes)
    if (wanted < HEADER_SIZE_UP_TO_MAGIC) return

    let buffer = allocate(wanted)
    let count = segment.file.read(buffer, 0, wanted, position)
    const first = checkedSize(buffer, 0, count, segment, position)
    if (first > count) {
      if (!minOneBatch) return
      if (first > available) throw damaged(segment, position)
      buffer = allocate(first)
      count = segment.file.read(buffer, 0, first, position)
      if (count < first) throw damaged(segment, position)
    }
    let end = first
    let last = 0
    while (end + HEADER_SIZE_UP_TO_MAGIC <= count) {
      const size = sizeInBytes(buffer, end)
      if (size < HEADER_SIZE_UP_TO_MAGIC || end + size > count) break
      last = end
      end += size
    }
    result.records = buffer.subarray(0, end)
    result.nextOffset = lastOffset(buffer, last) + 1
    place.offset = result.nextOffset
    place.position = position + end
  }

  /** The place of the batch that holds the offset or, where there is none, the next one. */
  #find(offset: number): Place {
    for (const place of this.#places) {
      if (place.offset !== offset || place.segment === undefined) continue
      if (place.position < place.segment.size) return place
      return this.#search(offset, place)
    }
    const place: Place = { offset, segment: undefined, position: 0 }
    this.#places[this.#nextPlace] = place
    this.#nextPlace = (this.#nextPlace + 1) % PLACES
    return this.#search(offset, place)
  }

  #search(offset: number, place: Place): Place {
    const { segments } = this.#log
    for (let i = Math.max(0, segments.floorIndex(offset)); i < segments.all.length; i++) {
      const segment = segments.all[i]
      const position = segment.positionOf(offset)
      if (position === -1) continue
      place.segment = segment
      place.position = position
      return place
    }
    place.segment = undefined
    return place
  }

  /** Where the records below the bound end. */
  #limit(segment: Segment, bound: number): number {
    if (segment !== this.#log.segments.floor(bound - 1)) return segment.size
    const position = segment.positionOf(bound)
    return position === -1 ? segment.size : position
  }

  #outOfRange(offset: number): StorageError {
    const { name, startOffset, endOffset } = this.#log
    const message = `offset ${offset} is not in ${name}, which has ${startOffset} to ${endOffset}`
    return new StorageError('OFFSET_OUT_OF_RANGE', message)
  }
}

/** Size of the batch that begins at buffer[at]. */
function checkedSize(buffer: Buffer, at: number, count: number, segment: Segment, position: number): number {
  if (count - at < HEADER_SIZE_UP_TO_MAGIC) throw damaged(segment, position)
  const format = magic(buffer, at)
  const size = sizeInBytes(buffer, at)
  if (format < 0 || format > 2 || size < (format === 2 ? SMALLEST_BATCH : 26)) throw damaged(segment, position)
  return size
}

function damaged(segment: Segment, position: number): StorageError {
  const message = `${segment.file.path} is damaged: no whole record batch begins at ${position}`
  return new StorageError('CORRUPT_MESSAGE', message)
}
