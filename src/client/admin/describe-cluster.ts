// The cluster and its brokers, by DescribeCluster (KIP-700) where the brokers have it, else Metadata.

import { DescribeCluster } from '../../protocol/apis/60-describe-cluster.ts'
import { check } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { retry } from '../retry.ts'

export interface BrokerDescription {
  id: number
  host: string
  port: number
  rack: string | null
  /** Registered but not in service (KIP-631); null where the cluster does not tell (before 4.0). */
  fenced: boolean | null
}

export interface ClusterDescription {
  clusterId: string | null
  /** Broker id, or in KRaft the broker that stands in for the controller; null where there is none at the moment. */
  controller: number | null
  /** By id. */
  brokers: BrokerDescription[]
}

/** Version 2 tells of fenced brokers too (KIP-1073). */
const FENCED = 2

export async function describeCluster(cluster: Cluster): Promise<ClusterDescription> {
  return retry(cluster.options, async () => {
    const broker = await cluster.any()
    await broker.connection()
    const known = (id: number) => (id < 0 ? null : id)
    if (!broker.supports(DescribeCluster)) {
      const { clusterId, controllerId, brokers } = await cluster.fetchMetadata([])
      const rows = brokers.map(({ nodeId: id, host, port, rack }) => ({ id, host, port, rack, fenced: null }))
      return { clusterId, controller: known(controllerId), brokers: sorted(rows) }
    }
    const tellsFenced = broker.supports(DescribeCluster, FENCED)
    const answer = await broker.request(DescribeCluster, tellsFenced ? { includeFencedBrokers: true } : {})
    check(answer.errorCode, 'the cluster', answer.errorMessage)
    const rows = answer.brokers.map(({ brokerId: id, host, port, rack, isFenced }) => ({
      id,
      host,
      port,
      rack,
      fenced: tellsFenced ? isFenced : null,
    }))
    return { clusterId: answer.clusterId, controller: known(answer.controllerId), brokers: sorted(rows) }
  })
}

function sorted(brokers: BrokerDescription[]): BrokerDescription[] {
  return brokers.sort((a, b) => a.id - b.id)
}
