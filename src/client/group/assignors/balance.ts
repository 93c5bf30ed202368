// Shares partitions out evenly and moves as few as that allows: what the two sticky assignors have in common.
//
//   1. who had a partition keeps it, if it still may
//   2. each partition that nobody has goes to the subscriber with the fewest
//   3. a partition goes from a member to a subscriber of its topic that has at least two fewer, until there is no such pair
//
// With equal subscriptions counts differ by one at most, and no more than is needed for that has moved. Otherwise nobody
// has two more than somebody who could take one of them over (Kafka's AbstractStickyAssignor promises the same).

import { keyOf, type PartitionName } from '../partitions.ts'
import { type Assignment, compare, type GroupMember, type GroupTopics, inOrder } from './assignor.ts'

/** What a member says it has, and since which generation: of two that claim a partition the later one is right. */
export interface Claim {
  partitions: readonly PartitionName[]
  generation: number
}

interface Load {
  id: string
  topics: Set<string>
  held: Map<string, number[]>
  count: number
}

export function balance(
  members: readonly GroupMember[],
  topics: GroupTopics,
  claimOf: (member: GroupMember) => Claim,
): Assignment {
  const loads: Load[] = inOrder(members).map(({ id, topics }) => ({
    id,
    topics: new Set(topics),
    held: new Map(),
    count: 0,
  }))
  const owners = ownersOf(members, claimOf)
  const byId = new Map(loads.map((load) => [load.id, load]))
  const subscribers = new Map(
    [...topics.keys()].map((topic) => [topic, loads.filter((load) => load.topics.has(topic))]),
  )
  const open: PartitionName[] = []
  for (const [topic, partitions] of topics) {
    for (const partition of partitions.keys()) {
      const owner = byId.get(owners.get(keyOf({ topic, partition })) ?? '')
      if (owner?.topics.has(topic)) hold(owner, topic, partition)
      else open.push({ topic, partition })
    }
  }
  const choice = ({ topic }: PartitionName) => subscribers.get(topic)?.length ?? 0
  open.sort((a, b) => choice(a) - choice(b) || compare(a.topic, b.topic) || a.partition - b.partition)
  for (const { topic, partition } of open) {
    const least = fewest(subscribers.get(topic) ?? [])
    if (least !== undefined) hold(least, topic, partition)
  }
  level(loads)
  return new Map(loads.map(({ id, held }) => [id, partitionsOf(held)]))
}

/** The member to believe for each partition; nobody where two claim it since the same generation. */
function ownersOf(members: readonly GroupMember[], claimOf: (member: GroupMember) => Claim): Map<string, string> {
  const best = new Map<string, { id: string; generation: number }>()
  for (const member of members) {
    const { partitions, generation } = claimOf(member)
    for (const key of new Set(partitions.map(keyOf))) {
      const other = best.get(key)
      if (other === undefined || generation > other.generation) best.set(key, { id: member.id, generation })
      else if (generation === other.generation) other.id = ''
    }
  }
  return new Map([...best].map(([key, { id }]) => [key, id]))
}

function hold(load: Load, topic: string, partition: number): void {
  const held = load.held.get(topic)
  if (held === undefined) load.held.set(topic, [partition])
  else held.push(partition)
  load.count++
}

function fewest(loads: Iterable<Load>): Load | undefined {
  let least: Load | undefined
  for (const load of loads) if (least === undefined || load.count < least.count) least = load
  return least
}

/**
 * Moves partitions from those with many to those with few, always to the one with the fewest that can get any; each move
 * makes the sum of the squares smaller.
 */
function level(loads: readonly Load[]): void {
  for (let moved = true; moved; ) {
    moved = false
    // Who can't get any now may be able to when others have more.
    const takers = new Set(loads)
    for (let taker = fewest(takers); taker !== undefined; taker = fewest(takers)) {
      const giver = giverFor(taker, loads)
      if (giver === undefined) takers.delete(taker)
      else {
        const topic = sharedTopic(giver, taker) as string
        hold(taker, topic, giver.held.get(topic)?.pop() as number)
        giver.count--
        moved = true
      }
    }
  }
}

/** The member with the most, at least two more than `taker`, that has something `taker` may take. */
function giverFor(taker: Load, loads: readonly Load[]): Load | undefined {
  let most: Load | undefined
  for (const load of loads) {
    if (load.count < taker.count + 2 || load.count <= (most?.count ?? 0)) continue
    if (sharedTopic(load, taker) !== undefined) most = load
  }
  return most
}

/** The topic of which `giver` has the most partitions, among those that `taker` subscribed to. */
function sharedTopic(giver: Load, taker: Load): string | undefined {
  let best: string | undefined
  let most = 0
  for (const [topic, { length }] of giver.held) {
    if (length > most && taker.topics.has(topic)) [best, most] = [topic, length]
  }
  return best
}

function partitionsOf(held: Map<string, number[]>): PartitionName[] {
  return [...held]
    .sort(([a], [b]) => compare(a, b))
    .flatMap(([topic, numbers]) => numbers.sort((a, b) => a - b).map((partition) => ({ topic, partition })))
}
