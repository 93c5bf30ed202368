// CreatePartitions: raises the number of partitions of topics.

import { CreatePartitions } from '../../protocol/apis/37-create-partitions.ts'
import { errorCode } from '../../protocol/errors.ts'
import { repeated } from '../../util/repeated.ts'
import { answerOf } from '../api-error.ts'
import { checkNewPartitions } from '../controller.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: CreatePartitions,
  versions: [0, 3],
  async handle({ topics, validateOnly }, { broker }) {
    const byName = new Map(topics.map((topic) => [topic.name, topic]))
    const twice = repeated(topics.map(({ name }) => name))
    const total = topics.reduce((sum, { name, count }) => sum + broker.controller.additional(name, count), 0)
    const results = [...byName].map(([name, topic]) => {
      if (twice.has(name)) {
        return { name, errorCode: errorCode('INVALID_REQUEST'), errorMessage: 'Duplicate topic name.' }
      }
      try {
        checkNewPartitions(total)
        broker.controller.createPartitions(topic, validateOnly)
        return { name }
      } catch (error) {
        const { errorCode, errorMessage } = answerOf(error)
        return { name, errorCode, errorMessage: errorMessage === '' ? null : errorMessage }
      }
    })
    await broker.metadata.flush()
    return { results }
  },
})
