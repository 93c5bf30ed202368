// Deletes whole segments from the start of a log: those with records older than retention.ms, those that exceed
// retention.bytes, and those that lie before the log's start. (Kafka: UnifiedLog.deleteOldSegments.)

import type { Log } from './log.ts'
import type { Segment } from './segment.ts'

/** Applies the settings of the log as of now (ms); how many segments went. */
export function applyRetention(log: Log, nowMs: number): number {
  const { retentionMs, retentionBytes } = log.config
  let deleted = deleteWhile(
    log,
    (_, next) => next !== undefined && next.baseOffset <= log.startOffset,
    'deleted records',
  )
  if (!log.config.delete) return deleted
  if (retentionBytes >= 0) {
    let excess = log.bytes - retentionBytes
    deleted += deleteWhile(log, (segment) => (excess -= segment.size) >= 0, `retention.bytes is ${retentionBytes}`)
  }
  if (retentionMs >= 0) {
    const old = (segment: Segment): boolean => nowMs - segment.largestTimestamp > retentionMs
    deleted += deleteWhile(log, old, `retention.ms is ${retentionMs}`)
  }
  return deleted
}

/** Segments from the first on, as long as they may go: never beyond the high watermark, and not an empty last one. */
function deleteWhile(
  log: Log,
  isDeletable: (segment: Segment, next: Segment | undefined) => boolean,
  reason: string,
): number {
  const segments = log.segments.all
  let count = 0
  while (count < segments.length) {
    const next = segments[count + 1]
    const end = next?.baseOffset ?? log.endOffset
    const isEmptyLast = next === undefined && segments[count].size === 0
    if (isEmptyLast || log.highWatermark < end || !isDeletable(segments[count], next)) break
    count++
  }
  log.deleteSegments(segments.slice(0, count), reason)
  return count
}
