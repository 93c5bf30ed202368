// CreateTopics. Versions: 5 answers with partitions and configs, 7 with the topic's id.

import { type CreatableTopic, CreateTopics } from '../../protocol/apis/19-create-topics.ts'
import { errorCode } from '../../protocol/errors.ts'
import { answerOf } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import { describeTopicConfigs } from '../configs/describe.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: CreateTopics,
  versions: [2, 7],
  async handle({ topics: wanted, validateOnly }, { broker }) {
    const counts = new Map<string, number>()
    for (const { name } of wanted) counts.set(name, (counts.get(name) ?? 0) + 1)
    const topics = [...counts].map(([name, count]) => {
      const refused = { name, configs: [] }
      if (count > 1) {
        return { ...refused, errorCode: errorCode('INVALID_REQUEST'), errorMessage: 'Duplicate topic name.' }
      }
      try {
        return create(wanted.find((topic) => topic.name === name) as CreatableTopic, validateOnly, broker)
      } catch (error) {
        return { ...refused, ...answerOf(error) }
      }
    })
    await broker.metadata.flush()
    return { topics }
  },
})

function create(request: CreatableTopic, validateOnly: boolean, broker: Broker) {
  const topic = broker.controller.createTopic(request, validateOnly)
  const overrides = new Map(request.configs.map(({ name, value }) => [name, value ?? '']))
  return {
    name: topic.name,
    topicId: topic.id,
    errorMessage: null,
    numPartitions: topic.partitions.length,
    replicationFactor: 1,
    configs: describeTopicConfigs(overrides, broker.configs, { raw: true }).map(
      ({ name, value, readOnly, configSource, isSensitive }) => ({ name, value, readOnly, configSource, isSensitive }),
    ),
  }
}
