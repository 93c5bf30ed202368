// The groups that this broker coordinates: all there are. Finds who answers a request, keeps offsets, and forgets what is
// over. (Kafka: GroupCoordinatorService, GroupMetadataManager, OffsetMetadataManager.)

import type { Input } from '../../protocol/api.ts'
import type { JoinGroupRequest, JoinGroupResponse } from '../../protocol/apis/11-join-group.ts'
import type { HeartbeatRequest } from '../../protocol/apis/12-heartbeat.ts'
import type { MemberIdentity } from '../../protocol/apis/13-leave-group.ts'
import type { SyncGroupRequest, SyncGroupResponse } from '../../protocol/apis/14-sync-group.ts'
import type { ConsumerGroupHeartbeatRequest } from '../../protocol/apis/68-consumer-group-heartbeat.ts'
import { ApiError } from '../api-error.ts'
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import { groupConfig } from '../configs/group-configs.ts'
import type { CoordinatorLog } from '../coordinator-log.ts'
import { ResourceType } from '../metadata-image.ts'
import type { MetadataLog } from '../metadata-log.ts'
import { ClassicGroup } from './classic/group.ts'
import { type JoiningClient, Rebalance } from './classic/rebalance.ts'
import { classicGroupRecord } from './classic/records.ts'
import { configuredAssignors } from './consumer/assignors/index.ts'
import { ClassicMembers } from './consumer/classic-members.ts'
import type { ConsumerGroupContext } from './consumer/context.ts'
import { Expressions } from './consumer/expressions.ts'
import { ConsumerGroup } from './consumer/group.ts'
import { checkHeartbeat } from './consumer/heartbeat-check.ts'
import { ConsumerMembership } from './consumer/membership.ts'
import { Migration } from './consumer/migration.ts'
import { Topics } from './consumer/topics.ts'
import type { Client, Committer, Group } from './group.ts'
import type { CommittedOffset, OffsetKey, Offsets } from './offsets.ts'
import type { GroupRecord } from './records.ts'
import { GroupRegistry, offsetRecord, offsetTombstone } from './registry.ts'

export interface CoordinatorOptions {
  configs: BrokerConfigs
  metadata: MetadataLog
  store: CoordinatorLog
  now(): number
  note(text: string): void
  warn(text: string): void
}

const MINUTE = 60_000
const NO_GENERATION = -1
/** From this version on OffsetCommit knows that a group may not be there. */
const COMMIT_WITH_EPOCH = 9

export class GroupCoordinator {
  private readonly options: CoordinatorOptions
  private readonly registry: GroupRegistry
  private readonly rebalance: Rebalance
  private readonly context: ConsumerGroupContext
  private readonly membership: ConsumerMembership
  private readonly migration: Migration
  private readonly classicMembers: ClassicMembers
  private readonly expiry: NodeJS.Timeout

  constructor(options: CoordinatorOptions) {
    const { configs, metadata, store } = options
    this.options = options
    this.rebalance = new Rebalance(options)
    this.registry = new GroupRegistry({ store, newClassicGroup: (id) => this.rebalance.newGroup(id) })
    this.context = this.contextOf(
      new Topics({
        image: metadata.image,
        version: () => metadata.endOffset - 1,
        rack: () => configs.get('broker.rack'),
      }),
    )
    this.migration = new Migration({
      context: this.context,
      rebalance: this.rebalance,
      replace: (group, records) => this.registry.replace(group, records),
    })
    this.membership = new ConsumerMembership(this.context)
    this.classicMembers = new ClassicMembers(this.context, this.membership, this.migration)
    const period = configs.number('offsets.retention.check.interval.ms')
    this.expiry = setInterval(() => this.expire(), Math.min(period, 0x7fff_ffff)).unref()
  }

  /** Takes in what was kept. Members of that time have their session timeout to be heard of. */
  load(): void {
    const { topics } = this.context
    topics.lastCreation = topics.version
    this.registry.load()
    for (const group of this.groups.values()) {
      if (group instanceof ConsumerGroup) this.membership.resume(group)
      else if (group instanceof ClassicGroup) for (const member of group.members.values()) group.heardOf(member)
    }
  }

  close(): void {
    clearInterval(this.expiry)
    for (const group of this.groups.values()) group.dissolve()
  }

  get groups(): ReadonlyMap<string, Group> {
    return this.registry.groups
  }

  get offsets(): Offsets {
    return this.registry.offsets
  }

  /** What describes consumer groups. */
  get topics(): Topics {
    return this.context.topics
  }

  get(groupId: string): Group | undefined {
    return this.groups.get(groupId)
  }

  /** Throws GROUP_ID_NOT_FOUND. */
  consumerGroup(groupId: string): ConsumerGroup {
    return this.registry.consumerOf(groupId)
  }

  get defaultAssignor(): string {
    return this.context.assignor(undefined).name
  }

  /** A member of a consumer group is heard of. Throws an ApiError. */
  async consumerHeartbeat(request: ConsumerGroupHeartbeatRequest, version: number, client: Client) {
    checkHeartbeat(request, version, configuredAssignors(this.options.configs))
    return this.membership.heartbeat(request, client)
  }

  /** Throws an ApiError. */
  async join(request: JoinGroupRequest, client: JoiningClient): Promise<Input<JoinGroupResponse>> {
    const { groupId, memberId } = request
    const group = this.groups.get(groupId)
    if (group instanceof ConsumerGroup && !group.isEmpty) return this.classicMembers.join(group, request, client)
    if (memberId !== '' && !(group instanceof ClassicGroup)) throw new ApiError('UNKNOWN_MEMBER_ID')
    if (!(group instanceof ClassicGroup)) {
      const empty = classicGroupRecord(this.rebalance.newGroup(groupId))
      await this.registry.write(groupId, [...(group?.tombstones() ?? []), empty])
    }
    return this.rebalance.join(this.registry.ensure(groupId) as ClassicGroup, request, client)
  }

  /** Throws an ApiError. */
  async sync(request: SyncGroupRequest): Promise<Input<SyncGroupResponse>> {
    const group = this.groupWithMembers(request.groupId)
    if (group instanceof ConsumerGroup) return this.classicMembers.sync(group, request)
    return this.rebalance.sync(group as ClassicGroup, request)
  }

  /** Throws an ApiError. */
  heartbeat({ groupId, memberId, groupInstanceId, generationId }: HeartbeatRequest): void {
    const group = this.groupWithMembers(groupId)
    if (group instanceof ConsumerGroup) this.classicMembers.heartbeat(group, memberId, groupInstanceId, generationId)
    else this.rebalance.heartbeat(group as ClassicGroup, memberId, groupInstanceId, generationId)
  }

  /** The error code for each. Throws an ApiError. */
  async leave(groupId: string, members: readonly Omit<MemberIdentity, 'reason'>[]): Promise<number[]> {
    const group = this.groups.get(groupId)
    if (group instanceof ConsumerGroup) return this.classicMembers.leave(group, members)
    return members.map(({ memberId, groupInstanceId }) => {
      try {
        if (group === undefined) throw new ApiError('UNKNOWN_MEMBER_ID')
        this.rebalance.leave(group as ClassicGroup, memberId, groupInstanceId)
        return 0
      } catch (error) {
        if (error instanceof ApiError) return error.code
        throw error
      }
    })
  }

  /** Writes offsets of a group and takes them in. Throws an ApiError. */
  async commit(
    groupId: string,
    committer: Committer,
    offsets: readonly (OffsetKey & CommittedOffset)[],
  ): Promise<void> {
    const group = this.groupFor(groupId, committer)
    group.checkCommit(committer, offsets)
    await this.registry.write(
      groupId,
      offsets.map((each) => offsetRecord(groupId, each)),
    )
  }

  /** Throws an ApiError unless the committer may commit these in a transaction. */
  checkTransactionalCommit(groupId: string, committer: Committer, offsets: readonly (OffsetKey & CommittedOffset)[]) {
    try {
      this.groupFor(groupId, committer).checkCommit(committer, offsets)
    } catch (error) {
      // A producer knows generations, no member epochs.
      if (error instanceof ApiError && error.error === 'STALE_MEMBER_EPOCH') throw new ApiError('ILLEGAL_GENERATION')
      throw error
    }
  }

  /** Writes offsets of a group that count when the producer's transaction is committed. Throws an ApiError. */
  async commitInTransaction(
    groupId: string,
    producer: { id: number; epoch: number },
    offsets: readonly (OffsetKey & CommittedOffset)[],
  ): Promise<void> {
    await this.registry.writePending(groupId, producer, offsets)
  }

  /** A transaction has ended in a partition of __consumer_offsets: its offsets count, or are forgotten. */
  decide(partition: number, producerId: number, committed: boolean): void {
    this.registry.decide(partition, producerId, committed)
  }

  /** The partition of __consumer_offsets that keeps a group. Throws an ApiError. */
  partitionFor(groupId: string): number {
    return this.options.store.partitionFor(groupId)
  }

  /** Takes offsets of a group away. Throws an ApiError. */
  async deleteOffsets(groupId: string, keys: readonly OffsetKey[]): Promise<void> {
    const known = keys.filter(({ topic, partition }) => this.offsets.get(groupId, topic, partition) !== undefined)
    await this.registry.write(
      groupId,
      known.map((key) => offsetTombstone(groupId, key)),
    )
  }

  /** Takes a group without members away, and its offsets. Throws an ApiError. */
  async deleteGroup(groupId: string): Promise<void> {
    const group = this.groups.get(groupId)
    if (group === undefined) throw new ApiError('GROUP_ID_NOT_FOUND')
    if (!group.isEmpty) throw new ApiError('NON_EMPTY_GROUP')
    const offsets = this.offsets.keys(groupId).map((key) => offsetTombstone(groupId, key))
    const flushed = this.registry.write(groupId, [...offsets, ...group.tombstones()])
    this.options.note(`deleted group ${groupId}`)
    await flushed
  }

  /** A topic has come, has more partitions, or has gone. */
  topicChanged(topic: string, change: 'created' | 'grown' | 'deleted'): void {
    const { topics } = this.context
    if (change === 'created') topics.lastCreation = topics.version
    if (change === 'deleted') topics.topicGone(topic)
    for (const group of this.groups.values()) {
      if (group instanceof ConsumerGroup && group.wants(topic)) group.metadataDeadline = { at: 0, epoch: 0 }
      if (change !== 'deleted') continue
      const keys = this.offsets.keys(group.id).filter((key) => key.topic === topic)
      if (keys.length > 0) this.context.quietly(() => this.deleteOffsets(group.id, keys))
    }
  }

  private contextOf(topics: Topics): ConsumerGroupContext {
    const { configs, metadata, now, note, warn } = this.options
    const { registry } = this
    const context: ConsumerGroupContext = {
      configs,
      topics,
      now,
      note,
      get expressions() {
        return expressions
      },
      quietly: (work) => {
        // What throws at once is reported as what fails later.
        new Promise<void>((resolve) => resolve(work())).catch((error: Error) => warn(error.message))
      },
      find: (groupId) => registry.consumer(groupId),
      groupOf: (groupId, what) => registry.consumerOf(groupId, what),
      groupToJoin: (groupId, records) => this.groupToJoin(groupId, records),
      write: (groupId, records) => registry.write(groupId, records),
      downgrade: (group, leaving) => {
        if (!this.migration.canDowngradeWithout(group, leaving)) return false
        context.quietly(() => this.migration.downgradeWithout(group, leaving))
        return true
      },
      groupConfig: (groupId, name) => groupConfig(name, metadata.image.configsOf(ResourceType.group, groupId), configs),
      assignor: (name) => {
        const all = configuredAssignors(configs)
        return all.find((each) => each.name === name) ?? all[0]
      },
    }
    const expressions = new Expressions(context)
    return context
  }

  private groupToJoin(groupId: string, records: GroupRecord[]): ConsumerGroup {
    const group = this.groups.get(groupId)
    if (group instanceof ConsumerGroup) return group
    if (!(group instanceof ClassicGroup)) return new ConsumerGroup(groupId)
    if (!group.isEmpty) return this.migration.upgrade(group, records)
    records.push(...group.tombstones())
    return new ConsumerGroup(groupId)
  }

  /** Throws UNKNOWN_MEMBER_ID. */
  private groupWithMembers(groupId: string): Group {
    const group = this.groups.get(groupId)
    if (group === undefined || group.isEmpty) throw new ApiError('UNKNOWN_MEMBER_ID')
    return group
  }

  /** The group that offsets are committed for; those of nobody's group make one. Throws an ApiError. */
  private groupFor(groupId: string, { epoch, version }: Committer): Group {
    const group = this.groups.get(groupId)
    if (group === undefined && epoch > NO_GENERATION) {
      const knowsGroups = version !== undefined && version >= COMMIT_WITH_EPOCH
      throw new ApiError(knowsGroups ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION')
    }
    return group ?? this.registry.ensure(groupId)
  }

  /** Offsets that are over, and groups that have nothing more (KIP-211). */
  private expire(): void {
    for (const group of this.groups.values()) {
      const { id } = group
      const over = this.offsets.keys(id).filter((key) => !group.wants(key.topic) && this.isOver(group, key))
      if (over.length > 0) this.context.quietly(() => this.deleteOffsets(id, over))
      const isUsed = group instanceof ClassicGroup && group.pendingMembers.size > 0
      if (group.isEmpty && !isUsed && !this.offsets.has(id) && !this.offsets.pending.hasAny(id)) {
        this.context.quietly(() => this.deleteGroup(id))
      }
    }
  }

  private isOver(group: Group, { topic, partition }: OffsetKey): boolean {
    if (this.offsets.pending.has(group.id, topic, partition)) return false
    const offset = this.offsets.get(group.id, topic, partition) as CommittedOffset
    const begin = group.retentionBegin(offset)
    if (begin === undefined) return false
    const { configs, now } = this.options
    if (offset.expireTimestamp !== -1) return now() >= offset.expireTimestamp
    return now() - begin >= configs.number('offsets.retention.minutes') * MINUTE
  }
}
