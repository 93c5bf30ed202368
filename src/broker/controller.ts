// Changes of the cluster's metadata: checks a change as Kafka's controller does, with its texts, writes its records and has
// the partitions follow. (Kafka: ReplicationControlManager, ConfigurationControlManager, ProducerIdControlManager.)

import { UsageError } from '../errors.ts'
import type { CreatableTopic } from '../protocol/apis/19-create-topics.ts'
import type { CreatePartitionsTopic } from '../protocol/apis/37-create-partitions.ts'
import type { OpData } from '../protocol/apis/49-alter-client-quotas.ts'
import { uuidBytes } from '../util/random.ts'
import { ApiError } from './api-error.ts'
import type { BrokerConfigs } from './configs/broker-configs.ts'
import { ConfigError } from './configs/definition.ts'
import { checkTopicConfigs } from './configs/topic-configs.ts'
import { internalTopicConfigs } from './internal-topics.ts'
import {
  type MetadataRecord,
  partitionRecordOf,
  type QuotaImage,
  quotaKey,
  RecordType,
  ResourceType,
  type TopicImage,
} from './metadata-image.ts'
import type { MetadataLog } from './metadata-log.ts'
import { CLUSTER_METADATA_TOPIC, collisionKey, isInternalTopic, topicNameProblem } from './topic-names.ts'

/** Kafka's bound on what one request may create. */
const MAX_NEW_PARTITIONS = 10_000
/** How many producer ids a broker takes at once. */
export const PRODUCER_ID_BLOCK = 1000

export interface ControllerOptions {
  nodeId: number
  directoryId: string
  metadata: MetadataLog
  configs: BrokerConfigs
  /** Told what has changed, after it is written. */
  changed: {
    partitionsAdded(topic: TopicImage, from: number): void
    topicDeleted(topic: TopicImage): void
    configsChanged(resourceType: number, name: string): void
    quotasChanged(): void
  }
  note(text: string): void
}

/** Told how many partitions a change makes or deletes, before it does; throws an ApiError where those are too many now. */
export type TakePermits = (partitions: number) => void

const freely: TakePermits = () => {}

export class Controller {
  private readonly options: ControllerOptions
  private readonly collisions = new Map<string, string>()

  constructor(options: ControllerOptions) {
    this.options = options
    for (const name of options.metadata.image.topics.keys()) this.collisions.set(collisionKey(name), name)
  }

  /** Creates a topic, or only checks whether it could. Throws an ApiError. */
  createTopic(request: CreatableTopic, validateOnly: boolean, take: TakePermits = freely): TopicImage {
    const { name } = request
    if (name === CLUSTER_METADATA_TOPIC) {
      throw new ApiError('INVALID_REQUEST', `Creation of internal topic ${CLUSTER_METADATA_TOPIC} is prohibited.`)
    }
    const problem = topicNameProblem(name)
    if (problem !== undefined) throw new ApiError('INVALID_TOPIC_EXCEPTION', problem)
    if (this.image.topics.has(name)) throw new ApiError('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`)
    const other = this.collisions.get(collisionKey(name))
    if (other !== undefined) {
      throw new ApiError('INVALID_TOPIC_EXCEPTION', `Topic '${name}' collides with existing topic: ${other}`)
    }
    const overrides = new Map(request.configs.map((config) => [config.name, config.value]))
    try {
      checkTopicConfigs(overrides, this.options.configs)
    } catch (error) {
      if (error instanceof ConfigError) throw new ApiError('INVALID_CONFIG', error.message)
      throw error
    }
    const count = this.partitionCount(request)
    take(count)
    const partitions = Array.from({ length: count }, (_, partition) => this.newPartition(partition))
    const topic = { name, id: newUuid(), partitions }
    if (validateOnly) return topic
    const records: MetadataRecord[] = [
      { type: RecordType.topic, version: 0, value: { name, topicId: topic.id } },
      ...[...overrides].map(([key, value]) => ({
        type: RecordType.config,
        version: 0,
        value: { resourceType: ResourceType.topic, resourceName: name, name: key, value },
      })),
      ...this.partitionRecords(topic),
    ]
    this.options.metadata.append(records)
    this.collisions.set(collisionKey(name), name)
    this.options.changed.partitionsAdded(this.image.topics.get(name) as TopicImage, 0)
    this.options.note(`created topic ${name} with ${count} partition${count === 1 ? '' : 's'}`)
    return topic
  }

  /** Makes a topic unless it exists. Throws a UsageError where that can't be. */
  ensureTopic(name: string, numPartitions = -1): void {
    if (this.image.topics.has(name)) return
    try {
      this.createTopic({ name, numPartitions, replicationFactor: -1, assignments: [], configs: [] }, false)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      throw new UsageError(`can't create topic ${name}: ${error.message}`)
    }
  }

  /** Makes this node the leader of all partitions that it has a replica of: a Kafka that was stopped leaves them without. */
  electSelf(): void {
    const { nodeId, metadata } = this.options
    const records: MetadataRecord[] = []
    for (const topic of this.image.topics.values()) {
      for (const partition of topic.partitions) {
        if (partition === undefined || partition.leader === nodeId || !partition.replicas.includes(nodeId)) continue
        const value = {
          partitionId: partition.partition,
          topicId: topic.id,
          isr: [nodeId],
          leader: nodeId,
          eligibleLeaderReplicas: [],
          lastKnownElr: [],
        }
        records.push({ type: RecordType.partitionChange, version: 2, value: { ...NO_CHANGE, ...value } })
      }
    }
    metadata.append(records)
  }

  /** Forgets a broker. Throws an ApiError. */
  unregisterBroker(brokerId: number): void {
    const { metadata, nodeId } = this.options
    if (brokerId === nodeId) throw new ApiError('INVALID_REQUEST', `Broker ${nodeId} is the only node of this cluster.`)
    const brokerEpoch = this.image.brokerEpochs.get(brokerId)
    if (brokerEpoch === undefined) {
      throw new ApiError('BROKER_ID_NOT_REGISTERED', `Broker ID ${brokerId} is not currently registered`)
    }
    metadata.append([{ type: RecordType.unregisterBroker, version: 0, value: { brokerId, brokerEpoch } }])
  }

  /** A topic that a client asked for and that may be made: with the broker's defaults. Undefined where it can't be. */
  autoCreate(name: string): TopicImage | undefined {
    const { configs } = this.options
    const internal = isInternalTopic(name) ? internalTopicConfigs(name, configs) : undefined
    try {
      this.createTopic(
        {
          name,
          numPartitions: internal?.partitions ?? configs.number('num.partitions'),
          replicationFactor: -1,
          assignments: [],
          configs: Object.entries(internal?.configs ?? {}).map(([key, value]) => ({ name: key, value })),
        },
        false,
      )
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.error !== 'TOPIC_ALREADY_EXISTS') return undefined
    }
    return this.image.topics.get(name)
  }

  /** A topic that Kafka itself writes, made on first use. Throws COORDINATOR_NOT_AVAILABLE where it can't be. */
  internalTopic(name: string): TopicImage {
    const topic = this.image.topics.get(name) ?? this.autoCreate(name)
    if (topic === undefined) throw new ApiError('COORDINATOR_NOT_AVAILABLE')
    return topic
  }

  deleteTopic(topic: TopicImage, take: TakePermits = freely): void {
    take(topic.partitions.length)
    this.options.metadata.append([{ type: RecordType.removeTopic, version: 0, value: { topicId: topic.id } }])
    this.collisions.delete(collisionKey(topic.name))
    this.options.changed.topicDeleted(topic)
    this.options.note(`deleted topic ${topic.name}`)
  }

  /** How many partitions a topic would get. */
  additional(name: string, total: number): number {
    return Math.max(0, total - (this.image.topics.get(name)?.partitions.length ?? 0))
  }

  /** Raises the number of a topic's partitions, or only checks whether it could be. Throws an ApiError. */
  createPartitions(
    { name, count, assignments }: CreatePartitionsTopic,
    validateOnly: boolean,
    take: TakePermits = freely,
  ): void {
    const topic = this.image.topics.get(name)
    if (topic === undefined) throw new ApiError('UNKNOWN_TOPIC_OR_PARTITION', '')
    const before = topic.partitions.length
    if (count === before) throw new ApiError('INVALID_PARTITIONS', `Topic already has ${before} partition(s).`)
    if (count < before) {
      throw new ApiError(
        'INVALID_PARTITIONS',
        `The topic ${name} currently has ${before} partition(s); ${count} would not be an increase.`,
      )
    }
    const more = count - before
    if (assignments !== null) {
      if (assignments.length !== more) {
        throw new ApiError(
          'INVALID_REPLICA_ASSIGNMENT',
          `Attempted to add ${more} additional partition(s), but only ${assignments.length} assignment(s) were specified.`,
        )
      }
      for (const { brokerIds } of assignments) this.checkReplicas(brokerIds)
    }
    checkNewPartitions(more)
    take(more)
    if (validateOnly) return
    const added = Array.from({ length: more }, (_, index) => this.newPartition(before + index))
    this.options.metadata.append(this.partitionRecords({ id: topic.id, partitions: added }))
    this.options.changed.partitionsAdded(topic, before)
    this.options.note(`topic ${name} has ${count} partitions now`)
  }

  /** Writes config values of a resource; null takes one away. They have been checked. */
  changeConfigs(resourceType: number, resourceName: string, changes: ReadonlyMap<string, string | null>): void {
    if (changes.size === 0) return
    this.options.metadata.append(
      [...changes].map(([name, value]) => ({
        type: RecordType.config,
        version: 0,
        value: { resourceType, resourceName, name, value },
      })),
    )
    this.options.changed.configsChanged(resourceType, resourceName)
  }

  /** Writes quotas of an entity. They have been checked. */
  changeQuotas(entity: QuotaImage['entity'], operations: readonly OpData[]): void {
    const current = this.image.quotas.get(quotaKey(entity))?.values
    const changes = operations.filter(({ key, value, remove }) =>
      remove ? current?.has(key) : current?.get(key) !== value,
    )
    this.options.metadata.append(
      changes.map(({ key, value, remove }) => ({
        type: RecordType.clientQuota,
        version: 0,
        value: { entity, key, value: remove ? 0 : value, remove },
      })),
    )
    this.options.changed.quotasChanged()
  }

  /** The first of PRODUCER_ID_BLOCK producer ids that nobody else gets. */
  allocateProducerIds(): number {
    const first = this.image.nextProducerId
    const value = { brokerId: this.options.nodeId, brokerEpoch: -1, nextProducerId: first + PRODUCER_ID_BLOCK }
    this.options.metadata.append([{ type: RecordType.producerIds, version: 0, value }])
    return first
  }

  private get image() {
    return this.options.metadata.image
  }

  private partitionCount({ numPartitions, replicationFactor, assignments }: CreatableTopic): number {
    if (assignments.length > 0) return this.assignedPartitions({ numPartitions, replicationFactor, assignments })
    const replicas =
      replicationFactor === -1 ? this.options.configs.number('default.replication.factor') : replicationFactor
    if (replicas <= 0) {
      throw new ApiError(
        'INVALID_REPLICATION_FACTOR',
        'Replication factor must be larger than 0, or -1 to use the default value.',
      )
    }
    const count = numPartitions === -1 ? this.options.configs.number('num.partitions') : numPartitions
    if (count <= 0) {
      throw new ApiError('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.')
    }
    checkNewPartitions(count)
    if (replicas > 1) {
      throw new ApiError(
        'INVALID_REPLICATION_FACTOR',
        `Unable to replicate the partition ${replicas} time(s): The target replication factor of ${replicas} cannot be ` +
          'reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.',
      )
    }
    return count
  }

  private assignedPartitions({
    numPartitions,
    replicationFactor,
    assignments,
  }: Pick<CreatableTopic, 'numPartitions' | 'replicationFactor' | 'assignments'>): number {
    if (replicationFactor !== -1) {
      throw new ApiError(
        'INVALID_REQUEST',
        'A manual partition assignment was specified, but replication factor was not set to -1.',
      )
    }
    if (numPartitions !== -1) {
      throw new ApiError(
        'INVALID_REQUEST',
        'A manual partition assignment was specified, but numPartitions was not set to -1.',
      )
    }
    const seen = new Set<number>()
    for (const { partitionIndex, brokerIds } of assignments) {
      if (seen.has(partitionIndex)) {
        throw new ApiError(
          'INVALID_REPLICA_ASSIGNMENT',
          `Found multiple manual partition assignments for partition ${partitionIndex}`,
        )
      }
      seen.add(partitionIndex)
      this.checkReplicas(brokerIds)
    }
    for (let partition = 0; partition < seen.size; partition++) {
      if (!seen.has(partition)) {
        throw new ApiError('INVALID_REPLICA_ASSIGNMENT', 'partitions should be a consecutive 0-based integer sequence')
      }
    }
    checkNewPartitions(seen.size)
    return seen.size
  }

  /** Throws an ApiError unless a partition may have these replicas. */
  checkReplicas(brokerIds: readonly number[]): void {
    const refuse = (problem: string): never => {
      throw new ApiError('INVALID_REPLICA_ASSIGNMENT', `The manual partition assignment includes ${problem}`)
    }
    if (brokerIds.length === 0) refuse('an empty replica list.')
    const sorted = brokerIds.toSorted((a, b) => a - b)
    for (const [index, id] of sorted.entries()) {
      if (index > 0 && sorted[index - 1] === id) refuse(`the broker ${id} more than once.`)
      if (id !== this.options.nodeId) refuse(`broker ${id}, but no such broker is registered.`)
    }
  }

  private newPartition(partition: number) {
    const { nodeId, directoryId } = this.options
    return {
      partition,
      replicas: [nodeId],
      isr: [nodeId],
      leader: nodeId,
      leaderEpoch: 0,
      partitionEpoch: 0,
      directories: [directoryId],
    }
  }

  private partitionRecords({ id, partitions }: Pick<TopicImage, 'id' | 'partitions'>): MetadataRecord[] {
    return partitions.map((image) => ({ type: RecordType.partition, version: 2, value: partitionRecordOf(id, image) }))
  }
}

/** A change of a partition that changes nothing. */
const NO_CHANGE = {
  replicas: null,
  removingReplicas: null,
  addingReplicas: null,
  leaderRecoveryState: -1,
  directories: null,
}

/** Throws an ApiError where one request makes too many partitions (Kafka: ReplicationControlManager). */
export function checkNewPartitions(count: number): void {
  if (count > MAX_NEW_PARTITIONS) {
    throw new ApiError('POLICY_VIOLATION', 'Excessively large number of partitions per request.')
  }
}

/** A random uuid in Kafka's text form, which never begins with a dash (it would look like an option of a tool). */
export function newUuid(): string {
  for (;;) {
    const text = uuidBytes().toString('base64url')
    if (!text.startsWith('-')) return text
  }
}
