// Deletes the oldest records of partitions (KIP-107), asked of their leaders.

import { KtoolError } from '../errors.ts'
import { DeleteRecords } from '../protocol/apis/21-delete-records.ts'
import { KafkaError } from '../protocol/errors.ts'
import type { Broker } from './broker.ts'
import type { Cluster } from './cluster.ts'
import { byTopic, keyOf, type PartitionName } from './group/partitions.ts'
import { isRetriable, retry } from './retry.ts'

/** Where a partition begins afterwards; -1 is its high watermark. */
export interface RecordsBefore extends PartitionName {
  offset: number
}

/** In the order given: where each partition begins now, or why it does not. */
export async function deleteRecords(
  cluster: Cluster,
  partitions: readonly RecordsBefore[],
): Promise<(number | KtoolError)[]> {
  const results = new Map<string, number | KtoolError>()
  const open = () => partitions.filter((row) => !results.has(keyOf(row)) || isRetriable(results.get(keyOf(row))))
  await retry(cluster.options, async () => {
    const byLeader = new Map<Broker, RecordsBefore[]>()
    for (const row of open()) {
      const { broker } = await cluster.leader(row.topic, row.partition)
      byLeader.set(broker, [...(byLeader.get(broker) ?? []), row])
    }
    await Promise.all(
      [...byLeader].map(async ([broker, rows]) => {
        const offsets = new Map(rows.map((row) => [keyOf(row), row.offset]))
        const { topics } = await broker.request(DeleteRecords, {
          topics: [...byTopic(rows)].map(([name, numbers]) => ({
            name,
            partitions: numbers.map((partitionIndex) => ({
              partitionIndex,
              offset: offsets.get(keyOf({ topic: name, partition: partitionIndex })) as number,
            })),
          })),
          timeoutMs: cluster.options.requestTimeoutMs,
        })
        for (const { name: topic, partitions: answered } of topics) {
          for (const { partitionIndex: partition, errorCode, lowWatermark } of answered) {
            const key = keyOf({ topic, partition })
            const what = `deleting records of partition ${partition} of ${topic}`
            results.set(key, errorCode === 0 ? lowWatermark : new KafkaError(errorCode, what))
          }
        }
      }),
    )
    const [again] = open()
    if (again === undefined) return
    for (const { topic } of open()) cluster.forget(topic)
    throw results.get(keyOf(again))
  }).catch((error) => {
    if (!(error instanceof KtoolError)) throw error
    for (const row of partitions) if (!results.has(keyOf(row))) results.set(keyOf(row), error)
  })
  return partitions.map((row) => results.get(keyOf(row)) as number | KtoolError)
}
