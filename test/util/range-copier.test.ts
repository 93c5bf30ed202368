import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { RangeCopier } from '../../src/util/range-copier.ts'

test('copies what the native copy copies, and nothing beside it', () => {
  // Buffers that begin somewhere in their memory, as slices of a frame do.
  const memory = Buffer.from(Array.from({ length: 1200 }, (_, i) => (i * 37 + (i >> 3)) & 0xff))
  const copier = new RangeCopier()
  fc.assert(
    fc.property(fc.nat(50), fc.nat(600), fc.nat(400), fc.nat(20), fc.nat(300), (offset, start, length, shift, at) => {
      const source = memory.subarray(offset)
      const target = Buffer.alloc(800 + shift, 0xee).subarray(shift)
      const expected = Buffer.from(target)
      source.copy(expected, at, start, start + length)
      assert.equal(copier.copy(source, start, start + length, target, at), at + length)
      assert.ok(target.equals(expected))
    }),
  )
})

test('escapes what JSON escapes, and sees what is no ASCII', () => {
  const copier = new RangeCopier()
  const escapes = Array.from({ length: 128 }, (_, byte) =>
    Buffer.from(byte === 0x7f ? '\\u007f' : JSON.stringify(String.fromCharCode(byte)).slice(1, -1)),
  )
  const text = fc.string({
    unit: fc.constantFrom('a', '"', '\\', '\n', '\0', '\x1f', ' ', '!', '\x7f', '~', 'é', '€', '\u{1f600}'),
  })
  fc.assert(
    fc.property(text, fc.nat(9), (value, offset) => {
      const bytes = Buffer.from(value)
      const source = Buffer.concat([Buffer.alloc(offset, 0x22), bytes, Buffer.from('\n')])
      const target = Buffer.alloc(bytes.length * 6 + 4, 0xee)
      const end = copier.copyEscaped(source, offset, offset + bytes.length, target, 2, escapes)
      const expected = JSON.stringify(value).slice(1, -1).replaceAll('\x7f', '\\u007f')
      assert.equal(target.toString('utf8', 2, end), expected)
      assert.equal(target[end], 0xee)
      assert.equal(
        copier.isAscii(source, offset, offset + bytes.length),
        bytes.every((byte) => byte < 0x80),
      )
    }),
  )
})
