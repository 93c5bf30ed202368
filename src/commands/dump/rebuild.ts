// Writes the offset index and the time index of a log anew, as Kafka's recovery would. (Kafka: LogSegment.recover.)

import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { CorruptError } from '../../errors.ts'
import { lastOffset, maxTimestamp, NO_TIMESTAMP, sizeInBytes } from '../../records/batch.ts'
import { INDEX_SUFFIX, LOG_SUFFIX, parseLogFile, TIME_INDEX_SUFFIX } from '../../storage/log-files.ts'
import { OffsetIndex } from '../../storage/offset-index.ts'
import { TimeIndex } from '../../storage/time-index.ts'
import { walkBatches } from './walk.ts'

/** index.interval.bytes, by default. */
const INTERVAL_BYTES = 4096

export interface Rebuilt {
  file: string
  entries: number
  timeEntries: number
}

/**
 * Into `folder`; where there are indexes, they take their place at once. Throws a CorruptError, and changes nothing, for a
 * log that is damaged: an index must not lead over damage.
 */
export async function rebuildIndexes(path: string, folder: string): Promise<Rebuilt> {
  const name = parseLogFile(basename(path))
  if (name === undefined) throw new CorruptError(`${path} is not called by an offset: no index can be relative to it`)
  mkdirSync(folder, { recursive: true })
  const stem = join(folder, basename(path).slice(0, -LOG_SUFFIX.length))
  const made = [INDEX_SUFFIX, TIME_INDEX_SUFFIX].map((suffix) => ({
    path: `${stem}${suffix}`,
    part: `${stem}${suffix}.part`,
  }))
  for (const { part } of made) rmSync(part, { force: true })
  const index = new OffsetIndex(made[0].part, name.offset)
  const times = new TimeIndex(made[1].part, name.offset)
  let since = 0
  let newest = NO_TIMESTAMP
  let newestOffset = name.offset
  try {
    await walkBatches(path, 0, {
      batch(buffer, at, position, isSound) {
        if (!isSound) throw new CorruptError(`${path}: the batch at position ${position} is damaged; no index is made`)
        const last = lastOffset(buffer, at)
        if (maxTimestamp(buffer, at) > newest) {
          newest = maxTimestamp(buffer, at)
          newestOffset = last
        }
        if (since > INTERVAL_BYTES) {
          index.append(last, position)
          times.maybeAppend(newest, newestOffset)
          since = 0
        }
        since += sizeInBytes(buffer, at)
        return true
      },
      gap({ kind, position, problem }) {
        if (kind === 'damage')
          throw new CorruptError(`${path}: damaged at position ${position}: ${problem}; no index is made`)
      },
    })
    times.maybeAppend(newest, newestOffset)
    for (const { file } of [index, times]) {
      file.write()
      await file.sync()
      file.close()
    }
    for (const { path: place, part } of made) renameSync(part, place)
  } finally {
    for (const { part } of made) rmSync(part, { force: true })
  }
  return { file: path, entries: index.file.count, timeEntries: times.file.count }
}
