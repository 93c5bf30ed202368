// How records name their schemas:
//
//   0x00 · schema id int32 · data
//   0x00 · schema id int32 · message indexes · data          Protobuf: which message of the file
//
//   message indexes   count · index …   all zig-zag varints; the first message of the file, [0], is a single 0

import { UndecodableError } from './errors.ts'

export const HEADER_BYTES = 5
const MAGIC = 0
const MOST_INDEXES = 100

/** The id of the schema, or -1 where the bytes don't begin with one. */
export function schemaIdAt(bytes: Buffer, start: number, end: number): number {
  return end - start < HEADER_BYTES || bytes[start] !== MAGIC ? -1 : bytes.readInt32BE(start + 1)
}

export function writeHeader(bytes: Buffer, at: number, id: number): void {
  bytes[at] = MAGIC
  bytes.writeInt32BE(id, at + 1)
}

/** The message indexes at `start`, and where they end. Throws an UndecodableError. */
export function readMessageIndexes(bytes: Buffer, start: number, end: number): { indexes: number[]; end: number } {
  let at = start
  const next = (): number => {
    let bits = 0
    for (let shift = 0; ; shift += 7) {
      if (at >= end || shift > 28) throw new UndecodableError('the indexes of its message are damaged')
      const byte = bytes[at++]
      bits |= (byte & 0x7f) << shift
      if (byte < 0x80) return (bits >>> 1) ^ -(bits & 1)
    }
  }
  const count = next()
  if (count < 0 || count > MOST_INDEXES) throw new UndecodableError(`it counts ${count} indexes of its message`)
  const indexes = count === 0 ? [0] : Array.from({ length: count }, next)
  return { indexes, end: at }
}

export function messageIndexBytes(indexes: readonly number[]): Buffer {
  if (indexes.length === 1 && indexes[0] === 0) return Buffer.of(0)
  const bytes: number[] = []
  for (const value of [indexes.length, ...indexes]) {
    let bits = value * 2
    for (; bits > 0x7f; bits >>>= 7) bytes.push((bits & 0x7f) | 0x80)
    bytes.push(bits)
  }
  return Buffer.from(bytes)
}
