// Gives each member a run of neighbouring partitions of every topic, so that the same numbers of different topics meet in
// one member. The same result as Kafka's RangeAssignor, with its rack awareness (KIP-881): where members tell their racks
// and replicas are not in every rack, a member first gets partitions that have a replica near it, as many as its share
// allows; topics with the same members and as many partitions stay in step.

import { type Assignment, type Assignor, compare, type GroupMember, type GroupTopics, inOrder } from './assignor.ts'

export const range: Assignor = {
  name: 'range',
  cooperative: false,

  assign(members: readonly GroupMember[], topics: GroupTopics): Assignment {
    const shares: TopicShare[] = []
    const ordered = inOrder(members).map((member) => ({ ...member, subscribed: new Set(member.topics) }))
    for (const [topic, racks] of [...topics].sort(([a], [b]) => compare(a, b))) {
      const subscribers = ordered.filter(({ subscribed }) => subscribed.has(topic))
      if (subscribers.length > 0 && racks.length > 0) shares.push(new TopicShare(topic, racks, subscribers))
    }
    if (shares.some((share) => share.rackAware)) {
      for (const together of inStep(shares)) {
        if (together.length > 1) matchTogether(together)
        else if (together[0].rackAware) together[0].fill(true)
      }
    }
    const assignment: Assignment = new Map(members.map(({ id }) => [id, []]))
    for (const share of shares) {
      share.fill(false)
      for (const [id, partitions] of share.given) {
        partitions.sort((a, b) => a - b)
        assignment.get(id)?.push(...partitions.map((partition) => ({ topic: share.topic, partition })))
      }
    }
    return assignment
  },
}

/** One topic's partitions on their way to its subscribers. */
class TopicShare {
  readonly topic: string
  readonly racks: readonly (readonly string[])[]
  readonly subscribers: readonly GroupMember[]
  readonly given: Map<string, number[]>
  readonly rackAware: boolean
  private readonly open: Set<number>
  private readonly each: number
  /** How many subscribers may still get one more than the others. */
  private extras: number

  constructor(topic: string, racks: readonly (readonly string[])[], subscribers: readonly GroupMember[]) {
    this.topic = topic
    this.racks = racks
    this.subscribers = subscribers
    this.given = new Map(subscribers.map(({ id }) => [id, []]))
    this.open = new Set(racks.keys())
    this.each = Math.floor(racks.length / subscribers.length)
    this.extras = racks.length % subscribers.length
    this.rackAware = racksMatter(racks, subscribers)
  }

  /** How many more partitions a subscriber may get. */
  room({ id }: GroupMember): number {
    const most = this.each + (this.extras > 0 ? 1 : 0)
    return Math.max(0, most - (this.given.get(id)?.length ?? 0))
  }

  /** Whether a partition has a replica in the subscriber's rack; nothing is far from one that tells none. */
  near({ rackId }: GroupMember, partition: number): boolean {
    return !rackId || this.racks[partition].includes(rackId)
  }

  give({ id }: GroupMember, partitions: readonly number[]): void {
    const given = this.given.get(id) as number[]
    given.push(...partitions)
    if (given.length > this.each) this.extras--
    for (const partition of partitions) this.open.delete(partition)
  }

  /** Gives each subscriber in turn what its share allows of the open partitions. */
  fill(nearOnly: boolean): void {
    for (const member of this.subscribers) {
      const room = this.room(member)
      const chosen: number[] = []
      for (const partition of this.open) {
        if (chosen.length === room) break
        if (!nearOnly || this.near(member, partition)) chosen.push(partition)
      }
      if (chosen.length > 0) this.give(member, chosen)
    }
  }
}

/** Racks say nothing where no member is in one of them, or every partition is in all of them. */
function racksMatter(racks: readonly (readonly string[])[], members: readonly GroupMember[]): boolean {
  const all = new Set(racks.flat())
  if (!members.some(({ rackId }) => rackId && all.has(rackId))) return false
  return racks.some((ofPartition) => new Set(ofPartition).size < all.size)
}

/** Topics that have the same subscribers and as many partitions. */
function inStep(shares: readonly TopicShare[]): TopicShare[][] {
  const groups = new Map<string, TopicShare[]>()
  for (const share of shares) {
    const key = JSON.stringify([share.racks.length, share.subscribers.map(({ id }) => id)])
    groups.set(key, [...(groups.get(key) ?? []), share])
  }
  return [...groups.values()]
}

/** Gives a partition number of all topics to the first member that has room and a replica near it in each of them. */
function matchTogether(shares: readonly TopicShare[]): void {
  const [first] = shares
  for (const partition of first.racks.keys()) {
    const member = first.subscribers.find((candidate) =>
      shares.every((share) => share.room(candidate) > 0 && share.near(candidate, partition)),
    )
    if (member !== undefined) for (const share of shares) share.give(member, [partition])
  }
}
