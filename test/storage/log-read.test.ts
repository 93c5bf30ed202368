import assert from 'node:assert/strict'
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import test from 'node:test'
import fc from 'fast-check'
import { baseOffset, lastOffset, sizeInBytes } from '../../src/records/batch.ts'
import { findByTimestamp, findMaxTimestamp } from '../../src/storage/timestamp-search.ts'
import {
  append,
  makeBatch,
  NOW,
  openLog,
  readAll,
  recordsOf,
  split,
  temporaryDirectory,
  testEnvironment,
} from './helpers.ts'

test('any read returns whole batches, from the one that holds the offset on', async (t) => {
  const log = await openLog(t, temporaryDirectory(t), { config: { segmentBytes: 20_000, indexIntervalBytes: 500 } })
  for (let i = 0; i < 300; i++) append(log, makeBatch({ count: 1 + (i % 7), size: (i * 37) % 400 }))
  assert.ok(log.segments.all.length > 5)
  const all = split(readAll(log))
  fc.assert(
    fc.property(fc.nat(log.endOffset - 1), fc.nat(30_000), fc.boolean(), (offset, maxBytes, minOneBatch) => {
      const { records, nextOffset } = log.read(offset, maxBytes, { minOneBatch })
      const from = all.findIndex((batch) => lastOffset(batch, 0) >= offset)
      const segment = log.segments.floor(offset)
      const expected: Buffer[] = []
      let bytes = 0
      for (const batch of all.slice(from)) {
        const fits = bytes + batch.length <= maxBytes || (minOneBatch && bytes === 0)
        if (!fits || log.segments.floor(baseOffset(batch, 0)) !== segment) break
        expected.push(batch)
        bytes += batch.length
      }
      assert.deepEqual(
        split(records).map((batch) => baseOffset(batch, 0)),
        expected.map((batch) => baseOffset(batch, 0)),
      )
      assert.deepEqual(records, Buffer.concat(expected))
      assert.equal(nextOffset, expected.length === 0 ? offset : lastOffset(expected.at(-1) as Buffer, 0) + 1)
    }),
    { numRuns: 500 },
  )
})

test('readers that go on where they were, more than are remembered, all get everything', async (t) => {
  const log = await openLog(t, temporaryDirectory(t), { config: { segmentBytes: 5000 } })
  const positions = new Array<number>(20).fill(0)
  const seen: number[][] = positions.map(() => [])
  for (let round = 0; round < 40; round++) {
    for (let i = 0; i < 3; i++) append(log, makeBatch({ size: 100 }))
    positions.forEach((offset, reader) => {
      if ((round + reader) % 3 === 0) return
      const { records, nextOffset } = log.read(offset, 400)
      seen[reader].push(...recordsOf(records).map((record) => record.offset))
      positions[reader] = nextOffset
    })
  }
  for (const [reader, offsets] of seen.entries()) {
    assert.deepEqual(offsets, [...offsets.keys()], `reader ${reader}`)
    assert.ok(offsets.length > 20)
  }
})

test('a read at the end is empty; before the start and after the end it is an error', async (t) => {
  const log = await openLog(t, temporaryDirectory(t))
  assert.equal(log.read(0, 100).records.length, 0)
  append(log, makeBatch({ count: 5 }))
  const result = log.read(5, 100)
  assert.deepEqual([result.records.length, result.nextOffset, result.highWatermark], [0, 5, 5])
  assert.throws(() => log.read(6, 100), { error: 'OFFSET_OUT_OF_RANGE' })
  log.deleteRecordsBefore(2)
  assert.throws(() => log.read(1, 100), { error: 'OFFSET_OUT_OF_RANGE' })
  assert.equal(log.read(2, 100).logStartOffset, 2)
  assert.throws(() => log.deleteRecordsBefore(6), { error: 'OFFSET_OUT_OF_RANGE' })
})

test('a reader can bring its own buffer', async (t) => {
  const log = await openLog(t, temporaryDirectory(t))
  const batch = makeBatch({ count: 5 })
  append(log, batch)
  const own = Buffer.alloc(10_000)
  const { records } = log.read(0, 10_000, { allocate: (bytes) => own.subarray(0, bytes) })
  assert.equal(records.buffer, own.buffer)
  assert.equal(records.length, batch.length)
})

test('an index that leads astray is rebuilt on the way', async (t) => {
  const dir = temporaryDirectory(t)
  const environment = testEnvironment()
  const log = await openLog(t, dir, { environment, config: { segmentBytes: 20_000, indexIntervalBytes: 500 } })
  for (let i = 0; i < 200; i++) append(log, makeBatch({ size: 100 }))
  await log.flush()
  const path = log.segments.all[0].offsetIndex.file.path
  const good = readFileSync(path)
  const bad = Buffer.from(good)
  for (let at = 4; at < bad.length; at += 8) bad.writeInt32BE(bad.readInt32BE(at) + 3, at)
  writeFileSync(path, bad)
  for (let offset = 99; offset >= 0; offset--) assert.equal(baseOffset(log.read(offset, 1).records, 0), offset)
  assert.match(environment.reports.join('\n'), /rebuilding the indexes/)
  await log.close()
})

test('damage in a segment is told with its place; other segments are served', async (t) => {
  const log = await openLog(t, temporaryDirectory(t), { config: { segmentBytes: 1000 } })
  for (let i = 0; i < 30; i++) append(log, makeBatch({ size: 100 }))
  const [, damaged, healthy] = log.segments.all
  const fd = openSync(damaged.file.path, 'r+')
  writeSync(fd, Buffer.alloc(40, 0xee), 0, 40, 0)
  closeSync(fd)
  const isTold = (error: Error & { error?: string }): boolean =>
    error.error === 'CORRUPT_MESSAGE' && error.message.includes(damaged.file.path)
  assert.throws(() => log.read(damaged.baseOffset, 1000), isTold)
  assert.throws(() => log.read(damaged.baseOffset + 1, 1000), isTold)
  assert.equal(baseOffset(log.read(healthy.baseOffset, 1000).records, 0), healthy.baseOffset)
})

test('records are found by their time', async (t) => {
  const log = await openLog(t, temporaryDirectory(t), { config: { segmentBytes: 1200, indexIntervalBytes: 300 } })
  assert.equal(findByTimestamp(log, 0), undefined)
  assert.equal(findMaxTimestamp(log), undefined)
  const times: number[] = []
  for (let i = 0; i < 60; i++) {
    // Rising in the large, falling now and then.
    const records = [0, 1, 2].map((j) => ({
      timestamp: NOW + i * 100 + ((i * 7 + j * 13) % 40) - (i % 9 === 0 ? 250 : 0),
    }))
    times.push(...records.map((record) => record.timestamp))
    append(log, makeBatch({ records }), { leaderEpoch: 3 })
  }
  assert.ok(log.segments.all.length > 3)
  const largest = Math.max(...times)
  assert.deepEqual(findMaxTimestamp(log), { timestamp: largest, offset: times.indexOf(largest), leaderEpoch: 3 })
  fc.assert(
    fc.property(fc.integer({ min: -500, max: 7000 }), (after) => {
      const offset = times.findIndex((time) => time >= NOW + after)
      const expected = offset === -1 ? undefined : { timestamp: times[offset], offset, leaderEpoch: 3 }
      assert.deepEqual(findByTimestamp(log, NOW + after), expected)
    }),
    { numRuns: 300 },
  )
  log.deleteRecordsBefore(50)
  assert.equal(findByTimestamp(log, 0)?.offset, 50)
})

test('the file that a read comes from may have been closed meanwhile', async (t) => {
  const log = await openLog(t, temporaryDirectory(t))
  append(log, makeBatch({ count: 5 }))
  log.segments.active.file.close()
  assert.equal(recordsOf(log.read(0, 1000).records).length, 5)
  assert.equal(sizeInBytes(log.read(0, 1000).records, 0), log.bytes)
})
