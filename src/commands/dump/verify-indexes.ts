// Checks the indexes of a segment against its batches, which are given one after the other.

import { existsSync, statSync } from 'node:fs'
import { usedSize } from '../../storage/index-lookup.ts'
import { OffsetIndex } from '../../storage/offset-index.ts'
import { TimeIndex } from '../../storage/time-index.ts'
import type { Problem } from './verify.ts'

/** Each entry has to lead to the batch whose last offset it has. */
export class OffsetIndexCheck {
  private readonly path: string
  private readonly report: (problem: Problem) => void
  private readonly index: OffsetIndex | undefined
  private next = 0

  constructor(path: string, base: number | undefined, report: (problem: Problem) => void) {
    this.path = path
    this.report = report
    if (base === undefined || !existsSync(path)) return
    this.index = new OffsetIndex(path, base, usedSize(path, 8))
    this.index.file.load()
  }

  batch(position: number, last: number): void {
    const { index } = this
    if (index === undefined) return
    for (; this.next < index.file.count; this.next++) {
      const entry = index.entry(this.next)
      if (entry.position > position) return
      if (entry.position === position && entry.offset === last) continue
      const found = entry.position === position ? `the batch up to ${last}` : 'no batch'
      this.tell(entry.offset, `leads to position ${entry.position}, where ${found} is`)
    }
  }

  end(size: number): void {
    const { index } = this
    if (index === undefined) return
    for (; this.next < index.file.count; this.next++) {
      const { offset, position } = index.entry(this.next)
      this.tell(
        offset,
        position >= size
          ? `leads to position ${position}, behind the end`
          : `leads to position ${position}, where no batch is`,
      )
    }
    reportAll(this.path, 8, index.problem(Number.POSITIVE_INFINITY), this.report)
  }

  private tell(offset: number, problem: string): void {
    this.report({ file: this.path, position: this.next * 8, offset, problem: `its entry ${this.next} ${problem}` })
  }
}

/** Each entry has to name the end of a batch, and no batch up to it may be younger. */
export class TimeIndexCheck {
  private readonly path: string
  private readonly report: (problem: Problem) => void
  private readonly index: TimeIndex | undefined
  private next = 0
  private newest = Number.NEGATIVE_INFINITY

  constructor(path: string, base: number | undefined, report: (problem: Problem) => void) {
    this.path = path
    this.report = report
    if (base === undefined || !existsSync(path)) return
    this.index = new TimeIndex(path, base, usedSize(path, 12))
    this.index.file.load()
  }

  batch(last: number, newest: number): void {
    const { index } = this
    if (index === undefined) return
    this.newest = Math.max(this.newest, newest)
    for (; this.next < index.file.count && index.offsetOf(this.next) <= last; this.next++) {
      const offset = index.offsetOf(this.next)
      const timestamp = index.timestampOf(this.next)
      if (offset < last) this.tell(offset, 'is not the end of a batch')
      else if (timestamp !== this.newest) this.tell(offset, `has ${timestamp}, the log ${this.newest}`)
    }
  }

  end(): void {
    const { index } = this
    if (index === undefined) return
    if (this.next < index.file.count) this.tell(index.offsetOf(this.next), 'is behind the end of the log')
    reportAll(this.path, 12, index.problem(), this.report)
  }

  private tell(offset: number, problem: string): void {
    this.report({ file: this.path, position: this.next * 12, offset, problem: `its entry ${this.next} ${problem}` })
  }
}

/** What is wrong with an index as a whole. */
function reportAll(
  file: string,
  entrySize: number,
  order: string | undefined,
  report: (problem: Problem) => void,
): void {
  const rest = statSync(file).size % entrySize
  if (rest > 0) report({ file, position: null, offset: null, problem: `it ends with ${rest} bytes of an entry` })
  if (order !== undefined) report({ file, position: null, offset: null, problem: order })
}
