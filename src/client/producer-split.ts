// A refused batch made anew out of the records that may still be written: in halves where it was too large, without the
// records that the broker named where those were wrong.

import { RecordCursor } from '../records/cursor.ts'
import { ProducerBatch } from './producer-batch.ts'

/**
 * The records of `batch` that `keep` says, in order, in batches of at most `most` records. Keys, values, headers and
 * timestamps stay; producer id and sequence numbers have to be given to the new batches.
 */
export function splitBatch(batch: ProducerBatch, keep: (index: number) => boolean, most: number): ProducerBatch[] {
  const cursor = new RecordCursor()
  const { origins } = batch
  cursor.open(batch.bytes as Buffer, 0)
  const parts: ProducerBatch[] = []
  for (let index = 0; cursor.next(); index++) {
    if (!keep(index)) continue
    let part = parts.at(-1)
    if (part === undefined || part.count >= most) parts.push((part = new ProducerBatch(Number.POSITIVE_INFINITY)))
    const { bytes, keyStart, keyEnd, valueStart, valueEnd, headersStart, recordEnd, timestamp } = cursor
    const time = Number.isSafeInteger(timestamp) ? timestamp : cursor.timestampExact
    part.builder.tryAppend(time, bytes, keyStart, keyEnd, valueStart, valueEnd, bytes, headersStart, recordEnd)
    part.addOrigins(origins[index], 1)
  }
  for (const part of parts) {
    part.ordinal = batch.ordinal
    part.attempts = batch.attempts
  }
  return parts
}
