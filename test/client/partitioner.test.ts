// The partition of a key, as Java's producer chooses it.

import assert from 'node:assert/strict'
import test from 'node:test'
import { byMurmur2, murmur2, partitioners } from '../../src/client/partitioner.ts'

test('murmur2 gives what Utils.murmur2 of kafka-clients 4.3.1 gives', () => {
  const hashes: [string, number][] = [
    ['', 275646681],
    ['1', -1993445489],
    ['21', -973932308],
    ['abc', 479470107],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['ключ-\u0000\u00ff', 371242120],
  ]
  for (const [text, hash] of hashes) {
    const bytes = Buffer.from(text)
    assert.equal(murmur2(bytes, 0, bytes.length), hash, text)
    const inside = Buffer.concat([Buffer.from('xyz'), bytes, Buffer.from('q')])
    assert.equal(murmur2(inside, 3, 3 + bytes.length), hash, `${text} inside other bytes`)
  }
})

test('a key has its partition, no key none of its own', () => {
  const key = Buffer.from('foobar')
  assert.equal(byMurmur2(key, 0, 6, 12), (-790332482 & 0x7fffffff) % 12)
  assert.equal(byMurmur2(key, 0, 0, 12), (275646681 & 0x7fffffff) % 12)
  assert.equal(byMurmur2(key, -1, -1, 12), -1)
})

test('the others take turns, throw dice, stay, or hash as librdkafka', () => {
  const key = Buffer.from('foobar')
  const chosen = (name: keyof typeof partitioners, start = 0) => {
    const choose = partitioners[name]()
    return Array.from({ length: 300 }, () => choose(key, start, start < 0 ? -1 : 6, 3))
  }
  assert.deepEqual(chosen('round-robin').slice(0, 7), [0, 1, 2, 0, 1, 2, 0])
  assert.deepEqual(new Set(chosen('sticky')), new Set([-1]))
  assert.deepEqual(new Set(chosen('random')), new Set([0, 1, 2]))
  // CRC-32 of 'foobar' is 0x9ef61f95.
  assert.deepEqual(new Set(chosen('crc32')), new Set([0x9ef61f95 % 3]))
  assert.deepEqual(new Set(chosen('crc32', -1)), new Set([0, 1, 2]))
})
