// The transactional ids that this broker coordinates: all there are. (Kafka: TransactionCoordinator, TransactionStateManager.)
//
// A change is written to __transaction_state before it counts. The decision to commit or abort is such a change; after it the
// markers are written, and again after a restart in between, until all partitions have theirs.

import { ApiError } from '../api-error.ts'
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import type { CoordinatorLog } from '../coordinator-log.ts'
import type { ProducerIds } from '../producer-ids.ts'
import { checkEnd } from './end.ts'
import { checkExpected, initializedData, NEW_TRANSACTION } from './initialization.ts'
import type { MarkerWriter } from './markers.ts'
import { decodeTransaction, transactionRecord, transactionTombstone } from './records.ts'
import {
  EPOCH_BUMP_VERSION,
  hasPartition,
  isEpochExhausted,
  MAX_EPOCH,
  NO_EPOCH,
  NO_PARTITIONS,
  NO_PRODUCER_ID,
  type Transaction,
  type TransactionData,
  withPartitions,
} from './transaction.ts'

export interface TransactionCoordinatorOptions {
  configs: BrokerConfigs
  store: CoordinatorLog
  markers: MarkerWriter
  producerIds: ProducerIds
  /** The finalized level of the feature transaction.version. */
  featureLevel(): number
  now(): number
  note(text: string): void
  warn(text: string): void
}

export interface Producer {
  readonly id: number
  readonly epoch: number
}

/** How long it takes until markers that could not be written are tried again. */
const RETRY_MS = 100
const LONGEST_TIMER = 0x7fff_ffff

export class TransactionCoordinator {
  readonly transactions = new Map<string, Transaction>()
  private readonly options: TransactionCoordinatorOptions
  private readonly timers: NodeJS.Timeout[]
  private readonly retries = new Set<NodeJS.Timeout>()
  private closed = false

  constructor(options: TransactionCoordinatorOptions) {
    this.options = options
    const every = (config: string, work: () => void) =>
      setInterval(work, Math.min(options.configs.number(config), LONGEST_TIMER)).unref()
    this.timers = [
      every('transaction.abort.timed.out.transaction.cleanup.interval.ms', () => this.abortTimedOut()),
      every('transaction.remove.expired.transaction.cleanup.interval.ms', () => this.expire()),
    ]
  }

  /** Takes in what was kept, and ends what was decided. */
  load(): void {
    this.options.store.load({
      record: (key, value) => {
        const found = decodeTransaction(key, value)
        if (found === undefined) return
        const { id, data } = found
        if (data === null) this.transactions.delete(id)
        else this.transactions.set(id, { id, data, lastEpoch: NO_EPOCH, isChanging: false })
      },
    })
    for (const transaction of this.transactions.values()) {
      if (isPrepared(transaction.data)) this.complete(transaction)
    }
  }

  close(): void {
    this.closed = true
    for (const timer of this.timers) clearInterval(timer)
    for (const timer of this.retries) clearTimeout(timer)
  }

  /** A producer begins: its id and epoch, after which an older one of the same name is fenced. Throws an ApiError. */
  async initProducer(id: string, timeoutMs: number, expected: Producer | undefined): Promise<Producer> {
    if (id === '') throw new ApiError('INVALID_REQUEST')
    const longest = this.options.configs.number('transaction.max.timeout.ms')
    if (timeoutMs <= 0 || timeoutMs > longest) throw new ApiError('INVALID_TRANSACTION_TIMEOUT')
    const transaction = this.transactions.get(id) ?? (await this.add(id))
    if (transaction.isChanging) throw new ApiError('CONCURRENT_TRANSACTIONS')
    const { data } = transaction
    checkExpected(data, expected)
    if (data.state === 'Ongoing') {
      // The client asks again; what the older producer has begun is aborted meanwhile.
      await this.fenceAndAbort(transaction)
      throw new ApiError('CONCURRENT_TRANSACTIONS')
    }
    transaction.isChanging = true
    try {
      const next = await initializedData(transaction, expected, timeoutMs, this.options)
      await this.write(transaction, next.data)
      transaction.lastEpoch = next.lastEpoch
    } finally {
      transaction.isChanging = false
    }
    return { id: transaction.data.producerId, epoch: transaction.data.epoch }
  }

  /**
   * Takes partitions into the transaction, which begins with the first. Undefined when that is all, else resolves with the
   * flush. Throws an ApiError.
   */
  addPartitions(
    id: string,
    producer: Producer,
    partitions: TransactionData['partitions'],
    clientVersion: number,
  ): Promise<void> | undefined {
    const transaction = this.find(id, producer)
    const { data } = transaction
    if (producer.epoch !== data.epoch) throw new ApiError('PRODUCER_FENCED')
    if (transaction.isChanging || isPrepared(data)) throw new ApiError('CONCURRENT_TRANSACTIONS')
    const isOngoing = data.state === 'Ongoing'
    if (isOngoing && includesAll(data, partitions)) return undefined
    const now = this.options.now()
    return this.change(transaction, {
      ...data,
      state: 'Ongoing',
      previousProducerId: data.producerId,
      partitions: withPartitions(isOngoing ? data.partitions : NO_PARTITIONS, partitions),
      startedAt: isOngoing ? data.startedAt : now,
      updatedAt: now,
      clientVersion,
    })
  }

  /** Throws an ApiError unless the partition is in the producer's transaction. */
  verifyPartition(id: string, producer: Producer, topic: string, partition: number): void {
    const { data } = this.find(id, producer)
    if (producer.epoch !== data.epoch) throw new ApiError('PRODUCER_FENCED')
    if (isPrepared(data)) throw new ApiError('CONCURRENT_TRANSACTIONS')
    if (!hasPartition(data, topic, partition)) throw new ApiError('TRANSACTION_ABORTABLE')
  }

  /** Ends the transaction as its producer asks for; the producer's id and epoch from then on. Throws an ApiError. */
  async endTransaction(id: string, producer: Producer, committed: boolean, clientVersion: number): Promise<Producer> {
    if (id === '') throw new ApiError('INVALID_REQUEST')
    const transaction = this.transactions.get(id)
    if (transaction === undefined) throw new ApiError('INVALID_PRODUCER_ID_MAPPING')
    if (checkEnd(transaction, producer, committed, clientVersion) === 'end') {
      await this.end(transaction, committed, clientVersion)
    }
    const { producerId, epoch } = transaction.data
    return { id: producerId, epoch }
  }

  /** Writes the decision, then the markers. `fencedEpoch`: what the producer's epoch becomes when it is not the one to end. */
  private async end(
    transaction: Transaction,
    committed: boolean,
    clientVersion: number,
    fencedEpoch?: number,
  ): Promise<void> {
    const { data } = transaction
    const knowsBumps = clientVersion >= EPOCH_BUMP_VERSION
    const bumps = knowsBumps && fencedEpoch === undefined
    const now = this.options.now()
    transaction.isChanging = true
    try {
      const isLast = bumps && isEpochExhausted(data.epoch)
      const nextProducerId = isLast ? await this.options.producerIds.next() : NO_PRODUCER_ID
      await this.write(transaction, {
        ...data,
        previousProducerId: data.producerId,
        nextProducerId,
        state: committed ? 'PrepareCommit' : 'PrepareAbort',
        epoch: fencedEpoch ?? (bumps ? data.epoch + 1 : data.epoch),
        startedAt: data.state === 'Ongoing' ? data.startedAt : now,
        partitions: data.state === 'Ongoing' ? data.partitions : NO_PARTITIONS,
        updatedAt: now,
        clientVersion,
      })
      if (knowsBumps) transaction.lastEpoch = data.epoch
      else if (fencedEpoch !== undefined) transaction.lastEpoch = NO_EPOCH
    } finally {
      transaction.isChanging = false
    }
    await this.complete(transaction)
  }

  /** Aborts for somebody else than the producer, whose epoch is used up by that. */
  private async fenceAndAbort(transaction: Transaction): Promise<void> {
    const { epoch, clientVersion } = transaction.data
    await this.end(transaction, false, clientVersion, Math.min(epoch + 1, MAX_EPOCH))
  }

  /** Writes the markers of what was decided; those that can't be written now are tried again. */
  private async complete(transaction: Transaction): Promise<void> {
    const { id, data } = transaction
    const committed = data.state === 'PrepareCommit'
    const { producerId, epoch, clientVersion: version } = data
    try {
      const marker = { producerId, epoch, committed, coordinatorEpoch: this.options.store.epochFor(id), version }
      const flushes: (Promise<void> | undefined)[] = []
      for (const [topic, partitions] of data.partitions) {
        for (const partition of partitions) flushes.push(this.mark(topic, partition, marker))
      }
      await Promise.all(flushes)
      const rotates = data.nextProducerId !== NO_PRODUCER_ID
      await this.write(transaction, {
        ...data,
        previousProducerId: data.producerId,
        producerId: rotates ? data.nextProducerId : data.producerId,
        nextProducerId: NO_PRODUCER_ID,
        epoch: rotates ? 0 : data.epoch,
        state: committed ? 'CompleteCommit' : 'CompleteAbort',
        partitions: NO_PARTITIONS,
      })
    } catch (error) {
      if (this.closed) return
      this.options.warn(`the markers of transaction ${id} are tried again: ${(error as Error).message}`)
      const timer = setTimeout(() => {
        this.retries.delete(timer)
        this.complete(transaction)
      }, RETRY_MS)
      this.retries.add(timer)
    }
  }

  /** A partition that is gone, or whose producer has been fenced there, needs no marker. */
  private mark(
    topic: string,
    partition: number,
    marker: Parameters<MarkerWriter['write']>[2],
  ): Promise<void> | undefined {
    try {
      return this.options.markers.write(topic, partition, marker)
    } catch (error) {
      if (!NO_MARKER.has((error as { error?: string }).error ?? '')) throw error
      this.options.note(`${topic}-${partition} gets no marker: ${(error as Error).message}`)
      return undefined
    }
  }

  private abortTimedOut(): void {
    const now = this.options.now()
    for (const transaction of this.transactions.values()) {
      const { data, isChanging, id } = transaction
      if (isChanging || data.state !== 'Ongoing' || now <= data.startedAt + data.timeoutMs) continue
      this.options.note(`transaction ${id} has taken longer than ${data.timeoutMs} ms and is aborted`)
      this.fenceAndAbort(transaction).catch((error: Error) => this.options.warn(error.message))
    }
  }

  /** Forgets ids that nobody has used for long. */
  private expire(): void {
    const { configs, now, store, warn } = this.options
    const oldest = now() - configs.number('transactional.id.expiration.ms')
    for (const { id, data, isChanging } of this.transactions.values()) {
      if (isChanging || !FORGETTABLE.has(data.state) || data.updatedAt > oldest) continue
      try {
        store.append(id, [transactionTombstone(id)])?.catch((error: Error) => warn(error.message))
        this.transactions.delete(id)
      } catch (error) {
        warn((error as Error).message)
      }
    }
  }

  private async add(id: string): Promise<Transaction> {
    const producerId = await this.options.producerIds.next()
    const existing = this.transactions.get(id)
    if (existing !== undefined) return existing
    const data = { ...NEW_TRANSACTION, producerId, previousProducerId: producerId, updatedAt: this.options.now() }
    const transaction = { id, data, lastEpoch: NO_EPOCH, isChanging: false }
    this.transactions.set(id, transaction)
    return transaction
  }

  private find(id: string, producer: Producer): Transaction {
    if (id === '') throw new ApiError('INVALID_REQUEST')
    const transaction = this.transactions.get(id)
    if (transaction?.data.producerId !== producer.id) throw new ApiError('INVALID_PRODUCER_ID_MAPPING')
    return transaction
  }

  private async write(transaction: Transaction, data: TransactionData): Promise<void> {
    await this.change(transaction, data)
  }

  /** Writes new data, which counts at once when no flush is waited for. */
  private change(transaction: Transaction, data: TransactionData): Promise<void> | undefined {
    const version = this.options.featureLevel() >= 1 ? 1 : 0
    const flushed = this.options.store.append(transaction.id, [transactionRecord(transaction.id, data, version)])
    if (flushed === undefined) {
      transaction.data = data
      return undefined
    }
    const wasChanging = transaction.isChanging
    transaction.isChanging = true
    return flushed.then(
      () => {
        transaction.data = data
        transaction.isChanging = wasChanging
      },
      () => {
        transaction.isChanging = wasChanging
        throw new ApiError('COORDINATOR_NOT_AVAILABLE')
      },
    )
  }
}

const NO_MARKER: ReadonlySet<string> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'INVALID_PRODUCER_EPOCH',
  'TRANSACTION_COORDINATOR_FENCED',
])
const FORGETTABLE: ReadonlySet<string> = new Set(['Empty', 'CompleteCommit', 'CompleteAbort'])

function isPrepared({ state }: TransactionData): boolean {
  return state === 'PrepareCommit' || state === 'PrepareAbort'
}

function includesAll(data: TransactionData, partitions: TransactionData['partitions']): boolean {
  for (const [topic, indexes] of partitions) {
    for (const index of indexes) if (!hasPartition(data, topic, index)) return false
  }
  return true
}
