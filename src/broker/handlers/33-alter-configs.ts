// AlterConfigs: gives a resource these values and takes all others away.

import { AlterConfigs, type AlterConfigsResource } from '../../protocol/apis/33-alter-configs.ts'
import { ApiError } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import { changesBetween, checkOperations, checkValues, Operation } from '../configs/alter.ts'
import { defineHandler } from '../handler.ts'
import { alterError, duplicates, keyOf } from './44-incremental-alter-configs.ts'

export const handler = defineHandler({
  api: AlterConfigs,
  versions: [0, 2],
  async handle({ resources, validateOnly }, { broker }) {
    const twice = duplicates(resources)
    const responses = resources.map((resource) => {
      const { resourceType, resourceName } = resource
      try {
        if (twice.has(keyOf(resource))) throw new ApiError('INVALID_REQUEST', 'Each resource must appear at most once.')
        alter(resource, validateOnly, broker)
        return { errorMessage: null, resourceType, resourceName }
      } catch (error) {
        return { ...alterError(error), resourceType, resourceName }
      }
    })
    await broker.metadata.flush()
    return { responses }
  },
})

function alter({ resourceType, resourceName, configs }: AlterConfigsResource, validateOnly: boolean, broker: Broker) {
  const owner = broker.configOwner
  checkOperations(configs.map(({ name, value }) => ({ name, value, configOperation: Operation.set })))
  const values = new Map(configs.map(({ name, value }) => [name, value as string]))
  checkValues({ resourceType, resourceName }, values, owner)
  if (validateOnly) return
  const current = owner.image.configsOf(resourceType, resourceName)
  broker.controller.changeConfigs(resourceType, resourceName, changesBetween(current, values))
}
