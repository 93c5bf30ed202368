import assert from 'node:assert/strict'
import test from 'node:test'
import * as zlib from 'node:zlib'
import { CorruptError } from '../../src/errors.ts'
import { isValid } from '../../src/records/batch.ts'
import { readRecords } from '../../src/records/plain.ts'
import { golden } from './samples.ts'

interface Message {
  offset?: number
  magic?: number
  attributes?: number
  timestamp?: bigint
  key?: Buffer | null
  value?: Buffer | null
}

function field(bytes: Buffer | null): Buffer {
  const size = Buffer.alloc(4)
  size.writeInt32BE(bytes === null ? -1 : bytes.length)
  return bytes === null ? size : Buffer.concat([size, bytes])
}

function message({ offset = 0, magic = 1, attributes = 0, timestamp = 5n, key = null, value = null }: Message): Buffer {
  const head = Buffer.alloc(magic === 0 ? 18 : 26)
  head.writeBigInt64BE(BigInt(offset), 0)
  head[16] = magic
  head[17] = attributes
  if (magic === 1) head.writeBigInt64BE(timestamp, 18)
  const bytes = Buffer.concat([head, field(key), field(value)])
  bytes.writeInt32BE(bytes.length - 12, 8)
  bytes.writeUInt32BE(zlib.crc32(bytes.subarray(16)), 12)
  return bytes
}

function wrap(inner: Buffer, outer: Message = {}): Buffer {
  return message({ attributes: 1, value: zlib.gzipSync(inner), ...outer })
}

function offsets(bytes: Buffer): number[] {
  return [...readRecords(bytes)].map(({ offset }) => offset)
}

test('messages made by hand are valid', () => {
  assert.ok(isValid(message({ magic: 0 }), 0))
  assert.ok(isValid(wrap(message({})), 0))
})

test('relative offsets line up with the wrapper, absolute ones stand', () => {
  const inner = Buffer.concat([0, 1, 3].map((offset) => message({ offset })))
  assert.deepEqual(offsets(wrap(inner, { offset: 103 })), [100, 101, 103])
  const absolute = Buffer.concat([100, 101, 103].map((offset) => message({ offset, magic: 0 })))
  assert.deepEqual(offsets(wrap(absolute, { offset: 103, magic: 0 })), [100, 101, 103])
})

test('log append time is that of the wrapper, create time that of each message', () => {
  const inner = Buffer.concat([message({ timestamp: 1n }), message({ offset: 1, timestamp: 2n ** 62n })])
  const times = (bytes: Buffer): unknown[] => [...readRecords(bytes)].map(({ timestamp }) => timestamp)
  assert.deepEqual(times(wrap(inner, { offset: 1 })), [1, 2n ** 62n])
  assert.deepEqual(times(wrap(inner, { offset: 1, attributes: 1 | 8, timestamp: 77n })), [77, 77])
  assert.deepEqual(times(message({ attributes: 8, timestamp: 78n })), [78])
  assert.deepEqual(times(message({ magic: 0 })), [-1])
})

test('broken messages are errors that say what is wrong', () => {
  const good = message({ key: Buffer.from('key'), value: Buffer.from('value') })
  const change = (bytes: Buffer, at: number, value: number): Buffer => {
    const copy = Buffer.from(bytes)
    copy.writeInt32BE(value, at)
    return copy
  }
  const cases: [Buffer, RegExp][] = [
    [change(good, 26, -2), /key has a length of -2/],
    [change(good, 26, 1000), /key has a length of 1000/],
    [change(good, 26, 0x7fffffff), /key has a length/],
    [change(good, 33, -1), /value has a length of -1/],
    [change(good, 33, 4), /value has a length of 4/],
    [change(good, 33, 0x7fffffff), /value has a length/],
    [message({ attributes: 1 }), /compressed and has no value/],
    [wrap(Buffer.alloc(0)), /wraps nothing/],
    [wrap(good.subarray(0, good.length - 1)), /last message in it is cut off/],
    [wrap(Buffer.from('abc')), /cut off/],
    [wrap(wrap(good)), /compressed again/],
    [wrap(message({ magic: 0 })), /another format/],
    [wrap(change(good, 33, 4)), /wrong checksum/],
    [wrap(Buffer.concat([good, message({ offset: 2 ** 40 })])), /too far apart/],
    [message({ attributes: 6, value: Buffer.from('x') }), /unknown compression codec 6/],
    [message({ attributes: 1, value: Buffer.from('x') }), /not valid gzip data/],
  ]
  for (const [bytes, problem] of cases) {
    assert.throws(
      () => offsets(bytes),
      (error) => error instanceof CorruptError && problem.test(error.message),
      String(problem),
    )
  }
})

test('the lz4 of format 0 has the wrong header checksum of its time', () => {
  const frame = (bytes: Buffer): Buffer => bytes.subarray(bytes.indexOf(Buffer.from('04224d18', 'hex')))
  assert.notEqual(frame(golden('v0-lz4'))[6], frame(golden('v1-lz4'))[6])
})
