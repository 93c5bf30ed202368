// Where `ktool produce` stops between two records: to keep to a rate, and to end transactions.

import type { Producer } from '../client/producer.ts'
import { KtoolError } from '../errors.ts'
import { Pace } from '../util/rate.ts'
import type { Context } from './command.ts'

export interface StopOptions {
  /** Records in a millisecond. */
  rate: number | undefined
  transactional: boolean
  /** How many records to write at most. */
  count: number
  recordsPerTransaction: number | undefined
}

export class ProduceStops {
  /** The number of records before which there is no need to ask. */
  next = 0
  /** Nothing more is to be taken. */
  isOver = false
  private readonly context: Context
  private readonly producer: Producer
  private readonly pace: Pace | null
  private readonly transactional: boolean
  private readonly every: number
  private nextEnd: number
  private readonly count: number
  private committed = 0
  /** Whether the transaction that is open is to be undone. */
  private aborts = false

  constructor(context: Context, producer: Producer, options: StopOptions) {
    const { rate, transactional, count, recordsPerTransaction = Number.POSITIVE_INFINITY } = options
    this.context = context
    this.producer = producer
    this.transactional = transactional
    this.pace = rate === undefined ? null : new Pace(rate)
    this.every = this.nextEnd = recordsPerTransaction
    this.count = count
    if (this.pace === null) this.next = Math.min(this.nextEnd, count)
    this.isOver = context.signal.aborted
    context.signal.addEventListener('abort', () => this.interrupt(), { once: true })
  }

  /** A record was refused: a transaction is whole or not at all. */
  failed(): void {
    if (this.transactional) this.interrupt()
  }

  private interrupt(): void {
    this.isOver = true
    this.aborts = true
  }

  /** After `taken` records: ends the transaction or the run where that many make it. */
  async after(taken: number): Promise<void> {
    if (taken >= this.nextEnd) {
      await this.endTransaction(taken)
      this.nextEnd += this.every
    }
    if (taken >= this.count) this.isOver = true
    if (this.pace === null) this.next = Math.min(this.nextEnd, this.count)
  }

  /** Before the record after `taken` ones: waits until the rate lets it go. */
  async before(taken: number): Promise<void> {
    if (this.pace === null || taken < this.next) return
    try {
      this.next = Math.min(this.nextEnd, this.count, await this.pace.after(taken, this.context.signal))
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
    if (!this.aborts) await this.producer.flush()
    if (!this.aborts) {
      await this.producer.endTransaction(true)
      this.committed = taken
      return
    }
    try {
      await this.producer.endTransaction(false)
    } catch (error) {
      // Who fenced this producer has aborted it; else it is over with its time.
      this.context.fail(error)
    }
    if (taken > this.committed) {
      const kept = this.committed === 0 ? 'no record is written' : `the first ${this.committed} records are written`
      this.context.fail(new KtoolError(`the transaction was aborted: ${kept}`))
    }
  }
}
