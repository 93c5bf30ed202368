// OffsetDelete: takes offsets of a group away, but not those of topics that its members read (KIP-496).

import { OffsetDelete } from '../../protocol/apis/47-offset-delete.ts'
import { errorCode } from '../../protocol/errors.ts'
import { answerOf } from '../api-error.ts'
import { isSubscribed, type OffsetKey } from '../groups/coordinator.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: OffsetDelete,
  versions: [0, 0],
  async handle({ groupId, topics: wanted }, { broker }) {
    if (groupId === '') return { errorCode: errorCode('INVALID_GROUP_ID') }
    const group = broker.groups.get(groupId)
    if (group === undefined) return { errorCode: errorCode('GROUP_ID_NOT_FOUND') }
    const hasMembers = group.state !== 'Empty'
    if (hasMembers && group.protocolType !== 'consumer') return { errorCode: errorCode('NON_EMPTY_GROUP') }
    const keys: OffsetKey[] = []
    const topics = wanted.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => {
        if (broker.metadata.image.topics.get(name)?.partitions[partitionIndex] === undefined) {
          return { partitionIndex, errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION') }
        }
        if (hasMembers && isSubscribed(group, name)) {
          return { partitionIndex, errorCode: errorCode('GROUP_SUBSCRIBED_TO_TOPIC') }
        }
        keys.push({ topic: name, partition: partitionIndex })
        return { partitionIndex }
      }),
    }))
    try {
      await broker.groups.deleteOffsets(group, keys)
    } catch (error) {
      return { errorCode: answerOf(error).errorCode }
    }
    return { topics }
  },
})
