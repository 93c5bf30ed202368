import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { CorruptError } from '../../src/errors.ts'
import * as batch from '../../src/records/batch.ts'
import { codecs } from '../../src/records/compression/index.ts'
import { RecordCursor } from '../../src/records/cursor.ts'
import { plainRecord, readRecords } from '../../src/records/plain.ts'
import { build, golden, goldenRecords, type SampleRecord } from './samples.ts'

/** A batch around these record bytes, its checksum right: what a hostile sender makes. */
function around(count: number, hex: string): Buffer {
  const records = Buffer.from(hex.replaceAll(' ', ''), 'hex')
  const bytes = Buffer.concat([build([], { baseOffset: 40, lastOffsetDelta: 9 }), records])
  bytes.writeInt32BE(bytes.length - batch.LOG_OVERHEAD, batch.LENGTH_AT)
  bytes.writeInt32BE(count, batch.RECORD_COUNT_AT)
  batch.writeCrc(bytes, 0)
  return bytes
}

// length, attributes, timestamp delta, offset delta, key length, value length, header count
const GOOD = '0c 00 00 00 01 01 00'

const hostile: [string, number, string, RegExp][] = [
  ['no record where one is counted', 1, '', /1 of its records are missing/],
  ['fewer records than counted', 4, GOOD + GOOD, /2 of its records are missing/],
  ['more records than counted', 1, GOOD + GOOD, /7 bytes are left/],
  ['a negative count', -1, GOOD, /counts -1 records/],
  ['a record longer than the batch', 1, '0e 00 00 00 01 01 00', /record of 7 bytes/],
  ['a record of negative length', 1, '0b 00 00 00 01 01 00', /record of -6 bytes/],
  ['a record of 2 GiB', 1, 'feffffff0f 00 00 00 01 01 00', /does not fit/],
  ['a length of six bytes', 1, '8c8080808000 00 00 00 01 01 00', /longer than five/],
  ['a length that never ends', 1, 'ff'.repeat(40), /longer than five/],
  ['a record with room to spare', 1, '0e 00 00 00 01 01 00 00', /do not fill/],
  ['a record too short for its fields', 1, '0a 00 00 00 01 01 00', /does not fit/],
  ['an empty record', 1, '00', /does not fit/],
  ['a key longer than its record', 1, '0c 00 00 00 08 01 00', /key does not fit/],
  ['a key longer than any batch', 1, '14 00 00 00 feffffff0f 01 00', /key does not fit/],
  ['a key of length -2', 1, '0c 00 00 00 03 01 00', /key has a length of -2/],
  ['a value longer than its record', 1, '0c 00 00 00 01 08 00', /value does not fit/],
  ['a value of length -2', 1, '0c 00 00 00 01 03 00', /value has a length of -2/],
  ['a timestamp of eleven bytes', 1, '20 00 8080808080808080808000 00 01 01 00', /longer than ten/],
  ['more headers than bytes', 1, '0c 00 00 00 01 01 04', /counts 2 headers/],
  ['a negative number of headers', 1, '0c 00 00 00 01 01 01', /counts -1 headers/],
  ['a header without a key', 1, '10 00 00 00 01 01 02 01 01', /header key of -1 bytes/],
  ['a header key longer than its record', 1, '10 00 00 00 01 01 02 10 01', /header key of 8 bytes/],
  ['a header value longer than its record', 1, '10 00 00 00 01 01 02 00 10', /header value of 8 bytes/],
  ['a header value of length -2', 1, '10 00 00 00 01 01 02 00 03', /header value of -2/],
  ['a header fewer than counted', 1, '12 00 00 00 01 01 04 00 01 00', /header key of 0 bytes/],
  ['a header more than counted', 1, '14 00 00 00 01 01 02 00 01 00 01', /do not fill/],
]

test('a well-formed record made by hand reads', () => {
  const bytes = around(1, GOOD)
  assert.deepEqual([...readRecords(bytes)], [{ offset: 40, timestamp: -1, key: null, value: null, headers: [] }])
})

for (const [name, count, records, message] of hostile) {
  test(`${name} is an error that names the batch`, () => {
    const bytes = around(count, records)
    for (const whole of [
      bytes,
      Buffer.concat([bytes, Buffer.alloc(50)]),
      Buffer.concat([bytes, Buffer.alloc(50, 0xff)]),
    ]) {
      const read = (): unknown => {
        const cursor = new RecordCursor()
        cursor.open(whole, 0)
        while (cursor.next());
        return 'nothing thrown'
      }
      assert.throws(read, (error) => error instanceof CorruptError && message.test(error.message))
      assert.throws(read, /batch at offset 40 is corrupt: .* \(position \d+\)/)
    }
  })
}

test('an unknown codec is an error', () => {
  const bytes = around(1, GOOD)
  bytes.writeInt16BE(5, batch.ATTRIBUTES_AT)
  assert.throws(() => new RecordCursor().open(bytes, 0), /unknown compression codec 5/)
})

test('the headers can be walked again, and are left alone by the next record', () => {
  const records = goldenRecords(1)
  const cursor = new RecordCursor()
  const bytes = build([records[2], records[0], records[2]])
  cursor.open(bytes, 0)
  const seen: number[] = []
  while (cursor.next()) {
    assert.equal(cursor.headerCount, seen.length === 1 ? 0 : 3)
    let walked = 0
    while (cursor.nextHeader()) walked++
    cursor.rewindHeaders()
    while (cursor.nextHeader()) walked++
    seen.push(walked)
  }
  assert.deepEqual(seen, [6, 0, 6])
  assert.equal(cursor.nextHeader() && cursor.next(), false)
})

test('one cursor reads batch after batch, of any codec and format', () => {
  const names = ['java-gzip', 'v0-lz4', 'java-none', 'v1-none', 'java-lz4', 'java-snappy', 'v1-snappy', 'java-zstd']
  const cursor = new RecordCursor()
  for (const name of names.concat(names)) {
    const bytes = golden(name)
    const read: unknown[] = []
    for (const at of batch.batches(bytes)) {
      cursor.open(bytes, at)
      while (cursor.next()) read.push(plainRecord(cursor))
    }
    assert.deepEqual(read, [...readRecords(bytes)])
  }
})

test('decompressing is bounded', () => {
  const zeros: SampleRecord = { timestamp: 1, key: null, value: Buffer.alloc(900_000), headers: [] }
  for (const codec of codecs) {
    const bytes = build([zeros], { codec })
    const cursor = new RecordCursor()
    assert.throws(() => cursor.open(bytes, 0, undefined, 100_000), /more than the 100000 bytes allowed/)
    cursor.open(bytes, 0, undefined, 1_000_000)
    assert.ok(cursor.next())
  }
})

/** Reads everything; only a CorruptError may come of it. */
function readAll(bytes: Buffer): void {
  try {
    const cursor = new RecordCursor()
    for (const at of batch.batches(bytes)) {
      cursor.open(bytes, at, undefined, 2_000_000)
      while (cursor.next()) {
        plainRecord(cursor)
        assert.ok(cursor.recordEnd <= cursor.bytes.length)
        assert.ok(cursor.keyEnd <= cursor.recordEnd && cursor.valueEnd <= cursor.recordEnd)
      }
    }
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error
  }
}

const fuzzed = ['java-none', 'java-gzip', 'java-snappy', 'java-lz4', 'java-zstd', 'kcat-snappy', 'transactions', 'wide']
for (const name of [...fuzzed, 'v0-none', 'v0-lz4', 'v1-none', 'v1-gzip', 'v1-snappy', 'v1-lz4', 'v1-append-time']) {
  test(`${name}: flipped, overwritten and missing bytes end in a CorruptError at worst`, () => {
    const whole = golden(name)
    const place = fc.nat(whole.length - 1)
    const change = fc.tuple(place, fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, -1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.option(place), (changes, cut) => {
        const bytes = Buffer.from(whole)
        for (const [at, value, random] of changes) bytes[at] = value === -1 ? random : value
        readAll(cut === null ? bytes : bytes.subarray(0, cut))
      }),
      { numRuns: 150 },
    )
  })
}

test('skipping leads where stepping does', () => {
  const bytes = build(goldenRecords(50))
  const [skipping, stepping] = [new RecordCursor(), new RecordCursor()]
  for (let count = 0; count <= 51; count++) {
    skipping.open(bytes, 0)
    stepping.open(bytes, 0)
    skipping.skip(count)
    for (let i = 0; i < count; i++) stepping.next()
    while (stepping.next()) {
      assert.ok(skipping.next())
      assert.deepEqual(plainRecord(skipping), plainRecord(stepping))
    }
    assert.equal(skipping.next(), false)
  }
  skipping.open(around(2, GOOD), 0)
  assert.throws(() => skipping.skip(2), /1 of its records are missing/)
})
