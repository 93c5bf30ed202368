// DescribeConfigs of topics, the broker, groups and client metrics subscriptions. Version 3 may ask for documentation.

import { DescribeConfigs, type DescribeConfigsResource } from '../../protocol/apis/32-describe-configs.ts'
import { ApiError, answerOf } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import {
  type DescribeOptions,
  describeBrokerConfigs,
  describeClientMetricsConfigs,
  describeDefaultBrokerConfigs,
  describeGroupConfigs,
  describeTopicConfigs,
} from '../configs/describe.ts'
import { defineHandler } from '../handler.ts'
import { ResourceType } from '../metadata-image.ts'
import { topicNameProblem } from '../topic-names.ts'

export const handler = defineHandler({
  api: DescribeConfigs,
  versions: [1, 4],
  async handle(request, { broker }) {
    const documentation = request.includeDocumentation
      ? (await import('../configs/documentation.ts')).documentation
      : undefined
    const results = request.resources.map((resource) => {
      const { resourceType, resourceName, configurationKeys: names } = resource
      try {
        const configs = describe(resource, broker, { names, synonyms: request.includeSynonyms, documentation })
        return { errorMessage: '', resourceType, resourceName, configs }
      } catch (error) {
        return { ...answerOf(error), resourceType, resourceName }
      }
    })
    return { results }
  },
})

function describe({ resourceType, resourceName }: DescribeConfigsResource, broker: Broker, options: DescribeOptions) {
  const { image } = broker.metadata
  const { configs } = broker
  const overrides = image.configsOf(resourceType, resourceName)
  switch (resourceType) {
    case ResourceType.topic: {
      const problem = topicNameProblem(resourceName)
      if (problem !== undefined) throw new ApiError('INVALID_TOPIC_EXCEPTION', problem)
      if (!image.topics.has(resourceName)) throw new ApiError('UNKNOWN_TOPIC_OR_PARTITION', '')
      return describeTopicConfigs(overrides, configs, options)
    }
    case ResourceType.broker:
      if (resourceName === '') return describeDefaultBrokerConfigs(configs, options)
      checkBrokerId(resourceName, broker.nodeId, true)
      return describeBrokerConfigs(configs, options)
    case ResourceType.brokerLogger:
      checkBrokerId(resourceName, broker.nodeId, false)
      return []
    case ResourceType.clientMetrics:
      if (resourceName === '')
        throw new ApiError('INVALID_REQUEST', 'Client metrics subscription name must not be empty')
      return describeClientMetricsConfigs(overrides, options)
    case ResourceType.group:
      if (resourceName === '') throw new ApiError('INVALID_REQUEST', 'Group name must not be empty')
      return describeGroupConfigs(overrides, configs, options)
    default:
      throw new ApiError('INVALID_REQUEST')
  }
}

/** Throws an ApiError unless the name is this broker's id. */
export function checkBrokerId(name: string, nodeId: number, orEmpty: boolean): void {
  if (name === String(nodeId)) return
  if (!/^[+-]?\d+$/.test(name)) {
    const problem = name === '' ? 'Broker id must not be empty' : `Broker id must be an integer, but it is: ${name}`
    throw new ApiError('INVALID_REQUEST', problem)
  }
  const expected = orEmpty ? `${nodeId} or empty string` : String(nodeId)
  throw new ApiError('INVALID_REQUEST', `Unexpected broker id, expected ${expected}, but received ${name}`)
}
