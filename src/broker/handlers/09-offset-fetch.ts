// OffsetFetch: the offsets that groups have committed. Versions: 2 null for all topics; 8 several groups; 10 topics by id.

import {
  OffsetFetch,
  type OffsetFetchRequestGroup,
  type OffsetFetchRequestTopic,
} from '../../protocol/apis/09-offset-fetch.ts'
import { ZERO_UUID } from '../../protocol/codec.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { Broker } from '../broker.ts'
import type { Group } from '../groups/group.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: OffsetFetch,
  versions: [1, 10],
  handle(request, { broker, version }) {
    const { requireStable } = request
    if (version >= 8) return { groups: request.groups.map((each) => forGroup(broker, each, version, requireStable)) }
    const offset = offsetReader(broker, requireStable)
    const group = broker.groups.get(request.groupId)
    const topics = request.topics ?? allTopics(group)
    return {
      topics: topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((index) => offset(group, name, index)),
      })),
    }
  },
})

function forGroup(
  broker: Broker,
  { groupId, topics }: OffsetFetchRequestGroup,
  version: number,
  requireStable: boolean,
) {
  const offsetOf = offsetReader(broker, requireStable)
  const group = broker.groups.get(groupId)
  const { image } = broker.metadata
  const wanted = topics ?? allTopics(group).map((topic) => ({ ...topic, topicId: ZERO_UUID }))
  return {
    groupId,
    topics: wanted.flatMap(({ name: given, topicId, partitionIndexes }) => {
      if (version < 10) {
        return { name: given, partitions: partitionIndexes.map((index) => offsetOf(group, given, index)) }
      }
      const topic = topicId === ZERO_UUID ? image.topics.get(given) : image.topicsById.get(topicId)
      if (topic !== undefined) {
        return { topicId: topic.id, partitions: partitionIndexes.map((index) => offsetOf(group, topic.name, index)) }
      }
      // Of all topics only those that exist can be named; of those asked for, each is.
      if (topics === null) return []
      const unknown = errorCode('UNKNOWN_TOPIC_ID')
      return { topicId, partitions: partitionIndexes.map((index) => ({ ...none(index), errorCode: unknown })) }
    }),
  }
}

function allTopics(group: Group | undefined): OffsetFetchRequestTopic[] {
  return [...(group?.offsets ?? [])].map(([name, partitions]) => ({ name, partitionIndexes: [...partitions.keys()] }))
}

function none(partitionIndex: number) {
  return { partitionIndex, committedOffset: -1, committedLeaderEpoch: -1, metadata: '' }
}

/** With `requireStable` an offset that a transaction may change yet is not told (KIP-447). */
function offsetReader({ groups }: Broker, requireStable: boolean) {
  const unstable = errorCode('UNSTABLE_OFFSET_COMMIT')
  return (group: Group | undefined, topic: string, partitionIndex: number) => {
    if (requireStable && group !== undefined && groups.pending.has(group.id, topic, partitionIndex)) {
      return { ...none(partitionIndex), errorCode: unstable }
    }
    const committed = group?.offsets.get(topic)?.get(partitionIndex)
    if (committed === undefined) return none(partitionIndex)
    const { offset, leaderEpoch, metadata } = committed
    return { partitionIndex, committedOffset: offset, committedLeaderEpoch: leaderEpoch, metadata }
  }
}
