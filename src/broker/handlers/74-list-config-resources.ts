// ListConfigResources: what can have configs. Version 0 lists client metrics subscriptions alone (KIP-1142).

import { ListConfigResources } from '../../protocol/apis/74-list-config-resources.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { Broker } from '../broker.ts'
import { defineHandler } from '../handler.ts'
import { ResourceType } from '../metadata-image.ts'

/** In Kafka's order. */
const TYPES: readonly number[] = [
  ResourceType.group,
  ResourceType.clientMetrics,
  ResourceType.brokerLogger,
  ResourceType.broker,
  ResourceType.topic,
]

export const handler = defineHandler({
  api: ListConfigResources,
  versions: [0, 1],
  handle({ resourceTypes }, { broker, version }) {
    const all = version === 0 ? [ResourceType.clientMetrics] : TYPES
    if (resourceTypes.some((type) => !all.includes(type))) return { errorCode: errorCode('UNSUPPORTED_VERSION') }
    const wanted = resourceTypes.length === 0 ? all : all.filter((type) => resourceTypes.includes(type))
    return {
      configResources: wanted.flatMap((resourceType) =>
        namesOf(resourceType, broker).map((resourceName) => ({ resourceType, resourceName })),
      ),
    }
  },
})

function namesOf(resourceType: number, { metadata: { image }, nodeId }: Broker): string[] {
  switch (resourceType) {
    case ResourceType.topic:
      return [...image.topics.keys()]
    case ResourceType.broker:
    case ResourceType.brokerLogger:
      return [String(nodeId)]
    default:
      return image.resourcesWithConfigs(resourceType)
  }
}
