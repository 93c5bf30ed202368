// The log of one partition: appends batches, reads them, and keeps track of its offsets.
//
//   log start    last stable    high watermark    log end
//      |  decided    |   undecided    |  not yet flushed |      (with flush.messages; else the last two are one)
//
// A broker has one node here, so the high watermark follows the log end at once, or after the flush that an append has to
// wait for. Opened by log-loader.ts, cut by retention.ts, compacted by cleaner.ts. (Kafka: UnifiedLog, LocalLog.)

import { renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { rm } from '../util/files.ts'
import { syncDirectory, syncFile } from './atomic-file.ts'
import { Deferred } from './deferred.ts'
import type { FilePool } from './file-pool.ts'
import { Flusher } from './flusher.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import { type AppendOptions, type AppendResult, LogAppender } from './log-appender.ts'
import type { LogConfig } from './log-config.ts'
import { DELETED_SUFFIX } from './log-files.ts'
import { type Isolation, LogReader, type ReadOptions, type ReadResult } from './log-reader.ts'
import { loadProducers } from './producer-loader.ts'
import type { ProducerSnapshots } from './producer-snapshots.ts'
import type { ProducerState } from './producer-state.ts'
import { Segment } from './segment.ts'
import type { Segments } from './segments.ts'
import { ioError, StorageError } from './storage-error.ts'
import type { AbortedTransaction } from './transaction-index.ts'

/** What all logs of a data directory share. */
export interface LogEnvironment {
  pool: FilePool
  now: () => number
  report: (level: 'info' | 'warn' | 'error', message: string) => void
  /** Told when a write failed, and with undefined when one succeeded again. */
  onWrite: (error: StorageError | undefined) => void
}

export interface LogParts {
  dir: string
  topic: string
  partition: number
  config: LogConfig
  environment: LogEnvironment
  segments: Segments
  producers: ProducerState
  snapshots: ProducerSnapshots
  epochs: LeaderEpochs
  startOffset: number
  endOffset: number
  recoveryPoint: number
}

export class Log {
  readonly topic: string
  readonly partition: number
  /** Topic and partition, as in the folder's name. */
  readonly name: string
  readonly segments: Segments
  readonly producers: ProducerState
  readonly epochs: LeaderEpochs
  readonly environment: LogEnvironment
  /** Called after the high watermark has moved and when the log is closed: what waits for records looks again then. */
  readonly listeners = new Set<(log: Log) => void>()
  config: LogConfig
  /** Of the first record that a reader can have. */
  startOffset: number
  /** Of the next record. */
  endOffset: number
  /** Records below are replicated and flushed as far as the settings ask. */
  highWatermark: number
  /** Records below are on the disk. */
  recoveryPoint: number
  lastFlushMs: number
  #dir: string
  #snapshots: ProducerSnapshots
  readonly #reader: LogReader
  readonly #appender: LogAppender
  #jitterMs: number
  #closed = false
  readonly #flusher = new Flusher((upTo) => this.#flush(upTo))
  readonly #deletions: Deferred

  constructor(parts: LogParts) {
    this.topic = parts.topic
    this.partition = parts.partition
    this.name = `${parts.topic}-${parts.partition}`
    this.segments = parts.segments
    this.producers = parts.producers
    this.epochs = parts.epochs
    this.environment = parts.environment
    this.config = parts.config
    this.startOffset = parts.startOffset
    this.endOffset = parts.endOffset
    this.highWatermark = parts.endOffset
    this.recoveryPoint = Math.min(parts.recoveryPoint, parts.endOffset)
    this.lastFlushMs = parts.environment.now()
    this.#dir = parts.dir
    this.#snapshots = parts.snapshots
    this.#reader = new LogReader(this)
    this.#appender = new LogAppender(this, {
      rollFor: (request, firstOffset) => {
        if (this.segments.active.shouldRoll(request, this.config, this.#jitterMs)) this.#roll(firstOffset)
      },
      appended: (endOffset) => this.#appended(endOffset),
    })
    this.#jitterMs = jitter(parts.config)
    this.#deletions = new Deferred((message) => parts.environment.report('warn', message))
  }

  get dir(): string {
    return this.#dir
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Records below are decided: committed, aborted, or of no transaction. */
  get lastStableOffset(): number {
    const unstable = this.producers.firstUnstableOffset
    if (unstable === undefined || unstable >= this.highWatermark) return this.highWatermark
    return Math.max(unstable, this.startOffset)
  }

  /** Bytes of all segments. */
  get bytes(): number {
    return this.segments.bytes
  }

  /**
   * Appends the whole batches in the buffer and writes their offsets, leader epochs and, where the topic asks for it,
   * their time into it (into a copy where the topic asks for another compression). Throws a StorageError when they are
   * refused or can't be written; the log is as before then.
   */
  append(batches: Buffer, options: AppendOptions = {}): AppendResult {
    if (this.#closed) throw this.#closedError()
    return this.#appender.append(batches, options)
  }

  /**
   * Whole batches from the one that holds the offset on, at most `maxBytes`; with `minOneBatch` (the default) the first
   * one even when it is larger. Empty at the end. Throws OFFSET_OUT_OF_RANGE before the start and after the end.
   */
  read(offset: number, maxBytes: number, options: ReadOptions = {}): ReadResult {
    return this.#reader.read(offset, maxBytes, options)
  }

  /** Up to where (exclusive) a reader sees records. */
  upperBound(isolation: Isolation): number {
    if (isolation === 'logEnd') return this.endOffset
    return isolation === 'committed' ? this.lastStableOffset : this.highWatermark
  }

  /** Aborted transactions that overlap with [fromOffset, toOffset). */
  abortedTransactions(fromOffset: number, toOffset: number): AbortedTransaction[] {
    const found: AbortedTransaction[] = []
    const segments = this.segments.all
    for (let i = Math.max(0, this.segments.floorIndex(fromOffset)); i < segments.length; i++) {
      if (segments[i].transactionIndex.collect(fromOffset, toOffset, found)) break
    }
    return found
  }

  /** Notes the leader epoch that later appends come with. */
  assignLeaderEpoch(epoch: number): void {
    this.noteLeaderEpoch(epoch, this.endOffset)
  }

  /** Notes the leader epoch that begins with the record at an offset, unless it did already. */
  noteLeaderEpoch(epoch: number, offset: number): void {
    if (epoch < 0 || epoch === this.epochs.latest?.epoch) return
    try {
      this.epochs.assign(epoch, offset)
    } catch (error) {
      throw ioError(`can't write the leader epochs of ${this.name}`, error)
    }
  }

  /** Ends the active segment, when it holds anything, and begins the next one. */
  roll(): void {
    if (this.#closed) throw this.#closedError()
    if (this.segments.active.size > 0) this.#roll(this.endOffset)
  }

  /**
   * Waits until the records below `upTo` are on the disk. Calls during a flush share the next one. Rejects with a
   * StorageError.
   */
  flush(upTo = this.endOffset): Promise<void> {
    return this.#flusher.flush(upTo)
  }

  /**
   * Records before the offset count as deleted; their segments go with the next retention check. True when that changed
   * anything. Throws OFFSET_OUT_OF_RANGE beyond the high watermark.
   */
  deleteRecordsBefore(offset: number): boolean {
    if (offset > this.highWatermark) {
      const message = `${this.name} can't be cut at ${offset}, its high watermark is ${this.highWatermark}`
      throw new StorageError('OFFSET_OUT_OF_RANGE', message)
    }
    if (offset <= this.startOffset) return false
    this.startOffset = offset
    if (this.recoveryPoint < offset) this.recoveryPoint = offset
    this.epochs.truncateFromStart(offset)
    this.producers.onHighWatermark(offset)
    if (this.producers.endOffset < offset) this.producers.endOffset = offset
    this.#snapshots.onLogStart(offset)
    return true
  }

  /** Forgets the records from the offset on. Nothing may be appended until it is done. */
  async truncateTo(offset: number): Promise<void> {
    if (offset >= this.endOffset) return
    if (offset < (this.segments.first?.baseOffset ?? 0)) {
      this.truncateFullyAndStartAt(offset)
      return
    }
    this.#reader.forget()
    for (const segment of this.segments.all.toReversed()) {
      if (segment.baseOffset > offset) this.#retire(segment)
    }
    this.segments.active.truncateTo(offset)
    this.epochs.truncateFromEnd(offset)
    this.#cutOffsets(offset)
    const { producers, segments, startOffset, endOffset } = this
    await loadProducers({
      producers,
      snapshots: this.#snapshots,
      segments,
      startOffset,
      endOffset,
      nowMs: this.environment.now(),
      expirationMs: this.config.producerIdExpirationMs,
      emptyWithoutSnapshot: false,
      warn: (message) => this.environment.report('warn', message),
    })
  }

  /** Forgets all records; the next one gets the offset. */
  truncateFullyAndStartAt(offset: number): void {
    this.#reader.forget()
    for (const segment of this.segments.all) this.#retire(segment)
    this.#addSegment(offset)
    this.epochs.clear()
    this.#snapshots.clear()
    this.producers.clear(offset)
    this.startOffset = offset
    this.#cutOffsets(offset)
  }

  /** Takes the segments out of the log; their files are deleted after file.delete.delay.ms. */
  deleteSegments(segments: readonly Segment[], reason: string): void {
    if (segments.length === 0) return
    if (segments.length === this.segments.all.length) this.#roll(this.endOffset)
    const kept = this.segments.all.find((segment) => !segments.includes(segment)) as Segment
    this.environment.report(
      'info',
      `${this.name}: deleting ${segments.length} segments up to ${kept.baseOffset}: ${reason}`,
    )
    this.deleteRecordsBefore(kept.baseOffset)
    this.#reader.forget()
    for (const segment of segments) this.#retire(segment)
  }

  /** Puts a compacted segment in the place of those that it was made of (Kafka: LocalLog.replaceSegments). */
  replaceSegments(cleaned: Segment, old: readonly Segment[]): void {
    this.#reader.forget()
    cleaned.rename('.swap')
    for (const segment of old) {
      if (segment.baseOffset === cleaned.baseOffset) this.#deleteLater(segment)
      else this.#retire(segment)
    }
    this.segments.add(cleaned)
    cleaned.rename('')
  }

  /** Waits for everything to be on the disk, leaves the files as Kafka's clean stop does, and lets go of them. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#deletions.stop()
    this.#wake()
    try {
      await this.#flusher.idle()
      this.segments.active.becomeInactive()
      await this.#flushSegments(this.endOffset)
      this.recoveryPoint = this.endOffset
      const snapshot = this.#snapshots.take(this.producers)
      if (snapshot !== undefined) await syncFile(snapshot)
    } finally {
      this.abandon()
    }
  }

  /** Lets go of the files without writing anything more. */
  abandon(): void {
    if (!this.#closed) {
      this.#closed = true
      this.#wake()
    }
    this.#deletions.stop()
    for (const segment of this.segments.all) segment.abandon()
  }

  /** Renames the folder; the log goes on in it. */
  moveTo(dir: string): void {
    renameSync(this.#dir, dir)
    this.#dir = dir
    for (const segment of this.segments.all) segment.moved(dir)
    this.#snapshots.moved(dir)
    this.epochs.moved(dir)
  }

  #appended(endOffset: number): Promise<void> | undefined {
    if (endOffset - this.recoveryPoint >= this.config.flushMessages) return this.flush()
    this.#setHighWatermark(endOffset)
    return undefined
  }

  #roll(baseOffset: number): void {
    const old = this.segments.active
    if (old.size === 0 && old.baseOffset === baseOffset) return
    this.#addSegment(baseOffset)
    try {
      old.becomeInactive()
      this.producers.endOffset = baseOffset
      this.#snapshots.take(this.producers)
    } catch (error) {
      // The indexes stay in memory and are tried again with the flush; a snapshot only saves time at the next start.
      this.environment.report('warn', ioError(`can't finish a segment of ${this.name}`, error).message)
    }
    this.#jitterMs = jitter(this.config)
    this.flush(baseOffset).catch((error: Error) => this.environment.report('error', error.message))
  }

  #addSegment(baseOffset: number): void {
    const { pool, now, report } = this.environment
    const warn = (message: string) => report('warn', message)
    this.segments.add(new Segment({ pool, dir: this.#dir, baseOffset, createdMs: now(), warn }))
  }

  async #flush(upTo: number): Promise<void> {
    try {
      await this.#flushSegments(upTo)
    } catch (error) {
      const failed = ioError(`can't flush ${this.name}`, error)
      this.environment.onWrite(failed)
      throw failed
    }
    this.recoveryPoint = Math.max(this.recoveryPoint, Math.min(upTo, this.endOffset))
    this.lastFlushMs = this.environment.now()
    if (this.recoveryPoint > this.highWatermark) this.#setHighWatermark(this.recoveryPoint)
  }

  async #flushSegments(upTo: number): Promise<void> {
    const { active } = this.segments
    const dirty = this.segments.all.filter((segment) => segment.dirty && segment.baseOffset < upTo)
    for (const segment of dirty) await segment.flush(segment === active && !this.#closed)
    // The names of files that are new since the last flush, and that of the folder before the first.
    if (dirty.some((segment) => segment.baseOffset >= this.recoveryPoint)) await syncDirectory(this.#dir)
    if (dirty.length > 0 && this.recoveryPoint === 0) await syncDirectory(dirname(this.#dir))
  }

  #setHighWatermark(offset: number): void {
    this.highWatermark = offset
    this.producers.onHighWatermark(offset)
    this.#wake()
  }

  #wake(): void {
    for (const listener of this.listeners) listener(this)
  }

  #cutOffsets(endOffset: number): void {
    this.endOffset = endOffset
    this.startOffset = Math.min(this.startOffset, endOffset)
    this.recoveryPoint = Math.min(this.recoveryPoint, endOffset)
    this.#setHighWatermark(Math.min(this.highWatermark, endOffset))
  }

  #retire(segment: Segment): void {
    this.segments.remove(segment)
    this.#deleteLater(segment)
    const snapshot = this.#snapshots.retire(segment.baseOffset)
    if (snapshot === undefined) return
    this.#deletions.after(this.config.fileDeleteDelayMs, `delete ${snapshot}`, () => rm(snapshot, { force: true }))
  }

  #deleteLater(segment: Segment): void {
    segment.dirty = false
    segment.rename(DELETED_SUFFIX)
    this.#deletions.after(this.config.fileDeleteDelayMs, `delete ${segment.file.path}`, () => segment.delete())
  }

  #closedError(): StorageError {
    return new StorageError('KAFKA_STORAGE_ERROR', `the log of ${this.name} is closed`)
  }
}

function jitter(config: LogConfig): number {
  return config.segmentJitterMs === 0
    ? 0
    : Math.floor(Math.random() * Math.min(config.segmentJitterMs, config.segmentMs))
}
