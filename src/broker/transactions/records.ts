// Transactions as records of __transaction_state: a key of `type int16 (0) · transactional id`, a value of `version int16 ·
// value`; no value takes the id away. (Kafka: TransactionLog.)

import { Reader } from '../../protocol/reader.ts'
import { transactionLogKey, transactionLogValue } from '../../protocol/stored/transaction-state.ts'
import { Writer } from '../../protocol/writer.ts'
import type { StoredRecord } from '../coordinator-log.ts'
import { STATES, type TransactionData, TransactionStatus } from './transaction.ts'

const TYPE = 0

function keyOf(id: string): Buffer {
  const writer = new Writer(64)
  writer.int16(TYPE)
  transactionLogKey.write(writer, { transactionalId: id }, 0)
  return writer.concat()
}

/** `version`: 1 from version 1 of the feature transaction.version on, else 0. */
export function transactionRecord(id: string, data: TransactionData, version: number): StoredRecord {
  const writer = new Writer(128)
  writer.int16(version)
  const flexible =
    version < 1
      ? {}
      : {
          previousProducerId: data.previousProducerId,
          nextProducerId: data.nextProducerId,
          clientTransactionVersion: data.clientVersion,
        }
  const value = {
    ...flexible,
    producerId: data.producerId,
    producerEpoch: data.epoch,
    transactionTimeoutMs: data.timeoutMs,
    transactionStatus: TransactionStatus[data.state],
    transactionPartitions:
      data.state === 'Empty'
        ? null
        : [...data.partitions].map(([topic, partitions]) => ({ topic, partitionIds: [...partitions] })),
    transactionLastUpdateTimestampMs: data.updatedAt,
    transactionStartTimestampMs: data.startedAt,
  }
  transactionLogValue.write(writer, value, version)
  return { key: keyOf(id), value: writer.concat() }
}

export function transactionTombstone(id: string): StoredRecord {
  return { key: keyOf(id), value: null }
}

/** Undefined for a record of another kind. Throws a ProtocolError for one that can't be read. */
export function decodeTransaction(
  key: Buffer,
  value: Buffer | null,
): { id: string; data: TransactionData | null } | undefined {
  const keyReader = new Reader(key)
  if (keyReader.int16() !== TYPE) return undefined
  const { transactionalId: id } = transactionLogKey.read(keyReader, 0)
  if (value === null) return { id, data: null }
  const reader = new Reader(value)
  const read = transactionLogValue.read(reader, reader.int16())
  return {
    id,
    data: {
      producerId: read.producerId,
      previousProducerId: read.previousProducerId,
      nextProducerId: read.nextProducerId,
      epoch: read.producerEpoch,
      timeoutMs: read.transactionTimeoutMs,
      state: STATES[read.transactionStatus] ?? 'Dead',
      partitions: new Map(
        (read.transactionPartitions ?? []).map(({ topic, partitionIds }) => [topic, new Set(partitionIds)]),
      ),
      startedAt: read.transactionStartTimestampMs,
      updatedAt: read.transactionLastUpdateTimestampMs,
      clientVersion: read.clientTransactionVersion,
    },
  }
}
