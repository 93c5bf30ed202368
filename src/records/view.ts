// A record in its place: the cursor that stands at it, and what all records of its batch share. What the consume path and
// the output formats read.

import { partitionLeaderEpoch, producerId, timestampType } from './batch.ts'
import type { RecordCursor } from './cursor.ts'

export interface RecordView {
  readonly cursor: RecordCursor
  topic: string
  partition: number
  /** The buffer and place of the batch's header. */
  batch: Buffer
  batchAt: number
}

export function leaderEpochOf({ batch, batchAt }: RecordView): number {
  return partitionLeaderEpoch(batch, batchAt)
}

export function producerIdOf({ batch, batchAt }: RecordView): number {
  return producerId(batch, batchAt)
}

/** 'none' where there is no time: messages of format 0, and producers that gave none. */
export function timestampTypeOf(view: RecordView): 'create' | 'logappend' | 'none' {
  if (view.cursor.timestamp === -1) return 'none'
  return timestampType(view.batch, view.batchAt) === 1 ? 'logappend' : 'create'
}
