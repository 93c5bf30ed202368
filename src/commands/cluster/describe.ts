// ktool cluster describe.

import {
  type BrokerDescription,
  type ClusterDescription,
  describeCluster,
} from '../../client/admin/describe-cluster.ts'
import { describeFeatures, levelText } from '../../client/admin/features.ts'
import { defineCommand } from '../command.ts'

/** The cluster as it is printed; the JSON is this. */
interface Described extends ClusterDescription {
  /** The level of metadata.version by its release, null before KRaft. */
  metadataVersion: string | null
}

type Row = Omit<Described, 'brokers'> & BrokerDescription

export const command = defineCommand({
  path: 'cluster describe',
  summary: 'Show the id of the cluster, its controller and its brokers',
  description: 'Shows the id of the cluster, the controller, the version of the metadata, and the brokers.',
  examples: [
    { line: 'ktool cluster describe', doc: 'The cluster of the broker on this machine' },
    { line: "ktool cluster describe --json | jq -r '.[0].clusterId'", doc: 'Its id alone' },
  ],
  async run(context) {
    const { cluster } = await context.client()
    const [described, { features }] = await Promise.all([describeCluster(cluster), describeFeatures(cluster)])
    const level = features.find(({ name }) => name === 'metadata.version')?.finalized ?? 0
    const rows = context.rows<Described, Row>({
      columns: [
        { key: 'clusterId', inHeading: true },
        { key: 'controller', inHeading: true },
        { key: 'metadataVersion', inHeading: true },
        { key: 'id', title: 'BROKER' },
        { key: 'host' },
        { key: 'port' },
        { key: 'rack', mayBeEmpty: true },
        { key: 'fenced', style: ({ fenced }) => (fenced ? 'yellow' : undefined) },
      ],
      heading: ({ clusterId, controller, brokers, metadataVersion }) => [
        `cluster ${clusterId ?? 'without an id'}`,
        `${brokers.length} broker${brokers.length === 1 ? '' : 's'}, controller ${controller ?? 'unknown'}` +
          (metadataVersion === null ? '' : `, metadata version ${metadataVersion}`),
      ],
      rows: ({ brokers, ...rest }) => brokers.map((broker) => ({ ...rest, ...broker })),
    })
    const { brokers, ...rest } = described
    await rows.add({
      ...rest,
      metadataVersion: level === 0 ? null : levelText('metadata.version', level),
      brokers,
    })
    await rows.end()
  },
})
