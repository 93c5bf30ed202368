// What the two group protocols have in common: a member that joins, stays with heartbeats, is given partitions and has
// them taken away.

import type { MemberIdentity } from './offsets.ts'
import type { PartitionName } from './partitions.ts'

export interface MembershipOptions {
  /** group.instance.id of a static member (KIP-345). */
  instanceId: string | null
  /** client.rack */
  rackId: string | null
  /** max.poll.interval.ms: how long the others wait for this member to give up its partitions. */
  rebalanceTimeoutMs: number
}

/** What the reader of the partitions does as the group changes. Only one of these runs at a time, save `lost`. */
export interface MembershipEvents {
  /** Stops reading and commits; the partitions may go to another member when this resolves. */
  revoke(partitions: readonly PartitionName[]): Promise<void>
  /** Begins to read. `all` is what the member has now, with these. */
  assign(partitions: readonly PartitionName[], all: readonly PartitionName[]): Promise<void>
  /** Others may read these already: stops reading, and nothing can be committed. */
  lost(partitions: readonly PartitionName[], why: string): void
  /** A heartbeat was answered and nothing has changed. */
  quiet(): void
}

export interface Membership {
  /** Joins and stays a member until leave(). Rejects with what ended it before that. */
  run(): Promise<void>
  /** Leaves the group, if only by not coming back; what the member had is forgotten without another event. */
  leave(timeoutMs: number): Promise<void>
  /** The topics as they are now: those that are wanted, and their partitions, may have changed. */
  refresh(topics: readonly string[]): Promise<void>
  identity(): MemberIdentity
  /** `generation 3, range`: of the assignment that is in force. */
  describe(): string
  /** Heartbeats answered since anything last changed; 0 while something is under way. */
  readonly quietBeats: number
}
