// Cuts pieces of input into records at a delimiter, and records into key and value at another, without an object per
// record: after next() the fields say where in `buffer` the record lies.

import { UsageError } from '../errors.ts'
import type { InputReader } from './input-record.ts'

/** No topic takes records near this size; it keeps input without any delimiter from filling the memory. */
export const LONGEST_RECORD = 256 << 20
const FIRST_SPACE = 256 * 1024

export interface LineOptions {
  /** Between records; at least one byte. */
  delimiter: Buffer
  /** Between key and value; records without it have no key. */
  keyDelimiter?: Buffer
  /** Key of the records that have none of their own. */
  fixedKey?: Buffer
  /** Empty keys and values are null. */
  emptyIsNull?: boolean
}

export class LineReader implements InputReader {
  /** The fixed key, where there is one, then the piece. */
  buffer: Buffer
  keyStart = -1
  keyEnd = -1
  valueStart = -1
  valueEnd = -1
  number = 0
  readonly topic = null
  readonly partition = null
  readonly timestamp = null
  readonly headers = null

  readonly emptyIsNull: boolean
  /** The byte that ends each record where there is nothing else to find in them: no key, and no longer delimiter. */
  readonly onlyDelimiter: number | null
  private readonly delimiter: Buffer
  private readonly keyDelimiter: Buffer | undefined
  private readonly fixedKeyLength: number
  /** Room for `buffer`, used again for each piece. */
  private space: Buffer
  /** Where the next record begins, and up to where its end is known not to be. */
  private at: number
  private searched: number
  /** The first key delimiter at or after the last record; -1 where the buffer has none. */
  private keyAt = -1

  constructor({ delimiter, keyDelimiter, fixedKey, emptyIsNull = false }: LineOptions) {
    this.delimiter = delimiter
    this.keyDelimiter = keyDelimiter
    this.emptyIsNull = emptyIsNull
    this.fixedKeyLength = fixedKey?.length ?? -1
    const isPlain = delimiter.length === 1 && keyDelimiter === undefined && fixedKey === undefined
    this.onlyDelimiter = isPlain ? delimiter[0] : null
    this.at = this.searched = fixedKey?.length ?? 0
    this.space = Buffer.allocUnsafeSlow(FIRST_SPACE + this.at)
    this.buffer = this.space.subarray(0, this.at)
    fixedKey?.copy(this.buffer)
  }

  feed(piece: Buffer): void {
    const start = Math.max(0, this.fixedKeyLength)
    const rest = this.buffer.length - this.at
    if (rest > LONGEST_RECORD) {
      throw new UsageError(`record ${this.number + 1} of the input is longer than ${LONGEST_RECORD} bytes`, {
        hint: 'is the delimiter (-D) the right one?',
      })
    }
    const size = start + rest + piece.length
    const { buffer, at, keyAt } = this
    if (size > this.space.length) {
      this.space = Buffer.allocUnsafeSlow(size * 2)
      buffer.copy(this.space, 0, 0, start)
      buffer.copy(this.space, start, at)
    } else if (at > start) buffer.copy(this.space, start, at)
    piece.copy(this.space, start + rest)
    this.buffer = this.space.subarray(0, size)
    this.at = start
    this.searched = Math.max(start, start + rest - this.delimiter.length + 1)
    if (this.keyDelimiter === undefined) return
    // What was looked through before is not again: of a long record there may be many pieces.
    if (keyAt >= at) this.keyAt = keyAt - at + start
    else {
      const from = keyAt < 0 ? Math.max(start, start + rest - this.keyDelimiter.length + 1) : start
      this.keyAt = this.buffer.indexOf(this.keyDelimiter, from)
    }
  }

  /** Where the next record begins in `buffer`. */
  get position(): number {
    return this.at
  }

  /** Goes past records that somebody took from `position` on: so many, of so many bytes with their delimiters. */
  skip(records: number, bytes: number): void {
    this.number += records
    this.at = this.searched = this.at + bytes
  }

  next(): boolean {
    const start = this.at
    const { delimiter } = this
    const end = this.buffer.indexOf(delimiter.length === 1 ? delimiter[0] : delimiter, this.searched)
    if (end < 0) return false
    this.at = this.searched = end + delimiter.length
    this.split(start, end)
    return true
  }

  finish(): boolean {
    const start = this.at
    if (start === this.buffer.length) return false
    this.at = this.buffer.length
    this.split(start, this.at)
    return true
  }

  private split(start: number, end: number): void {
    this.number++
    this.valueStart = start
    this.valueEnd = end
    const { keyDelimiter } = this
    if (this.keyAt >= 0 && this.keyAt < start) this.keyAt = this.buffer.indexOf(keyDelimiter as Buffer, start)
    if (this.keyAt >= 0 && this.keyAt + (keyDelimiter as Buffer).length <= end) {
      this.keyStart = start
      this.keyEnd = this.keyAt
      this.valueStart = this.keyAt + (keyDelimiter as Buffer).length
    } else {
      this.keyStart = this.fixedKeyLength < 0 ? -1 : 0
      this.keyEnd = this.fixedKeyLength
    }
    if (this.emptyIsNull) {
      if (this.keyEnd === this.keyStart) this.keyStart = this.keyEnd = -1
      if (this.valueEnd === this.valueStart) this.valueStart = this.valueEnd = -1
    }
  }
}
