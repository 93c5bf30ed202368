// Where formatted records go: bytes are put into large pieces. Where a reader may be slow (a pipe, a terminal), another
// thread writes them while the next piece is filled, so that a slow reader holds up nothing but the records; what is always
// ready (a file, /dev/null) is written at once. Nothing is made per record.

import { isUtf8 } from 'node:buffer'
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { isatty } from 'node:tty'
import { promisify } from 'node:util'
import { RangeCopier } from '../util/range-copier.ts'
import type { FixedText } from './fixed-text.ts'

const PIECE = 1 << 20
/** Fewer bytes are copied faster than written by themselves. */
const DIRECT_FROM = 64 * 1024
/** Numbers from here on are written in two parts. */
const LOW_DIGITS = 1_000_000_000
const LONGEST_ESCAPE = 6
const ESCAPED_AT_ONCE = Math.floor(PIECE / LONGEST_ESCAPE)
/** Each byte may become the three of U+FFFD. */
const LONGEST_REPAIR = 3
const LONGEST_CHARACTER = 4
const REPAIRED_AT_ONCE = 16 << 10
/** How many pieces may wait before the caller should. */
const WAITING = 2

const writeAsync = promisify(fs.write)

export class RecordSink {
  private readonly fd: number
  private readonly alwaysReady: boolean
  private piece: Buffer = Buffer.allocUnsafeSlow(PIECE)
  private used = 0
  private repaired: Buffer = Buffer.alloc(0)
  private readonly copier = new RangeCopier()
  private readonly spare: Buffer[] = []
  private readonly queue: Buffer[] = []
  private writing: Promise<void> | null = null
  private failure: Error | null = null
  private readonly onFailure: () => void
  private readonly asText: boolean

  /**
   * Throws from flush() and pace() what writing to `fd` failed with, and calls `onFailure` at once: nothing need be read any
   * more. EPIPE is the caller's to tell. With `asText` bytes that are no UTF-8 come out as U+FFFD; what is written at once
   * has to be followed by other characters.
   */
  constructor(fd: number, onFailure: () => void = () => {}, { asText = false } = {}) {
    this.fd = fd
    this.onFailure = onFailure
    this.asText = asText
    const kind = fs.fstatSync(fd)
    this.alwaysReady = kind.isFile() || (kind.isCharacterDevice() && !isatty(fd))
  }

  byte(value: number): void {
    if (this.used === this.piece.length) this.turn(1)
    this.piece[this.used++] = value
  }

  range(source: Buffer, start: number, end: number): void {
    const length = end - start
    if (this.used + length > this.piece.length) this.turn(length)
    this.used = this.copier.copy(source, start, end, this.piece, this.used)
  }

  /** Many bytes at once, which are not copied where they need not wait. */
  block(source: Buffer, start: number, end: number): void {
    if (this.alwaysReady && !this.asText && end - start >= DIRECT_FROM) {
      this.push()
      this.writeNow(source.subarray(start, end))
      return
    }
    // In the middle of a character it can't be cut where characters are looked for.
    const most = this.asText ? end - start : PIECE
    for (let from = start; from < end; from += most) this.range(source, from, Math.min(end, from + most))
  }

  /** A text that is the same in many records. */
  fixed({ bytes, view }: FixedText): void {
    const { length } = bytes
    if (this.used + length > this.piece.length) this.turn(length)
    const { piece } = this
    let at = this.used
    this.used = at + length
    if (length < 8) {
      for (let i = 0; i < length; i++) piece[at++] = bytes[i]
      return
    }
    const to = this.copier.viewOf(piece)
    const last = length - 8
    for (let i = 0; i < last; i += 8, at += 8) to.setBigUint64(at, view.getBigUint64(i, true), true)
    to.setBigUint64(this.used - 8, view.getBigUint64(last, true), true)
  }

  /** Text as it stands inside a JSON string; `escapes` by byte. */
  escaped(source: Buffer, start: number, end: number, escapes: readonly Buffer[]): void {
    for (let from = start; from < end; from += ESCAPED_AT_ONCE) {
      const to = Math.min(end, from + ESCAPED_AT_ONCE)
      const most = (to - from) * LONGEST_ESCAPE
      if (this.used + most > this.piece.length) this.turn(most)
      this.used = this.copier.copyEscaped(source, from, to, this.piece, this.used, escapes)
    }
  }

  /** A whole number up to 2^53, in decimal. */
  integer(value: number): void {
    if (this.used + 24 > this.piece.length) this.turn(24)
    if (value < 0) {
      this.piece[this.used++] = 0x2d
      value = -value
    }
    if (value < LOW_DIGITS) {
      this.digits(value, 0)
      return
    }
    // Whole numbers of 32 bits are divided much faster than larger ones.
    const high = Math.floor(value / LOW_DIGITS)
    this.digits(high, 0)
    this.digits(value - high * LOW_DIGITS, 9)
  }

  /** A number below 2^31; where `least` is not 0, with zeros in front up to so many digits. */
  private digits(value: number, least: number): void {
    const { piece } = this
    let rest = value | 0
    let count = least
    if (least === 0) {
      count = 1
      for (let power = 10; rest >= power; power *= 10) count++
    }
    let end = this.used + count
    this.used = end
    for (; count > 0; count--) {
      const next = (rest / 10) | 0
      piece[--end] = 0x30 + (rest - next * 10)
      rest = next
    }
  }

  text(value: string): void {
    const length = value.length * 3
    if (this.used + length > this.piece.length) this.turn(length)
    this.used += this.piece.write(value, this.used)
  }

  /** Call between batches: resolves when the reader has caught up enough; undefined where it has. */
  pace(): Promise<void> | undefined {
    if (this.failure) throw this.failure
    return this.queue.length < WAITING ? undefined : this.caughtUp()
  }

  /** Hands on what is there without waiting for a full piece. */
  push(): void {
    if (this.used > 0) this.turn(0)
  }

  /** Resolves when everything is written. */
  async flush(): Promise<void> {
    this.push()
    while (this.writing !== null) await this.writing
    if (this.failure) throw this.failure
  }

  private async caughtUp(): Promise<void> {
    while (this.queue.length >= WAITING && this.failure === null) await this.writing
    if (this.failure) throw this.failure
  }

  /** Hands the piece on and takes another with room for `length` bytes. */
  private turn(length: number): void {
    const used = this.piece.subarray(0, this.used)
    const repaired = this.asText && !isUtf8(used) ? this.repair() : null
    if (this.alwaysReady) this.writeNow(repaired ?? used)
    else if (repaired !== null) {
      for (let at = 0; at < repaired.length; at += PIECE) {
        const copy = this.newPiece()
        this.enqueue(copy.subarray(0, repaired.copy(copy, 0, at, at + PIECE)))
      }
    } else if (this.used > 0) {
      this.enqueue(used)
      this.piece = this.newPiece()
    }
    if (this.piece.length < Math.max(length, PIECE)) this.piece = Buffer.allocUnsafeSlow(Math.max(length, PIECE))
    this.used = 0
  }

  /** The piece as UTF-8; good until the next call. By short strings, as long ones would stay in memory for long. */
  private repair(): Buffer {
    const { piece, used } = this
    markSurrogates(piece, used)
    if (this.repaired.length < LONGEST_REPAIR * used) this.repaired = Buffer.allocUnsafeSlow(LONGEST_REPAIR * used)
    let length = 0
    for (let from = 0, to = 0; from < used; from = to) {
      to = Math.min(used, from + REPAIRED_AT_ONCE)
      if (to < used) to = betweenCharacters(piece, to)
      length += this.repaired.write(piece.toString('utf8', from, to), length)
    }
    return this.repaired.subarray(0, length)
  }

  private newPiece(): Buffer {
    return this.spare.pop() ?? Buffer.allocUnsafeSlow(PIECE)
  }

  private enqueue(bytes: Buffer): void {
    this.queue.push(bytes)
    if (this.writing === null) this.start()
  }

  private writeNow(bytes: Buffer): void {
    try {
      for (let at = 0; at < bytes.length && this.failure === null; ) {
        at += fs.writeSync(this.fd, bytes, at, bytes.length - at)
      }
    } catch (error) {
      this.fail(error as Error)
    }
  }

  private start(): void {
    this.writing = this.drain().finally(() => {
      this.writing = null
      if (this.queue.length > 0) this.start()
    })
  }

  private async drain(): Promise<void> {
    for (let piece = this.queue[0]; piece !== undefined; piece = this.queue[0]) {
      try {
        if (this.failure === null) await this.writeAll(piece)
      } catch (error) {
        this.fail(error as Error)
      }
      this.queue.shift()
      const isSpare = piece.buffer.byteLength === PIECE && this.spare.length <= WAITING
      if (isSpare) this.spare.push(Buffer.from(piece.buffer))
    }
  }

  private fail(error: Error): void {
    if (this.failure !== null) return
    this.failure = error
    this.onFailure()
  }

  private async writeAll(piece: Buffer): Promise<void> {
    for (let at = 0; at < piece.length; ) {
      try {
        at += (await writeAsync(this.fd, piece, at, piece.length - at)).bytesWritten
      } catch (error) {
        // A pipe that somebody set to non-blocking and that is full at the moment.
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
        await sleep(1)
      }
    }
  }
}

/** The place itself, or the start of the character that goes on over it. */
function betweenCharacters(bytes: Buffer, at: number): number {
  for (let start = at; start > at - LONGEST_CHARACTER; start--) if ((bytes[start] & 0xc0) !== 0x80) return start
  return at
}

/** The three bytes of a surrogate become one U+FFFD, as in Java, which has as many bytes; else each would become one. */
function markSurrogates(bytes: Buffer, end: number): void {
  for (let at = bytes.indexOf(0xed); at !== -1 && at + 2 < end; at = bytes.indexOf(0xed, at + 1)) {
    if (bytes[at + 1] < 0xa0 || bytes[at + 1] > 0xbf || (bytes[at + 2] & 0xc0) !== 0x80) continue
    bytes[at] = 0xef
    bytes[at + 1] = 0xbf
    bytes[at + 2] = 0xbd
  }
}
