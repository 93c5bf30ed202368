// AlterConfigs: gives a resource these values and takes all others away.

import { AlterConfigs, type AlterConfigsResource } from '../../protocol/apis/33-alter-configs.ts'
import type { Broker } from '../broker.ts'
import { changesBetween, checkOperations, checkValues, Operation } from '../configs/alter.ts'
import { alterResources } from '../configs/alter-resources.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: AlterConfigs,
  versions: [0, 2],
  handle: ({ resources, validateOnly }, { broker }) =>
    alterResources(resources, broker, (resource) => alter(resource, validateOnly, broker)),
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
