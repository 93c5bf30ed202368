// A member of a consumer group, as the coordinator knows it; never changed, but replaced (Kafka: ConsumerGroupMember).
//
//   stable ──another target──> unrevoked ──it has let go──> unreleased ──others have let go──> stable
//                 └──────────nothing to let go──────────────────^  └──nothing to wait for──────^

import type {
  ConsumerGroupCurrentMemberAssignmentValue,
  ConsumerGroupCurrentMemberAssignmentValueTopicPartitions,
  ConsumerGroupMemberMetadataValue,
} from '../../../protocol/stored/group-metadata.ts'
import { NOTHING, type OwnedPartitions, sameOwned } from './assignment.ts'

/** By the numbers of the records. */
export const MemberState = { stable: 0, unrevoked: 1, unreleased: 2 } as const

export const LEAVE_EPOCH = -1
/** Of a static member that is away for a while. */
export const STATIC_LEAVE_EPOCH = -2
export const JOIN_EPOCH = 0

export interface ClassicProtocol {
  readonly name: string
  readonly metadata: Buffer
}

export interface ConsumerMember {
  readonly id: string
  readonly epoch: number
  readonly previousEpoch: number
  readonly state: number
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly rebalanceTimeoutMs: number
  readonly clientId: string
  readonly clientHost: string
  readonly topicNames: ReadonlySet<string>
  /** Empty where it has none. */
  readonly expression: string | null
  readonly assignor: string | null
  readonly assigned: OwnedPartitions
  /** What it has yet to let go. */
  readonly revoking: OwnedPartitions
  /** Of a member that speaks the classic protocol. */
  readonly classic: { readonly sessionTimeoutMs: number; readonly protocols: readonly ClassicProtocol[] } | null
}

export function newMember(id: string): ConsumerMember {
  return {
    id,
    epoch: JOIN_EPOCH,
    previousEpoch: -1,
    state: MemberState.stable,
    instanceId: null,
    rackId: null,
    rebalanceTimeoutMs: -1,
    clientId: '',
    clientHost: '',
    topicNames: new Set(),
    expression: '',
    assignor: null,
    assigned: NOTHING,
    revoking: NOTHING,
    classic: null,
  }
}

/** The expression that it is subscribed to; undefined where there is none. */
export function expressionOf(member: ConsumerMember | undefined): string | undefined {
  return member?.expression || undefined
}

export function isReconciled(member: ConsumerMember, targetEpoch: number): boolean {
  return member.state === MemberState.stable && member.epoch === targetEpoch
}

export function sameMember(a: ConsumerMember, b: ConsumerMember): boolean {
  return a === b || (sameSubscription(a, b) && sameProgress(a, b))
}

/** What a member's own record holds. */
function sameSubscription(a: ConsumerMember, b: ConsumerMember): boolean {
  return (
    a.id === b.id &&
    a.instanceId === b.instanceId &&
    a.rackId === b.rackId &&
    a.rebalanceTimeoutMs === b.rebalanceTimeoutMs &&
    a.clientId === b.clientId &&
    a.clientHost === b.clientHost &&
    sameNames(a.topicNames, b.topicNames) &&
    a.expression === b.expression &&
    a.assignor === b.assignor &&
    sameClassic(a.classic, b.classic)
  )
}

function sameProgress(a: ConsumerMember, b: ConsumerMember): boolean {
  return (
    a.epoch === b.epoch &&
    a.previousEpoch === b.previousEpoch &&
    a.state === b.state &&
    sameOwned(a.assigned, b.assigned) &&
    sameOwned(a.revoking, b.revoking)
  )
}

export function sameNames(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a === b || (a.size === b.size && [...a].every((name) => b.has(name)))
}

function sameClassic(a: ConsumerMember['classic'], b: ConsumerMember['classic']): boolean {
  if (a === null || b === null) return a === b
  return (
    a.sessionTimeoutMs === b.sessionTimeoutMs &&
    a.protocols.length === b.protocols.length &&
    a.protocols.every(
      ({ name, metadata }, i) => name === b.protocols[i].name && metadata.equals(b.protocols[i].metadata),
    )
  )
}

/** The member with what its record says. */
export function withSubscription(member: ConsumerMember, value: ConsumerGroupMemberMetadataValue): ConsumerMember {
  const { classicMemberMetadata: classic } = value
  return {
    ...member,
    instanceId: value.instanceId,
    rackId: value.rackId,
    rebalanceTimeoutMs: value.rebalanceTimeoutMs,
    clientId: value.clientId,
    clientHost: value.clientHost,
    topicNames: new Set(value.subscribedTopicNames),
    expression: value.subscribedTopicRegex,
    assignor: value.serverAssignor,
    classic: classic && {
      sessionTimeoutMs: classic.sessionTimeoutMs,
      // Bytes of a record that is read are those of the log's buffer.
      protocols: classic.supportedProtocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
    },
  }
}

/** The member with what the record of its assignment says; with none it has left. */
export function withProgress(
  member: ConsumerMember,
  value: ConsumerGroupCurrentMemberAssignmentValue | null,
): ConsumerMember {
  if (value === null) return { ...member, epoch: -1, previousEpoch: -1, assigned: NOTHING, revoking: NOTHING }
  const { memberEpoch: epoch, previousMemberEpoch: previousEpoch, state } = value
  return {
    ...member,
    epoch,
    previousEpoch,
    state,
    assigned: ownedOf(value.assignedPartitions, epoch),
    revoking: ownedOf(value.partitionsPendingRevocation, epoch),
  }
}

/** Kafka before 4.2 does not say in which epoch a partition was assigned. */
function ownedOf(
  topics: readonly ConsumerGroupCurrentMemberAssignmentValueTopicPartitions[],
  memberEpoch: number,
): OwnedPartitions {
  return new Map(
    topics.map(({ topicId, partitions, assignmentEpochs }) => {
      const epochs = assignmentEpochs?.length === partitions.length ? assignmentEpochs : undefined
      return [topicId, new Map(partitions.map((each, i) => [each, epochs?.[i] ?? Math.max(memberEpoch, 0)]))]
    }),
  )
}
