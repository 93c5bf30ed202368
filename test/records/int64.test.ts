import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { CorruptError } from '../../src/errors.ts'
import { exact, readInt64, readInt64Nearest, writeInt64 } from '../../src/records/int64.ts'

const buffer = Buffer.alloc(16)

test('safe integers are written and read exactly', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      writeInt64(buffer, 3, value)
      assert.equal(buffer.readBigInt64BE(3), BigInt(value))
      assert.equal(readInt64(buffer, 3), value)
      assert.equal(readInt64Nearest(buffer, 3), value)
    }),
  )
})

test('what is not a safe integer never becomes a wrong offset', () => {
  for (const value of [2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n]) {
    writeInt64(buffer, 0, value)
    assert.throws(() => readInt64(buffer, 0), CorruptError)
    assert.equal(readInt64Nearest(buffer, 0), Number(value))
    assert.equal(exact(value), value)
  }
  for (const value of [2 ** 53, 1.5, Number.NaN]) assert.throws(() => writeInt64(buffer, 0, value), RangeError)
  assert.equal(exact(5n), 5)
})
