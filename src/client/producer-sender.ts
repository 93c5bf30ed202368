// Sends closed batches to the partitions' leaders, up to five requests in flight per broker, and deals with what comes
// back: delivered, to be sent again, refused, lost on the way. producer-queue.ts holds the states of a partition.

import { setTimeout as sleep } from 'node:timers/promises'
import { KtoolError, TimeoutError } from '../errors.ts'
import type { Connection } from '../net/connection.ts'
import { type PartitionProduceResponse, Produce, type ProduceResponse } from '../protocol/apis/00-produce.ts'
import { errorCode, isRetriable as isRetriableCode, KafkaError } from '../protocol/errors.ts'
import { monotonicMs } from '../util/monotonic.ts'
import type { Broker } from './broker.ts'
import type { Cluster } from './cluster.ts'
import type { ProducerBatch, ProducerIdentity } from './producer-batch.ts'
import { type IdentitySource, ProducerIdentities } from './producer-identity.ts'
import type { DeliveryListener, ProducerOptions } from './producer-options.ts'
import type { PartitionQueue } from './producer-queue.ts'
import { splitBatch } from './producer-split.ts'
import { backoff, isRetriable } from './retry.ts'

/** What becomes of batches. */
export interface SenderEvents extends DeliveryListener {
  /** The batch is done with, one way or the other. */
  settled(batch: ProducerBatch): void
  /** So many batches stand in its place. */
  replaced(batch: ProducerBatch, parts: number): void
  /** Answers came: there may be room for more. */
  progressed(): void
  /** Sending can't go on. */
  broke(error: Error): void
}

const DUPLICATE_SEQUENCE = errorCode('DUPLICATE_SEQUENCE_NUMBER')
const MESSAGE_TOO_LARGE = errorCode('MESSAGE_TOO_LARGE')
/** The broker has lost the state of our producer id, or never had it: a new id goes on. */
const IDENTITY_LOST = new Set(
  (['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID', 'INVALID_PRODUCER_EPOCH'] as const).map(errorCode),
)
/** A request takes batches of several partitions up to this size. */
const REQUEST_BYTES = 4 << 20
/** socket.request.max.bytes by default: a broker closes the connection on a larger request, without an answer. */
const LARGEST_REQUEST = 100 << 20

interface Sent {
  queue: PartitionQueue
  batch: ProducerBatch
}

export class ProducerSender {
  readonly identities: IdentitySource
  private readonly cluster: Cluster
  private readonly options: ProducerOptions
  private readonly events: SenderEvents
  /** Queues with a closed batch that is not sent. */
  private readonly ready = new Set<PartitionQueue>()
  private readonly recovering = new Set<PartitionQueue>()
  /** Of which it was said that they take nothing. */
  private readonly stalled = new Set<PartitionQueue>()
  private readonly requests = new Map<Broker, number>()
  /** With acks=0: when something was sent last. */
  private readonly sentAt = new WeakMap<Connection, number>()

  constructor(cluster: Cluster, options: ProducerOptions, events: SenderEvents) {
    this.cluster = cluster
    this.options = options
    this.events = events
    this.identities = options.transaction ?? new ProducerIdentities(cluster)
  }

  /** Whether a request could be sent to the broker now. */
  hasRoom(broker: Broker): boolean {
    return (this.requests.get(broker) ?? 0) < this.options.maxInFlight
  }

  /** A batch of the queue is closed. */
  add(queue: PartitionQueue): void {
    this.ready.add(queue)
    // With thousands of partitions, to look at all of them for each batch would be most of the work; the next answer does it.
    if (queue.next !== null && queue.leader !== null && !this.hasRoom(queue.leader)) return
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
        const bytes = sizeOf(next)
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
        this.events.progressed()
      })
      .catch((error) => this.events.broke(error))
  }

  /** The answer to one Produce request; null with acks=0, when it is written. */
  private async exchange(broker: Broker, sent: Sent[]): Promise<ProduceResponse | null> {
    const { acks, transaction } = this.options
    const { requestTimeoutMs: timeoutMs } = this.cluster.options
    const body = { transactionalId: transaction?.id ?? null, acks, timeoutMs, topicData: byTopic(sent) }
    if (acks !== 0) return broker.request(Produce, body, transaction?.produceOptions)
    const connection = await broker.connection()
    this.watch(connection)
    await connection.send(Produce, broker.version(Produce), body)
    return null
  }

  /**
   * Where nothing is answered, its end is all that a connection tells of what was wrong with a request; long after the last one
   * it tells nothing.
   */
  private watch(connection: Connection): void {
    const isWatched = this.sentAt.has(connection)
    this.sentAt.set(connection, monotonicMs())
    if (isWatched) return
    connection.onClose((error, inPeace) => {
      const age = monotonicMs() - (this.sentAt.get(connection) as number)
      if (!inPeace && age < this.cluster.options.requestTimeoutMs) this.events.unknown?.(error)
    })
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
    else if (row.errorCode === MESSAGE_TOO_LARGE && batch.count > 1) this.onTooLarge(queue, batch, error)
    else if (row.recordErrors.length > 0 && row.recordErrors.length < batch.count) {
      this.withoutWrongRecords(queue, batch, row)
    } else this.giveUp(queue, batch, error)
  }

  /** Parts need another producer id, which a transaction can't have. */
  private onTooLarge(queue: PartitionQueue, batch: ProducerBatch, error: KtoolError): void {
    if (this.options.transaction !== null) {
      const hint = 'in a transaction a batch is not split: lower -X batch.size'
      this.giveUp(queue, batch, new KtoolError(error.message, { hint, cause: error }))
      return
    }
    this.sendParts(
      queue,
      batch,
      splitBatch(batch, () => true, Math.ceil(batch.count / 2)),
    )
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
      this.events.failed([batch.origins[index]], queue, error)
    }
    this.sendParts(
      queue,
      batch,
      splitBatch(batch, (index) => !wrong.has(index), batch.count),
    )
  }

  private sendParts(queue: PartitionQueue, batch: ProducerBatch, parts: ProducerBatch[]): void {
    queue.replace(batch, parts, this.options.codec, this.options.level)
    this.events.replaced(batch, parts.length)
  }

  /** No answer: what was sent may or may not be in the log, which its sequence numbers will tell. */
  private onLoss(sent: Sent[], error: KtoolError): void {
    // A batch that is larger than a request goes alone.
    const [{ queue, batch }] = sent
    if (sizeOf(batch) > LARGEST_REQUEST) {
      this.giveUp(queue, batch, tooLarge(sizeOf(batch), error))
      return
    }
    if (isRetriable(error)) this.events.lost?.(error)
    for (const { queue, batch } of sent) {
      if (isRetriable(error)) this.tryAgain(queue, batch, error, false)
      else this.giveUp(queue, batch, error)
    }
  }

  private delivered(queue: PartitionQueue, batch: ProducerBatch, baseOffset: number): void {
    this.stalled.delete(queue)
    queue.delivered(batch)
    this.events.delivered(batch, queue, baseOffset)
    this.events.settled(batch)
  }

  private tryAgain(queue: PartitionQueue, batch: ProducerBatch, error: KtoolError, identityLost: boolean): void {
    const age = Date.now() - batch.closedAt
    queue.cause ??= error
    if (age >= this.options.deliveryTimeoutMs) {
      this.giveUp(queue, batch, identityLost ? queue.cause : error)
      return
    }
    this.tellStall(queue, age, error)
    queue.retry(batch, identityLost)
  }

  /** Most errors that are tried again are over in a moment; of those that last, once. */
  private tellStall(queue: PartitionQueue, age: number, error: KtoolError): void {
    if (age < this.options.quietMs || this.stalled.has(queue)) return
    this.stalled.add(queue)
    this.events.lost?.(error)
  }

  private giveUp(queue: PartitionQueue, batch: ProducerBatch, error: KtoolError): void {
    queue.giveUp(batch)
    this.events.failed(batch.origins, queue, error)
    this.events.settled(batch)
  }

  /** Finds the leader of a queue that stopped, and a producer id where it needs one; then it goes on. */
  private recover(queue: PartitionQueue): void {
    if (this.recovering.has(queue)) return
    this.recovering.add(queue)
    this.prepareToSend(queue)
      .then(() => {
        this.recovering.delete(queue)
        this.add(queue)
      })
      .catch((error) => this.events.broke(error))
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
        const left = this.options.deliveryTimeoutMs - queue.age
        await within(left, this.prepareQueue(queue), () => queue.cause ?? tooLate())
        return
      } catch (error) {
        if (!(error instanceof KtoolError)) throw error
        if (isRetriable(error) && queue.age < this.options.deliveryTimeoutMs) {
          this.tellStall(queue, queue.age, error)
          continue
        }
        for (const batch of queue.giveUpAll()) {
          this.events.failed(batch.origins, queue, error)
          this.events.settled(batch)
        }
        this.events.progressed()
        return
      }
    }
  }

  private async prepareQueue(queue: PartitionQueue): Promise<void> {
    const { broker } = await this.cluster.leader(queue.topic, queue.partition)
    const { topicId } = await this.cluster.topic(queue.topic)
    if (topicId !== queue.topicId) queue.moveTo(topicId)
    const identity = queue.needsIdentity ? await this.identityFor(queue) : null
    await this.options.transaction?.join(queue.topic, queue.partition)
    await queue.recover(broker, identity)
  }

  private identityFor(queue: PartitionQueue): Promise<ProducerIdentity> {
    return queue.hasIdentity ? this.identities.fresh(queue.isIdentityLost) : this.identities.initial()
  }
}

function sizeOf(batch: ProducerBatch): number {
  return (batch.bytes as Buffer).length
}

function tooLarge(bytes: number, cause: KtoolError): KtoolError {
  return new KtoolError(`the connection was lost over a batch of ${bytes} bytes`, {
    hint: 'brokers close it on more than socket.request.max.bytes, 100 MiB by default',
    cause,
  })
}

const tooLate = () => new TimeoutError('the leader or a producer id could not be had in time (delivery.timeout.ms)')

/** Throws `late` where it takes longer. */
async function within(ms: number, work: Promise<void>, late: () => KtoolError): Promise<void> {
  const timer = new AbortController()
  const limit = async () => {
    await sleep(Math.max(ms, 0), undefined, { signal: timer.signal })
    throw late()
  }
  work.catch(() => {})
  try {
    await Promise.race([work, limit()])
  } finally {
    timer.abort()
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
