// Offsets by time: the earliest, the latest, that of the largest timestamp, or the first at or after a time. Asked of the
// partitions' leaders, and again where a leader has moved.

import { ListOffsets } from '../protocol/apis/02-list-offsets.ts'
import { KafkaError } from '../protocol/errors.ts'
import type { Broker } from './broker.ts'
import type { Cluster } from './cluster.ts'
import { isRetriable, retry } from './retry.ts'

/** Timestamps with a meaning of their own (Kafka's ListOffsetsRequest and OffsetSpec). */
export const OffsetTime = { latest: -1, earliest: -2, maxTimestamp: -3 } as const

export interface OffsetQuery {
  topic: string
  partition: number
  /** Milliseconds, or an OffsetTime. */
  timestamp: number
}

export interface OffsetAnswer extends OffsetQuery {
  /** -1 where no record is that late. */
  offset: number
  /** Of the record at `offset`, -1 for earliest and latest. */
  recordTimestamp: number
  leaderEpoch: number
}

/** 0: up to the high watermark, 1: up to the last stable offset. */
export type IsolationLevel = 0 | 1

/** Answers in the order of the queries. Throws where one can't be had in time. */
export async function listOffsets(
  cluster: Cluster,
  queries: readonly OffsetQuery[],
  isolation: IsolationLevel = 0,
): Promise<OffsetAnswer[]> {
  const answers: (OffsetAnswer | undefined)[] = new Array(queries.length)
  await retry(cluster.options, async () => {
    const open = queries.map((query, index) => ({ query, index })).filter(({ index }) => answers[index] === undefined)
    const byLeader = new Map<Broker, typeof open>()
    for (const item of open) {
      const { broker } = await cluster.leader(item.query.topic, item.query.partition)
      byLeader.set(broker, [...(byLeader.get(broker) ?? []), item])
    }
    const results = await Promise.allSettled(
      [...byLeader].map(async ([broker, items]) => {
        for (const { index, answer } of await ask(cluster, broker, items, isolation)) answers[index] = answer
      }),
    )
    for (const result of results) {
      if (result.status === 'fulfilled') continue
      if (isRetriable(result.reason)) for (const { query } of open) cluster.forget(query.topic)
      throw result.reason
    }
  })
  return answers as OffsetAnswer[]
}

async function ask(
  cluster: Cluster,
  broker: Broker,
  items: { query: OffsetQuery; index: number }[],
  isolationLevel: IsolationLevel,
): Promise<{ index: number; answer: OffsetAnswer }[]> {
  const topics = [...new Set(items.map(({ query }) => query.topic))]
  // Version 7 is the first that finds the largest timestamp (KIP-734).
  const wantsMax = items.some(({ query }) => query.timestamp === OffsetTime.maxTimestamp)
  const response = await broker.request(
    ListOffsets,
    {
      replicaId: -1,
      isolationLevel,
      topics: topics.map((name) => ({
        name,
        partitions: items
          .filter(({ query }) => query.topic === name)
          .map(({ query }) => ({ partitionIndex: query.partition, timestamp: query.timestamp })),
      })),
      timeoutMs: cluster.options.requestTimeoutMs,
    },
    { minVersion: wantsMax ? 7 : undefined },
  )
  return items.map(({ query, index }) => {
    const row = response.topics
      .find((topic) => topic.name === query.topic)
      ?.partitions.find((partition) => partition.partitionIndex === query.partition)
    const what = `offset in partition ${query.partition} of ${query.topic}`
    if (row === undefined) throw new KafkaError(-1, what, `${broker.name} left it out of its answer`)
    if (row.errorCode !== 0) throw new KafkaError(row.errorCode, what)
    const { offset, timestamp: recordTimestamp, leaderEpoch } = row
    return { index, answer: { ...query, offset, recordTimestamp, leaderEpoch } }
  })
}
