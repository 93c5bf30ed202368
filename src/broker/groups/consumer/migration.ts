// A group that changes from the classic to the consumer protocol, or back, while it works (KIP-848): with its first member
// of the other kind it becomes a consumer group, with the last one gone a classic group again, as far as
// group.consumer.migration.policy lets it.

import type { ErrorName } from '../../../protocol/errors.ts'
import { ProtocolError } from '../../../protocol/errors.ts'
import { ApiError } from '../../api-error.ts'
import { type ClassicGroup, NO_BYTES } from '../classic/group.ts'
import type { Rebalance } from '../classic/rebalance.ts'
import { classicGroupRecord } from '../classic/records.ts'
import type { ConsumerGroupRecord, GroupRecord } from '../records.ts'
import { ownedSince } from './assignment.ts'
import type { ConsumerGroupContext } from './context.ts'
import { decodeAssignment, decodeSubscription, encodeAssignment } from './embedded-protocol.ts'
import { ConsumerGroup } from './group.ts'
import { type ConsumerMember, newMember } from './member.ts'
import type { Change } from './membership.ts'
import {
  currentRecord,
  epochRecord,
  groupTombstones,
  memberRecord,
  targetEpochRecord,
  targetRecord,
} from './records.ts'
import { topicsOfAll } from './subscriptions.ts'

const PROTOCOL_TYPE = 'consumer'
/** So are members answered who wait while their group becomes a consumer group. */
export const UPGRADED: ErrorName = 'REBALANCE_IN_PROGRESS'

export interface MigrationOptions {
  readonly context: ConsumerGroupContext
  readonly rebalance: Rebalance
  /** Writes records that end the consumer group and makes the classic one known. */
  replace(group: ClassicGroup, records: readonly GroupRecord[]): Promise<void> | undefined
}

export class Migration {
  private readonly options: MigrationOptions

  constructor(options: MigrationOptions) {
    this.options = options
  }

  /** Throws an ApiError where the group must not get classic members. */
  checkClassicJoin({ id }: ConsumerGroup): void {
    if (this.policy !== 'disabled') return
    throw new ApiError(
      'INCONSISTENT_GROUP_PROTOCOL',
      `Cannot join the consumer group ${id} with the classic protocol because the group migration is disabled.`,
    )
  }

  /** The consumer group that a classic one becomes, as a draft with its records. Throws GROUP_ID_NOT_FOUND. */
  upgrade(classic: ClassicGroup, records: GroupRecord[]): ConsumerGroup {
    const { id, generation } = classic
    const refuse = (reason: string) =>
      new ApiError('GROUP_ID_NOT_FOUND', `Cannot upgrade classic group ${id} to consumer group because ${reason}.`)
    if (this.policy !== 'upgrade' && this.policy !== 'bidirectional') throw refuse('online upgrade is disabled')
    if (classic.protocolType !== PROTOCOL_TYPE) {
      throw refuse('the group does not use the consumer embedded protocol')
    }
    if (classic.members.size > this.options.context.configs.number('group.consumer.max.size')) {
      throw refuse('the group size exceeds the consumer group maximum size')
    }
    let members: ConsumerMember[]
    try {
      members = this.upgradedMembers(classic, refuse)
    } catch (error) {
      throw error instanceof ProtocolError ? refuse('the embedded consumer protocol is malformed') : error
    }
    const hash = this.options.context.topics.hashOf(topicsOfAll(members, new Map()))
    const made: ConsumerGroupRecord[] = [
      ...members.map((member) => memberRecord(id, member)),
      epochRecord(id, generation, hash),
      ...members.map((member) => targetRecord(id, member.id, targetOf(member))),
      targetEpochRecord(id, generation, 0),
      ...members.map((member) => currentRecord(id, member)),
    ]
    const draft = new ConsumerGroup(id)
    for (const record of made) draft.apply(record)
    records.push(...classic.tombstones(), ...made)
    return draft
  }

  /** Whether the group can be classic without these members. */
  canDowngradeWithout(group: ConsumerGroup, leaving: readonly ConsumerMember[]): boolean {
    const left = group.members.size - leaving.length
    const classicLeft = group.classicMemberCount - leaving.filter(({ classic }) => classic !== null).length
    return left > 0 && classicLeft === left && this.allowsDowngrade(left)
  }

  /** Whether the group can be classic once a classic member has taken the place of this static one. */
  canDowngradeFor(group: ConsumerGroup, replaced: ConsumerMember): boolean {
    const isLast = replaced.classic === null && group.classicMemberCount === group.members.size - 1
    return isLast && this.allowsDowngrade(group.members.size)
  }

  /** Throws an ApiError. */
  downgradeWithout(group: ConsumerGroup, leaving: readonly ConsumerMember[]): Promise<void> | undefined {
    const members = [...group.members.values()].filter((member) => !leaving.includes(member))
    const classic = this.classicOf(
      group,
      members.map((member) => ({ member, heir: member.id })),
    )
    return this.become(classic, group.tombstones(), 'its last member of the consumer protocol has left')
  }

  /** `isStale`: the target assignment is not of the group's last epoch. Throws an ApiError. */
  downgradeFor(
    { group, records, member }: Change,
    replaced: ConsumerMember,
    isStale: boolean,
  ): Promise<void> | undefined {
    const others = [...group.members.values()].filter(({ id }) => id !== replaced.id)
    const classic = this.classicOf(group, [
      ...others.map((each) => ({ member: each, heir: each.id })),
      { member, heir: replaced.id },
    ])
    const ids = [...group.members.keys()].map((id) => (id === replaced.id ? member.id : id))
    records.push(...groupTombstones(group.id, ids, group.resolved.keys()))
    return this.become(classic, records, isStale ? 'its assignment is not of its last epoch' : undefined)
  }

  private become(classic: ClassicGroup, records: readonly GroupRecord[], reason: string | undefined) {
    const { context, rebalance, replace } = this.options
    const flushed = replace(classic, [...records, classicGroupRecord(classic)])
    for (const member of classic.members.values()) classic.heardOf(member)
    context.note(`group ${classic.id} is a classic group again`)
    if (reason !== undefined) rebalance.prepare(classic, reason)
    return flushed
  }

  private classicOf(group: ConsumerGroup, members: readonly { member: ConsumerMember; heir: string }[]): ClassicGroup {
    const { context, rebalance } = this.options
    const classic = rebalance.newGroup(group.id)
    classic.generation = group.epoch
    for (const { member } of members) {
      const { sessionTimeoutMs, protocols } = member.classic as NonNullable<ConsumerMember['classic']>
      classic.add(
        {
          id: member.id,
          instanceId: member.instanceId,
          clientId: member.clientId,
          clientHost: member.clientHost,
          rebalanceTimeoutMs: member.rebalanceTimeoutMs,
          sessionTimeoutMs,
          protocols,
          assignment: NO_BYTES,
          join: null,
          sync: null,
          session: null,
        },
        PROTOCOL_TYPE,
      )
    }
    classic.protocolName = classic.selectProtocol()
    for (const { member, heir } of members) {
      const has = classic.members.get(member.id)
      if (has === undefined) continue
      has.assignment = encodeAssignment(group.targets.get(heir) ?? new Map(), context.topics, classic.metadataOf(has))
    }
    classic.transition('Stable', context.now())
    return classic
  }

  private upgradedMembers(classic: ClassicGroup, refuse: (reason: string) => ApiError): ConsumerMember[] {
    const { topics } = this.options.context
    return [...classic.members.values()].map((member) => {
      const { assignment, hasUserData } = decodeAssignment(member.assignment, topics)
      if (hasUserData) {
        throw refuse(
          'an unsupported custom assignor is in use. Please refer to the documentation or switch to a default assignor ' +
            'before re-attempting the upgrade',
        )
      }
      const subscription = decodeSubscription(classic.metadataOf(member))
      return {
        ...newMember(member.id),
        epoch: classic.generation,
        previousEpoch: classic.generation,
        instanceId: member.instanceId,
        rackId: subscription.rackId || null,
        rebalanceTimeoutMs: member.rebalanceTimeoutMs,
        clientId: member.clientId,
        clientHost: member.clientHost,
        topicNames: new Set(subscription.topics),
        assigned: ownedSince(assignment, classic.generation),
        classic: { sessionTimeoutMs: member.sessionTimeoutMs, protocols: member.protocols },
      }
    })
  }

  private allowsDowngrade(size: number): boolean {
    const allowed = this.policy === 'downgrade' || this.policy === 'bidirectional'
    return allowed && size <= this.options.context.configs.number('group.max.size')
  }

  private get policy(): string {
    return (this.options.context.configs.get('group.consumer.migration.policy') ?? '').toLowerCase()
  }
}

function targetOf(member: ConsumerMember) {
  return new Map([...member.assigned].map(([topicId, partitions]) => [topicId, new Set(partitions.keys())]))
}
