// Many lines at once make the same bytes as one record after the other, whatever the lines, the batch and where they end.

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { BatchBuilder } from '../../src/records/builder.ts'
import { LineEncoder } from '../../src/records/line-encoder.ts'

interface Lines {
  lines: Uint8Array[]
  delimiter: number
  emptyIsNull: boolean
  /** Bytes of a line without an end, after the last one. */
  rest: number
  /** Of the first record of each batch, and of the others. */
  timestamps: [number, number]
  capacity: number
}

/** Lengths about where a varint takes another byte, and beyond what the encoder takes. */
const length = fc.oneof(
  { weight: 20, arbitrary: fc.nat(40) },
  { weight: 10, arbitrary: fc.integer({ min: 50, max: 70 }) },
  { weight: 3, arbitrary: fc.integer({ min: 8150, max: 8230 }) },
  { weight: 1, arbitrary: fc.integer({ min: 130_000, max: 132_000 }) },
)

const lines: fc.Arbitrary<Lines> = fc
  .record({
    lengths: fc.array(fc.tuple(length, fc.nat(255)), { minLength: 1, maxLength: 100 }),
    delimiter: fc.oneof(fc.constant(10), fc.nat(255)),
    emptyIsNull: fc.boolean(),
    rest: fc.nat(100),
    timestamps: fc.tuple(fc.nat(1e6), fc.nat(1e6)),
    capacity: fc.oneof(fc.integer({ min: 100, max: 5_000 }), fc.constant(1_000_000)),
  })
  .map(({ lengths, ...others }) => ({
    ...others,
    lines: lengths.map(([size, first]) =>
      Buffer.alloc(size).map((_, i) => {
        const byte = (first + i * 7) & 0xff
        return byte === others.delimiter ? byte ^ 1 : byte
      }),
    ),
  }))

/** The batches of the lines, as they get full; after the first record of each, with as many as go at once. */
function batches({ lines, delimiter, emptyIsNull, rest, timestamps, capacity }: Lines, atOnce: boolean): Buffer[] {
  const ended = lines.flatMap((line) => [line, Buffer.of(delimiter)])
  const source = Buffer.concat([...ended, Buffer.alloc(rest, delimiter ^ 1)])
  const encoder = LineEncoder.load(delimiter, emptyIsNull) as LineEncoder
  const made: Buffer[] = []
  let builder = new BatchBuilder(capacity)
  let at = 0
  const append = (size: number) => {
    const start = size === 0 && emptyIsNull ? -1 : at
    return builder.tryAppend(timestamps[builder.count === 0 ? 0 : 1], source, -1, -1, start, at + size)
  }
  for (let i = 0; i < lines.length; i++) {
    if (!append(lines[i].length)) {
      made.push(builder.close())
      builder = new BatchBuilder(capacity)
      assert.ok(append(lines[i].length))
    }
    at += lines[i].length + 1
    if (!atOnce) continue
    for (let count = 1; count > 0; ) {
      const most = 1 + (i % 80)
      count = builder.tryAppendLines(encoder, timestamps[1], source, at, source.length, most)
      assert.ok(count <= most)
      at += count > 0 ? encoder.taken : 0
      i += count
    }
  }
  return [...made, builder.close()]
}

test('the same bytes as one by one', () => {
  fc.assert(
    fc.property(lines, (input) => {
      assert.ok(Buffer.concat(batches(input, true)).equals(Buffer.concat(batches(input, false))))
    }),
    { numRuns: 200 },
  )
})

test('most lines go at once', () => {
  const source = Buffer.from('one line of some length\n'.repeat(1000))
  const encoder = LineEncoder.load(10, false) as LineEncoder
  const builder = new BatchBuilder(1_000_000)
  assert.equal(builder.tryAppendLines(encoder, 0, source, 0, source.length, 1000), 0, 'the first one sets the time')
  builder.tryAppend(0, source, -1, -1, 0, 23)
  assert.equal(builder.tryAppendLines(encoder, 0, source, 24, source.length, 1000), 999)
  assert.equal(encoder.taken, source.length - 24)
  assert.equal(builder.tryAppendLines(encoder, 0, source, 0, source.length, 0), 0)
  assert.equal(
    builder.tryAppendLines(encoder, 2 ** 40, source, 0, source.length, 1000),
    0,
    'a delta of more than 32 bits',
  )
})
