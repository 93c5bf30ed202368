import assert from 'node:assert/strict'
import test from 'node:test'
import { free } from '../../src/util/free.ts'

test('a buffer of its own is freed, a part of the pool is not', () => {
  for (const size of [100, Buffer.poolSize, 1 << 20]) {
    const own = Buffer.allocUnsafeSlow(size)
    free(own)
    assert.equal(own.buffer.byteLength, 0)
  }
  const large = Buffer.allocUnsafeSlow(1 << 20).subarray(0, 1000)
  free(large)
  assert.equal(large.length, 0)
  const pooled = Buffer.from('from the pool')
  free(pooled)
  assert.equal(pooled.toString(), 'from the pool')
})
