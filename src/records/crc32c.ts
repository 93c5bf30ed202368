// CRC-32C (Castagnoli), the checksum of record batches: a native library when it loads, else eight tables of 256 entries
// (slicing-by-8). Nothing is computed before the first use, and the
// library not loaded before it is worth it.

import { createRequire } from 'node:module'

const POLYNOMIAL = 0x82f63b78
/** Below this many bytes the call into native code costs more than it saves. */
const NATIVE_FROM = 192

type NativeCrc = (data: Uint8Array, seed?: number) => number

/** The library finds the build for this system by itself, which takes longer than to load it: this is mostly the one. */
const ABI: { readonly [platform: string]: string } = { linux: '-gnu', win32: '-msvc' }
const USUAL_BUILD = `@node-rs/crc32-${process.platform}-${process.arch}${ABI[process.platform] ?? ''}`

/** Loading the library takes some milliseconds and megabytes: not for a few small batches. */
const LOADED_AFTER = 64 * 1024

let native: NativeCrc | undefined
/** Bytes that were done without it. */
let done = 0
let nativeTried = false
let tables: Uint32Array | undefined

/** CRC-32C of buffer[start, end) as an unsigned 32-bit number. To continue a checksum, pass the one so far as `seed`. */
export function crc32c(buffer: Uint8Array, start = 0, end = buffer.length, seed = 0): number {
  if (end - start < NATIVE_FROM) return crc32cTable(buffer, start, end, seed)
  if (!nativeTried && (done += end - start) < LOADED_AFTER) return crc32cTable(buffer, start, end, seed)
  const fast = nativeTried ? native : nativeCrc32c()
  if (fast === undefined) return crc32cTable(buffer, start, end, seed)
  return fast(buffer.subarray(start, end), seed) >>> 0
}

/** The native function, or undefined where the library does not load. */
export function nativeCrc32c(): NativeCrc | undefined {
  if (nativeTried) return native
  nativeTried = true
  native = load(USUAL_BUILD) ?? load('@node-rs/crc32')
  return native
}

function load(name: string): NativeCrc | undefined {
  try {
    return (createRequire(import.meta.url)(name) as { crc32c: NativeCrc }).crc32c
  } catch {
    return undefined
  }
}

/** CRC-32C in JavaScript; same arguments as `crc32c`. */
export function crc32cTable(buffer: Uint8Array, start = 0, end = buffer.length, seed = 0): number {
  tables ??= makeTables()
  const t = tables
  let crc = ~seed
  let p = start
  for (const last = end - 8; p <= last; p += 8) {
    crc ^= buffer[p] | (buffer[p + 1] << 8) | (buffer[p + 2] << 16) | (buffer[p + 3] << 24)
    crc =
      t[1792 + (crc & 0xff)] ^
      t[1536 + ((crc >>> 8) & 0xff)] ^
      t[1280 + ((crc >>> 16) & 0xff)] ^
      t[1024 + (crc >>> 24)] ^
      t[768 + buffer[p + 4]] ^
      t[512 + buffer[p + 5]] ^
      t[256 + buffer[p + 6]] ^
      t[buffer[p + 7]]
  }
  for (; p < end; p++) crc = (crc >>> 8) ^ t[(crc ^ buffer[p]) & 0xff]
  return ~crc >>> 0
}

/** Table k at k * 256: the effect of one byte that lies k bytes before the end of the block. */
function makeTables(): Uint32Array {
  const made = new Uint32Array(8 * 256)
  // The effect of a byte is the sum of those of its bits, so each bit doubles what is there.
  for (let bit = 128, crc = 1; bit > 0; bit >>= 1) {
    crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0)
    for (let i = 0; i < 256; i += 2 * bit) made[i + bit] = made[i] ^ crc
  }
  for (let i = 256; i < made.length; i++) made[i] = (made[i - 256] >>> 8) ^ made[made[i - 256] & 0xff]
  return made
}
