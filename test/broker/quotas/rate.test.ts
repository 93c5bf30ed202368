// Against what Kafka's own classes said: golden/kafka-4.3.1.json has what was recorded in a sensor with 11 windows of a second,
// and what Rate (limit 1000 a second, with QuotaUtils.throttleTime) and TokenBucket (2 a second) made of it.
//
//   rate:   [time ms, value, throttle time ms]        bucket: [time ms, permits, throttle time ms, permits left]

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { Rate, TokenBucket } from '../../../src/broker/quotas/rate.ts'

const golden: { rate: [number, number, number][]; bucket: [number, number, number, number][] } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'golden/kafka-4.3.1.json'), 'utf8'),
)
const windows = { count: 11, ms: 1000 }

test("rates cost the time that they cost in Kafka's own class", () => {
  const rate = new Rate(windows)
  for (const [now, value, throttleMs] of golden.rate) {
    rate.record(value, now)
    assert.equal(rate.throttleMs(1000, now), throttleMs, `at ${now}`)
  }
  assert.ok(golden.rate.filter(([, , throttleMs]) => throttleMs > 0).length > 50)
})

test("permits come back as in Kafka's own class", () => {
  const bucket = new TokenBucket(windows)
  for (const [now, permits, throttleMs, left] of golden.bucket) {
    bucket.take(permits, 2, now)
    const available = bucket.available(2, now)
    assert.ok(Math.abs(available - left) < 1e-6, `at ${now}: ${available}, not ${left}`)
    assert.equal(Math.max(0, Math.round((-available / 2) * 1000)), throttleMs)
  }
})

test('what was taken back was not there, and what is long ago is forgotten', () => {
  const rate = new Rate(windows)
  rate.record(100_000, 0)
  assert.ok(rate.throttleMs(1000, 10) > 0)
  rate.record(-100_000, 20)
  assert.equal(rate.throttleMs(1000, 30), 0)
  rate.record(100_000, 40)
  assert.equal(rate.isIdle(11_000), false)
  assert.equal(rate.isIdle(11_041), true)
})
