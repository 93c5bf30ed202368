// The groups that this broker coordinates: all there are. Finds them, keeps their offsets, and forgets what is over.
// (Kafka: GroupCoordinatorService, OffsetMetadataManager.)

import { Reader } from '../../protocol/reader.ts'
import { consumerProtocolSubscription } from '../../protocol/stored/data.ts'
import { ApiError } from '../api-error.ts'
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import type { CoordinatorLog, StoredRecord } from '../coordinator-log.ts'
import { type CommittedOffset, Group, type Member } from './group.ts'
import { type PendingOffset, PendingOffsets } from './pending-offsets.ts'
import { Rebalance } from './rebalance.ts'
import { type DecodedRecord, decodeGroupRecord, groupTombstone, offsetRecord, offsetTombstone } from './records.ts'

export interface CoordinatorOptions {
  configs: BrokerConfigs
  store: CoordinatorLog
  now(): number
  note(text: string): void
  warn(text: string): void
}

export interface OffsetKey {
  topic: string
  partition: number
}

const MINUTE = 60_000
const NO_TRANSACTION = -1

export class GroupCoordinator {
  readonly groups = new Map<string, Group>()
  readonly rebalance: Rebalance
  /** Offsets of transactions that have not ended. */
  readonly pending = new PendingOffsets()
  private readonly options: CoordinatorOptions
  private readonly expiry: NodeJS.Timeout

  constructor(options: CoordinatorOptions) {
    this.options = options
    this.rebalance = new Rebalance(options)
    const period = options.configs.number('offsets.retention.check.interval.ms')
    this.expiry = setInterval(() => this.expire(), Math.min(period, 0x7fff_ffff)).unref()
  }

  /** Takes in what was kept. Members of that time have their session timeout to be heard of. */
  load(): void {
    this.options.store.load({
      record: (key, value, partition, transaction) => {
        const record = decodeGroupRecord(key, value)
        if (record === undefined) return
        if (transaction === NO_TRANSACTION) this.replay(record)
        else if (record.type === 'offset' && record.value !== null) {
          this.addPending(partition, transaction, { ...record.value, ...record })
        }
      },
      marker: (partition, transaction, committed) => this.decide(partition, transaction, committed),
    })
    for (const group of this.groups.values()) {
      for (const member of group.members.values()) this.rebalance.heardOf(group, member)
    }
  }

  close(): void {
    clearInterval(this.expiry)
    for (const group of this.groups.values()) this.rebalance.dissolve(group)
  }

  get(groupId: string): Group | undefined {
    return this.groups.get(groupId)
  }

  getOrCreate(groupId: string): Group {
    let group = this.groups.get(groupId)
    if (group === undefined) this.groups.set(groupId, (group = new Group(groupId, this.options.now())))
    return group
  }

  /** Writes offsets of a group and takes them in. Throws an ApiError. */
  async commit(group: Group, offsets: readonly (OffsetKey & CommittedOffset)[]): Promise<void> {
    const records = offsets.map((each) => offsetRecord(group.id, each.topic, each.partition, each))
    const flushed = this.options.store.append(group.id, records)
    for (const { topic, partition, ...value } of offsets) setOffset(group, topic, partition, value)
    await flushed
  }

  /** The partition of __consumer_offsets that keeps a group. Throws an ApiError. */
  partitionFor(groupId: string): number {
    return this.options.store.partitionFor(groupId)
  }

  /** Writes offsets of a group that count when the producer's transaction is committed. Throws an ApiError. */
  async commitInTransaction(
    group: Group,
    producer: { id: number; epoch: number },
    offsets: readonly (OffsetKey & CommittedOffset)[],
  ): Promise<void> {
    const records = offsets.map((each) => offsetRecord(group.id, each.topic, each.partition, each))
    const fields = { transactional: true, producerId: producer.id, producerEpoch: producer.epoch }
    const flushed = this.options.store.append(group.id, records, fields)
    const partition = this.partitionFor(group.id)
    for (const each of offsets) this.addPending(partition, producer.id, { ...each, group: group.id })
    await flushed
  }

  /** A transaction has ended in a partition of __consumer_offsets: its offsets count, or are forgotten. */
  decide(partition: number, producerId: number, committed: boolean): void {
    for (const { group, topic, partition: index, ...value } of this.pending.take(partition, producerId)) {
      if (committed) setOffset(this.getOrCreate(group), topic, index, value)
    }
  }

  /** Takes offsets of a group away. Throws an ApiError. */
  async deleteOffsets(group: Group, keys: readonly OffsetKey[]): Promise<void> {
    const known = keys.filter(({ topic, partition }) => group.offsets.get(topic)?.has(partition))
    const records = known.map(({ topic, partition }) => offsetTombstone(group.id, topic, partition))
    const flushed = this.options.store.append(group.id, records)
    for (const { topic, partition } of known) removeOffset(group, topic, partition)
    await flushed
  }

  /** Takes a group without members away, and its offsets. Throws an ApiError. */
  async deleteGroup(groupId: string): Promise<void> {
    const group = this.groups.get(groupId)
    if (group === undefined) throw new ApiError('GROUP_ID_NOT_FOUND')
    if (group.state !== 'Empty') throw new ApiError('NON_EMPTY_GROUP')
    const records: StoredRecord[] = offsetKeys(group).map(({ topic, partition }) =>
      offsetTombstone(groupId, topic, partition),
    )
    const flushed = this.options.store.append(groupId, [...records, groupTombstone(groupId)])
    this.forget(group)
    this.options.note(`deleted group ${groupId}`)
    await flushed
  }

  /** A deleted topic's offsets go with it. */
  topicDeleted(topic: string): void {
    for (const group of this.groups.values()) {
      const keys = offsetKeys(group).filter((key) => key.topic === topic)
      if (keys.length > 0) this.quietly(this.deleteOffsets(group, keys))
    }
  }

  private addPending(partition: number, producerId: number, offset: PendingOffset): void {
    this.getOrCreate(offset.group)
    this.pending.add(partition, producerId, offset)
  }

  private forget(group: Group): void {
    group.transition('Dead', this.options.now())
    this.rebalance.dissolve(group)
    this.groups.delete(group.id)
  }

  /** Offsets of groups that are long without members, and groups that have nothing more (KIP-211). */
  private expire(): void {
    const now = this.options.now()
    const retention = this.options.configs.number('offsets.retention.minutes') * MINUTE
    for (const group of this.groups.values()) {
      if (group.state !== 'Empty' || group.pendingMembers.size > 0 || this.pending.hasAny(group.id)) continue
      const over = offsetKeys(group).filter(({ topic, partition }) => {
        const offset = group.offsets.get(topic)?.get(partition) as CommittedOffset
        if (offset.expireTimestamp !== -1) return now >= offset.expireTimestamp
        // Without a protocol the group never had members: each offset counts from its commit.
        const since = group.protocolType === null ? offset.commitTimestamp : group.stateSince
        return now - since >= retention
      })
      if (over.length > 0) this.quietly(this.deleteOffsets(group, over))
      if (group.offsets.size === 0) this.quietly(this.deleteGroup(group.id))
    }
  }

  private quietly(work: Promise<void>): void {
    work.catch((error: Error) => this.options.warn(error.message))
  }

  private replay(record: DecodedRecord): void {
    if (record.type === 'offset') {
      const { topic, partition, value } = record
      if (value !== null) setOffset(this.getOrCreate(record.group), topic, partition, value)
      else {
        const group = this.groups.get(record.group)
        if (group !== undefined) removeOffset(group, topic, partition)
      }
      return
    }
    const { value } = record
    const before = this.groups.get(record.group)
    if (value === null) {
      if (before !== undefined && before.offsets.size === 0) this.groups.delete(record.group)
      else if (before !== undefined) before.members.clear()
      return
    }
    const group = this.getOrCreate(record.group)
    group.members.clear()
    group.staticMembers.clear()
    group.generation = value.generation
    group.protocolType = value.protocolType
    group.protocolName = value.protocol
    for (const each of value.members) {
      const member: Member = {
        id: each.memberId,
        instanceId: each.groupInstanceId,
        clientId: each.clientId,
        clientHost: each.clientHost,
        rebalanceTimeoutMs: each.rebalanceTimeout < 0 ? each.sessionTimeout : each.rebalanceTimeout,
        sessionTimeoutMs: each.sessionTimeout,
        protocols: [{ name: value.protocol ?? '', metadata: Buffer.from(each.subscription) }],
        assignment: Buffer.from(each.assignment),
        join: null,
        sync: null,
        session: null,
      }
      group.add(member, value.protocolType)
    }
    group.leaderId = value.leader
    group.transition(group.members.size > 0 ? 'Stable' : 'Empty', value.currentStateTimestamp)
  }
}

function setOffset(group: Group, topic: string, partition: number, value: CommittedOffset): void {
  let partitions = group.offsets.get(topic)
  if (partitions === undefined) group.offsets.set(topic, (partitions = new Map()))
  const { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp } = value
  partitions.set(partition, { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp })
}

function removeOffset(group: Group, topic: string, partition: number): void {
  const partitions = group.offsets.get(topic)
  if (partitions?.delete(partition) && partitions.size === 0) group.offsets.delete(topic)
}

export function offsetKeys(group: Group): OffsetKey[] {
  return [...group.offsets].flatMap(([topic, partitions]) =>
    [...partitions.keys()].map((partition) => ({ topic, partition })),
  )
}

/** Whether a member of a group of consumers wants the topic; one whose subscription can't be read might. */
export function isSubscribed(group: Group, topic: string): boolean {
  return [...group.members.values()].some(
    (member) => subscribedTopics(group.metadataOf(member))?.includes(topic) ?? true,
  )
}

function subscribedTopics(metadata: Buffer): readonly string[] | undefined {
  try {
    const reader = new Reader(metadata)
    const { versions } = consumerProtocolSubscription.schema
    return consumerProtocolSubscription.read(reader, Math.min(reader.int16(), versions[1])).topics
  } catch {
    return undefined
  }
}
