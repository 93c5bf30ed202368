import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import test, { type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../../src/storage/log.ts'
import type { LogConfig } from '../../src/storage/log-config.ts'
import { logConfig } from '../../src/storage/log-config.ts'
import { applyRetention } from '../../src/storage/retention.ts'
import { append, makeBatch, NOW, openLog, temporaryDirectory, testEnvironment } from './helpers.ts'

const SIZE = makeBatch().length

/** Ten segments of one record each, a second apart. */
async function tenSegments(t: TestContext, config: Partial<LogConfig>): Promise<Log> {
  const environment = testEnvironment()
  const log = await openLog(t, temporaryDirectory(t), { environment, config: { segmentBytes: SIZE, ...config } })
  for (let i = 0; i < 10; i++) append(log, makeBatch({ timestamp: NOW + i * 1000 }))
  return log
}

const bases = (log: Log): number[] => log.segments.all.map((segment) => segment.baseOffset)

test('segments go when all their records are older than retention.ms, the last one too', async (t) => {
  const log = await tenSegments(t, { retentionMs: 5000 })
  assert.equal(applyRetention(log, NOW + 8000), 3)
  assert.deepEqual([log.startOffset, bases(log)[0]], [3, 3])
  assert.equal(applyRetention(log, NOW + 60_000), 7)
  assert.deepEqual([log.startOffset, log.endOffset, bases(log)], [10, 10, [10]])
  assert.equal(applyRetention(log, NOW + 90_000), 0)
})

test('segments go from the start as long as the rest is not below retention.bytes', async (t) => {
  const log = await tenSegments(t, { retentionBytes: SIZE * 4 + 1, retentionMs: -1 })
  assert.equal(applyRetention(log, NOW), 5)
  assert.equal(log.startOffset, 5)
})

test('segments before the log start go under any policy', async (t) => {
  const log = await tenSegments(t, { delete: false, compact: true, retentionMs: 1 })
  log.deleteRecordsBefore(4)
  assert.equal(applyRetention(log, NOW + 1_000_000), 4)
  assert.deepEqual([log.startOffset, bases(log)[0]], [4, 4])
})

test('nothing goes beyond the high watermark', async (t) => {
  const log = await tenSegments(t, { retentionMs: 0 })
  log.highWatermark = 3
  assert.equal(applyRetention(log, NOW + 60_000), 3)
})

test('the files are set aside and deleted after file.delete.delay.ms', { timeout: 60_000 }, async (t) => {
  const log = await tenSegments(t, { retentionMs: 0, fileDeleteDelayMs: 40 })
  applyRetention(log, NOW + 60_000)
  const names = readdirSync(log.dir)
  assert.equal(names.filter((name) => name.endsWith('.log.deleted')).length, 10)
  assert.equal(names.filter((name) => name.endsWith('.snapshot.deleted')).length, 9)
  while (readdirSync(log.dir).some((name) => name.endsWith('.deleted'))) await delay(5)
  assert.deepEqual(
    readdirSync(log.dir)
      .filter((name) => !name.startsWith('leader'))
      .sort(),
    [
      '00000000000000000010.index',
      '00000000000000000010.log',
      '00000000000000000010.snapshot',
      '00000000000000000010.timeindex',
    ],
  )
})

test('without timestamps the time of the last write counts', async (t) => {
  const log = await openLog(t, temporaryDirectory(t), { config: { retentionMs: 1000 } })
  append(log, makeBatch({ timestamp: -1 }))
  assert.equal(applyRetention(log, Date.now()), 0)
  assert.equal(applyRetention(log, Date.now() + 5000), 1)
})

test('changed settings hold from the next check on', async (t) => {
  const log = await tenSegments(t, { retentionMs: -1 })
  assert.equal(applyRetention(log, NOW + 60_000), 0)
  log.config = logConfig({ segmentBytes: SIZE, retentionMs: 1 })
  assert.equal(applyRetention(log, NOW + 60_000), 10)
})
