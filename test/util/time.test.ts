import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { UsageError } from '../../src/errors.ts'
import { parseTime } from '../../src/util/time.ts'

const noon = Date.UTC(2026, 0, 31, 12)

test('times', () => {
  const expected = {
    '2026-01-31T12:00:00.000Z': noon,
    '2026-01-31T12:00:00Z': noon,
    '2026-01-31T12:00:00': noon,
    '2026-01-31 12:00': noon,
    '2026-01-31T13:00:00+01:00': noon,
    '2026-01-31T13:00:00+0100': noon,
    '2026-01-31T06:30:00.000-05:30': noon,
    '2026-01-31T12:00:00.25Z': noon + 250,
    '2026-01-31T12:00:00.999999Z': noon + 999,
    '2026-01-31': Date.UTC(2026, 0, 31),
    '2024-02-29': Date.UTC(2024, 1, 29),
    '0001-01-01': -62135596800000,
    '@0': 0,
    '@1767225600000': 1767225600000,
    now: 5_000_000,
    '-1h': 5_000_000 - 3_600_000,
    '-PT5M': 5_000_000 - 300_000,
  }
  for (const [text, ms] of Object.entries(expected)) assert.equal(parseTime(text, 5_000_000), ms, text)
})

test('what is no time is refused', () => {
  const wrong = [
    '',
    'yesterday',
    '2026',
    '2026-1-31',
    '2025-02-29',
    '2026-02-30',
    '2026-13-01',
    '2026-01-31T24:00',
    '-',
    '-1',
    '1h',
  ]
  for (const text of [
    ...wrong,
    '2026-01-31T12:60',
    '2026-01-31T12',
    '@',
    '@-1',
    '@1.5',
    '@99999999999999999',
    '2026-01-31T12:00+25:00',
  ]) {
    assert.throws(
      () => parseTime(text),
      (error: UsageError) => error instanceof UsageError && error.hint !== undefined,
      text,
    )
  }
})

test('what a date prints is read back', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      assert.equal(parseTime(date.toISOString()), date.getTime())
      assert.equal(parseTime(date.toISOString().replace('Z', '')), date.getTime())
      assert.equal(parseTime(`@${Math.abs(date.getTime())}`), Math.abs(date.getTime()))
    }),
  )
})
