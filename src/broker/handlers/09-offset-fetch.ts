// OffsetFetch: the offsets that groups have committed. Versions: 2 null for all topics; 8 several groups; 9 member epochs;
// 10 topics by id.

import {
  OffsetFetch,
  type OffsetFetchRequestGroup,
  type OffsetFetchRequestTopic,
} from '../../protocol/apis/09-offset-fetch.ts'
import { ZERO_UUID } from '../../protocol/codec.ts'
import { errorCode } from '../../protocol/errors.ts'
import { ApiError } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: OffsetFetch,
  versions: [1, 10],
  handle(request, { broker, version }) {
    const { groupId, requireStable } = request
    if (version >= 8) return { groups: request.groups.map((each) => forGroup(broker, each, version, requireStable)) }
    const offset = offsetReader(broker, groupId, requireStable)
    const topics = request.topics ?? allTopics(broker, groupId)
    return {
      topics: topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((index) => offset(name, index)),
      })),
    }
  },
})

function forGroup(broker: Broker, request: OffsetFetchRequestGroup, version: number, requireStable: boolean) {
  const { groupId, memberId, memberEpoch, topics } = request
  try {
    broker.groups.get(groupId)?.checkFetch(memberId, memberEpoch)
  } catch (error) {
    if (error instanceof ApiError) return { groupId, errorCode: error.code }
    throw error
  }
  const offsetOf = offsetReader(broker, groupId, requireStable)
  const { image } = broker.metadata
  const wanted = topics ?? allTopics(broker, groupId).map((topic) => ({ ...topic, topicId: ZERO_UUID }))
  return {
    groupId,
    topics: wanted.flatMap(({ name: given, topicId, partitionIndexes }) => {
      if (version < 10) return { name: given, partitions: partitionIndexes.map((index) => offsetOf(given, index)) }
      const topic = topicId === ZERO_UUID ? image.topics.get(given) : image.topicsById.get(topicId)
      if (topic !== undefined) {
        return { topicId: topic.id, partitions: partitionIndexes.map((index) => offsetOf(topic.name, index, topic.id)) }
      }
      // Of all topics only those that exist can be named; of those asked for, each is.
      if (topics === null) return []
      const unknown = errorCode('UNKNOWN_TOPIC_ID')
      return { topicId, partitions: partitionIndexes.map((index) => ({ ...none(index), errorCode: unknown })) }
    }),
  }
}

function allTopics({ groups }: Broker, groupId: string): OffsetFetchRequestTopic[] {
  return [...groups.offsets.of(groupId)].map(([name, partitions]) => ({
    name,
    partitionIndexes: [...partitions.keys()],
  }))
}

function none(partitionIndex: number) {
  return { partitionIndex, committedOffset: -1, committedLeaderEpoch: -1, metadata: '' }
}

/** With `requireStable` an offset that a transaction may change yet is not told (KIP-447). */
function offsetReader({ groups: { offsets } }: Broker, groupId: string, requireStable: boolean) {
  const unstable = errorCode('UNSTABLE_OFFSET_COMMIT')
  return (topic: string, partitionIndex: number, topicId = ZERO_UUID) => {
    if (requireStable && offsets.pending.has(groupId, topic, partitionIndex)) {
      return { ...none(partitionIndex), errorCode: unstable }
    }
    const committed = offsets.get(groupId, topic, partitionIndex)
    // One of an earlier topic of this name says nothing about this one.
    const isOther = topicId !== ZERO_UUID && ![topicId, ZERO_UUID].includes(committed?.topicId ?? topicId)
    if (committed === undefined || isOther) return none(partitionIndex)
    const { offset, leaderEpoch, metadata } = committed
    return { partitionIndex, committedOffset: offset, committedLeaderEpoch: leaderEpoch, metadata }
  }
}
