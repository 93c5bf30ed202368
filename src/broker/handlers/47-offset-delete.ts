// OffsetDelete: takes offsets of a group away, but not those of topics that its members read (KIP-496).

import { OffsetDelete } from '../../protocol/apis/47-offset-delete.ts'
import { errorCode } from '../../protocol/errors.ts'
import { answerOf } from '../api-error.ts'
import type { OffsetKey } from '../groups/offsets.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: OffsetDelete,
  versions: [0, 0],
  async handle({ groupId, topics: wanted }, { broker }) {
    if (groupId === '') return { errorCode: errorCode('INVALID_GROUP_ID') }
    const group = broker.groups.get(groupId)
    if (group === undefined) return { errorCode: errorCode('GROUP_ID_NOT_FOUND') }
    try {
      group.checkOffsetDelete()
    } catch (error) {
      return { errorCode: answerOf(error).errorCode }
    }
    const keys: OffsetKey[] = []
    const topics = wanted.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => {
        if (broker.metadata.image.topics.get(name)?.partitions[partitionIndex] === undefined) {
          return { partitionIndex, errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION') }
        }
        if (group.wants(name)) {
          return { partitionIndex, errorCode: errorCode('GROUP_SUBSCRIBED_TO_TOPIC') }
        }
        keys.push({ topic: name, partition: partitionIndex })
        return { partitionIndex }
      }),
    }))
    try {
      await broker.groups.deleteOffsets(groupId, keys)
    } catch (error) {
      return { errorCode: answerOf(error).errorCode }
    }
    return { topics }
  },
})
