// A group of the consumer protocol (KIP-848): its members, what they shall have and what they have. All of it is the sum of
// its records, when they are written as when they are read at the start. (Kafka: ConsumerGroup.)
//
//   Empty ──join──> Assigning ──target assignment──> Reconciling ──all members are there──> Stable
//                       ^                                │ another epoch                       │
//                       └────────────────────────────────┴─────────────────────────────────────┘

import { ApiError } from '../../api-error.ts'
import { javaHash } from '../../coordinator-log.ts'
import type { CommittedPartition, Committer, Group } from '../group.ts'
import type { CommittedOffset } from '../offsets.ts'
import type { ConsumerGroupRecord } from '../records.ts'
import { Timers } from '../timers.ts'
import { type Assignment, NOTHING, type OwnedPartitions, toAssignment } from './assignment.ts'
import { grownCapacity, hashOrder, timelineOrder } from './java-order.ts'
import {
  type ConsumerMember,
  expressionOf,
  isReconciled,
  MemberState,
  newMember,
  withProgress,
  withSubscription,
} from './member.ts'
import { groupTombstones } from './records.ts'

export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable'

/** What an expression stood for. */
export interface ResolvedExpression {
  readonly topics: ReadonlySet<string>
  /** The metadata's offset then. */
  readonly version: number
  readonly timestamp: number
}

/** From this version on a commit can say a member epoch. */
const COMMIT_WITH_EPOCH = 9
const NOBODY = -1

export class ConsumerGroup implements Group {
  readonly id: string
  readonly type = 'consumer'
  readonly protocolType = 'consumer'
  readonly timers = new Timers()
  readonly members = new Map<string, ConsumerMember>()
  /** Member ids by instance id. */
  readonly staticMembers = new Map<string, string>()
  readonly targets = new Map<string, Assignment>()
  /** How many members have each expression. */
  readonly expressions = new Map<string, number>()
  readonly resolved = new Map<string, ResolvedExpression>()
  epoch = 1
  metadataHash = 0n
  targetEpoch = 1
  targetTimestamp = 0
  /** Has a record of a Kafka before 4.1, which is to go. */
  hasPartitionMetadata = false
  /** Until when the topics need not be looked at, unless the group falls back behind `epoch`. */
  metadataDeadline = { at: 0, epoch: 0 }
  /** Expressions are being resolved. */
  isResolving = false
  private classicMembers = 0
  /** The epoch of the member that has the partition, or has yet to let it go. */
  private readonly owners = new Map<string, Map<number, number>>()

  constructor(id: string) {
    this.id = id
  }

  get state(): ConsumerGroupState {
    if (this.members.size === 0) return 'Empty'
    if (this.epoch > this.targetEpoch) return 'Assigning'
    for (const member of this.members.values()) if (!isReconciled(member, this.targetEpoch)) return 'Reconciling'
    return 'Stable'
  }

  get isEmpty(): boolean {
    return this.members.size === 0
  }

  get classicMemberCount(): number {
    return this.classicMembers
  }

  /** Throws UNKNOWN_MEMBER_ID. */
  member(id: string): ConsumerMember {
    const member = this.members.get(id)
    if (member === undefined)
      throw new ApiError('UNKNOWN_MEMBER_ID', `Member ${id} is not a member of group ${this.id}.`)
    return member
  }

  staticMember(instanceId: string | null): ConsumerMember | undefined {
    const id = instanceId === null ? undefined : this.staticMembers.get(instanceId)
    return id === undefined ? undefined : this.members.get(id)
  }

  /** A static member's successor takes over what was meant for it. */
  targetOf({ id, instanceId }: ConsumerMember): Assignment {
    const owner = instanceId === null ? id : (this.staticMembers.get(instanceId) ?? '')
    return this.targets.get(owner) ?? NOTHING
  }

  /** -1 where nobody has it. */
  ownerEpoch(topicId: string, partition: number): number {
    return this.owners.get(topicId)?.get(partition) ?? NOBODY
  }

  /** The members with one that is new or changed, instead of itself or of the static member whose place it takes. */
  membersWith(member: ConsumerMember): ConsumerMember[] {
    const replaced = member.instanceId === null ? undefined : this.staticMembers.get(member.instanceId)
    const members = new Map(
      timelineOrder(this.members.keys()).map((id) => [id, this.members.get(id) as ConsumerMember]),
    )
    members.set(member.id, member)
    if (replaced !== undefined && replaced !== member.id) members.delete(replaced)
    return [...members.values()]
  }

  apply(record: ConsumerGroupRecord): void {
    switch (record.type) {
      case 'epoch':
        this.epoch = record.value?.epoch ?? 0
        this.metadataHash = record.value?.metadataHash ?? 0n
        break
      case 'partitionMetadata':
        this.hasPartitionMetadata = record.value !== null
        break
      case 'member':
        if (record.value === null) this.remove(record.key.memberId)
        else this.put(withSubscription(this.memberOrNew(record.key.memberId), record.value))
        break
      case 'targetEpoch':
        this.targetEpoch = record.value?.assignmentEpoch ?? -1
        this.targetTimestamp = record.value?.assignmentTimestamp ?? 0
        break
      case 'target':
        if (record.value === null) this.targets.delete(record.key.memberId)
        else this.targets.set(record.key.memberId, toAssignment(record.value.topicPartitions))
        break
      case 'current':
        if (record.value !== null || this.members.has(record.key.memberId)) {
          this.put(withProgress(this.memberOrNew(record.key.memberId), record.value))
        }
        break
      case 'expression': {
        const { key, value } = record
        if (value === null) this.resolved.delete(key.regularExpression)
        else this.resolved.set(key.regularExpression, { ...value, topics: new Set(value.topics) })
      }
    }
  }

  checkCommit({ memberId, instanceId, epoch, version }: Committer, partitions: readonly CommittedPartition[]): void {
    if (epoch < 0 && this.members.size === 0) return
    const isTransactional = version === undefined
    // A producer need not tell which member it works for.
    if (isTransactional && epoch === -1 && memberId === '' && instanceId === null) return
    const member = this.member(memberId)
    if (!isTransactional && member.classic === null && version < COMMIT_WITH_EPOCH) {
      throw new ApiError(
        'UNSUPPORTED_VERSION',
        'OffsetCommit version 9 or above must be used by members using the consumer group protocol',
      )
    }
    if (epoch === member.epoch) return
    if (epoch > member.epoch) throw staleness(member)
    // An older epoch will do for what the member has had since then (KIP-1251).
    for (const { topicId, partition } of partitions) {
      const since = member.assigned.get(topicId)?.get(partition) ?? member.revoking.get(topicId)?.get(partition)
      if (since === undefined || epoch < since) throw staleness(member)
    }
  }

  checkFetch(memberId: string | null, memberEpoch: number): void {
    if (memberId === null && memberEpoch < 0) return
    const member = this.member(memberId ?? 'null')
    if (memberEpoch !== member.epoch) throw staleness(member)
  }

  checkOffsetDelete(): void {}

  wants(topic: string): boolean {
    for (const { topicNames } of this.members.values()) if (topicNames.has(topic)) return true
    for (const { topics } of this.resolved.values()) if (topics.has(topic)) return true
    return false
  }

  retentionBegin({ commitTimestamp }: CommittedOffset): number {
    return commitTimestamp
  }

  tombstones(): ConsumerGroupRecord[] {
    return groupTombstones(this.id, [...this.members.keys()], this.resolved.keys())
  }

  dissolve(): void {
    this.timers.cancelAll()
  }

  private memberOrNew(id: string): ConsumerMember {
    return this.members.get(id) ?? newMember(id)
  }

  private put(member: ConsumerMember): void {
    this.forget(this.members.get(member.id))
    this.members.set(member.id, member)
    const expression = expressionOf(member)
    if (expression !== undefined) this.expressions.set(expression, (this.expressions.get(expression) ?? 0) + 1)
    if (member.instanceId !== null) this.staticMembers.set(member.instanceId, member.id)
    if (member.classic !== null) this.classicMembers++
    this.own(member.assigned, member.epoch)
    this.own(member.revoking, member.epoch)
  }

  private remove(id: string): void {
    const member = this.members.get(id)
    this.forget(member)
    this.members.delete(id)
    if (member !== undefined && member.instanceId !== null) this.staticMembers.delete(member.instanceId)
  }

  private forget(member: ConsumerMember | undefined): void {
    if (member === undefined) return
    const expression = expressionOf(member)
    if (expression !== undefined) {
      const count = (this.expressions.get(expression) as number) - 1
      if (count === 0) this.expressions.delete(expression)
      else this.expressions.set(expression, count)
    }
    if (member.classic !== null) this.classicMembers--
    this.disown(member.assigned, member.epoch)
    this.disown(member.revoking, member.epoch)
  }

  private own(partitions: OwnedPartitions, epoch: number): void {
    for (const [topicId, numbers] of partitions) {
      let owners = this.owners.get(topicId)
      if (owners === undefined) this.owners.set(topicId, (owners = new Map()))
      for (const partition of numbers.keys()) owners.set(partition, epoch)
    }
  }

  /** What somebody has in another epoch by now stays. */
  private disown(partitions: OwnedPartitions, epoch: number): void {
    for (const [topicId, numbers] of partitions) {
      const owners = this.owners.get(topicId)
      if (owners === undefined) continue
      for (const partition of numbers.keys()) if (owners.get(partition) === epoch) owners.delete(partition)
      if (owners.size === 0) this.owners.delete(topicId)
    }
  }
}

/** The error for an epoch that is not the member's, in the words of its protocol. */
function staleness(member: ConsumerMember): ApiError {
  return new ApiError(member.classic !== null ? 'ILLEGAL_GENERATION' : 'STALE_MEMBER_EPOCH')
}

/** The assignor that most members ask for; undefined where none does. */
export function preferredAssignor(members: Iterable<ConsumerMember>): string | undefined {
  const votes = new Map<string, number>()
  for (const { assignor } of members) if (assignor !== null) votes.set(assignor, (votes.get(assignor) ?? 0) + 1)
  let best: string | undefined
  for (const name of hashOrder(votes.keys(), javaHash, grownCapacity(votes.size))) {
    if (best === undefined || (votes.get(name) as number) > (votes.get(best) as number)) best = name
  }
  return best
}

/** Whether the member waits for partitions that others have yet to let go. */
export function waitsForOthers(group: ConsumerGroup, member: ConsumerMember): boolean {
  if (member.state !== MemberState.unreleased) return false
  for (const [topicId, partitions] of group.targets.get(member.id) ?? NOTHING) {
    for (const partition of partitions) {
      if (!member.assigned.get(topicId)?.has(partition) && group.ownerEpoch(topicId, partition) !== NOBODY) return true
    }
  }
  return false
}
