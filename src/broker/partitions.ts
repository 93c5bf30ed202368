// The partitions that this node leads, each with its log: what requests are answered from.

import type { ErrorName } from '../protocol/errors.ts'
import type { Log } from '../storage/log.ts'
import type { LogManager, Schedule } from '../storage/log-manager.ts'
import type { StorageError } from '../storage/storage-error.ts'
import { ApiError } from './api-error.ts'
import type { BrokerConfigs } from './configs/broker-configs.ts'
import { logConfigOf } from './configs/topic-configs.ts'
import { type MetadataImage, type PartitionImage, ResourceType, type TopicImage } from './metadata-image.ts'

export class Partition {
  readonly topic: string
  readonly log: Log
  /** Counted from the start of the broker. */
  readonly counts = { messagesIn: 0, bytesIn: 0, bytesOut: 0 }
  private readonly image: PartitionImage

  constructor(topic: string, image: PartitionImage, log: Log) {
    this.topic = topic
    this.image = image
    this.log = log
  }

  get index(): number {
    return this.image.partition
  }

  get leaderEpoch(): number {
    return this.image.leaderEpoch
  }
}

const NO_EPOCH = -1

/** The error for a client that knows another leader epoch than the current one (KIP-320). */
export function leaderEpochProblem(partition: Partition, known: number): ErrorName | undefined {
  if (known === NO_EPOCH || known === partition.leaderEpoch) return undefined
  return known < partition.leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH'
}

export interface PartitionsOptions {
  nodeId: number
  logs: LogManager
  image: MetadataImage
  configs: BrokerConfigs
  warn(text: string): void
}

export class Partitions {
  private readonly options: PartitionsOptions
  private readonly byTopic = new Map<string, Partition[]>()

  constructor(options: PartitionsOptions) {
    this.options = options
  }

  /** Opens the logs of all partitions that the metadata knows, and makes those that are missing. */
  async load(schedule: Schedule): Promise<void> {
    const { logs, image } = this.options
    await logs.load(({ topic, partition }, topicId) => {
      const known = image.topics.get(topic)
      if (known?.partitions[partition] === undefined || (topicId !== undefined && topicId !== known.id))
        return undefined
      return this.logConfig(topic)
    }, schedule)
    for (const topic of image.topics.values()) this.add(topic, 0)
  }

  /** Takes in the partitions of a topic from this number on, with new logs where there are none. */
  add(topic: TopicImage, from: number): void {
    const { logs, nodeId, warn } = this.options
    const list = this.byTopic.get(topic.name) ?? []
    this.byTopic.set(topic.name, list)
    for (const image of topic.partitions.slice(from)) {
      if (image === undefined || image.leader !== nodeId) continue
      const name = `${topic.name}-${image.partition}`
      if (logs.failures.has(name)) continue
      try {
        logs.completeTopicId(topic.name, image.partition, topic.id)
        const log =
          logs.get(topic.name, image.partition) ??
          logs.create(topic.name, image.partition, this.logConfig(topic.name), topic.id)
        log.assignLeaderEpoch(image.leaderEpoch)
        list[image.partition] = new Partition(topic.name, image, log)
      } catch (error) {
        logs.failures.set(name, error as StorageError)
        warn(`partition ${name} is offline: ${(error as Error).message}`)
      }
    }
  }

  remove(topic: TopicImage): void {
    for (const { index } of this.byTopic.get(topic.name) ?? []) this.options.logs.delete(topic.name, index)
    this.byTopic.delete(topic.name)
  }

  /** Has the logs of a topic, or of all topics, follow configs that have changed. */
  configsChanged(topic?: string): void {
    for (const name of topic === undefined ? this.byTopic.keys() : [topic]) {
      const config = this.logConfig(name)
      for (const { log } of this.byTopic.get(name) ?? []) log.config = config
    }
  }

  /** Undefined where there is no such partition. Throws an ApiError where its log could not be opened. */
  get(topic: string, index: number): Partition | undefined {
    const partition = this.byTopic.get(topic)?.[index]
    if (partition === undefined && this.options.logs.failures.has(`${topic}-${index}`)) {
      throw new ApiError('KAFKA_STORAGE_ERROR')
    }
    return partition
  }

  /** How many there are whose log could not be opened. */
  get offlineCount(): number {
    return this.options.logs.failures.size
  }

  /** All partitions. */
  *all(): Generator<Partition> {
    for (const list of this.byTopic.values()) {
      for (const partition of list) if (partition !== undefined) yield partition
    }
  }

  private logConfig(topic: string) {
    const { image, configs } = this.options
    return logConfigOf(image.configsOf(ResourceType.topic, topic), configs)
  }
}
