import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { UsageError } from '../../src/errors.ts'
import { formatSize, parseSize } from '../../src/util/size.ts'

test('sizes', () => {
  const expected = {
    0: 0,
    65536: 65536,
    '64k': 65536,
    '64K': 65536,
    '1KiB': 1024,
    '1Ki': 1024,
    '1MiB': 1048576,
    '1.5M': 1572864,
    '2G': 2147483648,
    '500kB': 500_000,
    '10MB': 10_000_000,
    '10 MB': 10_000_000,
    '7B': 7,
  }
  for (const [text, bytes] of Object.entries(expected)) assert.equal(parseSize(text), bytes, text)
})

test('what is no size is refused', () => {
  for (const text of ['', 'k', '-1', '1x', '1kk', '1 2', '0x10', '1e3'])
    assert.throws(() => parseSize(text), UsageError, text)
  assert.throws(() => parseSize('9999999999T'), /too large/)
})

test('a letter is 1024 of the one before', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.constantFrom(['k', ''], ['M', 'k'], ['G', 'M']), (amount, [larger, smaller]) => {
      assert.equal(parseSize(`${amount}${larger}`), 1024 * parseSize(`${amount}${smaller}`))
    }),
  )
})

test('sizes for people', () => {
  assert.deepEqual([0, 1023, 1024, 1536, 2 ** 20, 1.5 * 2 ** 30, 2 ** 50, 2 ** 62].map(formatSize), [
    '0',
    '1023',
    '1 KiB',
    '1.5 KiB',
    '1 MiB',
    '1.5 GiB',
    '1 PiB',
    '4096 PiB',
  ])
})
