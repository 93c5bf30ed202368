// The classic group protocol: join, sync, heartbeat, leave (Kafka: GroupMetadataManager's classic part). group.ts has the
// states. A join is answered when all members have joined, a sync when the leader has brought the assignment.

import type { Input } from '../../../protocol/api.ts'
import type { JoinGroupRequest, JoinGroupResponse } from '../../../protocol/apis/11-join-group.ts'
import type { SyncGroupRequest, SyncGroupResponse } from '../../../protocol/apis/14-sync-group.ts'
import { type ErrorName, errorCode } from '../../../protocol/errors.ts'
import { randomUuid } from '../../../util/random.ts'
import { ApiError } from '../../api-error.ts'
import type { BrokerConfigs } from '../../configs/broker-configs.ts'
import type { CoordinatorLog } from '../../coordinator-log.ts'
import type { Client } from '../group.ts'
import { encodeRecord } from '../records.ts'
import { ClassicGroup, failedJoin, type Member, NO_BYTES, type Protocol, sameProtocols } from './group.ts'
import { classicGroupRecord } from './records.ts'

export interface JoiningClient extends Client {
  /** The client can join again with the id that it is told (JoinGroup from version 4 on). */
  takesMemberId: boolean
}

export interface RebalanceOptions {
  configs: BrokerConfigs
  store: CoordinatorLog
  now(): number
  note(text: string): void
  warn(text: string): void
}

type Join = Input<JoinGroupResponse>
type Sync = Input<SyncGroupResponse>

export class Rebalance {
  private readonly options: RebalanceOptions

  constructor(options: RebalanceOptions) {
    this.options = options
  }

  /** Not known to anybody yet. */
  newGroup(id: string): ClassicGroup {
    return new ClassicGroup(id, this.options.now(), (group, member) =>
      this.removeMember(group, member, `member ${member.id} was not heard of in ${member.sessionTimeoutMs} ms`),
    )
  }

  /** Throws an ApiError. */
  join(group: ClassicGroup, request: JoinGroupRequest, client: JoiningClient): Promise<Join> {
    const { memberId, groupInstanceId: instanceId, protocolType } = request
    // The request's bytes are used again before the group is done with them.
    const protocols = request.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) }))
    if (!group.supports(protocolType, protocols)) throw new ApiError('INCONSISTENT_GROUP_PROTOCOL')
    if (memberId === '') return this.joinNew(group, request, protocols, client)
    const known = group.memberOf(memberId, instanceId, group.pendingMembers.has(memberId))
    if (known === undefined) return this.addMember(group, memberId, request, protocols, client)
    const { state } = group
    const unchanged = sameProtocols(known.protocols, protocols)
    const rejoins = state === 'PreparingRebalance' || !unchanged || (state === 'Stable' && group.leaderId === memberId)
    if (!rejoins) return Promise.resolve(this.joined(group, known))
    known.protocols = protocols
    known.rebalanceTimeoutMs = request.rebalanceTimeoutMs
    known.sessionTimeoutMs = request.sessionTimeoutMs
    return this.awaitRebalance(group, known, `member ${memberId} joins again`)
  }

  /** Throws an ApiError. */
  async sync(group: ClassicGroup, request: SyncGroupRequest): Promise<Sync> {
    const { memberId, groupInstanceId, generationId } = request
    const member = group.memberOf(memberId, groupInstanceId) as Member
    if (generationId !== group.generation) throw new ApiError('ILLEGAL_GENERATION')
    const { protocolType, protocolName } = request
    if (
      (protocolType !== null && protocolType !== group.protocolType) ||
      (protocolName !== null && protocolName !== group.protocolName)
    ) {
      throw new ApiError('INCONSISTENT_GROUP_PROTOCOL')
    }
    if (group.state === 'PreparingRebalance') throw new ApiError('REBALANCE_IN_PROGRESS')
    group.heardOf(member)
    if (group.state === 'Stable') return this.synced(group, member)
    if (group.state !== 'CompletingRebalance') throw new ApiError('UNKNOWN_MEMBER_ID')
    group.pendingSyncs.delete(memberId)
    const answer = new Promise<Sync>((resolve) => {
      member.sync?.({ errorCode: errorCode('REBALANCE_IN_PROGRESS') })
      member.sync = resolve
    })
    if (memberId === group.leaderId) await this.assign(group, request)
    return answer
  }

  /** Throws an ApiError; REBALANCE_IN_PROGRESS is how a member learns that it has to join again. */
  heartbeat(group: ClassicGroup, memberId: string, instanceId: string | null, generation: number): void {
    const member = group.memberOf(memberId, instanceId) as Member
    if (generation !== group.generation) throw new ApiError('ILLEGAL_GENERATION')
    group.heardOf(member)
    if (group.state === 'PreparingRebalance') throw new ApiError('REBALANCE_IN_PROGRESS')
  }

  /** Throws an ApiError. */
  leave(group: ClassicGroup, memberId: string, instanceId: string | null): void {
    if (instanceId === null && group.removePending(memberId)) {
      this.joinedOrGone(group)
      return
    }
    const id = memberId === '' && instanceId !== null ? group.staticMembers.get(instanceId) : memberId
    const member = group.memberOf(id ?? '', instanceId) as Member
    this.removeMember(group, member, `member ${member.id} leaves`)
  }

  private joinNew(
    group: ClassicGroup,
    request: JoinGroupRequest,
    protocols: Protocol[],
    client: JoiningClient,
  ): Promise<Join> {
    const { groupInstanceId: instanceId } = request
    const id = `${instanceId ?? client.id}-${randomUuid()}`
    const staticId = instanceId === null ? undefined : group.staticMembers.get(instanceId)
    if (staticId !== undefined) return this.replaceStatic(group, staticId, id, request, protocols, client)
    if (instanceId === null && client.takesMemberId) {
      group.pendingMembers.set(
        id,
        setTimeout(() => {
          group.removePending(id)
          this.joinedOrGone(group)
        }, request.sessionTimeoutMs),
      )
      return Promise.resolve(failedJoin('MEMBER_ID_REQUIRED', id))
    }
    return this.addMember(group, id, request, protocols, client)
  }

  private addMember(
    group: ClassicGroup,
    id: string,
    request: JoinGroupRequest,
    protocols: Protocol[],
    client: JoiningClient,
  ): Promise<Join> {
    if (group.members.size >= this.options.configs.number('group.max.size')) {
      throw new ApiError('GROUP_MAX_SIZE_REACHED')
    }
    group.removePending(id)
    const member = newMember(id, request, protocols, client)
    group.add(member, request.protocolType)
    if (group.isInitialDelay) group.newMemberAdded = true
    return this.awaitRebalance(group, member, `member ${id} joins`)
  }

  /** A static member is back under a new id: without changes to it, the others need not know. */
  private replaceStatic(
    group: ClassicGroup,
    oldId: string,
    id: string,
    request: JoinGroupRequest,
    protocols: Protocol[],
    client: JoiningClient,
  ): Promise<Join> {
    const old = group.members.get(oldId) as Member
    const wasLeader = group.leaderId === oldId
    const before = group.metadataOf(old)
    old.join?.(failedJoin('FENCED_INSTANCE_ID', oldId))
    old.sync?.({ errorCode: errorCode('FENCED_INSTANCE_ID') })
    group.remove(old)
    const member = newMember(id, request, protocols, client)
    member.assignment = old.assignment
    group.add(member, request.protocolType)
    if (wasLeader) group.leaderId = id
    const isSame = group.state === 'Stable' && group.metadataOf(member).equals(before)
    if (!isSame) return this.awaitRebalance(group, member, `static member ${request.groupInstanceId} is back, changed`)
    group.heardOf(member)
    this.write(group)
    // The leader must not assign anew: nobody else has joined.
    return Promise.resolve({ ...this.joined(group, member), skipAssignment: wasLeader })
  }

  private awaitRebalance(group: ClassicGroup, member: Member, reason: string): Promise<Join> {
    const answer = new Promise<Join>((resolve) => {
      member.join?.(failedJoin('UNKNOWN_MEMBER_ID', member.id))
      member.join = resolve
    })
    if (member.session === null) group.heardOf(member)
    if (group.state === 'PreparingRebalance') this.joinedOrGone(group)
    else this.prepare(group, reason)
    return answer
  }

  /** Has all members join again. */
  prepare(group: ClassicGroup, reason: string): void {
    const { configs, note, now } = this.options
    if (group.syncTimer !== null) clearTimeout(group.syncTimer)
    group.syncTimer = null
    for (const member of group.members.values()) {
      member.sync?.({ errorCode: errorCode('REBALANCE_IN_PROGRESS') })
      member.sync = null
    }
    group.pendingSyncs.clear()
    const delay = group.state === 'Empty' ? configs.number('group.initial.rebalance.delay.ms') : 0
    note(`group ${group.id} rebalances from generation ${group.generation}: ${reason}`)
    group.transition('PreparingRebalance', now())
    if (delay > 0) this.delayFirst(group, delay, group.largestRebalanceTimeoutMs)
    else {
      group.joinTimer = setTimeout(() => this.complete(group), group.largestRebalanceTimeoutMs)
      this.joinedOrGone(group)
    }
  }

  /** The first members are given time to come together. */
  private delayFirst(group: ClassicGroup, delay: number, left: number): void {
    const wait = Math.min(delay, left)
    group.isInitialDelay = true
    group.newMemberAdded = false
    group.joinTimer = setTimeout(() => {
      group.isInitialDelay = false
      if (group.newMemberAdded && left > wait) this.delayFirst(group, delay, left - wait)
      else this.complete(group)
    }, wait)
  }

  private joinedOrGone(group: ClassicGroup): void {
    if (group.state === 'PreparingRebalance' && !group.isInitialDelay && group.hasAllMembersJoined) this.complete(group)
  }

  private complete(group: ClassicGroup): void {
    const { note, now } = this.options
    if (group.joinTimer !== null) clearTimeout(group.joinTimer)
    group.joinTimer = null
    for (const member of [...group.members.values()]) {
      if (member.join === null && member.instanceId === null) group.remove(member)
    }
    const joined = [...group.members.values()].filter(({ join }) => join !== null)
    group.generation++
    if (group.members.size === 0) {
      group.protocolName = null
      group.leaderId = null
      group.transition('Empty', now())
      note(`group ${group.id} is empty in generation ${group.generation}`)
      this.write(group)
      return
    }
    if (joined.length === 0) {
      // Only static members who are away: they have another turn.
      group.joinTimer = setTimeout(() => this.complete(group), group.largestRebalanceTimeoutMs)
      return
    }
    if (!joined.some(({ id }) => id === group.leaderId)) group.leaderId = joined[0].id
    group.protocolName = group.selectProtocol()
    group.transition('CompletingRebalance', now())
    note(`group ${group.id} has ${group.members.size} members in generation ${group.generation}`)
    for (const member of group.members.values()) group.pendingSyncs.add(member.id)
    for (const member of joined) {
      const answer = member.join
      member.join = null
      group.heardOf(member)
      answer?.(this.joined(group, member))
    }
    group.syncTimer = setTimeout(() => this.dropUnsynced(group), group.largestRebalanceTimeoutMs)
  }

  private dropUnsynced(group: ClassicGroup): void {
    group.syncTimer = null
    if (group.state !== 'Stable' && group.state !== 'CompletingRebalance') return
    const late = [...group.pendingSyncs].flatMap((id) => group.members.get(id) ?? [])
    group.pendingSyncs.clear()
    if (late.length === 0) return
    for (const member of late) group.remove(member)
    this.prepare(group, `${late.length} members have not synced in time`)
  }

  private removeMember(group: ClassicGroup, member: Member, reason: string): void {
    member.join?.(failedJoin('UNKNOWN_MEMBER_ID', ''))
    member.sync?.({ errorCode: errorCode('UNKNOWN_MEMBER_ID') })
    group.remove(member)
    if (group.state === 'PreparingRebalance') this.joinedOrGone(group)
    else if (group.state !== 'Empty' && group.state !== 'Dead') this.prepare(group, reason)
  }

  private async assign(group: ClassicGroup, { assignments }: SyncGroupRequest): Promise<void> {
    const { generation } = group
    const given = new Map(assignments.map(({ memberId, assignment }) => [memberId, assignment]))
    for (const member of group.members.values()) member.assignment = Buffer.from(given.get(member.id) ?? NO_BYTES)
    let error: ErrorName | undefined
    try {
      await this.options.store.append(group.id, [encodeRecord(classicGroupRecord(group))])
    } catch (cause) {
      error = cause instanceof ApiError ? cause.error : 'COORDINATOR_NOT_AVAILABLE'
    }
    // While it was written, another rebalance may have begun, which has answered those who waited.
    if (group.generation !== generation || group.state !== 'CompletingRebalance') return
    if (error === undefined) group.transition('Stable', this.options.now())
    for (const member of group.members.values()) {
      const answer = member.sync
      member.sync = null
      if (answer === null) continue
      group.heardOf(member)
      answer(error === undefined ? this.synced(group, member) : { errorCode: errorCode(error) })
    }
    if (error !== undefined) this.prepare(group, 'its assignment could not be written')
  }

  private write(group: ClassicGroup): void {
    try {
      this.options.store
        .append(group.id, [encodeRecord(classicGroupRecord(group))])
        ?.catch((error) => this.options.warn(error.message))
    } catch (error) {
      this.options.warn(`group ${group.id} can't be written: ${(error as Error).message}`)
    }
  }

  private joined(group: ClassicGroup, member: Member): Join {
    const isLeader = group.leaderId === member.id
    return {
      generationId: group.generation,
      protocolType: group.protocolType,
      protocolName: group.protocolName ?? '',
      leader: group.leaderId ?? '',
      memberId: member.id,
      members: isLeader
        ? [...group.members.values()].map((each) => ({
            memberId: each.id,
            groupInstanceId: each.instanceId,
            metadata: group.metadataOf(each),
          }))
        : [],
    }
  }

  private synced(group: ClassicGroup, { assignment }: Member): Sync {
    return { protocolType: group.protocolType, protocolName: group.protocolName, assignment }
  }
}

function newMember(
  id: string,
  request: JoinGroupRequest,
  protocols: readonly Protocol[],
  client: JoiningClient,
): Member {
  return {
    id,
    instanceId: request.groupInstanceId,
    clientId: client.id,
    clientHost: client.host,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs < 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs,
    sessionTimeoutMs: request.sessionTimeoutMs,
    protocols,
    assignment: NO_BYTES,
    join: null,
    sync: null,
    session: null,
  }
}
