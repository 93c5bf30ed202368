// A group of the classic protocol: its members, and what they have agreed on. (Kafka: ClassicGroup, ClassicGroupMember.)
//
//   Empty ──join──> PreparingRebalance ──all joined, or time over──> CompletingRebalance ──leader's sync──> Stable
//     ^                 ^      │ nobody left                              │ join, leave, failure │            │
//     └─────────────────┼──────┘                                          └──────────┐           │            │
//                       └────────────────────────────────────────────────────────────┴───────────┴────────────┘
//
// Protocol type, protocols and assignments are opaque here: consumers, Connect and schema registries use the same groups.

import type { Input } from '../../../protocol/api.ts'
import type { JoinGroupResponse } from '../../../protocol/apis/11-join-group.ts'
import type { SyncGroupResponse } from '../../../protocol/apis/14-sync-group.ts'
import { type ErrorName, errorCode } from '../../../protocol/errors.ts'
import { ApiError } from '../../api-error.ts'
import type { Committer, Group } from '../group.ts'
import type { CommittedOffset } from '../offsets.ts'
import type { GroupRecord } from '../records.ts'
import { subscribedTopics } from './subscription.ts'

export type ClassicGroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead'

export interface Protocol {
  name: string
  metadata: Buffer
}

export interface Member {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  rebalanceTimeoutMs: number
  sessionTimeoutMs: number
  /** Its choices, best first. */
  protocols: readonly Protocol[]
  assignment: Buffer
  /** Answers the join that waits for the rebalance to complete. */
  join: ((response: Input<JoinGroupResponse>) => void) | null
  /** Answers the sync that waits for the leader's assignment. */
  sync: ((response: Input<SyncGroupResponse>) => void) | null
  /** Ends the membership unless the member is heard of. */
  session: NodeJS.Timeout | null
}

const CONSUMERS = 'consumer'
const LONGEST_TIMER_MS = 0x7fff_ffff

export class ClassicGroup implements Group {
  readonly id: string
  readonly type = 'classic'
  readonly members = new Map<string, Member>()
  /** Member ids of static members by their instance id (KIP-345). */
  readonly staticMembers = new Map<string, string>()
  /** Ids that were handed out to members who have yet to join with them (KIP-394). */
  readonly pendingMembers = new Map<string, NodeJS.Timeout>()
  /** Members of this generation who have yet to sync. */
  readonly pendingSyncs = new Set<string>()
  state: ClassicGroupState = 'Empty'
  stateSince: number
  protocolType: string | null = null
  protocolName: string | null = null
  generation = 0
  leaderId: string | null = null
  /** A member came while the first rebalance waits for more of them. */
  newMemberAdded = false
  /** While the first rebalance waits for more members. */
  isInitialDelay = false
  joinTimer: NodeJS.Timeout | null = null
  syncTimer: NodeJS.Timeout | null = null

  private readonly expired: (group: ClassicGroup, member: Member) => void

  /** `expired` is told of members that were not heard of in their session's time. */
  constructor(id: string, now: number, expired: (group: ClassicGroup, member: Member) => void) {
    this.id = id
    this.stateSince = now
    this.expired = expired
  }

  get isEmpty(): boolean {
    return this.state === 'Empty'
  }

  transition(state: ClassicGroupState, now: number): void {
    this.state = state
    this.stateSince = now
  }

  add(member: Member, protocolType: string): void {
    if (this.members.size === 0) this.protocolType = protocolType
    this.members.set(member.id, member)
    if (member.instanceId !== null) this.staticMembers.set(member.instanceId, member.id)
    this.leaderId ??= member.id
  }

  remove(member: Member): void {
    if (member.session !== null) clearTimeout(member.session)
    this.members.delete(member.id)
    this.pendingSyncs.delete(member.id)
    if (member.instanceId !== null && this.staticMembers.get(member.instanceId) === member.id) {
      this.staticMembers.delete(member.instanceId)
    }
    if (this.leaderId === member.id) this.leaderId = this.members.keys().next().value ?? null
  }

  /** Notes that the member is alive: its session begins anew. */
  heardOf(member: Member): void {
    if (member.session !== null) clearTimeout(member.session)
    member.session = setTimeout(
      () => {
        // Who waits for an answer is not expected to be heard of.
        if (member.join !== null || member.sync !== null) this.heardOf(member)
        else this.expired(this, member)
      },
      Math.min(member.sessionTimeoutMs, LONGEST_TIMER_MS),
    )
  }

  /**
   * The member that an id and an instance id name. Throws UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID; undefined only for one
   * `isPending`, who has yet to join.
   */
  memberOf(memberId: string, instanceId: string | null, isPending = false): Member | undefined {
    if (instanceId !== null) {
      const current = this.staticMembers.get(instanceId)
      if (current === undefined) throw new ApiError('UNKNOWN_MEMBER_ID')
      if (current !== memberId) throw new ApiError('FENCED_INSTANCE_ID')
    } else if (isPending) return undefined
    const member = this.members.get(memberId)
    if (member === undefined) throw new ApiError('UNKNOWN_MEMBER_ID')
    return member
  }

  checkCommit({ memberId, instanceId, epoch, version }: Committer): void {
    if (epoch < 0 && this.isEmpty) return
    const isTransactional = version === undefined
    // A producer need not tell which member it works for.
    if (isTransactional && epoch < 0 && memberId === '' && instanceId === null) return
    const member = this.memberOf(memberId, instanceId)
    if (epoch !== this.generation) throw new ApiError('ILLEGAL_GENERATION')
    if (isTransactional) return
    if (this.state === 'CompletingRebalance') throw new ApiError('REBALANCE_IN_PROGRESS')
    if (member !== undefined) this.heardOf(member)
  }

  checkFetch(): void {}

  checkOffsetDelete(): void {
    if (!this.isEmpty && this.protocolType !== CONSUMERS) throw new ApiError('NON_EMPTY_GROUP')
  }

  /** A consumer whose subscription can't be read might want anything. */
  wants(topic: string): boolean {
    if (this.protocolType !== CONSUMERS) return false
    return [...this.members.values()].some((member) => {
      return subscribedTopics(this.metadataOf(member))?.includes(topic) ?? true
    })
  }

  retentionBegin({ commitTimestamp }: CommittedOffset): number | undefined {
    // Without a protocol the group never had members: each offset counts from its commit (KIP-211).
    if (this.protocolType === null) return this.isEmpty ? commitTimestamp : undefined
    if (this.isEmpty) return this.stateSince
    return this.protocolType === CONSUMERS && this.state === 'Stable' ? commitTimestamp : undefined
  }

  tombstones(): GroupRecord[] {
    return [{ type: 'classic', key: { group: this.id }, value: null }]
  }

  dissolve(error: ErrorName = 'COORDINATOR_NOT_AVAILABLE'): void {
    for (const timer of [this.joinTimer, this.syncTimer]) if (timer !== null) clearTimeout(timer)
    for (const id of [...this.pendingMembers.keys()]) this.removePending(id)
    for (const member of [...this.members.values()]) {
      member.join?.(failedJoin(error, member.id))
      member.sync?.({ errorCode: errorCode(error) })
      this.remove(member)
    }
    this.state = 'Dead'
  }

  removePending(memberId: string): boolean {
    const timer = this.pendingMembers.get(memberId)
    if (timer !== undefined) clearTimeout(timer)
    return this.pendingMembers.delete(memberId)
  }

  get hasAllMembersJoined(): boolean {
    if (this.pendingMembers.size > 0) return false
    for (const member of this.members.values()) if (member.join === null) return false
    return true
  }

  get largestRebalanceTimeoutMs(): number {
    let largest = 0
    for (const { rebalanceTimeoutMs } of this.members.values()) largest = Math.max(largest, rebalanceTimeoutMs)
    return largest
  }

  /** Whether a member with these protocols can be in the group. */
  supports(protocolType: string, protocols: readonly Protocol[]): boolean {
    if (this.members.size === 0) return protocolType !== '' && protocols.length > 0
    const common = this.commonProtocols()
    return protocolType === this.protocolType && protocols.some(({ name }) => common.has(name))
  }

  /** The protocol that most members prefer among those that all have. */
  selectProtocol(): string {
    const common = this.commonProtocols()
    const votes = new Map<string, number>()
    for (const { protocols } of this.members.values()) {
      const choice = protocols.find(({ name }) => common.has(name))?.name as string
      votes.set(choice, (votes.get(choice) ?? 0) + 1)
    }
    return [...votes].reduce((best, each) => (each[1] > best[1] ? each : best))[0]
  }

  metadataOf(member: Member): Buffer {
    return member.protocols.find(({ name }) => name === this.protocolName)?.metadata ?? NO_BYTES
  }

  private commonProtocols(): Set<string> {
    let common: Set<string> | undefined
    for (const { protocols } of this.members.values()) {
      const names = new Set(protocols.map(({ name }) => name))
      common = common === undefined ? names : new Set([...common].filter((name) => names.has(name)))
    }
    return common ?? new Set()
  }
}

export const NO_BYTES = Buffer.alloc(0)

export function failedJoin(error: ErrorName, memberId: string): Input<JoinGroupResponse> {
  return { errorCode: errorCode(error), memberId, protocolName: null }
}

export function sameProtocols(a: readonly Protocol[], b: readonly Protocol[]): boolean {
  return (
    a.length === b.length && a.every(({ name, metadata }, i) => name === b[i].name && metadata.equals(b[i].metadata))
  )
}
