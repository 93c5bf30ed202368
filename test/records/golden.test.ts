// Batches that Kafka 4.3.1, its producer and kcat made; golden/README.md says how.

import assert from 'node:assert/strict'
import test from 'node:test'
import * as batch from '../../src/records/batch.ts'
import { codecById, codecByName } from '../../src/records/compression/index.ts'
import { ControlType, controlTypeName, readControlType, readCoordinatorEpoch } from '../../src/records/control.ts'
import { decompressAsync, RecordCursor } from '../../src/records/cursor.ts'
import { type PlainRecord, readRecords } from '../../src/records/plain.ts'
import { build, golden, goldenRecords, plain, type SampleRecord } from './samples.ts'

const NAMES = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

function expected(records: SampleRecord[], offset = 0): PlainRecord[] {
  return records.map((record, i) => plain(record, offset + i))
}

/** All fields of the header. */
function header(buffer: Buffer, at: number): Record<string, unknown> {
  return {
    baseOffset: batch.baseOffset(buffer, at),
    lastOffset: batch.lastOffset(buffer, at),
    count: batch.recordCount(buffer, at),
    baseSequence: batch.baseSequence(buffer, at),
    lastSequence: batch.lastSequence(buffer, at),
    producerId: batch.producerId(buffer, at),
    producerEpoch: batch.producerEpoch(buffer, at),
    partitionLeaderEpoch: batch.partitionLeaderEpoch(buffer, at),
    transactional: batch.isTransactional(buffer, at),
    control: batch.isControl(buffer, at),
    size: batch.sizeInBytes(buffer, at),
    codec: batch.compressionId(buffer, at),
    deleteHorizon: batch.deleteHorizon(buffer, at),
  }
}

const plainHeader = {
  baseOffset: 0,
  lastOffset: 4,
  count: 5,
  baseSequence: -1,
  lastSequence: -1,
  producerId: -1,
  producerEpoch: -1,
  partitionLeaderEpoch: 0,
  transactional: false,
  control: false,
  codec: 0,
  deleteHorizon: undefined,
}

for (const [codec, name] of NAMES.entries()) {
  const records = goldenRecords(name === 'none' ? 50 : 20_000)

  test(`a batch of Java's producer, ${name}`, async () => {
    const bytes = golden(`java-${name}`)
    assert.deepEqual([...batch.batches(bytes)], [0])
    assert.ok(batch.isValid(bytes, 0))
    assert.deepEqual(header(bytes, 0), { ...plainHeader, codec, size: bytes.length })
    assert.equal(batch.maxTimestamp(bytes, 0), records[2].timestamp)
    assert.equal(batch.baseTimestamp(bytes, 0), records[0].timestamp)
    assert.deepEqual([...readRecords(bytes)], expected(records))
    assert.equal(decompressAsync(bytes, 0), undefined, 'too small for another thread')
  })

  test(`the same records make the same batch, ${name}`, () => {
    const java = golden(`java-${name}`)
    const own = build(records, { codec: codecByName(name), partitionLeaderEpoch: 0 })
    // Compressors differ in what they find, so only the fields before the checksum's end can be compared for them.
    if (name === 'none') assert.deepEqual(own, java)
    assert.deepEqual(
      own.subarray(batch.ATTRIBUTES_AT, batch.RECORDS_AT),
      java.subarray(batch.ATTRIBUTES_AT, batch.RECORDS_AT),
    )
  })

  test(`a batch of librdkafka, ${name}`, () => {
    const bytes = golden(`kcat-${name}`)
    assert.ok(batch.isValid(bytes, 0))
    assert.deepEqual(header(bytes, 0), { ...plainHeader, codec, lastOffset: 2, count: 3, size: bytes.length })
    const line = Array.from({ length: 100 }, (_, i) => `line ${String(i).padStart(3, '0')} `).join('')
    assert.deepEqual(
      [...readRecords(bytes)].map(({ offset, key, value, headers }) => [
        offset,
        String(key),
        value && String(value),
        headers.map((h) => `${h.key}=${h.value}`),
      ]),
      [
        [0, 'k0', 'v0', ['trace=abc', 'empty=']],
        [1, 'k1', line, ['trace=abc', 'empty=']],
        [2, 'k2', null, ['trace=abc', 'empty=']],
      ],
    )
  })
}

test('snappy of librdkafka has no frame, and that of Java has', () => {
  assert.equal(golden('java-snappy').toString('latin1', 62, 68), 'SNAPPY')
  assert.notEqual(golden('kcat-snappy').toString('latin1', 62, 68), 'SNAPPY')
})

test('log append time is the time of every record', () => {
  const bytes = golden('append-time')
  assert.ok(batch.isValid(bytes, 0))
  assert.equal(batch.timestampType(bytes, 0), 1)
  const time = batch.maxTimestamp(bytes, 0)
  assert.ok(time > 1_700_000_000_000)
  const records = goldenRecords(50).map((record) => ({ ...record, timestamp: time }))
  assert.deepEqual([...readRecords(bytes)], expected(records))
})

test('timestamps beyond 2^53 are read and written exactly', () => {
  const bytes = golden('wide')
  const times = [1_700_000_000_000_000_001n, 0, 2n ** 63n - 1n]
  const records = times.map((timestamp): SampleRecord => {
    return { timestamp, key: null, value: Buffer.from(`at ${timestamp}`), headers: [] }
  })
  assert.deepEqual([...readRecords(bytes)], expected(records))
  const fields = { producerId: 0, producerEpoch: 0, baseSequence: 0, partitionLeaderEpoch: 0 }
  assert.deepEqual(build(records, fields), bytes)
})

test('transactions: their batches and the markers that end them', () => {
  const bytes = golden('transactions')
  const at = [...batch.batches(bytes)]
  assert.deepEqual(at, [0, 285, 363, 648])
  const data = { transactional: true, producerId: 1, baseSequence: 0, lastSequence: 4, codec: 4, size: 285 }
  const marker = { ...plainHeader, transactional: true, producerId: 1, control: true, count: 1, size: 78 }
  assert.deepEqual(
    at.map((position) => header(bytes, position)),
    [
      { ...plainHeader, ...data, producerEpoch: 0 },
      { ...marker, baseOffset: 5, lastOffset: 5, producerEpoch: 1 },
      { ...plainHeader, ...data, baseOffset: 6, lastOffset: 10, producerEpoch: 1 },
      { ...marker, baseOffset: 11, lastOffset: 11, producerEpoch: 2 },
    ],
  )
  const cursor = new RecordCursor()
  const markers = at
    .filter((position) => batch.isControl(bytes, position))
    .map((position) => {
      cursor.open(bytes, position)
      assert.ok(cursor.next())
      return [readControlType(cursor), readCoordinatorEpoch(cursor)]
    })
  assert.deepEqual(markers, [
    [ControlType.COMMIT, 0],
    [ControlType.ABORT, 0],
  ])
})

test('control records of the metadata log and its snapshots', () => {
  const types = (name: string): string[] => {
    const bytes = golden(name)
    const cursor = new RecordCursor()
    const found: string[] = []
    for (const at of batch.batches(bytes)) {
      batch.checkCrc(bytes, at)
      cursor.open(bytes, at)
      while (cursor.next()) found.push(batch.isControl(bytes, at) ? controlTypeName(readControlType(cursor)) : 'data')
    }
    return found
  }
  assert.deepEqual(types('metadata-log'), ['LEADER_CHANGE', ...Array(9).fill('data')])
  assert.deepEqual(types('bootstrap-checkpoint'), ['SNAPSHOT_HEADER', ...Array(6).fill('data'), 'SNAPSHOT_FOOTER'])
})

for (const format of [0, 1]) {
  for (const name of ['none', 'gzip', 'snappy', 'lz4']) {
    test(`messages of format ${format}, ${name}`, () => {
      const bytes = golden(`v${format}-${name}`)
      const at = [...batch.batches(bytes)]
      assert.equal(at.length, name === 'none' ? 5 : 1)
      for (const position of at) {
        batch.checkCrc(bytes, position)
        assert.equal(batch.magic(bytes, position), format)
      }
      assert.equal(batch.compressionId(bytes, 0), NAMES.indexOf(name))
      assert.equal(batch.lastOffset(bytes, at.at(-1)!), 105)
      assert.deepEqual([...readRecords(bytes)], legacyRecords(format, name === 'none' ? 50 : 20_000))
    })
  }
}

test('messages of format 1 with log append time', () => {
  const bytes = golden('v1-append-time')
  assert.equal(batch.timestampType(bytes, 0), 1)
  assert.equal(batch.maxTimestamp(bytes, 0), 1_700_000_000_007)
  const records = legacyRecords(1, 20_000).map((record) => ({ ...record, timestamp: 1_700_000_000_007 }))
  assert.deepEqual([...readRecords(bytes)], records)
})

/** The golden records without headers, at offsets 100, 101, 102, 104, 105, and in format 0 without timestamps. */
function legacyRecords(format: number, lines: number): PlainRecord[] {
  return goldenRecords(lines).map((record, i) => {
    const timestamp = format === 0 ? -1 : record.timestamp
    return plain({ ...record, timestamp, headers: [] }, 100 + i + (i > 2 ? 1 : 0))
  })
}

test('a big compressed batch is decompressed in another thread', async () => {
  const records = goldenRecords(0).concat({ ...goldenRecords(0)[0], value: noise(100_000) })
  for (const id of [1, 4]) {
    const bytes = build(records, { codec: codecById(id) })
    const cursor = new RecordCursor()
    cursor.open(bytes, 0, await decompressAsync(bytes, 0))
    let count = 0
    while (cursor.next()) count++
    assert.equal(count, 6)
    assert.deepEqual(cursor.bytes.subarray(cursor.valueStart, cursor.valueEnd), noise(100_000))
    await assert.rejects(decompressAsync(bytes, 0, 50_000)!, /more than the 50000 bytes/)
  }
  assert.equal(decompressAsync(build(records), 0), undefined)
})

function noise(size: number): Buffer {
  let seed = 1
  return Buffer.from(Array.from({ length: size }, () => (seed = (Math.imul(seed, 1103515245) + 12345) | 0) >>> 16))
}
