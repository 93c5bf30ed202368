// Throttles of replication while partitions move (KIP-73): a rate on the brokers, and on the topics the replicas that it
// holds for. (Kafka: ReassignPartitionsCommand.)

import { KtoolError } from '../../errors.ts'
import type { Cluster } from '../cluster.ts'
import type { PartitionName } from '../group/partitions.ts'
import { alterConfigs, type ConfigOperation, describeConfigs, type ResourceType } from './configs.ts'

const RATES = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate']
const LEADERS = 'leader.replication.throttled.replicas'
const FOLLOWERS = 'follower.replication.throttled.replicas'

export interface Move extends PartitionName {
  from: readonly number[]
  to: readonly number[]
}

/** Holds the copying that the moves cause to `rate` bytes a second in and out of each broker. Throws what fails. */
export async function setThrottles(cluster: Cluster, moves: readonly Move[], rate: number): Promise<void> {
  const replicas = new Map<string, { leaders: string[]; followers: string[] }>()
  const brokers = new Set<number>()
  for (const { topic, partition, from, to } of moves) {
    const entry = replicas.get(topic) ?? { leaders: [], followers: [] }
    replicas.set(topic, entry)
    for (const broker of from) entry.leaders.push(`${partition}:${broker}`)
    for (const broker of to) if (!from.includes(broker)) entry.followers.push(`${partition}:${broker}`)
    for (const broker of [...from, ...to]) brokers.add(broker)
  }
  const ofTopics = [...replicas].map(([topic, { leaders, followers }]): [string, ConfigOperation[]] => [
    topic,
    [
      { name: LEADERS, operation: 'set', value: leaders.join(',') },
      { name: FOLLOWERS, operation: 'set', value: followers.join(',') },
    ],
  ])
  const ofBrokers = [...brokers].map((id): [string, ConfigOperation[]] => [
    String(id),
    RATES.map((name) => ({ name, operation: 'set', value: String(rate) })),
  ])
  await alter(cluster, 'topic', new Map(ofTopics))
  await alter(cluster, 'broker', new Map(ofBrokers))
}

/** Takes away the throttles of these topics and of all brokers. True where there were any. Throws what fails. */
export async function clearThrottles(cluster: Cluster, topics: readonly string[]): Promise<boolean> {
  const brokers = (await cluster.allBrokers()).map(({ id }) => String(id))
  const ofBrokers = await alter(cluster, 'broker', await toClear(cluster, 'broker', brokers, RATES))
  const ofTopics = await alter(cluster, 'topic', await toClear(cluster, 'topic', topics, [LEADERS, FOLLOWERS]))
  return ofBrokers || ofTopics
}

/** What is set, so that nobody needs the right to change where nothing has to be. */
async function toClear(cluster: Cluster, type: ResourceType, names: readonly string[], keys: readonly string[]) {
  const changes = new Map<string, ConfigOperation[]>()
  for (const [name, entries] of await describeConfigs(cluster, type, names, { keys })) {
    if (entries instanceof KtoolError) throw entries
    const set = entries.filter(({ source }) => source === 'DYNAMIC_TOPIC_CONFIG' || source === 'DYNAMIC_BROKER_CONFIG')
    if (set.length > 0)
      changes.set(
        name,
        set.map(({ name }) => ({ name, operation: 'unset' })),
      )
  }
  return changes
}

async function alter(cluster: Cluster, type: ResourceType, changes: Map<string, ConfigOperation[]>): Promise<boolean> {
  if (changes.size === 0) return false
  for (const error of (await alterConfigs(cluster, type, changes)).values()) if (error !== null) throw error
  return true
}
