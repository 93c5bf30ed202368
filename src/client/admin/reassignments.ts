// Reassignments of partitions to other replicas (KIP-455): begin, cancel, and list those that are under way.

import { KtoolError } from '../../errors.ts'
import { AlterPartitionReassignments } from '../../protocol/apis/45-alter-partition-reassignments.ts'
import { ListPartitionReassignments } from '../../protocol/apis/46-list-partition-reassignments.ts'
import { check, KafkaError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { keyOf, type PartitionName } from '../group/partitions.ts'
import { atController } from './at-controller.ts'

export interface Reassignment extends PartitionName {
  /** All replicas while it is under way: those that stay, come and go. */
  replicas: number[]
  adding: number[]
  removing: number[]
}

/** Broker ids for a partition, the preferred leader first; null cancels what is under way. */
export interface NewReplicas extends PartitionName {
  replicas: readonly number[] | null
}

/** All reassignments that are under way, by topic and partition. */
export async function listReassignments(cluster: Cluster): Promise<Reassignment[]> {
  const answer = await atController(cluster, async (broker) => {
    const timeoutMs = cluster.options.requestTimeoutMs
    const answer = await broker.request(ListPartitionReassignments, { timeoutMs, topics: null })
    check(answer.errorCode, 'the list of reassignments', answer.errorMessage)
    return answer
  })
  return answer.topics
    .flatMap(({ name: topic, partitions }) =>
      partitions.map((row) => ({
        topic,
        partition: row.partitionIndex,
        replicas: row.replicas,
        adding: row.addingReplicas,
        removing: row.removingReplicas,
      })),
    )
    .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
}

/** Begins or cancels reassignments, each partition by itself. By keyOf(partition), null where it is under way. */
export async function alterReassignments(
  cluster: Cluster,
  changes: readonly NewReplicas[],
): Promise<Map<string, KtoolError | null>> {
  const topics = new Map<string, NewReplicas[]>()
  for (const change of changes) {
    const some = topics.get(change.topic)
    if (some === undefined) topics.set(change.topic, [change])
    else some.push(change)
  }
  const answer = await atController(cluster, async (broker) => {
    const answer = await broker.request(AlterPartitionReassignments, {
      timeoutMs: cluster.options.requestTimeoutMs,
      topics: [...topics].map(([name, partitions]) => ({
        name,
        partitions: partitions.map(({ partition, replicas }) => ({ partitionIndex: partition, replicas })),
      })),
    })
    check(answer.errorCode, 'the reassignment', answer.errorMessage)
    return answer
  })
  const found = new Map<string, KtoolError | null>()
  for (const { name: topic, partitions } of answer.responses) {
    cluster.forget(topic)
    for (const { partitionIndex: partition, errorCode, errorMessage } of partitions) {
      const what = `replicas of partition ${partition} of ${topic}`
      found.set(keyOf({ topic, partition }), errorCode === 0 ? null : new KafkaError(errorCode, what, errorMessage))
    }
  }
  for (const change of changes) {
    const key = keyOf(change)
    if (!found.has(key)) found.set(key, new KtoolError(`the controller said nothing of ${key}`))
  }
  return found
}
