// lz4: an LZ4 frame (as Kafka's Lz4BlockOutputStream writes it) around blocks that the library makes.
//
//    0  magic            uint32le  0x184d2204
//    4  FLG              uint8     6-7 version 1, 5 blocks are independent, 4 block checksums, 3 content size,
//                                  2 content checksum, 0 dictionary id
//    5  BD               uint8     4-6 largest block: 4 64 KiB, 5 256 KiB, 6 1 MiB, 7 4 MiB
//    6  content size     uint64le  if FLG says so
//       dictionary id    uint32le  if FLG says so
//       HC               uint8     second byte of the xxHash32 of FLG up to here
//       blocks                     uint32le size (top bit: stored as is), bytes, uint32le checksum if FLG says so
//       end mark         uint32le  0
//       content checksum uint32le  if FLG says so
//
// Writers of message format 0 took HC over the magic as well (KAFKA-3160); that is accepted too. Java's reader refuses
// linked blocks and dictionaries, so no producer sends them. The library has one level, the fast one that Kafka's default
// is too; the others of compression.lz4.level are taken and compress the same.

import { createRequire } from 'node:module'
import { free } from '../../util/free.ts'
import { type Codec, notDecompressed, type Scratch, tooLarge } from './codec.ts'
import { xxh32 } from './xxh32.ts'

const NAME = 'lz4'
const MAGIC = 0x184d2204
const VERSION = 0x40
const INDEPENDENT_BLOCKS = 0x20
const BLOCK_CHECKSUMS = 0x10
const CONTENT_SIZE = 0x08
const CONTENT_CHECKSUM = 0x04
const DICTIONARY = 0x01
const STORED = 0x8000_0000
const BLOCK_SIZE = 64 * 1024
const HEADER_SIZE = 7
/** The library wants the size of the output as a uint32le before a block, and puts it there. */
const PREFIX = 4

interface BlockLibrary {
  compress(input: Uint8Array): Uint8Array
  decompress(input: Uint8Array): Uint8Array
}

let library: BlockLibrary | undefined

function blocks(): BlockLibrary {
  return (library ??= createRequire(import.meta.url)('lz4-wasm-nodejs') as BlockLibrary)
}

export const lz4: Codec = {
  id: 3,
  name: NAME,
  levels: { min: 1, max: 17, default: 9 },

  compress(source, start, end) {
    const count = Math.ceil((end - start) / BLOCK_SIZE)
    const out = Buffer.allocUnsafe(HEADER_SIZE + count * PREFIX + (end - start) + PREFIX)
    out.writeUInt32LE(MAGIC, 0)
    out[4] = VERSION | INDEPENDENT_BLOCKS
    out[5] = 4 << 4
    out[6] = xxh32(out, 4, 6) >>> 8
    let to = HEADER_SIZE
    for (let from = start; from < end; from += BLOCK_SIZE) {
      const block = source.subarray(from, Math.min(from + BLOCK_SIZE, end))
      const packed = blocks().compress(block)
      const size = packed.length - PREFIX
      const stored = size >= block.length
      to = out.writeUInt32LE(stored ? block.length + STORED : size, to)
      if (stored) out.set(block, to)
      else out.set(packed.subarray(PREFIX), to)
      to += stored ? block.length : size
    }
    return out.subarray(0, out.writeUInt32LE(0, to))
  },

  decompress(source, start, end, limit, scratch) {
    const need = (position: number, size: number): void => {
      if (end - position < size) throw notDecompressed(NAME, `it ends inside the frame, after ${end - start} bytes`)
    }
    need(start, HEADER_SIZE)
    if (source.readUInt32LE(start) !== MAGIC) throw notDecompressed(NAME, 'it does not begin as an LZ4 frame')
    const flags = source[start + 4]
    const largest = 1 << (8 + 2 * ((source[start + 5] >>> 4) & 7))
    if ((flags & 0xc0) !== VERSION || largest < BLOCK_SIZE)
      throw notDecompressed(NAME, 'unknown frame version or block size')
    if ((flags & INDEPENDENT_BLOCKS) === 0) throw notDecompressed(NAME, 'its blocks depend on each other')
    if ((flags & DICTIONARY) !== 0) throw notDecompressed(NAME, 'it needs a dictionary')

    let p = start + 6 + ((flags & CONTENT_SIZE) === 0 ? 0 : 8)
    need(p, 1)
    if (source[p] !== hc(source, start + 4, p) && source[p] !== hc(source, start, p)) {
      throw notDecompressed(NAME, 'the checksum of its header is wrong')
    }
    p++

    let out = scratch.take(0)
    let used = 0
    for (;;) {
      need(p, 4)
      const word = source.readUInt32LE(p)
      p += 4
      if (word === 0) break
      const size = word % STORED
      if (size > largest)
        throw notDecompressed(NAME, `a block of ${size} bytes is over the ${largest} that it announced`)
      need(p, size)
      const stored = word >= STORED
      const block = stored ? source.subarray(p, p + size) : unpack(source, p, size, largest)
      p += size
      if ((flags & BLOCK_CHECKSUMS) !== 0) {
        need(p, 4)
        if (source.readUInt32LE(p) !== xxh32(source, p - size, p))
          throw notDecompressed(NAME, 'a block checksum is wrong')
        p += 4
      }
      if (used + block.length > limit) throw tooLarge(NAME, limit)
      if (used + block.length > out.length) out = grow(scratch, used + block.length, used, limit)
      out.set(block, used)
      used += block.length
      if (!stored) free(block)
    }
    if ((flags & CONTENT_CHECKSUM) !== 0) {
      need(p, 4)
      if (source.readUInt32LE(p) !== xxh32(out, 0, used)) throw notDecompressed(NAME, 'the content checksum is wrong')
    }
    return out.subarray(0, used)
  },
}

function hc(buffer: Buffer, start: number, end: number): number {
  return (xxh32(buffer, start, end) >>> 8) & 0xff
}

let prefixed = Buffer.alloc(0)

function unpack(source: Buffer, at: number, size: number, largest: number): Uint8Array {
  const content = contentSize(source, at, at + size)
  if (content > largest) throw notDecompressed(NAME, `a block holds more than the ${largest} bytes announced`)
  if (prefixed.length < PREFIX + size) prefixed = Buffer.allocUnsafeSlow(PREFIX + Math.max(size, BLOCK_SIZE))
  prefixed.writeUInt32LE(content, 0)
  source.copy(prefixed, PREFIX, at, at + size)
  try {
    return blocks().decompress(prefixed.subarray(0, PREFIX + size))
  } catch (error) {
    throw notDecompressed(NAME, 'a block is damaged', error)
  }
}

/**
 * Bytes that a block decompresses to, which the library has to know and no block says. A block is a sequence of: token (4
 * bits literal count, 4 bits match length - 4; 15: bytes follow that add to it, up to one below 255), literals, uint16le
 * distance of the match. The last one ends after its literals.
 */
function contentSize(source: Buffer, start: number, end: number): number {
  let content = 0
  let p = start
  while (p < end) {
    const token = source[p++]
    let literals = token >>> 4
    if (literals === 15) {
      let more: number
      do literals += more = source[p++]
      while (more === 255 && p < end)
    }
    p += literals
    content += literals
    if (p >= end) break
    p += 2
    let match = (token & 15) + 4
    if (match === 19) {
      let more: number
      do match += more = source[p++]
      while (more === 255 && p < end)
    }
    content += match
  }
  if (p !== end) throw notDecompressed(NAME, 'a block ends inside a sequence')
  return content
}

function grow(scratch: Scratch, size: number, used: number, limit: number): Buffer {
  return scratch.take(Math.min(Math.max(size, used * 2, 4 * BLOCK_SIZE), limit), used)
}
