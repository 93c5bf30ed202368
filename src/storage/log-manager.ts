// The data directory of a broker: its lock, whose it is, its logs, and the work that is due from time to time (checkpoints,
// retention, flushes by time, expiry of producers). (Kafka: LogManager.)
//
//   open -> load -> create / delete / get ... -> close
//
// Between open and load the metadata log is read, which tells what topics there are and how they are set up.

import { existsSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { rm, statfs, writeFile } from '../util/files.ts'
import { makeDirectory } from '../util/make-directory.ts'
import { randomUuid } from '../util/random.ts'
import {
  CLEANER_OFFSETS,
  HIGH_WATERMARKS,
  LOG_START_OFFSETS,
  OffsetCheckpoint,
  RECOVERY_POINTS,
} from './checkpoint-file.ts'
import { readCleanShutdown, removeCleanShutdown, writeCleanShutdown } from './clean-shutdown.ts'
import { Deferred } from './deferred.ts'
import { DirectoryLock } from './directory-lock.ts'
import { makeEphemeralDirectory, removeEphemeralDirectory } from './ephemeral.ts'
import { FilePool } from './file-pool.ts'
import type { Log, LogEnvironment } from './log.ts'
import { LogCleaner } from './log-cleaner.ts'
import { type LogConfig, logConfig } from './log-config.ts'
import {
  DELETE_DIR_SUFFIX,
  isDeletedDir,
  type PartitionName,
  parsePartitionDir,
  partitionDir,
  retiredDir,
  STRAY_DIR_SUFFIX,
} from './log-files.ts'
import { createLog, loadLog } from './log-loader.ts'
import { type MetaProperties, readMetaProperties, writeMetaProperties } from './meta-properties.ts'
import { readTopicId, writeTopicId } from './partition-metadata.ts'
import { Periodic } from './periodic.ts'
import { applyRetention } from './retention.ts'
import { errnoOf, ioError, type StorageError } from './storage-error.ts'

export interface LogManagerOptions {
  /** The data directory; made when it is missing. Not needed with `ephemeral`. */
  dir?: string
  /** Keep nothing: a temporary directory, removed at the end. */
  ephemeral?: boolean
  /** Milliseconds; for tests. */
  now?: () => number
  /** Told what happens; nothing by default. */
  report?: LogEnvironment['report']
  /** Files that are open at the same time at most. */
  openFiles?: number
  /** log.cleaner.dedupe.buffer.size: bytes for the keys of a log that is being compacted; 128 MiB by default. */
  cleanerBufferBytes?: number
}

/** How often what is done. */
export interface Schedule {
  /** log.retention.check.interval.ms; 5 minutes by default. */
  retentionCheckMs?: number
  /** How often flush.ms is looked at; once a second by default. */
  flushCheckMs?: number
  /** log.flush.offset.checkpoint.interval.ms: recovery points and log starts; a minute by default. */
  checkpointMs?: number
  /** replica.high.watermark.checkpoint.interval.ms; 5 seconds by default. */
  highWatermarkCheckpointMs?: number
  /** producer.id.expiration.check.interval.ms; 10 minutes by default. */
  producerExpiryCheckMs?: number
  /** log.cleaner.enable; true by default. */
  cleanerEnable?: boolean
  /** log.cleaner.backoff.ms: how often compaction looks for work; 15 seconds by default. */
  cleanerBackoffMs?: number
}

/** What the metadata says about a partition whose folder was found. */
export type Describe = (name: PartitionName, topicId: string | undefined) => LogConfig | undefined

export const METADATA_TOPIC = '__cluster_metadata'
const METADATA_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ'
const METADATA_MAX_BATCH_BYTES = 8 * 1024 * 1024
const AT_A_TIME = 4
const PROBE_FILE = 'write-probe.tmp'
/** As much as the record batches of a busy moment. */
const PROBE = Buffer.alloc(1 << 20)

export class LogManager {
  readonly dir: string
  readonly isEphemeral: boolean
  /** As found; undefined in a new directory: `format` comes next there. */
  meta: Partial<MetaProperties> | undefined
  /** Broker epoch of the last stop when that was clean (-1: not known), else undefined. */
  readonly cleanShutdownEpoch: number | undefined
  /** Partitions whose log could not be opened. */
  readonly failures = new Map<string, StorageError>()
  /** Of the last write to any log, until one succeeds again. */
  writeError: StorageError | undefined
  readonly environment: LogEnvironment
  readonly #lock: DirectoryLock
  readonly #logs = new Map<string, Log>()
  /** Folders that a crash has left without their topic's id. */
  readonly #nameless = new Set<string>()
  #metadataLog: Log | undefined
  readonly #recoveryPoints: OffsetCheckpoint
  readonly #startOffsets: OffsetCheckpoint
  readonly #highWatermarks: OffsetCheckpoint
  readonly #cleanerOffsets: OffsetCheckpoint
  readonly #cleaner: LogCleaner
  readonly #periodic: Periodic
  readonly #deletions: Deferred
  #loaded = false

  /** Locks the directory. Throws a DirectoryLockedError, or a StorageError or CorruptError that names what is wrong. */
  constructor(options: LogManagerOptions) {
    this.isEphemeral = options.ephemeral ?? false
    this.dir = this.isEphemeral ? makeEphemeralDirectory() : makeDataDirectory(options.dir ?? '')
    this.#lock = new DirectoryLock(this.dir)
    try {
      this.meta = readMetaProperties(this.dir)
      this.cleanShutdownEpoch = readCleanShutdown(this.dir)
    } catch (error) {
      this.#lock.release()
      throw error
    }
    this.#recoveryPoints = new OffsetCheckpoint(join(this.dir, RECOVERY_POINTS))
    this.#startOffsets = new OffsetCheckpoint(join(this.dir, LOG_START_OFFSETS))
    this.#highWatermarks = new OffsetCheckpoint(join(this.dir, HIGH_WATERMARKS))
    this.environment = {
      pool: new FilePool(options.openFiles),
      now: options.now ?? Date.now,
      report: options.report ?? (() => {}),
      onWrite: (error) => this.#onWrite(error),
    }
    this.#cleanerOffsets = new OffsetCheckpoint(join(this.dir, CLEANER_OFFSETS))
    this.#cleaner = new LogCleaner(this.#cleanerOffsets, options.cleanerBufferBytes)
    this.#periodic = new Periodic((error) => this.#workFailed(error))
    this.#deletions = new Deferred((message) => this.environment.report('warn', message))
  }

  /** Makes an empty directory one of this cluster and node. */
  async format(meta: MetaProperties): Promise<void> {
    await writeMetaProperties(this.dir, meta)
    this.meta = meta
  }

  /** Opens or makes the metadata log. It is checked in full at each start, as Kafka does. */
  async openMetadataLog(changes: Partial<LogConfig> = {}): Promise<Log> {
    const dir = join(this.dir, partitionDir(METADATA_TOPIC, 0))
    const config = logConfig({ delete: false, maxMessageBytes: METADATA_MAX_BATCH_BYTES, ...changes })
    const { environment } = this
    const isNew = !existsSync(dir)
    this.#metadataLog = await loadLog({ dir, topic: METADATA_TOPIC, partition: 0, config, environment })
    if (isNew) writeTopicId(dir, METADATA_TOPIC_ID)
    return this.#metadataLog
  }

  /**
   * Opens the logs of all partitions that `describe` knows; the folders of the others are set aside as stray. A log that
   * can't be opened goes to `failures`, the others are served. Then begins the work that is due from time to time.
   */
  async load(describe: Describe, schedule: Schedule = {}): Promise<void> {
    const clean = this.cleanShutdownEpoch !== undefined
    // A crash from here on is an unclean stop.
    removeCleanShutdown(this.dir)
    const recoveryPoints = this.#readCheckpoint(this.#recoveryPoints)
    const startOffsets = this.#readCheckpoint(this.#startOffsets)
    this.#cleaner.restore(this.#readCheckpoint(this.#cleanerOffsets))
    const names = readdirSync(this.dir, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    let loaded = 0
    await forEach(names, AT_A_TIME, async ({ name }) => {
      if (isDeletedDir(name)) {
        this.#removeLater(join(this.dir, name))
        return
      }
      const partition = parsePartitionDir(name)
      if (partition === undefined || partition.topic === METADATA_TOPIC) return
      const recoveryPoint = recoveryPoints.get(name) ?? 0
      await this.#loadOne(name, partition, describe, clean, recoveryPoint, startOffsets.get(name) ?? 0)
      if (++loaded % 32 === 0) await new Promise((resolve) => setImmediate(resolve))
    })
    this.#loaded = true
    this.#startTimers(schedule)
  }

  get logs(): Iterable<Log> {
    return this.#logs.values()
  }

  get(topic: string, partition: number): Log | undefined {
    return this.#logs.get(partitionDir(topic, partition))
  }

  /** Makes the log of a new partition. Throws a StorageError. */
  create(topic: string, partition: number, config: LogConfig, topicId: string): Log {
    const name = partitionDir(topic, partition)
    const dir = join(this.dir, name)
    if (existsSync(dir)) this.#setAside(name)
    const log = createLog({ dir, topic, partition, config, environment: this.environment })
    try {
      writeTopicId(dir, topicId)
    } catch (error) {
      log.abandon()
      throw ioError(`can't write to ${dir}`, error)
    }
    this.#logs.set(name, log)
    return log
  }

  /** Writes the topic's id where a crash came between the folder and its id: without it Kafka sets the folder aside. */
  completeTopicId(topic: string, partition: number, topicId: string): void {
    const name = partitionDir(topic, partition)
    if (this.#nameless.delete(name)) writeTopicId(join(this.dir, name), topicId)
  }

  /** Takes the partition out; its folder is renamed at once and deleted after file.delete.delay.ms. */
  delete(topic: string, partition: number): void {
    const name = partitionDir(topic, partition)
    const log = this.#logs.get(name)
    if (log === undefined) return
    this.#logs.delete(name)
    this.#cleaner.forget(log)
    log.abandon()
    const dir = join(this.dir, retiredDir(name, randomUuid(), DELETE_DIR_SUFFIX))
    try {
      log.moveTo(dir)
    } catch (error) {
      throw ioError(`can't delete ${log.dir}`, error)
    }
    this.#removeLater(dir, log.config.fileDeleteDelayMs)
  }

  /** Brings all logs onto the disk and leaves the directory as Kafka's clean stop does. */
  async close(brokerEpoch = -1): Promise<void> {
    this.#periodic.stop()
    this.#deletions.stop()
    if (this.isEphemeral || !this.#loaded) {
      this.abandon()
      return
    }
    let clean = true
    const logs = this.#metadataLog === undefined ? [...this.logs] : [...this.logs, this.#metadataLog]
    await forEach(logs, AT_A_TIME, (log) =>
      log.close().catch((error: Error) => {
        clean = false
        this.environment.report('error', `can't close ${log.name} cleanly: ${error.message}`)
      }),
    )
    await this.#periodic.idle()
    try {
      await this.checkpoint()
      await this.checkpointHighWatermarks()
      if (clean && this.failures.size === 0) await writeCleanShutdown(this.dir, brokerEpoch)
    } finally {
      this.#lock.release()
    }
  }

  /** Lets go of everything as a crash would, but for the lock. */
  abandon(): void {
    this.#periodic.stop()
    this.#deletions.stop()
    for (const log of this.logs) log.abandon()
    this.#metadataLog?.abandon()
    this.#lock.release()
    if (this.isEphemeral) removeEphemeralDirectory(this.dir)
  }

  /** Writes how far each log is on the disk, and where those begin that were cut in a segment. */
  async checkpoint(): Promise<void> {
    await this.#recoveryPoints.write(entries(this.logs, (log) => log.recoveryPoint))
    await this.checkpointStartOffsets()
  }

  /** Writes where those logs begin that were cut in a segment. */
  async checkpointStartOffsets(): Promise<void> {
    const cut = [...this.logs].filter((log) => log.startOffset > (log.segments.first?.baseOffset ?? 0))
    await this.#startOffsets.write(entries(cut, (log) => log.startOffset))
  }

  async checkpointHighWatermarks(): Promise<void> {
    await this.#highWatermarks.write(entries(this.logs, (log) => log.highWatermark))
  }

  /** Compacts what is due. */
  async clean(): Promise<void> {
    await this.#cleaner.run(() => this.logs)
  }

  /** Applies retention to all logs, but for compacted ones: compaction does that. */
  async applyRetention(): Promise<void> {
    for (const log of [...this.logs]) {
      if (!log.closed && !log.config.compact && log !== this.#cleaner.busyWith)
        applyRetention(log, this.environment.now())
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async #loadOne(
    name: string,
    { topic, partition }: PartitionName,
    describe: Describe,
    clean: boolean,
    recoveryPoint: number,
    logStartOffset: number,
  ): Promise<void> {
    const { environment } = this
    const dir = join(this.dir, name)
    try {
      const topicId = readTopicId(dir)
      const config = describe({ topic, partition }, topicId)
      if (config === undefined) {
        this.#setAside(name)
        return
      }
      const log = await loadLog({ dir, topic, partition, config, environment, clean, recoveryPoint, logStartOffset })
      this.#logs.set(name, log)
      if (topicId === undefined) this.#nameless.add(name)
    } catch (error) {
      const failure = ioError(`can't open the log of ${name}`, error)
      this.failures.set(name, failure)
      environment.report('error', failure.message)
    }
  }

  /** Tells of the first failure, and of the end of them; those between are told to the clients. */
  #onWrite(error: StorageError | undefined): void {
    const before = this.writeError
    if (before === error) return
    this.writeError = error
    const { report } = this.environment
    if (before === undefined) report('error', `${error?.message}; nothing is written until that works again`)
    else if (error === undefined) report('warn', `${this.dir} can be written again`)
  }

  /** While nothing can be written, that is why other work fails as well, and is told already. */
  #workFailed(error: Error): void {
    const isRefused = (errnoOf(error) ?? errnoOf(error.cause)) !== undefined
    if (this.writeError === undefined || !isRefused) this.environment.report('error', error.message)
  }

  /** Looks whether writes work again, where nobody tries to write. Takes no room that another one might need meanwhile. */
  async #probe(): Promise<void> {
    if (this.writeError === undefined) return
    const path = join(this.dir, PROBE_FILE)
    try {
      const { bavail, bfree, bsize } = await statfs(this.dir)
      // What is kept for root is no room for others.
      const free = process.getuid?.() === 0 ? bfree : bavail
      if (free * bsize < 2 * PROBE.length) return
      await writeFile(path, PROBE, { flush: true })
      this.#onWrite(undefined)
    } catch {
      // The failure that is known already.
    } finally {
      await rm(path, { force: true })
    }
  }

  /** The folder belongs to no partition (any more): it keeps its files under another name. */
  #setAside(name: string): void {
    const stray = retiredDir(name, randomUuid(), STRAY_DIR_SUFFIX)
    this.environment.report('warn', `${join(this.dir, name)} belongs to no topic; it is ${stray} now`)
    renameSync(join(this.dir, name), join(this.dir, stray))
  }

  #removeLater(dir: string, delayMs = logConfig().fileDeleteDelayMs): void {
    this.#deletions.after(delayMs, `delete ${dir}`, () => rm(dir, { recursive: true, force: true }))
  }

  /** What a damaged checkpoint said is found again by checking more. */
  #readCheckpoint(checkpoint: OffsetCheckpoint): Map<string, number> {
    try {
      return checkpoint.read()
    } catch (error) {
      this.environment.report('warn', `leaving a checkpoint out: ${(error as Error).message}`)
      return new Map()
    }
  }

  #startTimers(schedule: Schedule): void {
    this.#periodic.every(schedule.retentionCheckMs ?? 300_000, () => this.applyRetention())
    this.#periodic.every(schedule.checkpointMs ?? 60_000, () => this.checkpoint())
    this.#periodic.every(schedule.highWatermarkCheckpointMs ?? 5000, async () => {
      for (const log of this.logs) log.segments.active.writeIndexes()
      await this.checkpointHighWatermarks()
    })
    this.#periodic.every(schedule.highWatermarkCheckpointMs ?? 5000, () => this.#probe())
    this.#periodic.every(schedule.flushCheckMs ?? 1000, () => this.#flushOverdue())
    if (schedule.cleanerEnable ?? true) this.#periodic.every(schedule.cleanerBackoffMs ?? 15_000, () => this.clean())
    this.#periodic.every(schedule.producerExpiryCheckMs ?? 600_000, async () => {
      for (const log of this.logs) log.producers.expire(this.environment.now(), log.config.producerIdExpirationMs)
    })
  }

  async #flushOverdue(): Promise<void> {
    const now = this.environment.now()
    for (const log of [...this.logs]) {
      if (log.recoveryPoint < log.endOffset && now - log.lastFlushMs >= log.config.flushMs) await log.flush()
    }
  }
}

function* entries(logs: Iterable<Log>, offset: (log: Log) => number): Generator<[string, number, number]> {
  for (const log of logs) yield [log.topic, log.partition, offset(log)]
}

async function forEach<T>(items: readonly T[], atATime: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) await work(items[next++])
  }
  await Promise.all(Array.from({ length: Math.min(atATime, items.length) }, worker))
}

function makeDataDirectory(dir: string): string {
  try {
    makeDirectory(dir)
    return dir
  } catch (error) {
    throw ioError(`can't make the data directory ${dir}`, error)
  }
}
