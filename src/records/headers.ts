// The headers of a record in its bytes: their count, then each key and value with its length.

import { MAX_VARINT_SIZE, writeVarint } from './varint.ts'

/** The header range of a record without headers. */
export const NO_HEADERS: Buffer = Buffer.from([0])

export interface Header {
  key: string | Uint8Array
  value: Uint8Array | null
}

/** The header range of a record. Make it once for headers that stay the same. */
export function encodeHeaders(headers: readonly Header[]): Buffer {
  if (headers.length === 0) return NO_HEADERS
  const pairs = headers.map(({ key, value }) => ({ key: Buffer.from(key as string), value }))
  const size = pairs.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0)
  const out = Buffer.allocUnsafe(size + (2 * pairs.length + 1) * MAX_VARINT_SIZE)
  let p = writeVarint(out, 0, pairs.length)
  for (const { key, value } of pairs) {
    p = writeVarint(out, p, key.length)
    out.set(key, p)
    p = writeVarint(out, p + key.length, value === null ? -1 : value.length)
    if (value === null) continue
    out.set(value, p)
    p += value.length
  }
  return out.subarray(0, p)
}
