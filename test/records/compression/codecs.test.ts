import assert from 'node:assert/strict'
import test from 'node:test'
import * as zlib from 'node:zlib'
import fc from 'fast-check'
import { CorruptError } from '../../../src/errors.ts'
import {
  type Codec,
  codecById,
  codecByName,
  codecs,
  compressionName,
  Scratch,
} from '../../../src/records/compression/index.ts'
import { lz4 } from '../../../src/records/compression/lz4.ts'
import { makeSnappy, nativeBlocks, scriptBlocks, snappy } from '../../../src/records/compression/snappy.ts'

const MB = 1024 * 1024
const scratch = new Scratch()

const native = nativeBlocks()
if (native === undefined) throw new Error('the native snappy did not load')
const every: [string, Codec][] = [
  ...codecs.map((codec): [string, Codec] => [codec.name, codec]),
  ['snappy, native', makeSnappy(() => native)],
  ['snappy, in JavaScript', makeSnappy(scriptBlocks)],
]

/** Text that compresses, and bytes that do not, in one. */
function mixed(size: number): Buffer {
  const out = Buffer.alloc(size, 'a line of text, and another one; ')
  let seed = 1
  for (let i = 0; i < size; i++) {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
    if (i % 5000 > 3000) out[i] = seed >>> 16
  }
  return out
}

function decompress(codec: Codec, bytes: Buffer, limit = MB): Buffer {
  const around = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')])
  return codec.decompress(around, 6, 6 + bytes.length, limit, scratch)
}

test('codecs are found by id and by name', () => {
  assert.deepEqual(
    [1, 2, 3, 4].map((id) => [codecById(id).id, codecById(id).name]),
    [
      [1, 'gzip'],
      [2, 'snappy'],
      [3, 'lz4'],
      [4, 'zstd'],
    ],
  )
  assert.equal(codecByName('zstd')?.id, 4)
  assert.equal(codecByName('none'), undefined)
  assert.equal(codecByName('brotli'), undefined)
  assert.deepEqual([0, 2, 5].map(compressionName), ['none', 'snappy', 'unknown(5)'])
  for (const id of [0, 5, 7]) assert.throws(() => codecById(id), CorruptError)
})

for (const [name, codec] of every) {
  test(`${name}: what goes in comes out, whatever the size`, async () => {
    for (const size of [0, 1, 2, 15, 1000, 32767, 32768, 65536, 65537, 300_000]) {
      const bytes = mixed(size + 8)
      const packed = codec.compress(bytes, 3, 3 + size)
      assert.deepEqual(decompress(codec, packed), bytes.subarray(3, 3 + size))
      if (size > 1000) assert.ok(packed.length < size * 0.6)
      const again = (await codec.compressAsync?.(bytes, 3, 3 + size)) ?? packed
      assert.deepEqual(again, packed)
      const back = (await codec.decompressAsync?.(packed, 0, packed.length, MB)) ?? decompress(codec, packed)
      assert.deepEqual(back, bytes.subarray(3, 3 + size))
    }
  })

  test(`${name}: no more than the limit comes out`, async () => {
    const packed = codec.compress(Buffer.alloc(MB), 0, MB)
    assert.equal(decompress(codec, packed, MB).length, MB)
    assert.throws(() => decompress(codec, packed, MB - 1), /more than the 1048575 bytes allowed/)
    const refused = codec.decompressAsync?.(packed, 0, packed.length, MB - 1)
    if (refused !== undefined) await assert.rejects(refused, CorruptError)
  })

  test(`${name}: damaged bytes give a CorruptError or what they say, never more`, () => {
    const bytes = mixed(5000)
    const packed = codec.compress(bytes, 0, bytes.length)
    for (let size = 0; size < packed.length; size += 1 + (size >>> 4)) {
      // Only after the header of a snappy frame can nothing be missing: such a frame has no end of its own.
      if (codec.id === 2 && size === 16) continue
      assert.throws(() => decompress(codec, packed.subarray(0, size)), CorruptError, `cut at ${size}`)
    }
    const tryIt = (damaged: Buffer): void => {
      try {
        assert.ok(decompress(codec, damaged, 20_000).length <= 20_000)
      } catch (error) {
        if (!(error instanceof CorruptError)) throw error
      }
    }
    fc.assert(
      fc.property(fc.nat(packed.length - 1), fc.nat(255), fc.nat(packed.length - 1), fc.nat(255), (a, x, b, y) => {
        const damaged = Buffer.from(packed)
        damaged[a] = x
        damaged[b] = y
        tryIt(damaged)
      }),
      { numRuns: 500 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(40), (random, keep) => {
        tryIt(Buffer.concat([packed.subarray(0, keep), random]))
      }),
      { numRuns: 500 },
    )
  })
}

test('levels are those of Kafka, and used', () => {
  assert.deepEqual(
    codecs.map(({ name, levels }) => [name, levels?.min, levels?.max, levels?.default]),
    [
      ['gzip', 1, 9, -1],
      ['snappy', undefined, undefined, undefined],
      ['lz4', 1, 17, 9],
      ['zstd', -131072, 22, 3],
    ],
  )
  const bytes = mixed(20_000)
  for (const codec of codecs) {
    for (const level of codec.levels === undefined ? [] : [codec.levels.min, codec.levels.max, codec.levels.default]) {
      assert.deepEqual(decompress(codec, codec.compress(bytes, 0, bytes.length, level)), bytes)
    }
  }
  for (const name of ['gzip', 'zstd']) {
    const codec = codecByName(name) as Codec
    const sizes = [1, 9].map((level) => codec.compress(bytes, 0, bytes.length, level).length)
    assert.ok(sizes[0] > sizes[1])
  }
})

test('gzip in several members is one stream', () => {
  const packed = Buffer.concat([zlib.gzipSync('one '), zlib.gzipSync('two')])
  assert.equal(decompress(codecById(1), packed).toString(), 'one two')
})

test('snappy is read without a frame, and written in the frame of Java', () => {
  const bytes = mixed(100_000)
  const raw = Buffer.from(native.compress(bytes))
  for (const [name, codec] of every) {
    if (!name.startsWith('snappy')) continue
    assert.deepEqual(decompress(codec, raw), bytes)
    const framed = codec.compress(bytes, 0, bytes.length)
    assert.equal(framed.toString('latin1', 0, 16), '\x82SNAPPY\0\0\0\0\x01\0\0\0\x01')
  }
})

test('a snappy block that announces more than it can hold is refused before memory is taken for it', () => {
  const huge = Buffer.from('ffffffff0f00', 'hex')
  assert.throws(() => decompress(snappy, huge, 2 ** 40), /announces more than it can hold/)
})

test('a snappy literal of negative length does not hang the library in JavaScript', () => {
  const block = Buffer.from('10fcfbffffff4141', 'hex')
  assert.throws(() => decompress(makeSnappy(scriptBlocks), block), CorruptError)
})

// By the lz4 program, 1.9.4, from the output of: yes 'a line of text' | head -6000
// -B4 -BI --content-size -BX
const fullFrame = Buffer.from(
  `
  BCJNGHxAkF8BAAAAAADhGgEAAP8AYSBsaW5lIG9mIHRleHQKDwD///////////////////////////////////////////////////////////
  //////////////////////////////////////////////////////////////////////////////////////////////////////////////
  //////////////////////////////////////////////////////////////////////////////////////////////////////////////
  //////////////////////////////////////////////////////////////2VBleHQKYQ98DXB5AAAA/wAgbGluZSBvZiB0ZXh0CmEPAP//
  //////////////////////////////////////////////////////////////////////////////////////////////////////////////
  //////////////yFB0ZXh0ChATRUQAAAAA8ZTQBw==`,
  'base64',
)
// -B4 -BD --no-frame-crc
const linkedFrame = Buffer.from(
  `
  BCJNGEBAwBoBAAD/AGEgbGluZSBvZiB0ZXh0Cg8A//////////////////////////////////////////////////////////////////////
  //////////////////////////////////////////////////////////////////////////////////////////////////////////////
  //////////////////////////////////////////////////////////////////////////////////////////////////////////////
  ///////////////////////////////////////////////////9lQZXh0CmFpAAAAD///////////////////////////////////////////
  ///////////////////////////////////////////////////////////////////////////////////////XUHRleHQKAAAAAA==`,
  'base64',
)

test('an lz4 frame with content size and all checksums is read, and the checksums hold', () => {
  assert.equal(decompress(lz4, fullFrame).toString(), 'a line of text\n'.repeat(6000))
  const change = (at: number): Buffer => {
    const copy = Buffer.from(fullFrame)
    copy[at < 0 ? copy.length + at : at] ^= 1
    return copy
  }
  const firstBlock = 15
  const blockChecksum = firstBlock + 4 + fullFrame.readUInt32LE(firstBlock)
  assert.throws(() => decompress(lz4, change(6)), /checksum of its header/)
  assert.throws(() => decompress(lz4, change(blockChecksum)), /block checksum/)
  assert.throws(() => decompress(lz4, change(-1)), /content checksum/)
})

test('an lz4 frame of linked blocks is refused, as in Java', () => {
  assert.throws(() => decompress(lz4, linkedFrame), /depend on each other/)
})

test('an lz4 header checksum over the magic too, as message format 0 had it, is accepted', () => {
  const packed = lz4.compress(Buffer.from('hello'), 0, 5)
  assert.equal(packed[6], 0x82)
  packed[6] = 0x1a
  assert.equal(decompress(lz4, packed).toString(), 'hello')
  packed[6] = 0x1b
  assert.throws(() => decompress(lz4, packed), CorruptError)
})

test('incompressible lz4 blocks are stored', () => {
  const bytes = zlib.gzipSync(mixed(200_000))
  const packed = lz4.compress(bytes, 0, bytes.length)
  assert.ok(packed.length < bytes.length + 50)
  assert.deepEqual(decompress(lz4, packed), bytes)
})

test('scratch memory is used again, and a huge piece of it given back', () => {
  const own = new Scratch()
  const small = own.take(1000)
  assert.equal(own.take(500), small)
  own.take(20 * MB)
  assert.ok(own.take(1000).length <= MB)
})
