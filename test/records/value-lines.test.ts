// Lines made of many records at once are those of one record after the other, and what is damaged is found as there.

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { CorruptError } from '../../src/errors.ts'
import * as batch from '../../src/records/batch.ts'
import { RecordCursor } from '../../src/records/cursor.ts'
import { ValueLines } from '../../src/records/value-lines.ts'
import { allocateWasm } from '../../src/util/wasm-memory.ts'
import { build, golden, type SampleRecord, sampleRecord } from './samples.ts'

const PAGE = 64 * 1024

/** A batch in memory that WebAssembly can reach, up to `behind` bytes before its end, with bytes about it that are not zero. */
function placed(bytes: Buffer, behind: number): { buffer: Buffer; at: number } {
  const memory = allocateWasm(Math.ceil((bytes.length + behind) / PAGE) * PAGE).fill(0x81)
  const at = memory.length - behind - bytes.length
  bytes.copy(memory, at)
  // As the records of an answer: a part of its frame.
  const from = Math.floor(at / 2)
  return { buffer: memory.subarray(from, at + bytes.length), at: at - from }
}

/** The values with the delimiter behind each, and how the reading ends. */
function read(bytes: Buffer, behind: number, delimiter: number, takes: readonly number[]): [Buffer, string] {
  const { buffer, at } = placed(bytes, behind)
  const lines = ValueLines.in(buffer) as ValueLines
  const cursor = new RecordCursor()
  const parts: Buffer[] = []
  const step = () => {
    if (!cursor.next()) return false
    if (cursor.valueStart >= 0) parts.push(Buffer.from(cursor.bytes.subarray(cursor.valueStart, cursor.valueEnd)))
    parts.push(Buffer.of(delimiter))
    return true
  }
  try {
    cursor.open(buffer, at)
    for (const [i, most] of takes.entries()) {
      // Now and then one in between is visited.
      if (i % 2 === 1 && !step()) break
      cursor.takeLines(lines, delimiter, most)
      assert.ok(lines.count <= most)
      parts.push(Buffer.from(buffer.subarray(lines.start, lines.end)))
    }
    while (step());
    return [Buffer.concat(parts), 'whole']
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error
    return [Buffer.concat(parts), error.message]
  }
}

const takes = fc.array(fc.oneof(fc.nat(5), fc.constant(0x7fff_ffff)), { minLength: 1, maxLength: 5 })

test('the same lines as one by one', () => {
  fc.assert(
    fc.property(
      fc.array(sampleRecord, { maxLength: 40 }),
      fc.nat(40),
      fc.oneof(fc.constant(10), fc.nat(255)),
      takes,
      (records, behind, delimiter, some) => {
        const bytes = build(records)
        const expected = records.flatMap(({ value }) => [value ?? Buffer.alloc(0), Buffer.of(delimiter)])
        assert.deepEqual(read(bytes, behind, delimiter, []), [Buffer.concat(expected), 'whole'])
        assert.deepEqual(read(bytes, behind, delimiter, some), [Buffer.concat(expected), 'whole'])
      },
    ),
    { numRuns: 300 },
  )
})

test('damaged records end it where they would one by one, with the same error', () => {
  const samples = fc.array(sampleRecord, { minLength: 1, maxLength: 8 })
  const damage = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(0, 1, 2, 3, 0x7f, 0x80, 0xff), fc.nat(255))), {
    minLength: 1,
    maxLength: 4,
  })
  const ends = new Set<string>()
  fc.assert(
    fc.property(samples, damage, fc.nat(40), takes, (records, changes, behind, some) => {
      const bytes = build(records)
      const size = bytes.length - batch.RECORDS_AT
      for (const [at, value] of changes) bytes[batch.RECORDS_AT + (at % size)] = value
      const byOne = read(bytes, behind, 10, [])
      const atOnce = read(bytes, behind, 10, some)
      assert.deepEqual(atOnce, byOne)
      ends.add(byOne[1].replaceAll(/\d+/g, 'N'))
    }),
    { numRuns: 2000 },
  )
  assert.ok(ends.size > 5, [...ends].join('\n'))
})

test('all records of a batch go at once, also of the batches of others', () => {
  const value = Buffer.from('some value of a usual length')
  const record: SampleRecord = {
    timestamp: 1_700_000_000_000,
    key: Buffer.from('key'),
    value,
    headers: [{ key: 'a', value: null }],
  }
  for (const bytes of [build(Array(1000).fill(record)), golden('java-none'), golden('wide')]) {
    const { buffer, at } = placed(bytes, 16)
    const cursor = new RecordCursor()
    cursor.open(buffer, at)
    const lines = ValueLines.in(buffer) as ValueLines
    cursor.takeLines(lines, 10, 1e9)
    assert.equal(lines.count, batch.recordCount(bytes, 0))
    assert.equal(cursor.next(), false)
  }
})

test('at the end of the memory one record is left, as blocks are read', () => {
  const record: SampleRecord = { timestamp: 1, key: null, value: Buffer.alloc(30, 0x61), headers: [] }
  const { buffer, at } = placed(build([record, record, record]), 0)
  const cursor = new RecordCursor()
  cursor.open(buffer, at)
  const lines = ValueLines.in(buffer) as ValueLines
  cursor.takeLines(lines, 10, 3)
  assert.equal(lines.count, 2)
  assert.ok(cursor.next())
  assert.equal(cursor.next(), false)
})

test('what WebAssembly can not reach is none of it', () => {
  assert.equal(ValueLines.in(Buffer.alloc(100_000)), undefined)
})
