// OffsetForLeaderEpoch: where a leader epoch ended, for a client that wants to know whether the log was cut (KIP-320).

import { OffsetForLeaderEpoch } from '../../protocol/apis/23-offset-for-leader-epoch.ts'
import { errorCode } from '../../protocol/errors.ts'
import { answerOf } from '../api-error.ts'
import { defineHandler } from '../handler.ts'
import { leaderEpochProblem } from '../partitions.ts'

export const handler = defineHandler({
  api: OffsetForLeaderEpoch,
  versions: [2, 4],
  handle({ topics: wanted }, { broker }) {
    const topics = wanted.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition: index, leaderEpoch, currentLeaderEpoch }) => {
        const unknown = { partition: index, leaderEpoch: -1, endOffset: -1 }
        try {
          const partition = broker.partitions.get(topic, index)
          if (partition === undefined) return { ...unknown, errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION') }
          const problem = leaderEpochProblem(partition, currentLeaderEpoch)
          if (problem !== undefined) return { ...unknown, errorCode: errorCode(problem) }
          const end = partition.log.epochs.endOffsetFor(leaderEpoch, partition.log.endOffset)
          if (end === undefined) return unknown
          return { partition: index, leaderEpoch: end.epoch, endOffset: end.endOffset }
        } catch (error) {
          return { ...unknown, errorCode: answerOf(error).errorCode }
        }
      }),
    }))
    return { topics }
  },
})
