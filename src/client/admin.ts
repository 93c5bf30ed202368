// Administration of topics and configs: each method one question to the cluster, with its retries. Answers are per item:
// an item that failed is a KafkaError in the map and the others stand.

import { KtoolError } from '../errors.ts'
import { CreateTopics } from '../protocol/apis/19-create-topics.ts'
import { DeleteTopics } from '../protocol/apis/20-delete-topics.ts'
import { DescribeConfigs, type DescribeConfigsResourceResult } from '../protocol/apis/32-describe-configs.ts'
import { CreatePartitions } from '../protocol/apis/37-create-partitions.ts'
import {
  DescribeTopicPartitions,
  type DescribeTopicPartitionsRequestCursor,
  type DescribeTopicPartitionsResponseTopic,
} from '../protocol/apis/75-describe-topic-partitions.ts'
import { errorCode, KafkaError } from '../protocol/errors.ts'
import { type Cluster, type Topic, topicOf, UnknownTopicError } from './cluster.ts'
import { retry } from './retry.ts'

export interface TopicSummary {
  name: string
  topicId: string
  internal: boolean
  partitions: number
  replicationFactor: number
}

export interface PartitionDescription {
  partition: number
  /** Broker id, -1 where there is no leader. */
  leader: number
  leaderEpoch: number
  replicas: number[]
  isr: number[]
  offlineReplicas: number[]
  /** KIP-966; null where the broker does not tell. */
  eligibleLeaderReplicas: number[] | null
  lastKnownElr: number[] | null
}

export interface TopicDescription {
  name: string
  topicId: string
  internal: boolean
  partitions: PartitionDescription[]
}

export interface NewTopic {
  name: string
  /** The broker's num.partitions where absent. */
  partitions?: number
  /** The broker's default.replication.factor where absent. */
  replicationFactor?: number
  /** Broker ids by partition; stands in for the two above. */
  assignments?: number[][]
  configs?: Record<string, string>
}

export interface CreatedTopic {
  /** All zeros and -1 where a broker before 2.8 does not tell. */
  topicId: string
  partitions: number
  replicationFactor: number
}

export interface NewPartitions {
  name: string
  total: number
  /** Broker ids of each partition that is added. */
  assignments?: number[][]
}

/** Resource types of configs (Kafka's ConfigResource.Type). */
export const resourceTypes = { topic: 2, broker: 4, 'broker-logger': 8, 'client-metrics': 16, group: 32 } as const

export interface ConfigResource {
  type: keyof typeof resourceTypes
  name: string
}

/** Where a value comes from (Kafka's DescribeConfigsResponse.ConfigSource). */
export const configSources: Record<number, string> = {
  0: 'UNKNOWN_CONFIG',
  1: 'DYNAMIC_TOPIC_CONFIG',
  2: 'DYNAMIC_BROKER_CONFIG',
  3: 'DYNAMIC_DEFAULT_BROKER_CONFIG',
  4: 'STATIC_BROKER_CONFIG',
  5: 'DEFAULT_CONFIG',
  6: 'DYNAMIC_BROKER_LOGGER_CONFIG',
  7: 'DYNAMIC_CLIENT_METRICS_CONFIG',
  8: 'DYNAMIC_GROUP_CONFIG',
}

const CONFIG_TYPES: Record<number, string> = {
  0: 'UNKNOWN',
  1: 'BOOLEAN',
  2: 'STRING',
  3: 'INT',
  4: 'SHORT',
  5: 'LONG',
  6: 'DOUBLE',
  7: 'LIST',
  8: 'CLASS',
  9: 'PASSWORD',
}

export interface ConfigEntry {
  name: string
  /** null for a sensitive value, which brokers keep to themselves. */
  value: string | null
  source: string
  readOnly: boolean
  sensitive: boolean
  synonyms: { name: string; value: string | null; source: string }[]
  type: string
  documentation: string | null
}

const UNKNOWN_TOPIC = errorCode('UNKNOWN_TOPIC_OR_PARTITION')

/** As many partitions as a DescribeTopicPartitions answer may hold; the broker may set a lower limit. */
const PARTITIONS_PER_ANSWER = 2000

export class Admin {
  private readonly cluster: Cluster

  constructor(cluster: Cluster) {
    this.cluster = cluster
  }

  /** All topics by name. */
  async listTopics(): Promise<TopicSummary[]> {
    const topics = await this.cluster.allTopics()
    return topics.map(({ name, topicId, internal, partitions }) => ({
      name,
      topicId,
      internal,
      partitions: partitions.length,
      replicationFactor: partitions[0]?.replicas.length ?? 0,
    }))
  }

  /** Topics with their partitions; all of them where no names are given. */
  async describeTopics(names?: readonly string[]): Promise<Map<string, TopicDescription | KtoolError>> {
    const broker = await this.cluster.any()
    const wanted = names ?? (await this.cluster.allTopics()).map((topic) => topic.name)
    if (broker.supports(DescribeTopicPartitions)) return this.describePartitions(wanted)
    return retry(this.cluster.options, async () => {
      const answer = await this.cluster.fetchMetadata(wanted)
      return new Map(
        answer.topics.map((row) => {
          const name = row.name ?? ''
          return [name, row.errorCode === 0 ? withoutElr(topicOf(row)) : topicError(row.errorCode, name)]
        }),
      )
    })
  }

  /** Creates topics; with `validateOnly` the brokers only check. */
  async createTopics(
    topics: readonly NewTopic[],
    { validateOnly = false } = {},
  ): Promise<Map<string, CreatedTopic | KafkaError>> {
    const answer = await this.atController((broker) =>
      broker.request(
        CreateTopics,
        {
          topics: topics.map((topic) => ({
            name: topic.name,
            numPartitions: topic.assignments ? -1 : (topic.partitions ?? -1),
            replicationFactor: topic.assignments ? -1 : (topic.replicationFactor ?? -1),
            assignments: (topic.assignments ?? []).map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
            configs: Object.entries(topic.configs ?? {}).map(([name, value]) => ({ name, value })),
          })),
          timeoutMs: this.cluster.options.requestTimeoutMs,
          validateOnly,
        },
        // Version 4 is the first with the broker's defaults (KIP-464), Kafka 2.4; before, both must be said.
        { minVersion: topics.every(isExplicit) ? undefined : 4 },
      ),
    )
    return new Map(
      answer.topics.map((row) => [
        row.name,
        row.errorCode === 0
          ? { topicId: row.topicId, partitions: row.numPartitions, replicationFactor: row.replicationFactor }
          : new KafkaError(row.errorCode, `topic ${row.name}`, row.errorMessage),
      ]),
    )
  }

  async deleteTopics(names: readonly string[]): Promise<Map<string, KtoolError | null>> {
    const timeoutMs = this.cluster.options.requestTimeoutMs
    const answer = await this.atController((broker) =>
      broker.request(DeleteTopics, (version) =>
        version >= 6 ? { topics: names.map((name) => ({ name })), timeoutMs } : { topicNames: names, timeoutMs },
      ),
    )
    for (const name of names) this.cluster.forget(name)
    return new Map(
      answer.responses.map((row) => {
        const name = row.name ?? ''
        return [name, row.errorCode === 0 ? null : topicError(row.errorCode, name, row.errorMessage)]
      }),
    )
  }

  /** Raises the number of partitions to `total`. */
  async createPartitions(
    topics: readonly NewPartitions[],
    { validateOnly = false } = {},
  ): Promise<Map<string, KtoolError | null>> {
    const answer = await this.atController((broker) =>
      broker.request(CreatePartitions, {
        topics: topics.map(({ name, total, assignments }) => ({
          name,
          count: total,
          assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null,
        })),
        timeoutMs: this.cluster.options.requestTimeoutMs,
        validateOnly,
      }),
    )
    for (const { name } of topics) this.cluster.forget(name)
    return new Map(
      answer.results.map((row) => [
        row.name,
        row.errorCode === 0 ? null : topicError(row.errorCode, row.name, row.errorMessage),
      ]),
    )
  }

  /** Configs by resource name. Those of a broker or its logger are asked of that broker. */
  async describeConfigs(resources: readonly ConfigResource[]): Promise<Map<string, ConfigEntry[] | KafkaError>> {
    const found = new Map<string, ConfigEntry[] | KafkaError>()
    const ofBroker = (resource: ConfigResource) => resource.type.startsWith('broker') && resource.name !== ''
    const groups = [resources.filter((resource) => !ofBroker(resource)), ...resources.filter(ofBroker).map((r) => [r])]
    for (const group of groups) {
      if (group.length === 0) continue
      const answer = await retry(this.cluster.options, async () => {
        const broker = ofBroker(group[0]) ? await this.cluster.broker(Number(group[0].name)) : await this.cluster.any()
        return broker.request(DescribeConfigs, (version) => ({
          resources: group.map(({ type, name }) => ({
            resourceType: resourceTypes[type],
            resourceName: name,
            configurationKeys: null,
          })),
          includeSynonyms: true,
          includeDocumentation: version >= 3,
        }))
      })
      for (const row of answer.results) {
        found.set(
          row.resourceName,
          row.errorCode === 0
            ? row.configs.map(configEntry)
            : new KafkaError(row.errorCode, `configs of ${row.resourceName}`, row.errorMessage),
        )
      }
    }
    return found
  }

  /** One config of a topic, or undefined where the broker does not tell. */
  async topicConfig(topic: string, name: string): Promise<string | undefined> {
    const broker = await this.cluster.any()
    const answer = await broker.request(DescribeConfigs, {
      resources: [{ resourceType: resourceTypes.topic, resourceName: topic, configurationKeys: [name] }],
    })
    return answer.results[0]?.configs[0]?.value ?? undefined
  }

  /** DescribeTopicPartitions (KIP-966), page after page. */
  private async describePartitions(names: readonly string[]): Promise<Map<string, TopicDescription | KtoolError>> {
    const found = new Map<string, TopicDescription | KtoolError>()
    const topics = [...new Set(names)].sort().map((name) => ({ name }))
    if (topics.length === 0) return found
    let cursor: DescribeTopicPartitionsRequestCursor | null = null
    do {
      const answer = await retry(this.cluster.options, async () =>
        (await this.cluster.any()).request(DescribeTopicPartitions, {
          topics,
          responsePartitionLimit: PARTITIONS_PER_ANSWER,
          cursor,
        }),
      )
      for (const row of answer.topics) addDescription(found, row)
      const next: DescribeTopicPartitionsRequestCursor | null = answer.nextCursor
      if (next !== null && cursor?.topicName === next.topicName && next.partitionIndex <= cursor.partitionIndex) {
        throw new KtoolError('the broker pages through its partitions without getting on')
      }
      cursor = next
    } while (cursor !== null)
    return found
  }

  private atController<T>(ask: (broker: Awaited<ReturnType<Cluster['controller']>>) => Promise<T>): Promise<T> {
    return retry(this.cluster.options, async () => ask(await this.cluster.controller()))
  }
}

function isExplicit(topic: NewTopic): boolean {
  return topic.assignments !== undefined || (topic.partitions !== undefined && topic.replicationFactor !== undefined)
}

function topicError(code: number, name: string, text?: string | null): KtoolError {
  return code === UNKNOWN_TOPIC ? new UnknownTopicError(name) : new KafkaError(code, `topic ${name}`, text)
}

function withoutElr(topic: Topic): TopicDescription {
  return {
    ...topic,
    partitions: topic.partitions.map((partition) => ({
      ...partition,
      eligibleLeaderReplicas: null,
      lastKnownElr: null,
    })),
  }
}

/** A page may begin in the middle of a topic: partitions are added to what is there. */
function addDescription(
  found: Map<string, TopicDescription | KtoolError>,
  row: DescribeTopicPartitionsResponseTopic,
): void {
  const name = row.name ?? ''
  if (row.errorCode !== 0) {
    found.set(name, topicError(row.errorCode, name))
    return
  }
  let topic = found.get(name)
  if (topic === undefined || topic instanceof KtoolError) {
    topic = { name, topicId: row.topicId, internal: row.isInternal, partitions: [] }
    found.set(name, topic)
  }
  for (const partition of row.partitions) {
    topic.partitions.push({
      partition: partition.partitionIndex,
      leader: partition.leaderId,
      leaderEpoch: partition.leaderEpoch,
      replicas: partition.replicaNodes,
      isr: partition.isrNodes,
      offlineReplicas: partition.offlineReplicas,
      eligibleLeaderReplicas: partition.eligibleLeaderReplicas,
      lastKnownElr: partition.lastKnownElr,
    })
  }
}

function configEntry(row: DescribeConfigsResourceResult): ConfigEntry {
  return {
    name: row.name,
    value: row.value,
    source: sourceName(row.configSource),
    readOnly: row.readOnly,
    sensitive: row.isSensitive,
    synonyms: row.synonyms.map(({ name, value, source }) => ({ name, value, source: sourceName(source) })),
    type: CONFIG_TYPES[row.configType] ?? String(row.configType),
    documentation: row.documentation,
  }
}

function sourceName(source: number): string {
  return configSources[source] ?? String(source)
}
