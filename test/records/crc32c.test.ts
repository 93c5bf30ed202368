import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { crc32c, crc32cTable, nativeCrc32c } from '../../src/records/crc32c.ts'

// The vectors of RFC 3720, B.4, and the usual check value.
const ascending = Buffer.from(Array.from({ length: 32 }, (_, i) => i))
const vectors: [string, Buffer, number][] = [
  ['nothing', Buffer.alloc(0), 0],
  ['123456789', Buffer.from('123456789'), 0xe3069283],
  ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['0 up to 31', ascending, 0x46dd794e],
  ['31 down to 0', Buffer.from(ascending).reverse(), 0x113fdb5c],
]

const native = nativeCrc32c()
if (native === undefined) throw new Error('the native library did not load')

for (const [name, bytes, expected] of vectors) {
  test(`crc32c of ${name}`, () => {
    assert.equal(crc32c(bytes), expected)
    assert.equal(crc32cTable(bytes), expected)
    assert.equal(native(bytes) >>> 0, expected)
  })
}

test('the two ways agree, in one piece and continued', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1000 }), fc.nat(1000), fc.nat(1000), (array, a, b) => {
      const bytes = Buffer.from(array)
      const start = Math.min(a, bytes.length)
      const middle = Math.min(start + b, bytes.length)
      const expected = native(bytes.subarray(start)) >>> 0
      assert.equal(crc32c(bytes, start), expected)
      assert.equal(crc32cTable(bytes, start), expected)
      assert.equal(crc32c(bytes, middle, bytes.length, crc32c(bytes, start, middle)), expected)
      assert.equal(crc32cTable(bytes, middle, bytes.length, crc32cTable(bytes, start, middle)), expected)
    }),
  )
})
