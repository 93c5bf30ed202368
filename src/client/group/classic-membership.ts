// Membership by the classic protocol: members join, the coordinator chooses one of them to share the partitions out, and
// all of them learn the result; whatever changes starts this over (a rebalance).
//
//                  JoinGroup               SyncGroup
//   preparing ──► joining ──────────────► syncing ──────────────► stable ──┐
//     ▲             ▲  │ MEMBER_ID_REQUIRED  │ REBALANCE_IN_PROGRESS       │
//     │             └──┴─────────────────────┘                             │
//     └──── the group rebalances · topics changed · partitions handed over ┘
//
//   UNKNOWN_MEMBER_ID or ILLEGAL_GENERATION in any answer: the group has gone on without this member. All partitions are
//   lost and it joins again. FENCED_INSTANCE_ID: another process has the same group.instance.id; that is the end.
//
// Heartbeats run beside this from the first SyncGroup on, but for the time in which a JoinGroup waits.
//
// With an eager assignor `preparing` gives up everything. With a cooperative one (KIP-429) the member goes on reading; what
// the new assignment lacks is given up after it has come, and then the member joins again so that it can be given to
// another. If any of the assignors on offer is eager, all joining is: which one the group uses is known too late.

import type { KtoolError } from '../../errors.ts'
import { JoinGroup, type JoinGroupResponse } from '../../protocol/apis/11-join-group.ts'
import { Heartbeat } from '../../protocol/apis/12-heartbeat.ts'
import { LeaveGroup } from '../../protocol/apis/13-leave-group.ts'
import { SyncGroup } from '../../protocol/apis/14-sync-group.ts'
import { errorCode, errorName, KafkaError, ProtocolError } from '../../protocol/errors.ts'
import { Alarm } from '../../util/alarm.ts'
import type { Cluster } from '../cluster.ts'
import type { CoordinatorLink } from '../coordinator.ts'
import { backoff, isRetriable } from '../retry.ts'
import type { Assignor } from './assignors/assignor.ts'
import { decodeAssignment, encodeAssignment, encodeSubscription, PROTOCOL_TYPE } from './consumer-protocol.ts'
import { countsOf, groupTopics, type PartitionCounts, shareOut } from './leader.ts'
import type { Membership, MembershipEvents, MembershipOptions } from './membership.ts'
import type { MemberIdentity } from './offsets.ts'
import { minus, type PartitionName } from './partitions.ts'

export interface ClassicOptions extends MembershipOptions {
  /** In order of preference; the coordinator takes one that all members know. */
  assignors: readonly Assignor[]
  /** session.timeout.ms: how long the coordinator waits for a heartbeat. */
  sessionTimeoutMs: number
  heartbeatIntervalMs: number
}

const MEMBER_ID_REQUIRED = errorCode('MEMBER_ID_REQUIRED')
const REBALANCE_IN_PROGRESS = errorCode('REBALANCE_IN_PROGRESS')
const FENCED_INSTANCE_ID = errorCode('FENCED_INSTANCE_ID')
const UNKNOWN_MEMBER_ID = errorCode('UNKNOWN_MEMBER_ID')
const INCONSISTENT_GROUP_PROTOCOL = errorCode('INCONSISTENT_GROUP_PROTOCOL')
const dropped = new Set([UNKNOWN_MEMBER_ID, errorCode('ILLEGAL_GENERATION')])

/** Beyond the time that a rebalance may take. */
const JOIN_LAPSE_MS = 5_000

export class ClassicMembership implements Membership {
  quietBeats = 0
  private readonly cluster: Cluster
  private readonly coordinator: CoordinatorLink
  private readonly options: ClassicOptions
  private readonly events: MembershipEvents
  private readonly cooperative: boolean
  private readonly alarm = new Alarm()
  private state: 'preparing' | 'joining' | 'syncing' | 'stable' | 'left' = 'preparing'
  private topics: readonly string[]
  private memberId = ''
  private generation = -1
  private assignor: Assignor | null = null
  /** What the member reads. */
  private owned: readonly PartitionName[] = []
  /** What it last had, and when: the sticky assignor asks for it after an eager member has given it up. */
  private last: { partitions: readonly PartitionName[]; generation: number } = { partitions: [], generation: -1 }
  /** Why to join again; null while the assignment stands. */
  private reason: string | null = 'to begin'
  /** What the leader has shared out; null in the others. */
  private shared: PartitionCounts | null = null
  private beatTimer: NodeJS.Timeout | undefined
  private failure: unknown = null

  constructor(
    cluster: Cluster,
    coordinator: CoordinatorLink,
    topics: readonly string[],
    options: ClassicOptions,
    events: MembershipEvents,
  ) {
    this.cluster = cluster
    this.coordinator = coordinator
    this.topics = topics
    this.options = options
    this.events = events
    this.cooperative = options.assignors.every((assignor) => assignor.cooperative)
  }

  async run(): Promise<void> {
    const { apiTimeoutMs, retryBackoffMs, retryBackoffMaxMs } = this.cluster.options
    const patience = Date.now() + apiTimeoutMs
    for (let failures = 0; this.state !== 'left'; ) {
      try {
        await this.rebalance()
        failures = 0
        while (this.reason === null && this.failure === null && !this.hasLeft()) await this.alarm.sleep()
        if (this.failure !== null) throw this.failure
      } catch (error) {
        if (this.hasLeft()) return
        const hopeless = this.last.generation < 0 && Date.now() > patience
        if (!isRetriable(error) || hopeless) {
          clearTimeout(this.beatTimer)
          throw error
        }
        await this.alarm.sleep(backoff(++failures, retryBackoffMs, retryBackoffMaxMs))
      }
    }
  }

  identity(): MemberIdentity {
    const { memberId, generation } = this
    return { memberId, generation, instanceId: this.options.instanceId }
  }

  describe(): string {
    return `generation ${this.generation}, ${this.assignor?.name}${this.shared === null ? '' : ', leader'}`
  }

  async refresh(topics: readonly string[]): Promise<void> {
    if (topics.length !== this.topics.length || topics.some((topic) => !this.topics.includes(topic))) {
      this.topics = topics
      return this.rejoin('the topics have changed')
    }
    if (this.shared === null || this.state !== 'stable') return
    const { shared } = this
    const now = countsOf(shared.keys(), await groupTopics(this.cluster, [...shared.keys()]))
    const changed = [...shared].some(([topic, count]) => now.get(topic) !== count)
    if (changed && this.shared === shared) this.rejoin('the partitions of a topic have changed')
  }

  /** A static member only stops: its partitions wait for it until the session ends. */
  async leave(timeoutMs: number): Promise<void> {
    if (this.state === 'left') return
    this.state = 'left'
    clearTimeout(this.beatTimer)
    this.alarm.ring()
    const { memberId } = this
    if (memberId === '' || this.options.instanceId !== null) return
    await this.coordinator.request(
      LeaveGroup,
      (version) => {
        const groupId = this.coordinator.key
        return version < 3
          ? { groupId, memberId }
          : { groupId, members: [{ memberId, reason: 'the consumer is closed' }] }
      },
      ({ errorCode }) => [errorCode],
      { timeoutMs },
    )
  }

  private hasLeft(): boolean {
    return this.state === 'left'
  }

  private rejoin(reason: string): void {
    this.quietBeats = 0
    this.reason ??= reason
    this.alarm.ring()
  }

  /** From preparing to stable. */
  private async rebalance(): Promise<void> {
    this.quietBeats = 0
    this.enter('preparing')
    const unwanted = this.cooperative ? this.owned.filter(({ topic }) => !this.topics.includes(topic)) : this.owned
    if (unwanted.length > 0) {
      await this.events.revoke(unwanted)
      this.owned = minus(this.owned, unwanted)
    }
    for (;;) {
      if (this.hasLeft()) return
      const joined = await this.join()
      const assignment = joined && (await this.sync(joined))
      if (assignment !== null) return this.accept(assignment)
    }
  }

  /** Null where it is to be tried again. */
  private async join(): Promise<JoinGroupResponse | null> {
    this.enter('joining')
    const { reason } = this
    this.reason = null
    const { instanceId, rackId, sessionTimeoutMs, rebalanceTimeoutMs, assignors } = this.options
    const { partitions, generation } = this.last
    const answer = await this.coordinator.request(
      JoinGroup,
      {
        groupId: this.coordinator.key,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        memberId: this.memberId,
        groupInstanceId: instanceId,
        protocolType: PROTOCOL_TYPE,
        protocols: assignors.map((assignor) => ({
          name: assignor.name,
          metadata: encodeSubscription({
            topics: this.topics,
            userData: assignor.userData?.(partitions, generation) ?? null,
            owned: this.owned,
            generation,
            rackId,
          }),
        })),
        reason,
      },
      ({ errorCode }) => [errorCode],
      { lane: 'group', timeoutMs: this.waitMs(), minVersion: instanceId === null ? undefined : 5 },
    )
    if (this.hasLeft()) return null
    if (answer.errorCode === MEMBER_ID_REQUIRED) {
      this.memberId = answer.memberId
      return null
    }
    if (!this.stillIn(answer.errorCode, 'joining')) return null
    this.memberId = answer.memberId
    this.generation = answer.generationId
    this.assignor = assignors.find(({ name }) => name === answer.protocolName) ?? null
    if (this.assignor === null) throw new ProtocolError(`the coordinator chose the assignor ${answer.protocolName}`)
    return answer
  }

  /** What this member gets; null where it has to join again. */
  private async sync(joined: JoinGroupResponse): Promise<PartitionName[] | null> {
    this.enter('syncing')
    const { memberId, generation } = this
    const isLeader = joined.leader === memberId
    const shared = isLeader ? await shareOut(this.cluster, this.assignor as Assignor, joined) : null
    this.shared = shared?.counts ?? null
    const answer = await this.coordinator.request(
      SyncGroup,
      {
        groupId: this.coordinator.key,
        generationId: generation,
        memberId,
        groupInstanceId: this.options.instanceId,
        protocolType: PROTOCOL_TYPE,
        protocolName: joined.protocolName,
        assignments: [...(shared?.assignment ?? [])].map(([id, partitions]) => ({
          memberId: id,
          assignment: encodeAssignment(partitions),
        })),
      },
      ({ errorCode }) => [errorCode],
      { lane: 'group', timeoutMs: this.waitMs() },
    )
    if (this.hasLeft() || !this.stillIn(answer.errorCode, 'joining')) return null
    return decodeAssignment(answer.assignment)
  }

  /** Takes on what the group has agreed on. */
  private async accept(assignment: PartitionName[]): Promise<void> {
    this.enter('stable')
    const { generation } = this
    const gone = minus(this.owned, assignment)
    if (gone.length > 0) {
      await this.events.revoke(gone)
      this.owned = minus(this.owned, gone)
    }
    if (this.generation !== generation || this.hasLeft()) return
    this.last = { partitions: assignment, generation }
    await this.events.assign(minus(assignment, this.owned), assignment)
    if (this.generation !== generation || this.hasLeft()) return
    this.owned = assignment
    if (gone.length > 0) this.rejoin('partitions were given up')
  }

  /** Whether the code is none. Otherwise takes the consequences, or throws what ends the membership. */
  private stillIn(code: number, doing: string): boolean {
    if (code === 0) return true
    if (dropped.has(code)) this.drop(code)
    else if (code !== REBALANCE_IN_PROGRESS) throw this.error(code, `${doing} group ${this.coordinator.key}`)
    return false
  }

  /** The group has gone on without this member. */
  private drop(code: number): void {
    if (code === UNKNOWN_MEMBER_ID) this.memberId = ''
    this.generation = -1
    this.shared = null
    clearTimeout(this.beatTimer)
    const { owned } = this
    this.owned = []
    this.last = { partitions: [], generation: -1 }
    this.events.lost(owned, errorName(code))
    this.rejoin(`after ${errorName(code)}`)
  }

  private enter(state: 'preparing' | 'joining' | 'syncing' | 'stable'): void {
    if (this.hasLeft()) return
    this.state = state
    clearTimeout(this.beatTimer)
    if (this.generation >= 0 && state !== 'joining') this.beatLater(this.options.heartbeatIntervalMs)
  }

  private beatLater(ms: number): void {
    clearTimeout(this.beatTimer)
    this.beatTimer = setTimeout(() => this.beat(), ms)
  }

  private async beat(): Promise<void> {
    const { generation, memberId } = this
    let pause = this.options.heartbeatIntervalMs
    try {
      const { errorCode: code } = await this.coordinator.request(
        Heartbeat,
        { groupId: this.coordinator.key, generationId: generation, memberId, groupInstanceId: this.options.instanceId },
        ({ errorCode }) => [errorCode],
      )
      // An answer for a generation that is over says nothing of this one.
      if (this.generation !== generation || this.state === 'joining' || this.hasLeft()) return
      if (code === 0) this.onQuiet()
      else if (code === REBALANCE_IN_PROGRESS) {
        if (this.state === 'stable') this.rejoin('the group rebalances')
      } else if (!this.stillIn(code, 'staying in')) return
    } catch (error) {
      if (this.generation !== generation || this.hasLeft()) return
      if (!isRetriable(error)) {
        this.failure = error
        this.alarm.ring()
        return
      }
      pause = Math.min(pause, this.cluster.options.retryBackoffMaxMs)
    }
    if (this.state !== 'joining') this.beatLater(pause)
  }

  private onQuiet(): void {
    if (this.state !== 'stable' || this.reason !== null) return
    this.quietBeats++
    this.events.quiet()
  }

  private waitMs(): number {
    return Math.max(this.cluster.options.requestTimeoutMs, this.options.rebalanceTimeoutMs + JOIN_LAPSE_MS)
  }

  private error(code: number, what: string): KtoolError {
    if (code === FENCED_INSTANCE_ID) {
      return new KafkaError(code, what, null, {
        hint: `another member has the group.instance.id ${this.options.instanceId}; each needs its own`,
      })
    }
    if (code === INCONSISTENT_GROUP_PROTOCOL) {
      return new KafkaError(code, what, null, {
        hint: 'its members know none of these assignors, or it is not a group of consumers: see `ktool groups describe`',
      })
    }
    return new KafkaError(code, what)
  }
}
