// All groups by their ids, and their offsets, as the records of __consumer_offsets make them: read at the start, and written
// before anything changes.

import type { BatchFields } from '../../records/builder.ts'
import { ApiError } from '../api-error.ts'
import type { CoordinatorLog } from '../coordinator-log.ts'
import { ClassicGroup } from './classic/group.ts'
import { restore } from './classic/records.ts'
import { ConsumerGroup } from './consumer/group.ts'
import { UPGRADED } from './consumer/migration.ts'
import type { Group } from './group.ts'
import { type CommittedOffset, Offsets } from './offsets.ts'
import type { PendingOffset } from './pending-offsets.ts'
import { type ConsumerGroupRecord, decodeRecord, encodeRecord, type GroupRecord } from './records.ts'

const NO_TRANSACTION = -1

export interface RegistryOptions {
  readonly store: CoordinatorLog
  newClassicGroup(id: string): ClassicGroup
}

export class GroupRegistry {
  readonly groups = new Map<string, Group>()
  readonly offsets = new Offsets()
  private readonly options: RegistryOptions

  constructor(options: RegistryOptions) {
    this.options = options
  }

  load(): void {
    this.options.store.load({
      record: (key, value, partition, transaction) => {
        const record = decodeRecord(key, value)
        if (record === undefined) return
        if (transaction === NO_TRANSACTION) this.apply(record)
        else if (record.type === 'offset' && record.value !== null) {
          this.addPending(partition, transaction, { ...record.value, ...record.key })
        }
      },
      marker: (partition, transaction, committed) => this.decide(partition, transaction, committed),
    })
    for (const id of this.offsets.groups()) this.ensure(id)
  }

  /** The group, or a classic one without members. */
  ensure(id: string): Group {
    let group = this.groups.get(id)
    if (group === undefined) this.groups.set(id, (group = this.options.newClassicGroup(id)))
    return group
  }

  consumer(id: string): ConsumerGroup | undefined {
    const group = this.groups.get(id)
    return group instanceof ConsumerGroup ? group : undefined
  }

  /** Throws GROUP_ID_NOT_FOUND. */
  consumerOf(id: string, what = 'Group'): ConsumerGroup {
    const group = this.groups.get(id)
    if (group === undefined) throw new ApiError('GROUP_ID_NOT_FOUND', `${what} ${id} not found.`)
    if (group instanceof ConsumerGroup) return group
    throw new ApiError('GROUP_ID_NOT_FOUND', `Group ${id} is not a consumer group.`)
  }

  /** Writes records of a group and takes them in. Throws an ApiError. Resolves when they are kept. */
  write(groupId: string, records: readonly GroupRecord[]): Promise<void> | undefined {
    const flushed = this.options.store.append(groupId, records.map(encodeRecord))
    for (const record of records) this.apply(record)
    return flushed
  }

  /** Writes offsets that count when the producer's transaction is committed. Throws an ApiError. */
  writePending(
    groupId: string,
    producer: { id: number; epoch: number },
    offsets: readonly (CommittedOffset & { topic: string; partition: number })[],
  ): Promise<void> | undefined {
    const fields: BatchFields = { transactional: true, producerId: producer.id, producerEpoch: producer.epoch }
    const records = offsets.map((each) => encodeRecord(offsetRecord(groupId, each)))
    const flushed = this.options.store.append(groupId, records, fields)
    const partition = this.options.store.partitionFor(groupId)
    for (const each of offsets) this.addPending(partition, producer.id, { ...each, group: groupId })
    return flushed
  }

  /** A transaction has ended in a partition of __consumer_offsets: its offsets count, or are forgotten. */
  decide(partition: number, producerId: number, committed: boolean): void {
    for (const offset of this.offsets.pending.take(partition, producerId)) {
      if (!committed) continue
      this.ensure(offset.group)
      this.offsets.set(offset.group, offset, offset)
    }
  }

  /** Writes the records that end a consumer group; this classic one takes its place. Throws an ApiError. */
  replace(group: ClassicGroup, records: readonly GroupRecord[]): Promise<void> | undefined {
    const flushed = this.options.store.append(group.id, records.map(encodeRecord))
    this.remove(group.id)
    this.groups.set(group.id, group)
    return flushed
  }

  private apply(record: GroupRecord): void {
    if (record.type === 'offset') this.applyOffset(record)
    else if (record.type === 'classic') {
      this.remove(record.key.group)
      if (record.value !== null) restore(this.ensure(record.key.group) as ClassicGroup, record.value)
    } else this.applyToConsumer(record)
  }

  private applyOffset({ key, value }: Extract<GroupRecord, { type: 'offset' }>): void {
    if (value === null) this.offsets.remove(key.group, key)
    else {
      this.ensure(key.group)
      this.offsets.set(key.group, key, value)
    }
  }

  private applyToConsumer(record: ConsumerGroupRecord): void {
    const { groupId } = record.key
    let group = this.groups.get(groupId)
    if (!(group instanceof ConsumerGroup)) {
      if (record.value === null) return
      if (group instanceof ClassicGroup && group.protocolType !== null) {
        throw new Error(`group ${groupId} is a classic group`)
      }
      this.groups.set(groupId, (group = new ConsumerGroup(groupId)))
    }
    ;(group as ConsumerGroup).apply(record)
    if (record.type === 'epoch' && record.value === null) this.remove(groupId)
  }

  private remove(id: string): void {
    const group = this.groups.get(id)
    this.groups.delete(id)
    group?.dissolve(UPGRADED)
  }

  private addPending(partition: number, producerId: number, offset: PendingOffset): void {
    this.ensure(offset.group)
    this.offsets.pending.add(partition, producerId, offset)
  }
}

export function offsetRecord(
  group: string,
  { topic, partition, ...value }: CommittedOffset & { topic: string; partition: number },
): GroupRecord {
  return { type: 'offset', key: { group, topic, partition }, value }
}

export function offsetTombstone(
  group: string,
  { topic, partition }: { topic: string; partition: number },
): GroupRecord {
  return { type: 'offset', key: { group, topic, partition }, value: null }
}
