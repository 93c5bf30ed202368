// OffsetCommit: how far a group has read. Versions: 6 leader epochs; 7 static members; 10 topics by id.

import { OffsetCommit, type OffsetCommitRequest } from '../../protocol/apis/08-offset-commit.ts'
import { errorCode } from '../../protocol/errors.ts'
import { ApiError, answerOf } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import type { CommittedOffset, Group } from '../groups/group.ts'
import { defineHandler } from '../handler.ts'

const NO_GENERATION = -1

export const handler = defineHandler({
  api: OffsetCommit,
  versions: [2, 10],
  async handle(request, { broker, version }) {
    const commits: ({ topic: string; partition: number } & CommittedOffset)[] = []
    let failure = 0
    try {
      const group = groupFor(broker, request, version)
      const topics = request.topics.map((topic) => ({
        name: topic.name,
        topicId: topic.topicId,
        partitions: topic.partitions.map((each) => {
          const found = version >= 10 ? broker.metadata.image.topicsById.get(topic.topicId) : undefined
          const name = version >= 10 ? found?.name : topic.name
          const code = commitProblem(broker, name, each.partitionIndex, each.committedMetadata, version)
          if (code === 0) {
            const now = Date.now()
            commits.push({
              topic: name as string,
              partition: each.partitionIndex,
              offset: each.committedOffset,
              leaderEpoch: each.committedLeaderEpoch,
              metadata: each.committedMetadata ?? '',
              commitTimestamp: now,
              expireTimestamp: request.retentionTimeMs < 0 ? -1 : now + request.retentionTimeMs,
            })
          }
          return { partitionIndex: each.partitionIndex, errorCode: code }
        }),
      }))
      try {
        await broker.groups.commit(group, commits)
      } catch (error) {
        failure = answerOf(error).errorCode
      }
      if (failure === 0) return { topics }
    } catch (error) {
      failure = answerOf(error).errorCode
    }
    return {
      topics: request.topics.map(({ name, topicId, partitions }) => ({
        name,
        topicId,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: failure })),
      })),
    }
  },
})

/** The group, once it is clear that the sender may commit for it. Throws an ApiError. */
function groupFor(broker: Broker, request: OffsetCommitRequest, version: number): Group {
  const { groupId, generationIdOrMemberEpoch: generation, memberId, groupInstanceId } = request
  const { groups } = broker
  const group = groups.get(groupId)
  if (group === undefined) {
    if (generation > NO_GENERATION) throw new ApiError(version >= 9 ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION')
    return groups.getOrCreate(groupId)
  }
  if (generation < 0 && group.state === 'Empty') return group
  const member = groups.rebalance.memberOf(group, memberId, groupInstanceId)
  if (generation !== group.generation) throw new ApiError('ILLEGAL_GENERATION')
  if (group.state === 'CompletingRebalance') throw new ApiError('REBALANCE_IN_PROGRESS')
  if (member !== undefined) groups.rebalance.heardOf(group, member)
  return group
}

/** The error code for an offset that can't be committed; 0 for one that can. */
export function commitProblem(
  broker: Broker,
  topic: string | undefined,
  partition: number,
  metadata: string | null,
  version: number,
): number {
  if (topic === undefined) return errorCode(version >= 10 ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION')
  if (broker.metadata.image.topics.get(topic)?.partitions[partition] === undefined) {
    return errorCode('UNKNOWN_TOPIC_OR_PARTITION')
  }
  const tooLarge = (metadata?.length ?? 0) > broker.configs.number('offset.metadata.max.bytes')
  return tooLarge ? errorCode('OFFSET_METADATA_TOO_LARGE') : 0
}
