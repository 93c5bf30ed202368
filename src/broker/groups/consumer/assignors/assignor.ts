// What a server-side assignor is given and gives (Kafka: ConsumerGroupPartitionAssignor, GroupSpec).

import type { Assignment } from '../assignment.ts'

export interface MemberSpec {
  readonly instanceId: string | null
  /** Ids of the topics that it wants and that are there. */
  readonly topicIds: ReadonlySet<string>
  /** What it was to have so far. */
  readonly assignment: Assignment
}

export interface GroupSpec {
  /** At least one, in the order in which Kafka goes through them. */
  readonly members: ReadonlyMap<string, MemberSpec>
  /** All members want the same topics. */
  readonly isHomogeneous: boolean
  /** Whether a member was to have the partition so far. */
  isAssigned(topicId: string, partition: number): boolean
  partitionCount(topicId: string): number
}

export interface ServerAssignor {
  readonly name: string
  assign(group: GroupSpec): Map<string, Assignment>
}

export type MutableAssignment = Map<string, Set<number>>

export function copyOf(assignment: Assignment): MutableAssignment {
  return new Map([...assignment].map(([topicId, partitions]) => [topicId, new Set(partitions)]))
}

export function give(assignment: MutableAssignment, topicId: string, partition: number): void {
  const partitions = assignment.get(topicId)
  if (partitions === undefined) assignment.set(topicId, new Set([partition]))
  else partitions.add(partition)
}

export function take(assignment: MutableAssignment, topicId: string, partition: number): void {
  const partitions = assignment.get(topicId)
  partitions?.delete(partition)
  if (partitions?.size === 0) assignment.delete(topicId)
}
