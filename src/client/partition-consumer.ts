// Reads partitions of topics without a group: from where it is told to, as far as it is told to. While there is no such
// end, it follows what the cluster adds: new partitions of the topics, and new topics that a pattern chooses.

import { KtoolError } from '../errors.ts'
import { KafkaError } from '../protocol/errors.ts'
import { Alarm } from '../util/alarm.ts'
import { type Cluster, UnknownTopicError } from './cluster.ts'
import { type Consumer, chosenTopics, type Piece, type ReadOptions, type TopicChoice } from './consumer.ts'
import { type Fetched, Position } from './fetched.ts'
import type { Fetcher } from './fetcher.ts'
import { noPartition } from './no-partition.ts'
import { isRetriable } from './retry.ts'
import { type PartitionName, partitionBounds, resolveOffsets } from './start-offset.ts'

export interface PartitionOptions extends ReadOptions {
  /** Only these partitions of each topic. */
  partitions?: readonly number[] | undefined
}

export interface PartitionCallbacks {
  /** A topic that can't be read; the others are. */
  fail(error: KtoolError): void
  note(text: string): void
  warn(text: string): void
}

/** New partitions are looked for this often at least, however long metadata may be kept. */
const LOOK_EVERY_MS = 10_000

export class PartitionConsumer implements Consumer {
  private readonly cluster: Cluster
  private readonly fetcher: Fetcher
  private readonly choice: TopicChoice
  private readonly options: PartitionOptions
  private readonly callbacks: PartitionCallbacks
  private readonly alarm = new Alarm()
  /** Number of partitions by topic, of those that are read or were given up. */
  private readonly topics = new Map<string, number>()
  private readonly follows: boolean
  private timer: NodeJS.Timeout | null = null
  private started = false
  private stopped = false
  private failure: unknown = null

  /** Positions are added to the fetcher; it must be used by nobody else. */
  constructor(
    cluster: Cluster,
    fetcher: Fetcher,
    choice: TopicChoice,
    options: PartitionOptions,
    callbacks: PartitionCallbacks,
  ) {
    this.cluster = cluster
    this.fetcher = fetcher
    this.choice = choice
    this.options = options
    this.callbacks = callbacks
    this.follows = !options.exitEof && options.until === undefined && options.partitions === undefined
  }

  async next(): Promise<Piece | null> {
    if (!this.started) await this.start()
    for (;;) {
      if (this.failure !== null) throw this.failure
      if (this.stopped) return null
      const answer = await this.fetcher.next()
      if (answer !== null) return answer
      // All that was read is gone; what the pattern chooses may still come.
      if (!this.follows || this.choice.patterns.length === 0) return null
      await this.alarm.sleep()
    }
  }

  passed(): void {}

  giveUp({ position }: Fetched): void {
    this.fetcher.remove([position])
  }

  stop(): void {
    this.stopped = true
    this.fetcher.close()
    this.alarm.ring()
  }

  async close(): Promise<void> {
    this.stop()
    if (this.timer !== null) clearInterval(this.timer)
  }

  private async start(): Promise<void> {
    this.started = true
    const names = await chosenTopics(this.cluster, this.choice)
    for (const pattern of this.choice.patterns) {
      if (names.some((name) => pattern.matches(name))) continue
      if (this.follows) this.callbacks.warn(`no topic matches ${pattern.text} yet`)
      else
        this.callbacks.fail(
          new KtoolError(`no topic matches ${pattern.text}`, {
            hint: '`ktool topics list` shows all; internal ones are named in full',
          }),
        )
    }
    const positions = await this.positions(await this.partitionsOf(names))
    this.fetcher.add(positions)
    if (!this.follows || this.stopped) return
    const every = Math.min(LOOK_EVERY_MS, this.cluster.options.metadataMaxAgeMs)
    this.timer = setInterval(() => this.look(), every)
  }

  /** The partitions to read. Where several topics are read, one that is not there is reported and the others are read. */
  private async partitionsOf(names: readonly string[]): Promise<PartitionName[]> {
    const chosen: PartitionName[] = []
    for (const topic of names) {
      let count = 0
      try {
        count = (await this.cluster.topic(topic)).partitions.length
      } catch (error) {
        if (names.length === 1 || !(error instanceof UnknownTopicError || error instanceof KafkaError)) throw error
        this.callbacks.fail(error)
      }
      this.topics.set(topic, count)
      for (const partition of count === 0 ? [] : (this.options.partitions ?? Array(count).keys())) {
        if (partition >= count) {
          throw noPartition(topic, partition, count)
        }
        chosen.push({ topic, partition })
      }
    }
    return chosen
  }

  private async positions(chosen: readonly PartitionName[]): Promise<Position[]> {
    const { start, until, exitEof, isolation } = this.options
    const bounds = await partitionBounds(this.cluster, chosen, isolation)
    const starts = await resolveOffsets(this.cluster, start, bounds)
    const ends = until === undefined ? null : await resolveOffsets(this.cluster, until, bounds)
    return bounds.map(({ topic, partition, latest }, i) => {
      const end = Math.min(ends?.[i] ?? Number.POSITIVE_INFINITY, exitEof ? latest : Number.POSITIVE_INFINITY)
      // Where it goes on all the same, the fetcher says from where.
      if (start.kind === 'offset' && starts[i] > latest && starts[i] >= end) {
        const what = `partition ${partition} of ${topic}`
        this.callbacks.warn(`${what} ends at ${latest}: nothing is there from ${starts[i]} on`)
      }
      return new Position(topic, partition, starts[i], end)
    })
  }

  private look(): void {
    this.addNew().catch((error) => {
      // It is looked again soon.
      if (isRetriable(error)) return
      this.failure ??= error
      this.stop()
    })
  }

  /** Partitions that came since the last look are read from their beginning: all in them is new. */
  private async addNew(): Promise<void> {
    const chosen = await chosenTopics(this.cluster, this.choice)
    for (const topic of this.topics.keys()) if (!chosen.includes(topic)) this.topics.set(topic, 0)
    for (const topic of chosen) {
      const before = this.topics.get(topic) ?? 0
      let count = 0
      try {
        count = (await this.cluster.topic(topic, { fresh: this.choice.patterns.length === 0 })).partitions.length
      } catch (error) {
        // The fetcher says that it is gone.
        if (!(error instanceof UnknownTopicError)) throw error
        this.topics.set(topic, 0)
      }
      if (count <= before || this.stopped) continue
      this.topics.set(topic, count)
      const fresh = Array.from({ length: count - before }, (_, i) => new Position(topic, before + i, 0))
      this.callbacks.note(
        `reads ${before === 0 ? `topic ${topic} too` : `new partitions of ${topic}: ${range(before, count)}`}`,
      )
      this.fetcher.add(fresh)
      this.alarm.ring()
    }
  }
}

function range(from: number, to: number): string {
  return to - from === 1 ? `${from}` : `${from} to ${to - 1}`
}
