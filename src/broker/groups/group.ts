// What all groups have in common, whatever the protocol of their members (Kafka: Group).

import type { ErrorName } from '../../protocol/errors.ts'
import type { CommittedOffset } from './offsets.ts'
import type { GroupRecord } from './records.ts'

export type GroupType = 'classic' | 'consumer'

/** Who sends a request. */
export interface Client {
  id: string
  /** As Kafka writes it: with a slash before. */
  host: string
  /** Whether a topic may be shown to it; without it all may. */
  maySee?(topic: string): boolean
}

/** Who commits offsets, and as what. */
export interface Committer {
  memberId: string
  instanceId: string | null
  /** The generation of a classic member; below 0 for one that is in no group. */
  epoch: number
  /** The version of OffsetCommit; undefined for offsets in a transaction. */
  version: number | undefined
}

export interface CommittedPartition {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
}

export interface Group {
  readonly id: string
  readonly type: GroupType
  /** As clients are told it; null where it is not known. */
  readonly protocolType: string | null
  readonly state: string
  /** Without members. */
  readonly isEmpty: boolean
  /** Throws an ApiError unless the committer may commit these. */
  checkCommit(committer: Committer, partitions: readonly CommittedPartition[]): void
  /** Throws an ApiError unless the member may be told offsets; null and -1 for one that does not say who it is. */
  checkFetch(memberId: string | null, memberEpoch: number): void
  /** Throws an ApiError unless offsets may be deleted. */
  checkOffsetDelete(): void
  /** Whether a member wants the topic. */
  wants(topic: string): boolean
  /** When the retention of an offset begins; undefined while it does not. */
  retentionBegin(offset: CommittedOffset): number | undefined
  /** The records that take the group away. */
  tombstones(): GroupRecord[]
  /** Ends its timers, and answers who waits with the error; the group is gone, or the broker stops. */
  dissolve(error?: ErrorName): void
}
