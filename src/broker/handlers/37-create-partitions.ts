// CreatePartitions: raises the number of partitions of topics.

import { CreatePartitions } from '../../protocol/apis/37-create-partitions.ts'
import { errorCode } from '../../protocol/errors.ts'
import { answerOf } from '../api-error.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: CreatePartitions,
  versions: [0, 3],
  async handle({ topics, validateOnly }, { broker }) {
    const names = topics.map(({ name }) => name)
    const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index))
    const results = [...new Set(names)].map((name) => {
      if (twice.has(name)) {
        return { name, errorCode: errorCode('INVALID_REQUEST'), errorMessage: 'Duplicate topic name.' }
      }
      try {
        broker.controller.createPartitions(topics[names.indexOf(name)], validateOnly)
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
