// Reads the batches of a log file in large pieces, for who looks at files that no broker has open: they may be torn, damaged
// or made up. The next piece is read while the last one is used; memory is two pieces, or the largest batch.
//
//   batches ─> batches ─> damage ─> batches ─> … ─> torn | zeros
//
// Behind damage the search goes on for a batch that is whole and has the right checksum.

import fs from 'node:fs'
import { promisify } from 'node:util'
import {
  ATTRIBUTES_AT,
  CRC_AT,
  HEADER_SIZE_UP_TO_MAGIC,
  isValid,
  LENGTH_AT,
  LOG_OVERHEAD,
  MAGIC_AT,
  RECORDS_AT,
} from '../records/batch.ts'
import { crc32c } from '../records/crc32c.ts'

const read = promisify(fs.read)

const PIECE = 4 << 20
/** The first piece of a look into the middle of a file, for which a few records may be enough. */
const FIRST_PIECE = 128 << 10
/** A longer batch than any broker takes by default; it has to prove its checksum before there is memory for it. */
const PLAUSIBLE = 32 << 20
/** Smallest length field by format. */
const SMALLEST = [14, 22, RECORDS_AT - LOG_OVERHEAD]
/** Offsets are numbers up to 2^53; this is the upper half of the largest. */
const MOST_HIGH = 0x1f_ffff
/** How many bytes the search for the next sound batch may look at, in sizes of the file. */
const SEARCH_FACTOR = 4

/** Whole batches by their lengths, one after the other in buffer[start, end); good until the next piece is asked for. */
export interface Batches {
  kind: 'batches'
  buffer: Buffer
  start: number
  end: number
  /** Where buffer[start] lies in the file. */
  position: number
}

/** Bytes that are no batch: between batches, a last one that is cut off, or nothing but zeros at the end. */
export interface Gap {
  kind: 'damage' | 'torn' | 'zeros'
  position: number
  end: number
  problem: string
}

export type Piece = Batches | Gap

export class SegmentPieces {
  readonly size: number
  private readonly fd: number
  private position: number
  private buffers: [Buffer, Buffer]
  /** What is read for `position` already, or on its way. */
  private ahead: Promise<number> | null = null
  private searched = 0

  /** The file as long as it is now. Throws what opening it throws. */
  static open(path: string, from = 0): SegmentPieces {
    const fd = fs.openSync(path, 'r')
    return new SegmentPieces(fd, fs.fstatSync(fd).size, from)
  }

  private constructor(fd: number, size: number, from: number) {
    this.fd = fd
    this.size = size
    this.position = from
    const length = Math.max(HEADER_SIZE_UP_TO_MAGIC, Math.min(from > 0 ? FIRST_PIECE : PIECE, size - from))
    this.buffers = [Buffer.allocUnsafeSlow(length), Buffer.allocUnsafeSlow(length)]
  }

  async close(): Promise<void> {
    await this.ahead?.catch(() => {})
    fs.closeSync(this.fd)
  }

  /** Null at the end. */
  async next(): Promise<Piece | null> {
    if (this.position >= this.size) return null
    const count = await (this.ahead ?? this.readAhead(this.position))
    this.ahead = null
    this.buffers.reverse()
    const [buffer] = this.buffers
    const { position } = this
    const end = wholeBatches(buffer, count)
    if (end > 0) {
      this.position = position + end
      const left = Math.min(PIECE, this.size - this.position)
      if (this.buffers[1].length < left) this.buffers[1] = Buffer.allocUnsafeSlow(left)
      if (left > 0) this.ahead = this.readAhead(this.position)
      return { kind: 'batches', buffer, start: 0, end, position }
    }
    return this.oddBatch(buffer, count)
  }

  /**
   * For a batch with a wrong checksum: its length may be wrong too. Goes on at the next sound batch within it, if there is
   * one, else behind it; the rest of the piece is not to be used.
   */
  async distrust(position: number, length: number): Promise<void> {
    await this.ahead
    this.ahead = null
    this.position = Math.min(position + length, await this.findSound(position + 1))
  }

  /** No whole batch begins what is in the buffer: it is a large one, cut off, or none. */
  private async oddBatch(buffer: Buffer, count: number): Promise<Piece> {
    const { position, size } = this
    const problem = headerProblem(buffer, 0, count)
    const length = count < HEADER_SIZE_UP_TO_MAGIC ? 0 : LOG_OVERHEAD + buffer.readInt32BE(LENGTH_AT)
    if (problem === undefined && count >= HEADER_SIZE_UP_TO_MAGIC && position + length <= size) {
      const isPlausible = length <= PLAUSIBLE || (await this.hasRightChecksum(position, length))
      if (isPlausible) {
        this.buffers = [Buffer.allocUnsafeSlow(length), Buffer.allocUnsafeSlow(Math.min(PIECE, length))]
        const read = await this.fill(this.buffers[0], position, length)
        if (read === length) {
          this.position = position + length
          return { kind: 'batches', buffer: this.buffers[0], start: 0, end: length, position }
        }
      }
    }
    if (await this.onlyZeros(position)) {
      this.position = size
      return { kind: 'zeros', position, end: size, problem: `${size - position} zeros at the end` }
    }
    const next = await this.findSound(position + 1)
    this.position = next
    if (next === size && problem === undefined) {
      return { kind: 'torn', position, end: size, problem: `the last batch is cut off after ${size - position} bytes` }
    }
    return { kind: 'damage', position, end: next, problem: problem ?? `its length of ${length} leads nowhere` }
  }

  private readAhead(position: number): Promise<number> {
    const target = this.buffers[1]
    return this.fill(target, position, Math.min(target.length, this.size - position))
  }

  private async fill(target: Buffer, position: number, length: number): Promise<number> {
    let at = 0
    while (at < length) {
      const { bytesRead } = await read(this.fd, target, at, length - at, position + at)
      if (bytesRead === 0) break
      at += bytesRead
    }
    return at
  }

  private async onlyZeros(from: number): Promise<boolean> {
    const chunk = Buffer.allocUnsafe(Math.min(1 << 20, this.size - from))
    for (let at = from; at < this.size; ) {
      const count = await this.fill(chunk, at, Math.min(chunk.length, this.size - at))
      if (count === 0) return false
      for (let i = 0; i < count; i++) if (chunk[i] !== 0) return false
      at += count
    }
    return true
  }

  /** Where the next batch begins that is whole and has the right checksum; the end of the file where there is none. */
  private async findSound(from: number): Promise<number> {
    const chunk = Buffer.allocUnsafe(Math.min(PIECE, Math.max(0, this.size - from)))
    for (let at = from; at < this.size; ) {
      const count = await this.fill(chunk, at, Math.min(chunk.length, this.size - at))
      let i = 0
      for (; i + HEADER_SIZE_UP_TO_MAGIC <= count; i++) {
        // Formats are small numbers, and lengths begin with a zero up to 16 MiB.
        if (chunk[i + MAGIC_AT] > 2 || chunk[i + LENGTH_AT] > 7) continue
        if (headerProblem(chunk, i, count) !== undefined) continue
        const length = LOG_OVERHEAD + chunk.readInt32BE(i + LENGTH_AT)
        if (at + i + length > this.size) continue
        this.searched += length
        if (this.searched > SEARCH_FACTOR * this.size + PIECE) return this.size
        const sound = i + length <= count ? isValid(chunk, i, count) : await this.hasRightChecksum(at + i, length)
        if (sound) return at + i
      }
      if (at + count >= this.size) break
      at += i
    }
    return this.size
  }

  private async hasRightChecksum(position: number, length: number): Promise<boolean> {
    if (length <= PLAUSIBLE) {
      const batch = Buffer.allocUnsafe(length)
      return (await this.fill(batch, position, length)) === length && isValid(batch, 0)
    }
    const chunk = Buffer.allocUnsafe(PIECE)
    if ((await this.fill(chunk, position, RECORDS_AT)) < RECORDS_AT || chunk[MAGIC_AT] !== 2) return false
    const expected = chunk.readUInt32BE(CRC_AT)
    let crc = 0
    for (let at = ATTRIBUTES_AT; at < length; ) {
      const count = await this.fill(chunk, position + at, Math.min(chunk.length, length - at))
      if (count === 0) return false
      crc = crc32c(chunk, 0, count, crc)
      at += count
    }
    return crc === expected
  }
}

/** Where the batches end that are whole by their headers. */
function wholeBatches(buffer: Buffer, count: number): number {
  let at = 0
  for (;;) {
    if (at + HEADER_SIZE_UP_TO_MAGIC > count || headerProblem(buffer, at, count) !== undefined) return at
    const next = at + LOG_OVERHEAD + buffer.readInt32BE(at + LENGTH_AT)
    if (next > count) return at
    at = next
  }
}

/** Undefined where a batch may begin here, or the bytes are too few to tell. */
function headerProblem(buffer: Buffer, at: number, end: number): string | undefined {
  if (at + HEADER_SIZE_UP_TO_MAGIC > end) return undefined
  const length = buffer.readInt32BE(at + LENGTH_AT)
  const magic = buffer.readInt8(at + MAGIC_AT)
  if (magic < 0 || magic > 2) return `its format is ${magic}, known are 0, 1 and 2`
  if (length < SMALLEST[magic]) return `its length is ${length}, at least ${SMALLEST[magic]} is needed`
  const high = buffer.readInt32BE(at)
  if (high < 0 || high > MOST_HIGH) return `its offset is ${buffer.readBigInt64BE(at)}`
  return undefined
}
