// Where to begin in a log file that no broker has open, by its indexes: only as far as they are sound, since whoever looks
// at such files may do so because they are not.

import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { HEADER_SIZE_UP_TO_MAGIC, LAST_OFFSET_DELTA_AT, lastOffset, magic } from '../records/batch.ts'
import { INDEX_SUFFIX, LOG_SUFFIX, parseLogFile, TIME_INDEX_SUFFIX } from './log-files.ts'
import { OffsetIndex } from './offset-index.ts'
import { TimeIndex } from './time-index.ts'

/** Position of a batch at or before the first one with records from `offset`, or from `timestamp`, on. 0 where nothing tells. */
export function startPosition(logPath: string, from: { offset?: number; timestamp?: number }): number {
  const name = parseLogFile(logPath.replace(/^.*[/\\]/, ''))
  if (name === undefined || !logPath.endsWith(LOG_SUFFIX)) return 0
  const base = logPath.slice(0, -LOG_SUFFIX.length)
  try {
    let { offset } = from
    if (from.timestamp !== undefined) {
      const times = new TimeIndex(base + TIME_INDEX_SUFFIX, name.offset, usedSize(base + TIME_INDEX_SUFFIX, 12))
      if (times.problem() === undefined) offset = Math.max(offset ?? 0, times.lookup(from.timestamp - 1))
    }
    if (offset === undefined || offset <= name.offset) return 0
    const index = new OffsetIndex(base + INDEX_SUFFIX, name.offset, usedSize(base + INDEX_SUFFIX, 8))
    // An entry has the last offset of its batch: the one before the offset leads to a batch that is not behind it.
    const entry = index.lookup(offset)
    return entry !== undefined && leadsTo(logPath, entry.position, entry.offset) ? entry.position : 0
  } catch {
    return 0
  }
}

/** Bytes of the entries that are in use: a file that is written to has room for more, which is zeros. */
export function usedSize(path: string, entrySize: number): number {
  const file = openSync(path, 'r')
  try {
    let low = 0
    const { size } = statSync(path)
    let high = Math.floor(size / entrySize)
    const entry = Buffer.alloc(entrySize)
    while (low < high) {
      const middle = (low + high) >> 1
      readSync(file, entry, 0, entrySize, middle * entrySize)
      if (entry.some((byte) => byte !== 0)) low = middle + 1
      else high = middle
    }
    // The only entry may be one of zeros: the first offset, of the time 0.
    return low === 0 && size === entrySize ? size : low * entrySize
  } finally {
    closeSync(file)
  }
}

function leadsTo(logPath: string, position: number, offset: number): boolean {
  const file = openSync(logPath, 'r')
  try {
    const header = Buffer.alloc(LAST_OFFSET_DELTA_AT + 4)
    const count = readSync(file, header, 0, header.length, position)
    if (count < HEADER_SIZE_UP_TO_MAGIC || magic(header, 0) > 2) return false
    return lastOffset(header, 0) === offset
  } finally {
    closeSync(file)
  }
}
