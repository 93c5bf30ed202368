// Takes records: append() puts them into the open batch of their partition; full batches, and after a short while others
// too, are closed and go to the sender (producer-sender.ts).

import { NO_HEADERS } from '../records/headers.ts'
import type { LineEncoder } from '../records/line-encoder.ts'
import { monotonicMs } from '../util/monotonic.ts'
import type { Cluster, Topic } from './cluster.ts'
import { ProducerBatch } from './producer-batch.ts'
import { type DeliveryListener, type ProducerOptions, producerDefaults } from './producer-options.ts'
import { PartitionQueue } from './producer-queue.ts'
import { ProducerSender } from './producer-sender.ts'

/** Batches get no smaller than this however many partitions share the memory, and one that is smaller counts as much. */
const SMALLEST_BATCH = 4 * 1024
/** Of all batches together, where there are so many partitions that the usual memory has no batch for each. */
const MOST_MEMORY = 32 << 20

interface TopicState {
  topic: Topic
  queues: (PartitionQueue | undefined)[]
  /** The partition for records without a key, until its batch is full. */
  sticky: number
}

export class Producer {
  private readonly cluster: Cluster
  private readonly options: ProducerOptions
  private readonly sender: ProducerSender
  private readonly topics = new Map<string, TopicState>()
  /** Queues with an open batch. */
  private readonly open = new Set<PartitionQueue>()
  /** Where the last record went; null where its key or a partitioner's turn took it there. */
  private followed: PartitionQueue | null = null
  /** What the partitioner chose for a record that had no room and comes again; else -1. */
  private chosenBefore = -1
  private readonly free: ProducerBatch[] = []
  private batches = 0
  private maxBatches = 0
  private capacity: number
  private memoryBytes: number
  /** Closed batches whose end is not known, and their memory. */
  private unsettled = 0
  private unsettledBytes = 0
  private lingerTimer: NodeJS.Timeout | null = null
  private lingerOver = false
  private waiters: (() => void)[] = []
  private failure: Error | null = null

  constructor(cluster: Cluster, options: Partial<ProducerOptions>, listener: DeliveryListener) {
    this.cluster = cluster
    this.options = { ...producerDefaults, ...options }
    this.capacity = this.options.batchBytes
    this.memoryBytes = this.options.memoryBytes
    this.sender = new ProducerSender(cluster, this.options, {
      delivered: (batch, queue, baseOffset) => listener.delivered(batch, queue, baseOffset),
      failed: (origins, queue, error) => listener.failed(origins, queue, error),
      lost: (error) => listener.lost?.(error),
      unknown: (error) => listener.unknown?.(error),
      settled: (batch) => this.release(batch),
      replaced: (batch, parts) => {
        this.batches += parts
        this.unsettled += parts
        this.release(batch)
      },
      progressed: () => {
        if (this.lingerOver) this.closeLingering()
        this.wake()
      },
      broke: (error) => this.fail(error),
    })
  }

  /** Looks a topic up and makes it ready for append(). Throws where it does not exist. */
  async prepare(name: string, { create = false } = {}): Promise<Topic> {
    // Asked for at the same time as the topic, needed with the first batch.
    if (this.options.idempotence) this.sender.identities.initial().catch(() => {})
    const topic = await this.cluster.topic(name, { create })
    // Every partition may have a batch open: with many of them the batches get smaller, not the memory larger.
    const { length } = topic.partitions
    this.memoryBytes = Math.max(this.memoryBytes, Math.min(MOST_MEMORY, 2 * length * SMALLEST_BATCH))
    this.limitBatches(Math.max(SMALLEST_BATCH, Math.floor(this.options.memoryBytes / 2 / length)))
    this.topics.set(name, { topic, queues: [], sticky: randomBelow(topic.partitions.length) })
    return topic
  }

  /** Makes batches no larger than this, as a topic's max.message.bytes wants it. */
  limitBatches(bytes: number): void {
    this.capacity = Math.min(this.capacity, bytes)
    this.maxBatches = Math.max(2, Math.floor(this.memoryBytes / Math.max(this.capacity, SMALLEST_BATCH)))
  }

  /**
   * Adds a record to its partition's batch; key and value are ranges of `source`, which may be reused at once. A start of
   * -1 is null; a partition of -1 lets the partitioner choose. `origin` comes back with the delivery. Returns false, and
   * has added nothing, when the memory for batches is used up: call again after room().
   */
  append(
    topicName: string,
    partition: number,
    timestamp: number | bigint,
    source: Buffer,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    origin: number,
    headers: Buffer | null = null,
  ): boolean {
    const state = this.topics.get(topicName) as TopicState
    let chosen = partition
    if (chosen < 0) chosen = this.chosenBefore
    if (chosen < 0) chosen = this.options.partitioner(source, keyStart, keyEnd, state.topic.partitions.length)
    this.chosenBefore = -1
    const sticks = chosen < 0
    if (sticks) chosen = state.sticky
    let queue = this.queue(state, chosen)
    let batch = queue.open
    if (
      batch === null ||
      !batch.builder.tryAppend(timestamp, source, keyStart, keyEnd, valueStart, valueEnd, headers ?? NO_HEADERS)
    ) {
      if (batch !== null) {
        this.closeBatch(queue)
        if (sticks) {
          state.sticky = randomBelow(state.topic.partitions.length)
          queue = this.queue(state, state.sticky)
        }
      }
      batch = queue.open ?? this.openBatch(queue)
      if (batch === null) return this.noRoom(sticks ? -1 : queue.partition)
      if (!batch.builder.tryAppend(timestamp, source, keyStart, keyEnd, valueStart, valueEnd, headers ?? NO_HEADERS)) {
        this.closeBatch(queue)
        batch = this.openBatch(queue)
        if (batch === null) return this.noRoom(sticks ? -1 : queue.partition)
        batch.builder.tryAppend(timestamp, source, keyStart, keyEnd, valueStart, valueEnd, headers ?? NO_HEADERS)
      }
    }
    batch.addOrigins(origin, 1)
    this.followed = sticks || partition >= 0 ? queue : null
    return true
  }

  private noRoom(chosen: number): false {
    this.chosenBefore = chosen
    return false
  }

  /** Whether appendLines() may take some. */
  get takesLines(): boolean {
    return !!this.followed?.open
  }

  /**
   * Adds lines of `source`, `most` at most, as values without keys, to the batch where the last record of append() went, as
   * long as it has room; that is right for what would be given to append() with the same topic and partition. The numbers of
   * their origins follow on `origin`. Returns how many it took, and `encoder.taken` has their bytes; after 0 the next record
   * is one for append().
   */
  appendLines(
    encoder: LineEncoder,
    timestamp: number | bigint,
    source: Buffer,
    start: number,
    end: number,
    origin: number,
    most: number,
  ): number {
    const batch = this.followed?.open
    if (!batch) return 0
    const count = batch.builder.tryAppendLines(encoder, timestamp, source, start, end, most)
    if (count > 0) batch.addOrigins(origin, count)
    return count
  }

  /** Resolves when append() has room again. */
  async room(): Promise<void> {
    while (!this.hasRoom) await this.progress()
  }

  /** Sends all that was appended; resolves when every record is delivered or has failed. */
  async flush(): Promise<void> {
    for (const queue of this.open) this.closeBatch(queue)
    while (this.unsettled > 0) await this.progress()
    if (this.lingerTimer) clearTimeout(this.lingerTimer)
    this.lingerTimer = null
  }

  /**
   * Sends all that was appended, and ends the transaction that it is part of; the next record begins another. Throws where
   * the cluster does not end it so.
   */
  async endTransaction(commit: boolean): Promise<void> {
    await this.flush()
    await this.options.transaction?.end(commit)
    // Each partition has to join the next one.
    for (const { queues } of this.topics.values()) for (const queue of queues) queue?.stop()
  }

  private queue(state: TopicState, partition: number): PartitionQueue {
    const known = state.queues[partition]
    if (known !== undefined) return known
    const { name, topicId } = state.topic
    const queue = new PartitionQueue(name, topicId, partition, this.options.idempotence)
    state.queues[partition] = queue
    return queue
  }

  /** Single records may be larger than a batch is to be, so it is not enough to count batches. */
  private get hasRoom(): boolean {
    if (this.unsettledBytes >= this.memoryBytes) return false
    return this.free.length > 0 || this.batches < this.maxBatches
  }

  /** Resolves when something was answered; throws when the producer can't go on. */
  private progress(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failure) reject(this.failure)
      else this.waiters.push(() => (this.failure ? reject(this.failure) : resolve()))
    })
  }

  private wake(): void {
    for (const waiter of this.waiters.splice(0)) waiter()
  }

  private fail(error: Error): void {
    this.failure ??= error
    this.wake()
  }

  private openBatch(queue: PartitionQueue): ProducerBatch | null {
    if (!this.hasRoom) {
      // With all the memory in open batches, nothing would ever come back.
      if (this.unsettled === 0) for (const other of this.open) this.closeBatch(other)
      return null
    }
    let batch = this.free.pop()
    if (batch === undefined) {
      this.batches++
      batch = new ProducerBatch(this.capacity)
    }
    queue.open = batch
    this.open.add(queue)
    batch.openedAt = monotonicMs()
    this.lingerTimer ??= this.startLinger(this.options.lingerMs)
    return batch
  }

  private startLinger(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.lingerTimer = null
      this.closeLingering()
    }, ms)
  }

  private closeBatch(queue: PartitionQueue): void {
    this.open.delete(queue)
    this.unsettled++
    const batch = queue.open as ProducerBatch
    batch.held = batch.builder.memory
    this.unsettledBytes += batch.held
    const { closing } = queue.closeOpen(this.options.codec, this.options.level)
    if (closing === null) this.sender.add(queue)
    else closing.then(() => this.sender.add(queue)).catch((error) => this.fail(error))
  }

  /** Batches whose time is over are closed once a request can take them; until then they may grow. */
  private closeLingering(): void {
    this.lingerOver = false
    const now = monotonicMs()
    for (const queue of this.open) {
      const left = (queue.open as ProducerBatch).openedAt + this.options.lingerMs - now
      if (left > 0) {
        // They are in the order in which they were opened.
        this.lingerTimer ??= this.startLinger(left)
        return
      }
      if (queue.leader === null || (this.sender.hasRoom(queue.leader) && queue.next === null)) this.closeBatch(queue)
      else this.lingerOver = true
    }
  }

  private release(batch: ProducerBatch): void {
    this.unsettled--
    this.unsettledBytes -= batch.held
    // What grew for a large record is not kept.
    if (batch.capacity === this.capacity && batch.held <= Math.max(2 * this.capacity, SMALLEST_BATCH)) {
      batch.reset()
      this.free.push(batch)
    } else this.batches--
  }
}

function randomBelow(count: number): number {
  return Math.floor(Math.random() * count)
}
