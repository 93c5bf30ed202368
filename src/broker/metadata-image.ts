// What the records of __cluster_metadata add up to: topics, partitions, configs, features, quotas, SCRAM
// credentials, ACLs, producer ids. Records of things
// that this broker has no use for (other nodes' registrations, for one) are read over.

import { ZERO_UUID } from '../protocol/codec.ts'
import { Reader } from '../protocol/reader.ts'
import type {
  AccessControlEntryRecord,
  ClientQuotaRecord,
  ConfigRecord,
  FeatureLevelRecord,
  PartitionChangeRecord,
  PartitionRecord,
  ProducerIdsRecord,
  RemoveTopicRecord,
  TopicRecord,
  UserScramCredentialRecord,
} from '../protocol/stored/cluster-metadata.ts'
import { kRaftVersionRecord } from '../protocol/stored/data.ts'
import { ControlType } from '../records/control.ts'
import type { QuorumRecord } from './metadata-records.ts'

/** Type numbers of the records that matter here. */
export const RecordType = {
  registerBroker: 0,
  unregisterBroker: 1,
  topic: 2,
  partition: 3,
  config: 4,
  partitionChange: 5,
  removeTopic: 9,
  scramCredential: 11,
  featureLevel: 12,
  clientQuota: 14,
  producerIds: 15,
  acl: 18,
  removeAcl: 19,
  noOp: 20,
  removeScramCredential: 22,
  beginTransaction: 23,
  endTransaction: 24,
  abortTransaction: 25,
} as const

/** Resource types of configs. */
export const ResourceType = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 } as const

export interface MetadataRecord {
  type: number
  version: number
  // biome-ignore lint/suspicious/noExplicitAny: the type number says which record it is
  value: any
}

export interface PartitionImage {
  readonly partition: number
  replicas: number[]
  isr: number[]
  leader: number
  leaderEpoch: number
  partitionEpoch: number
  directories: string[]
}

export interface TopicImage {
  readonly name: string
  readonly id: string
  /** By partition number. */
  readonly partitions: PartitionImage[]
}

export interface QuotaImage {
  entity: ClientQuotaRecord['entity']
  values: Map<string, number>
}

const NO_LEADER_CHANGE = -2

export class MetadataImage {
  readonly topics = new Map<string, TopicImage>()
  readonly topicsById = new Map<string, TopicImage>()
  readonly features = new Map<string, number>()
  readonly quotas = new Map<string, QuotaImage>()
  /** By scramKey. */
  readonly scramCredentials = new Map<string, UserScramCredentialRecord>()
  /** By id. */
  readonly acls = new Map<string, AccessControlEntryRecord>()
  /** Another one after each change of the ACLs. */
  aclVersion = 0
  nextProducerId = 0
  /** By node id: the epoch of its last registration, which only a Kafka writes. */
  readonly brokerEpochs = new Map<number, number>()
  /** What a Kafka keeps of its quorum beside the metadata, by control type, as it lies in the log. */
  readonly quorum = new Map<ControlType, Buffer>()
  private readonly configs = new Map<string, Map<string, string>>()

  get quorumRecords(): QuorumRecord[] {
    return [...this.quorum].map(([type, value]) => ({ type, value })).sort((a, b) => a.type - b.type)
  }

  /** 1 where the voters are in the metadata log, 0 where they are in the configuration. */
  get kraftVersion(): number {
    const record = this.quorum.get(ControlType.KRAFT_VERSION)
    return record === undefined ? 0 : kRaftVersionRecord.read(new Reader(record), 0).kRaftVersion
  }

  /** The changed configs of a resource; empty where there are none. */
  configsOf(resourceType: number, name: string): Map<string, string> {
    return this.configs.get(`${resourceType}:${name}`) ?? new Map()
  }

  /** Names of the resources of this type that have changed configs. */
  resourcesWithConfigs(resourceType: number): string[] {
    const prefix = `${resourceType}:`
    return [...this.configs.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
  }

  replay({ type, value }: MetadataRecord): void {
    switch (type) {
      case RecordType.topic:
        this.addTopic(value)
        break
      case RecordType.partition:
        this.addPartition(value)
        break
      case RecordType.partitionChange:
        this.changePartition(value)
        break
      case RecordType.removeTopic:
        this.removeTopic(value)
        break
      case RecordType.config:
        this.changeConfig(value)
        break
      case RecordType.featureLevel:
        this.changeFeature(value)
        break
      case RecordType.clientQuota:
        this.changeQuota(value)
        break
      case RecordType.scramCredential:
        this.addCredential(value)
        break
      case RecordType.removeScramCredential:
        this.scramCredentials.delete(scramKey(value.name, value.mechanism))
        break
      case RecordType.acl:
        this.acls.set(value.id, value)
        this.aclVersion++
        break
      case RecordType.removeAcl:
        this.acls.delete(value.id)
        this.aclVersion++
        break
      case RecordType.registerBroker:
        this.brokerEpochs.set(value.brokerId, value.brokerEpoch)
        break
      case RecordType.unregisterBroker:
        this.brokerEpochs.delete(value.brokerId)
        break
      case RecordType.producerIds:
        this.nextProducerId = (value as ProducerIdsRecord).nextProducerId
    }
  }

  private addCredential(record: UserScramCredentialRecord): void {
    const { name, mechanism, iterations } = record
    const [salt, storedKey, serverKey] = [record.salt, record.storedKey, record.serverKey].map((each) =>
      Buffer.from(each),
    )
    this.scramCredentials.set(scramKey(name, mechanism), { name, mechanism, iterations, salt, storedKey, serverKey })
  }

  private addTopic({ name, topicId }: TopicRecord): void {
    const topic: TopicImage = { name, id: topicId, partitions: [] }
    this.topics.set(name, topic)
    this.topicsById.set(topicId, topic)
  }

  private addPartition(record: PartitionRecord): void {
    const topic = this.topicsById.get(record.topicId)
    if (topic === undefined) return
    const { partitionId: partition, replicas, isr, leader, leaderEpoch, partitionEpoch, directories } = record
    topic.partitions[partition] = { partition, replicas, isr, leader, leaderEpoch, partitionEpoch, directories }
  }

  /** As Kafka's PartitionRegistration.merge: another leader raises the leader epoch, any change the partition epoch. */
  private changePartition(record: PartitionChangeRecord): void {
    const partition = this.topicsById.get(record.topicId)?.partitions[record.partitionId]
    if (partition === undefined) return
    if (record.isr !== null) partition.isr = record.isr
    if (record.replicas !== null) partition.replicas = record.replicas
    if (record.directories !== null) partition.directories = record.directories
    if (record.leader !== NO_LEADER_CHANGE) {
      partition.leader = record.leader
      partition.leaderEpoch++
    }
    partition.partitionEpoch++
  }

  private removeTopic({ topicId }: RemoveTopicRecord): void {
    const topic = this.topicsById.get(topicId)
    if (topic === undefined) return
    this.topicsById.delete(topicId)
    this.topics.delete(topic.name)
    this.configs.delete(`${ResourceType.topic}:${topic.name}`)
  }

  private changeConfig({ resourceType, resourceName, name, value }: ConfigRecord): void {
    const key = `${resourceType}:${resourceName}`
    let configs = this.configs.get(key)
    if (value !== null) {
      if (configs === undefined) this.configs.set(key, (configs = new Map()))
      configs.set(name, value)
    } else if (configs?.delete(name) && configs.size === 0) this.configs.delete(key)
  }

  private changeFeature({ name, featureLevel }: FeatureLevelRecord): void {
    if (featureLevel === 0) this.features.delete(name)
    else this.features.set(name, featureLevel)
  }

  private changeQuota({ entity, key, value, remove }: ClientQuotaRecord): void {
    const id = quotaKey(entity)
    const quota = this.quotas.get(id)
    if (!remove) {
      if (quota === undefined) this.quotas.set(id, { entity, values: new Map([[key, value]]) })
      else quota.values.set(key, value)
    } else if (quota?.values.delete(key) && quota.values.size === 0) this.quotas.delete(id)
  }

  /** The least records that add up to this image, for a snapshot. */
  records(): MetadataRecord[] {
    const records: MetadataRecord[] = []
    const add = (type: number, value: unknown, version = 0) => records.push({ type, version, value })
    for (const [name, featureLevel] of this.features) add(RecordType.featureLevel, { name, featureLevel })
    for (const topic of this.topics.values()) {
      add(RecordType.topic, { name: topic.name, topicId: topic.id })
      for (const partition of topic.partitions) add(RecordType.partition, partitionRecordOf(topic.id, partition), 1)
    }
    for (const [key, configs] of this.configs) {
      const colon = key.indexOf(':')
      const resource = { resourceType: Number(key.slice(0, colon)), resourceName: key.slice(colon + 1) }
      for (const [name, value] of configs) add(RecordType.config, { ...resource, name, value })
    }
    for (const { entity, values } of this.quotas.values()) {
      for (const [key, value] of values) add(RecordType.clientQuota, { entity, key, value, remove: false })
    }
    for (const credential of this.scramCredentials.values()) add(RecordType.scramCredential, credential)
    for (const acl of this.acls.values()) add(RecordType.acl, acl)
    if (this.nextProducerId > 0) {
      add(RecordType.producerIds, { brokerId: 1, brokerEpoch: -1, nextProducerId: this.nextProducerId })
    }
    return records
  }
}

/** One text for an entity, in whatever order its parts are named. */
export function quotaKey(entity: QuotaImage['entity']): string {
  const sorted = entity.toSorted((a, b) => (a.entityType < b.entityType ? -1 : 1))
  return JSON.stringify(sorted.map(({ entityType, entityName }) => [entityType, entityName]))
}

export function scramKey(user: string, mechanism: number): string {
  return `${mechanism}:${user}`
}

/** A partition as the record that creates it (version 1). */
export function partitionRecordOf(topicId: string, image: PartitionImage): Partial<PartitionRecord> {
  return {
    partitionId: image.partition,
    topicId,
    replicas: image.replicas,
    isr: image.isr,
    leader: image.leader,
    leaderEpoch: image.leaderEpoch,
    partitionEpoch: image.partitionEpoch,
    directories:
      image.directories.length === image.replicas.length ? image.directories : image.replicas.map(() => ZERO_UUID),
  }
}
