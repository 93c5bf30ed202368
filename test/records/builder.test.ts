import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import * as batch from '../../src/records/batch.ts'
import { BatchBuilder } from '../../src/records/builder.ts'
import { codecById, codecs } from '../../src/records/compression/index.ts'
import { RecordCursor } from '../../src/records/cursor.ts'
import { encodeHeaders, NO_HEADERS } from '../../src/records/headers.ts'
import { plainRecord, readRecords } from '../../src/records/plain.ts'
import { appendSample, build, goldenRecords, plain, sampleRecord } from './samples.ts'

test('what is built reads back, whatever it is', () => {
  const fields = fc.record({
    baseOffset: fc.integer({ min: 0, max: 2 ** 52 }),
    codec: fc.constantFrom(undefined, ...codecs),
    transactional: fc.boolean(),
    producerId: fc.integer({ min: -1, max: 2 ** 40 }),
    producerEpoch: fc.integer({ min: -1, max: 32767 }),
    baseSequence: fc.integer({ min: -1, max: 0x7fffffff }),
    partitionLeaderEpoch: fc.integer({ min: -1, max: 1000 }),
  })
  fc.assert(
    fc.property(fc.array(sampleRecord, { maxLength: 20 }), fields, (records, chosen) => {
      const bytes = build(records, chosen)
      assert.ok(batch.isValid(bytes, 0))
      assert.equal(batch.sizeInBytes(bytes, 0), bytes.length)
      assert.equal(batch.recordCount(bytes, 0), records.length)
      assert.equal(batch.baseOffset(bytes, 0), chosen.baseOffset)
      assert.equal(batch.isTransactional(bytes, 0), chosen.transactional)
      assert.equal(batch.producerId(bytes, 0), chosen.producerId)
      assert.equal(batch.producerEpoch(bytes, 0), chosen.producerEpoch)
      assert.equal(batch.baseSequence(bytes, 0), chosen.baseSequence)
      assert.equal(batch.partitionLeaderEpoch(bytes, 0), chosen.partitionLeaderEpoch)
      assert.deepEqual(
        [...readRecords(bytes)],
        records.map((record, i) => plain(record, chosen.baseOffset + i)),
      )
      const times = records.map(({ timestamp }) => BigInt(timestamp))
      const highest = times.sort((a, b) => (a < b ? -1 : 1)).at(-1) ?? -1n
      assert.equal(bytes.readBigInt64BE(batch.MAX_TIMESTAMP_AT), highest)
    }),
    { numRuns: 300 },
  )
})

test('a builder that is used again makes the same bytes as a new one', () => {
  const builder = new BatchBuilder(100_000)
  fc.assert(
    fc.property(fc.array(sampleRecord, { maxLength: 10 }), fc.constantFrom(undefined, ...codecs), (records, codec) => {
      builder.reset()
      for (const record of records) appendSample(builder, record)
      assert.deepEqual(builder.close({ codec }), build(records, { codec }))
    }),
  )
})

test('closing in another thread gives the same batch', async () => {
  const records = goldenRecords(1000)
  const builder = new BatchBuilder(1_000_000)
  for (const codec of [undefined, ...codecs]) {
    builder.reset()
    for (const record of records) appendSample(builder, record)
    assert.deepEqual(await builder.closeAsync({ codec }), build(records, { codec }))
  }
})

test('a batch is filled up to its capacity, to the byte, and goes on after a refusal', () => {
  const line = Buffer.from('0123456789'.repeat(10))
  const full = new BatchBuilder(0x7fffffff)
  for (let i = 0; i < 500; i++) full.tryAppend(5, line, -1, -1, 0, 100)
  const exact = full.size
  for (const [capacity, count] of [
    [exact, 500],
    [exact - 1, 499],
    [exact + 105, 500],
  ]) {
    const builder = new BatchBuilder(capacity)
    let appended = 0
    while (builder.tryAppend(5, line, -1, -1, 0, 100)) appended++
    assert.equal(appended, count)
    assert.equal(builder.tryAppend(99, line, -1, -1, 0, 100), false)
    assert.equal(builder.count, count)
    const bytes = builder.close()
    assert.ok(bytes.length <= capacity)
    assert.equal(batch.maxTimestamp(bytes, 0), 5, 'a refused record leaves no trace')
    assert.equal([...readRecords(bytes)].length, count)
  }
})

test('a record larger than the capacity has a batch to itself', () => {
  assert.equal(new BatchBuilder(0).close().length, batch.RECORDS_AT)
  const builder = new BatchBuilder(0)
  const large = Buffer.alloc(100_000, 'x')
  assert.equal(builder.tryAppend(1, large, 0, 10, 0, large.length), true)
  assert.equal(builder.tryAppend(1, large, -1, -1, 0, 1), false)
  assert.deepEqual([...readRecords(builder.close())][0].value, large)
})

test('null and empty are not the same', () => {
  const builder = new BatchBuilder(1000)
  const source = Buffer.from('abc')
  builder.tryAppend(1, source, -1, -1, 2, 2)
  builder.tryAppend(1, source, 0, 0, -1, -1)
  const read = [...readRecords(builder.close())].map(({ key, value }) => [key?.length ?? null, value?.length ?? null])
  assert.deepEqual(read, [
    [null, 0],
    [0, null],
  ])
})

test('headers may be keyed by bytes, and pass from cursor to builder as they are', () => {
  const headers = [
    { key: Buffer.from([0xff, 0]), value: Buffer.from('x') },
    { key: 'ключ', value: null },
  ]
  assert.equal(encodeHeaders([]), NO_HEADERS)
  const builder = new BatchBuilder(1000)
  builder.tryAppend(1, Buffer.from('kv'), 0, 1, 1, 2, encodeHeaders(headers))
  const cursor = new RecordCursor()
  cursor.open(Buffer.from(builder.close()), 0)
  assert.ok(cursor.next())
  const { bytes, timestamp, keyStart, keyEnd, valueStart, valueEnd, headersStart, recordEnd } = cursor
  const second = new BatchBuilder(1000)
  second.tryAppend(timestamp, bytes, keyStart, keyEnd, valueStart, valueEnd, bytes, headersStart, recordEnd)
  const copied = second.close()
  assert.deepEqual(copied, builder.close())
  assert.deepEqual(
    [...readRecords(copied)][0].headers.map(({ key, value }) => [key.toString('hex'), value?.toString()]),
    [
      ['ff00', 'x'],
      [Buffer.from('ключ').toString('hex'), undefined],
    ],
  )
})

test('offsets may have gaps, at the end too, as compaction leaves them', () => {
  const builder = new BatchBuilder(1000)
  const source = Buffer.from('v')
  for (const delta of [2, 5, 6]) builder.tryAppendAt(delta, 1000 + delta, source, -1, -1, 0, 1)
  const bytes = builder.close({ baseOffset: 100, lastOffsetDelta: 9 })
  assert.deepEqual(
    [...readRecords(bytes)].map(({ offset }) => offset),
    [102, 105, 106],
  )
  assert.equal(batch.lastOffset(bytes, 0), 109)
})

test('a batch that compaction emptied keeps its offsets, sequence and time', () => {
  const builder = new BatchBuilder(1000)
  const bytes = builder.close({ baseOffset: 7, lastOffsetDelta: 3, maxTimestamp: 55, producerId: 9, baseSequence: 4 })
  assert.equal(bytes.length, batch.RECORDS_AT)
  assert.ok(batch.isValid(bytes, 0))
  assert.deepEqual([...readRecords(bytes)], [])
  assert.equal(batch.lastOffset(bytes, 0), 10)
  assert.equal(batch.lastSequence(bytes, 0), 7)
  assert.equal(batch.maxTimestamp(bytes, 0), 55)
  assert.equal(batch.baseTimestamp(bytes, 0), -1)
})

test('a delete horizon takes the place of the base timestamp and changes no record', () => {
  for (const horizon of [1_800_000_000_000, 2n ** 60n]) {
    const builder = new BatchBuilder(1000)
    builder.reset(horizon)
    builder.tryAppend(1_700_000_000_000, Buffer.from('k'), 0, 1, -1, -1)
    builder.tryAppend(1_700_000_000_009, Buffer.from('k'), 0, 1, -1, -1)
    const bytes = builder.close()
    assert.equal(batch.deleteHorizon(bytes, 0), Number(horizon))
    assert.equal(batch.maxTimestamp(bytes, 0), 1_700_000_000_009)
    assert.deepEqual(
      [...readRecords(bytes)].map(({ timestamp }) => timestamp),
      [1_700_000_000_000, 1_700_000_000_009],
    )
  }
})

test('log append time and codec are marked in the attributes', () => {
  const bytes = build(goldenRecords(1), { codec: codecById(3), timestampType: 1 })
  assert.equal(batch.attributes(bytes, 0), 3 | batch.LOG_APPEND_TIME)
  const cursor = new RecordCursor()
  cursor.open(bytes, 0)
  cursor.next()
  assert.equal(plainRecord(cursor).timestamp, batch.maxTimestamp(bytes, 0))
})
