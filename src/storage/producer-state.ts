// What a log knows of its producers: the epoch and the last five batches of each, by which it refuses what is out of order,
// recognizes what was sent twice, and fences an older instance; and the transactions that are open, by which it tells up to
// where the log is decided. (KIP-98; Kafka: ProducerStateManager, ProducerAppendInfo, ProducerStateEntry.)
//
//   transaction   data batch -> ongoing --marker--> unreplicated --high watermark passes the marker--> decided

import {
  baseOffset,
  baseSequence,
  isControl,
  isTransactional,
  lastOffset,
  lastSequence,
  magic,
  maxTimestamp,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  producerEpoch,
  producerId,
  recordCount,
} from '../records/batch.ts'
import { ControlType, readControlType, readCoordinatorEpoch } from '../records/control.ts'
import { RecordCursor } from '../records/cursor.ts'
import type { SnapshotEntry } from './producer-snapshot.ts'
import { StorageError } from './storage-error.ts'

/** How many batches a producer may have in flight and get recognized when it sends them again. */
const BATCHES_KEPT = 5
const MAX_SEQUENCE = 0x7fff_ffff
const MAX_EPOCH = 0x7fff
const NONE = -1

/**
 * Who appends: a client's records are checked fully, those of a coordinator (offsets, transaction markers) and of the
 * metadata log have no sequence numbers, and those that come from another log are taken as they are.
 */
export type AppendOrigin = 'client' | 'coordinator' | 'raft' | 'replication'

/** A batch that a producer appended. */
export interface BatchMetadata {
  lastSequence: number
  lastOffset: number
  offsetDelta: number
  timestamp: number
}

export interface ProducerEntry {
  readonly producerId: number
  /** -1: not known yet. */
  epoch: number
  coordinatorEpoch: number
  lastTimestamp: number
  /** -1: no transaction. */
  currentTxnFirstOffset: number
  /** The last ones, oldest first. */
  batches: BatchMetadata[]
}

export interface CompletedTransaction {
  producerId: number
  firstOffset: number
  /** Of the marker. */
  lastOffset: number
  aborted: boolean
}

interface OpenTransaction {
  producerId: number
  /** Of the marker; -1 while the transaction is going on. */
  lastOffset: number
}

export class ProducerState {
  /** Up to where (exclusive) batches were taken into account. */
  endOffset = 0
  readonly #name: string
  readonly #producers = new Map<number, ProducerEntry>()
  /** By first offset, in rising order. */
  readonly #ongoing = new Map<number, OpenTransaction>()
  readonly #unreplicated = new Map<number, OpenTransaction>()
  readonly #cursor = new RecordCursor()

  /** `name`: of the partition, for messages. */
  constructor(name: string) {
    this.#name = name
  }

  get producers(): ReadonlyMap<number, ProducerEntry> {
    return this.#producers
  }

  /** The first offset that is not decided: of a transaction that is open, or whose marker is not replicated yet. */
  get firstUnstableOffset(): number | undefined {
    const ongoing = firstKey(this.#ongoing)
    const unreplicated = firstKey(this.#unreplicated)
    return ongoing === undefined || (unreplicated !== undefined && unreplicated < ongoing) ? unreplicated : ongoing
  }

  hasOngoingTransaction(id: number): boolean {
    return (this.#producers.get(id)?.currentTxnFirstOffset ?? NONE) !== NONE
  }

  /** The batch that a client sent before with the same sequence numbers, when it is among the last five. */
  duplicateOf(buffer: Buffer, at: number): BatchMetadata | undefined {
    const entry = this.#producers.get(producerId(buffer, at))
    if (entry === undefined || entry.epoch !== producerEpoch(buffer, at)) return undefined
    const first = baseSequence(buffer, at)
    const last = lastSequence(buffer, at)
    return entry.batches.find((batch) => batch.lastSequence === last && firstSequence(batch) === first)
  }

  /**
   * Whether the batch may be appended at `offset`. Throws a StorageError with the answer for its producer.
   * `transactionVersion`: of the transaction that a marker ends; from 2 on the marker's epoch is a new one (KIP-890).
   */
  check(buffer: Buffer, at: number, offset: number, origin: AppendOrigin, transactionVersion = 0): void {
    if (origin === 'replication') return
    const entry = this.#producers.get(producerId(buffer, at))
    if (isControl(buffer, at)) {
      this.#checkEpoch(entry, buffer, at, offset, transactionVersion)
      this.#checkCoordinator(entry, buffer, at, offset)
      return
    }
    this.#checkEpoch(entry, buffer, at, offset, 0)
    if (origin === 'client') this.#checkSequence(entry, buffer, at, offset)
    if (entry !== undefined && entry.currentTxnFirstOffset !== NONE && !isTransactional(buffer, at)) {
      throw this.#error('INVALID_TXN_STATE', buffer, at, offset, 'is not transactional, and a transaction is open')
    }
  }

  /** Takes the appended batch into account. The transaction that it ended, if any: `complete` comes next for that. */
  update(buffer: Buffer, at: number): CompletedTransaction | undefined {
    if (magic(buffer, at) < 2) return undefined
    const id = producerId(buffer, at)
    if (id === NO_PRODUCER_ID) return undefined
    if (isControl(buffer, at)) return this.#endTransaction(id, buffer, at)
    const entry = this.#entry(id)
    const first = baseOffset(buffer, at)
    const last = lastOffset(buffer, at)
    const timestamp = maxTimestamp(buffer, at)
    this.#raiseEpoch(entry, producerEpoch(buffer, at))
    if (entry.batches.length === BATCHES_KEPT) entry.batches.shift()
    entry.batches.push({
      lastSequence: lastSequence(buffer, at),
      lastOffset: last,
      offsetDelta: last - first,
      timestamp,
    })
    entry.lastTimestamp = timestamp
    if (isTransactional(buffer, at) && entry.currentTxnFirstOffset === NONE) {
      entry.currentTxnFirstOffset = first
      this.#ongoing.set(first, { producerId: id, lastOffset: NONE })
    }
    return undefined
  }

  /** The last stable offset once this transaction is complete: what the transaction index says. */
  lastStableOffsetAfter(completed: CompletedTransaction): number {
    for (const [firstOffset, open] of this.#ongoing) {
      if (open.producerId !== completed.producerId) return firstOffset
    }
    return completed.lastOffset + 1
  }

  complete(completed: CompletedTransaction): void {
    this.#ongoing.delete(completed.firstOffset)
    const { producerId, firstOffset, lastOffset } = completed
    this.#unreplicated.set(firstOffset, { producerId, lastOffset })
  }

  /** Transactions whose marker lies below are decided. */
  onHighWatermark(offset: number): void {
    for (const [firstOffset, open] of this.#unreplicated) {
      if (open.lastOffset < offset) this.#unreplicated.delete(firstOffset)
    }
  }

  /** Forgets producers that wrote nothing for so long and have no open transaction. */
  expire(nowMs: number, expirationMs: number): void {
    for (const [id, entry] of this.#producers) if (isExpired(entry, nowMs, expirationMs)) this.#producers.delete(id)
  }

  clear(endOffset: number): void {
    this.#producers.clear()
    this.#ongoing.clear()
    this.#unreplicated.clear()
    this.endOffset = endOffset
  }

  /** Replaces everything by what a snapshot as of `endOffset` says, but for producers that expired since. */
  load(entries: readonly SnapshotEntry[], endOffset: number, nowMs: number, expirationMs: number): void {
    this.clear(endOffset)
    for (const saved of entries) {
      const { producerId, epoch, coordinatorEpoch, currentTxnFirstOffset, timestamp, lastOffset } = saved
      const { lastSequence, offsetDelta } = saved
      const batches = lastOffset < 0 ? [] : [{ lastSequence, lastOffset, offsetDelta, timestamp }]
      const entry = { producerId, epoch, coordinatorEpoch, lastTimestamp: timestamp, currentTxnFirstOffset, batches }
      if (!isExpired(entry, nowMs, expirationMs)) this.#producers.set(producerId, entry)
    }
    const open = [...this.#producers.values()].filter((entry) => entry.currentTxnFirstOffset >= 0)
    open.sort((a, b) => a.currentTxnFirstOffset - b.currentTxnFirstOffset)
    for (const { producerId, currentTxnFirstOffset } of open) {
      this.#ongoing.set(currentTxnFirstOffset, { producerId, lastOffset: NONE })
    }
  }

  /** In the order of the producer ids. */
  snapshot(): SnapshotEntry[] {
    const entries = [...this.#producers.values()].sort((a, b) => a.producerId - b.producerId)
    return entries.map((entry) => {
      const last = entry.batches.at(-1)
      return {
        producerId: entry.producerId,
        epoch: entry.epoch,
        lastSequence: last?.lastSequence ?? NO_SEQUENCE,
        lastOffset: last?.lastOffset ?? NONE,
        offsetDelta: last?.offsetDelta ?? 0,
        timestamp: entry.lastTimestamp,
        coordinatorEpoch: entry.coordinatorEpoch,
        currentTxnFirstOffset: entry.currentTxnFirstOffset,
      }
    })
  }

  #entry(id: number): ProducerEntry {
    let entry = this.#producers.get(id)
    if (entry === undefined) {
      entry = {
        producerId: id,
        epoch: NO_PRODUCER_EPOCH,
        coordinatorEpoch: NONE,
        lastTimestamp: NO_TIMESTAMP,
        currentTxnFirstOffset: NONE,
        batches: [],
      }
      this.#producers.set(id, entry)
    }
    return entry
  }

  #raiseEpoch(entry: ProducerEntry, epoch: number): void {
    if (entry.epoch === epoch) return
    entry.batches.length = 0
    entry.epoch = epoch
  }

  #endTransaction(id: number, buffer: Buffer, at: number): CompletedTransaction | undefined {
    // Compaction leaves a marker's batch without records once nothing of its transaction is left.
    if (recordCount(buffer, at) === 0) return undefined
    const type = this.#openMarker(buffer, at)
    if (type !== ControlType.ABORT && type !== ControlType.COMMIT) return undefined
    const entry = this.#entry(id)
    const firstOffset = entry.currentTxnFirstOffset
    this.#raiseEpoch(entry, producerEpoch(buffer, at))
    entry.coordinatorEpoch = readCoordinatorEpoch(this.#cursor)
    entry.lastTimestamp = this.#cursor.timestamp
    entry.currentTxnFirstOffset = NONE
    if (firstOffset === NONE) return undefined
    return { producerId: id, firstOffset, lastOffset: baseOffset(buffer, at), aborted: type === ControlType.ABORT }
  }

  #openMarker(buffer: Buffer, at: number): number {
    this.#cursor.open(buffer, at)
    this.#cursor.next()
    return readControlType(this.#cursor)
  }

  #checkEpoch(
    entry: ProducerEntry | undefined,
    buffer: Buffer,
    at: number,
    offset: number,
    transactionVersion: number,
  ): void {
    const epoch = producerEpoch(buffer, at)
    const known = entry?.epoch ?? NO_PRODUCER_EPOCH
    if (epoch > known || (epoch === known && transactionVersion < 2)) return
    // A marker sent again after its transaction was completed; the largest epoch can't be raised any more.
    if (epoch === known && (entry?.currentTxnFirstOffset === NONE || epoch === MAX_EPOCH)) return
    throw this.#error('INVALID_PRODUCER_EPOCH', buffer, at, offset, `has epoch ${epoch}, the last seen is ${known}`)
  }

  #checkCoordinator(entry: ProducerEntry | undefined, buffer: Buffer, at: number, offset: number): void {
    if (entry === undefined || recordCount(buffer, at) === 0) return
    this.#openMarker(buffer, at)
    const epoch = readCoordinatorEpoch(this.#cursor)
    if (epoch >= entry.coordinatorEpoch) return
    const problem = `has coordinator epoch ${epoch}, the last seen is ${entry.coordinatorEpoch}`
    throw this.#error('TRANSACTION_COORDINATOR_FENCED', buffer, at, offset, problem)
  }

  #checkSequence(entry: ProducerEntry | undefined, buffer: Buffer, at: number, offset: number): void {
    // Without a state (records deleted, producer expired) any sequence number is accepted.
    if (entry === undefined || entry.epoch === NO_PRODUCER_EPOCH) return
    const sequence = baseSequence(buffer, at)
    if (producerEpoch(buffer, at) !== entry.epoch) {
      if (sequence === 0) return
      const problem = `begins a new epoch with sequence number ${sequence}, not 0`
      throw this.#error('OUT_OF_ORDER_SEQUENCE_NUMBER', buffer, at, offset, problem)
    }
    const last = entry.batches.at(-1)?.lastSequence ?? NO_SEQUENCE
    if (sequence === last + 1 || (sequence === 0 && last === MAX_SEQUENCE)) return
    const problem = `has sequence number ${sequence}, the last was ${last}`
    throw this.#error('OUT_OF_ORDER_SEQUENCE_NUMBER', buffer, at, offset, problem)
  }

  #error(
    name: ConstructorParameters<typeof StorageError>[0],
    buffer: Buffer,
    at: number,
    offset: number,
    problem: string,
  ): StorageError {
    const who = `the batch of producer ${producerId(buffer, at)} for offset ${offset} of ${this.#name}`
    return new StorageError(name, `${who} ${problem}`)
  }
}

function firstSequence(batch: BatchMetadata): number {
  const first = batch.lastSequence - batch.offsetDelta
  return first >= 0 ? first : first + MAX_SEQUENCE + 1
}

function firstKey(map: ReadonlyMap<number, unknown>): number | undefined {
  for (const key of map.keys()) return key
  return undefined
}

function isExpired(entry: ProducerEntry, nowMs: number, expirationMs: number): boolean {
  return entry.currentTxnFirstOffset < 0 && nowMs - entry.lastTimestamp >= expirationMs
}
