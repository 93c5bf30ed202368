// The leader's work in a classic group: to share the partitions out among the members, as they told when they joined.

import type { JoinGroupResponse } from '../../protocol/apis/11-join-group.ts'
import { ProtocolError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { retry } from '../retry.ts'
import type { Assignment, Assignor, GroupMember, GroupTopics } from './assignors/assignor.ts'
import { decodeSubscription, type Subscription } from './consumer-protocol.ts'

/** How many partitions each topic of the group has, 0 where it does not exist: the leader watches for changes. */
export type PartitionCounts = ReadonlyMap<string, number>

/** A static member that comes back is told to leave the assignment as it is (KIP-814): then it is empty. */
export async function shareOut(
  cluster: Cluster,
  assignor: Assignor,
  { members, skipAssignment }: JoinGroupResponse,
): Promise<{ assignment: Assignment; counts: PartitionCounts }> {
  const group: GroupMember[] = members.map(({ memberId: id, groupInstanceId: instanceId, metadata }) => ({
    id,
    instanceId,
    ...subscriptionOf(metadata),
  }))
  const wanted = [...new Set(group.flatMap(({ topics }) => topics))]
  const topics = await groupTopics(cluster, wanted)
  return {
    assignment: skipAssignment ? new Map() : assignor.assign(group, topics),
    counts: countsOf(wanted, topics),
  }
}

/** The topics that exist, with the racks of their replicas. */
export async function groupTopics(cluster: Cluster, names: readonly string[]): Promise<GroupTopics> {
  const { brokers, topics } = await retry(cluster.options, () => cluster.fetchMetadata(names))
  const racks = new Map(brokers.map(({ nodeId, rack }) => [nodeId, rack]))
  return new Map(
    topics
      .filter((row) => row.errorCode === 0)
      .map((row) => [
        row.name ?? '',
        row.partitions
          .sort((a, b) => a.partitionIndex - b.partitionIndex)
          .map(({ replicaNodes }) => replicaNodes.flatMap((id) => racks.get(id) ?? [])),
      ]),
  )
}

export function countsOf(names: Iterable<string>, topics: GroupTopics): PartitionCounts {
  return new Map([...names].map((name) => [name, topics.get(name)?.length ?? 0]))
}

/** A member whose subscription can't be read gets nothing, and the others are not held up. */
function subscriptionOf(metadata: Buffer): Subscription {
  try {
    return decodeSubscription(metadata)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { topics: [], userData: null, owned: [], generation: -1, rackId: null }
  }
}
