// snappy, in the two framings that producers use: Java's (the xerial library) and none, as librdkafka sends it. Both are
// read by every client; Java's is written.
//
//    0  magic             8 bytes   0x82 "SNAPPY" 0x00
//    8  version           int32     1
//   12  oldest readable   int32     1
//   16  chunks                      int32 size, snappy block
//
// A snappy block begins with the size of its content as an unsigned varint.

import { createRequire } from 'node:module'
import { free } from '../../util/free.ts'
import { type Codec, notDecompressed, tooLarge } from './codec.ts'

const NAME = 'snappy'
const MAGIC = Buffer.from('\x82SNAPPY\0', 'latin1')
const HEADER = Buffer.from('\x82SNAPPY\0\0\0\0\x01\0\0\0\x01', 'latin1')
const HEADER_SIZE = HEADER.length
const CHUNK_SIZE = 32 * 1024
/** No block of that many bytes can hold more: its densest element makes 64 bytes out of 3, or 11 out of 2. */
const MOST_PER_BYTE = 22

export interface BlockLibrary {
  compress(input: Buffer): Uint8Array
  /** Only for blocks that `checkBlock` let pass. */
  decompress(input: Buffer): Uint8Array
}

/** The native library, or undefined where it does not load. */
export function nativeBlocks(): BlockLibrary | undefined {
  try {
    const native = createRequire(import.meta.url)('snappy') as {
      compressSync(input: Uint8Array, options: object): Uint8Array
      uncompressSync(input: Uint8Array, options: object): Uint8Array
    }
    const options = { asBuffer: true, copyOutputData: true }
    return {
      compress: (input) => native.compressSync(input, options),
      decompress: (input) => native.uncompressSync(input, options),
    }
  } catch {
    return undefined
  }
}

/** The library in JavaScript: a third of the speed. It trusts its input, so a damaged block must not get that far. */
export function scriptBlocks(): BlockLibrary {
  const script = createRequire(import.meta.url)('snappyjs') as {
    compress(input: Uint8Array): Uint8Array
    uncompress(input: Uint8Array): Uint8Array
  }
  return {
    compress: (input) => script.compress(input),
    decompress: (input) => {
      checkBlock(input)
      return script.uncompress(input)
    },
  }
}

let loaded: BlockLibrary | undefined

export const snappy: Codec = makeSnappy(() => (loaded ??= nativeBlocks() ?? scriptBlocks()))

export function makeSnappy(blocks: () => BlockLibrary): Codec {
  return {
    id: 2,
    name: NAME,

    compress(source, start, end) {
      const parts: Uint8Array[] = [HEADER]
      for (let from = start; from < end; from += CHUNK_SIZE) {
        const chunk = blocks().compress(source.subarray(from, Math.min(from + CHUNK_SIZE, end)))
        const size = Buffer.allocUnsafe(4)
        size.writeInt32BE(chunk.length, 0)
        parts.push(size, chunk)
      }
      return Buffer.concat(parts)
    },

    decompress(source, start, end, limit, scratch) {
      const framed =
        end - start >= HEADER_SIZE && source.compare(MAGIC, 0, MAGIC.length, start, start + MAGIC.length) === 0
      let total = 0
      for (let p = framed ? start + HEADER_SIZE : start; p < end; p = chunkEnd(source, p, end, framed)) {
        total += contentSize(source, framed ? p + 4 : p, chunkEnd(source, p, end, framed))
        if (total > limit) throw tooLarge(NAME, limit)
      }
      if (!framed && start === end) throw notDecompressed(NAME, 'it is empty')

      const out = scratch.take(total)
      let used = 0
      for (let p = framed ? start + HEADER_SIZE : start; p < end; p = chunkEnd(source, p, end, framed)) {
        const from = framed ? p + 4 : p
        const to = chunkEnd(source, p, end, framed)
        const size = contentSize(source, from, to)
        const content = decompressBlock(blocks(), source.subarray(from, to))
        if (content.length !== size) throw notDecompressed(NAME, `a block of ${size} bytes holds ${content.length}`)
        out.set(content, used)
        used += size
        free(content)
      }
      return out.subarray(0, used)
    },
  }
}

function decompressBlock(blocks: BlockLibrary, block: Buffer): Uint8Array {
  try {
    return blocks.decompress(block)
  } catch (error) {
    throw notDecompressed(NAME, 'a block is damaged', error)
  }
}

function chunkEnd(source: Buffer, at: number, end: number, framed: boolean): number {
  if (!framed) return end
  const size = end - at < 4 ? -1 : source.readInt32BE(at)
  if (size <= 0 || size > end - at - 4) throw notDecompressed(NAME, `a chunk of ${size} bytes does not fit`)
  return at + 4 + size
}

/** The size that a block announces for its content, if that many can be in it. */
function contentSize(source: Buffer, start: number, end: number): number {
  let size = 0
  for (let p = start, unit = 1; p < end && p < start + 5; p++, unit *= 128) {
    size += (source[p] & 0x7f) * unit
    if (source[p] < 0x80) {
      if (size > (end - start) * MOST_PER_BYTE) break
      return size
    }
  }
  throw notDecompressed(NAME, 'a block announces more than it can hold')
}

/** Walks the elements of a block without copying: they have to end where the block ends and make what it announces. */
function checkBlock(block: Buffer): void {
  let made = 0
  let p = 0
  while (block[p++] > 0x7f);
  while (p < block.length) {
    const tag = block[p++]
    const kind = tag & 3
    const literal = tag >>> 2
    const extra = kind === 0 ? Math.max(0, literal - 59) : kind === 3 ? 4 : kind
    if (p + extra > block.length) break
    if (kind === 0) {
      const size = 1 + (extra === 0 ? literal : block.readUIntLE(p, extra))
      made += size
      p += extra + size
    } else {
      made += kind === 1 ? 4 + (literal & 7) : 1 + literal
      p += extra
    }
  }
  if (p !== block.length || made !== contentSize(block, 0, block.length)) throw new Error('its elements do not add up')
}
