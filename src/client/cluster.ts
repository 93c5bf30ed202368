// The cluster as the client knows it: its brokers, its topics and who leads their partitions. Metadata is asked for when
// it is needed, again when it is old, and when an answer shows that a leader has moved.

import { DeniedError, KtoolError, UnreachableError } from '../errors.ts'
import { Metadata, type MetadataResponse, type MetadataResponseTopic } from '../protocol/apis/03-metadata.ts'
import { errorCode, KafkaError } from '../protocol/errors.ts'
import type { Address } from '../util/address.ts'
import { Broker, DismissedError } from './broker.ts'
import type { ClientOptions } from './options.ts'
import { BootstrapError, ClosedError, retry } from './retry.ts'

export interface Partition {
  partition: number
  /** Broker id, -1 where there is no leader. */
  leader: number
  leaderEpoch: number
  replicas: number[]
  isr: number[]
  offlineReplicas: number[]
}

export interface Topic {
  name: string
  topicId: string
  internal: boolean
  /** By partition number. */
  partitions: Partition[]
}

/** How long one bootstrap server has before the next one is tried beside it. */
const STAGGER_MS = 250

const LEADER_NOT_AVAILABLE = errorCode('LEADER_NOT_AVAILABLE')

export class Cluster {
  readonly options: ClientOptions
  private readonly brokers = new Map<number, Broker>()
  private readonly topics = new Map<string, { topic: Topic; at: number }>()
  private entry: Promise<Broker> | null = null
  private isClosed = false
  private seeds: Broker[] = []
  private controllerId = -1
  private dismissals = 0
  private id: string | null = null

  constructor(options: ClientOptions) {
    this.options = options
  }

  /** A broker that answers: one that is known, else the first of the bootstrap list that can be had. */
  async any(): Promise<Broker> {
    if ((await this.entry?.catch(() => null))?.isEnded) this.entry = null
    this.entry ??= this.findEntry().catch((error) => {
      this.entry = null
      throw error
    })
    return this.entry
  }

  /** The controller, or where it is hidden (KRaft) the broker that passes requests on to it. */
  async controller(): Promise<Broker> {
    if (this.controllerId < 0) await this.fetchMetadata([])
    return this.brokers.get(this.controllerId) ?? this.any()
  }

  /** Ids and addresses of all brokers. */
  async allBrokers(): Promise<Broker[]> {
    if (this.brokers.size === 0) await this.fetchMetadata([])
    return [...this.brokers.values()].sort((a, b) => a.id - b.id)
  }

  async clusterId(): Promise<string | null> {
    if (this.id === null) await this.fetchMetadata([])
    return this.id
  }

  async broker(id: number): Promise<Broker> {
    if (!this.brokers.has(id)) await this.fetchMetadata([])
    const broker = this.brokers.get(id)
    if (broker === undefined) throw new UnreachableError(`the broker ${id} is not in the cluster's metadata`)
    return broker
  }

  /**
   * One Metadata round trip: all topics for null. Topics with an error are in the answer and not remembered; brokers
   * always are.
   */
  async fetchMetadata(
    topics: readonly string[] | null,
    { allowAutoTopicCreation = false, includeAuthorizedOperations = false } = {},
  ): Promise<MetadataResponse> {
    let answer: MetadataResponse
    const broker = await this.any()
    try {
      answer = await broker.request(Metadata, (version) => ({
        topics: topics === null ? (version === 0 ? [] : null) : topics.map((name) => ({ name })),
        allowAutoTopicCreation: version < 4 ? true : allowAutoTopicCreation,
        includeTopicAuthorizedOperations: version >= 8 && includeAuthorizedOperations,
      }))
    } catch (error) {
      this.leave(broker)
      // Once may be chance; and who has answered before wants no login.
      const isDismissal = error instanceof DismissedError && this.brokers.size === 0
      throw isDismissal && ++this.dismissals > 1 ? loginWanted(broker, error) : error
    }
    this.learn(answer)
    return answer
  }

  /** All topics, internal ones included. */
  async allTopics(): Promise<Topic[]> {
    return retry(this.options, async () => {
      const answer = await this.fetchMetadata(null)
      return answer.topics
        .filter((row) => row.errorCode === 0)
        .map(topicOf)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
    })
  }

  /** One topic, from memory if it is there and fresh. Throws a KafkaError where it does not exist. */
  async topic(name: string, { fresh = false, create = false } = {}): Promise<Topic> {
    const known = this.topics.get(name)
    if (known && !fresh && Date.now() - known.at < this.options.metadataMaxAgeMs) return known.topic
    return retry(this.options, async () => {
      const answer = await this.fetchMetadata([name], { allowAutoTopicCreation: create })
      const row = answer.topics.find((topic) => topic.name === name)
      if (row === undefined) throw new KtoolError(`the broker's metadata leaves out topic ${name}`)
      const leaderless = row.partitions.find((partition) => partition.leaderId < 0)
      if (row.errorCode === 0 && create && leaderless) throw new KafkaError(LEADER_NOT_AVAILABLE, `topic ${name}`)
      if (row.errorCode === UNKNOWN_TOPIC && !create) throw await this.unknownTopic(name)
      if (row.errorCode !== 0) throw new KafkaError(row.errorCode, `topic ${name}`)
      return topicOf(row)
    })
  }

  /** The broker that leads a partition. Throws a retriable KafkaError where there is none at the moment. */
  async leader(name: string, partition: number): Promise<{ broker: Broker; leaderEpoch: number }> {
    const topic = await this.topic(name)
    const found = topic.partitions[partition]
    if (found === undefined) {
      throw new KtoolError(`topic ${name} has no partition ${partition}, only 0 to ${topic.partitions.length - 1}`)
    }
    const broker = this.brokers.get(found.leader)
    if (broker === undefined) {
      this.forget(name)
      throw new KafkaError(LEADER_NOT_AVAILABLE, `partition ${partition} of ${name}`)
    }
    return { broker, leaderEpoch: found.leaderEpoch }
  }

  /** After an answer that shows old metadata: the next look asks again. */
  forget(name: string): void {
    this.topics.delete(name)
  }

  close(): void {
    this.isClosed = true
    for (const broker of [...this.brokers.values(), ...this.seeds]) broker.close()
  }

  /** An unknown topic, with the nearest names as the hint. */
  private async unknownTopic(name: string): Promise<KtoolError> {
    const { nearest } = await import('../util/nearest.ts')
    const all = await this.fetchMetadata(null)
    const near = nearest(
      name,
      all.topics.filter((topic) => !topic.isInternal).map((topic) => topic.name ?? ''),
    )
    return new UnknownTopicError(name, near)
  }

  private learn(answer: MetadataResponse): void {
    this.controllerId = answer.controllerId
    this.id = answer.clusterId ?? this.id
    for (const row of answer.brokers) {
      const known = this.brokers.get(row.nodeId)
      if (known?.address.host === row.host && known.address.port === row.port) continue
      known?.retire()
      this.brokers.set(row.nodeId, this.adopt(row.nodeId, { host: row.host, port: row.port }, row.rack))
    }
    for (const [id, broker] of this.brokers) {
      if (answer.brokers.some((row) => row.nodeId === id)) continue
      broker.retire()
      this.brokers.delete(id)
    }
    const at = Date.now()
    for (const row of answer.topics) {
      if (row.errorCode === 0 && row.name !== null) this.topics.set(row.name, { topic: topicOf(row), at })
    }
  }

  /** A bootstrap server that turns out to be this broker is kept, with its open connection. */
  private adopt(id: number, address: Address, rack: string | null): Broker {
    const seed = this.seeds.find((s) => s.address.host === address.host && s.address.port === address.port)
    if (seed === undefined) return new Broker(id, address, this.options, rack)
    this.seeds = this.seeds.filter((other) => other !== seed)
    return seed.identify(id, rack)
  }

  /** A cluster that answered before may come back; one that never did is most likely a wrong address. */
  private unreachable(errors: KtoolError[]): KtoolError {
    // Who was refused has at least found somebody.
    const denied = errors.find((error) => error instanceof DeniedError)
    const [first] = errors
    if (denied || (errors.length === 1 && !(first instanceof UnreachableError))) return denied ?? first
    const Kind = this.brokers.size > 0 ? UnreachableError : BootstrapError
    const message =
      errors.length === 1
        ? first.message
        : `none of the bootstrap servers answers: ${errors.map((error) => error.message).join('; ')}`
    return new Kind(message, { hint: first.hint, cause: first })
  }

  /** Asks another broker next time. */
  private leave(broker: Broker): void {
    this.entry?.then((entry) => {
      if (entry === broker) this.entry = null
    })
  }

  private async findEntry(): Promise<Broker> {
    for (const broker of [...this.brokers.values()].sort(() => Math.random() - 0.5)) {
      try {
        await broker.connection()
        return broker
      } catch {
        // The next one, or the bootstrap list, may answer.
      }
    }
    return this.bootstrap()
  }

  /** The first bootstrap server to answer; each gets a head start, so that dead ones cost little. */
  private async bootstrap(): Promise<Broker> {
    if (this.isClosed) throw new ClosedError('the client was closed')
    for (const seed of this.seeds) seed.close()
    this.seeds = this.options.bootstrapServers.map((address) => new Broker(-1, address, this.options))
    const attempts: Promise<Broker>[] = []
    let next = 0
    const first = await new Promise<Broker>((resolve, reject) => {
      let failed = 0
      const errors: Error[] = []
      let timer: NodeJS.Timeout
      const start = () => {
        clearTimeout(timer)
        if (next >= this.seeds.length) return
        const seed = this.seeds[next++]
        const attempt = seed.connection().then(() => seed)
        attempts.push(attempt)
        attempt.then(
          (broker) => {
            clearTimeout(timer)
            next = this.seeds.length
            resolve(broker)
          },
          (error) => {
            errors.push(error)
            if (++failed === this.seeds.length) reject(this.unreachable(errors as KtoolError[]))
            else start()
          },
        )
        timer = setTimeout(start, STAGGER_MS)
      }
      start()
    })
    for (const seed of this.seeds) if (seed !== first) seed.close()
    this.seeds = [first]
    return first
  }
}

function loginWanted({ name }: Broker, cause: DismissedError): DeniedError {
  return new DeniedError(`${name} ends each connection at its first request: it wants a login`, {
    hint: 'give security.protocol (SASL_SSL or SASL_PLAINTEXT), sasl.mechanism, sasl.username and sasl.password',
    cause,
  })
}

const UNKNOWN_TOPIC = errorCode('UNKNOWN_TOPIC_OR_PARTITION')

/** A topic that does not exist and that nobody is expected to create. */
export class UnknownTopicError extends KtoolError {
  readonly topic: string

  /** `wanted`: whether somebody would have it be there. */
  constructor(topic: string, near: string[] = [], wanted = true) {
    const meant = `did you mean ${near.join(' or ')}? `
    const makes = `; \`ktool topics create ${topic}\` makes it`
    super(`there is no topic ${topic}`, {
      hint: `${near.length > 0 ? meant : ''}\`ktool topics list\` shows all${near.length === 0 && wanted ? makes : ''}`,
    })
    this.topic = topic
  }
}

/** Rows of the metadata answer as a Topic. */
export function topicOf(row: MetadataResponseTopic): Topic {
  const partitions: Partition[] = []
  for (const p of row.partitions) {
    partitions[p.partitionIndex] = {
      partition: p.partitionIndex,
      leader: p.leaderId,
      leaderEpoch: p.leaderEpoch,
      replicas: p.replicaNodes,
      isr: p.isrNodes,
      offlineReplicas: p.offlineReplicas,
    }
  }
  return { name: row.name ?? '', topicId: row.topicId, internal: row.isInternal, partitions }
}
