// Small files that are replaced whole: written beside, then renamed over the old one, so that a reader or a crash finds
// the old or the new content and never a part of one. What must survive a power failure is also fsynced, with its folder.

import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { close, fdatasync, fsync, open, rename, rm, writeFile } from '../util/files.ts'
import { ioError } from './storage-error.ts'

/** Replaces the file in the page cache only: survives the end of this process, not a power failure. */
export function replaceFileSync(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.tmp`
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  const fd = openSync(temporary, 'w')
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  } finally {
    closeSync(fd)
  }
  renameSync(temporary, path)
}

/** Replaces the file durably: write, fsync, rename, fsync of the folder. Rejects with a StorageError that names the file. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`
  try {
    await writeDurably(temporary, content)
    await rename(temporary, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw ioError(`can't write ${path}`, error)
  }
}

async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const fd = await open(path, 'w')
  try {
    await writeFile(fd, content)
    await fsync(fd)
  } finally {
    await close(fd)
  }
}

/** Makes created, renamed and deleted names in the folder durable, where the system can (Windows can't). */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const fd = await open(path, 'r')
  try {
    await fsync(fd)
  } finally {
    await close(fd)
  }
}

/** fsync of one file by its name; a file that is gone needs none. */
export async function syncFile(path: string): Promise<void> {
  const fd = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (fd === undefined) return
  try {
    await fdatasync(fd)
  } finally {
    await close(fd)
  }
}
