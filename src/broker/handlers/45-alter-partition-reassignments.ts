// AlterPartitionReassignments: the one node has all replicas, which is all that can be asked for.

import {
  AlterPartitionReassignments,
  type ReassignablePartition,
} from '../../protocol/apis/45-alter-partition-reassignments.ts'
import { ApiError, answerOf } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: AlterPartitionReassignments,
  versions: [0, 1],
  handle({ topics, allowReplicationFactorChange }, { broker }) {
    return {
      allowReplicationFactorChange,
      errorMessage: null,
      responses: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map((wanted) => {
          const { partitionIndex } = wanted
          try {
            check(broker, name, wanted)
            return { partitionIndex, errorMessage: null }
          } catch (error) {
            const { errorCode, errorMessage } = answerOf(error)
            return { partitionIndex, errorCode, errorMessage: errorMessage === '' ? null : errorMessage }
          }
        }),
      })),
    }
  },
})

function check(broker: Broker, name: string, { partitionIndex, replicas }: ReassignablePartition): void {
  const topic = broker.metadata.image.topics.get(name)
  if (topic === undefined) throw new ApiError('UNKNOWN_TOPIC_OR_PARTITION', `Unable to find a topic named ${name}.`)
  if (topic.partitions[partitionIndex] === undefined) {
    throw new ApiError('UNKNOWN_TOPIC_OR_PARTITION', `Unable to find partition ${name}:${partitionIndex}.`)
  }
  if (replicas === null) throw new ApiError('NO_REASSIGNMENT_IN_PROGRESS', '')
  broker.controller.checkReplicas(replicas)
}
