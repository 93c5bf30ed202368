import assert from 'node:assert/strict'
import test from 'node:test'
import { BufferPool } from '../../src/util/buffer-pool.ts'

const MIB = 1 << 20

test('what was given back is used again, whatever was needed before', () => {
  let allocated = 0
  const allocate = (size: number) => {
    allocated++
    return Buffer.alloc(size)
  }
  const pool = new BufferPool(4, allocate, true)
  const twoOf = (size: number) => {
    const frames = [pool.take(size), pool.take(size)]
    for (const frame of frames) {
      assert.equal(frame.length, size)
      pool.give(frame)
    }
  }
  for (const size of [1000, 2 * MIB, 3 * MIB - 5, 8 * MIB]) twoOf(size)
  allocated = 0
  for (let i = 0; i < 10; i++) twoOf(8 * MIB)
  assert.equal(allocated, 0)
})
