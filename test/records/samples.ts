// Records for the tests of this folder: arbitrary ones for fast-check, and the ones in the golden files.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { BatchBuilder, type BatchFields } from '../../src/records/builder.ts'
import { encodeHeaders, type Header } from '../../src/records/headers.ts'
import type { PlainRecord } from '../../src/records/plain.ts'

export interface SampleRecord {
  timestamp: number | bigint
  key: Buffer | null
  value: Buffer | null
  headers: Header[]
}

const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array))
const text = fc.tuple(fc.string({ maxLength: 8 }), fc.nat(200)).map(([s, n]) => Buffer.from(s.repeat(n)))
const content = fc.option(fc.oneof(bytes, text))
const header = fc.record({ key: fc.string({ maxLength: 10 }), value: fc.option(bytes) })

/** Mostly near each other, now and then anything that 64 bits hold. */
const timestamp = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1_700_000_000_000, max: 1_700_100_000_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: -1, max: 2 ** 41 }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }) },
)

export const sampleRecord: fc.Arbitrary<SampleRecord> = fc.record({
  timestamp,
  key: content,
  value: content,
  headers: fc.array(header, { maxLength: 4 }),
})

/** Appends a record whose parts come one by one; false when the batch is full. */
export function appendSample(builder: BatchBuilder, { timestamp, key, value, headers }: SampleRecord): boolean {
  const k = key ?? Buffer.alloc(0)
  const v = value ?? Buffer.alloc(0)
  const source = Buffer.concat([Buffer.from('-'), k, Buffer.from('-'), v, Buffer.from('-')])
  const keyStart = key === null ? -1 : 1
  const valueStart = value === null ? -1 : k.length + 2
  const valueEnd = value === null ? -1 : k.length + 2 + v.length
  const range = encodeHeaders(headers)
  return builder.tryAppend(timestamp, source, keyStart, key === null ? -1 : k.length + 1, valueStart, valueEnd, range)
}

export function build(records: readonly SampleRecord[], fields: BatchFields = {}): Buffer {
  const builder = new BatchBuilder(1_000_000)
  for (const record of records) appendSample(builder, record)
  return Buffer.from(builder.close(fields))
}

export function plain(record: SampleRecord, offset: number): PlainRecord {
  const { timestamp, key, value, headers } = record
  return {
    offset,
    timestamp,
    key,
    value,
    headers: headers.map((h) => ({ key: Buffer.from(h.key as string), value: h.value && Buffer.from(h.value) })),
  }
}

export function golden(name: string): Buffer {
  return readFileSync(new URL(`./golden/${name}.batches`, import.meta.url))
}

/** What `messages(lines)` in golden/MakeGolden.java makes. */
export function goldenRecords(lines: number): SampleRecord[] {
  const time = 1_700_000_000_000
  const large = Array.from({ length: lines }, (_, i) => `line ${i % 100}\n`).join('')
  const headers = [
    { key: 'trace', value: Buffer.from('abc') },
    { key: 'trace', value: Buffer.alloc(0) },
    { key: '', value: null },
  ]
  return [
    { timestamp: time, key: Buffer.from('k0'), value: Buffer.from('v0'), headers: [] },
    { timestamp: time + 1, key: null, value: Buffer.from('Zürich ✓'), headers: [] },
    { timestamp: time + 86_400_000 * 30, key: Buffer.from('k2'), value: null, headers },
    { timestamp: time - 5000, key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [] },
    { timestamp: time + 200, key: Buffer.from('large'), value: Buffer.from(large), headers: [] },
  ]
}
