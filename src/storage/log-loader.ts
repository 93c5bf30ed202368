// Opens the log of a partition from its folder: finishes or undoes what a crash interrupted, mends what is missing, and
// after an unclean stop reads again what may not be whole. (Kafka: LogLoader, LogSegment.recover.)
//
//   1  delete .deleted and .cleaned files, and .swap files from the smallest .cleaned offset on
//   2  where .swap files are left: delete the segments that they replace, rename them into place
//   3  delete index files without a log; open the segments; rebuild their indexes where one is missing or wrong
//   4  after an unclean stop: scan the segments from the recovery point on, check each batch, rebuild indexes, leader
//      epochs and producer state; cut the log at the first batch that is not valid and drop the segments after it
//   5  cut the leader epochs to the log; bring the producer state up to the log's end

import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { baseOffset, lastOffset, partitionLeaderEpoch } from '../records/batch.ts'
import { scanBatches } from './batch-scan.ts'
import { LeaderEpochs } from './leader-epochs.ts'
import { Log, type LogEnvironment } from './log.ts'
import type { LogConfig } from './log-config.ts'
import {
  CLEANED_SUFFIX,
  DELETED_SUFFIX,
  fileNameOf,
  INDEX_SUFFIX,
  LOG_SUFFIX,
  type LogFile,
  parseLogFile,
  SNAPSHOT_SUFFIX,
  SWAP_SUFFIX,
  TIME_INDEX_SUFFIX,
} from './log-files.ts'
import { loadProducers } from './producer-loader.ts'
import { ProducerSnapshots } from './producer-snapshots.ts'
import { ProducerState } from './producer-state.ts'
import { Segment } from './segment.ts'
import { Segments } from './segments.ts'
import { ioError, StorageError } from './storage-error.ts'

export interface LoadOptions {
  /** The partition's folder; made when it is missing. */
  dir: string
  topic: string
  partition: number
  config: LogConfig
  environment: LogEnvironment
  /** Whether the log was closed by a clean stop. A new one counts as such. */
  clean?: boolean
  /** Of the checkpoint: segments before this one were flushed. 0 by default. */
  recoveryPoint?: number
  /** Of the checkpoint; 0 by default. */
  logStartOffset?: number
}

/** Opens or makes the log. Rejects with a StorageError that names the file when the folder can't be read or written. */
export async function loadLog(options: LoadOptions): Promise<Log> {
  try {
    mkdirSync(options.dir, { recursive: true })
    return await new LogLoader(options).load()
  } catch (error) {
    throw error instanceof StorageError ? error : ioError(`can't open the log in ${options.dir}`, error)
  }
}

/** Makes the log of a new partition in a folder that is empty or not there yet. Throws a StorageError. */
export function createLog({ dir, topic, partition, config, environment }: LoadOptions): Log {
  try {
    mkdirSync(dir, { recursive: true })
    const segments = new Segments()
    const { pool, now, report } = environment
    segments.add(new Segment({ pool, dir, baseOffset: 0, createdMs: now(), warn: (text) => report('warn', text) }))
    return new Log({
      dir,
      topic,
      partition,
      config,
      environment,
      segments,
      producers: new ProducerState(`${topic}-${partition}`),
      snapshots: new ProducerSnapshots(dir, []),
      epochs: new LeaderEpochs(dir),
      startOffset: 0,
      endOffset: 0,
      recoveryPoint: 0,
    })
  } catch (error) {
    throw ioError(`can't make the log in ${dir}`, error)
  }
}

class LogLoader {
  readonly #options: Required<LoadOptions>
  readonly #name: string
  readonly #segments = new Segments()
  readonly #epochs: LeaderEpochs
  readonly #producers: ProducerState
  readonly #snapshots: ProducerSnapshots
  /** Names of the files in the folder. */
  #names: string[]

  constructor(options: LoadOptions) {
    this.#options = { clean: false, recoveryPoint: 0, logStartOffset: 0, ...options }
    this.#name = `${options.topic}-${options.partition}`
    this.#names = readdirSync(options.dir)
    this.#finishSwaps()
    this.#epochs = new LeaderEpochs(options.dir)
    this.#producers = new ProducerState(this.#name)
    this.#snapshots = new ProducerSnapshots(options.dir, this.#names)
  }

  async load(): Promise<Log> {
    const { dir, topic, partition, config, environment, clean, recoveryPoint, logStartOffset } = this.#options
    await this.#openSegments()
    if (!clean) await this.#recover()
    const endOffset = await this.#findEnd()
    const startOffset = Math.max(logStartOffset, this.#segments.first?.baseOffset ?? 0)
    this.#epochs.truncateFromEnd(endOffset)
    this.#epochs.truncateFromStart(logStartOffset)
    this.#snapshots.removeStray(new Set(this.#segments.all.map((segment) => segment.baseOffset)), endOffset)
    await this.#loadProducers(startOffset, endOffset)
    return new Log({
      dir,
      topic,
      partition,
      config,
      environment,
      segments: this.#segments,
      producers: this.#producers,
      snapshots: this.#snapshots,
      epochs: this.#epochs,
      startOffset,
      endOffset,
      recoveryPoint: clean ? endOffset : Math.min(recoveryPoint, endOffset),
    })
  }

  #finishSwaps(): void {
    const { dir } = this.#options
    const files = this.#names.map(parseLogFile)
    if (!files.some((file) => file?.state)) return
    const cleaned = files.filter((file) => file?.state === CLEANED_SUFFIX).map((file) => (file as LogFile).offset)
    const smallestCleaned = Math.min(Number.POSITIVE_INFINITY, ...cleaned)
    const swaps: LogFile[] = []
    for (const [index, file] of files.entries()) {
      if (file === undefined || file.state === '') continue
      if (file.state === SWAP_SUFFIX && file.offset < smallestCleaned) swaps.push(file)
      else rmSync(join(dir, this.#names[index]), { force: true })
    }
    if (swaps.length > 0) this.#swapIn(swaps)
    this.#names = readdirSync(dir)
  }

  /** The replaced segments are those that begin in the range of offsets that the new ones have. */
  #swapIn(swaps: readonly LogFile[]): void {
    const { dir } = this.#options
    let from = Number.POSITIVE_INFINITY
    let to = -1
    for (const { offset, suffix } of swaps) {
      if (suffix !== LOG_SUFFIX) continue
      const segment = this.#open(offset, SWAP_SUFFIX)
      from = Math.min(from, offset)
      to = Math.max(to, segment.tail().nextOffset)
      segment.abandon()
    }
    for (const name of readdirSync(dir)) {
      const file = parseLogFile(name)
      if (file === undefined || file.state !== '' || file.suffix === SNAPSHOT_SUFFIX) continue
      if (file.offset >= from && file.offset < to) rmSync(join(dir, name), { force: true })
    }
    for (const { offset, suffix } of swaps) {
      const path = join(dir, fileNameOf(offset) + suffix)
      this.#report(`finishing the compaction that made ${path}`)
      renameSync(path + SWAP_SUFFIX, path)
    }
  }

  async #openSegments(): Promise<void> {
    const { dir, clean } = this.#options
    const files = this.#names.flatMap((name) => parseLogFile(name) ?? [])
    const logs = files.filter((file) => file.suffix === LOG_SUFFIX && file.state === '').map((file) => file.offset)
    const known = new Set(logs)
    for (const { offset, suffix, state } of files) {
      if (state !== '' || suffix === SNAPSHOT_SUFFIX || suffix === LOG_SUFFIX || known.has(offset)) continue
      this.#report(`deleting the index ${fileNameOf(offset)}${suffix} in ${dir}, which has no log`)
      rmSync(join(dir, fileNameOf(offset) + suffix), { force: true })
    }
    for (const offset of logs.sort((a, b) => a - b)) {
      const missing = [INDEX_SUFFIX, TIME_INDEX_SUFFIX].filter((suffix) => !this.#exists(offset, suffix))
      const segment = this.#open(offset)
      this.#segments.add(segment)
      if (!clean && this.#isUnflushed(offset, logs)) continue
      const problem = missing.length > 0 && segment.size > 0 ? `its ${missing[0]} is missing` : indexProblem(segment)
      if (problem === undefined) continue
      this.#report(`rebuilding the indexes of ${segment.file.path}: ${problem}`, 'warn')
      await this.#rebuild(segment, this.#segments.all.length === logs.length)
    }
  }

  /** Whether the recovery point lies in or before the segment. */
  #isUnflushed(offset: number, sortedOffsets: readonly number[]): boolean {
    const { recoveryPoint } = this.#options
    const next = sortedOffsets.find((other) => other > offset)
    return next === undefined || next > recoveryPoint
  }

  /** Rebuilds the indexes of a segment that is trusted otherwise. The last one may end with a part of a batch. */
  async #rebuild(segment: Segment, isLast: boolean): Promise<void> {
    segment.resetIndexes()
    segment.transactionIndex.clear()
    await this.#loadProducers(this.#options.logStartOffset, segment.baseOffset)
    const result = await this.#scan(segment)
    if (result.problem !== undefined && isLast) this.#cut(segment, result.end, result.problem)
    else if (result.problem !== undefined) {
      this.#report(`${segment.file.path} is damaged at ${result.end}: ${result.problem}`, 'error')
    }
    segment.becomeInactive()
    await segment.flush(false)
  }

  async #recover(): Promise<void> {
    const { recoveryPoint, logStartOffset } = this.#options
    const unflushed = this.#segments.range(recoveryPoint, Number.POSITIVE_INFINITY)
    if (unflushed.length === 0) return
    await this.#loadProducers(logStartOffset, unflushed[0].baseOffset)
    for (const [index, segment] of unflushed.entries()) {
      if (segment.size > 0) this.#report(`checking ${segment.file.path} (${segment.size} bytes)`)
      segment.resetIndexes()
      segment.transactionIndex.clear()
      this.#producers.endOffset = Math.max(this.#producers.endOffset, segment.baseOffset)
      if (index > 0) this.#snapshots.take(this.#producers)
      const { end, problem } = await this.#scan(segment)
      segment.becomeInactive()
      if (problem === undefined) continue
      this.#cut(segment, end, problem)
      for (const later of unflushed.slice(index + 1)) await this.#drop(later)
      break
    }
    this.#epochs.save()
  }

  /** Reads a segment again and takes all its batches into account. */
  async #scan(segment: Segment): ReturnType<typeof scanBatches> {
    const { indexIntervalBytes } = this.#options.config
    const result = await scanBatches(segment.file, segment, (buffer, at, position) => {
      segment.noteBatch(buffer, at, position, indexIntervalBytes)
      this.#epochs.observe(partitionLeaderEpoch(buffer, at), baseOffset(buffer, at))
      this.#updateProducers(segment, buffer, at)
      this.#producers.endOffset = lastOffset(buffer, at) + 1
    })
    return result
  }

  #updateProducers(segment: Segment, buffer: Buffer, at: number): void {
    const completed = this.#producers.update(buffer, at)
    if (completed === undefined) return
    if (completed.aborted) {
      const lastStableOffset = this.#producers.lastStableOffsetAfter(completed)
      const { producerId, firstOffset, lastOffset } = completed
      segment.transactionIndex.append({ producerId, firstOffset, lastOffset, lastStableOffset })
    }
    this.#producers.complete(completed)
  }

  #cut(segment: Segment, end: number, problem: string): void {
    const cut = segment.size - end
    this.#report(`cutting ${cut} bytes off ${segment.file.path} at ${end}: the batch there is bad, ${problem}`, 'warn')
    segment.cut(end)
  }

  async #drop(segment: Segment): Promise<void> {
    this.#report(`dropping ${segment.file.path} (${segment.size} bytes), which comes after a damaged segment`, 'warn')
    this.#segments.remove(segment)
    this.#snapshots.remove(segment.baseOffset)
    segment.rename(DELETED_SUFFIX)
    await segment.delete()
  }

  /** The log's end, and the end of the last segment's whole batches. */
  async #findEnd(): Promise<number> {
    const { logStartOffset } = this.#options
    if (this.#segments.first !== undefined) {
      const last = this.#segments.active
      const { nextOffset, end } = last.tail()
      if (end < last.size) this.#cut(last, end, 'it is cut off')
      if (nextOffset >= logStartOffset) return nextOffset
      this.#report(`${this.#name} ends at ${nextOffset}, before its start ${logStartOffset}: dropping it`, 'warn')
      for (const segment of this.#segments.all) {
        this.#segments.remove(segment)
        await segment.delete()
      }
      this.#epochs.clear()
      this.#snapshots.clear()
    }
    this.#segments.add(this.#open(logStartOffset))
    return logStartOffset
  }

  async #loadProducers(startOffset: number, endOffset: number): Promise<void> {
    const { clean, config, environment } = this.#options
    await loadProducers({
      producers: this.#producers,
      snapshots: this.#snapshots,
      segments: this.#segments,
      startOffset,
      endOffset,
      nowMs: environment.now(),
      expirationMs: config.producerIdExpirationMs,
      emptyWithoutSnapshot: clean,
      warn: (message) => this.#report(message, 'warn'),
    })
  }

  #open(offset: number, state = ''): Segment {
    const { dir, environment } = this.#options
    const { pool, now } = environment
    const warn = (message: string) => this.#report(message, 'warn')
    return new Segment({ pool, dir, baseOffset: offset, createdMs: now(), state, warn })
  }

  #exists(offset: number, suffix: string): boolean {
    return statSync(join(this.#options.dir, fileNameOf(offset) + suffix), { throwIfNoEntry: false }) !== undefined
  }

  #report(message: string, level: 'info' | 'warn' | 'error' = 'info'): void {
    this.#options.environment.report(level, message)
  }
}

function indexProblem(segment: Segment): string | undefined {
  const { offsetIndex, timeIndex, transactionIndex, baseOffset: base, size } = segment
  const ofOffsets = offsetIndex.problem(size)
  if (ofOffsets !== undefined) return `${INDEX_SUFFIX}: ${ofOffsets}`
  const ofTimes = timeIndex.problem()
  if (ofTimes !== undefined) return `${TIME_INDEX_SUFFIX}: ${ofTimes}`
  const ofTransactions = transactionIndex.problem(base)
  return ofTransactions === undefined ? undefined : `.txnindex: ${ofTransactions}`
}
