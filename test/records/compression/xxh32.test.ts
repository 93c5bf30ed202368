import assert from 'node:assert/strict'
import test from 'node:test'
import { xxh32 } from '../../../src/records/compression/xxh32.ts'

test('xxHash32 of known texts', () => {
  const expected: [string, number][] = [
    ['', 0x02cc5d05],
    ['a', 0x550d7456],
    ['abc', 0x32d153ff],
    ['Nobody inspects the spammish repetition', 0xe2293b2f],
  ]
  for (const [text, hash] of expected) {
    const bytes = Buffer.from(`--${text}--`)
    assert.equal(xxh32(bytes, 2, bytes.length - 2), hash)
  }
})
