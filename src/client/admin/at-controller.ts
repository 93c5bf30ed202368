// Asks the controller, and again where that has moved or did not answer.

import type { Broker } from '../broker.ts'
import type { Cluster } from '../cluster.ts'
import { retry } from '../retry.ts'

export function atController<T>(cluster: Cluster, ask: (broker: Broker) => Promise<T>): Promise<T> {
  return retry(cluster.options, async () => ask(await cluster.controller()))
}
