import assert from 'node:assert/strict'
import test from 'node:test'
import { CorruptError } from '../../src/errors.ts'
import * as batch from '../../src/records/batch.ts'
import { build, golden, goldenRecords } from './samples.ts'

const records = goldenRecords(3)
const fields = {
  baseOffset: 1_000_000_000_000,
  partitionLeaderEpoch: 7,
  transactional: true,
  producerId: 4_000_000_000,
  producerEpoch: 12,
  baseSequence: 0x7fffffff,
}

function copy(): Buffer {
  return build(records, fields)
}

test('the header reads as it was written', () => {
  const b = copy()
  assert.equal(batch.RECORDS_AT, 61)
  assert.equal(batch.sizeInBytes(b, 0), b.length)
  assert.equal(batch.batchLength(b, 0), b.length - 12)
  assert.equal(batch.magic(b, 0), 2)
  assert.equal(batch.baseOffset(b, 0), 1_000_000_000_000)
  assert.equal(batch.lastOffsetDelta(b, 0), 4)
  assert.equal(batch.lastOffset(b, 0), 1_000_000_000_004)
  assert.equal(batch.nextOffset(b, 0), 1_000_000_000_005)
  assert.equal(batch.partitionLeaderEpoch(b, 0), 7)
  assert.equal(batch.attributes(b, 0), batch.TRANSACTIONAL)
  assert.equal(batch.timestampType(b, 0), 0)
  assert.equal(batch.isTransactional(b, 0), true)
  assert.equal(batch.isControl(b, 0), false)
  assert.equal(batch.producerId(b, 0), 4_000_000_000)
  assert.equal(batch.producerEpoch(b, 0), 12)
  assert.equal(batch.baseSequence(b, 0), 0x7fffffff)
  assert.equal(batch.lastSequence(b, 0), 3, 'sequences wrap to 0')
  assert.equal(batch.recordCount(b, 0), 5)
  assert.equal(batch.deleteHorizon(b, 0), undefined)
  assert.equal(batch.crc(b, 0), batch.computeCrc(b, 0))
})

test('offset and leader epoch are set without touching the checksum', () => {
  const b = copy()
  batch.setBaseOffset(b, 0, 2 ** 52)
  batch.setPartitionLeaderEpoch(b, 0, 8)
  assert.equal(batch.baseOffset(b, 0), 2 ** 52)
  assert.equal(batch.partitionLeaderEpoch(b, 0), 8)
  assert.ok(batch.isValid(b, 0))
  batch.setLastOffset(b, 0, 104)
  assert.equal(batch.baseOffset(b, 0), 100)
})

test('timestamps and producer state are set with the checksum', () => {
  const b = copy()
  batch.setLogAppendTime(b, 0, 1_800_000_000_000)
  assert.ok(batch.isValid(b, 0))
  assert.equal(batch.timestampType(b, 0), 1)
  assert.equal(batch.maxTimestamp(b, 0), 1_800_000_000_000)
  batch.setMaxTimestamp(b, 0, 0, 2n ** 63n - 1n)
  assert.ok(batch.isValid(b, 0))
  assert.equal(batch.timestampType(b, 0), 0)
  assert.equal(b.readBigInt64BE(batch.MAX_TIMESTAMP_AT), 2n ** 63n - 1n)
  batch.setProducerState(b, 0, 5, 1, 0, false)
  assert.ok(batch.isValid(b, 0))
  assert.equal(batch.isTransactional(b, 0), false)
  assert.deepEqual([batch.producerId(b, 0), batch.producerEpoch(b, 0), batch.baseSequence(b, 0)], [5, 1, 0])
})

test('a wrong checksum is found, in every format', () => {
  for (const bytes of [copy(), golden('v0-gzip'), golden('v1-gzip')]) {
    assert.ok(batch.isValid(bytes, 0))
    bytes[bytes.length - 1] ^= 1
    assert.equal(batch.isValid(bytes, 0), false)
    assert.throws(() => batch.checkCrc(bytes, 0), /corrupt: its checksum is \d+, its bytes give \d+/)
  }
})

test('isValid says no to anything that is not a whole batch', () => {
  const b = copy()
  for (let size = 0; size < b.length; size++) assert.equal(batch.isValid(b, 0, size), false)
  for (const bytes of [Buffer.alloc(100), Buffer.alloc(100, 0xff), Buffer.alloc(0)]) {
    assert.equal(batch.isValid(bytes, 0), false)
  }
})

test('iteration: whole batches one after the other, a torn last one left out', () => {
  const one = copy()
  const old = golden('v1-gzip')
  const all = Buffer.concat([Buffer.from('xx'), one, old, one])
  const starts = [2, 2 + one.length, 2 + one.length + old.length]
  assert.deepEqual([...batch.batches(all, 2)], starts)
  for (let end = 2; end < all.length; end++) {
    assert.deepEqual(
      [...batch.batches(all, 2, end)],
      starts.filter((_, i) => (starts[i + 1] ?? all.length) <= end),
    )
  }
})

test('iteration: what no batch can begin with is an error that names the place', () => {
  const one = copy()
  const hostile = (at: number, value: number): Buffer => {
    const bad = copy()
    bad.writeInt32BE(value, at)
    return Buffer.concat([one, bad])
  }
  const place = new RegExp(`position ${one.length} \\(offset 1000000000000\\) is corrupt`)
  for (const length of [-1, 0, 48, -0x80000000]) {
    assert.throws(() => [...batch.batches(hostile(batch.LENGTH_AT, length))], place)
  }
  for (const magic of [3, 127, 255]) {
    assert.throws(() => [...batch.batches(hostile(batch.MAGIC_AT, magic << 24))], CorruptError)
  }
  assert.deepEqual([...batch.batches(hostile(batch.LENGTH_AT, 0x7fffffff))], [0])
})

test('an offset that no number can hold is an error', () => {
  const b = copy()
  b.writeBigInt64BE(2n ** 53n, 0)
  assert.throws(() => batch.baseOffset(b, 0), CorruptError)
  assert.throws(() => batch.nextOffset(b, 0), CorruptError)
})
