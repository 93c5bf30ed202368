// The brokers that the cluster advertises: each has to be reachable from here under the address it gives itself, and to be
// of the same cluster.

import type { Broker } from '../../client/broker.ts'
import type { Cluster } from '../../client/cluster.ts'
import { UnreachableError } from '../../errors.ts'
import { Metadata } from '../../protocol/apis/03-metadata.ts'
import type { Examination, Finding } from './examination.ts'

/** Resolves to whether all brokers could be reached. */
export async function examineBrokers(examination: Examination, cluster: Cluster): Promise<boolean> {
  const brokers = await examination.check('metadata', 'cluster', () => metadata(cluster))
  if (brokers === undefined) return false
  const clusterId = await cluster.clusterId()
  const reached = []
  for (const broker of brokers) {
    reached.push(await examination.check('broker', `${broker.id} at ${broker.name}`, () => reach(broker, clusterId)))
  }
  return reached.every((isReached) => isReached !== undefined)
}

async function metadata(cluster: Cluster): Promise<Finding<Broker[]>> {
  const topics = await cluster.allTopics()
  const brokers = await cluster.allBrokers()
  const found = `cluster ${await cluster.clusterId()}, ${brokers.length} broker${brokers.length === 1 ? '' : 's'}, ${topics.length} topics to see`
  return { found, value: brokers }
}

async function reach(broker: Broker, expected: string | null): Promise<Finding<boolean>> {
  const { clusterId } = await broker.request(Metadata, { topics: [] })
  if (clusterId !== expected) {
    throw new UnreachableError(`what answers there is of another cluster, ${clusterId}`, {
      hint: `that address is another one from here; --resolve ${broker.name}=HOST:PORT says where the broker is`,
    })
  }
  return { found: broker.rack === null ? 'answers' : `answers, rack ${broker.rack}`, value: true }
}
