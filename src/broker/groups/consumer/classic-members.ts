// Members of consumer groups that speak the classic protocol, so that a group can move from one to the other while it works:
// to them a member epoch is a generation, and a rebalance is one that they go through alone. (Kafka:
// classicGroupJoinToConsumerGroup and its like.)

import type { Input } from '../../../protocol/api.ts'
import type { JoinGroupRequest, JoinGroupResponse } from '../../../protocol/apis/11-join-group.ts'
import type { MemberIdentity } from '../../../protocol/apis/13-leave-group.ts'
import type { SyncGroupRequest, SyncGroupResponse } from '../../../protocol/apis/14-sync-group.ts'
import { ApiError } from '../../api-error.ts'
import { newUuid } from '../../controller.ts'
import type { JoiningClient } from '../classic/rebalance.ts'
import type { GroupRecord } from '../records.ts'
import type { TopicPartitions } from './assignment.ts'
import type { ConsumerGroupContext } from './context.ts'
import { decodeSubscription, encodeAssignment, type Subscription } from './embedded-protocol.ts'
import { type ConsumerGroup, waitsForOthers } from './group.ts'
import { type ConsumerMember, MemberState, newMember } from './member.ts'
import { type Change, type ConsumerMembership, checkInstance } from './membership.ts'
import type { Migration } from './migration.ts'

export const PROTOCOL_TYPE = 'consumer'

export class ClassicMembers {
  private readonly context: ConsumerGroupContext
  private readonly membership: ConsumerMembership
  private readonly migration: Migration

  constructor(context: ConsumerGroupContext, membership: ConsumerMembership, migration: Migration) {
    this.context = context
    this.membership = membership
    this.migration = migration
  }

  /** Throws an ApiError. */
  async join(
    group: ConsumerGroup,
    request: JoinGroupRequest,
    client: JoiningClient,
  ): Promise<Input<JoinGroupResponse>> {
    this.migration.checkClassicJoin(group)
    const { groupInstanceId: instanceId, sessionTimeoutMs } = request
    const memberId = request.memberId || newUuid()
    this.membership.checkSize(group, memberId)
    const protocols = request.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) }))
    if (!supports(group, request.protocolType, new Set(protocols.map(({ name }) => name)))) {
      throw new ApiError('INCONSISTENT_GROUP_PROTOCOL')
    }
    if (request.memberId === '' && instanceId === null && client.takesMemberId) {
      return { ...failed, memberId, errorCode: new ApiError('MEMBER_ID_REQUIRED').code }
    }
    const subscription = decodeSubscription(protocols[0].metadata)
    const records: GroupRecord[] = []
    const before = this.joining(group, memberId, request, records)
    const successor = group.staticMember(instanceId)
    const member: ConsumerMember = {
      ...before,
      instanceId: instanceId ?? before.instanceId,
      rackId: subscription.rackId || before.rackId,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs === -1 ? before.rebalanceTimeoutMs : request.rebalanceTimeoutMs,
      topicNames: new Set(subscription.topics),
      expression: '',
      clientId: client.id,
      clientHost: client.host,
      classic: { sessionTimeoutMs, protocols },
    }
    const change: Change = { group, records, before, member, isSubscriptionChanged: false, raisesEpoch: false }
    this.membership.subscribe(change)
    // One that waits for its expression is to have its topics at once.
    change.raisesEpoch = change.isSubscriptionChanged
    const owned = this.ownedBy(subscription)
    if (successor !== undefined && this.migration.canDowngradeFor(group, successor)) {
      const isStale = group.targetEpoch < this.membership.raiseEpoch(change)
      const target = { epoch: group.targetEpoch, target: group.targetOf(change.member) }
      if (!isStale) this.membership.reconcile(change, target, owned)
      await this.migration.downgradeFor(change, successor, isStale)
    } else {
      this.membership.reconcile(change, this.membership.updateTarget(change), owned)
      const flushed = this.membership.write(change)
      const live = this.context.groupOf(group.id)
      live.timers.cancel(`join ${memberId}`)
      this.membership.startSession(group.id, memberId, sessionTimeoutMs)
      live.timers.set(`sync ${memberId}`, request.rebalanceTimeoutMs, () =>
        this.membership.fence(group.id, memberId, 'has not synced in time'),
      )
      await flushed
    }
    return {
      memberId,
      generationId: change.member.epoch,
      protocolType: PROTOCOL_TYPE,
      protocolName: protocols[0].name,
    }
  }

  /** Throws an ApiError. */
  sync(group: ConsumerGroup, request: SyncGroupRequest): Input<SyncGroupResponse> {
    const { protocolType, protocolName, memberId } = request
    const { member, classic } = classicMember(group, memberId, request.groupInstanceId)
    checkGeneration(member, request.generationId)
    const [{ name, metadata }] = classic.protocols
    if ((protocolType ?? PROTOCOL_TYPE) !== PROTOCOL_TYPE || (protocolName ?? name) !== name) {
      throw new ApiError('INCONSISTENT_GROUP_PROTOCOL')
    }
    if (group.targetEpoch > member.epoch && member.state !== MemberState.unrevoked) {
      this.awaitJoin(group, member)
      throw new ApiError('REBALANCE_IN_PROGRESS')
    }
    group.timers.cancel(`sync ${memberId}`)
    this.membership.startSession(group.id, memberId, classic.sessionTimeoutMs)
    const assignment = encodeAssignment(member.assigned, this.context.topics, metadata)
    return { protocolType, protocolName, assignment }
  }

  /** Throws an ApiError; REBALANCE_IN_PROGRESS is how a member learns that it has to join again. */
  heartbeat(group: ConsumerGroup, memberId: string, instanceId: string | null, generation: number): void {
    const { member, classic } = classicMember(group, memberId, instanceId)
    checkGeneration(member, generation)
    this.membership.startSession(group.id, memberId, classic.sessionTimeoutMs)
    const { epoch, state } = member
    const canGoOn = state === MemberState.unreleased && !waitsForOthers(group, member)
    if (epoch < group.targetEpoch || state === MemberState.unrevoked || canGoOn) {
      this.awaitJoin(group, member)
      throw new ApiError('REBALANCE_IN_PROGRESS')
    }
  }

  /** The error code for each. Throws an ApiError. */
  async leave(group: ConsumerGroup, members: readonly Omit<MemberIdentity, 'reason'>[]): Promise<number[]> {
    const leaving = new Set<ConsumerMember>()
    const codes = members.map(({ memberId, groupInstanceId }) => {
      try {
        leaving.add(leavingMember(group, memberId, groupInstanceId))
        return 0
      } catch (error) {
        if (error instanceof ApiError) return error.code
        throw error
      }
    })
    await this.membership.remove(group, [...leaving])
    return codes
  }

  private joining(
    group: ConsumerGroup,
    memberId: string,
    { groupInstanceId: instanceId, memberId: given }: JoinGroupRequest,
    records: GroupRecord[],
  ): ConsumerMember {
    const known = group.members.get(memberId) ?? newMember(memberId)
    if (instanceId === null) return known
    const owner = group.staticMember(instanceId)
    if (given !== '') return checkInstance(owner, memberId, instanceId)
    return owner === undefined ? known : this.membership.replace(group, owner, memberId, records)
  }

  private ownedBy({ owned }: Subscription): TopicPartitions[] {
    return owned.flatMap(({ topic, partitions }) => {
      const topicId = this.context.topics.named(topic)?.id
      return topicId === undefined ? [] : [{ topicId, partitions }]
    })
  }

  private awaitJoin(group: ConsumerGroup, { id, rebalanceTimeoutMs }: ConsumerMember): void {
    group.timers.setUnlessRunning(`join ${id}`, rebalanceTimeoutMs, () =>
      this.membership.fence(group.id, id, 'has not joined again in time'),
    )
  }
}

const failed = { protocolName: null }

function supports(group: ConsumerGroup, protocolType: string, names: ReadonlySet<string>): boolean {
  if (protocolType !== PROTOCOL_TYPE || names.size === 0) return false
  const counts = new Map([...names].map((name) => [name, 0]))
  for (const { classic } of group.members.values()) {
    for (const { name } of classic?.protocols ?? []) if (counts.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts.values()].some((count) => count === group.classicMemberCount)
}

/** Throws UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID. */
function classicMember(group: ConsumerGroup, memberId: string, instanceId: string | null) {
  const member =
    instanceId === null ? group.member(memberId) : checkInstance(group.staticMember(instanceId), memberId, instanceId)
  const { classic } = member
  if (classic === null) throw new ApiError('UNKNOWN_MEMBER_ID')
  return { member, classic }
}

/** Throws UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID. An instance id alone will do. */
function leavingMember(group: ConsumerGroup, memberId: string, instanceId: string | null): ConsumerMember {
  if (instanceId === null) return group.member(memberId)
  const member = group.staticMember(instanceId)
  return checkInstance(member, memberId === '' && member !== undefined ? member.id : memberId, instanceId)
}

function checkGeneration(member: ConsumerMember, generation: number): void {
  if (generation !== member.epoch) throw new ApiError('ILLEGAL_GENERATION')
}
