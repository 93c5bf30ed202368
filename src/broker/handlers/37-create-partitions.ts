// CreatePartitions: raises the number of partitions of topics. From version 3 on it is refused above a quota.

import { CreatePartitions } from '../../protocol/apis/37-create-partitions.ts'
import { errorCode } from '../../protocol/errors.ts'
import { repeated } from '../../util/repeated.ts'
import { answerOf } from '../api-error.ts'
import { checkNewPartitions } from '../controller.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: CreatePartitions,
  versions: [0, 3],
  async handle({ topics, validateOnly }, { broker, client, version }) {
    const quota = broker.quotas.mutations(client, version >= 3)
    const byName = new Map(topics.map((topic) => [topic.name, topic]))
    const twice = repeated(topics.map(({ name }) => name))
    const total = topics.reduce((sum, { name, count }) => sum + broker.controller.additional(name, count), 0)
    const results = [...byName].map(([name, topic]) => {
      if (twice.has(name)) {
        return { name, errorCode: errorCode('INVALID_REQUEST'), errorMessage: 'Duplicate topic name.' }
      }
      try {
        checkNewPartitions(total)
        broker.controller.createPartitions(topic, validateOnly, (partitions) => quota.take(partitions))
        return { name }
      } catch (error) {
        const { errorCode, errorMessage } = answerOf(error)
        return { name, errorCode, errorMessage: errorMessage === '' ? null : errorMessage }
      }
    })
    await broker.metadata.flush()
    return { throttleTimeMs: quota.throttleMs, results }
  },
})
