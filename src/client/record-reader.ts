// Steps through the records that a fetch brought: checks the checksums, decompresses, leaves out what was not asked for,
// control records, and with read_committed the records of aborted transactions.

import type { AbortedTransaction } from '../protocol/apis/01-fetch.ts'
import {
  baseOffset,
  batchEnd,
  checkCrc,
  isControl,
  isTransactional,
  lastOffset,
  magic,
  nextOffset,
  producerId,
  recordCount,
} from '../records/batch.ts'
import { decompressAsync, RecordCursor } from '../records/cursor.ts'
import type { RecordView } from '../records/view.ts'
import { free } from '../util/free.ts'
import type { Fetched, Position } from './fetched.ts'

export interface ReaderOptions {
  checkCrcs: boolean
  /** Leave out the records of aborted transactions. */
  committedOnly: boolean
  /** Called for each batch before its records are visited; may step through them, and is waited for. */
  prepare?: ((view: RecordView) => Promise<void> | undefined) | undefined
  /** Runs each stretch of work between two waits, for records of about a MiB at most; ends one that takes too long. */
  limit?: { run<Result>(work: () => Result, view: RecordView): Result } | null | undefined
}

/** What is done with the records. */
export interface RecordVisitor {
  /** Called for each record until it returns false. */
  visit(view: RecordView): boolean
  /** Called for a batch all of whose records are wanted, before they are visited: may step over the first of them. */
  visitMany?: ((view: RecordView) => void) | undefined
  /** Called between batches, and waited for where it returns a promise. */
  pace?(): Promise<void> | undefined
}

const NO_BATCH = Buffer.alloc(0)
/** How many batches are decompressed ahead, in other threads. */
const AHEAD = 4
/** How many bytes of records make a stretch. */
const STRETCH = 1 << 20

export class RecordReader {
  readonly view: RecordView = { cursor: new RecordCursor(), topic: '', partition: -1, batch: NO_BATCH, batchAt: 0 }
  private readonly options: ReaderOptions
  private readonly aborted = new WeakMap<Position, AbortedProducers>()

  constructor(options: ReaderOptions) {
    this.options = options
  }

  get checksCrcs(): boolean {
    return this.options.checkCrcs
  }

  /**
   * Resolves to false where `visit` returned that. Throws a CorruptError for damaged batches, and where the broker finds its log damaged.
   */
  async read(fetched: Fetched, visitor: RecordVisitor): Promise<boolean> {
    if (fetched.damage !== undefined) throw fetched.damage
    const { limit } = this.options
    const stretches = this.stretches(fetched, visitor)
    let waited: unknown
    for (;;) {
      const { done, value } = limit ? limit.run(() => stretches.next(waited), this.view) : stretches.next(waited)
      if (done) return value
      waited = await value
    }
  }

  /** Does what read() says, up to what is to be waited for, and is then told what came of it. */
  private *stretches(
    { position, records, checked = 0, from, aborted }: Fetched,
    visitor: RecordVisitor,
  ): Generator<Promise<unknown> | undefined, boolean, unknown> {
    if (records === null) return true
    const { view } = this
    view.topic = position.topic
    view.partition = position.partition
    view.batch = records
    const producers = this.options.committedOnly ? this.abortedIn(position, aborted) : null
    const ahead = new Decompressor(records)
    for (let at = 0, end = 0, begun = 0; (end = batchEnd(records, at)) !== -1; at = end) {
      if (nextOffset(records, at) <= from) continue
      if (this.options.checkCrcs && end > checked) checkCrc(records, at)
      if (producers?.leavesOut(records, at) || isControl(records, at)) continue
      const decompressing = ahead.take(at)
      const decompressed = decompressing === undefined ? undefined : ((yield decompressing) as Buffer)
      view.batchAt = at
      view.cursor.open(records, at, decompressed)
      if (this.options.prepare !== undefined) {
        const preparing = this.options.prepare(view)
        if (preparing !== undefined) yield preparing
        view.cursor.rewind()
      }
      const whole = this.visitBatch(from, position.until, visitor)
      if (decompressed !== undefined) free(decompressed)
      if (!whole) return false
      const waiting = visitor.pace?.()
      if (waiting !== undefined || end - begun > STRETCH) {
        yield waiting
        begun = end
      }
    }
    return true
  }

  private visitBatch(from: number, until: number, visitor: RecordVisitor): boolean {
    const { view } = this
    const { cursor, batch, batchAt } = view
    const first = baseOffset(batch, batchAt)
    const last = lastOffset(batch, batchAt)
    const isV2 = magic(batch, batchAt) === 2
    // Where compaction took none, the place of a record tells its offset.
    if (isV2 && last - first + 1 === recordCount(batch, batchAt)) cursor.skip(from - first)
    if (first >= from && last < until && isV2) {
      visitor.visitMany?.(view)
      while (cursor.next()) if (!visitor.visit(view)) return false
      return true
    }
    while (cursor.next()) {
      const { offset } = cursor
      if (offset < from) continue
      if (offset >= until) break
      if (!visitor.visit(view)) return false
    }
    return true
  }

  private abortedIn(position: Position, transactions: AbortedTransaction[] | null): AbortedProducers {
    let producers = this.aborted.get(position)
    if (producers === undefined) this.aborted.set(position, (producers = new AbortedProducers()))
    producers.expect(transactions ?? [])
    return producers
  }
}

/** Which producers are inside a transaction that ends in an abort, as a partition is read in order (KIP-98). */
class AbortedProducers {
  private readonly active = new Set<number>()
  private upcoming: AbortedTransaction[] = []

  /** The aborted transactions that an answer names: those that touch its range. */
  expect(transactions: AbortedTransaction[]): void {
    this.upcoming = [...transactions].sort((a, b) => a.firstOffset - b.firstOffset)
  }

  /** Whether the batch is part of an aborted transaction; steps on to the batch. */
  leavesOut(buffer: Buffer, at: number): boolean {
    if (magic(buffer, at) < 2) return false
    const last = lastOffset(buffer, at)
    while (this.upcoming.length > 0 && this.upcoming[0].firstOffset <= last) {
      this.active.add((this.upcoming.shift() as AbortedTransaction).producerId)
    }
    const id = producerId(buffer, at)
    if (isControl(buffer, at)) {
      // The marker ends the producer's transaction, whichever way.
      this.active.delete(id)
      return true
    }
    return isTransactional(buffer, at) && this.active.has(id)
  }
}

/** Has the next compressed batches decompressed in other threads, where their codec can. */
class Decompressor {
  private readonly buffer: Buffer
  private readonly started = new Map<number, Promise<Buffer> | undefined>()
  private next = 0

  constructor(buffer: Buffer) {
    this.buffer = buffer
  }

  /** The records of the batch at `at`; undefined where the cursor is to read them itself. */
  take(at: number): Promise<Buffer> | undefined {
    if (this.next < at) this.next = at
    for (let end = 0; this.started.size < AHEAD && (end = batchEnd(this.buffer, this.next)) !== -1; this.next = end) {
      const promise = decompressAsync(this.buffer, this.next)
      if (promise === undefined && this.next > at) break
      promise?.catch(() => {})
      this.started.set(this.next, promise)
    }
    const promise = this.started.get(at)
    this.started.delete(at)
    return promise
  }
}
