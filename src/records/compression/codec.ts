// What every compression codec offers, and the helpers that they share.

import { CorruptError } from '../../errors.ts'

/** Most bytes that one batch may decompress to unless the caller allows another number. */
export const DECOMPRESSED_LIMIT = 256 * 1024 * 1024

export interface LevelRange {
  readonly min: number
  readonly max: number
  readonly default: number
}

/**
 * Compresses and decompresses source[start, end). Results of `compress` are the caller's; a result of `decompress` may lie
 * in the `scratch` passed in and lasts until its next use. More than `limit` bytes, or bytes that are not of this format,
 * give a CorruptError. The async forms exist where the work is done in other threads.
 */
export interface Codec {
  /** As in the attributes of a batch. */
  readonly id: number
  /** As in `compression.type`. */
  readonly name: string
  /** The range of Kafka's `compression.<name>.level`, where there is one. */
  readonly levels?: LevelRange
  compress(source: Buffer, start: number, end: number, level?: number): Buffer
  decompress(source: Buffer, start: number, end: number, limit: number, scratch: Scratch): Buffer
  compressAsync?(source: Buffer, start: number, end: number, level?: number): Promise<Buffer>
  decompressAsync?(source: Buffer, start: number, end: number, limit: number): Promise<Buffer>
}

/** Memory above this is given back after use, so that one huge batch does not hold it for the rest of the run. */
const KEPT = 8 * 1024 * 1024

/** A buffer that is used again from batch to batch. */
export class Scratch {
  private buffer: Buffer = Buffer.alloc(0)

  /** At least `size` bytes; the first `used` keep their content. */
  take(size: number, used = 0): Buffer {
    const old = this.buffer
    if (old.length >= size && (old.length <= KEPT || used > 0 || size > KEPT)) return old
    this.buffer = Buffer.allocUnsafeSlow(size)
    old.copy(this.buffer, 0, 0, used)
    return this.buffer
  }
}

export function tooLarge(codec: string, limit: number): CorruptError {
  return new CorruptError(`${codec} data decompresses to more than the ${limit} bytes allowed`)
}

export function notDecompressed(codec: string, problem: string, cause?: unknown): CorruptError {
  return new CorruptError(`not valid ${codec} data: ${problem}`, { cause })
}

/** Wraps what node:zlib throws. */
export function zlibError(codec: string, limit: number, error: unknown): CorruptError {
  const { code, message } = error as NodeJS.ErrnoException
  return code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(codec, limit) : notDecompressed(codec, message, error)
}

/**
 * Output is made in pieces of this size: most batches fit into one, as pieces that have to be joined leave garbage, and no
 * small one holds much more than it needs.
 */
export function outputPiece(compressedSize: number): number {
  return compressedSize > 16 * 1024 ? 1 << 20 : Math.max(compressedSize * 8, 1024)
}
