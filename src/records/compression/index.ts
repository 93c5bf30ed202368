// The codecs by their id in the attributes of a batch, and by their name in `compression.type`. To add one: its file, and a
// line here. 0 ("none") has no entry: its records are read where they lie.

import { CorruptError } from '../../errors.ts'
import type { Codec } from './codec.ts'
import { gzip } from './gzip.ts'
import { lz4 } from './lz4.ts'
import { snappy } from './snappy.ts'
import { zstd } from './zstd.ts'

export { type Codec, DECOMPRESSED_LIMIT, type LevelRange, Scratch } from './codec.ts'

export const NONE = 0

export const codecs: readonly Codec[] = [gzip, snappy, lz4, zstd]

/** The codec with this id (1 to 4); throws a CorruptError for an id that Kafka does not have. */
export function codecById(id: number): Codec {
  const codec = codecs[id - 1]
  if (codec === undefined) throw new CorruptError(`unknown compression codec ${id}`)
  return codec
}

/** The codec of a `compression.type`, or undefined for "none" and for names that are not one. */
export function codecByName(name: string): Codec | undefined {
  return codecs.find((codec) => codec.name === name)
}

/** `none`, `gzip`, ... for an id; `unknown(n)` otherwise. */
export function compressionName(id: number): string {
  return id === NONE ? 'none' : (codecs[id - 1]?.name ?? `unknown(${id})`)
}
