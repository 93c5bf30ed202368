// Lines out of pieces: whatever the input, the delimiters and where the pieces end.

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type LineOptions, LineReader } from '../../src/input/lines.ts'

type Pair = [key: string | null, value: string | null]

function readAll(pieces: Buffer[], options: LineOptions): Pair[] {
  const reader = new LineReader(options)
  const found: Pair[] = []
  const text = (start: number, end: number) => (start < 0 ? null : reader.buffer.toString('latin1', start, end))
  const take = () => {
    found.push([text(reader.keyStart, reader.keyEnd), text(reader.valueStart, reader.valueEnd)])
    assert.equal(reader.number, found.length)
  }
  for (const piece of pieces) {
    reader.feed(piece)
    piece.fill(0xee)
    while (reader.next()) take()
  }
  if (reader.finish()) take()
  assert.equal(reader.finish(), false)
  return found
}

/** The same by the plain means of strings. */
function expected(input: string, { delimiter, keyDelimiter, fixedKey, emptyIsNull }: LineOptions): Pair[] {
  const lines = input.split(delimiter.toString('latin1'))
  if (lines.at(-1) === '') lines.pop()
  const orNull = (text: string | null) => (emptyIsNull && text === '' ? null : text)
  return lines.map((line) => {
    const separator = keyDelimiter?.toString('latin1')
    const at = separator === undefined ? -1 : line.indexOf(separator)
    return at < 0
      ? [orNull(fixedKey?.toString('latin1') ?? null), orNull(line)]
      : [orNull(line.slice(0, at)), orNull(line.slice(at + (separator as string).length))]
  })
}

function cut(input: Buffer, places: number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (input.length + 1)))].sort((a, b) => a - b)
  const starts = [0, ...ends]
  return starts.map((start, i) => Buffer.from(input.subarray(start, starts[i + 1] ?? input.length)))
}

test('any input cut anywhere gives the records that splitting the whole gives', () => {
  const letters = fc.constantFrom('a', 'b', '\n', '\t', ':', '|', '\0', '\xff')
  fc.assert(
    fc.property(
      fc.string({ unit: letters, maxLength: 60 }),
      fc.array(fc.nat(), { maxLength: 8 }),
      fc.constantFrom('\n', '||', 'ab', '\0'),
      fc.option(fc.constantFrom('\t', ':', '::', 'b'), { nil: undefined }),
      fc.option(fc.constantFrom('', 'fixed'), { nil: undefined }),
      fc.boolean(),
      (input, places, delimiter, keyDelimiter, fixedKey, emptyIsNull) => {
        const options = {
          delimiter: Buffer.from(delimiter, 'latin1'),
          keyDelimiter: keyDelimiter === undefined ? undefined : Buffer.from(keyDelimiter, 'latin1'),
          fixedKey: fixedKey === undefined ? undefined : Buffer.from(fixedKey, 'latin1'),
          emptyIsNull,
        }
        assert.deepEqual(readAll(cut(Buffer.from(input, 'latin1'), places), options), expected(input, options))
      },
    ),
    { numRuns: 3000 },
  )
})

test('a record longer than the room for pieces is put together', () => {
  const long = 'x'.repeat(700_000)
  const input = Buffer.from(`k:${long}\nlast`)
  const pieces = cut(input, [65_536, 131_072, 400_000, 699_999])
  const options = { delimiter: Buffer.from('\n'), keyDelimiter: Buffer.from(':'), fixedKey: Buffer.from('fixed') }
  assert.deepEqual(readAll(pieces, options), [
    ['k', long],
    ['fixed', 'last'],
  ])
})

test('a long record in many pieces is looked through and moved a few times in all, not with each piece', (t) => {
  let bytes = 0
  const { indexOf, copy } = Buffer.prototype
  t.mock.method(Buffer.prototype, 'indexOf', function (this: Buffer, what: Buffer, from = 0) {
    const found = indexOf.call(this, what, from)
    bytes += (found < 0 ? this.length : found) - from
    return found
  })
  t.mock.method(Buffer.prototype, 'copy', function (this: Buffer, target: Buffer, at = 0, from = 0, end = this.length) {
    bytes += end - from
    return copy.call(this, target, at, from, end)
  })
  for (const keyAt of [-1, 5, 900_000]) {
    const input = Buffer.alloc(1_000_000, 'x')
    input[999_999] = 10
    if (keyAt >= 0) input[keyAt] = 0x3a
    const options = { delimiter: Buffer.from('\n'), keyDelimiter: Buffer.from(':') }
    bytes = 0
    const [[key, value], ...more] = readAll(
      cut(
        input,
        Array.from({ length: 1000 }, (_, i) => i * 1000),
      ),
      options,
    )
    assert.deepEqual([key?.length, value?.length, more], [keyAt < 0 ? undefined : keyAt, 999_998 - keyAt, []])
    assert.ok(bytes < 10 * input.length, `${bytes} bytes were looked at or moved`)
  }
})

test('input without any delimiter ends in an error, not in all the memory', () => {
  const reader = new LineReader({ delimiter: Buffer.from('\n') })
  const piece = Buffer.alloc(64 << 20, 'x')
  assert.throws(
    () => {
      for (let i = 0; i < 8; i++) {
        reader.feed(piece)
        assert.equal(reader.next(), false)
      }
    },
    { name: 'UsageError', message: /record 1 of the input is longer than 268435456 bytes/ },
  )
})
