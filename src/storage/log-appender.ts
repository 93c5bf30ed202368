// Appends batches to a log: checks them, gives them their offsets, writes them, and keeps the state of their producers and
// transactions. (Kafka: UnifiedLog.append.)

import {
  lastOffset,
  lastOffsetDelta,
  baseOffset as offsetOf,
  partitionLeaderEpoch,
  producerId,
  setBaseOffset,
  setLogAppendTime,
  setMaxTimestamp,
  setPartitionLeaderEpoch,
  sizeInBytes,
} from '../records/batch.ts'
import type { Log } from './log.ts'
import type { AppendOrigin, CompletedTransaction } from './producer-state.ts'
import { recompress } from './recompression.ts'
import type { RollRequest } from './segment.ts'
import { ioError, StorageError } from './storage-error.ts'
import { type BatchesInfo, checkBatches } from './validation.ts'

export interface AppendOptions {
  /** 'client' by default. */
  origin?: AppendOrigin
  /** Stamped onto the batches; required but for 'replication', whose batches have theirs. */
  leaderEpoch?: number
  /** For a transaction marker: the version of the transaction protocol, 2 for one that raises the epoch (KIP-890). */
  transactionVersion?: number
}

export interface AppendResult {
  firstOffset: number
  lastOffset: number
  /** Milliseconds; -1 when the records keep the time that their producer gave them. */
  logAppendTime: number
  logStartOffset: number
  /** The batch had been appended before: the offsets are those that it got then. */
  duplicate: boolean
  /** Set when the append may only be acknowledged after an fsync (flush.messages): resolves or rejects with it. */
  flushed: Promise<void> | undefined
}

/** What the log does for an append. */
export interface AppendHooks {
  /** Ends the active segment when the batches have to begin a new one, at this offset. */
  rollFor(request: RollRequest, firstOffset: number): void
  /** The log ends there now. The flush that the append has to wait for, if any. */
  appended(endOffset: number): Promise<void> | undefined
}

export class LogAppender {
  readonly #log: Log
  readonly #hooks: AppendHooks
  readonly #info: BatchesInfo = {
    bytes: 0,
    count: 0,
    offsets: 0,
    maxTimestamp: -1,
    recordsMaxTimestamp: -1,
    hasProducer: false,
  }

  constructor(log: Log, hooks: AppendHooks) {
    this.#log = log
    this.#hooks = hooks
  }

  append(buffer: Buffer, options: AppendOptions): AppendResult {
    const { origin = 'client', leaderEpoch = 0 } = options
    const log = this.#log
    const { config } = log
    const info = this.#info
    const nowMs = log.environment.now()
    checkBatches(buffer, origin, config, nowMs, log.name, info)
    const duplicate = info.hasProducer ? this.#checkProducers(buffer, info, options) : undefined
    if (duplicate !== undefined) return duplicate
    const batches = origin === 'client' ? this.#compressed(buffer, info) : buffer
    if (info.bytes > config.segmentBytes) {
      const message = `${info.bytes} bytes for ${log.name} are more than its segments hold (${config.segmentBytes})`
      throw new StorageError('RECORD_LIST_TOO_LARGE', message)
    }

    const logAppendTime = origin === 'client' && config.messageTimestampType === 'LogAppendTime' ? nowMs : -1
    const firstOffset = origin === 'replication' ? this.#givenOffsets(batches, info) : log.endOffset
    let last = firstOffset - 1
    for (let at = 0; at < info.bytes; at += sizeInBytes(batches, at)) {
      if (origin !== 'replication') {
        setBaseOffset(batches, at, last + 1)
        setPartitionLeaderEpoch(batches, at, leaderEpoch)
        if (logAppendTime !== -1) setLogAppendTime(batches, at, logAppendTime)
        // A client may say what it likes of the largest time, and that a broker has set it.
        else if (origin === 'client') setMaxTimestamp(batches, at, 0, info.recordsMaxTimestamp)
      }
      last = lastOffset(batches, at)
      log.noteLeaderEpoch(partitionLeaderEpoch(batches, at), offsetOf(batches, at))
    }
    const maxTimestamp = logAppendTime === -1 ? info.maxTimestamp : logAppendTime
    this.#write(batches, { bytes: info.bytes, maxTimestamp, lastOffset: last, nowMs }, firstOffset)

    log.endOffset = last + 1
    if (info.hasProducer) this.#updateProducers(batches, info.bytes)
    log.producers.endOffset = log.endOffset
    const flushed = this.#hooks.appended(log.endOffset)
    const { startOffset: logStartOffset } = log
    return { firstOffset, lastOffset: last, logAppendTime, logStartOffset, duplicate: false, flushed }
  }

  /** Throws for what a producer may not append; the result of the first time for what it sent before. */
  #checkProducers(batches: Buffer, info: BatchesInfo, options: AppendOptions): AppendResult | undefined {
    const { origin = 'client', transactionVersion } = options
    const log = this.#log
    const sent = origin === 'client' ? log.producers.duplicateOf(batches, 0) : undefined
    if (sent !== undefined) {
      return {
        firstOffset: sent.lastOffset - sent.offsetDelta,
        lastOffset: sent.lastOffset,
        logAppendTime: sent.timestamp,
        logStartOffset: log.startOffset,
        duplicate: true,
        flushed: sent.lastOffset < log.highWatermark ? undefined : log.flush(),
      }
    }
    let offset = log.endOffset
    for (let at = 0; at < info.bytes; at += sizeInBytes(batches, at)) {
      if (producerId(batches, at) >= 0) log.producers.check(batches, at, offset, origin, transactionVersion)
      offset += lastOffsetDelta(batches, at) + 1
    }
    return undefined
  }

  #compressed(batch: Buffer, info: BatchesInfo): Buffer {
    const { config, name } = this.#log
    if (config.compression === 'producer') return batch
    let changed: Buffer
    try {
      changed = recompress(batch, config.compression)
    } catch (error) {
      throw ioError(`can't compress a batch for ${name} anew`, error)
    }
    if (changed === batch) return batch
    info.bytes = changed.length
    if (changed.length <= config.maxMessageBytes) return changed
    const message = `a batch for ${name} has ${changed.length} bytes in the compression of its topic`
    throw new StorageError('MESSAGE_TOO_LARGE', `${message}, more than ${config.maxMessageBytes}`)
  }

  /** Batches from another log keep their offsets, which have to come after those that are here. */
  #givenOffsets(batches: Buffer, info: BatchesInfo): number {
    let next = this.#log.endOffset
    for (let at = 0; at < info.bytes; at += sizeInBytes(batches, at)) {
      const last = lastOffset(batches, at)
      if (last < next) {
        const message = `a batch that ends with offset ${last} can't follow ${next - 1} in ${this.#log.name}`
        throw new StorageError('INVALID_RECORD', message)
      }
      next = last + 1
    }
    return offsetOf(batches, 0)
  }

  #write(batches: Buffer, request: RollRequest, firstOffset: number): void {
    const { segments, config, environment } = this.#log
    try {
      this.#hooks.rollFor(request, firstOffset)
      segments.active.append(batches, 0, request.bytes, config.indexIntervalBytes)
    } catch (error) {
      const failed = ioError(`can't append to ${segments.active.file.path}`, error)
      environment.onWrite(failed)
      throw failed
    }
    environment.onWrite(undefined)
  }

  #updateProducers(batches: Buffer, end: number): void {
    for (let at = 0; at < end; at += sizeInBytes(batches, at)) {
      const completed = this.#log.producers.update(batches, at)
      if (completed !== undefined) this.#complete(completed)
    }
  }

  #complete(completed: CompletedTransaction): void {
    const { producers, segments, name } = this.#log
    const { producerId: id, firstOffset, lastOffset: last, aborted } = completed
    try {
      if (aborted) {
        const lastStableOffset = producers.lastStableOffsetAfter(completed)
        segments.active.transactionIndex.append({ producerId: id, firstOffset, lastOffset: last, lastStableOffset })
      }
    } catch (error) {
      throw ioError(`can't write the transaction index of ${name}`, error)
    }
    producers.complete(completed)
  }
}
