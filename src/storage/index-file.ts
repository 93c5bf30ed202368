// A file of index entries, all of one size. While its segment is written to, the entries are in memory and reach the file
// when the segment is flushed, rolled or closed: an index is rebuilt from the log after a crash, so nothing is lost.
// Otherwise the entries stay in the file and a search reads the few that it compares.

import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { syncFile } from './atomic-file.ts'

const NO_BYTES = Buffer.alloc(0)

export class IndexFile {
  readonly entrySize: number
  /** How many entries there are. */
  count = 0
  #path: string
  /** All entries, when they are in memory. */
  #memory: Buffer | undefined
  /** How many entries the file holds rightly. */
  #stored = 0
  /** Whether the file holds more than those, which has to go. */
  #excess = false

  /** `size`: of the file, in bytes; undefined when there is none yet. */
  constructor(path: string, entrySize: number, size: number | undefined) {
    this.#path = path
    this.entrySize = entrySize
    this.count = this.#stored = Math.floor((size ?? 0) / entrySize)
    this.#excess = (size ?? 0) % entrySize !== 0
    if (size === undefined) closeSync(openSync(path, 'a'))
  }

  static sizeOf(path: string): number | undefined {
    return statSync(path, { throwIfNoEntry: false })?.size
  }

  get path(): string {
    return this.#path
  }

  /** Of all entries. */
  get bytes(): number {
    return this.count * this.entrySize
  }

  /** Room for one more entry: the buffer and, in `count - 1`, its number. */
  add(): Buffer {
    const memory = this.#edit()
    const needed = (this.count + 1) * this.entrySize
    if (needed > memory.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, memory.length * 2, 16 * this.entrySize))
      memory.copy(larger, 0, 0, this.count * this.entrySize)
      this.#memory = larger
    }
    this.count++
    return this.#memory as Buffer
  }

  /** Keeps the first `count` entries. */
  truncate(count: number): void {
    if (count >= this.count) return
    if (count > 0) this.#edit()
    else this.#memory ??= NO_BYTES
    this.count = count
    if (this.#stored > count) {
      this.#stored = count
      this.#excess = true
    }
  }

  /** Whether the file is behind. */
  get unsaved(): boolean {
    return this.#excess || this.#stored !== this.count
  }

  /** All entries, as bytes; not to be kept. */
  all(): Buffer {
    const size = this.count * this.entrySize
    return (this.#memory ?? readFileSync(this.#path)).subarray(0, size)
  }

  /** Has all entries in memory, for who wants them one after the other. */
  load(): void {
    this.#edit()
  }

  /** Number of the last entry for which `holds` is true, -1 for none. It has to be true up to some entry and false after. */
  search(holds: (bytes: Buffer, at: number) => boolean): number {
    if (this.count === 0) return -1
    const { entrySize } = this
    const memory = this.#memory
    const fd = memory === undefined ? openSync(this.#path, 'r') : -1
    try {
      const bytes = memory ?? Buffer.allocUnsafe(entrySize)
      let low = -1
      let high = this.count - 1
      while (low < high) {
        const middle = (low + high + 1) >>> 1
        if (fd !== -1) readSync(fd, bytes, 0, entrySize, middle * entrySize)
        if (holds(bytes, fd === -1 ? middle * entrySize : 0)) low = middle
        else high = middle - 1
      }
      return low
    } finally {
      if (fd !== -1) closeSync(fd)
    }
  }

  /** The bytes of one entry; not to be kept. */
  entry(number: number): Buffer {
    const at = number * this.entrySize
    if (this.#memory !== undefined) return this.#memory.subarray(at, at + this.entrySize)
    const bytes = Buffer.allocUnsafe(this.entrySize)
    const fd = openSync(this.#path, 'r')
    try {
      readSync(fd, bytes, 0, this.entrySize, at)
    } finally {
      closeSync(fd)
    }
    return bytes
  }

  /** Brings the file up to date. */
  write(): void {
    const memory = this.#memory
    if (!this.unsaved) return
    const fd = openSync(this.#path, 'r+')
    try {
      const end = this.count * this.entrySize
      for (let at = this.#stored * this.entrySize; at < end; ) at += writeSync(fd, memory as Buffer, at, end - at, at)
      if (this.#excess) ftruncateSync(fd, end)
    } finally {
      closeSync(fd)
    }
    this.#stored = this.count
    this.#excess = false
  }

  /** Brings the file up to date and onto the disk. */
  async sync(): Promise<void> {
    this.write()
    await syncFile(this.#path)
  }

  /** Brings the file up to date and lets go of the memory. */
  close(): void {
    this.write()
    this.#memory = undefined
  }

  rename(path: string): void {
    renameSync(this.#path, path)
    this.#path = path
  }

  moved(path: string): void {
    this.#path = path
  }

  delete(): void {
    rmSync(this.#path, { force: true })
  }

  #edit(): Buffer {
    this.#memory ??= this.count === 0 ? NO_BYTES : Buffer.from(this.all())
    return this.#memory
  }
}
