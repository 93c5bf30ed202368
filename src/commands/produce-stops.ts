// Where `ktool produce` stops between two records: to keep to a rate, and to end transactions.

import type { Producer } from '../client/producer.ts'
import { KtoolError } from '../errors.ts'
import { Pace } from '../util/rate.ts'
import type { Context } from './command.ts'

export interface StopOptions {
  /** Records in a millisecond. */
  rate: number | undefined
  transactional: boolean
  recordsPerTransaction: number | undefined
}

export class ProduceStops {
  /** The number of records before which there is no need to ask. */
  next = 0
  private readonly context: Context
  private readonly producer: Producer
  private readonly failed: () => boolean
  private readonly pace: Pace | null
  private readonly transactional: boolean
  private readonly every: number
  private nextEnd: number
  private committed = 0

  /** `failed` tells whether a record was refused: a transaction is whole or not at all. */
  constructor(context: Context, producer: Producer, failed: () => boolean, options: StopOptions) {
    const { rate, transactional, recordsPerTransaction = Number.POSITIVE_INFINITY } = options
    this.context = context
    this.producer = producer
    this.failed = failed
    this.transactional = transactional
    this.pace = rate === undefined ? null : new Pace(rate)
    this.every = this.nextEnd = recordsPerTransaction
    if (this.pace === null) this.next = this.nextEnd
  }

  /** Whether nothing more is to be taken. */
  get isOver(): boolean {
    return this.context.signal.aborted || (this.transactional && this.failed())
  }

  /** After `taken` records: commits where that many make a transaction. */
  async after(taken: number): Promise<void> {
    if (taken < this.nextEnd) return
    await this.endTransaction(taken)
    this.nextEnd += this.every
    if (this.pace === null) this.next = this.nextEnd
  }

  /** Before the record after `taken` ones: waits until the rate lets it go. */
  async before(taken: number): Promise<void> {
    if (this.pace === null || taken < this.next) return
    try {
      this.next = Math.min(this.nextEnd, await this.pace.after(taken, this.context.signal))
    } catch (error) {
      if (!this.context.signal.aborted) throw error
    }
  }

  /** After the last of `taken` records: all are sent, and the last transaction is ended. */
  async finish(taken: number): Promise<void> {
    if (this.transactional) await this.endTransaction(taken)
    else await this.producer.flush()
  }

  /** Commits, unless a record of the transaction failed or the run is ended before its time. */
  private async endTransaction(taken: number): Promise<void> {
    if (!this.isOver) await this.producer.flush()
    const commit = !this.isOver
    await this.producer.endTransaction(commit)
    if (commit) this.committed = taken
    else if (taken > this.committed) {
      const kept = this.committed === 0 ? 'no record is written' : `the first ${this.committed} records are written`
      this.context.fail(new KtoolError(`the transaction was aborted: ${kept}`))
    }
  }
}
