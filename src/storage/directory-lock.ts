// Keeps two brokers from using one data directory. The lock is an operating system's lock on the `.lock` file: it is gone
// when its holder is, however that ended. Node has no call for one, but its SQLite locks its database files with the same
// kind of lock (POSIX fcntl) that Kafka's JVM takes: an exclusive transaction on the empty `.lock` file holds it, and a
// ktool and a Kafka broker refuse each other's directory. Nothing is ever written into `.lock`.
//
// The holder's process id is in `.lock.pid`, for the message; on Linux /proc/locks also knows that of a Kafka.

import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KtoolError } from '../errors.ts'
import { ioError } from './storage-error.ts'

const LOCK_FILE = '.lock'
const PID_FILE = '.lock.pid'

/** Another process uses the directory. */
export class DirectoryLockedError extends KtoolError {}

export class DirectoryLock {
  readonly #dir: string
  #release: (() => void) | undefined

  /** Throws a DirectoryLockedError, or a StorageError when the file can't be made. */
  constructor(dir: string) {
    this.#dir = dir
    const path = join(dir, LOCK_FILE)
    try {
      writeFileSync(path, '', { flag: 'a' })
      this.#release = lockFile(path)
      writeFileSync(join(dir, PID_FILE), `${process.pid}\n`)
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw ioError(`can't lock ${dir}`, error)
      const pid = holderOf(dir)
      throw new DirectoryLockedError(
        `${dir} is in use by another broker${pid === undefined ? '' : ` (process ${pid})`}`,
        {
          hint: 'stop that broker first, or give this one a directory of its own',
        },
      )
    }
  }

  /** A second call does nothing. */
  release(): void {
    if (this.#release === undefined) return
    rmSync(join(this.#dir, PID_FILE), { force: true })
    this.#release()
    this.#release = undefined
  }
}

const SQLITE_BUSY = 5

function lockFile(path: string): () => void {
  const { DatabaseSync } = withoutWarning(() => process.getBuiltinModule('node:sqlite'))
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    throw error
  }
  return () => database.close()
}

/** Node calls its SQLite experimental at the first use; locking a file is a small part of it, and tested here. */
function withoutWarning<T>(work: () => T): T {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return work()
  } finally {
    process.emitWarning = emitWarning
  }
}

function holderOf(dir: string): number | undefined {
  return holderByLock(dir) ?? holderByFile(dir)
}

/** A line of /proc/locks: `1: POSIX  ADVISORY  WRITE 7956 fe:00:10010721 1073741824 1073742335`. */
function holderByLock(dir: string): number | undefined {
  try {
    const inode = statSync(join(dir, LOCK_FILE)).ino
    const lines = readFileSync('/proc/locks', 'utf8').split('\n')
    const pid = lines.map((line) => line.split(/\s+/)).find((words) => words[5]?.endsWith(`:${inode}`))?.[4]
    return pid !== undefined && Number(pid) > 0 ? Number(pid) : undefined
  } catch {
    return undefined
  }
}

function holderByFile(dir: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(dir, PID_FILE), 'utf8'))
    process.kill(pid, 0)
    return pid
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
      ? Number(readFileSync(join(dir, PID_FILE), 'utf8'))
      : undefined
  }
}
