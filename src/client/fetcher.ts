// Fetches partitions from their leaders, one fetch in flight per leader. An answer is scanned for where it ends (batch
// headers only) and the next fetch is begun before the answer is handed out, so that the network works while its records
// are decoded. At most one answer per leader waits to be taken: memory stays bounded however slow the reader is.

import { setTimeout as sleep } from 'node:timers/promises'
import { CorruptError, KtoolError } from '../errors.ts'
import {
  Fetch,
  type FetchableTopicResponse,
  type FetchResponse,
  type PartitionData,
} from '../protocol/apis/01-fetch.ts'
import { errorCode, KafkaError } from '../protocol/errors.ts'
import { decodeResponse } from '../protocol/frame.ts'
import { batchEnd, nextOffset, partitionLeaderEpoch } from '../records/batch.ts'
import type { Broker } from './broker.ts'
import { ChecksumsAhead } from './checksums-ahead.ts'
import { type Cluster, UnknownTopicError } from './cluster.ts'
import { Answer, type Fetched, type Position } from './fetched.ts'
import { type IsolationLevel, listOffsets, OffsetTime } from './list-offsets.ts'
import { backoff, isRetriable } from './retry.ts'

export interface FetchOptions {
  isolation: IsolationLevel
  /** fetch.max.bytes and max.partition.fetch.bytes; one batch always comes, however large. */
  maxBytes: number
  partitionMaxBytes: number
  minBytes: number
  /** Whether checksums are checked while an answer comes (Fetched.checked). */
  checkCrcs: boolean
  maxWaitMs: number
  /** How long it is tried again without an answer, or a partition without a record, before that ends the reading. */
  patienceMs: number
  /** After this long a partition that its leader does not let read is worth a word. */
  quietMs: number
  /** 'fetch' unless no fetch has to wait for records and nothing that is urgent comes behind one. */
  lane: 'fetch' | 'main'
}

export const fetchDefaults: FetchOptions = {
  isolation: 0,
  // Larger answers do not stay in the processor's cache while they are read.
  maxBytes: 8 << 20,
  partitionMaxBytes: 8 << 20,
  minBytes: 1,
  checkCrcs: true,
  maxWaitMs: 500,
  patienceMs: Number.POSITIVE_INFINITY,
  quietMs: 5_000,
  lane: 'fetch',
}

/** Something the user should know of a partition, while reading goes on. */
export type Notice = (position: Position, text: string) => void

/** Takes note that a topic is gone, when the others are to be read on; without it that ends the reading. */
export type Gone = (position: Position, error: UnknownTopicError) => void

const OFFSET_OUT_OF_RANGE = errorCode('OFFSET_OUT_OF_RANGE')
const CORRUPT_MESSAGE = errorCode('CORRUPT_MESSAGE')

export class Fetcher {
  private readonly cluster: Cluster
  private readonly options: FetchOptions
  private readonly notice: Notice
  private readonly gone: Gone | undefined
  /** Partitions by the broker that is asked for them; null while they look for one. */
  private readonly byLeader = new Map<Broker, Set<Position>>()
  /** Leaders with a fetch under way, and those that are asked in a moment. */
  private readonly busy = new Set<Broker>()
  private readonly due = new Set<Broker>()
  private readonly answers: { broker: Broker; answer: Answer }[] = []
  private readonly lost = new Set<Position>()
  private wake: (() => void) | null = null
  private failure: unknown = null
  /** Since when nobody answers, and with what. */
  private outage: { error: KtoolError; since: number } | null = null
  private closed = false

  constructor(cluster: Cluster, options: Partial<FetchOptions>, notice: Notice, gone?: Gone) {
    this.cluster = cluster
    this.options = { ...fetchDefaults, ...options }
    this.notice = notice
    this.gone = gone
  }

  /** Begins to read partitions. */
  add(positions: Iterable<Position>): void {
    for (const position of positions) this.locate(position)
  }

  /** Reads them no further. Answers that have come already may still hold records of them. */
  remove(positions: Iterable<Position>): void {
    for (const position of positions) {
      this.lost.delete(position)
      for (const set of this.byLeader.values()) set.delete(position)
    }
    this.wakeUp()
  }

  /** The next answer, whichever leader it comes from. Throws what ends the reading. Null after close(). */
  async next(): Promise<Answer | null> {
    for (;;) {
      if (this.failure !== null) throw this.failure
      if (this.closed) return null
      const first = this.answers.shift()
      if (first !== undefined) {
        this.fetch(first.broker)
        return first.answer
      }
      if (this.byLeader.size === 0 && this.lost.size === 0) return null
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
  }

  /** As close(), unless nobody answers at the moment: that is then thrown from next(). */
  finish(): void {
    if (this.outage === null) this.close()
    else this.fail(this.outage.error)
  }

  close(): void {
    this.closed = true
    this.lost.clear()
    this.wakeUp()
  }

  private wakeUp(): void {
    this.wake?.()
    this.wake = null
  }

  private fail(error: unknown): void {
    this.failure ??= error
    this.wakeUp()
  }

  /** Finds the leader of a partition, for as long as that takes, and fetches there. */
  private locate(position: Position): void {
    if (this.closed) return
    this.lost.add(position)
    this.findLeader(position)
      .then((leader) => {
        if (!this.lost.delete(position)) return
        const set = this.byLeader.get(leader) ?? new Set()
        this.byLeader.set(leader, set.add(position))
        this.fetchSoon(leader)
      })
      .catch((error) => {
        if (!this.lost.delete(position)) return
        if (this.gone === undefined || !(error instanceof UnknownTopicError)) return this.fail(error)
        this.gone(position, error)
        this.wakeUp()
      })
  }

  /** Partitions that are found one after the other go into one fetch: the first would have the others wait. */
  private fetchSoon(leader: Broker): void {
    if (this.due.size === 0) {
      setImmediate(() => {
        const leaders = [...this.due]
        this.due.clear()
        for (const broker of leaders) this.fetch(broker)
      })
    }
    this.due.add(leader)
  }

  /** Said once, until something comes again, and of each partition once until it is read again. */
  private onOutage(position: Position | undefined, error: KtoolError): void {
    if (this.closed) return
    if (this.outage === null && position !== undefined) this.tell(position, error)
    this.outage = { error, since: this.outage?.since ?? Date.now() }
  }

  private tell(position: Position, error: KtoolError): void {
    if (!position.told) this.notice(position, `${error.message}; trying again`)
    position.told = true
  }

  private async findLeader(position: Position): Promise<Broker> {
    const { retryBackoffMs, retryBackoffMaxMs, signal } = this.cluster.options
    for (;;) {
      if (position.failures > 0) {
        await sleep(backoff(position.failures, retryBackoffMs, retryBackoffMaxMs), undefined, { signal })
        this.cluster.forget(position.topic)
      }
      position.failures++
      if (!this.lost.has(position)) throw new KtoolError('it is not read any more')
      try {
        return (await this.cluster.leader(position.topic, position.partition)).broker
      } catch (error) {
        if (!isRetriable(error)) throw error
        this.onOutage(position, error as KtoolError)
        if (Date.now() - (this.outage?.since ?? 0) > this.options.patienceMs) throw error
      }
    }
  }

  /** Sends the next fetch to a leader, unless one is under way or its last answer has not been taken. */
  private fetch(broker: Broker): void {
    if (this.closed || this.busy.has(broker) || this.answers.some((waiting) => waiting.broker === broker)) return
    const positions = this.byLeader.get(broker)
    for (const position of positions ?? []) if (position.next >= position.until) positions?.delete(position)
    if (positions === undefined || positions.size === 0) {
      this.byLeader.delete(broker)
      this.wakeUp()
      return
    }
    this.busy.add(broker)
    this.exchange(broker, [...positions])
      .then(
        (answer) => {
          this.busy.delete(broker)
          if (answer !== null) this.answers.push({ broker, answer })
          else this.fetch(broker)
        },
        (error) => {
          this.busy.delete(broker)
          if (!isRetriable(error) && !(error instanceof UnknownTopicError)) throw error
          if (isRetriable(error)) this.onOutage([...positions][0], error)
          // Each finds its leader again, or that its topic is gone.
          this.byLeader.delete(broker)
          for (const position of positions) this.locate(position)
        },
      )
      .then(() => this.wakeUp())
      .catch((error) => this.fail(error))
  }

  private async exchange(broker: Broker, positions: Position[]): Promise<Answer | null> {
    const connection = await broker.connection(this.options.lane)
    const version = broker.version(Fetch)
    const { isolation, maxBytes, minBytes, maxWaitMs, partitionMaxBytes } = this.options
    const topics = new Map<string, Map<number, Position>>()
    for (const position of positions) {
      let partitions = topics.get(position.topic)
      if (partitions === undefined) topics.set(position.topic, (partitions = new Map()))
      partitions.set(position.partition, position)
      position.asked = position.next
    }
    const known = await Promise.all([...topics.keys()].map((name) => this.cluster.topic(name)))
    const ids = new Map(known.map(({ name, topicId }) => [name, topicId]))
    const names = new Map(known.map(({ name, topicId }) => [topicId, name]))
    const checksums = this.options.checkCrcs ? new ChecksumsAhead(version) : null
    const frame = await connection.exchange(
      Fetch,
      version,
      {
        replicaId: -1,
        maxWaitMs,
        minBytes,
        maxBytes,
        isolationLevel: isolation,
        topics: [...topics].map(([topic, partitions]) => ({
          topic,
          topicId: ids.get(topic),
          partitions: [...partitions.values()].map((position) => ({
            partition: position.partition,
            fetchOffset: position.asked,
            partitionMaxBytes,
          })),
        })),
      },
      this.cluster.options.requestTimeoutMs + maxWaitMs,
      checksums === null ? undefined : (part, filled) => checksums.look(part, filled),
    )
    const response = decodeResponse(Fetch, version, frame)
    connection.heed(response)
    const fetched = this.accept(broker, response, (row) => topics.get(row.topic || (names.get(row.topicId) ?? '')))
    if (checksums !== null) {
      for (const one of fetched) {
        if (one.records !== null) one.checked = checksums.rightUpTo + frame.byteOffset - one.records.byteOffset
      }
    }
    if (fetched.length > 0) return new Answer(fetched, connection, frame)
    connection.recycle(frame)
    return null
  }

  /** Moves the positions on and collects what is to be handed out. */
  private accept(
    broker: Broker,
    response: FetchResponse,
    partitionsOf: (row: FetchableTopicResponse) => Map<number, Position> | undefined,
  ): Fetched[] {
    if (response.errorCode !== 0) throw new KafkaError(response.errorCode, `fetching from ${broker.name}`)
    const positions = this.byLeader.get(broker)
    const fetched: Fetched[] = []
    let torn: Position | undefined
    let moves = 0
    for (const topic of response.responses) {
      const partitions = partitionsOf(topic)
      for (const row of topic.partitions) {
        const position = partitions?.get(row.partitionIndex)
        if (position === undefined || !positions?.has(position)) continue
        if (row.errorCode !== 0) {
          positions.delete(position)
          if (row.errorCode === CORRUPT_MESSAGE) fetched.push(damaged(position))
          else this.onError(position, row.errorCode)
          continue
        }
        const moved = this.advance(position, row)
        if (!moved && row.records !== null && row.records.length > 0) torn = position
        if (moved) {
          moves++
          // Leaders fill an answer in the order asked: who got something goes to the end of the line.
          positions.delete(position)
          positions.add(position)
        }
        if (moved || position.asked >= position.end) {
          const { asked: from, next, leaderEpoch } = position
          const records = moved ? row.records : null
          fetched.push({ position, records, from, next, leaderEpoch, aborted: row.abortedTransactions })
        }
      }
    }
    // A batch that did not fit any more comes whole when its partition is first in line; one that never does is too large.
    if (torn !== undefined && moves === 0) {
      const { topic, partition, next } = torn
      throw new KtoolError(`partition ${partition} of ${topic}: the batch at offset ${next} comes torn`, {
        hint: 'this broker cuts batches larger than the fetch size: raise it with -X max.partition.fetch.bytes=…',
      })
    }
    return fetched
  }

  /** Whether whole batches came. */
  private advance(position: Position, row: PartitionData): boolean {
    position.failures = 0
    position.refusedSince = 0
    position.told = false
    this.outage = null
    position.end = this.options.isolation === 1 ? row.lastStableOffset : row.highWatermark
    position.logStart = row.logStartOffset
    const { records } = row
    if (records === null || records.length === 0) return false
    let last = -1
    for (let at = 0, end = 0; (end = batchEnd(records, at)) !== -1; at = end) last = at
    if (last < 0) return false
    const next = nextOffset(records, last)
    if (next <= position.next) return false
    position.next = next
    position.leaderEpoch = partitionLeaderEpoch(records, last)
    return true
  }

  private onError(position: Position, code: number): void {
    const error = new KafkaError(code, `partition ${position.partition} of ${position.topic}`)
    if (code === OFFSET_OUT_OF_RANGE) {
      this.lost.add(position)
      this.reposition(position)
        .then(() => {
          if (this.lost.has(position)) this.locate(position)
        })
        .catch((reason) => {
          if (this.lost.has(position)) this.fail(reason)
        })
    } else if (error.retriable) this.onRefusal(position, error)
    else throw error
  }

  /** Most refusals are over when the leader has been looked up again; of those that last, it is said once. */
  private onRefusal(position: Position, error: KafkaError): void {
    position.refusedSince ||= Date.now()
    const age = Date.now() - position.refusedSince
    if (age > this.options.patienceMs) {
      this.fail(error)
      return
    }
    if (age >= this.options.quietMs) this.tell(position, error)
    this.locate(position)
  }

  /** The offset is not in the log: retention has passed it by, or the log was cut. Said, never silent. */
  private async reposition(position: Position): Promise<void> {
    const { topic, partition, next } = position
    const [[earliest], [latest]] = await Promise.all([
      listOffsets(this.cluster, [{ topic, partition, timestamp: OffsetTime.earliest }]),
      listOffsets(this.cluster, [{ topic, partition, timestamp: OffsetTime.latest }]),
    ])
    if (next < earliest.offset) {
      this.notice(position, `offsets ${next} to ${earliest.offset - 1} are deleted; going on at ${earliest.offset}`)
      position.next = earliest.offset
    } else if (next > latest.offset) {
      this.notice(position, `offset ${next} is beyond the end; going on at ${latest.offset}`)
      position.next = latest.offset
    }
  }
}

/** Kafka calls it retriable, for producers; a broker's log does not mend by itself. */
function damaged(position: Position): Fetched {
  const { topic, partition, next, leaderEpoch } = position
  const damage = new CorruptError(
    `partition ${partition} of ${topic}: the broker finds its log damaged at offset ${next}`,
    { hint: "the broker's log tells which file; -o with an offset behind it reads on" },
  )
  return { position, records: null, from: next, next, leaderEpoch, aborted: null, damage }
}
