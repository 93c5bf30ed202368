// IncrementalAlterConfigs: sets, takes away and extends configs of topics, the broker, groups and client metrics
// subscriptions (KIP-339). Each resource is changed whole or not at all.

import { type AlterConfigsResource, IncrementalAlterConfigs } from '../../protocol/apis/44-incremental-alter-configs.ts'
import type { Broker } from '../broker.ts'
import { applyOperations, changesBetween, checkLoggers, checkOperations, checkValues } from '../configs/alter.ts'
import { alterResources } from '../configs/alter-resources.ts'
import { defineHandler } from '../handler.ts'
import { ResourceType } from '../metadata-image.ts'

export const handler = defineHandler({
  api: IncrementalAlterConfigs,
  versions: [0, 1],
  handle: ({ resources, validateOnly }, { broker }) =>
    alterResources(resources, broker, (resource) => alter(resource, validateOnly, broker)),
})

function alter({ resourceType, resourceName, configs }: AlterConfigsResource, validateOnly: boolean, broker: Broker) {
  const owner = broker.configOwner
  checkOperations(configs)
  if (resourceType === ResourceType.brokerLogger) {
    checkLoggers(resourceName, configs, owner)
    return
  }
  const current = owner.image.configsOf(resourceType, resourceName)
  const values = applyOperations(resourceType, current, configs)
  checkValues({ resourceType, resourceName }, values, owner)
  if (!validateOnly) broker.controller.changeConfigs(resourceType, resourceName, changesBetween(current, values))
}
