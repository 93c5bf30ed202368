import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import fc from 'fast-check'
import {
  baseOffset,
  deleteHorizon,
  isControl,
  isValid,
  lastOffset,
  producerId,
  recordCount,
} from '../../src/records/batch.ts'
import { codecs } from '../../src/records/compression/index.ts'
import { readRecords } from '../../src/records/plain.ts'
import { OffsetCheckpoint } from '../../src/storage/checkpoint-file.ts'
import { compact } from '../../src/storage/compaction.ts'
import { PooledFile } from '../../src/storage/file-pool.ts'
import { IndexFile } from '../../src/storage/index-file.ts'
import type { Log } from '../../src/storage/log.ts'
import { LogCleaner } from '../../src/storage/log-cleaner.ts'
import type { LogConfig } from '../../src/storage/log-config.ts'
import { logConfig } from '../../src/storage/log-config.ts'
import { LogManager } from '../../src/storage/log-manager.ts'
import { OffsetMap } from '../../src/storage/offset-map.ts'
import {
  append,
  endMarker,
  makeBatch,
  NOW,
  openLog,
  producerBatch,
  readAll,
  recordsOf,
  split,
  type TestEnvironment,
  temporaryDirectory,
  testEnvironment,
} from './helpers.ts'

const DAY = 86_400_000
const compacted: Partial<LogConfig> = { compact: true, delete: false, segmentBytes: 2000, minCleanableDirtyRatio: 0 }

async function openCompacted(t: TestContext, changes: Partial<LogConfig> = {}): Promise<[Log, TestEnvironment]> {
  const environment = testEnvironment()
  return [await openLog(t, temporaryDirectory(t), { environment, config: { ...compacted, ...changes } }), environment]
}

/** Compacts all but the active segment. */
async function compactAll(log: Log, firstDirtyOffset = 0): Promise<number> {
  const firstUncleanableOffset = log.segments.active.baseOffset
  return (await compact({ log, firstDirtyOffset, firstUncleanableOffset, mapBytes: 1 << 20 })).endOffset
}

/** What a reader of committed records ends up with, key by key. */
function tableOf(log: Log): Map<string, string> {
  const table = new Map<string, string>()
  for (let offset = log.startOffset; offset < log.lastStableOffset; ) {
    const { records, nextOffset, abortedTransactions } = log.read(offset, 1 << 20, { isolation: 'committed' })
    if (records.length === 0) break
    const aborted = new Map<number, number>()
    for (const batch of split(records)) {
      for (const { producerId: id, firstOffset, lastOffset: last } of abortedTransactions) {
        if (firstOffset <= baseOffset(batch, 0) && last >= baseOffset(batch, 0)) aborted.set(id, last)
      }
      if (isControl(batch, 0) || (aborted.get(producerId(batch, 0)) ?? -1) >= baseOffset(batch, 0)) continue
      for (const { key, value } of readRecords(batch)) {
        if (value === null) table.delete(String(key))
        else table.set(String(key), String(value))
      }
    }
    offset = nextOffset
  }
  return table
}

test('of each key the latest record stays, at its offset', async (t) => {
  const [log] = await openCompacted(t)
  for (let i = 0; i < 200; i++) append(log, makeBatch({ records: [{ key: `k${i % 10}`, value: `${i}` }] }))
  const active = log.segments.active.baseOffset
  const endOffset = await compactAll(log)
  assert.equal(endOffset, active)
  const offsets = recordsOf(readAll(log)).map((record) => record.offset)
  const expected = [...Array(10).keys()].map((i) => active - 10 + i)
  assert.deepEqual(
    offsets.filter((offset) => offset < active),
    expected,
  )
  assert.deepEqual(
    offsets.filter((offset) => offset >= active),
    [...Array(200 - active).keys()].map((i) => active + i),
  )
  assert.equal(log.startOffset, 0)
  assert.equal(log.read(3, 1000).records.length > 0, true)
  assert.equal(baseOffset(log.read(3, 1).records, 0), expected[0])
})

const step = fc.record({
  kind: fc.constantFrom('plain', 'plain', 'plain', 'idempotent', 'transaction', 'commit', 'abort'),
  producer: fc.integer({ min: 0, max: 2 }),
  records: fc.array(
    fc.tuple(fc.integer({ min: 0, max: 12 }), fc.option(fc.integer({ min: 0, max: 999 }), { freq: 4 })),
    {
      minLength: 1,
      maxLength: 6,
    },
  ),
  codec: fc.constantFrom(undefined, undefined, ...codecs),
})

test('whatever was written, readers end up with the same, before and after, and after a crash and a reload', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 120 }), async (steps) => {
      const environment = testEnvironment()
      const dir = temporaryDirectory(t)
      const config = { ...compacted, indexIntervalBytes: 200 }
      const log = await openLog(t, dir, { environment, config })
      const sequences = new Map<string, number>()
      const open = new Set<number>()
      for (const [i, { kind, producer, records, codec }] of steps.entries()) {
        const id = kind === 'idempotent' ? 100 + producer : producer
        const list = records.map(([key, value]) => ({
          key: `key-${key}`,
          value: value === null ? null : `${value}-${i}`,
        }))
        const sequence = sequences.get(String(id)) ?? 0
        if (kind === 'plain') append(log, makeBatch({ records: list, codec, timestamp: NOW + i }))
        else if (kind === 'idempotent' || kind === 'transaction') {
          const transactional = kind === 'transaction'
          append(log, producerBatch(id, sequence, { records: list, codec, transactional, timestamp: NOW + i }))
          sequences.set(String(id), sequence + records.length)
          if (transactional) open.add(id)
        } else if (open.delete(id)) append(log, endMarker(id, kind === 'commit'), { origin: 'coordinator' })
      }
      for (const id of open) append(log, endMarker(id, true), { origin: 'coordinator' })
      const table = tableOf(log)
      const producers = log.producers.snapshot()
      let dirty = 0
      for (let round = 0; round < 3; round++) {
        dirty = await compactAll(log, round === 0 ? 0 : dirty)
        assert.deepEqual(tableOf(log), table, `round ${round}`)
        for (const batch of split(readAll(log))) assert.ok(isValid(batch, 0))
        environment.time += DAY + 1
        log.roll()
      }
      const clean = (await openLog(t, copyOf(t, log.dir), { environment, config, clean: true })) as Log
      assert.deepEqual(tableOf(clean), table)
      const crashed = await openLog(t, copyOf(t, log.dir), { environment, config })
      assert.deepEqual(tableOf(crashed), table)
      const aborts = (of: Log): number[] => of.abortedTransactions(0, of.endOffset).map((entry) => entry.lastOffset)
      assert.deepEqual(aborts(crashed), aborts(log))
      const withBatches = (entries: typeof producers) =>
        entries.map(({ producerId: id, epoch, lastSequence }) => ({ id, epoch, lastSequence }))
      assert.deepEqual(withBatches(crashed.producers.snapshot()), withBatches(producers))
      for (const other of [log, clean, crashed]) other.abandon()
    }),
    { numRuns: 25, endOnFailure: true },
  )
})

function copyOf(t: TestContext, dir: string): string {
  const copy = join(temporaryDirectory(t), 'orders-0')
  cpSync(dir, copy, { recursive: true })
  return copy
}

test('a tombstone stays until its delete horizon has passed', async (t) => {
  const [log, environment] = await openCompacted(t)
  append(log, makeBatch({ records: [{ key: 'a', value: 'x' }] }))
  append(log, makeBatch({ records: [{ key: 'a', value: null }] }))
  log.roll()
  append(log, makeBatch({ records: [{ key: 'other' }] }))

  let dirty = await compactAll(log)
  const [tombstone] = split(readAll(log))
  assert.deepEqual([baseOffset(tombstone, 0), deleteHorizon(tombstone, 0)], [1, NOW + DAY])
  assert.deepEqual(
    recordsOf(tombstone).map(({ value, timestamp }) => [value, timestamp]),
    [[null, NOW]],
  )

  environment.time += DAY - 1
  log.roll()
  append(log, makeBatch({ records: [{ key: 'other' }] }))
  dirty = await compactAll(log, dirty)
  assert.equal(baseOffset(split(readAll(log))[0], 0), 1)
  environment.time += 1
  log.roll()
  append(log, makeBatch({ records: [{ key: 'other' }] }))
  await compactAll(log, dirty)
  assert.deepEqual(
    recordsOf(readAll(log)).map((record) => String(record.key)),
    ['other', 'other'],
  )
})

test('records of aborted transactions go at once, their marker one horizon later', async (t) => {
  const [log, environment] = await openCompacted(t)
  append(log, producerBatch(7, 0, { transactional: true, records: [{ key: 'a', value: 'never' }] }))
  append(log, producerBatch(7, 1, { transactional: true, records: [{ key: 'b', value: 'never' }] }))
  append(log, endMarker(7, false), { origin: 'coordinator' })
  append(log, producerBatch(7, 2, { records: [{ key: 'c', value: 'later' }] }))
  append(log, makeBatch({ records: [{ key: 'd' }] }))
  const next = (): void => {
    log.roll()
    append(log, makeBatch({ records: [{ key: 'e' }] }))
  }
  next()
  assert.equal(log.abortedTransactions(0, 5).length, 1)
  let dirty = await compactAll(log)
  assert.deepEqual(
    split(readAll(log)).map((batch) => baseOffset(batch, 0)),
    [2, 3, 4, 5],
  )
  assert.equal(log.abortedTransactions(0, 5).length, 1, 'its batches were seen in this round')
  next()
  dirty = await compactAll(log, dirty)
  assert.equal(log.abortedTransactions(0, 5).length, 0)
  assert.equal(deleteHorizon(split(readAll(log))[0], 0), NOW + DAY)
  environment.time += DAY
  next()
  await compactAll(log, dirty)
  assert.equal(baseOffset(split(readAll(log))[0], 0), 3)
})

test('the batch with the last sequence number of a known producer stays, empty', async (t) => {
  const [log] = await openCompacted(t)
  append(log, producerBatch(7, 0, { records: [{ key: 'a' }, { key: 'b' }] }))
  append(log, makeBatch({ records: [{ key: 'a' }, { key: 'b' }] }))
  log.roll()
  append(log, makeBatch({ records: [{ key: 'c' }] }))
  await compactAll(log)
  const [empty] = split(readAll(log))
  assert.deepEqual([producerId(empty, 0), recordCount(empty, 0), lastOffset(empty, 0)], [7, 0, 1])
  assert.ok(isValid(empty, 0))
  const again = await openLog(t, copyOf(t, log.dir), { config: compacted })
  assert.equal(append(again, producerBatch(7, 0, { records: [{ key: 'a' }, { key: 'b' }] })).duplicate, true)
})

test('the round ends at the last stable offset, and keeps the last batch so that the end of it is known', async (t) => {
  const [log] = await openCompacted(t)
  const cleaner = new LogCleaner(new OffsetCheckpoint(join(log.dir, 'cleaner')), 1 << 20)
  append(log, makeBatch({ records: [{ key: 'a' }] }))
  append(log, makeBatch({ records: [{ key: 'a' }] }))
  log.roll()
  append(log, producerBatch(7, 0, { transactional: true, records: [{ key: 'a' }] }))
  log.roll()
  append(log, makeBatch({ records: [{ key: 'a' }] }))
  await cleaner.run(() => [log])
  assert.equal(cleaner.cleanedUpTo(log), 2)
  assert.deepEqual(
    split(readAll(log)).map((batch) => baseOffset(batch, 0)),
    [1, 2, 3],
  )
  append(log, endMarker(7, true), { origin: 'coordinator' })
  log.roll()
  await cleaner.run(() => [log])
  assert.equal(cleaner.cleanedUpTo(log), 5)
})

test('small neighbours become one segment', async (t) => {
  const [log] = await openCompacted(t)
  for (let i = 0; i < 300; i++) append(log, makeBatch({ records: [{ key: `k${i % 3}`, value: 'x'.repeat(30) }] }))
  assert.ok(log.segments.all.length > 10)
  await compactAll(log)
  await compactAll(log)
  assert.equal(log.segments.all.length, 2)
  const names = readdirSync(log.dir).filter((name) => !/deleted$/.test(name))
  assert.equal(names.filter((name) => name.endsWith('.log')).length, 2)
  assert.ok(names.every((name) => !/cleaned|swap/.test(name)))
})

test('more keys than fit into the map take several rounds', async (t) => {
  const [log] = await openCompacted(t)
  for (let i = 0; i < 400; i++) append(log, makeBatch({ records: [{ key: `key-${i % 100}`, value: `${i}` }] }))
  log.roll()
  const table = tableOf(log)
  const cleaner = new LogCleaner(new OffsetCheckpoint(join(log.dir, 'cleaner')), 40 * 32)
  await cleaner.run(() => [log])
  assert.equal(cleaner.cleanedUpTo(log), 400)
  assert.deepEqual(tableOf(log), table)
  assert.ok(recordsOf(readAll(log)).length < 250)
})

test('the dirtiest log is compacted first, when the ratio or the lag says so', async (t) => {
  const environment = testEnvironment()
  const cleaned: string[] = []
  environment.report = (_, message) => cleaned.push(message.split(' ')[1])
  const open = async (topic: string, segments: number, changes: Partial<LogConfig>): Promise<Log> => {
    const config = { ...compacted, minCleanableDirtyRatio: 0.6, ...changes }
    const log = await openLog(t, temporaryDirectory(t), { topic, environment, config })
    for (let i = 0; i < segments; i++) {
      append(log, makeBatch({ records: [{ key: 'a' }] }))
      log.roll()
    }
    return log
  }
  const half = await open('half', 10, {})
  const full = await open('full', 10, {})
  const young = await open('young', 10, { minCompactionLagMs: 1000 })
  const overdue = await open('overdue', 10, { maxCompactionLagMs: 5000 })
  const plain = await open('plain', 10, { compact: false, delete: true })
  const cleaner = new LogCleaner(new OffsetCheckpoint(join(half.dir, 'cleaner')))
  cleaner.restore(
    new Map([
      ['half-0', 5],
      ['overdue-0', 5],
      ['plain-0', 0],
    ]),
  )
  const logs = [half, full, young, overdue, plain]
  await cleaner.run(() => logs)
  assert.deepEqual(cleaned, ['full-0'])
  environment.time += 6000
  await cleaner.run(() => logs)
  assert.deepEqual(cleaned, ['full-0', 'young-0', 'overdue-0'])
  const written = readFileSync(join(half.dir, 'cleaner'), 'utf8')
  assert.equal(written, '0\n4\nhalf 0 5\nfull 0 10\nyoung 0 10\noverdue 0 10\n')
})

test('a crash at any moment of the swap leaves the old or the new segments, and never a part', async (t) => {
  const [log] = await openCompacted(t, { segmentBytes: 1000 })
  for (let i = 0; i < 60; i++) append(log, makeBatch({ records: [{ key: `k${i % 4}`, value: `${i}` }] }))
  await log.flush()
  const table = tableOf(log)
  const copies: string[] = []
  for (const { prototype } of [PooledFile, IndexFile]) {
    const { rename } = prototype
    prototype.rename = function (path: string) {
      copies.push(copyOf(t, log.dir))
      rename.call(this as PooledFile & IndexFile, path)
    }
    t.after(() => {
      prototype.rename = rename
    })
  }
  await compactAll(log)
  assert.ok(copies.length > 12)
  for (const dir of [...copies, copyOf(t, log.dir)]) {
    const crashed = await openLog(t, dir, { config: compacted })
    assert.deepEqual(tableOf(crashed), table)
    assert.equal(crashed.endOffset, 60)
    crashed.abandon()
  }
})

test('a log that is closed in the middle is left as it was', async (t) => {
  const [log] = await openCompacted(t)
  for (let i = 0; i < 100; i++) append(log, makeBatch({ records: [{ key: `k${i % 3}` }] }))
  const before = readAll(log)
  const done = compactAll(log)
  log.abandon()
  await assert.rejects(done)
  const again = await openLog(t, log.dir, { config: compacted })
  assert.deepEqual(readAll(again), before)
})

test('a damaged segment stops the compaction of its log, and is named once', async (t) => {
  const [log, environment] = await openCompacted(t)
  for (let i = 0; i < 100; i++) append(log, makeBatch({ records: [{ key: `k${i % 3}` }] }))
  log.segments.all[1].file.write(Buffer.alloc(30, 0xee), 0, 30, 0)
  const cleaner = new LogCleaner(new OffsetCheckpoint(join(log.dir, 'cleaner')))
  await cleaner.run(() => [log])
  await cleaner.run(() => [log])
  assert.equal(environment.reports.filter((report) => /can't compact/.test(report)).length, 1)
})

test('a disk that is full stops the compaction until there is room', async (t) => {
  const [log] = await openCompacted(t)
  for (let i = 0; i < 100; i++) append(log, makeBatch({ records: [{ key: `k${i % 3}` }] }))
  const table = tableOf(log)
  const cleaner = new LogCleaner(new OffsetCheckpoint(join(log.dir, 'cleaner')))
  const { write } = PooledFile.prototype
  const full = t.mock.method(PooledFile.prototype, 'write', () => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  })
  await assert.rejects(
    cleaner.run(() => [log]),
    { error: 'KAFKA_STORAGE_ERROR' },
  )
  assert.deepEqual(tableOf(log), table)
  const { bytes } = log
  assert.ok(readdirSync(log.dir).every((name) => !name.includes('.cleaned')))
  full.mock.restore()
  assert.equal(PooledFile.prototype.write, write)
  await cleaner.run(() => [log])
  assert.deepEqual(tableOf(log), table)
  assert.ok(log.bytes < bytes)
})

test('a data directory compacts in the background, and both policies together delete as well', {
  timeout: 60_000,
}, async (t) => {
  const dir = temporaryDirectory(t)
  let later = 0
  const manager = new LogManager({ dir, now: () => Date.now() + later })
  await manager.load(() => undefined, { cleanerBackoffMs: 5 })
  t.after(() => manager.abandon())
  const log = manager.create(
    'table',
    0,
    logConfig({ ...compacted, delete: true, retentionMs: 1000 }),
    'OVnX1tqTS-Ssu6iK5ty0-A',
  )
  for (let i = 0; i < 200; i++) append(log, makeBatch({ records: [{ key: `k${i % 5}`, timestamp: Date.now() }] }))
  const until = async (isDone: () => boolean): Promise<void> => {
    while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 2))
  }
  await until(() => recordsOf(readAll(log)).length < 100)
  later = 2000
  await until(() => log.startOffset === 200)
  await manager.close()
  assert.match(readFileSync(join(dir, 'cleaner-offset-checkpoint'), 'utf8'), /^0\n1\ntable 0 \d+\n$/)
})

test('the map of keys holds what a map holds, up to its limit', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.uint8Array({ maxLength: 5 }), fc.nat()), { maxLength: 3000 }), (entries) => {
      const map = new OffsetMap(1 << 20)
      const expected = new Map<string, number>()
      for (const [key, offset] of entries) {
        const bytes = Buffer.concat([Buffer.from('--'), key, Buffer.from('--')])
        assert.ok(map.put(bytes, 2, 2 + key.length, offset))
        expected.set(Buffer.from(key).toString('hex'), offset)
      }
      assert.equal(map.size, expected.size)
      for (const [key, offset] of expected) {
        const bytes = Buffer.from(key, 'hex')
        assert.equal(map.get(bytes, 0, bytes.length), offset)
      }
      assert.equal(map.get(Buffer.from('not there'), 0, 9), -1)
    }),
    { numRuns: 20 },
  )
  const small = new OffsetMap(100)
  assert.equal(small.put(Buffer.from('a'), 0, 1, 1), true)
  assert.equal(small.put(Buffer.alloc(200), 0, 200, 2), false)
  assert.equal(small.put(Buffer.from('a'), 0, 1, 3), true)
  assert.equal(small.get(Buffer.from('a'), 0, 1), 3)
})
