import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { UsageError } from '../../src/errors.ts'
import { integer, parseIntegerList } from '../../src/util/numbers.ts'

test('whole numbers within their range', () => {
  const parse = integer({ min: -5, max: 10 })
  for (const value of [-5, 0, 7, 10]) assert.equal(parse(String(value)), value)
  assert.equal(parse('+7'), 7)
  for (const text of ['', ' ', '1.5', '1e1', '0x5', 'x', '7 7'])
    assert.throws(() => parse(text), /not a whole number/, text)
  assert.throws(() => parse('-6'), /less than -5/)
  assert.throws(() => parse('11'), /more than 10/)
  assert.throws(() => integer()('9007199254740993'), /more than/)
})

test('lists of numbers and ranges', () => {
  assert.deepEqual(parseIntegerList('0'), [0])
  assert.deepEqual(parseIntegerList('0,3,5-7'), [0, 3, 5, 6, 7])
  assert.deepEqual(parseIntegerList(' 3 , 1 - 4 '), [3, 1, 2, 4])
  for (const text of ['', ',', '1,', '-1', '1-', 'a', '1..3', '1-2-3'])
    assert.throws(() => parseIntegerList(text), UsageError, text)
  assert.throws(() => parseIntegerList('5-3'), /runs backwards/)
})

test('a huge range is refused before it fills the memory', () => {
  assert.throws(() => parseIntegerList('0-999999999'), /more than 100000/)
})

test('a list of numbers is read as it is, each once', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 1 }), (numbers) => {
      assert.deepEqual(parseIntegerList(numbers.join(',')), [...new Set(numbers)])
    }),
  )
})
