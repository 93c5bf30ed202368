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
