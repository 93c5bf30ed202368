// Compacts the logs of topics with cleanup.policy=compact, one after another: first the one with the largest part that was
// not compacted yet, or that waited longest past max.compaction.lag.ms. Up to where each log is compacted is kept in
// cleaner-offset-checkpoint. (Kafka: LogCleaner, LogCleanerManager.)

import { CorruptError } from '../errors.ts'
import type { OffsetCheckpoint } from './checkpoint-file.ts'
import { CompactionStopped, compact } from './compaction.ts'
import type { Log } from './log.ts'
import { applyRetention } from './retention.ts'
import type { Segment } from './segment.ts'
import { ioError } from './storage-error.ts'

/** A log and the part of it that can be compacted. */
interface Candidate {
  log: Log
  firstDirtyOffset: number
  firstUncleanableOffset: number
  dirtyRatio: number
}

export class LogCleaner {
  /** The log that is being compacted: its segments must not be deleted meanwhile. */
  busyWith: Log | undefined
  readonly #checkpoint: OffsetCheckpoint
  readonly #mapBytes: number
  #cleanedUpTo = new Map<string, number>()
  /** Logs with something that can't be compacted, which was told once. */
  readonly #uncleanable = new Set<Log>()

  /** `mapBytes`: log.cleaner.dedupe.buffer.size, 128 MiB by default. */
  constructor(checkpoint: OffsetCheckpoint, mapBytes = 128 << 20) {
    this.#checkpoint = checkpoint
    this.#mapBytes = mapBytes
  }

  /** What the checkpoint said at the start. */
  restore(cleanedUpTo: Map<string, number>): void {
    this.#cleanedUpTo = cleanedUpTo
  }

  /** Compacts what is due among the logs, until nothing is. Rejects when a file can't be written. */
  async run(logs: () => Iterable<Log>): Promise<void> {
    for (let next = this.#dirtiest(logs()); next !== undefined; next = this.#dirtiest(logs())) {
      await this.#clean(next)
      await this.#checkpoint.write(this.#entries(logs()))
    }
    for (const log of logs()) {
      if (log.config.compact && !log.closed) applyRetention(log, log.environment.now())
    }
  }

  /** Up to where the log is compacted. */
  cleanedUpTo(log: Log): number {
    const offset = this.#cleanedUpTo.get(log.name) ?? log.startOffset
    return offset < log.startOffset || offset > log.endOffset ? log.startOffset : offset
  }

  forget(log: Log): void {
    this.#cleanedUpTo.delete(log.name)
    this.#uncleanable.delete(log)
  }

  async #clean({ log, firstDirtyOffset, firstUncleanableOffset }: Candidate): Promise<void> {
    this.busyWith = log
    const { report } = log.environment
    try {
      const result = await compact({ log, firstDirtyOffset, firstUncleanableOffset, mapBytes: this.#mapBytes })
      this.#cleanedUpTo.set(log.name, result.endOffset)
      report(
        'info',
        `compacted ${log.name} up to ${result.endOffset}: ${result.bytesBefore} to ${result.bytesAfter} bytes`,
      )
      if (result.endOffset <= firstDirtyOffset) throw new CorruptError('one batch has more keys than fit into memory')
    } catch (error) {
      if (error instanceof CompactionStopped) return
      // A full disk may have room the next time; what is damaged stays so.
      const failure = ioError(`can't compact ${log.name}`, error)
      if (failure.error !== 'CORRUPT_MESSAGE') throw failure
      this.#uncleanable.add(log)
      report('error', failure.message)
    } finally {
      this.busyWith = undefined
    }
  }

  #dirtiest(logs: Iterable<Log>): Candidate | undefined {
    let best: Candidate | undefined
    for (const log of logs) {
      if (!log.config.compact || log.closed || this.#uncleanable.has(log)) continue
      const candidate = this.#candidate(log)
      if (candidate !== undefined && candidate.dirtyRatio > (best?.dirtyRatio ?? -1)) best = candidate
    }
    return best
  }

  /** What of the log can be compacted, when that is due. */
  #candidate(log: Log): Candidate | undefined {
    const { minCompactionLagMs, maxCompactionLagMs, minCleanableDirtyRatio } = log.config
    const { segments } = log
    const now = log.environment.now()
    const active = segments.active.baseOffset
    const firstDirtyOffset = this.cleanedUpTo(log)
    const dirty = segments.range(firstDirtyOffset, active)
    const tooYoung = dirty.find((segment) => segment.largestTimestamp > now - minCompactionLagMs)
    const lag = minCompactionLagMs > 0 ? (tooYoung?.baseOffset ?? active) : active
    const limit = Math.max(firstDirtyOffset, Math.min(log.lastStableOffset, lag))
    const firstUncleanableOffset = segments.floor(limit)?.baseOffset ?? firstDirtyOffset
    const dirtyBytes = bytesOf(dirty.filter((segment) => segment.baseOffset < firstUncleanableOffset))
    if (dirtyBytes === 0 || firstUncleanableOffset <= firstDirtyOffset) return undefined
    const cleanBytes = bytesOf(segments.range(0, firstDirtyOffset))
    const dirtyRatio = dirtyBytes / (dirtyBytes + cleanBytes)
    const oldest = Math.min(...dirty.map((segment) => segment.firstTimestamp).filter((timestamp) => timestamp > 0))
    if (dirtyRatio <= minCleanableDirtyRatio && oldest >= now - maxCompactionLagMs) return undefined
    return { log, firstDirtyOffset, firstUncleanableOffset, dirtyRatio }
  }

  #entries(logs: Iterable<Log>): [string, number, number][] {
    const entries: [string, number, number][] = []
    for (const log of logs) {
      const offset = this.#cleanedUpTo.get(log.name)
      if (offset !== undefined && log.config.compact) entries.push([log.topic, log.partition, offset])
    }
    return entries
  }
}

function bytesOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.size, 0)
}
