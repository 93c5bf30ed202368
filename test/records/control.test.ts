import assert from 'node:assert/strict'
import test from 'node:test'
import { CorruptError } from '../../src/errors.ts'
import * as batch from '../../src/records/batch.ts'
import { BatchBuilder } from '../../src/records/builder.ts'
import {
  buildControlBatch,
  buildEndTransaction,
  ControlType,
  controlTypeName,
  readControlType,
  readCoordinatorEpoch,
} from '../../src/records/control.ts'
import { RecordCursor } from '../../src/records/cursor.ts'
import { golden } from './samples.ts'

const builder = new BatchBuilder(1000)

test('transaction markers are those that Kafka writes, byte for byte', () => {
  const log = golden('transactions')
  for (const [at, committed] of [
    [285, true],
    [648, false],
  ] as const) {
    const made = buildEndTransaction(
      builder,
      {
        committed,
        producerId: batch.producerId(log, at),
        producerEpoch: batch.producerEpoch(log, at),
        coordinatorEpoch: 0,
        timestamp: batch.maxTimestamp(log, at),
      },
      { baseOffset: batch.baseOffset(log, at), partitionLeaderEpoch: 0 },
    )
    assert.deepEqual(made, log.subarray(at, at + 78))
  }
})

test('control batches of the metadata log are those that Kafka writes', () => {
  const log = golden('metadata-log')
  const cursor = new RecordCursor()
  cursor.open(log, 0)
  cursor.next()
  const made = buildControlBatch(
    builder,
    ControlType.LEADER_CHANGE,
    log.subarray(cursor.valueStart, cursor.valueEnd),
    cursor.timestamp,
    { partitionLeaderEpoch: batch.partitionLeaderEpoch(log, 0) },
  )
  assert.deepEqual(made, log.subarray(0, batch.sizeInBytes(log, 0)))
})

test('types have names, unknown ones too', () => {
  assert.equal(controlTypeName(ControlType.ABORT), 'ABORT')
  assert.equal(controlTypeName(ControlType.KRAFT_VOTERS), 'KRAFT_VOTERS')
  assert.equal(controlTypeName(99), 'UNKNOWN(99)')
})

test('a control record without a proper key or value is an error', () => {
  const cursor = new RecordCursor()
  for (const [key, value] of [
    ['', ''],
    ['000000', '000000000000'],
    ['ffff0000', '000000000000'],
    ['00000000', '0000000000'],
    ['00000001', 'ffff00000000'],
  ]) {
    const bytes = Buffer.from(key + value, 'hex')
    builder.reset()
    builder.tryAppend(1, bytes, 0, key.length / 2, key.length / 2, bytes.length)
    cursor.open(builder.close({ control: true }), 0)
    cursor.next()
    assert.throws(() => [readControlType(cursor), readCoordinatorEpoch(cursor)], CorruptError)
  }
})
