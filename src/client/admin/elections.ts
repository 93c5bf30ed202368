// Elections of leaders (KIP-183, KIP-460): of the preferred replica, or where none is in sync of any that is there.

import { KtoolError } from '../../errors.ts'
import { ElectLeaders } from '../../protocol/apis/43-elect-leaders.ts'
import { check, errorCode, KafkaError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { byTopic, keyOf, type PartitionName } from '../group/partitions.ts'
import { atController } from './at-controller.ts'

export const electionTypes = { preferred: 0, unclean: 1 } as const

export type ElectionType = keyof typeof electionTypes

const NOT_NEEDED = errorCode('ELECTION_NOT_NEEDED')

/** Holds elections; by keyOf(partition), whether there was a need. */
export async function electLeaders(
  cluster: Cluster,
  type: ElectionType,
  partitions: readonly PartitionName[],
): Promise<Map<string, 'elected' | 'not-needed' | KtoolError>> {
  const answer = await atController(cluster, async (broker) => {
    const answer = await broker.request(
      ElectLeaders,
      (version) => ({
        ...(version >= 1 && { electionType: electionTypes[type] }),
        topicPartitions: [...byTopic(partitions)].map(([topic, partitions]) => ({ topic, partitions })),
        timeoutMs: cluster.options.requestTimeoutMs,
      }),
      { minVersion: type === 'unclean' ? 1 : undefined },
    )
    check(answer.errorCode, 'the election of leaders')
    return answer
  })
  const found = new Map<string, 'elected' | 'not-needed' | KtoolError>()
  for (const { topic, partitionResult } of answer.replicaElectionResults) {
    cluster.forget(topic)
    for (const { partitionId: partition, errorCode, errorMessage } of partitionResult) {
      const key = keyOf({ topic, partition })
      if (errorCode === 0) found.set(key, 'elected')
      else if (errorCode === NOT_NEEDED) found.set(key, 'not-needed')
      else found.set(key, new KafkaError(errorCode, `leader of partition ${partition} of ${topic}`, errorMessage))
    }
  }
  for (const partition of partitions) {
    const key = keyOf(partition)
    if (!found.has(key)) found.set(key, new KtoolError(`the controller said nothing of ${key}`))
  }
  return found
}
