// OffsetCommit: how far a group has read. Versions: 6 leader epochs; 7 static members; 9 member epochs; 10 topics by id.

import { OffsetCommit } from '../../protocol/apis/08-offset-commit.ts'
import { errorCode } from '../../protocol/errors.ts'
import { answerOf } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import type { CommittedOffset, OffsetKey } from '../groups/offsets.ts'
import { defineHandler } from '../handler.ts'
import type { TopicImage } from '../metadata-image.ts'

export const handler = defineHandler({
  api: OffsetCommit,
  versions: [2, 10],
  async handle(request, { broker, version }) {
    const { image } = broker.metadata
    const commits: (OffsetKey & CommittedOffset)[] = []
    const now = Date.now()
    let hasValid = false
    const topics = request.topics.map(({ name, topicId, partitions }) => {
      const topic = version >= 10 ? image.topicsById.get(topicId) : image.topics.get(name)
      return {
        name,
        topicId,
        partitions: partitions.map((each) => {
          let problem = partitionProblem(topic, each.partitionIndex, version)
          if (problem !== 0) return { partitionIndex: each.partitionIndex, errorCode: problem, isRefused: true }
          hasValid = true
          problem = metadataProblem(broker, each.committedMetadata)
          if (problem === 0) {
            commits.push({
              topic: (topic as TopicImage).name,
              topicId: (topic as TopicImage).id,
              partition: each.partitionIndex,
              offset: each.committedOffset,
              leaderEpoch: each.committedLeaderEpoch,
              metadata: each.committedMetadata ?? '',
              commitTimestamp: now,
              expireTimestamp: request.retentionTimeMs < 0 ? -1 : now + request.retentionTimeMs,
            })
          }
          return { partitionIndex: each.partitionIndex, errorCode: problem, isRefused: false }
        }),
      }
    })
    if (!hasValid) return { topics }
    const { memberId, groupInstanceId: instanceId, generationIdOrMemberEpoch: epoch } = request
    try {
      await broker.groups.commit(request.groupId, { memberId, instanceId, epoch, version }, commits)
    } catch (error) {
      // What is wrong with a partition is told before what is wrong with the group.
      const failure = answerOf(error).errorCode
      for (const { partitions } of topics) for (const each of partitions) if (!each.isRefused) each.errorCode = failure
    }
    return { topics }
  },
})

/** The error code for a partition that is not there; 0 for one that is. */
export function partitionProblem(topic: TopicImage | undefined, partition: number, version: number): number {
  if (topic?.partitions[partition] !== undefined) return 0
  return errorCode(topic === undefined && version >= 10 ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION')
}

/** The error code for metadata that is too large; 0 for such as can be kept. */
export function metadataProblem({ configs }: Broker, metadata: string | null): number {
  const tooLarge = (metadata?.length ?? 0) > configs.number('offset.metadata.max.bytes')
  return tooLarge ? errorCode('OFFSET_METADATA_TOO_LARGE') : 0
}
