// DeleteTopics, by name or (version 6) by id. From version 5 on it is refused above a quota.

import { type DeleteTopicState, DeleteTopics } from '../../protocol/apis/20-delete-topics.ts'
import { ZERO_UUID } from '../../protocol/codec.ts'
import { errorCode, errorText } from '../../protocol/errors.ts'
import { ApiError, answerOf } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import type { TakePermits } from '../controller.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: DeleteTopics,
  versions: [1, 6],
  async handle(request, { broker, client, version }) {
    const quota = broker.quotas.mutations(client, version >= 5)
    const take = (partitions: number) => quota.take(partitions)
    const wanted =
      version >= 6
        ? request.topics
        : request.topicNames.map((name) => ({ name: name as string | null, topicId: ZERO_UUID }))
    if (!broker.configs.boolean('delete.topic.enable')) {
      const error = version < 3 ? 'INVALID_REQUEST' : 'TOPIC_DELETION_DISABLED'
      const errorMessage = errorText(errorCode(error))
      return { responses: wanted.map((topic) => ({ ...topic, errorCode: errorCode(error), errorMessage })) }
    }
    const seen = new Map<string, number>()
    for (const topic of wanted) seen.set(keyOf(topic), (seen.get(keyOf(topic)) ?? 0) + 1)
    const done = new Set<string>()
    const responses = []
    for (const topic of wanted) {
      const key = keyOf(topic)
      if (done.has(key)) continue
      done.add(key)
      try {
        responses.push(remove(topic, seen.get(key) as number, broker, take))
      } catch (error) {
        responses.push({ name: topic.name, topicId: topic.topicId, ...answerOf(error) })
      }
    }
    await broker.metadata.flush()
    return { throttleTimeMs: quota.throttleMs, responses }
  },
})

function keyOf({ name, topicId }: DeleteTopicState): string {
  return name === null ? `id ${topicId}` : `name ${name}`
}

function remove({ name, topicId }: DeleteTopicState, count: number, broker: Broker, take: TakePermits) {
  const byId = topicId !== ZERO_UUID
  if (name !== null && byId) throw new ApiError('INVALID_REQUEST', 'You may not specify both topic name and topic id.')
  if (name === null && !byId) throw new ApiError('INVALID_REQUEST', 'Neither topic name nor id were specified.')
  if (count > 1) throw new ApiError('INVALID_REQUEST', name === null ? 'Duplicate topic id.' : 'Duplicate topic name.')
  const { image } = broker.metadata
  const topic = name === null ? image.topicsById.get(topicId) : image.topics.get(name)
  if (topic === undefined) throw new ApiError(name === null ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION')
  broker.controller.deleteTopic(topic, take)
  return { name: topic.name, topicId: topic.id }
}
