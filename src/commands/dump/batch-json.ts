// Batches and records as JSON, an object a line. Records have the envelope that consume gives them.

import type { RecordWriter } from '../../output/record-format.ts'
import type { RecordSink } from '../../output/record-sink.ts'
import {
  baseOffset,
  baseSequence,
  compressionId,
  crc,
  deleteHorizon,
  isControl,
  isTransactional,
  lastOffset,
  lastSequence,
  magic,
  maxTimestamp,
  PRODUCER_ID_AT,
  partitionLeaderEpoch,
  producerEpoch,
  recordCount,
  sizeInBytes,
} from '../../records/batch.ts'
import { compressionName } from '../../records/compression/index.ts'
import { ControlType, controlTypeName, readControlType, readCoordinatorEpoch } from '../../records/control.ts'
import { leaderEpochOf, producerIdOf, type RecordView, timestampTypeOf } from '../../records/view.ts'
import type { ControlDecoder, FileDecoders } from './decoder.ts'

export function batchJson(file: string, buffer: Buffer, at: number, position: number, isValid: boolean): object {
  const format = magic(buffer, at)
  const isNew = format === 2
  return {
    file,
    position,
    size: sizeInBytes(buffer, at),
    magic: format,
    baseOffset: isNew ? baseOffset(buffer, at) : null,
    lastOffset: lastOffset(buffer, at),
    count: isNew ? recordCount(buffer, at) : null,
    partitionLeaderEpoch: isNew ? partitionLeaderEpoch(buffer, at) : null,
    producerId: isNew ? number(buffer.readBigInt64BE(at + PRODUCER_ID_AT)) : null,
    producerEpoch: isNew ? producerEpoch(buffer, at) : null,
    baseSequence: isNew ? baseSequence(buffer, at) : null,
    lastSequence: isNew ? lastSequence(buffer, at) : null,
    isTransactional: isTransactional(buffer, at),
    isControl: isControl(buffer, at),
    deleteHorizonMs: deleteHorizon(buffer, at) ?? null,
    maxTimestamp: maxTimestamp(buffer, at),
    compression: compressionName(compressionId(buffer, at)),
    crc: crc(buffer, at),
    isValid,
  }
}

/** Of a batch with a wrong checksum it may be any number: beyond 2^53 it is text. */
function number(value: bigint): number | string {
  const near = Number(value)
  return Number.isSafeInteger(near) ? near : String(value)
}

/** Writes the record and a line feed; `write` those that no decoder of the file is for. */
export function writeRecordJson(
  sink: RecordSink,
  view: RecordView,
  { record: decode, control }: FileDecoders,
  write: RecordWriter,
): void {
  const { batch, batchAt, cursor } = view
  if (isControl(batch, batchAt)) sink.text(`${JSON.stringify(controlRecord(view, control))}\n`)
  else if (decode === null) write(view, sink)
  else {
    const { key, payload } = decode(cursor)
    const start = JSON.stringify(place(view)).slice(0, -1)
    const value = payload === '<DELETE>' ? 'null' : json(payload)
    sink.text(`${start},"key":${json(key)},"value":${value},"leaderEpoch":${leaderEpochOf(view)}}\n`)
  }
}

/** What a decoder said: JSON, or in words why there is none. */
function json(text: string | null): string {
  return text === null ? 'null' : text.startsWith('{') ? text : JSON.stringify(text)
}

function place(view: RecordView) {
  const { topic, partition, cursor } = view
  const { offset, timestamp } = cursor
  return { topic, partition, offset, timestamp, timestampType: timestampTypeOf(view) }
}

function controlRecord(view: RecordView, decode: ControlDecoder | null): object {
  const { cursor, batch, batchAt } = view
  const type = readControlType(cursor)
  const head = { ...place(view), control: controlTypeName(type) }
  if (type === ControlType.ABORT || type === ControlType.COMMIT) {
    const coordinatorEpoch = readCoordinatorEpoch(cursor)
    return { ...head, coordinatorEpoch, producerId: producerIdOf(view), producerEpoch: producerEpoch(batch, batchAt) }
  }
  const message = decode?.(type, cursor)
  return message === undefined ? head : { ...head, data: JSON.parse(message.json) }
}
