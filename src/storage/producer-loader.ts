// Brings the producer state of a log to an offset: from the newest snapshot, and the batches after it. (Kafka:
// UnifiedLog.rebuildProducerState.)

import { baseOffset } from '../records/batch.ts'
import { scanBatches } from './batch-scan.ts'
import type { ProducerSnapshots } from './producer-snapshots.ts'
import type { ProducerState } from './producer-state.ts'
import type { Segments } from './segments.ts'

export interface ProducerLoad {
  producers: ProducerState
  snapshots: ProducerSnapshots
  segments: Segments
  startOffset: number
  endOffset: number
  nowMs: number
  expirationMs: number
  /** Without a snapshot there were no producers: so it is after a clean stop of a Kafka that knew none. */
  emptyWithoutSnapshot: boolean
  warn: (message: string) => void
}

export async function loadProducers(load: ProducerLoad): Promise<void> {
  const { producers, snapshots, startOffset, endOffset, nowMs, expirationMs, warn } = load
  if (producers.endOffset !== endOffset || endOffset === 0) {
    const hadSnapshot = snapshots.offsets.some((offset) => offset <= endOffset && offset > startOffset)
    snapshots.loadLatest(producers, startOffset, endOffset, nowMs, expirationMs, warn)
    if (hadSnapshot || !load.emptyWithoutSnapshot) await replay(load)
    producers.endOffset = endOffset
  }
  producers.onHighWatermark(endOffset)
  snapshots.take(producers)
}

async function replay({ producers, segments, startOffset, endOffset }: ProducerLoad): Promise<void> {
  const from = Math.max(producers.endOffset, startOffset)
  for (const segment of segments.range(from, endOffset)) {
    const position = from <= segment.baseOffset ? 0 : segment.positionOf(from)
    if (position === -1) continue
    const { baseOffset: base, size } = segment
    await scanBatches(segment.file, { baseOffset: base, size, from: position }, (buffer, at) => {
      if (baseOffset(buffer, at) >= endOffset) return
      const completed = producers.update(buffer, at)
      if (completed !== undefined) producers.complete(completed)
    })
  }
}
