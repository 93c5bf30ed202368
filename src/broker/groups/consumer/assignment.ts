// Partitions of topics: by topic id, in the order in which they were given.

/** What a member shall have. */
export type Assignment = ReadonlyMap<string, ReadonlySet<number>>

/** What a member has: each partition with the epoch in which it was assigned. */
export type OwnedPartitions = ReadonlyMap<string, ReadonlyMap<number, number>>

// biome-ignore lint/suspicious/noExplicitAny: an assignment of either kind
export const NOTHING: ReadonlyMap<string, any> = new Map()

/** The form of partitions in requests, answers and records. */
export interface TopicPartitions {
  readonly topicId: string
  readonly partitions: readonly number[]
}

export function toAssignment(topics: readonly TopicPartitions[]): Assignment {
  return new Map(topics.map(({ topicId, partitions }) => [topicId, new Set(partitions)]))
}

/** Of an assignment or of what a member owns; partitions in order. */
export function toTopicPartitions(
  assignment: ReadonlyMap<string, { keys(): IterableIterator<number> }>,
): { topicId: string; partitions: number[] }[] {
  return [...assignment].map(([topicId, partitions]) => ({
    topicId,
    partitions: [...partitions.keys()].sort((a, b) => a - b),
  }))
}

export function sameAssignment(a: Assignment, b: Assignment): boolean {
  return sameKeys(a, b, (one, other) => one.size === other.size && [...one].every((partition) => other.has(partition)))
}

export function sameOwned(a: OwnedPartitions, b: OwnedPartitions): boolean {
  return sameKeys(a, b, (one, other) => sameKeys(one, other, (epoch, otherEpoch) => epoch === otherEpoch))
}

function sameKeys<K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>, same: (one: V, other: V) => boolean): boolean {
  if (a === b) return true
  if (a.size !== b.size) return false
  for (const [key, value] of a) {
    const other = b.get(key)
    if (other === undefined || !same(value, other)) return false
  }
  return true
}

/** All partitions of an assignment, owned in one epoch. */
export function ownedSince(assignment: Assignment, epoch: number): OwnedPartitions {
  return new Map(
    [...assignment].map(([topicId, partitions]) => [topicId, new Map([...partitions].map((each) => [each, epoch]))]),
  )
}
