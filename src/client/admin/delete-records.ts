// Deletes the oldest records of partitions (KIP-107).

import type { KtoolError } from '../../errors.ts'
import { DeleteRecords } from '../../protocol/apis/21-delete-records.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { byTopic, keyOf, type PartitionName } from '../group/partitions.ts'
import { askLeaders } from './ask-leaders.ts'

/** Where a partition begins afterwards; -1 is its high watermark. */
export interface RecordsBefore extends PartitionName {
  offset: number
}

/** By keyOf(): where each partition begins now, or why it does not. */
export function deleteRecords(
  cluster: Cluster,
  partitions: readonly RecordsBefore[],
): Promise<Map<string, number | KtoolError>> {
  const offsets = new Map(partitions.map((row) => [keyOf(row), row.offset]))
  return askLeaders<number>(cluster, partitions, async (broker, some) => {
    const { topics } = await broker.request(DeleteRecords, {
      topics: [...byTopic(some)].map(([name, numbers]) => ({
        name,
        partitions: numbers.map((partitionIndex) => ({
          partitionIndex,
          offset: offsets.get(keyOf({ topic: name, partition: partitionIndex })) as number,
        })),
      })),
      timeoutMs: cluster.options.requestTimeoutMs,
    })
    const answers = new Map<string, number | KtoolError>()
    for (const { name: topic, partitions: rows } of topics) {
      for (const { partitionIndex: partition, errorCode, lowWatermark } of rows) {
        const what = `deleting records of partition ${partition} of ${topic}`
        answers.set(keyOf({ topic, partition }), errorCode === 0 ? lowWatermark : new KafkaError(errorCode, what))
      }
    }
    return answers
  })
}
