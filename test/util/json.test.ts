// Numbers of JSON keep their digits, wherever in a text they are.

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parseJsonExact, parseJsonKeepingNumbers } from '../../src/util/json.ts'

test('whole numbers beyond 2^53 keep their digits', () => {
  const number = fc.oneof(
    fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
    fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }),
  )
  fc.assert(
    fc.property(fc.string(), fc.array(number), fc.string(), (before, numbers, after) => {
      const text = `{${JSON.stringify(before)}:[${numbers.join(',')}],"after":${JSON.stringify(after)}}`
      const parsed = parseJsonExact(text) as Record<string, (number | bigint)[]>
      if (before === 'after' || before === '__proto__') return
      assert.deepEqual(parsed[before].map(BigInt), numbers)
      const raw = parseJsonKeepingNumbers(text) as Record<string, unknown>
      assert.equal(JSON.stringify(raw[before]), `[${numbers.join(',')}]`)
    }),
  )
})

test('at each place of a text', () => {
  for (let i = 0; i < 40; i++) {
    const spaces = ' '.repeat(i)
    assert.equal(parseJsonExact(`${spaces}9007199254740993`), 9007199254740993n)
    assert.equal(parseJsonExact(`${spaces}900719925474099`), 900719925474099)
    assert.deepEqual(parseJsonExact(`[1.5,${spaces}-9007199254740993,"12345678901234567890"]`), [
      1.5,
      -9007199254740993n,
      '12345678901234567890',
    ])
  }
})
