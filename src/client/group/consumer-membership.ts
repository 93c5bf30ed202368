// Membership by the consumer protocol (KIP-848): the coordinator shares the partitions out itself, and everything is said
// in heartbeats. The answer brings a new epoch and, where it changed, what the member shall have; the member makes it so,
// one step after the other, and tells in its next heartbeat what it has now.
//
//             an epoch, an assignment                        all is as assigned, told
//   joining ─────────────────────────► reconciling ──────────────────────────► stable
//   epoch 0                             ▲  revoke, then assign                   │
//     ▲                                 └────────── another assignment ──────────┤
//     └── FENCED_MEMBER_EPOCH, UNKNOWN_MEMBER_ID: all is lost, it joins again ───┘
//
// Leaving is a heartbeat with epoch -1; a static member says -2 and finds its partitions again when it comes back.
// Partitions are named by topic id: a topic that was deleted and made again is another one.

import { randomBytes } from 'node:crypto'
import type { KtoolError } from '../../errors.ts'
import {
  type Assignment,
  ConsumerGroupHeartbeat,
  type ConsumerGroupHeartbeatResponse,
} from '../../protocol/apis/68-consumer-group-heartbeat.ts'
import { errorCode, errorName, KafkaError } from '../../protocol/errors.ts'
import { Alarm } from '../../util/alarm.ts'
import { type Cluster, UnknownTopicError } from '../cluster.ts'
import type { CoordinatorLink } from '../coordinator.ts'
import { backoff, isRetriable } from '../retry.ts'
import type { Membership, MembershipEvents, MembershipOptions } from './membership.ts'
import type { MemberIdentity } from './offsets.ts'
import type { PartitionName } from './partitions.ts'

export interface ConsumerOptions extends MembershipOptions {
  /** group.remote.assignor: uniform, range or what else the brokers have; null for their default. */
  serverAssignor: string | null
}

interface IdPartition extends PartitionName {
  topicId: string
}

const JOINING = 0
const LEAVING = -1
const LEAVING_FOR_NOW = -2

const UNRELEASED_INSTANCE_ID = errorCode('UNRELEASED_INSTANCE_ID')
const FENCED_INSTANCE_ID = errorCode('FENCED_INSTANCE_ID')
const UNSUPPORTED_VERSION = errorCode('UNSUPPORTED_VERSION')
const GROUP_ID_NOT_FOUND = errorCode('GROUP_ID_NOT_FOUND')
const fenced = new Set([errorCode('FENCED_MEMBER_EPOCH'), errorCode('UNKNOWN_MEMBER_ID')])

export class ConsumerMembership implements Membership {
  quietBeats = 0
  private readonly cluster: Cluster
  private readonly coordinator: CoordinatorLink
  private readonly options: ConsumerOptions
  private readonly events: MembershipEvents
  private readonly alarm = new Alarm()
  private topics: readonly string[]
  /** The member makes its own id, the same through all its rejoining (from version 1 on). */
  private memberId = randomBytes(16).toString('base64url')
  private epoch = JOINING
  private intervalMs = 0
  /** What the coordinator wants the member to have; null until it has said. */
  private target: Assignment['topicPartitions'] | null = null
  private owned: readonly IdPartition[] = []
  private reconciling = false
  /** Whether the next heartbeat says everything: when joining, and when nobody knows what arrived. */
  private sayAll = true
  private sayTopics = false
  private sayOwned = false
  /** Whether the coordinator may know of the member. */
  private known = false
  private left = false
  private failure: unknown = null

  constructor(
    cluster: Cluster,
    coordinator: CoordinatorLink,
    topics: readonly string[],
    options: ConsumerOptions,
    events: MembershipEvents,
  ) {
    this.cluster = cluster
    this.coordinator = coordinator
    this.topics = topics
    this.options = options
    this.events = events
  }

  async run(): Promise<void> {
    const { apiTimeoutMs, retryBackoffMs, retryBackoffMaxMs } = this.cluster.options
    const patience = Date.now() + apiTimeoutMs
    for (let failures = 0; !this.left; ) {
      let pause = this.intervalMs
      try {
        await this.beat()
        failures = 0
        pause = this.epoch === JOINING ? retryBackoffMs : this.intervalMs
      } catch (error) {
        if (this.left) return
        const hopeless = this.intervalMs === 0 && Date.now() > patience
        if (!isRetriable(error) || hopeless) throw error
        this.sayAll = true
        pause = backoff(++failures, retryBackoffMs, retryBackoffMaxMs)
      }
      if (!this.left && this.failure === null) await this.alarm.sleep(pause)
      if (this.failure !== null) throw this.failure
    }
  }

  identity(): MemberIdentity {
    return { memberId: this.memberId, generation: this.epoch, instanceId: this.options.instanceId }
  }

  describe(): string {
    return `epoch ${this.epoch}`
  }

  async refresh(topics: readonly string[]): Promise<void> {
    if (topics.length === this.topics.length && topics.every((topic) => this.topics.includes(topic))) return
    this.topics = topics
    this.sayTopics = true
    this.quietBeats = 0
    this.alarm.ring()
  }

  async leave(timeoutMs: number): Promise<void> {
    if (this.left) return
    this.left = true
    this.alarm.ring()
    const { instanceId } = this.options
    if (!this.known) return
    await this.coordinator.request(
      ConsumerGroupHeartbeat,
      {
        groupId: this.coordinator.key,
        memberId: this.memberId,
        memberEpoch: instanceId === null ? LEAVING : LEAVING_FOR_NOW,
        instanceId,
      },
      ({ errorCode }) => [errorCode],
      { timeoutMs },
    )
  }

  private async beat(): Promise<void> {
    const all = this.sayAll || this.epoch === JOINING
    const sayTopics = all || this.sayTopics
    const sayOwned = all || this.sayOwned
    const { epoch, owned } = this
    const { instanceId, rackId, rebalanceTimeoutMs, serverAssignor } = this.options
    this.sayAll = this.sayTopics = this.sayOwned = false
    this.known = true
    const answer = await this.coordinator.request(
      ConsumerGroupHeartbeat,
      (version) => ({
        groupId: this.coordinator.key,
        memberId: version === 0 && this.intervalMs === 0 ? '' : this.memberId,
        memberEpoch: epoch,
        instanceId,
        rackId: all ? rackId : null,
        rebalanceTimeoutMs: all ? rebalanceTimeoutMs : -1,
        subscribedTopicNames: sayTopics ? this.topics : null,
        serverAssignor: all ? serverAssignor : null,
        topicPartitions: sayOwned ? byId(owned) : null,
      }),
      ({ errorCode }) => [errorCode],
    )
    if (this.left || this.epoch !== epoch) return
    if (answer.errorCode === 0) this.onAnswer(answer)
    else if (fenced.has(answer.errorCode)) this.fence(answer.errorCode)
    else throw this.error(answer.errorCode, answer.errorMessage)
  }

  private onAnswer({ memberId, memberEpoch, heartbeatIntervalMs, assignment }: ConsumerGroupHeartbeatResponse): void {
    this.memberId = memberId || this.memberId
    const isNew = memberEpoch !== this.epoch || assignment !== null
    this.epoch = memberEpoch
    // Nobody can ask for a busy loop.
    this.intervalMs = Math.max(heartbeatIntervalMs, 1)
    if (assignment !== null) this.target = assignment.topicPartitions
    if (this.target !== null && !this.reconciling) this.reconcile().catch((error) => this.fail(error))
    if (isNew || this.reconciling || this.sayOwned) this.quietBeats = 0
    else {
      this.quietBeats++
      this.events.quiet()
    }
  }

  /** Makes the member have what the coordinator wants; what is told meanwhile is taken up in turn. */
  private async reconcile(): Promise<void> {
    this.reconciling = true
    try {
      while (this.target !== null && !this.left) {
        const { target } = this
        const { found, complete } = await this.named(target)
        const gone = without(this.owned, found)
        if (gone.length > 0) {
          await this.events.revoke(gone)
          this.owned = without(this.owned, gone)
          this.tellOwned()
        }
        if (this.target !== target) continue
        const added = without(found, this.owned)
        if (added.length > 0 || gone.length > 0) {
          await this.events.assign(added, found)
          if (this.target !== target) continue
          this.owned = found
          this.tellOwned()
        }
        // What has no name yet is looked for again after the next heartbeat.
        if (!complete) return
        this.target = null
      }
    } catch (error) {
      if (!isRetriable(error)) throw error
    } finally {
      this.reconciling = false
    }
  }

  private tellOwned(): void {
    this.sayOwned = true
    this.alarm.ring()
  }

  /** Partitions with their topics' names, as far as metadata tells them. */
  private async named(target: Assignment['topicPartitions']): Promise<{ found: IdPartition[]; complete: boolean }> {
    let names = await this.topicNames(false)
    if (target.some(({ topicId }) => !names.has(topicId))) names = await this.topicNames(true)
    const found: IdPartition[] = []
    for (const { topicId, partitions } of target) {
      const topic = names.get(topicId)
      if (topic !== undefined) found.push(...partitions.map((partition) => ({ topic, topicId, partition })))
    }
    return { found, complete: target.every(({ topicId }) => names.has(topicId)) }
  }

  private async topicNames(fresh: boolean): Promise<Map<string, string>> {
    const names = new Map<string, string>()
    for (const topic of this.topics) {
      try {
        names.set((await this.cluster.topic(topic, { fresh })).topicId, topic)
      } catch (error) {
        if (!(error instanceof UnknownTopicError)) throw error
      }
    }
    return names
  }

  /** The group has gone on without this member. */
  private fence(code: number): void {
    this.epoch = JOINING
    this.target = null
    this.quietBeats = 0
    const { owned } = this
    this.owned = []
    this.events.lost(owned, errorName(code))
  }

  private fail(error: unknown): void {
    if (this.left) return
    this.failure ??= error
    this.alarm.ring()
  }

  private error(code: number, text: string | null): KtoolError {
    const { instanceId } = this.options
    return new KafkaError(code, `group ${this.coordinator.key}`, text, { hint: hintFor(code, instanceId) })
  }
}

function hintFor(code: number, instanceId: string | null): string | undefined {
  switch (code) {
    case UNRELEASED_INSTANCE_ID:
    case FENCED_INSTANCE_ID:
      return `another member has the group.instance.id ${instanceId}; if it has died, its session must run out first`
    case UNSUPPORTED_VERSION:
      return 'the consumer protocol is switched off in this cluster (feature group.version): use --group-protocol classic'
    case GROUP_ID_NOT_FOUND:
      return 'this is a group of another kind: use --group-protocol classic, or another group'
    default:
      return undefined
  }
}

function byId(partitions: readonly IdPartition[]): Assignment['topicPartitions'] {
  const topics = new Map<string, number[]>()
  for (const { topicId, partition } of partitions) topics.set(topicId, [...(topics.get(topicId) ?? []), partition])
  return [...topics].map(([topicId, numbers]) => ({ topicId, partitions: numbers }))
}

function without(from: readonly IdPartition[], others: readonly IdPartition[]): IdPartition[] {
  const keys = new Set(others.map(({ topicId, partition }) => `${topicId}:${partition}`))
  return from.filter(({ topicId, partition }) => !keys.has(`${topicId}:${partition}`))
}
