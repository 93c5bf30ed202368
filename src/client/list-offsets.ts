// Offsets by time: the earliest, the latest, that of the largest timestamp, or the first at or after a time. Asked of the
// partitions' leaders, and again where a leader has moved.

import { KtoolError } from '../errors.ts'
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
  return (await tryListOffsets(cluster, queries, isolation)).map((answer) => {
    if (answer instanceof KtoolError) throw answer
    return answer
  })
}

/** As listOffsets, with an error in the place of each answer that can't be had. */
export async function tryListOffsets(
  cluster: Cluster,
  queries: readonly OffsetQuery[],
  isolation: IsolationLevel = 0,
): Promise<(OffsetAnswer | KtoolError)[]> {
  const answers: (OffsetAnswer | KtoolError)[] = new Array(queries.length)
  let open = queries.map((query, index) => ({ query, index }))
  const settle = (index: number, error: unknown) => {
    if (!(error instanceof KtoolError)) throw error
    answers[index] = error
  }
  const attempt = async () => {
    const byLeader = new Map<Broker, Item[]>()
    for (const item of open) {
      try {
        const { broker } = await cluster.leader(item.query.topic, item.query.partition)
        const items = byLeader.get(broker)
        if (items === undefined) byLeader.set(broker, [item])
        else items.push(item)
      } catch (error) {
        settle(item.index, error)
      }
    }
    await Promise.all(
      [...byLeader].map(async ([broker, items]) => {
        try {
          for (const { index, answer } of await ask(cluster, broker, items, isolation)) answers[index] = answer
        } catch (error) {
          for (const { index } of items) settle(index, error)
        }
      }),
    )
    open = open.filter(({ index }) => isRetriable(answers[index]))
    if (open.length === 0) return
    for (const { query } of open) cluster.forget(query.topic)
    throw answers[open[0].index]
  }
  try {
    await retry(cluster.options, attempt)
  } catch (error) {
    // The answers that are still open say why; only what is no failure of the cluster goes on.
    if (!(error instanceof KtoolError)) throw error
  }
  return answers
}

interface Item {
  query: OffsetQuery
  index: number
}

async function ask(
  cluster: Cluster,
  broker: Broker,
  items: readonly Item[],
  isolationLevel: IsolationLevel,
): Promise<{ index: number; answer: OffsetAnswer | KafkaError }[]> {
  const topics = Map.groupBy(items, ({ query }) => query.topic)
  // Version 7 is the first that finds the largest timestamp (KIP-734).
  const wantsMax = items.some(({ query }) => query.timestamp === OffsetTime.maxTimestamp)
  const response = await broker.request(
    ListOffsets,
    {
      replicaId: -1,
      isolationLevel,
      topics: [...topics].map(([name, wanted]) => ({
        name,
        partitions: wanted.map(({ query }) => ({ partitionIndex: query.partition, timestamp: query.timestamp })),
      })),
      timeoutMs: cluster.options.requestTimeoutMs,
    },
    { minVersion: wantsMax ? 7 : undefined },
  )
  const rows = new Map(
    response.topics.map(({ name, partitions }) => [name, new Map(partitions.map((row) => [row.partitionIndex, row]))]),
  )
  return items.map(({ query, index }) => {
    const row = rows.get(query.topic)?.get(query.partition)
    const what = `offset in partition ${query.partition} of ${query.topic}`
    if (row === undefined) {
      return { index, answer: new KafkaError(-1, what, `${broker.name} left it out of its answer`) }
    }
    if (row.errorCode !== 0) return { index, answer: new KafkaError(row.errorCode, what) }
    const { offset, timestamp: recordTimestamp, leaderEpoch } = row
    return { index, answer: { ...query, offset, recordTimestamp, leaderEpoch } }
  })
}
