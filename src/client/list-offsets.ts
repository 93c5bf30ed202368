// Offsets by time: the earliest, the latest, that of the largest timestamp, or the first at or after a time. Asked of the
// partitions' leaders, and again where a leader has moved.

import { KtoolError } from '../errors.ts'
import { ListOffsets } from '../protocol/apis/02-list-offsets.ts'
import { KafkaError } from '../protocol/errors.ts'
import { askLeaders, type LeaderAnswers } from './admin/ask-leaders.ts'
import type { Broker } from './broker.ts'
import type { Cluster } from './cluster.ts'
import { keyOf } from './group/partitions.ts'

/** Timestamps with a meaning of their own (Kafka's ListOffsetsRequest and OffsetSpec). */
export const OffsetTime = {
  latest: -1,
  earliest: -2,
  maxTimestamp: -3,
  /** With tiered storage (KIP-405): the first record on the broker's own disk, the last one that is in the other storage. */
  earliestLocal: -4,
  latestTiered: -5,
  /** The first one that is still to be brought there (KIP-1023). */
  earliestPendingUpload: -6,
} as const

/** The first versions of ListOffsets that know these: KIP-734, KIP-405, KIP-1005, KIP-1023. */
const SINCE: Record<number, number> = {
  [OffsetTime.maxTimestamp]: 7,
  [OffsetTime.earliestLocal]: 8,
  [OffsetTime.latestTiered]: 9,
  [OffsetTime.earliestPendingUpload]: 11,
}

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

/** As listOffsets, with an error in the place of each answer that can't be had. A partition is asked about once. */
export async function tryListOffsets(
  cluster: Cluster,
  queries: readonly OffsetQuery[],
  isolation: IsolationLevel = 0,
): Promise<(OffsetAnswer | KtoolError)[]> {
  const byKey = new Map(queries.map((query) => [keyOf(query), query]))
  const answers = await askLeaders<OffsetAnswer>(cluster, queries, (broker, partitions) =>
    ask(
      cluster,
      broker,
      partitions.map((partition) => byKey.get(keyOf(partition)) as OffsetQuery),
      isolation,
    ),
  )
  return queries.map((query) => answers.get(keyOf(query)) as OffsetAnswer | KtoolError)
}

async function ask(
  cluster: Cluster,
  broker: Broker,
  queries: readonly OffsetQuery[],
  isolationLevel: IsolationLevel,
): Promise<LeaderAnswers<OffsetAnswer>> {
  const minVersion = Math.max(...queries.map(({ timestamp }) => SINCE[timestamp] ?? 0))
  const { topics } = await broker.request(
    ListOffsets,
    {
      replicaId: -1,
      isolationLevel,
      topics: [...Map.groupBy(queries, ({ topic }) => topic)].map(([name, wanted]) => ({
        name,
        partitions: wanted.map(({ partition, timestamp }) => ({ partitionIndex: partition, timestamp })),
      })),
      timeoutMs: cluster.options.requestTimeoutMs,
    },
    { minVersion: minVersion === 0 ? undefined : minVersion },
  )
  const asked = new Map(queries.map((query) => [keyOf(query), query]))
  const answers: LeaderAnswers<OffsetAnswer> = new Map()
  for (const { name: topic, partitions } of topics) {
    for (const { partitionIndex: partition, errorCode, offset, timestamp, leaderEpoch } of partitions) {
      const key = keyOf({ topic, partition })
      const query = asked.get(key)
      if (query === undefined) continue
      answers.set(
        key,
        errorCode === 0
          ? { ...query, offset, recordTimestamp: timestamp, leaderEpoch }
          : new KafkaError(errorCode, `offset in partition ${partition} of ${topic}`),
      )
    }
  }
  return answers
}
