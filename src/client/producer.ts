// Sends records: append() puts them into the open batch of their partition; full batches, and after a short while others
// too, go to the partitions' leaders, up to five requests in flight per broker. producer-queue.ts holds the states of a
// partition's batches, order and exactly-once included.

import { setTimeout as sleep } from 'node:timers/promises'
import { KtoolError } from '../errors.ts'
import { type PartitionProduceResponse, Produce, type ProduceResponse } from '../protocol/apis/00-produce.ts'
import { InitProducerId } from '../protocol/apis/22-init-producer-id.ts'
import { check, errorCode, isRetriable as isRetriableCode, KafkaError } from '../protocol/errors.ts'
import { NO_HEADERS } from '../records/builder.ts'
import type { Codec } from '../records/compression/index.ts'
import type { Broker } from './broker.ts'
import type { Cluster, Topic } from './cluster.ts'
import { byMurmur2, type Partitioner } from './partitioner.ts'
import { ProducerBatch, type ProducerIdentity } from './producer-batch.ts'
import { PartitionQueue } from './producer-queue.ts'
import { splitBatch } from './producer-split.ts'
import { backoff, isRetriable, retry } from './retry.ts'

export interface ProducerOptions {
  /** -1: all in-sync replicas, 1: the leader, 0: nobody answers. */
  acks: -1 | 0 | 1
  idempotence: boolean
  codec?: Codec
  level?: number
  /** Bytes of a batch before compression. */
  batchBytes: number
  /** How long a batch waits for more records while requests could be sent. */
  lingerMs: number
  /** Requests per broker. */
  maxInFlight: number
  /** Bytes of all batches together. */
  memoryBytes: number
  /** From closing a batch until giving it up. */
  deliveryTimeoutMs: number
  partitioner: Partitioner
}

export const producerDefaults: ProducerOptions = {
  acks: -1,
  idempotence: true,
  batchBytes: 1_000_000,
  lingerMs: 5,
  maxInFlight: 5,
  memoryBytes: 32 << 20,
  deliveryTimeoutMs: 120_000,
  partitioner: byMurmur2,
}

/** What becomes of the records; called for each batch. */
export interface DeliveryListener {
  /** `baseOffset` is -1 where the broker does not tell (acks=0, a duplicate). */
  delivered(batch: ProducerBatch, queue: PartitionQueue, baseOffset: number): void
  /** Records that are not written, by their origins. */
  failed(origins: readonly number[], queue: PartitionQueue, error: KtoolError): void
}

const DUPLICATE_SEQUENCE = errorCode('DUPLICATE_SEQUENCE_NUMBER')
/** The broker has lost the state of our producer id, or never had it: a new id goes on. */
const IDENTITY_LOST = new Set(
  (['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID', 'INVALID_PRODUCER_EPOCH'] as const).map(errorCode),
)
const MESSAGE_TOO_LARGE = errorCode('MESSAGE_TOO_LARGE')
const SMALLEST_BATCH = 16 * 1024
/** A request takes batches of several partitions up to this size. */
const REQUEST_BYTES = 4 << 20

interface TopicState {
  topic: Topic
  queues: (PartitionQueue | undefined)[]
  /** The partition for records without a key, until its batch is full. */
  sticky: number
}

interface Sent {
  queue: PartitionQueue
  batch: ProducerBatch
}

export class Producer {
  private readonly cluster: Cluster
  private readonly options: ProducerOptions
  private readonly listener: DeliveryListener
  private readonly topics = new Map<string, TopicState>()
  /** Queues with an open batch. */
  private readonly open = new Set<PartitionQueue>()
  /** Queues with a closed batch that is not sent. */
  private readonly ready = new Set<PartitionQueue>()
  private readonly recovering = new Set<PartitionQueue>()
  private readonly requests = new Map<Broker, number>()
  private readonly free: ProducerBatch[] = []
  private batches = 0
  private maxBatches = 0
  private capacity: number
  /** Closed batches whose end is not known. */
  private unsettled = 0
  private firstIdentity: Promise<ProducerIdentity> | null = null
  private lingerTimer: NodeJS.Timeout | null = null
  private lingerOver = false
  private waiters: (() => void)[] = []
  private failure: Error | null = null

  constructor(cluster: Cluster, options: Partial<ProducerOptions>, listener: DeliveryListener) {
    this.cluster = cluster
    this.options = { ...producerDefaults, ...options }
    this.listener = listener
    this.capacity = this.options.batchBytes
  }

  /** Looks a topic up and makes it ready for append(). Throws where it does not exist. */
  async prepare(name: string, { create = false } = {}): Promise<Topic> {
    if (this.options.idempotence) {
      this.firstIdentity ??= this.newIdentity()
      this.firstIdentity.catch(() => {})
    }
    const topic = await this.cluster.topic(name, { create })
    // Every partition may have a batch open: with many of them the batches get smaller, not the memory larger.
    const share = Math.floor(this.options.memoryBytes / 2 / topic.partitions.length)
    this.limitBatches(Math.max(SMALLEST_BATCH, share))
    this.topics.set(name, { topic, queues: [], sticky: randomBelow(topic.partitions.length) })
    return topic
  }

  /** Makes batches no larger than this, as a topic's max.message.bytes wants it. */
  limitBatches(bytes: number): void {
    this.capacity = Math.min(this.capacity, bytes)
    this.maxBatches = Math.max(2, Math.floor(this.options.memoryBytes / this.capacity))
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
    if (chosen < 0) chosen = this.options.partitioner(source, keyStart, keyEnd, state.topic.partitions.length)
    if (chosen < 0) chosen = state.sticky
    let queue = this.queue(state, chosen)
    let batch = queue.open
    if (
      batch === null ||
      !batch.builder.tryAppend(timestamp, source, keyStart, keyEnd, valueStart, valueEnd, headers ?? NO_HEADERS)
    ) {
      if (batch !== null) {
        this.closeBatch(queue)
        if (chosen === state.sticky && partition < 0) {
          state.sticky = randomBelow(state.topic.partitions.length)
          if (keyStart < 0) queue = this.queue(state, state.sticky)
        }
      }
      batch = queue.open ?? this.openBatch(queue)
      if (batch === null) return false
      if (!batch.builder.tryAppend(timestamp, source, keyStart, keyEnd, valueStart, valueEnd, headers ?? NO_HEADERS)) {
        this.closeBatch(queue)
        batch = this.openBatch(queue)
        if (batch === null) return false
        batch.builder.tryAppend(timestamp, source, keyStart, keyEnd, valueStart, valueEnd, headers ?? NO_HEADERS)
      }
    }
    batch.origins.push(origin)
    return true
  }

  /** Resolves when append() has room again. */
  async room(): Promise<void> {
    while (this.free.length === 0 && this.batches >= this.maxBatches) await this.progress()
  }

  /** Sends all that was appended; resolves when every record is delivered or has failed. */
  async flush(): Promise<void> {
    for (const queue of this.open) this.closeBatch(queue)
    while (this.unsettled > 0) await this.progress()
    if (this.lingerTimer) clearTimeout(this.lingerTimer)
    this.lingerTimer = null
  }

  private queue(state: TopicState, partition: number): PartitionQueue {
    const known = state.queues[partition]
    if (known !== undefined) return known
    const { name, topicId } = state.topic
    const queue = new PartitionQueue(name, topicId, partition, this.options.idempotence)
    state.queues[partition] = queue
    return queue
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
    let batch = this.free.pop()
    if (batch === undefined && this.batches < this.maxBatches) {
      this.batches++
      batch = new ProducerBatch(this.capacity)
    }
    if (batch === undefined) {
      // With all the memory in open batches, nothing would ever come back.
      if (this.unsettled === 0) for (const other of this.open) this.closeBatch(other)
      return null
    }
    queue.open = batch
    this.open.add(queue)
    this.lingerTimer ??= setTimeout(() => {
      this.lingerTimer = null
      this.lingerOver = true
      this.pump()
    }, this.options.lingerMs)
    return batch
  }

  private closeBatch(queue: PartitionQueue): void {
    this.open.delete(queue)
    this.unsettled++
    const { closing } = queue.closeOpen(this.options.codec, this.options.level)
    if (closing === null) this.sendable(queue)
    else closing.then(() => this.sendable(queue)).catch((error) => this.fail(error))
  }

  private sendable(queue: PartitionQueue): void {
    this.ready.add(queue)
    this.pump()
  }

  /** Sends what may be sent. */
  private pump(): void {
    for (let more = true; more; ) {
      const requests = new Map<Broker, { sent: Sent[]; bytes: number }>()
      for (const queue of this.ready) {
        const { next, leader } = queue
        if (next === null || leader === null) {
          this.ready.delete(queue)
          if (queue.isStopped && !queue.isEmpty) this.recover(queue)
          continue
        }
        const bytes = (next.bytes as Buffer).length
        const request = requests.get(leader)
        if (request === undefined) {
          if (this.hasRoom(leader)) requests.set(leader, { sent: [{ queue, batch: next }], bytes })
        } else if (request.bytes + bytes <= REQUEST_BYTES) {
          request.sent.push({ queue, batch: next })
          request.bytes += bytes
        }
      }
      for (const [broker, { sent }] of requests) this.send(broker, sent)
      more = requests.size > 0
    }
    if (this.lingerOver) this.closeLingering()
  }

  private hasRoom(broker: Broker): boolean {
    return (this.requests.get(broker) ?? 0) < this.options.maxInFlight
  }

  /** Batches whose time is over are closed once a request can take them; until then they may grow. */
  private closeLingering(): void {
    this.lingerOver = false
    for (const queue of this.open) {
      if (queue.leader === null || (this.hasRoom(queue.leader) && queue.next === null)) this.closeBatch(queue)
      else this.lingerOver = true
    }
  }

  private send(broker: Broker, sent: Sent[]): void {
    for (const { queue } of sent) queue.take()
    this.requests.set(broker, (this.requests.get(broker) ?? 0) + 1)
    this.exchange(broker, sent)
      .then(
        (answer) => this.onAnswer(broker, sent, answer),
        (error) => this.onLoss(sent, error),
      )
      .then(() => {
        this.requests.set(broker, (this.requests.get(broker) ?? 1) - 1)
        for (const { queue } of sent) this.ready.add(queue)
        this.pump()
        this.wake()
      })
      .catch((error) => this.fail(error))
  }

  /** The answer to one Produce request; null with acks=0, when it is written. */
  private async exchange(broker: Broker, sent: Sent[]): Promise<ProduceResponse | null> {
    const { acks } = this.options
    const body = { acks, timeoutMs: this.cluster.options.requestTimeoutMs, topicData: byTopic(sent) }
    if (acks !== 0) return broker.request(Produce, body)
    const connection = await broker.connection()
    await connection.send(Produce, broker.version(Produce), body)
    return null
  }

  private onAnswer(broker: Broker, sent: Sent[], answer: ProduceResponse | null): void {
    for (const { queue, batch } of sent) {
      if (answer === null) {
        this.delivered(queue, batch, -1)
        continue
      }
      const row = answer.responses
        .find((topic) => topic.name === queue.topic || (topic.name === '' && topic.topicId === queue.topicId))
        ?.partitionResponses.find((partition) => partition.index === queue.partition)
      if (row === undefined) {
        const what = `${broker.name} did not answer for partition ${queue.partition} of ${queue.topic}`
        this.giveUp(queue, batch, new KtoolError(what))
      } else if (row.errorCode === 0) this.delivered(queue, batch, row.baseOffset)
      else if (row.errorCode === DUPLICATE_SEQUENCE) this.delivered(queue, batch, -1)
      else this.onRefusal(queue, batch, row)
    }
  }

  private onRefusal(queue: PartitionQueue, batch: ProducerBatch, row: PartitionProduceResponse): void {
    const error = new KafkaError(row.errorCode, `partition ${queue.partition} of ${queue.topic}`, row.errorMessage)
    const identityLost = this.options.idempotence && IDENTITY_LOST.has(row.errorCode)
    if (identityLost || isRetriableCode(row.errorCode)) this.tryAgain(queue, batch, error, identityLost)
    else if (row.errorCode === MESSAGE_TOO_LARGE && batch.count > 1) {
      this.sendParts(
        queue,
        batch,
        splitBatch(batch, () => true, Math.ceil(batch.count / 2)),
      )
    } else if (row.recordErrors.length > 0 && row.recordErrors.length < batch.count) {
      this.withoutWrongRecords(queue, batch, row)
    } else this.giveUp(queue, batch, error)
  }

  /** The broker refuses a batch for the records that it names (KIP-467): the others go on. */
  private withoutWrongRecords(queue: PartitionQueue, batch: ProducerBatch, row: PartitionProduceResponse): void {
    const wrong = new Map(row.recordErrors.map((error) => [error.batchIndex, error.batchIndexErrorMessage]))
    for (const [index, text] of wrong) {
      const error = new KafkaError(
        row.errorCode,
        `partition ${queue.partition} of ${queue.topic}`,
        text ?? row.errorMessage,
      )
      this.listener.failed([batch.origins[index]], queue, error)
    }
    this.sendParts(
      queue,
      batch,
      splitBatch(batch, (index) => !wrong.has(index), batch.count),
    )
  }

  private sendParts(queue: PartitionQueue, batch: ProducerBatch, parts: ProducerBatch[]): void {
    queue.replace(batch, parts, this.options.codec, this.options.level)
    this.batches += parts.length
    this.unsettled += parts.length
    this.release(batch)
  }

  /** No answer: what was sent may or may not be in the log, which its sequence numbers will tell. */
  private onLoss(sent: Sent[], error: KtoolError): void {
    for (const { queue, batch } of sent) {
      if (isRetriable(error)) this.tryAgain(queue, batch, error, false)
      else this.giveUp(queue, batch, error)
    }
  }

  private delivered(queue: PartitionQueue, batch: ProducerBatch, baseOffset: number): void {
    queue.delivered(batch)
    this.listener.delivered(batch, queue, baseOffset)
    this.release(batch)
  }

  private tryAgain(queue: PartitionQueue, batch: ProducerBatch, error: KtoolError, identityLost: boolean): void {
    if (Date.now() - batch.closedAt < this.options.deliveryTimeoutMs) queue.retry(batch, identityLost)
    else this.giveUp(queue, batch, error)
  }

  private giveUp(queue: PartitionQueue, batch: ProducerBatch, error: KtoolError): void {
    queue.giveUp(batch)
    this.listener.failed(batch.origins, queue, error)
    this.release(batch)
  }

  private release(batch: ProducerBatch): void {
    this.unsettled--
    if (batch.capacity === this.capacity) {
      batch.reset()
      this.free.push(batch)
    } else this.batches--
  }

  /** Finds the leader of a queue that stopped, and a producer id where it needs one; then it goes on. */
  private recover(queue: PartitionQueue): void {
    if (this.recovering.has(queue)) return
    this.recovering.add(queue)
    this.prepareToSend(queue)
      .then(() => {
        this.recovering.delete(queue)
        this.sendable(queue)
      })
      .catch((error) => this.fail(error))
  }

  private async prepareToSend(queue: PartitionQueue): Promise<void> {
    const { retryBackoffMs, retryBackoffMaxMs } = this.cluster.options
    for (;;) {
      if (queue.failures > 0) {
        await sleep(backoff(queue.failures, retryBackoffMs, retryBackoffMaxMs))
        this.cluster.forget(queue.topic)
      }
      queue.failures++
      try {
        const { broker } = await this.cluster.leader(queue.topic, queue.partition)
        await queue.recover(broker, queue.needsIdentity ? await this.identity(queue) : null)
        return
      } catch (error) {
        if (!(error instanceof KtoolError)) throw error
        if (isRetriable(error) && queue.age < this.options.deliveryTimeoutMs) continue
        for (const batch of queue.giveUpAll()) {
          this.listener.failed(batch.origins, queue, error)
          this.release(batch)
        }
        this.wake()
        return
      }
    }
  }

  /** All queues begin under one producer id; one that needs another later gets its own. */
  private identity(queue: PartitionQueue): Promise<ProducerIdentity> {
    return queue.hasIdentity || this.firstIdentity === null ? this.newIdentity() : this.firstIdentity
  }

  private newIdentity(): Promise<ProducerIdentity> {
    return retry(this.cluster.options, async () => {
      const broker = await this.cluster.any()
      const answer = await broker.request(InitProducerId, {
        transactionalId: null,
        transactionTimeoutMs: this.cluster.options.requestTimeoutMs,
        producerId: -1,
        producerEpoch: -1,
      })
      check(answer.errorCode, 'asking for a producer id')
      return { producerId: answer.producerId, producerEpoch: answer.producerEpoch }
    })
  }
}

function byTopic(sent: Sent[]) {
  const topics = new Map<
    string,
    { name: string; topicId: string; partitionData: { index: number; records: Buffer }[] }
  >()
  for (const { queue, batch } of sent) {
    let topic = topics.get(queue.topic)
    if (topic === undefined) {
      topic = { name: queue.topic, topicId: queue.topicId, partitionData: [] }
      topics.set(queue.topic, topic)
    }
    topic.partitionData.push({ index: queue.partition, records: batch.bytes as Buffer })
  }
  return [...topics.values()]
}

function randomBelow(count: number): number {
  return Math.floor(Math.random() * count)
}
