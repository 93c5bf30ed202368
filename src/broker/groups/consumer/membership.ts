// Members of consumer groups, as their heartbeats come (KIP-848; Kafka: GroupMetadataManager's consumer part). A change of
// what members want, or of the topics, raises the group's epoch; with it comes another target assignment; and each member
// is led towards it, one step with each of its heartbeats.

import type { Input } from '../../../protocol/api.ts'
import type {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
} from '../../../protocol/apis/68-consumer-group-heartbeat.ts'
import { ApiError } from '../../api-error.ts'
import { newUuid } from '../../controller.ts'
import type { Client } from '../group.ts'
import type { ConsumerGroupRecord, GroupRecord } from '../records.ts'
import { type Assignment, NOTHING, sameOwned, type TopicPartitions, toTopicPartitions } from './assignment.ts'
import type { ConsumerGroupContext } from './context.ts'
import { type ConsumerGroup, preferredAssignor } from './group.ts'
import {
  type ConsumerMember,
  isReconciled,
  LEAVE_EPOCH,
  MemberState,
  newMember,
  STATIC_LEAVE_EPOCH,
  sameMember,
  sameNames,
} from './member.ts'
import { nextStep } from './reconciliation.ts'
import { currentRecord, epochRecord, memberRecord, memberTombstones, targetRecord } from './records.ts'
import { topicsOf, topicsOfAll } from './subscriptions.ts'
import { newTarget } from './target.ts'

type Answer = Input<ConsumerGroupHeartbeatResponse>

/** How long topics are taken for what they were, unless they are heard to have changed. */
const METADATA_REFRESH_MS = 0x7fff_ffff

/** What a heartbeat, or a join by the classic protocol, makes of a group. */
export interface Change {
  readonly group: ConsumerGroup
  readonly records: GroupRecord[]
  /** The member before and after. */
  before: ConsumerMember
  member: ConsumerMember
  /** Its topics are others than before. */
  isSubscriptionChanged: boolean
  /** The epoch must be raised for it. */
  raisesEpoch: boolean
}

export class ConsumerMembership {
  private readonly context: ConsumerGroupContext

  constructor(context: ConsumerGroupContext) {
    this.context = context
  }

  /** Throws an ApiError. */
  async heartbeat(request: ConsumerGroupHeartbeatRequest, client: Client): Promise<Answer> {
    const { memberEpoch } = request
    if (memberEpoch === LEAVE_EPOCH || memberEpoch === STATIC_LEAVE_EPOCH) return this.leave(request)
    const { context } = this
    const records: GroupRecord[] = []
    const joins = memberEpoch === 0
    const group = joins
      ? context.groupToJoin(request.groupId, records)
      : context.groupOf(request.groupId, 'Consumer group')
    this.checkSize(group, request.memberId)
    const memberId = request.memberId || newUuid()
    const owned = request.topicPartitions
    const before =
      request.instanceId === null
        ? this.dynamicMember(group, memberId, memberEpoch, owned)
        : this.staticMember(group, { ...request, memberId }, records)
    const member: ConsumerMember = {
      ...before,
      instanceId: request.instanceId ?? before.instanceId,
      rackId: request.rackId ?? before.rackId,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs === -1 ? before.rebalanceTimeoutMs : request.rebalanceTimeoutMs,
      assignor: request.serverAssignor ?? before.assignor,
      topicNames: request.subscribedTopicNames === null ? before.topicNames : new Set(request.subscribedTopicNames),
      expression: request.subscribedTopicRegex ?? before.expression,
      clientId: client.id,
      clientHost: client.host,
      classic: null,
    }
    const change: Change = { group, records, before, member, isSubscriptionChanged: false, raisesEpoch: false }
    this.subscribe(change, client)
    const updated = this.reconcile(change, this.updateTarget(change), owned)
    const flushed = this.write(change)
    this.startSession(group.id, memberId)
    await flushed
    const isFull =
      request.rebalanceTimeoutMs !== -1 &&
      (request.subscribedTopicNames !== null || request.subscribedTopicRegex !== null) &&
      owned !== null
    const tells = joins || isFull || !sameOwned(before.assigned, updated.assigned)
    return {
      memberId,
      memberEpoch: updated.epoch,
      heartbeatIntervalMs: context.groupConfig(group.id, 'consumer.heartbeat.interval.ms'),
      assignment: tells ? { topicPartitions: toTopicPartitions(updated.assigned) } : null,
    }
  }

  /** Takes the member's subscription in; it may need its expression resolved. Throws INVALID_REGULAR_EXPRESSION. */
  subscribe(change: Change, client?: Client): void {
    const { group, records, before, member } = change
    if (!sameMember(before, member)) records.push(memberRecord(group.id, member))
    const namesChanged = !sameNames(before.topicNames, member.topicNames)
    const expression = this.context.expressions.update(group, before, member, records, client)
    change.isSubscriptionChanged = namesChanged || expression.isChanged
    change.raisesEpoch = namesChanged || expression.isResolved
  }

  /** Raises the group's epoch where that is due. What the member shall have, and as of which epoch. */
  updateTarget(change: Change): { epoch: number; target: Assignment } {
    const { context } = this
    const { group, records, member } = change
    const epoch = this.raiseEpoch(change)
    const last = { epoch: group.targetEpoch, target: group.targetOf(member) }
    if (group.targetEpoch >= epoch) return last
    const interval = context.groupConfig(group.id, 'consumer.assignment.interval.ms')
    const now = context.now()
    if (group.targetTimestamp !== 0 && now < group.targetTimestamp + interval) return last
    const members = group.membersWith(member)
    const assignor = context.assignor(preferredAssignor(members))
    const next = newTarget({ group, epoch, members, assignor, topics: context.topics, now })
    records.push(...next.records)
    return { epoch, target: next.targets.get(member.id) ?? NOTHING }
  }

  /** The epoch after the change, with its record where it is another one. */
  raiseEpoch({ group, records, member, raisesEpoch }: Change): number {
    const { topics, now } = this.context
    const isExpired = now() >= group.metadataDeadline.at || group.epoch < group.metadataDeadline.epoch
    if (!raisesEpoch && !isExpired) return group.epoch
    const hash = topics.hashOf(topicsOfAll(group.membersWith(member), group.resolved))
    const epoch = raisesEpoch || hash !== group.metadataHash ? group.epoch + 1 : group.epoch
    if (epoch > group.epoch) records.push(epochRecord(group.id, epoch, hash))
    group.metadataDeadline = { at: now() + METADATA_REFRESH_MS, epoch }
    if (group.hasPartitionMetadata) records.push({ type: 'partitionMetadata', key: { groupId: group.id }, value: null })
    return epoch
  }

  /** Leads the member a step further. Throws FENCED_MEMBER_EPOCH. */
  reconcile(
    change: Change,
    { epoch, target }: { epoch: number; target: Assignment },
    owned: readonly TopicPartitions[] | null,
  ): ConsumerMember {
    const { group, records, member, isSubscriptionChanged } = change
    if (!isSubscriptionChanged && isReconciled(member, epoch)) return member
    const updated = nextStep(member, {
      targetEpoch: epoch,
      target,
      isSubscriptionChanged,
      topicIds: this.context.topics.idsOf(topicsOf(member, group.resolved)),
      owned,
      ownerEpoch: (topicId, partition) => group.ownerEpoch(topicId, partition),
    })
    change.member = updated
    if (!sameMember(member, updated)) records.push(currentRecord(group.id, updated))
    return updated
  }

  /** Writes what has changed. Throws an ApiError, and nothing has changed then. */
  write({ group, records, member }: Change): Promise<void> | undefined {
    const flushed = this.context.write(group.id, records)
    const live = this.context.groupOf(group.id)
    if (live !== group) this.take(live, group)
    if (member.classic === null && records.some(({ type }) => type === 'current')) {
      this.watchRebalance(live, live.member(member.id))
    }
    return flushed
  }

  /** Has the member heard of, or it is out. */
  startSession(groupId: string, memberId: string, timeoutMs?: number): void {
    const group = this.context.find(groupId)
    if (!group?.members.has(memberId)) return
    const timeout = timeoutMs ?? this.context.groupConfig(groupId, 'consumer.session.timeout.ms')
    group.timers.set(`session ${memberId}`, timeout, () =>
      this.fence(groupId, memberId, `was not heard of in ${timeout} ms`),
    )
  }

  /** Members of an earlier run of the broker have the time of a session. */
  resume(group: ConsumerGroup): void {
    for (const member of group.members.values()) {
      this.startSession(group.id, member.id)
      if (member.classic === null) this.watchRebalance(group, member)
    }
  }

  /** The group has become what it was drawn up to be: it is new, or was a classic one. */
  private take(live: ConsumerGroup, draft: ConsumerGroup): void {
    live.metadataDeadline = draft.metadataDeadline
    for (const { id, classic } of draft.members.values()) {
      if (classic !== null) this.startSession(live.id, id, classic.sessionTimeoutMs)
    }
  }

  /** Removes members. Throws an ApiError. */
  remove(group: ConsumerGroup, members: readonly ConsumerMember[]): Promise<void> | undefined {
    if (members.length === 0) return undefined
    if (this.context.downgrade(group, members)) return undefined
    const { context } = this
    const records: ConsumerGroupRecord[] = members.flatMap(({ id }) => memberTombstones(group.id, id))
    records.push(...context.expressions.tombstonesWithout(group, members))
    const left = [...group.members.values()].filter((member) => !members.includes(member))
    const hash = context.topics.hashOf(topicsOfAll(left, group.resolved))
    records.push(epochRecord(group.id, group.epoch + 1, hash))
    const flushed = context.write(group.id, records)
    for (const { id } of members) {
      for (const timer of ['session', 'rebalance', 'join', 'sync']) group.timers.cancel(`${timer} ${id}`)
    }
    return flushed
  }

  /** Removes a member that has not done what it had to in its time. */
  fence(groupId: string, memberId: string, reason: string): void {
    const group = this.context.find(groupId)
    const member = group?.members.get(memberId)
    if (group === undefined || member === undefined) return
    this.context.note(`group ${groupId}: member ${memberId} ${reason}`)
    this.context.quietly(() => this.remove(group, [member]))
  }

  checkSize(group: ConsumerGroup, memberId: string): void {
    const most = this.context.configs.number('group.consumer.max.size')
    if (group.members.size < most || group.members.has(memberId)) return
    throw new ApiError(
      'GROUP_MAX_SIZE_REACHED',
      `The consumer group has reached its maximum capacity of ${most} members.`,
    )
  }

  /** Another member takes the place of a static one that is away. */
  replace(group: ConsumerGroup, old: ConsumerMember, id: string, records: GroupRecord[]): ConsumerMember {
    const member = { ...old, id, epoch: 0, previousEpoch: 0 }
    records.push(
      ...memberTombstones(group.id, old.id),
      memberRecord(group.id, member),
      targetRecord(group.id, id, group.targets.get(old.id) ?? NOTHING),
      currentRecord(group.id, member),
    )
    return member
  }

  private dynamicMember(
    group: ConsumerGroup,
    id: string,
    epoch: number,
    owned: readonly TopicPartitions[] | null,
  ): ConsumerMember {
    const known = group.members.get(id)
    if (known === undefined && epoch === 0) return newMember(id)
    const member = known ?? group.member(id)
    checkEpoch(member, epoch, owned)
    return member
  }

  private staticMember(
    group: ConsumerGroup,
    { memberId, memberEpoch, instanceId, topicPartitions }: ConsumerGroupHeartbeatRequest,
    records: GroupRecord[],
  ): ConsumerMember {
    const known = group.staticMember(instanceId)
    if (memberEpoch !== 0) {
      const member = checkInstance(known, memberId, instanceId as string)
      checkEpoch(member, memberEpoch, topicPartitions)
      return member
    }
    if (known === undefined) return group.members.get(memberId) ?? newMember(memberId)
    if (known.classic === null && known.epoch !== STATIC_LEAVE_EPOCH) {
      throw new ApiError(
        'UNRELEASED_INSTANCE_ID',
        `Static member ${memberId} with instance id ${instanceId} cannot join the group because the instance id is ` +
          `owned by ${known.id} member.`,
      )
    }
    return this.replace(group, known, memberId, records)
  }

  private async leave(request: ConsumerGroupHeartbeatRequest): Promise<Answer> {
    const { groupId, memberId, memberEpoch, instanceId } = request
    const group = this.context.groupOf(groupId)
    const member =
      instanceId === null ? group.member(memberId) : checkInstance(group.staticMember(instanceId), memberId, instanceId)
    if (instanceId !== null && memberEpoch === STATIC_LEAVE_EPOCH) {
      await this.context.write(groupId, [currentRecord(groupId, away(member))])
      return { memberId: member.id, memberEpoch }
    }
    await this.remove(group, [member])
    return { memberId, memberEpoch }
  }

  /** A member that does not let go in its time is out. */
  private watchRebalance(group: ConsumerGroup, { id, state, epoch, rebalanceTimeoutMs }: ConsumerMember): void {
    const timer = `rebalance ${id}`
    if (state !== MemberState.unrevoked) group.timers.cancel(timer)
    else {
      group.timers.set(timer, rebalanceTimeoutMs, () => {
        if (group.members.get(id)?.epoch !== epoch) return
        this.fence(group.id, id, `has not let go of its partitions in ${rebalanceTimeoutMs} ms`)
      })
    }
  }
}

/** Throws UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID. */
export function checkInstance(
  member: ConsumerMember | undefined,
  memberId: string,
  instanceId: string,
): ConsumerMember {
  if (member === undefined) throw new ApiError('UNKNOWN_MEMBER_ID', `Instance id ${instanceId} is unknown.`)
  if (member.id !== memberId) {
    throw new ApiError(
      'FENCED_INSTANCE_ID',
      `Static member ${memberId} with instance id ${instanceId} was fenced by member ${member.id}.`,
    )
  }
  return member
}

/** Throws FENCED_MEMBER_EPOCH. A member whose last answer was lost may come with the epoch before. */
function checkEpoch(member: ConsumerMember, epoch: number, owned: readonly TopicPartitions[] | null): void {
  if (epoch === 0 || epoch === member.epoch) return
  const lostAnswer = epoch < member.epoch && epoch === member.previousEpoch && owns(member, owned)
  if (lostAnswer) return
  throw new ApiError(
    'FENCED_MEMBER_EPOCH',
    `The consumer group member has a ${epoch > member.epoch ? 'greater' : 'smaller'} member epoch (${epoch}) than the ` +
      `one known by the group coordinator (${member.epoch}). The member must abandon all its partitions and rejoin.`,
  )
}

function owns({ assigned }: ConsumerMember, owned: readonly TopicPartitions[] | null): boolean {
  if (owned === null) return false
  return owned.every(({ topicId, partitions }) => {
    const has = assigned.get(topicId)
    return has !== undefined && partitions.every((partition) => has.has(partition))
  })
}

/** A static member that will be back: its partitions wait for it. */
function away(member: ConsumerMember): ConsumerMember {
  const assigned = new Map(
    [...member.assigned].map(([topicId, partitions]) => [topicId, new Map([...partitions.keys()].map((p) => [p, 0]))]),
  )
  return { ...member, epoch: STATIC_LEAVE_EPOCH, revoking: NOTHING, assigned }
}
