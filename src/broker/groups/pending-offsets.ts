// Offsets that were committed in transactions which have not ended yet: they count when their transaction's marker says so.

import type { CommittedOffset } from './offsets.ts'

export interface PendingOffset extends CommittedOffset {
  group: string
  topic: string
  partition: number
}

export class PendingOffsets {
  /** By the number of the partition of __consumer_offsets and the producer's id, then by group, topic and partition. */
  private readonly transactions = new Map<string, Map<string, PendingOffset>>()
  /** How many transactions have one, by group, topic and partition. */
  private readonly counts = new Map<string, number>()
  private readonly groups = new Map<string, number>()

  add(storePartition: number, producerId: number, offset: PendingOffset): void {
    const id = `${storePartition}:${producerId}`
    let offsets = this.transactions.get(id)
    if (offsets === undefined) this.transactions.set(id, (offsets = new Map()))
    const key = keyOf(offset.group, offset.topic, offset.partition)
    if (!offsets.has(key)) {
      raise(this.counts, key, 1)
      raise(this.groups, offset.group, 1)
    }
    offsets.set(key, offset)
  }

  /** Forgets what a transaction has brought and returns it. */
  take(storePartition: number, producerId: number): PendingOffset[] {
    const id = `${storePartition}:${producerId}`
    const offsets = this.transactions.get(id)
    if (offsets === undefined) return []
    this.transactions.delete(id)
    for (const [key, { group }] of offsets) {
      raise(this.counts, key, -1)
      raise(this.groups, group, -1)
    }
    return [...offsets.values()]
  }

  has(group: string, topic: string, partition: number): boolean {
    return this.counts.has(keyOf(group, topic, partition))
  }

  hasAny(group: string): boolean {
    return this.groups.has(group)
  }
}

function keyOf(group: string, topic: string, partition: number): string {
  return `${topic}:${partition}:${group}`
}

function raise(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}
