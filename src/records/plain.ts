// Records as plain objects, for tests and small tools. The hot paths use the cursor.

import { batches } from './batch.ts'
import { RecordCursor } from './cursor.ts'

export interface PlainRecord {
  offset: number
  /** Milliseconds; a bigint beyond 2^53. */
  timestamp: number | bigint
  key: Buffer | null
  value: Buffer | null
  headers: { key: Buffer; value: Buffer | null }[]
}

/** All records of the whole batches in the buffer, control records included, as copies. */
export function* readRecords(buffer: Buffer): Generator<PlainRecord, void, void> {
  const cursor = new RecordCursor()
  for (const at of batches(buffer)) {
    cursor.open(buffer, at)
    while (cursor.next()) yield plainRecord(cursor)
  }
}

/** The record that the cursor stands on, copied. */
export function plainRecord(cursor: RecordCursor): PlainRecord {
  const { bytes, offset, timestamp } = cursor
  const copy = (start: number, end: number): Buffer | null =>
    start < 0 ? null : Buffer.from(bytes.subarray(start, end))
  const headers: PlainRecord['headers'] = []
  cursor.rewindHeaders()
  while (cursor.nextHeader()) {
    const key = Buffer.from(bytes.subarray(cursor.headerKeyStart, cursor.headerKeyEnd))
    headers.push({ key, value: copy(cursor.headerValueStart, cursor.headerValueEnd) })
  }
  return {
    offset,
    timestamp: Number.isSafeInteger(timestamp) ? timestamp : cursor.timestampExact,
    key: copy(cursor.keyStart, cursor.keyEnd),
    value: copy(cursor.valueStart, cursor.valueEnd),
    headers,
  }
}
