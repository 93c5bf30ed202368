// The assignors that a group may ask for; group.consumer.assignors names those that it can have, the default one first.

import type { BrokerConfigs } from '../../../configs/broker-configs.ts'
import type { ServerAssignor } from './assignor.ts'
import { range } from './range.ts'
import { uniform } from './uniform.ts'

/** By name, and by the class names that Kafka's config takes as well. */
export const assignors: ReadonlyMap<string, ServerAssignor> = new Map([
  ['uniform', uniform],
  ['range', range],
  ['org.apache.kafka.coordinator.group.assignor.UniformAssignor', uniform],
  ['org.apache.kafka.coordinator.group.assignor.RangeAssignor', range],
])

/** Those that this broker offers; a name that stands for none is left out. At least one. */
export function configuredAssignors(configs: BrokerConfigs): readonly ServerAssignor[] {
  const names = (configs.get('group.consumer.assignors') ?? '').split(',')
  const found = names.flatMap((name) => assignors.get(name.trim()) ?? [])
  return found.length > 0 ? found : [uniform]
}
