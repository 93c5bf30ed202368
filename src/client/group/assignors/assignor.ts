// How partitions are shared out among the members of a classic group: the leader, one of the members, runs an assignor
// over what all of them told. Members of different clients can only share a group when they know an assignor of the same
// name, so names and user data are Java's.

import type { Subscription } from '../consumer-protocol.ts'
import type { PartitionName } from '../partitions.ts'

export interface GroupMember extends Subscription {
  id: string
  /** group.instance.id of a static member. */
  instanceId: string | null
}

/** The group's topics that exist: for each partition the racks of its replicas, none where racks are not known. */
export type GroupTopics = ReadonlyMap<string, readonly (readonly string[])[]>

/** Partitions by member id, one entry for each member. */
export type Assignment = Map<string, PartitionName[]>

export interface Assignor {
  readonly name: string
  /**
   * Whether its members keep their partitions while they join, and hand over in two steps (KIP-429). Otherwise they give
   * up everything first.
   */
  readonly cooperative: boolean
  /** What a member tells its leader beyond the subscription; `owned` is what it had in `generation`. */
  userData?(owned: readonly PartitionName[], generation: number): Buffer | null
  assign(members: readonly GroupMember[], topics: GroupTopics): Assignment
}

/** Members in the order in which all assignors go through them: static ones first, by instance id; the others by id. */
export function inOrder(members: readonly GroupMember[]): GroupMember[] {
  return [...members].sort((a, b) => {
    if (a.instanceId !== null && b.instanceId !== null) return compare(a.instanceId, b.instanceId)
    if (a.instanceId !== null || b.instanceId !== null) return a.instanceId === null ? 1 : -1
    return compare(a.id, b.id)
  })
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
