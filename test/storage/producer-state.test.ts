import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import test from 'node:test'
import fc from 'fast-check'
import { CorruptError } from '../../src/errors.ts'
import { decodeSnapshot, encodeSnapshot } from '../../src/storage/producer-snapshot.ts'
import {
  append,
  endMarker,
  makeBatch,
  NOW,
  openLog,
  producerBatch,
  temporaryDirectory,
  testEnvironment,
} from './helpers.ts'

const PRODUCER = 4711

test('a batch that was sent again gets the offsets of the first time, for the last five', async (t) => {
  const log = await openLog(t, temporaryDirectory(t))
  append(log, makeBatch())
  for (let i = 0; i < 6; i++) append(log, producerBatch(PRODUCER, i * 2, { count: 2 }))
  assert.equal(log.endOffset, 13)
  for (let i = 1; i < 6; i++) {
    const again = append(log, producerBatch(PRODUCER, i * 2, { count: 2 }))
    assert.deepEqual([again.duplicate, again.firstOffset, again.lastOffset], [true, 1 + i * 2, 2 + i * 2])
  }
  assert.throws(() => append(log, producerBatch(PRODUCER, 0, { count: 2 })), { error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
  assert.throws(() => append(log, producerBatch(PRODUCER, 10, { count: 1 })), { error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
  assert.equal(log.endOffset, 13)
})

test('a gap in the sequence numbers is refused, a new epoch begins with 0 and fences the old one', async (t) => {
  const log = await openLog(t, temporaryDirectory(t))
  append(log, producerBatch(PRODUCER, 0, { producerEpoch: 1 }))
  assert.throws(() => append(log, producerBatch(PRODUCER, 2, { producerEpoch: 1 })), {
    error: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
  })
  assert.throws(() => append(log, producerBatch(PRODUCER, 1, { producerEpoch: 2 })), {
    error: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
  })
  append(log, producerBatch(PRODUCER, 0, { producerEpoch: 2 }))
  assert.throws(() => append(log, producerBatch(PRODUCER, 1, { producerEpoch: 1 })), {
    error: 'INVALID_PRODUCER_EPOCH',
  })
  append(log, producerBatch(PRODUCER, 1, { producerEpoch: 2 }))
  assert.equal(log.endOffset, 3)
})

test('sequence numbers wrap, and a producer that is not known may begin anywhere', async (t) => {
  const log = await openLog(t, temporaryDirectory(t))
  append(log, producerBatch(PRODUCER, 0x7fff_fffe, { count: 3 }))
  append(log, producerBatch(PRODUCER, 1, { count: 1 }))
  const again = append(log, producerBatch(PRODUCER, 0x7fff_fffe, { count: 3 }))
  assert.deepEqual([again.duplicate, again.firstOffset], [true, 0])
})

test('producers that were idle for long are forgotten, but not those with an open transaction', async (t) => {
  const environment = testEnvironment()
  const log = await openLog(t, temporaryDirectory(t), { environment })
  append(log, producerBatch(1, 0))
  append(log, producerBatch(2, 0, { transactional: true }))
  log.producers.expire(NOW + 86_400_000, 86_400_000)
  assert.deepEqual([...log.producers.producers.keys()], [2])
})

test('the last stable offset stays before the first open transaction; aborted ones are told', async (t) => {
  const log = await openLog(t, temporaryDirectory(t), { config: { segmentBytes: 300 } })
  append(log, makeBatch())
  append(log, producerBatch(1, 0, { transactional: true, count: 2 }))
  append(log, producerBatch(2, 0, { transactional: true }))
  append(log, makeBatch())
  assert.equal(log.lastStableOffset, 1)
  assert.equal(log.read(0, 10_000, { isolation: 'committed' }).nextOffset, 1)
  append(log, endMarker(1, false), { origin: 'coordinator' })
  assert.equal(log.lastStableOffset, 3)
  append(log, endMarker(2, true), { origin: 'coordinator' })
  assert.equal(log.lastStableOffset, 7)
  const aborted = { producerId: 1, firstOffset: 1, lastOffset: 5, lastStableOffset: 3 }
  assert.deepEqual(log.abortedTransactions(0, 7), [aborted])
  assert.deepEqual(log.read(1, 200, { isolation: 'committed' }).abortedTransactions, [aborted])
  assert.deepEqual(log.abortedTransactions(6, 7), [])
  assert.ok(readdirSync(log.dir).some((name) => name.endsWith('.txnindex')))
})

test('what is not part of the transaction is refused while it is open', async (t) => {
  const log = await openLog(t, temporaryDirectory(t))
  append(log, producerBatch(1, 0, { transactional: true }))
  assert.equal(log.producers.hasOngoingTransaction(1), true)
  assert.throws(() => append(log, producerBatch(1, 1)), { error: 'INVALID_TXN_STATE' })
  append(log, endMarker(1, true), { origin: 'coordinator' })
  append(log, producerBatch(1, 1))
})

test('markers of an older producer epoch or coordinator are refused', async (t) => {
  const log = await openLog(t, temporaryDirectory(t))
  const marker = (producerEpoch: number, coordinatorEpoch: number, transactionVersion = 1): void => {
    append(log, endMarker(1, true, producerEpoch, coordinatorEpoch), { origin: 'coordinator', transactionVersion })
  }
  append(log, producerBatch(1, 0, { transactional: true, producerEpoch: 3 }))
  assert.throws(() => marker(2, 5), { error: 'INVALID_PRODUCER_EPOCH' })
  assert.throws(() => marker(3, 5, 2), { error: 'INVALID_PRODUCER_EPOCH' })
  marker(4, 5, 2)
  marker(4, 5, 2)
  assert.throws(() => marker(4, 4), { error: 'TRANSACTION_COORDINATOR_FENCED' })
  assert.throws(() => append(log, producerBatch(1, 1, { producerEpoch: 4 })), { error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
  append(log, producerBatch(1, 0, { producerEpoch: 4 }))
})

test('producers are known again after a clean stop, a crash, and a cut', async (t) => {
  const dir = temporaryDirectory(t)
  const config = { segmentBytes: 1000 }
  let log = await openLog(t, dir, { config })
  for (let i = 0; i < 20; i++) append(log, producerBatch(PRODUCER, i, { size: 100 }))
  append(log, producerBatch(7, 0, { transactional: true }))
  const before = log.producers.snapshot()
  await log.close()

  log = await openLog(t, dir, { config, clean: true })
  assert.deepEqual(log.producers.snapshot(), before)
  assert.equal(log.lastStableOffset, 20)
  assert.equal(append(log, producerBatch(PRODUCER, 19, { size: 100 })).duplicate, true)
  append(log, producerBatch(PRODUCER, 20, { size: 100 }))
  log.abandon()

  log = await openLog(t, dir, { config })
  assert.equal(append(log, producerBatch(PRODUCER, 20, { size: 100 })).firstOffset, 21)
  assert.equal(log.lastStableOffset, 20)

  await log.truncateTo(10)
  assert.equal(log.producers.producers.get(7), undefined)
  assert.equal(log.lastStableOffset, 10)
  assert.equal(append(log, producerBatch(PRODUCER, 9, { size: 100 })).firstOffset, 9)
  assert.equal(append(log, producerBatch(PRODUCER, 10, { size: 100 })).firstOffset, 10)
})

test('a snapshot reads back, and any flipped bit in it is noticed', () => {
  const id = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
  const int = fc.integer({ min: -1, max: 0x7fff_ffff })
  const entry = fc.record(
    {
      producerId: id,
      epoch: fc.integer({ min: 0, max: 32767 }),
      lastSequence: int,
      lastOffset: id,
      offsetDelta: int,
      timestamp: id,
      coordinatorEpoch: int,
      currentTxnFirstOffset: fc.oneof(fc.constant(-1), id),
    },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 5 }), fc.nat(), (entries, bit) => {
      const bytes = encodeSnapshot(entries)
      assert.equal(bytes.length, 10 + entries.length * 46)
      assert.deepEqual(decodeSnapshot(bytes, 'x.snapshot'), entries)
      bytes[(bit >>> 3) % bytes.length] ^= 1 << (bit & 7)
      assert.throws(() => decodeSnapshot(bytes, 'x.snapshot'), CorruptError)
      assert.throws(() => decodeSnapshot(bytes.subarray(0, -1), 'x.snapshot'), CorruptError)
    }),
  )
})
