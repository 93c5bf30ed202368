// ktool brokers list.

import { type BrokerDescription, describeCluster } from '../../client/admin/describe-cluster.ts'
import { defineCommand } from '../command.ts'

interface Row extends BrokerDescription {
  /** Whether it is the controller, or in KRaft the broker that stands in for it. */
  controller: boolean
  /** Partitions that it leads, and those of which it has a replica. */
  leaders: number
  replicas: number
  /** Its replicas that are not in sync. */
  outOfSync: number
}

export const command = defineCommand({
  path: 'brokers list',
  summary: 'List brokers with what they lead and hold',
  description:
    'Lists the brokers with their addresses, how many partitions each leads, how many replicas it has, and how many of ' +
    'these are not in sync. A fenced broker is registered but not in service.',
  examples: [
    { line: 'ktool brokers list', doc: 'All brokers' },
    { line: "ktool brokers list --json | jq '.[] | select(.outOfSync > 0).id'", doc: 'Those that lag behind' },
  ],
  async run(context) {
    const { cluster } = await context.client()
    const [{ brokers, controller }, topics] = await Promise.all([describeCluster(cluster), cluster.allTopics()])
    const counts = new Map(brokers.map(({ id }) => [id, { leaders: 0, replicas: 0, outOfSync: 0 }]))
    for (const { partitions } of topics) {
      for (const { leader, replicas, isr } of partitions) {
        for (const id of replicas) {
          const count = counts.get(id)
          if (count === undefined) continue
          count.replicas++
          if (id === leader) count.leaders++
          if (!isr.includes(id)) count.outOfSync++
        }
      }
    }
    const rows = context.rows<Row>({
      columns: [
        { key: 'id', title: 'BROKER' },
        { key: 'host' },
        { key: 'port' },
        { key: 'rack', mayBeEmpty: true },
        { key: 'controller' },
        { key: 'fenced', style: ({ fenced }) => (fenced ? 'red' : undefined) },
        { key: 'leaders' },
        { key: 'replicas' },
        { key: 'outOfSync', style: ({ outOfSync }) => (outOfSync > 0 ? 'yellow' : undefined) },
      ],
    })
    for (const broker of brokers) {
      const count = counts.get(broker.id) ?? { leaders: 0, replicas: 0, outOfSync: 0 }
      await rows.add({ ...broker, controller: broker.id === controller, ...count })
    }
    await rows.end()
  },
})
