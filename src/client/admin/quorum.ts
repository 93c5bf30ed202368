// The controllers that keep the cluster's metadata (KIP-595, KIP-836): who leads, who votes, who only reads along.

import { DescribeQuorum } from '../../protocol/apis/55-describe-quorum.ts'
import { ZERO_UUID } from '../../protocol/codec.ts'
import { check, KafkaError } from '../../protocol/errors.ts'
import { name as nameOf } from '../../util/address.ts'
import type { Cluster } from '../cluster.ts'
import { atController } from './at-controller.ts'

export interface QuorumReplica {
  id: number
  /** null where the quorum has no directory ids (KIP-853). */
  directoryId: string | null
  status: 'leader' | 'follower' | 'observer'
  logEndOffset: number
  /** Records behind the leader. */
  lag: number
  /** Milliseconds, null where the leader does not know. */
  lastFetchTimestamp: number | null
  lastCaughtUpTimestamp: number | null
  /** Where it listens as a controller: `NAME://HOST:PORT`. */
  endpoints: string[]
}

export interface Quorum {
  leader: number
  leaderEpoch: number
  highWatermark: number
  /** Voters first, each by id. */
  replicas: QuorumReplica[]
}

const METADATA_TOPIC = '__cluster_metadata'

export async function describeQuorum(cluster: Cluster): Promise<Quorum> {
  const answer = await atController(cluster, async (broker) => {
    const answer = await broker.request(DescribeQuorum, {
      topics: [{ topicName: METADATA_TOPIC, partitions: [{ partitionIndex: 0 }] }],
    })
    check(answer.errorCode, 'the quorum', answer.errorMessage)
    return answer
  })
  const partition = answer.topics[0]?.partitions[0]
  if (partition === undefined) throw new KafkaError(-1, 'the quorum', 'the answer leaves it out')
  check(partition.errorCode, 'the quorum', partition.errorMessage)
  const { leaderId, currentVoters, observers } = partition
  const endpoints = new Map(
    answer.nodes.map(({ nodeId, listeners }) => [
      nodeId,
      listeners.map(({ name, ...address }) => `${name}://${nameOf(address)}`),
    ]),
  )
  const leaderEnd = [...currentVoters, ...observers].find(({ replicaId }) => replicaId === leaderId)?.logEndOffset
  const replicas = (rows: typeof currentVoters, status: QuorumReplica['status']): QuorumReplica[] =>
    rows
      .map((row) => ({
        id: row.replicaId,
        directoryId: row.replicaDirectoryId === ZERO_UUID ? null : row.replicaDirectoryId,
        status: row.replicaId === leaderId ? ('leader' as const) : status,
        logEndOffset: row.logEndOffset,
        lag: leaderEnd === undefined ? 0 : leaderEnd - row.logEndOffset,
        lastFetchTimestamp: row.lastFetchTimestamp < 0 ? null : row.lastFetchTimestamp,
        lastCaughtUpTimestamp: row.lastCaughtUpTimestamp < 0 ? null : row.lastCaughtUpTimestamp,
        endpoints: endpoints.get(row.replicaId) ?? [],
      }))
      .sort((a, b) => a.id - b.id)
  return {
    leader: leaderId,
    leaderEpoch: partition.leaderEpoch,
    highWatermark: partition.highWatermark,
    replicas: [...replicas(currentVoters, 'follower'), ...replicas(observers, 'observer')],
  }
}
