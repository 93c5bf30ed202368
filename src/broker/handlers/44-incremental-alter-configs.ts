// IncrementalAlterConfigs: sets, takes away and extends configs of topics, the broker, groups and client metrics
// subscriptions (KIP-339). Each resource is changed whole or not at all.

import { type AlterConfigsResource, IncrementalAlterConfigs } from '../../protocol/apis/44-incremental-alter-configs.ts'
import { repeated } from '../../util/repeated.ts'
import { ApiError, answerOf } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import { applyOperations, changesBetween, checkLoggers, checkOperations, checkValues } from '../configs/alter.ts'
import { defineHandler } from '../handler.ts'
import { ResourceType } from '../metadata-image.ts'

export const handler = defineHandler({
  api: IncrementalAlterConfigs,
  versions: [0, 1],
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

interface Named {
  resourceType: number
  resourceName: string
}

export function keyOf({ resourceType, resourceName }: Named): string {
  return `${resourceType}:${resourceName}`
}

/** Keys of the resources that are named more than once. */
export function duplicates(resources: readonly Named[]): Set<string> {
  return repeated(resources.map(keyOf))
}

/** Kafka tells nothing more of an error that it did not expect. */
export function alterError(error: unknown): { errorCode: number; errorMessage: string | null } {
  const answer = answerOf(error)
  return answer.errorCode === -1 ? { ...answer, errorMessage: null } : answer
}
