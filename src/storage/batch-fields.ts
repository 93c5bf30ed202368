// What the header of a batch says, for a batch that takes its place.

import {
  baseOffset,
  baseSequence,
  isControl,
  isTransactional,
  lastOffsetDelta,
  partitionLeaderEpoch,
  producerEpoch,
  producerId,
  timestampType,
} from '../records/batch.ts'
import type { BatchFields } from '../records/builder.ts'

/** Everything but the codec and the timestamps. */
export function batchFields(buffer: Buffer, at: number): BatchFields {
  return {
    baseOffset: baseOffset(buffer, at),
    lastOffsetDelta: lastOffsetDelta(buffer, at),
    partitionLeaderEpoch: partitionLeaderEpoch(buffer, at),
    timestampType: timestampType(buffer, at),
    transactional: isTransactional(buffer, at),
    control: isControl(buffer, at),
    producerId: producerId(buffer, at),
    producerEpoch: producerEpoch(buffer, at),
    baseSequence: baseSequence(buffer, at),
  }
}
