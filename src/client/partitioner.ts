// Which partition a record goes to. The default is that of Java's producer: the murmur2 hash of the key, and for records
// without a key one partition for a whole batch ("sticky", KIP-480).

import { crc32 } from 'node:zlib'

/** Picks a partition out of `count` for the key source[start, end); start is -1 for null. -1: stick to the batch's. */
export type Partitioner = (source: Buffer, start: number, end: number, count: number) => number

/** Java's Utils.murmur2 over source[start, end). */
export function murmur2(source: Uint8Array, start: number, end: number): number {
  const m = 0x5bd1e995
  let h = 0x9747b28c ^ (end - start)
  let at = start
  for (; at + 4 <= end; at += 4) {
    let k = source[at] | (source[at + 1] << 8) | (source[at + 2] << 16) | (source[at + 3] << 24)
    k = Math.imul(k, m)
    k ^= k >>> 24
    h = Math.imul(h, m) ^ Math.imul(k, m)
  }
  const left = end - at
  if (left > 0) {
    if (left === 3) h ^= source[at + 2] << 16
    if (left >= 2) h ^= source[at + 1] << 8
    h = Math.imul(h ^ source[at], m)
  }
  h ^= h >>> 13
  h = Math.imul(h, m)
  return h ^ (h >>> 15)
}

/** Java's default: `toPositive(murmur2(key)) % count`, sticky without a key. */
export const byMurmur2: Partitioner = (source, start, end, count) =>
  start < 0 ? -1 : (murmur2(source, start, end) & 0x7fff_ffff) % count

/** librdkafka's consistent_random: the CRC-32 of the key; random without one. */
const byCrc32: Partitioner = (source, start, end, count) =>
  start < 0 || start === end ? random(source, start, end, count) : crc32(source.subarray(start, end)) % count

const random: Partitioner = (_source, _start, _end, count) => Math.floor(Math.random() * count)

const sticky: Partitioner = () => -1

function roundRobin(): Partitioner {
  let next = 0
  return (_source, _start, _end, count) => next++ % count
}

/** By the names of the command line; each call makes one of its own. */
export const partitioners = {
  murmur2: () => byMurmur2,
  sticky: () => sticky,
  'round-robin': roundRobin,
  random: () => random,
  crc32: () => byCrc32,
} satisfies Record<string, () => Partitioner>
