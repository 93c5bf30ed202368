import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import {
  BASE_TIMESTAMP_AT,
  baseOffset,
  compressionId,
  isValid,
  MAX_TIMESTAMP_AT,
  maxTimestamp,
  partitionLeaderEpoch,
  timestampType,
  writeCrc,
} from '../../src/records/batch.ts'
import { codecs } from '../../src/records/compression/index.ts'
import type { LogConfig } from '../../src/storage/log-config.ts'
import { StorageError, type StorageErrorName } from '../../src/storage/storage-error.ts'
import { findMaxTimestamp } from '../../src/storage/timestamp-search.ts'
import {
  append,
  makeBatch,
  NOW,
  openLog,
  readAll,
  recordsOf,
  split,
  type TestBatch,
  temporaryDirectory,
  testEnvironment,
  valuesOf,
} from './helpers.ts'

function refuses(name: StorageErrorName, pattern = /orders-0/): (error: unknown) => boolean {
  return (error) => error instanceof StorageError && error.error === name && pattern.test(error.message)
}

test('batches get their offsets and leader epoch, and lie in the file as they came', async (t) => {
  const dir = temporaryDirectory(t)
  const log = await openLog(t, dir)
  const first = append(log, makeBatch({ count: 3 }), { leaderEpoch: 4 })
  const second = append(log, makeBatch({ count: 2, codec: codecs[0] }), { leaderEpoch: 4 })
  assert.deepEqual(
    [first.firstOffset, first.lastOffset, second.firstOffset, second.lastOffset, log.endOffset, log.highWatermark],
    [0, 2, 3, 4, 5, 5],
  )
  assert.equal(first.logAppendTime, -1)
  const file = readFileSync(join(dir, '00000000000000000000.log'))
  assert.deepEqual(file, readAll(log))
  for (const batch of split(file)) {
    assert.ok(isValid(batch, 0))
    assert.equal(partitionLeaderEpoch(batch, 0), 4)
  }
  assert.deepEqual(
    split(file).map((batch) => baseOffset(batch, 0)),
    [0, 3],
  )
  assert.deepEqual(log.epochs.entries, [{ epoch: 4, startOffset: 0 }])
})

test('bytes after the last whole batch are left out', async (t) => {
  const log = await openLog(t, temporaryDirectory(t))
  const batch = makeBatch()
  append(log, Buffer.concat([batch, batch.subarray(0, 30)]))
  assert.equal(log.bytes, batch.length)
})

test('a coordinator appends several batches at once', async (t) => {
  const log = await openLog(t, temporaryDirectory(t))
  const both = Buffer.concat([makeBatch({ count: 2 }), makeBatch({ count: 3 })])
  const { firstOffset, lastOffset } = append(log, both, { origin: 'coordinator' })
  assert.deepEqual([firstOffset, lastOffset], [0, 4])
  assert.deepEqual(
    split(readAll(log)).map((batch) => baseOffset(batch, 0)),
    [0, 2],
  )
})

test('batches of another log keep their offsets and epochs', async (t) => {
  const log = await openLog(t, temporaryDirectory(t))
  append(log, makeBatch({ baseOffset: 100, partitionLeaderEpoch: 7 }), { origin: 'replication' })
  assert.equal(log.endOffset, 101)
  assert.deepEqual(log.epochs.latest, { epoch: 7, startOffset: 100 })
  assert.throws(() => append(log, makeBatch({ baseOffset: 100 }), { origin: 'replication' }), refuses('INVALID_RECORD'))
})

test('log append time is written into the batch', async (t) => {
  const log = await openLog(t, temporaryDirectory(t), { config: { messageTimestampType: 'LogAppendTime' } })
  const result = append(log, makeBatch({ timestamp: 5 }))
  assert.equal(result.logAppendTime, NOW)
  const batch = readAll(log)
  assert.equal(maxTimestamp(batch, 0), NOW)
  assert.equal(timestampType(batch, 0), 1)
  assert.ok(isValid(batch, 0))
})

test('a client that says log append time is not believed', async (t) => {
  const log = await openLog(t, temporaryDirectory(t))
  append(log, makeBatch({ timestampType: 1, timestamp: NOW }))
  const batch = readAll(log)
  assert.deepEqual([timestampType(batch, 0), maxTimestamp(batch, 0)], [0, NOW])
  assert.ok(isValid(batch, 0))
})

/** A batch whose header tells another largest time than its records have. */
function lying(said: bigint, options: TestBatch = {}): Buffer {
  const batch = makeBatch({ count: 3, ...options })
  batch.writeBigInt64BE(said, MAX_TIMESTAMP_AT)
  writeCrc(batch, 0)
  return batch
}

test('the largest time is that of the records, whatever the header says', async (t) => {
  const config = { messageTimestampAfterMaxMs: Number.MAX_SAFE_INTEGER }
  const log = await openLog(t, temporaryDirectory(t), { config })
  const said = [BigInt(NOW) + 9n ** 9n, 5n, -1n, -77n, 2n ** 63n - 1n]
  for (const codec of [undefined, codecs[0]]) for (const max of said) append(log, lying(max, { codec }))
  append(log, makeBatch({ records: [{ timestamp: -1 }, { timestamp: -1 }] }))
  const batches = split(readAll(log))
  assert.deepEqual(
    batches.map((batch) => maxTimestamp(batch, 0)),
    [...Array(2 * said.length).fill(NOW), -1],
  )
  assert.ok(batches.every((batch) => isValid(batch, 0)))
  assert.deepEqual(findMaxTimestamp(log), { timestamp: NOW, offset: 0, leaderEpoch: 0 })
  // Beyond what a number holds, to the last bit.
  const far = makeBatch({ records: [{ timestamp: NOW }] })
  far.writeBigInt64BE(2n ** 60n + 1n, BASE_TIMESTAMP_AT)
  far.writeBigInt64BE(3n, MAX_TIMESTAMP_AT)
  writeCrc(far, 0)
  append(log, far)
  assert.equal(split(readAll(log)).at(-1)?.readBigInt64BE(MAX_TIMESTAMP_AT), 2n ** 60n + 1n)
})

test('records without times have the largest time -1, at the first of them', async (t) => {
  const log = await openLog(t, temporaryDirectory(t))
  assert.equal(findMaxTimestamp(log), undefined)
  append(log, makeBatch({ records: [{ timestamp: -5 }, { timestamp: -1 }] }))
  assert.deepEqual(findMaxTimestamp(log), { timestamp: -1, offset: 1, leaderEpoch: 0 })
})

const damaged = makeBatch({ count: 3 })
damaged[70] ^= 1
const wrongCount = makeBatch({ count: 3, lastOffsetDelta: 5 })
const oldFormat = Buffer.from('0000000000000000000000160000000000000000000000000000000000000000ffffffff', 'hex')
const hugeOffset = makeBatch()
hugeOffset.writeBigInt64BE(2n ** 60n, 0)
const unknownFormat = makeBatch()
unknownFormat[16] = 9

const refused: [what: string, batch: Buffer, error: StorageErrorName, config?: Partial<LogConfig>][] = [
  ['nothing', Buffer.alloc(0), 'INVALID_RECORD'],
  ['a part of a batch', makeBatch().subarray(0, 40), 'INVALID_RECORD'],
  ['a wrong checksum', damaged, 'CORRUPT_MESSAGE'],
  ['an unknown format', unknownFormat, 'CORRUPT_MESSAGE'],
  ['an offset that no number holds', hugeOffset, 'CORRUPT_MESSAGE'],
  ['an old format', oldFormat, 'INVALID_RECORD'],
  ['a count that contradicts the offsets', wrongCount, 'INVALID_RECORD'],
  ['a batch without records', makeBatch({ records: [] }), 'INVALID_RECORD'],
  ['a base offset', makeBatch({ baseOffset: 5 }), 'INVALID_RECORD'],
  ['a control batch of a client', makeBatch({ control: true }), 'INVALID_RECORD'],
  ['two batches of a client', Buffer.concat([makeBatch(), makeBatch()]), 'INVALID_RECORD'],
  ['a producer without a sequence number', makeBatch({ producerId: 1, producerEpoch: 0 }), 'INVALID_RECORD'],
  ['a batch above max.message.bytes', makeBatch({ size: 1000 }), 'MESSAGE_TOO_LARGE', { maxMessageBytes: 1000 }],
  ['a batch above segment.bytes', makeBatch({ size: 1000 }), 'RECORD_LIST_TOO_LARGE', { segmentBytes: 1000 }],
  ['a time too far ahead', makeBatch({ timestamp: NOW + 3_600_001 }), 'INVALID_TIMESTAMP'],
  ['a time too far ahead of which the header says nothing', lying(5n, { timestamp: NOW * 2 }), 'INVALID_TIMESTAMP'],
  [
    'an append time of a client',
    makeBatch({ timestampType: 1 }),
    'INVALID_TIMESTAMP',
    { messageTimestampType: 'LogAppendTime' },
  ],
  ['a time too long ago', makeBatch({ timestamp: NOW - 11 }), 'INVALID_TIMESTAMP', { messageTimestampBeforeMaxMs: 10 }],
  ['no key in a compacted topic', makeBatch({ records: [{}, { key: null }] }), 'INVALID_RECORD', { compact: true }],
]

for (const [what, batch, error, config] of refused) {
  test(`${what} is refused with ${error} and leaves the log as it was`, async (t) => {
    const log = await openLog(t, temporaryDirectory(t), { config })
    append(log, makeBatch({ records: [{ value: 'first' }] }))
    const { endOffset, bytes } = log
    assert.throws(() => append(log, Buffer.from(batch)), refuses(error))
    assert.deepEqual([log.endOffset, log.bytes], [endOffset, bytes])
    append(log, makeBatch({ records: [{ value: 'second' }] }))
    assert.deepEqual(valuesOf(log), ['first', 'second'])
  })
}

test('the records without a key are named', async (t) => {
  const log = await openLog(t, temporaryDirectory(t), { config: { compact: true } })
  for (const codec of [undefined, codecs[0]]) {
    try {
      append(log, makeBatch({ records: [{}, { key: null }, {}, { key: null }], codec }))
      assert.fail('it was taken')
    } catch (error) {
      assert.deepEqual(
        (error as StorageError).records.map(({ index }) => index),
        [1, 3],
      )
    }
  }
})

test('a disk that is full refuses appends, serves reads, and takes appends again when there is room', async (t) => {
  const dir = temporaryDirectory(t)
  const environment = testEnvironment()
  const log = await openLog(t, dir, { environment })
  append(log, makeBatch({ records: [{ value: 'before' }] }))
  const { file } = log.segments.active
  const write = file.write.bind(file)
  file.write = (source, start, _end, position) => {
    write(source, start, start + 20, position)
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  }
  assert.throws(
    () => append(log, makeBatch({ records: [{ value: 'refused' }] })),
    (error: StorageError) =>
      error.error === 'KAFKA_STORAGE_ERROR' && error.message.includes(file.path) && /room/.test(error.hint ?? ''),
  )
  assert.match(String(environment.writes.at(-1)?.message), /ENOSPC/)
  assert.deepEqual(valuesOf(log), ['before'])
  assert.equal(readFileSync(file.path).length, log.bytes)

  file.write = write
  append(log, makeBatch({ records: [{ value: 'after' }] }))
  assert.equal(environment.writes.at(-1), undefined)
  assert.deepEqual(valuesOf(log), ['before', 'after'])
})

test('with flush.messages an append is acknowledged and shown after its fsync, and appends meanwhile share one', async (t) => {
  const log = await openLog(t, temporaryDirectory(t), { config: { flushMessages: 1 } })
  const { file } = log.segments.active
  const sync = file.sync.bind(file)
  let syncs = 0
  file.sync = () => {
    syncs++
    return sync()
  }
  const moved: number[] = []
  log.listeners.add(() => moved.push(log.highWatermark))
  const results = [1, 2, 3, 4].map(() => append(log, makeBatch()))
  assert.equal(log.highWatermark, 0)
  assert.equal(log.read(0, 1000).records.length, 0)
  await Promise.all(results.map((result) => result.flushed))
  assert.equal(log.recoveryPoint, 4)
  assert.equal(log.highWatermark, 4)
  assert.equal(syncs, 2)
  assert.deepEqual(moved.at(-1), 4)
})

test('a failed fsync refuses the appends that waited for it', async (t) => {
  const log = await openLog(t, temporaryDirectory(t), { config: { flushMessages: 1 } })
  const { file } = log.segments.active
  const sync = file.sync.bind(file)
  file.sync = () => Promise.reject(new Error('EIO: i/o error'))
  await assert.rejects(append(log, makeBatch()).flushed as Promise<void>, { error: 'KAFKA_STORAGE_ERROR' })
  assert.equal(log.highWatermark, 0)
  file.sync = sync
  await append(log, makeBatch()).flushed
  assert.equal(log.highWatermark, 2)
})

test('listeners are told when the high watermark moves and when the log is closed', async (t) => {
  const log = await openLog(t, temporaryDirectory(t))
  const told: [number, boolean][] = []
  log.listeners.add(({ highWatermark, closed }) => told.push([highWatermark, closed]))
  append(log, makeBatch({ count: 2 }))
  await log.close()
  assert.deepEqual(told, [
    [2, false],
    [2, true],
  ])
  assert.throws(() => append(log, makeBatch()), refuses('KAFKA_STORAGE_ERROR', /closed/))
})

test('a batch is compressed anew where the topic asks for that, and stays what it is otherwise', async (t) => {
  const [gzip, , , zstd] = codecs
  const records = [{ key: 'a', value: 'x'.repeat(500) }, { key: null, value: null }, { value: 'y'.repeat(500) }]
  for (const codec of [undefined, gzip]) {
    const log = await openLog(t, temporaryDirectory(t), { config: { compression: { codec: zstd } } })
    const sent = makeBatch({ records, codec, producerId: 7, producerEpoch: 1, baseSequence: 0, transactional: true })
    const { lastOffset } = append(log, sent)
    assert.equal(lastOffset, 2)
    const stored = readAll(log)
    assert.ok(isValid(stored, 0))
    assert.equal(compressionId(stored, 0), zstd.id)
    assert.ok(stored.length < 200)
    assert.deepEqual(recordsOf(stored), recordsOf(makeBatch({ records })))
    assert.equal(append(log, Buffer.from(sent)).duplicate, true)
    assert.equal(log.lastStableOffset, 0)
  }
  const plain = await openLog(t, temporaryDirectory(t), {
    config: { compression: { codec: undefined }, maxMessageBytes: 900 },
  })
  append(plain, makeBatch({ count: 2, codec: gzip }))
  assert.equal(compressionId(readAll(plain), 0), 0)
  assert.throws(() => append(plain, makeBatch({ records, codec: gzip })), refuses('MESSAGE_TOO_LARGE'))
  assert.equal(plain.endOffset, 2)
})

test('segments end by size, by the time of their records, and when an index is full', async (t) => {
  const bases = (dir: string): number[] =>
    readdirSync(dir)
      .filter((name) => name.endsWith('.log'))
      .map((name) => Number.parseInt(name, 10))
      .sort((a, b) => a - b)
  const batch = makeBatch({ size: 100 })

  const bySize = temporaryDirectory(t)
  const log = await openLog(t, bySize, { config: { segmentBytes: batch.length * 2 } })
  for (let i = 0; i < 5; i++) append(log, makeBatch({ size: 100 }))
  assert.deepEqual(bases(bySize), [0, 2, 4])

  const byTime = temporaryDirectory(t)
  const aged = await openLog(t, byTime, { config: { segmentMs: 1000 } })
  for (const timestamp of [NOW, NOW + 1000, NOW + 1001, NOW + 1500]) append(aged, makeBatch({ timestamp }))
  assert.deepEqual(bases(byTime), [0, 2])

  const byIndex = temporaryDirectory(t)
  const small = await openLog(t, byIndex, { config: { segmentIndexBytes: 36, indexIntervalBytes: 1 } })
  for (let i = 0; i < 6; i++) append(small, makeBatch({ timestamp: NOW + i }))
  assert.deepEqual(bases(byIndex), [0, 3])
})

test('without timestamps a segment ends by the clock', async (t) => {
  const environment = testEnvironment()
  const log = await openLog(t, temporaryDirectory(t), { environment, config: { segmentMs: 1000 } })
  append(log, makeBatch({ timestamp: -1 }))
  environment.time += 1001
  append(log, makeBatch({ timestamp: -1 }))
  assert.equal(log.segments.all.length, 2)
})
