// The data directory of a broker that keeps nothing: a temporary one, in memory where the system offers that (/dev/shm on
// Linux), removed when the process ends. What a killed process left behind is removed by the next one.

import { accessSync, constants, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'ktool-memory-'

/** Makes the directory; it lives until `removeEphemeralDirectory` or the end of the process. */
export function makeEphemeralDirectory(): string {
  const parent = isWritable('/dev/shm') ? '/dev/shm' : tmpdir()
  removeLeftOvers(parent)
  const dir = mkdtempSync(join(parent, `${PREFIX}${process.pid}-`))
  if (!removesAtExit) process.once('exit', removeAll)
  removesAtExit = true
  made.add(dir)
  return dir
}

export function removeEphemeralDirectory(dir: string): void {
  made.delete(dir)
  // A write that was under way may make a file anew meanwhile.
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })
}

const made = new Set<string>()
let removesAtExit = false

function removeAll(): void {
  for (const dir of made) removeEphemeralDirectory(dir)
}

function removeLeftOvers(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = Number(/^ktool-memory-(\d+)-/.exec(name)?.[1])
    if (!(pid > 0) || isAlive(pid)) continue
    try {
      rmSync(join(parent, name), { recursive: true, force: true })
    } catch {
      // Another user's.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function isWritable(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK)
    return true
  } catch {
    return false
  }
}
