// The message formats before record batches: 0 (up to Kafka 0.9) and 1 (0.10, KIP-32). They are only read.
//
//    0  offset       int64
//    8  size         int32   bytes after this field
//   12  crc          uint32  CRC-32 of byte 16 up to the end
//   16  magic        int8    0 or 1
//   17  attributes   int8    0-2 codec, 3 log append time (format 1)
//   18  timestamp    int64   format 1 only
//       key          int32 length (-1 null), bytes
//       value        int32 length (-1 null), bytes
//
// A message with a codec is a wrapper: its value is a compressed sequence of such messages and its offset that of the last
// one. Inner offsets are absolute in format 0; in format 1 they are relative, and the last one lines up with the wrapper.

import type { CorruptError } from '../errors.ts'
import {
  batchEnd,
  compressionId,
  computeCrc,
  corrupt,
  crc,
  LEGACY_ATTRIBUTES_AT,
  magic,
  NO_TIMESTAMP,
  sizeInBytes,
  timestampType,
} from './batch.ts'
import { BatchBuilder } from './builder.ts'
import { codecById, NONE, Scratch } from './compression/index.ts'
import { exact, readInt64 } from './int64.ts'

const LARGEST = 0x7fff_ffff

/** Turns messages into batches of format 2, for a cursor to read. */
export class LegacyReader {
  /** Checksums of the messages that were converted last, in their order. */
  readonly checksums: number[] = []
  private readonly builder = new BatchBuilder(LARGEST)
  private readonly scratch = new Scratch()
  private keyStart = -1
  private keyEnd = -1
  private valueStart = -1
  private valueEnd = -1

  /**
   * The whole message at `at`, with all that it wraps (at most `limit` bytes decompressed), as one uncompressed batch of
   * format 2: bytes of this reader, good until the next call. Offsets, timestamps and the timestamp type are kept.
   */
  convert(buffer: Buffer, at: number, limit: number): Buffer {
    this.locate(buffer, at)
    this.builder.reset()
    this.checksums.length = 0
    const type = timestampType(buffer, at)
    const format = magic(buffer, at)
    const codec = compressionId(buffer, at)
    if (codec === NONE) {
      this.append(buffer, 0, timestamp(buffer, at), crc(buffer, at))
      return this.builder.close({ baseOffset: readInt64(buffer, at), timestampType: type })
    }

    if (this.valueStart < 0) throw corrupt(buffer, at, 'it is compressed and has no value')
    const inner = codecById(codec).decompress(buffer, this.valueStart, this.valueEnd, limit, this.scratch)
    const { first, last } = this.checkInner(buffer, at, inner)
    const appended = type === 1 ? timestamp(buffer, at) : undefined
    for (let p = 0; p < inner.length; p += sizeInBytes(inner, p)) {
      this.locate(inner, p)
      this.append(inner, readInt64(inner, p) - first, appended ?? timestamp(inner, p), crc(inner, p))
    }
    const base = format === 0 ? first : readInt64(buffer, at) - last + first
    return this.builder.close({ baseOffset: base, timestampType: type })
  }

  private append(buffer: Buffer, offsetDelta: number, time: number | bigint, checksum: number): void {
    this.checksums.push(checksum)
    this.builder.tryAppendAt(offsetDelta, time, buffer, this.keyStart, this.keyEnd, this.valueStart, this.valueEnd)
  }

  /** Every inner message has to be whole, of the wrapper's format and not a wrapper; gives the outermost offsets. */
  private checkInner(buffer: Buffer, at: number, inner: Buffer): { first: number; last: number } {
    const problem = (text: string, p: number): CorruptError =>
      corrupt(buffer, at, `${text} (position ${p} of what it wraps)`)
    if (inner.length === 0) throw problem('it wraps nothing', 0)
    const first = inner.length < 8 ? 0 : readInt64(inner, 0)
    let last = first
    for (let p = 0; p < inner.length; ) {
      const end = batchEnd(inner, p)
      if (end === -1) throw problem('the last message in it is cut off', p)
      if (magic(inner, p) !== magic(buffer, at)) throw problem('a message in it has another format', p)
      if (compressionId(inner, p) !== NONE) throw problem('a message in it is compressed again', p)
      if (crc(inner, p) !== computeCrc(inner, p)) throw problem('a message in it has a wrong checksum', p)
      last = readInt64(inner, p)
      if (Math.abs(last - first) > LARGEST) throw problem('its offsets are too far apart', p)
      p = end
    }
    return { first, last }
  }

  /** Finds key and value of the message at `at`, which have to fill it. */
  private locate(buffer: Buffer, at: number): void {
    const end = at + sizeInBytes(buffer, at)
    let p = at + LEGACY_ATTRIBUTES_AT + (magic(buffer, at) === 0 ? 1 : 9)
    const keyLength = buffer.readInt32BE(p)
    p += 4
    if (keyLength < -1 || keyLength > end - p - 4) throw corrupt(buffer, at, `its key has a length of ${keyLength}`)
    this.keyStart = keyLength < 0 ? -1 : p
    this.keyEnd = p += Math.max(0, keyLength)
    const valueLength = buffer.readInt32BE(p)
    p += 4
    if (valueLength < -1 || p + Math.max(0, valueLength) !== end) {
      throw corrupt(buffer, at, `its value has a length of ${valueLength}`)
    }
    this.valueStart = valueLength < 0 ? -1 : p
    this.valueEnd = end
  }
}

function timestamp(buffer: Buffer, at: number): number | bigint {
  return magic(buffer, at) === 0 ? NO_TIMESTAMP : exact(buffer.readBigInt64BE(at + LEGACY_ATTRIBUTES_AT + 1))
}
