// Goes through the batches of a log file, over damage and to the end.

import { isValid, LENGTH_AT, LOG_OVERHEAD } from '../../records/batch.ts'
import { type Gap, SegmentPieces } from '../../storage/segment-pieces.ts'

export interface BatchWalk {
  /** A whole batch, at `position` of the file; false ends the walk. A promise is waited for. */
  batch(buffer: Buffer, at: number, position: number, isSound: boolean): boolean | Promise<boolean>
  gap(gap: Gap): void
  /** Called between batches, and waited for where it returns a promise. */
  pace?(): Promise<void> | undefined
}

/** Resolves to the size of the file. */
export async function walkBatches(path: string, from: number, walk: BatchWalk): Promise<number> {
  const pieces = SegmentPieces.open(path, from)
  try {
    for (let piece = await pieces.next(); piece !== null; piece = await pieces.next()) {
      if (piece.kind !== 'batches') {
        walk.gap(piece)
        continue
      }
      const { buffer, end, position } = piece
      for (let at = piece.start; at < end; ) {
        const length = LOG_OVERHEAD + buffer.readInt32BE(at + LENGTH_AT)
        const isSound = isValid(buffer, at, end)
        const goesOn = walk.batch(buffer, at, position + at, isSound)
        if (!(typeof goesOn === 'boolean' ? goesOn : await goesOn)) return pieces.size
        const waiting = walk.pace?.()
        if (waiting !== undefined) await waiting
        if (!isSound) {
          await pieces.distrust(position + at, length)
          break
        }
        at += length
      }
    }
    return pieces.size
  } finally {
    await pieces.close()
  }
}
