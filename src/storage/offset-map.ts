// The latest offset of each key, for compaction: a hash table over one block of bytes that holds the keys themselves, so
// that two keys are never taken for one. It takes memory as it fills, up to a limit.
//
//   slots    hash -> number of the entry (open addressing)
//   entries  hash, where the key ends in `keys` (it begins where the one before ends), offset

import { randomBytes } from '../util/random.ts'

/** Bytes of an entry and its two slots, beside the key. */
const ENTRY_BYTES = 24
const FIRST_ENTRIES = 1024
const FIRST_KEY_BYTES = 32 * 1024

export class OffsetMap {
  readonly #limit: number
  /** So that nobody can choose keys that all fall on one slot. */
  readonly #seed = randomBytes(4).readInt32LE(0)
  #count = 0
  #slots = new Int32Array(FIRST_ENTRIES * 2)
  #hashes = new Int32Array(FIRST_ENTRIES)
  #ends = new Float64Array(FIRST_ENTRIES)
  #offsets = new Float64Array(FIRST_ENTRIES)
  #keys = Buffer.allocUnsafeSlow(FIRST_KEY_BYTES)
  #keyBytes = 0

  /** `limit`: bytes that the map may take. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#count
  }

  /** Notes the offset of the key bytes[start, end). False, and nothing noted, when the map is full. */
  put(bytes: Buffer, start: number, end: number, offset: number): boolean {
    const hash = this.#hash(bytes, start, end)
    let slot = this.#find(hash, bytes, start, end)
    const found = this.#slots[slot]
    if (found !== 0) {
      this.#offsets[found - 1] = offset
      return true
    }
    if ((this.#count + 1) * ENTRY_BYTES + this.#keyBytes + end - start > this.#limit) return false
    if (this.#count === this.#hashes.length) {
      this.#grow()
      slot = this.#find(hash, bytes, start, end)
    }
    this.#copyKey(bytes, start, end)
    this.#hashes[this.#count] = hash
    this.#ends[this.#count] = this.#keyBytes
    this.#offsets[this.#count] = offset
    this.#slots[slot] = ++this.#count
    return true
  }

  /** Latest offset of the key, -1 for a key that is not here. */
  get(bytes: Buffer, start: number, end: number): number {
    const entry = this.#slots[this.#find(this.#hash(bytes, start, end), bytes, start, end)]
    return entry === 0 ? -1 : this.#offsets[entry - 1]
  }

  /** The slot of the key, or the free one where it belongs. */
  #find(hash: number, bytes: Buffer, start: number, end: number): number {
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]
      if (entry === 0 || (this.#hashes[entry - 1] === hash && this.#isKey(entry - 1, bytes, start, end))) return slot
    }
  }

  #isKey(entry: number, bytes: Buffer, start: number, end: number): boolean {
    const from = entry === 0 ? 0 : this.#ends[entry - 1]
    const to = this.#ends[entry]
    return to - from === end - start && this.#keys.compare(bytes, start, end, from, to) === 0
  }

  #copyKey(bytes: Buffer, start: number, end: number): void {
    const needed = this.#keyBytes + end - start
    if (needed > this.#keys.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#keys.length * 2))
      this.#keys.copy(larger, 0, 0, this.#keyBytes)
      this.#keys = larger
    }
    bytes.copy(this.#keys, this.#keyBytes, start, end)
    this.#keyBytes = needed
  }

  #grow(): void {
    const capacity = this.#hashes.length * 2
    const larger = <T extends Int32Array | Float64Array>(array: T, fresh: T): T => {
      fresh.set(array)
      return fresh
    }
    this.#hashes = larger(this.#hashes, new Int32Array(capacity))
    this.#ends = larger(this.#ends, new Float64Array(capacity))
    this.#offsets = larger(this.#offsets, new Float64Array(capacity))
    this.#slots = new Int32Array(capacity * 2)
    const mask = this.#slots.length - 1
    for (let entry = 0; entry < this.#count; entry++) {
      let slot = this.#hashes[entry] & mask
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
      this.#slots[slot] = entry + 1
    }
  }

  /** FNV-1a with a final mix. */
  #hash(bytes: Buffer, start: number, end: number): number {
    let hash = this.#seed ^ 0x811c9dc5
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193)
    hash ^= hash >>> 15
    hash = Math.imul(hash, 0x2c1b3c6d)
    return hash ^ (hash >>> 13)
  }
}
