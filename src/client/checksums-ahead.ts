// Checks the checksums in the answer to a fetch while the rest of it is on its way. Its bytes are in the processor's cache just
// then; and a broker, whose socket takes a few hundred kilobytes, waits less for who is busy with an answer that is whole.

import { Fetch } from '../protocol/apis/01-fetch.ts'
import { decodeResponse } from '../protocol/frame.ts'
import { Reader } from '../protocol/reader.ts'
import { ATTRIBUTES_AT, crc, HEADER_SIZE_UP_TO_MAGIC, magic, RECORDS_AT, sizeInBytes } from '../records/batch.ts'
import { crc32c } from '../records/crc32c.ts'

/** After so many bytes more it is looked for the records of further partitions: from the front each time. */
const LOOK_EVERY = 64 * 1024
/** So many bytes that are no records are read over for that in all: no time is lost with answers of a great many partitions. */
const LOOK_OVER = 128 * 1024

export class ChecksumsAhead {
  /** In the frame: whole batches that end here or before are right. */
  rightUpTo = 0
  private readonly version: number
  /** Places of records, from and to: those of the last partition may still be on their way. */
  private ranges: number[] = []
  /** Which of the ranges is in work, and the batch there. */
  private range = -1
  private at = 0
  private batchEnd = 0
  /** Sum of the batch up to a place. */
  private sum = 0
  private summedTo = 0
  private lookedAt = Number.NEGATIVE_INFINITY
  private lookedOver = 0
  /** What follows is for others to judge. */
  private isOver = false

  /** `version`: of the Fetch request that is answered. */
  constructor(version: number) {
    this.version = version
  }

  /** So much of the frame has come. Never throws: what is wrong stays unchecked. */
  look(frame: Buffer, filled: number): void {
    while (!this.isOver && (this.range >= 0 || this.findRange(frame, filled))) {
      const rangeEnd = this.ranges[this.range + 1]
      if (!this.checkBatches(frame, Math.min(filled, rangeEnd), rangeEnd)) return
      this.next()
    }
  }

  /** Whether the range is done with; not where more of it has to come. */
  private checkBatches(frame: Buffer, stop: number, rangeEnd: number): boolean {
    for (;;) {
      if (this.batchEnd === 0) {
        const { at } = this
        if (stop - at < HEADER_SIZE_UP_TO_MAGIC) return stop === rangeEnd
        // Messages of older formats are for others to check, which all that follows has to wait for.
        if (magic(frame, at) !== 2) return this.end()
        if (stop - at < RECORDS_AT) return stop === rangeEnd
        const end = at + sizeInBytes(frame, at)
        if (end > rangeEnd) return true
        if (end < at + RECORDS_AT) return this.end()
        this.batchEnd = end
        this.summedTo = at + ATTRIBUTES_AT
        this.sum = 0
      }
      const to = Math.min(stop, this.batchEnd)
      this.sum = crc32c(frame, this.summedTo, to, this.sum)
      this.summedTo = to
      if (to < this.batchEnd) return false
      if (this.sum !== crc(frame, this.at)) return this.end()
      this.at = this.rightUpTo = this.batchEnd
      this.batchEnd = 0
    }
  }

  private end(): false {
    this.isOver = true
    return false
  }

  private next(): void {
    this.range += 2
    this.at = this.ranges[this.range] ?? 0
    if (this.range >= this.ranges.length) this.range = -1
  }

  /** Stands at the first range behind those that are done. */
  private findRange(frame: Buffer, filled: number): boolean {
    if (filled - this.lookedAt < LOOK_EVERY) return false
    this.lookedAt = filled
    const done = this.ranges.length
    const finder = new RecordsFinder(frame, 0, filled)
    try {
      decodeResponse(Fetch, this.version, frame, finder)
    } catch {
      // It ends before its end; or it is damaged, which is told when it is whole.
    }
    this.ranges = finder.ranges
    this.lookedOver += finder.lookedOver
    if (this.lookedOver > LOOK_OVER) return this.end()
    if (this.ranges.length <= done) return false
    this.range = done
    this.at = this.ranges[done]
    return true
  }
}

/** Notes where records lie, those too that end behind what is there. */
class RecordsFinder extends Reader {
  readonly ranges: number[] = []
  private inRecords = 0

  get lookedOver(): number {
    return this.position - this.inRecords
  }

  override nullableBytes(): null {
    return this.pass(this.int32())
  }

  override compactNullableBytes(): null {
    return this.pass(this.uvarint() - 1)
  }

  private pass(length: number): null {
    if (length > 0) {
      this.ranges.push(this.position, this.position + length)
      this.take(length)
      this.inRecords += length
    }
    return null
  }
}
