// Reads the batches of a segment one after another and checks each, without holding the event loop: the file comes in
// pieces, and between two pieces others have their turn.

import {
  ATTRIBUTES_AT,
  CRC_AT,
  HEADER_SIZE_UP_TO_MAGIC,
  isValid,
  lastOffset,
  magic,
  RECORDS_AT,
  sizeInBytes,
} from '../records/batch.ts'
import { crc32c } from '../records/crc32c.ts'
import type { PooledFile } from './file-pool.ts'

/** Several of the batches of a producer that fills them (1 MiB): what is left of the last one is read again. */
const PIECE = 4 << 20
/** A larger batch is checked without having it in memory: its length may be made up. */
const LARGEST_IN_MEMORY = 32 << 20

/** Shown one batch: its header (and all of it, unless it is huge) lies at buffer[at], in the file at `position`. */
export type BatchVisitor = (buffer: Buffer, at: number, position: number) => void

export interface ScanResult {
  /** Where the valid batches end. */
  end: number
  /** Why the scan ended before the file did; undefined when it did not. */
  problem: string | undefined
}

export interface ScanOptions {
  /** Where to begin; 0 by default. */
  from?: number
  /** Where the file ends. */
  size: number
  /** Offsets have to be at least this. */
  baseOffset: number
  signal?: AbortSignal
}

/** Shows all batches up to the first that is not whole and valid, or whose offsets are not after the ones before. */
export async function scanBatches(file: PooledFile, options: ScanOptions, visit: BatchVisitor): Promise<ScanResult> {
  const { size, signal } = options
  let position = options.from ?? 0
  let next = options.baseOffset
  let buffer: Buffer = Buffer.allocUnsafeSlow(Math.max(RECORDS_AT, Math.min(PIECE, size - position)))
  while (position < size) {
    signal?.throwIfAborted()
    const count = await file.readAsync(buffer, 0, Math.min(buffer.length, size - position), position)
    let at = 0
    while (at < count) {
      const batch = count - at < HEADER_SIZE_UP_TO_MAGIC ? 0 : sizeInBytes(buffer, at)
      if (at + batch > count || batch === 0) break
      const problem = isValid(buffer, at, count) ? offsetProblem(buffer, at, next, options) : 'its checksum is wrong'
      if (problem !== undefined) return { end: position + at, problem }
      next = lastOffset(buffer, at) + 1
      visit(buffer, at, position + at)
      at += batch
    }
    position += at
    if (at > 0 || position >= size) continue

    if (count < HEADER_SIZE_UP_TO_MAGIC) return { end: position, problem: 'it is cut off' }
    const batch = sizeInBytes(buffer, 0)
    if (position + batch > size) return { end: position, problem: 'it is cut off' }
    if (batch <= 0) return { end: position, problem: `its size is ${batch}` }
    if (batch <= LARGEST_IN_MEMORY) {
      buffer = Buffer.allocUnsafeSlow(batch)
      continue
    }
    const problem = (await hugeProblem(file, buffer, position, batch)) ?? offsetProblem(buffer, 0, next, options)
    if (problem !== undefined) return { end: position, problem }
    next = lastOffset(buffer, 0) + 1
    visit(buffer, 0, position)
    position += batch
  }
  return { end: position, problem: undefined }
}

function offsetProblem(buffer: Buffer, at: number, next: number, { baseOffset }: ScanOptions): string | undefined {
  try {
    const last = lastOffset(buffer, at)
    if (last < next) return `its offset ${last} is not after ${next - 1}`
    return last - baseOffset > 0x7fff_ffff
      ? `its offset ${last} is too far from the segment's ${baseOffset}`
      : undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Checks the checksum of a batch of format 2 piece by piece; its header stays in the buffer. */
async function hugeProblem(
  file: PooledFile,
  header: Buffer,
  position: number,
  size: number,
): Promise<string | undefined> {
  if (magic(header, 0) !== 2) return 'its format is not 2'
  const piece = Buffer.allocUnsafeSlow(PIECE)
  let crc = 0
  for (let at = ATTRIBUTES_AT; at < size; ) {
    const count = await file.readAsync(piece, 0, Math.min(PIECE, size - at), position + at)
    if (count === 0) return 'it is cut off'
    crc = crc32c(piece, 0, count, crc)
    at += count
  }
  return crc === header.readUInt32BE(CRC_AT) ? undefined : 'its checksum is wrong'
}
