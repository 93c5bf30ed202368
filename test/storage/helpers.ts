// What the storage tests share: a folder per test, batches, logs with small segments.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { sizeInBytes } from '../../src/records/batch.ts'
import { BatchBuilder, type BatchFields } from '../../src/records/builder.ts'
import { buildEndTransaction } from '../../src/records/control.ts'
import { type PlainRecord, readRecords } from '../../src/records/plain.ts'
import { FilePool } from '../../src/storage/file-pool.ts'
import type { Log, LogEnvironment } from '../../src/storage/log.ts'
import type { AppendOptions, AppendResult } from '../../src/storage/log-appender.ts'
import { type LogConfig, logConfig } from '../../src/storage/log-config.ts'
import { type LoadOptions, loadLog } from '../../src/storage/log-loader.ts'

/** A time that all tests agree on. */
export const NOW = 1_700_000_000_000

/** In memory where the system offers that: the tests wait for many an fsync. */
const PARENT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export function temporaryDirectory(t: TestContext): string {
  const dir = mkdtempSync(join(PARENT, 'ktool-storage-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

export interface TestEnvironment extends LogEnvironment {
  time: number
  reports: string[]
  writes: (Error | undefined)[]
}

export function testEnvironment(): TestEnvironment {
  const environment: TestEnvironment = {
    time: NOW,
    reports: [],
    writes: [],
    pool: new FilePool(),
    now: () => environment.time,
    report: (level, message) => environment.reports.push(`${level}: ${message}`),
    onWrite: (error) => environment.writes.push(error),
  }
  return environment
}

export interface OpenOptions extends Partial<Omit<LoadOptions, 'config'>> {
  config?: Partial<LogConfig>
}

/** Opens a log that is abandoned when the test ends. */
export async function openLog(t: TestContext, dir: string, options: OpenOptions = {}): Promise<Log> {
  const log = await loadLog({
    topic: 'orders',
    partition: 0,
    environment: testEnvironment(),
    ...options,
    dir,
    config: logConfig(options.config),
  })
  t.after(() => log.abandon())
  return log
}

export interface TestRecord {
  key?: string | null
  value?: string | null
  timestamp?: number
}

export interface TestBatch extends BatchFields {
  records?: TestRecord[]
  /** Instead of records: so many, of `size` bytes each. */
  count?: number
  size?: number
  timestamp?: number
}

/** A batch in a buffer of its own. */
export function makeBatch(options: TestBatch = {}): Buffer {
  const { records, count = 1, size = 10, timestamp = NOW, ...fields } = options
  const builder = new BatchBuilder(64 << 20)
  const all =
    records ?? Array.from({ length: count }, (_, i): TestRecord => ({ key: `k${i}`, value: 'v'.repeat(size) }))
  builder.reset()
  for (const record of all) {
    const key = record.key === null ? undefined : (record.key ?? 'k')
    const value = record.value === null ? undefined : (record.value ?? 'v')
    const source = Buffer.from((key ?? '') + (value ?? ''))
    const keyEnd = Buffer.byteLength(key ?? '')
    builder.tryAppend(
      record.timestamp ?? timestamp,
      source,
      key === undefined ? -1 : 0,
      keyEnd,
      value === undefined ? -1 : keyEnd,
      source.length,
    )
  }
  return Buffer.from(builder.close(fields))
}

/** A batch of an idempotent producer. */
export function producerBatch(producerId: number, baseSequence: number, options: TestBatch = {}): Buffer {
  return makeBatch({ producerId, producerEpoch: 0, baseSequence, ...options })
}

export function endMarker(producerId: number, committed: boolean, producerEpoch = 0, coordinatorEpoch = 0): Buffer {
  const builder = new BatchBuilder(1000)
  const end = { committed, producerId, producerEpoch, coordinatorEpoch, timestamp: NOW }
  return Buffer.from(buildEndTransaction(builder, end))
}

export function append(log: Log, batch: Buffer, options: AppendOptions = {}): AppendResult {
  return log.append(batch, { leaderEpoch: 0, ...options })
}

/** Everything that a reader of the log gets, from an offset on. */
export function readAll(log: Log, from = log.startOffset, maxBytes = 1 << 20): Buffer {
  const pieces: Buffer[] = []
  for (let offset = from; ; ) {
    const { records, nextOffset } = log.read(offset, maxBytes, { isolation: 'logEnd' })
    if (records.length === 0) return Buffer.concat(pieces)
    pieces.push(records)
    offset = nextOffset
  }
}

export function recordsOf(batches: Buffer): PlainRecord[] {
  return [...readRecords(batches)]
}

export function valuesOf(log: Log, from = log.startOffset): string[] {
  return recordsOf(readAll(log, from)).map((record) => String(record.value))
}

/** The batches in the buffer, one by one. */
export function split(batches: Buffer): Buffer[] {
  const list: Buffer[] = []
  for (let at = 0; at < batches.length; at += sizeInBytes(batches, at)) {
    list.push(batches.subarray(at, at + sizeInBytes(batches, at)))
  }
  return list
}
