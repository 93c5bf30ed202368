// Frames out of a stream of chunks, wherever the chunks end.

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { FrameAssembler } from '../../src/net/frames.ts'

function frame(size: number, fill: number): Buffer {
  const bytes = Buffer.alloc(4 + size, fill)
  bytes.writeInt32BE(size)
  return bytes
}

test('frames of all sizes come out as they were, however they were cut', () => {
  const sizes = fc.array(
    fc.oneof(fc.nat(40), fc.integer({ min: 65_500, max: 65_600 }), fc.integer({ min: 1, max: 300_000 })),
  )
  fc.assert(
    fc.property(sizes, fc.infiniteStream(fc.integer({ min: 1, max: 100_000 })), fc.boolean(), (list, cuts, inPlace) => {
      const input = Buffer.concat(list.map((size, i) => frame(size, i & 0xff)))
      const found: Buffer[] = []
      const assembler = new FrameAssembler(
        1 << 20,
        (bytes) => found.push(bytes),
        undefined,
        inPlace ? Buffer.alloc(50_000) : null,
      )
      for (let at = 0; at < input.length; ) {
        const chunk = input.subarray(at, at + (cuts.next().value as number))
        if (!inPlace) {
          assembler.push(Buffer.from(chunk))
          at += chunk.length
          continue
        }
        const bytes = chunk.copy(assembler.space())
        at += bytes
        assembler.received(bytes)
      }
      assert.deepEqual(
        found.map((bytes) => bytes.length),
        list,
      )
      for (const [i, bytes] of found.entries()) assert.ok(bytes.equals(Buffer.alloc(bytes.length, i & 0xff)))
    }),
    { numRuns: 200 },
  )
})

test('a size that can not be is refused before anything is allocated', () => {
  for (const size of [-1, 1025, 0x7fff_ffff]) {
    const bytes = Buffer.alloc(8)
    bytes.writeInt32BE(size)
    const assembler = new FrameAssembler(
      1024,
      () => assert.fail('no frame'),
      () => assert.fail('no memory'),
    )
    assert.throws(() => assembler.push(bytes), {
      name: 'CorruptError',
      message: new RegExp(`a frame of ${size} bytes`),
    })
  }
})
