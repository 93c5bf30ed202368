// Finds records by their time. (Kafka: UnifiedLog.fetchOffsetByTimestamp, LogSegment.findOffsetByTimestamp.)

import { maxTimestamp, partitionLeaderEpoch } from '../records/batch.ts'
import { RecordCursor } from '../records/cursor.ts'
import type { Log } from './log.ts'
import type { Segment } from './segment.ts'

export interface TimestampOffset {
  /** Milliseconds. */
  timestamp: number
  offset: number
  /** -1 when the batch has none. */
  leaderEpoch: number
}

const cursor = new RecordCursor()

/** The first record whose timestamp is at least this one; undefined when all are older. */
export function findByTimestamp(log: Log, timestamp: number): TimestampOffset | undefined {
  for (const segment of log.segments.range(log.startOffset, log.endOffset)) {
    if (segment.size === 0 || segment.largestTimestamp < timestamp) continue
    const from = Math.max(segment.timeIndex.lookup(timestamp), log.startOffset)
    const found = findIn(segment, from, timestamp, (time, offset) => time >= timestamp && offset >= log.startOffset)
    if (found !== undefined) return found
  }
  return undefined
}

/** The first of the records with the largest timestamp, which is -1 when none has one; undefined without records. */
export function findMaxTimestamp(log: Log): TimestampOffset | undefined {
  let latest: Segment | undefined
  for (const segment of log.segments.all) {
    if (latest === undefined || segment.maxTimestamp > latest.maxTimestamp) latest = segment
  }
  if (latest === undefined) return undefined
  const largest = latest.maxTimestamp
  return findIn(latest, latest.offsetOfMaxTimestamp, largest, (time) => time === largest)
}

function findIn(
  segment: Segment,
  fromOffset: number,
  timestamp: number,
  isWanted: (timestamp: number, offset: number) => boolean,
): TimestampOffset | undefined {
  let found: TimestampOffset | undefined
  segment.walkFrom(segment.positionOf(fromOffset), (header, at, size, position) => {
    if (maxTimestamp(header, at) < timestamp) return true
    const batch = Buffer.allocUnsafe(size)
    segment.file.read(batch, 0, size, position)
    cursor.open(batch, 0)
    while (found === undefined && cursor.next()) {
      const { timestamp: time, offset } = cursor
      if (isWanted(time, offset)) found = { timestamp: time, offset, leaderEpoch: partitionLeaderEpoch(batch, 0) }
    }
    return found === undefined
  })
  return found
}
