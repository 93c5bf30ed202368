import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { UsageError } from '../../src/errors.ts'
import { parseDuration } from '../../src/util/duration.ts'

test('durations with units and in ISO-8601', () => {
  const expected = {
    '250ms': 250,
    '5s': 5_000,
    '10m': 600_000,
    '2h': 7_200_000,
    '7d': 604_800_000,
    '1w': 604_800_000,
    '1h30m': 5_400_000,
    '1.5s': 1_500,
    '0s': 0,
    '0': 0,
    ' 5s ': 5_000,
    PT5M: 300_000,
    P1DT2H: 93_600_000,
    P2W: 1_209_600_000,
    'PT0.25S': 250,
    pt1h: 3_600_000,
  }
  for (const [text, ms] of Object.entries(expected)) assert.equal(parseDuration(text), ms, text)
})

test('what is no duration is refused with an example of one', () => {
  for (const text of [
    '',
    '5',
    's',
    '5 s',
    '-5s',
    '5x',
    '1h30',
    'P',
    'PT',
    'P1DT',
    'P1M',
    'P1Y',
    '5S',
    '1e3s',
    '5s5',
    'Infinitys',
  ]) {
    assert.throws(
      () => parseDuration(text),
      (error: UsageError) => error instanceof UsageError && /PT5M/.test(error.hint ?? ''),
      text,
    )
  }
  assert.throws(() => parseDuration(`${'9'.repeat(30)}d`), /too long/)
})

test('any sum of units is the sum of its parts', () => {
  const unit = fc.constantFrom(['ms', 1], ['s', 1e3], ['m', 6e4], ['h', 36e5], ['d', 864e5]) as fc.Arbitrary<
    [string, number]
  >
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(10_000), unit), { minLength: 1, maxLength: 5 }), (parts) => {
      const text = parts.map(([amount, [name]]) => `${amount}${name}`).join('')
      assert.equal(
        parseDuration(text),
        parts.reduce((sum, [amount, [, ms]]) => sum + amount * ms, 0),
      )
    }),
  )
})

test('no text takes long or throws anything but a UsageError', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.msdhPTWDHMS ') }), (text) => {
      try {
        assert.ok(Number.isSafeInteger(parseDuration(text)))
      } catch (error) {
        assert.ok(error instanceof UsageError)
      }
    }),
  )
})
