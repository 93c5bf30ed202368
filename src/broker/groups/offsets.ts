// The offsets of groups: what counts, and what transactions that have not ended brought. They belong to a group's id; what
// kind of group it is may change.

import { PendingOffsets } from './pending-offsets.ts'

export interface OffsetKey {
  topic: string
  partition: number
}

export interface CommittedOffset {
  offset: number
  leaderEpoch: number
  metadata: string
  commitTimestamp: number
  /** -1: with the group's retention. */
  expireTimestamp: number
  /** The topic that it is of; the zero uuid where that is not known. */
  topicId: string
}

type ByTopic = ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>>

const NONE: ByTopic = new Map()

export class Offsets {
  readonly pending = new PendingOffsets()
  private readonly byGroup = new Map<string, Map<string, Map<number, CommittedOffset>>>()

  /** By topic and partition. */
  of(group: string): ByTopic {
    return this.byGroup.get(group) ?? NONE
  }

  get(group: string, topic: string, partition: number): CommittedOffset | undefined {
    return this.byGroup.get(group)?.get(topic)?.get(partition)
  }

  has(group: string): boolean {
    return this.byGroup.has(group)
  }

  groups(): IterableIterator<string> {
    return this.byGroup.keys()
  }

  keys(group: string): OffsetKey[] {
    return [...this.of(group)].flatMap(([topic, partitions]) =>
      [...partitions.keys()].map((partition) => ({ topic, partition })),
    )
  }

  set(group: string, { topic, partition }: OffsetKey, value: CommittedOffset): void {
    let topics = this.byGroup.get(group)
    if (topics === undefined) this.byGroup.set(group, (topics = new Map()))
    let partitions = topics.get(topic)
    if (partitions === undefined) topics.set(topic, (partitions = new Map()))
    const { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp, topicId } = value
    partitions.set(partition, { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp, topicId })
  }

  remove(group: string, { topic, partition }: OffsetKey): void {
    const topics = this.byGroup.get(group)
    const partitions = topics?.get(topic)
    if (!partitions?.delete(partition) || partitions.size > 0) return
    topics?.delete(topic)
    if (topics?.size === 0) this.byGroup.delete(group)
  }
}
