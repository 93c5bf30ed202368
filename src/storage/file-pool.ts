// The open segment files of a broker. A file is opened when it is read or written and closed again when `limit` others
// were used since, so that thousands of partitions do not take thousands of descriptors. Calls are synchronous: they move
// at most some megabytes between this process and the page cache. Only `sync` and `readAsync` may wait for the disk, and
// leave the event loop free meanwhile.

import {
  closeSync,
  fdatasync,
  fstatSync,
  ftruncateSync,
  openSync,
  read,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { promisify } from 'node:util'
import { errnoOf } from './storage-error.ts'

const fdatasyncAsync = promisify(fdatasync)
const readAsync = promisify(read)

export class FilePool {
  /** In the order of their last use. */
  readonly #open = new Set<PooledFile>()
  readonly #limit: number
  #latest: PooledFile | undefined

  /** `limit`: how many files to hold open at most. */
  constructor(limit = 4096) {
    this.#limit = limit
  }

  get openFiles(): number {
    return this.#open.size
  }

  used(file: PooledFile): void {
    if (file === this.#latest) return
    this.#latest = file
    this.#open.delete(file)
    this.#open.add(file)
    if (this.#open.size > this.#limit) this.#evict(file)
  }

  closed(file: PooledFile): void {
    this.#open.delete(file)
    if (this.#latest === file) this.#latest = undefined
  }

  #evict(except: PooledFile): void {
    for (const file of this.#open) {
      if (this.#open.size <= this.#limit) return
      if (file !== except && !file.busy) file.close()
    }
  }
}

export class PooledFile {
  #path: string
  readonly #pool: FilePool
  #fd = -1
  /** Asynchronous calls under way: the descriptor stays open for them. */
  #pending = 0
  #closing = false

  constructor(pool: FilePool, path: string) {
    this.#pool = pool
    this.#path = path
  }

  get path(): string {
    return this.#path
  }

  get busy(): boolean {
    return this.#pending > 0
  }

  /** Makes an empty file. */
  create(): void {
    closeSync(openSync(this.#path, 'a'))
  }

  /** Reads up to `length` bytes into `target[at]`; fewer only at the end of the file. */
  read(target: Uint8Array, at: number, length: number, position: number): number {
    const fd = this.#use()
    let done = 0
    while (done < length) {
      const count = readSync(fd, target, at + done, length - done, position + done)
      if (count === 0) break
      done += count
    }
    return done
  }

  /** As `read`, without holding the event loop. */
  async readAsync(target: Uint8Array, at: number, length: number, position: number): Promise<number> {
    return this.#hold(async (fd) => {
      let done = 0
      while (done < length) {
        const { bytesRead } = await readAsync(fd, target, at + done, length - done, position + done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return done
    })
  }

  /** Writes all of `source[start, end)`. */
  write(source: Uint8Array, start: number, end: number, position: number): void {
    const fd = this.#use()
    for (let at = start; at < end; ) at += writeSync(fd, source, at, end - at, position + at - start)
  }

  truncate(size: number): void {
    ftruncateSync(this.#use(), size)
  }

  modifiedMs(): number {
    return fstatSync(this.#use()).mtimeMs
  }

  /** Waits until what was written is on the disk. */
  sync(): Promise<void> {
    return this.#hold((fd) => fdatasyncAsync(fd))
  }

  rename(path: string): void {
    renameSync(this.#path, path)
    this.#path = path
  }

  /** The file lies elsewhere now, because its folder was renamed. */
  moved(path: string): void {
    this.#path = path
  }

  close(): void {
    if (this.#fd === -1) return
    if (this.#pending > 0) {
      this.#closing = true
      return
    }
    closeSync(this.#fd)
    this.#fd = -1
    this.#closing = false
    this.#pool.closed(this)
  }

  async #hold<T>(work: (fd: number) => Promise<T>): Promise<T> {
    const fd = this.#use()
    this.#pending++
    try {
      return await work(fd)
    } finally {
      if (--this.#pending === 0 && this.#closing) this.close()
    }
  }

  #use(): number {
    if (this.#fd === -1) this.#fd = openForUse(this.#path)
    this.#closing = false
    this.#pool.used(this)
    return this.#fd
  }
}

/** A file on a read-only disk can still be read. */
function openForUse(path: string): number {
  try {
    return openSync(path, 'r+')
  } catch (error) {
    const errno = errnoOf(error)
    if (errno !== 'EACCES' && errno !== 'EROFS' && errno !== 'EPERM') throw error
    return openSync(path, 'r')
  }
}
