// ElectLeaders: with one node every partition has the leader that it prefers.

import { ElectLeaders } from '../../protocol/apis/43-elect-leaders.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { Broker } from '../broker.ts'
import { defineHandler } from '../handler.ts'

/** Preferred, unclean. */
const ELECTION_TYPES = [0, 1]

export const handler = defineHandler({
  api: ElectLeaders,
  versions: [0, 2],
  handle({ electionType, topicPartitions }, { broker }) {
    const known = ELECTION_TYPES.includes(electionType)
    const refused = { errorCode: errorCode('INVALID_REQUEST'), errorMessage: `Unknown election type ${electionType}` }
    // Of all partitions those are told that were elected.
    const topics =
      topicPartitions ?? [...broker.metadata.image.topics.keys()].map((topic) => ({ topic, partitions: [] }))
    return {
      errorCode: known ? 0 : refused.errorCode,
      replicaElectionResults: topics.map(({ topic, partitions }) => ({
        topic,
        partitionResult: partitions.map((partitionId) => ({
          partitionId,
          ...(known ? resultOf(broker, topic, partitionId) : refused),
        })),
      })),
    }
  },
})

function resultOf({ metadata }: Broker, topic: string, partition: number) {
  const image = metadata.image.topics.get(topic)
  if (image?.partitions[partition] !== undefined) {
    return {
      errorCode: errorCode('ELECTION_NOT_NEEDED'),
      errorMessage: 'Leader election not needed for topic partition.',
    }
  }
  const what = image === undefined ? `topic as ${topic}` : `partition as ${topic}-${partition}`
  return { errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION'), errorMessage: `No such ${what}` }
}
