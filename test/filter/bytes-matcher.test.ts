import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { UsageError } from '../../src/errors.ts'
import { bytesMatcher, parseRegex } from '../../src/filter/bytes-matcher.ts'
import { valueMatches } from '../../src/filter/record-filter.ts'
import { BatchBuilder } from '../../src/records/builder.ts'
import { RecordCursor } from '../../src/records/cursor.ts'
import { NO_HEADERS } from '../../src/records/headers.ts'
import type { RecordView } from '../../src/records/view.ts'

function batch(values: readonly string[]): Buffer {
  const builder = new BatchBuilder(1 << 16)
  for (const value of values) {
    const bytes = Buffer.from(value)
    assert.ok(builder.tryAppend(0, bytes, -1, -1, 0, bytes.length, NO_HEADERS))
  }
  return Buffer.from(builder.close({ producerId: -1, producerEpoch: -1, baseSequence: -1 }))
}

/** Which records match, in batches that are read one after the other from the same memory. */
function matching(pattern: RegExp, batches: readonly (readonly string[])[]): string[] {
  const test = valueMatches(pattern)
  const frame = Buffer.alloc(1 << 16)
  const view: RecordView = { cursor: new RecordCursor(), topic: 't', partition: 0, batch: frame, batchAt: 0 }
  const found: string[] = []
  for (const values of batches) {
    batch(values).copy(frame)
    view.cursor.open(frame, 0)
    while (view.cursor.next()) {
      if (test(view)) found.push(view.cursor.bytes.toString('utf8', view.cursor.valueStart, view.cursor.valueEnd))
    }
  }
  return found
}

test('a text is found where a regular expression would find it, never across two records', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'ä'), maxLength: 6 })
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', 'ä'), minLength: 1, maxLength: 3 }),
      fc.array(fc.array(letters, { minLength: 1, maxLength: 8 }), { maxLength: 4 }),
      (text, batches) => {
        const expected = batches.flat().filter((value) => value.includes(text))
        assert.deepEqual(matching(new RegExp(text), batches), expected)
      },
    ),
  )
})

test('regular expressions with flags', () => {
  assert.deepEqual(matching(parseRegex('^a.c$'), [['abc', 'xabc', 'a€c']]), ['abc', 'a€c'])
  assert.deepEqual(matching(parseRegex('/ABC/i'), [['abc', 'b']]), ['abc'])
  assert.deepEqual(matching(parseRegex('a/b'), [['a/b', 'ab']]), ['a/b'])
  assert.deepEqual(matching(parseRegex(''), [['', 'ab']]), ['', 'ab'])
})

test('what is no regular expression is said', () => {
  assert.throws(() => parseRegex('a('), UsageError)
  assert.throws(() => parseRegex('/a/g'), { message: "the flag g has no meaning in '/a/g'" })
  assert.equal(typeof bytesMatcher(parseRegex('a')), 'function')
})
