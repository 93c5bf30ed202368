// Topics: list, describe, create, delete, extend. Each function one question to the cluster, with its retries; answers are
// per topic: one that failed is an error in the map and the others stand.

import { setTimeout as sleep } from 'node:timers/promises'
import { KtoolError } from '../../errors.ts'
import { Metadata, type MetadataResponse, type MetadataResponseTopic } from '../../protocol/apis/03-metadata.ts'
import { CreateTopics } from '../../protocol/apis/19-create-topics.ts'
import { DeleteTopics } from '../../protocol/apis/20-delete-topics.ts'
import { CreatePartitions } from '../../protocol/apis/37-create-partitions.ts'
import { errorCode, KafkaError } from '../../protocol/errors.ts'
import { type Cluster, UnknownTopicError } from '../cluster.ts'
import { backoff } from '../retry.ts'
import { atController } from './at-controller.ts'
import { eachBroker } from './each-broker.ts'

export interface TopicSummary {
  name: string
  topicId: string
  internal: boolean
  partitions: number
  replicationFactor: number
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

/** All topics by name. */
export async function listTopics(cluster: Cluster): Promise<TopicSummary[]> {
  const topics = await cluster.allTopics()
  return topics.map(({ name, topicId, internal, partitions }) => ({
    name,
    topicId,
    internal,
    partitions: partitions.length,
    replicationFactor: partitions[0]?.replicas.length ?? 0,
  }))
}

/** Creates topics; with `validateOnly` the brokers only check. */
export async function createTopics(
  cluster: Cluster,
  topics: readonly NewTopic[],
  { validateOnly = false } = {},
): Promise<Map<string, CreatedTopic | KafkaError>> {
  const byName = new Map(topics.map((topic) => [topic.name, topic]))
  const rows = await whileThrottled(cluster, [...byName.keys()], async (names) => {
    const answer = await atController(cluster, (broker) =>
      broker.request(
        CreateTopics,
        {
          topics: names.map((name) => creatable(byName.get(name) as NewTopic)),
          timeoutMs: cluster.options.requestTimeoutMs,
          validateOnly,
        },
        // Version 4 is the first with the broker's defaults (KIP-464), Kafka 2.4; before, both must be said.
        { minVersion: topics.every(isExplicit) ? undefined : 4 },
      ),
    )
    return { ...answer, rows: answer.topics }
  })
  if (!validateOnly) {
    const created = rows.filter(({ errorCode }) => errorCode === 0)
    await untilKnown(cluster, new Map(created.map(({ name, numPartitions }) => [name, numPartitions])))
  }
  return new Map(
    rows.map((row) => [
      row.name,
      row.errorCode === 0
        ? { topicId: row.topicId, partitions: row.numPartitions, replicationFactor: row.replicationFactor }
        : new KafkaError(row.errorCode, `topic ${row.name}`, row.errorMessage),
    ]),
  )
}

export async function deleteTopics(
  cluster: Cluster,
  names: readonly string[],
): Promise<Map<string, KtoolError | null>> {
  const timeoutMs = cluster.options.requestTimeoutMs
  const rows = await whileThrottled(cluster, names, async (wanted) => {
    const answer = await atController(cluster, (broker) =>
      broker.request(DeleteTopics, (version) =>
        version >= 6 ? { topics: wanted.map((name) => ({ name })), timeoutMs } : { topicNames: wanted, timeoutMs },
      ),
    )
    return { ...answer, rows: answer.responses }
  })
  for (const name of names) cluster.forget(name)
  return new Map(
    rows.map((row) => {
      const name = row.name ?? ''
      return [name, row.errorCode === 0 ? null : topicError(row.errorCode, name, row.errorMessage)]
    }),
  )
}

/** Raises the number of partitions to `total`. */
export async function createPartitions(
  cluster: Cluster,
  topics: readonly NewPartitions[],
  { validateOnly = false } = {},
): Promise<Map<string, KtoolError | null>> {
  const byName = new Map(topics.map((topic) => [topic.name, topic]))
  const rows = await whileThrottled(cluster, [...byName.keys()], async (names) => {
    const answer = await atController(cluster, (broker) =>
      broker.request(CreatePartitions, {
        topics: names.map((name) => {
          const { total, assignments } = byName.get(name) as NewPartitions
          return { name, count: total, assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null }
        }),
        timeoutMs: cluster.options.requestTimeoutMs,
        validateOnly,
      }),
    )
    return { ...answer, rows: answer.results }
  })
  for (const { name } of topics) cluster.forget(name)
  if (!validateOnly) {
    const extended = rows.filter(({ errorCode }) => errorCode === 0).map(({ name }) => name)
    await untilKnown(
      cluster,
      new Map(topics.filter(({ name }) => extended.includes(name)).map((t) => [t.name, t.total])),
    )
  }
  return new Map(
    rows.map((row) => [row.name, row.errorCode === 0 ? null : topicError(row.errorCode, row.name, row.errorMessage)]),
  )
}

function creatable({ name, assignments, partitions = -1, replicationFactor = -1, configs = {} }: NewTopic) {
  return {
    name,
    numPartitions: assignments ? -1 : partitions,
    replicationFactor: assignments ? -1 : replicationFactor,
    assignments: (assignments ?? []).map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
    configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
  }
}

const THROTTLED = errorCode('THROTTLING_QUOTA_EXCEEDED')

/**
 * Asks for all names, and again for those that a quota has refused (KIP-599), each time after the pause that the answer asks
 * for, until default.api.timeout.ms is over. Resolves to the last row of each.
 */
async function whileThrottled<Row extends { name: string | null; errorCode: number }>(
  { options: { apiTimeoutMs, signal } }: Cluster,
  names: readonly string[],
  ask: (names: readonly string[]) => Promise<{ throttleTimeMs: number; rows: readonly Row[] }>,
): Promise<Row[]> {
  const deadline = Date.now() + apiTimeoutMs
  const settled: Row[] = []
  for (let wanted = names; ; ) {
    const { throttleTimeMs, rows } = await ask(wanted)
    const refused = rows.filter(({ errorCode }) => errorCode === THROTTLED)
    settled.push(...rows.filter(({ errorCode }) => errorCode !== THROTTLED))
    if (refused.length === 0 || Date.now() + throttleTimeMs >= deadline) return [...settled, ...refused]
    await sleep(Math.max(throttleTimeMs, 1), undefined, { signal })
    wanted = refused.map(({ name }) => name ?? '')
  }
}

/** No error where it takes longer: the controller has done its part. */
const KNOWN_WITHIN_MS = 5_000

/**
 * Resolves when all brokers that answer know the topics with so many partitions. They learn of a change after the
 * controller's answer, and who goes on (`create` and then `produce`) may ask any of them.
 */
async function untilKnown(cluster: Cluster, wanted: ReadonlyMap<string, number>): Promise<void> {
  if (wanted.size === 0) return
  const topics = [...wanted.keys()].map((name) => ({ name }))
  const { retryBackoffMs, retryBackoffMaxMs, signal } = cluster.options
  const isKnown = (row: MetadataResponseTopic) =>
    row.errorCode === 0 &&
    row.partitions.length >= (wanted.get(row.name ?? '') ?? 0) &&
    row.partitions.every(({ leaderId }) => leaderId >= 0)
  const began = Date.now()
  for (let attempt = 1; ; attempt++) {
    const answers = await eachBroker(
      cluster,
      (broker) => broker.request(Metadata, { topics, allowAutoTopicCreation: false }, { minVersion: 4 }),
      { once: true },
    )
    const knows = (answer: MetadataResponse | KtoolError) =>
      answer instanceof KtoolError || answer.topics.every(isKnown)
    if ([...answers.values()].every(knows) || Date.now() - began > KNOWN_WITHIN_MS) return
    await sleep(backoff(attempt, retryBackoffMs, retryBackoffMaxMs), undefined, { signal })
  }
}

function isExplicit(topic: NewTopic): boolean {
  return topic.assignments !== undefined || (topic.partitions !== undefined && topic.replicationFactor !== undefined)
}

const UNKNOWN_TOPIC = errorCode('UNKNOWN_TOPIC_OR_PARTITION')

export function topicError(code: number, name: string, text?: string | null): KtoolError {
  return code === UNKNOWN_TOPIC ? new UnknownTopicError(name, [], false) : new KafkaError(code, `topic ${name}`, text)
}
