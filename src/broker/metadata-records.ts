// Records of __cluster_metadata as they lie in record batches: a null key, and a value of
//
//   frame version uvarint (1) · record type uvarint · record version uvarint · the record, flexible, with its tagged fields
//
// (Kafka: MetadataRecordSerde.) The batches of the log and of its snapshots are the same.

import { CorruptError } from '../errors.ts'
import { Reader } from '../protocol/reader.ts'
import { recordTypes } from '../protocol/stored/cluster-metadata.ts'
import { Writer } from '../protocol/writer.ts'
import { isControl } from '../records/batch.ts'
import { BatchBuilder } from '../records/builder.ts'
import { ControlType, readControlType } from '../records/control.ts'
import { RecordCursor } from '../records/cursor.ts'
import type { MetadataRecord } from './metadata-image.ts'

const FRAME_VERSION = 1
/** Kafka's own bound on one batch of its quorum (MAX_BATCH_SIZE_BYTES). */
export const MAX_METADATA_BATCH_BYTES = 8 << 20

export function encodeMetadataRecord({ type, version, value }: MetadataRecord): Buffer {
  const known = recordTypes.get(type)
  if (known === undefined) throw new RangeError(`no metadata record has type ${type}`)
  const writer = new Writer(128)
  writer.uvarint(FRAME_VERSION)
  writer.uvarint(type)
  writer.uvarint(version)
  known.value.write(writer, value, version)
  return writer.concat()
}

/** One batch of these records; its offsets begin at 0. */
export function encodeMetadataBatch(records: readonly MetadataRecord[], epoch: number, now: number): Buffer {
  const builder = new BatchBuilder(MAX_METADATA_BATCH_BYTES)
  for (const record of records) {
    const bytes = encodeMetadataRecord(record)
    if (!builder.tryAppend(now, bytes, -1, -1, 0, bytes.length)) {
      throw new RangeError(`${records.length} metadata records are too many for one batch`)
    }
  }
  return builder.close({ partitionLeaderEpoch: epoch })
}

const cursor = new RecordCursor()

/** The records of the batch at `at`; none for a control batch. Throws where a record is of a type or version not known. */
export function decodeMetadataBatch(buffer: Buffer, at: number): MetadataRecord[] {
  if (isControl(buffer, at)) return []
  const records: MetadataRecord[] = []
  cursor.open(buffer, at)
  while (cursor.next()) {
    if (cursor.valueStart < 0) throw new CorruptError(`the metadata record at offset ${cursor.offset} has no value`)
    records.push(decodeMetadataRecord(cursor.bytes, cursor.valueStart, cursor.valueEnd, cursor.offset))
  }
  return records
}

/** A control record about the quorum itself: which voters it has, and how they are kept (KIP-853). */
export interface QuorumRecord {
  type: ControlType
  /** As it lies in the log. */
  value: Buffer
}

/** The records about the quorum in the control batch at `at`. */
export function decodeQuorumRecords(buffer: Buffer, at: number): QuorumRecord[] {
  const records: QuorumRecord[] = []
  if (!isControl(buffer, at)) return records
  cursor.open(buffer, at)
  while (cursor.next()) {
    const type = readControlType(cursor)
    if (type !== ControlType.KRAFT_VERSION && type !== ControlType.KRAFT_VOTERS) continue
    records.push({ type, value: Buffer.from(cursor.bytes.subarray(cursor.valueStart, cursor.valueEnd)) })
  }
  return records
}

function decodeMetadataRecord(bytes: Buffer, start: number, end: number, offset: number): MetadataRecord {
  const reader = new Reader(bytes, start, end)
  const frameVersion = reader.uvarint()
  const type = reader.uvarint()
  const version = reader.uvarint()
  const known = recordTypes.get(type)
  if (frameVersion !== FRAME_VERSION || known === undefined || version > known.value.schema.versions[1]) {
    throw new CorruptError(
      `the metadata record at offset ${offset} has frame version ${frameVersion}, type ${type} and version ${version}, ` +
        'which this release does not know',
      { hint: 'a newer Kafka has written it; use a release of ktool that knows that one' },
    )
  }
  return { type, version, value: known.value.read(reader, version) }
}
