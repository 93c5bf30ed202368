// CreateTopics. Versions: 5 answers with partitions and configs, 6 is refused above a quota,
// 7 has the topic's id.

import { type CreatableTopic, CreateTopics } from '../../protocol/apis/19-create-topics.ts'
import { errorCode } from '../../protocol/errors.ts'
import { repeated } from '../../util/repeated.ts'
import { answerOf } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import { describeTopicConfigs } from '../configs/describe.ts'
import { checkNewPartitions, type TakePermits } from '../controller.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: CreateTopics,
  versions: [2, 7],
  async handle({ topics: wanted, validateOnly }, { broker, client, version }) {
    const quota = broker.quotas.mutations(client, version >= 6)
    const byName = new Map(wanted.map((topic) => [topic.name, topic]))
    const twice = repeated(wanted.map(({ name }) => name))
    const usual = broker.configs.number('num.partitions')
    const total = wanted.reduce((sum, { numPartitions, assignments }) => {
      return sum + (assignments.length || (numPartitions === -1 ? usual : Math.max(0, numPartitions)))
    }, 0)
    const topics = [...byName].map(([name, topic]) => {
      const refused = { name, configs: [] }
      if (twice.has(name)) {
        return { ...refused, errorCode: errorCode('INVALID_REQUEST'), errorMessage: 'Duplicate topic name.' }
      }
      try {
        checkNewPartitions(total)
        return create(topic, validateOnly, broker, (partitions) => quota.take(partitions))
      } catch (error) {
        return { ...refused, ...answerOf(error) }
      }
    })
    await broker.metadata.flush()
    return { throttleTimeMs: quota.throttleMs, topics }
  },
})

function create(request: CreatableTopic, validateOnly: boolean, broker: Broker, take: TakePermits) {
  const topic = broker.controller.createTopic(request, validateOnly, take)
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
