// DescribeProducers: what the logs know of the producers that write to them (KIP-664).

import { DescribeProducers } from '../../protocol/apis/61-describe-producers.ts'
import { errorCode, errorText } from '../../protocol/errors.ts'
import { answerOf } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import { defineHandler } from '../handler.ts'
import { topicNameProblem } from '../topic-names.ts'

export const handler = defineHandler({
  api: DescribeProducers,
  versions: [0, 0],
  handle({ topics }, { broker }) {
    return {
      topics: topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partitionIndex) => ({
          partitionIndex,
          ...describe(broker, name, partitionIndex),
        })),
      })),
    }
  },
})

function describe(broker: Broker, topic: string, index: number) {
  const problem = topicNameProblem(topic)
  if (problem !== undefined) return { errorCode: errorCode('INVALID_TOPIC_EXCEPTION'), errorMessage: problem }
  try {
    const partition = broker.partitions.get(topic, index)
    if (partition !== undefined) {
      return { errorMessage: null, activeProducers: [...partition.log.producers.producers.values()].map(shown) }
    }
  } catch (error) {
    return answerOf(error)
  }
  const unknown = errorCode('UNKNOWN_TOPIC_OR_PARTITION')
  const isTopic = broker.metadata.image.topics.has(topic)
  return { errorCode: unknown, errorMessage: isTopic ? null : errorText(unknown) }
}

function shown(entry: {
  producerId: number
  epoch: number
  coordinatorEpoch: number
  lastTimestamp: number
  currentTxnFirstOffset: number
  batches: readonly { lastSequence: number }[]
}) {
  return {
    producerId: entry.producerId,
    producerEpoch: entry.epoch,
    lastSequence: entry.batches.at(-1)?.lastSequence ?? -1,
    lastTimestamp: entry.lastTimestamp,
    coordinatorEpoch: entry.coordinatorEpoch,
    currentTxnStartOffset: entry.currentTxnFirstOffset,
  }
}
