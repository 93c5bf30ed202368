import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { varintSize, varlongSize, writeVarint, writeVarlong } from '../../src/records/varint.ts'

const out = Buffer.alloc(16)

function hex(end: number): string {
  return out.toString('hex', 0, end)
}

/** Reads a varlong the slow, plain way. */
function read(end: number): bigint {
  let bits = 0n
  for (let i = 0; i < end; i++) bits |= BigInt(out[i] & 0x7f) << BigInt(7 * i)
  return (bits >> 1n) ^ -(bits & 1n)
}

test('varints are zigzagged, low bits first', () => {
  const expected: [number, string][] = [
    [0, '00'],
    [-1, '01'],
    [1, '02'],
    [63, '7e'],
    [-64, '7f'],
    [64, '8001'],
    [-65, '8101'],
    [8191, 'fe7f'],
    [8192, '808001'],
    [2147483647, 'feffffff0f'],
    [-2147483648, 'ffffffff0f'],
  ]
  for (const [value, bytes] of expected) {
    assert.equal(hex(writeVarint(out, 0, value)), bytes)
    assert.equal(hex(writeVarlong(out, 0, value)), bytes)
    assert.equal(varintSize(value), bytes.length / 2)
    assert.equal(varlongSize(value), bytes.length / 2)
  }
  assert.equal(hex(writeVarlong(out, 0, 2n ** 63n - 1n)), 'feffffffffffffffff01')
  assert.equal(hex(writeVarlong(out, 0, -(2n ** 63n))), 'ffffffffffffffffff01')
})

test('sizes are those of what is written, and it reads back', () => {
  fc.assert(
    fc.property(fc.integer(), (value) => {
      const end = writeVarint(out, 0, value)
      assert.equal(varintSize(value), end)
      assert.equal(out[end - 1] < 0x80, true)
      assert.equal(read(end), BigInt(value))
    }),
  )
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (value) => {
      const end = writeVarlong(out, 0, value)
      assert.equal(varlongSize(value), end)
      assert.equal(read(end), BigInt(value))
    }),
  )
})
