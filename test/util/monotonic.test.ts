import assert from 'node:assert/strict'
import test from 'node:test'
import { monotonicMs } from '../../src/util/monotonic.ts'

test('the clock only grows, as fast as that of the system, finer than milliseconds', () => {
  const [begun, systemBegun] = [monotonicMs(), performance.now()]
  let last = begun
  let between = 0
  while (performance.now() - systemBegun < 5) {
    const now = monotonicMs()
    assert.ok(now >= last)
    if (now - last > 0 && now - last < 1) between++
    last = now
  }
  const systemMs = performance.now() - systemBegun
  assert.ok(last - begun > 4 && last - begun <= systemMs + 1, `${last - begun} of ${systemMs} ms`)
  assert.ok(between > 0)
})
