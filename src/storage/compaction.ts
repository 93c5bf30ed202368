// One round of compaction of one log: finds the latest offset of each key in the part that was not compacted yet, then
// writes the segments from the log's start up to there anew, without the records that a later one of the same key
// replaces. It gives way to other work every few milliseconds. (Kafka: Cleaner.)
//
//   old segments -> <base>.log.cleaned -> <base>.log.swap -> <base>.log        (log-loader.ts finishes or undoes it)

import { CorruptError } from '../errors.ts'
import { batchEnd, isControl, lastOffset, magic } from '../records/batch.ts'
import { RecordCursor } from '../records/cursor.ts'
import { BatchFilter } from './batch-filter.ts'
import { CleanedTransactions } from './cleaned-transactions.ts'
import type { Log } from './log.ts'
import type { LogConfig } from './log-config.ts'
import { CLEANED_SUFFIX } from './log-files.ts'
import { OffsetMap } from './offset-map.ts'
import { Segment } from './segment.ts'

export interface CompactionRequest {
  log: Log
  /** What lies before was compacted already. */
  firstDirtyOffset: number
  /** Where a segment begins that must not be compacted (yet). */
  firstUncleanableOffset: number
  /** Bytes that the map of keys may take. */
  mapBytes: number
}

export interface CompactionResult {
  /** Up to where (exclusive) the log is compacted now. */
  endOffset: number
  bytesBefore: number
  bytesAfter: number
}

const PIECE = 1 << 20
const TURN_MS = 5

/** The log was closed or cut meanwhile: the round has changed nothing. */
export class CompactionStopped extends Error {}

export async function compact(request: CompactionRequest): Promise<CompactionResult> {
  const { log, firstUncleanableOffset } = request
  const { map, endOffset } = await mapKeys(request)
  const nowMs = log.environment.now()
  const segments = log.segments.range(0, endOffset)
  const transactions = new CleanedTransactions((transaction) => cleaned?.transactionIndex.append(transaction))
  let cleaned: Segment | undefined
  let bytesBefore = 0
  let bytesAfter = 0
  for (const group of groupSegments(segments, log.config, firstUncleanableOffset)) {
    const { pool } = log.environment
    const [{ baseOffset }] = group
    const options = { pool, dir: log.dir, baseOffset, createdMs: nowMs, state: CLEANED_SUFFIX }
    await new Segment(options).delete()
    cleaned = new Segment(options)
    try {
      const filter = new BatchFilter({
        map,
        latestOffset: endOffset - 1,
        transactions,
        producers: log.producers.producers,
        endOffset: firstUncleanableOffset,
        nowMs,
        deleteRetentionMs: log.config.deleteRetentionMs,
      })
      for (const segment of group) {
        const next = log.segments.higher(segment.baseOffset)?.baseOffset ?? log.endOffset
        transactions.add(log.abortedTransactions(segment.baseOffset, next))
        await cleanInto(log, segment, cleaned, filter)
      }
      cleaned.becomeInactive()
      await cleaned.flush(false)
      cleaned.setModifiedMs((group.at(-1) as Segment).file.modifiedMs())
      checkOpen(log, group)
    } catch (error) {
      await cleaned.delete()
      throw error
    }
    bytesBefore += group.reduce((sum, segment) => sum + segment.size, 0)
    bytesAfter += cleaned.size
    log.replaceSegments(cleaned, group)
  }
  return { endOffset, bytesBefore, bytesAfter }
}

/** The latest offset of each key between the first dirty and the first uncleanable offset, as far as the map holds them. */
async function mapKeys(request: CompactionRequest): Promise<{ map: OffsetMap; endOffset: number }> {
  const { log, firstDirtyOffset, firstUncleanableOffset } = request
  const map = new OffsetMap(request.mapBytes)
  const transactions = new CleanedTransactions()
  transactions.add(log.abortedTransactions(firstDirtyOffset, firstUncleanableOffset))
  const cursor = new RecordCursor()
  let endOffset = firstDirtyOffset
  for (const segment of log.segments.range(firstDirtyOffset, firstUncleanableOffset)) {
    const from = segment.positionOf(firstDirtyOffset)
    let full = false
    await eachBatch(log, segment, from === -1 ? segment.size : from, (buffer, at) => {
      if (isControl(buffer, at)) transactions.canDiscardMarker(buffer, at)
      else if (!transactions.canDiscardData(buffer, at)) {
        cursor.open(buffer, at)
        while (!full && cursor.next()) {
          const { bytes, keyStart, keyEnd, offset } = cursor
          if (keyStart !== -1 && offset >= firstDirtyOffset) full = !map.put(bytes, keyStart, keyEnd, offset)
        }
      }
      if (!full) endOffset = Math.max(endOffset, lastOffset(buffer, at) + 1)
      return !full
    })
    if (full) break
    endOffset = Math.min(log.segments.higher(segment.baseOffset)?.baseOffset ?? endOffset, firstUncleanableOffset)
  }
  return { map, endOffset }
}

async function cleanInto(log: Log, source: Segment, target: Segment, filter: BatchFilter): Promise<void> {
  const { indexIntervalBytes } = log.config
  let out: Buffer = Buffer.allocUnsafeSlow(PIECE)
  let size = 0
  const write = (): void => {
    if (size > 0) target.append(out, 0, size, indexIntervalBytes)
    size = 0
  }
  await eachBatch(log, source, 0, (buffer, at) => {
    const batch = filter.filter(buffer, at)
    if (size + batch.length > out.length) write()
    if (batch.length > out.length) out = Buffer.allocUnsafeSlow(batch.length)
    batch.copy(out, size)
    size += batch.length
    return true
  })
  write()
}

/** Shows all batches of a segment from a position on, until `visit` says false. */
async function eachBatch(
  log: Log,
  segment: Segment,
  from: number,
  visit: (buffer: Buffer, at: number) => boolean,
): Promise<void> {
  const { size } = segment
  let buffer: Buffer = Buffer.allocUnsafeSlow(Math.min(PIECE, Math.max(0, size - from)))
  let turn = performance.now()
  for (let position = from; position < size; ) {
    const count = await segment.file.readAsync(buffer, 0, Math.min(buffer.length, size - position), position)
    checkOpen(log, [segment])
    let at = 0
    for (let end = 0; (end = batchEnd(buffer, at, count)) !== -1; at = end) {
      if (magic(buffer, at) < 2) throw new CorruptError(`${segment.file.path} has messages of an old format`)
      if (!visit(buffer, at)) return
      if (performance.now() - turn < TURN_MS) continue
      await new Promise((resolve) => setImmediate(resolve))
      checkOpen(log, [segment])
      turn = performance.now()
    }
    position += at
    if (at > 0) continue
    if (count < Math.min(buffer.length, size - position) || count === size - position) {
      throw new CorruptError(`${segment.file.path} is damaged: there is no whole record batch at ${position}`)
    }
    buffer = Buffer.allocUnsafeSlow(Math.min(size - position, buffer.length * 2))
  }
}

function checkOpen(log: Log, segments: readonly Segment[]): void {
  if (log.closed || segments.some((segment) => !log.segments.all.includes(segment))) throw new CompactionStopped()
}

/** Neighbours that fit together into one segment, by their bytes, their indexes and their offsets. */
function groupSegments(segments: readonly Segment[], config: LogConfig, firstUncleanableOffset: number): Segment[][] {
  const groups: Segment[][] = []
  let bytes = 0
  let offsetBytes = 0
  let timeBytes = 0
  for (const [index, segment] of segments.entries()) {
    const group = groups.at(-1)
    const last = (segments[index + 1]?.baseOffset ?? firstUncleanableOffset) - 1
    bytes += segment.size
    offsetBytes += segment.offsetIndex.file.bytes
    timeBytes += segment.timeIndex.file.bytes
    const fits =
      bytes <= config.segmentBytes &&
      Math.max(offsetBytes, timeBytes) <= config.segmentIndexBytes &&
      (segment.size === 0 || last - (group?.[0].baseOffset ?? 0) <= 0x7fff_ffff)
    if (group !== undefined && fits) {
      group.push(segment)
      continue
    }
    groups.push([segment])
    bytes = segment.size
    offsetBytes = segment.offsetIndex.file.bytes
    timeBytes = segment.timeIndex.file.bytes
  }
  return groups
}
