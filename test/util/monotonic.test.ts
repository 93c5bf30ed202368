import assert from 'node:assert/strict'
import test from 'node:test'
import { monotonicMs } from '../../src/util/monotonic.ts'

/** What both clocks may differ in their rounding, milliseconds. */
const ROUNDING = 0.01

test('the clock only grows, as fast as that of the system, finer than milliseconds', () => {
  // The process may have to stand still between any two of these.
  const beforeBegun = performance.now()
  const begun = monotonicMs()
  const afterBegun = performance.now()
  let last = begun
  let hasFraction = false
  while (performance.now() - afterBegun < 5) {
    const now = monotonicMs()
    assert.ok(now >= last)
    hasFraction ||= !Number.isInteger(now)
    last = now
  }
  const beforeEnd = performance.now()
  const took = monotonicMs() - begun
  const afterEnd = performance.now()
  assert.ok(took >= beforeEnd - afterBegun - ROUNDING, `${took} of at least ${beforeEnd - afterBegun} ms`)
  assert.ok(took <= afterEnd - beforeBegun + ROUNDING, `${took} of at most ${afterEnd - beforeBegun} ms`)
  assert.ok(hasFraction)
})
