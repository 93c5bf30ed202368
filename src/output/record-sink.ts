// Where formatted records go: bytes are put into large pieces. Where a reader may be slow (a pipe, a terminal), another
// thread writes them while the next piece is filled, so that a slow reader holds up nothing but the records; what is always
// ready (a file, /dev/null) is written at once. Nothing is made per record.

import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { isatty } from 'node:tty'
import { promisify } from 'node:util'
import { RangeCopier } from '../util/range-copier.ts'

const PIECE = 1 << 20
/** How many pieces may wait before the caller should. */
const WAITING = 2

const writeAsync = promisify(fs.write)

export class RecordSink {
  private readonly fd: number
  private readonly alwaysReady: boolean
  private piece: Buffer = Buffer.allocUnsafeSlow(PIECE)
  private used = 0
  /** One for records and one for what stands between them: each keeps an eye on the buffer it copied from last. */
  private readonly copier = new RangeCopier()
  private readonly constants = new RangeCopier()
  private readonly spare: Buffer[] = []
  private readonly queue: Buffer[] = []
  private writing: Promise<void> | null = null
  private failure: Error | null = null
  private readonly onFailure: () => void

  /**
   * Throws from flush() and pace() what writing to `fd` failed with, and calls `onFailure` at once: nothing need be read any
   * more. EPIPE is the caller's to tell.
   */
  constructor(fd: number, onFailure: () => void = () => {}) {
    this.fd = fd
    this.onFailure = onFailure
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

  /** All of a text that is the same in many records. */
  bytes(source: Buffer): void {
    const { length } = source
    if (this.used + length > this.piece.length) this.turn(length)
    this.used = this.constants.copy(source, 0, length, this.piece, this.used)
  }

  /** A whole number up to 2^53, in decimal. */
  integer(value: number): void {
    if (this.used + 24 > this.piece.length) this.turn(24)
    const { piece } = this
    let at = this.used
    if (value < 0) {
      piece[at++] = 0x2d
      value = -value
    }
    let digits = 1
    for (let power = 10; value >= power; power *= 10) digits++
    let end = at + digits
    this.used = end
    while (value > 0x7fff_ffff) {
      const rest = Math.floor(value / 10)
      piece[--end] = 0x30 + (value - rest * 10)
      value = rest
    }
    let small = value | 0
    while (end > at) {
      const rest = (small / 10) | 0
      piece[--end] = 0x30 + (small - rest * 10)
      small = rest
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
    if (this.alwaysReady) this.writeNow()
    else if (this.used > 0) this.enqueue()
    if (this.piece.length < length) this.piece = Buffer.allocUnsafeSlow(length)
    this.used = 0
  }

  private enqueue(): void {
    this.queue.push(this.piece.subarray(0, this.used))
    if (this.writing === null) this.start()
    this.piece = this.spare.pop() ?? Buffer.allocUnsafeSlow(PIECE)
  }

  private writeNow(): void {
    try {
      for (let at = 0; at < this.used && this.failure === null; ) {
        at += fs.writeSync(this.fd, this.piece, at, this.used - at)
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
      if (piece.buffer.byteLength === PIECE) this.spare.push(Buffer.from(piece.buffer))
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
