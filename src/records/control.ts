// Control batches: records that a broker writes between those of the producers and that no consumer is shown. The key of a
// record tells what it is. The marker that ends a transaction is alone in its batch.
//
//   key                    version int16 (0) · type int16
//   value, ABORT / COMMIT  version int16 (0) · coordinatorEpoch int32                              (EndTxnMarker)
//   value, other types     a message defined with the metadata log (LeaderChangeMessage, ...)

import { CorruptError } from '../errors.ts'
import type { BatchBuilder, BatchFields } from './builder.ts'
import type { RecordCursor } from './cursor.ts'

/** Kafka's ControlRecordType. */
export const ControlType = {
  ABORT: 0,
  COMMIT: 1,
  LEADER_CHANGE: 2,
  SNAPSHOT_HEADER: 3,
  SNAPSHOT_FOOTER: 4,
  KRAFT_VERSION: 5,
  KRAFT_VOTERS: 6,
} as const

export type ControlType = (typeof ControlType)[keyof typeof ControlType]

const NAMES = Object.keys(ControlType)
const KEY_SIZE = 4
const END_TXN_MARKER_SIZE = 6

/** `ABORT`, `COMMIT`, ...; `UNKNOWN(n)` for a type of a later Kafka. */
export function controlTypeName(type: number): string {
  return NAMES[type] ?? `UNKNOWN(${type})`
}

/** Type of the control record that the cursor stands on: one of ControlType, or that of a later Kafka. */
export function readControlType(cursor: RecordCursor): number {
  const { bytes, keyStart, keyEnd } = cursor
  if (keyStart < 0 || keyEnd - keyStart < KEY_SIZE || bytes.readInt16BE(keyStart) < 0) {
    throw new CorruptError(`the control record at offset ${cursor.offset} has no valid key`)
  }
  return bytes.readInt16BE(keyStart + 2)
}

/** Epoch of the transaction coordinator in the ABORT or COMMIT marker that the cursor stands on. */
export function readCoordinatorEpoch(cursor: RecordCursor): number {
  const { bytes, valueStart, valueEnd } = cursor
  if (valueStart < 0 || valueEnd - valueStart < END_TXN_MARKER_SIZE || bytes.readInt16BE(valueStart) < 0) {
    throw new CorruptError(`the transaction marker at offset ${cursor.offset} has no valid value`)
  }
  return bytes.readInt32BE(valueStart + 2)
}

/** Builds the batch of one control record of any type; `value` is its encoded message. */
export function buildControlBatch(
  builder: BatchBuilder,
  type: ControlType,
  value: Uint8Array,
  timestamp: number,
  fields: BatchFields = {},
): Buffer {
  const bytes = Buffer.alloc(KEY_SIZE + value.length)
  bytes.writeInt16BE(type, 2)
  bytes.set(value, KEY_SIZE)
  builder.reset()
  builder.tryAppend(timestamp, bytes, 0, KEY_SIZE, KEY_SIZE, bytes.length)
  return builder.close({ ...fields, control: true })
}

export interface EndTransaction {
  committed: boolean
  producerId: number
  producerEpoch: number
  coordinatorEpoch: number
  /** Milliseconds. */
  timestamp: number
}

/** Builds the batch with the marker that ends a producer's transaction. */
export function buildEndTransaction(builder: BatchBuilder, end: EndTransaction, fields: BatchFields = {}): Buffer {
  const value = Buffer.alloc(END_TXN_MARKER_SIZE)
  value.writeInt32BE(end.coordinatorEpoch, 2)
  const type = end.committed ? ControlType.COMMIT : ControlType.ABORT
  const { producerId, producerEpoch, timestamp } = end
  return buildControlBatch(builder, type, value, timestamp, {
    ...fields,
    transactional: true,
    producerId,
    producerEpoch,
  })
}
