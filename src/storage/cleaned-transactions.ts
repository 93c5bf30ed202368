// Follows the transactions of a log while compaction goes through it: which batches belong to aborted ones and are of no
// use, and which markers have nothing left that they mark. (Kafka: CleanedTransactionMetadata.)

import { isTransactional, lastOffset, producerId, recordCount } from '../records/batch.ts'
import { ControlType, readControlType } from '../records/control.ts'
import { RecordCursor } from '../records/cursor.ts'
import type { AbortedTransaction } from './transaction-index.ts'

interface Aborted {
  transaction: AbortedTransaction
  /** Whether a batch of it was still there. */
  hasBatches: boolean
}

export class CleanedTransactions {
  /** Told of each aborted transaction that has batches left, when its marker is met. */
  readonly #kept: (transaction: AbortedTransaction) => void
  readonly #cursor = new RecordCursor()
  /** To come, by their first offset. */
  #aborted: AbortedTransaction[] = []
  readonly #ongoingAborted = new Map<number, Aborted>()
  readonly #ongoingCommitted = new Set<number>()

  constructor(kept: (transaction: AbortedTransaction) => void = () => {}) {
    this.#kept = kept
  }

  /** Aborted transactions that are met from here on. */
  add(transactions: readonly AbortedTransaction[]): void {
    this.#aborted = [...this.#aborted, ...transactions].sort((a, b) => a.firstOffset - b.firstOffset)
  }

  /** Whether the batch is of no use: records of an aborted transaction, or a marker whose transaction is gone. */
  canDiscardData(buffer: Buffer, at: number): boolean {
    this.#reach(lastOffset(buffer, at))
    if (!isTransactional(buffer, at)) return false
    const id = producerId(buffer, at)
    const aborted = this.#ongoingAborted.get(id)
    if (aborted === undefined) {
      this.#ongoingCommitted.add(id)
      return false
    }
    aborted.hasBatches = true
    return true
  }

  /** Whether nothing is left that the marker marks. */
  canDiscardMarker(buffer: Buffer, at: number): boolean {
    this.#reach(lastOffset(buffer, at))
    if (recordCount(buffer, at) === 0) return true
    this.#cursor.open(buffer, at)
    this.#cursor.next()
    const id = producerId(buffer, at)
    switch (readControlType(this.#cursor)) {
      case ControlType.ABORT: {
        const aborted = this.#ongoingAborted.get(id)
        this.#ongoingAborted.delete(id)
        if (aborted === undefined || !aborted.hasBatches) return true
        this.#kept(aborted.transaction)
        return false
      }
      case ControlType.COMMIT:
        return !this.#ongoingCommitted.delete(id)
      default:
        return false
    }
  }

  #reach(offset: number): void {
    while (this.#aborted.length > 0 && this.#aborted[0].firstOffset <= offset) {
      const transaction = this.#aborted.shift() as AbortedTransaction
      const { producerId: id } = transaction
      if (!this.#ongoingAborted.has(id)) this.#ongoingAborted.set(id, { transaction, hasBatches: false })
    }
  }
}
