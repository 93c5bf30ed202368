// Which brokers should have the replicas of partitions: on the brokers given, each as loaded as the others, in as many racks
// as can be, and with as few replicas moved as that takes. No I/O.
//
//   keep    replicas that are on the brokers given stay
//   fill    what is missing goes to the least loaded broker, in a rack that the partition does not have
//   level   replicas move from the most to the least loaded broker until they differ by one at most
//   lead    the order of replicas changes until each broker is first of about as many

import { UsageError } from '../../errors.ts'
import type { PartitionName } from '../group/partitions.ts'

export interface AssignedPartition extends PartitionName {
  replicas: number[]
}

export interface Site {
  id: number
  /** null is a rack like any other. */
  rack: string | null
}

export interface AssignmentOptions {
  /** Replicas of each partition. Default: as many as it has. */
  replicationFactor?: number
  /** Whether replicas of a partition should be in different racks. */
  rackAware?: boolean
}

/** The new replicas of each partition, in the order given. Throws a UsageError where there are too few brokers. */
export function assign(
  partitions: readonly AssignedPartition[],
  sites: readonly Site[],
  { replicationFactor, rackAware = true }: AssignmentOptions = {},
): AssignedPartition[] {
  const racks = new Map(sites.map(({ id, rack }) => [id, rackAware ? rack : null]))
  const load = new Map(sites.map(({ id }) => [id, 0]))
  const add = (id: number, by: number) => load.set(id, (load.get(id) as number) + by)
  const wanted = partitions.map(({ topic, partition, replicas }) => {
    const count = replicationFactor ?? replicas.length
    if (count > sites.length) {
      throw new UsageError(`${count} replicas of ${topic} need ${count} brokers, ${sites.length} are to be used`)
    }
    const kept = replicas.filter((id) => load.has(id)).slice(0, count)
    return { topic, partition, count, kept: new Set(kept), replicas: kept }
  })
  for (const { replicas } of wanted) for (const id of replicas) add(id, 1)

  const inRack = (replicas: readonly number[], id: number) =>
    replicas.filter((other) => other !== id && racks.get(other) === racks.get(id)).length
  for (const { replicas, count } of wanted) {
    while (replicas.length < count) {
      const [best] = sites
        .filter(({ id }) => !replicas.includes(id))
        .map(({ id }) => ({ id, rack: inRack(replicas, id), load: load.get(id) as number }))
        .sort((a, b) => a.rack - b.rack || a.load - b.load || a.id - b.id)
      replicas.push(best.id)
      add(best.id, 1)
    }
  }

  while (levelOnce()) {}
  balanceLeaders(wanted, sites)
  return wanted.map(({ topic, partition, replicas }) => ({ topic, partition, replicas }))

  /** Moves one replica to a broker with at least two less, the widest gap first. False where none can be moved. */
  function levelOnce(): boolean {
    const byLoad = [...load].sort(([a, loadA], [b, loadB]) => loadA - loadB || a - b)
    for (const [to, least] of byLoad) {
      for (const [from, most] of [...byLoad].reverse()) {
        if (most - least < 2) break
        const movable = wanted.filter(({ replicas }) => {
          if (!replicas.includes(from) || replicas.includes(to)) return false
          const others = replicas.filter((id) => id !== from)
          return inRack(others, to) <= inRack(others, from)
        })
        // One that was not there before costs nothing.
        const chosen = movable.find(({ kept }) => !kept.has(from)) ?? movable[0]
        if (chosen === undefined) continue
        chosen.replicas[chosen.replicas.indexOf(from)] = to
        add(from, -1)
        add(to, 1)
        return true
      }
    }
    return false
  }
}

/**
 * Swaps first replicas until no chain of swaps brings the brokers that are first of most and of least nearer to each other: a
 * broker passes a partition on to another replica of it, that one passes another partition on, and so forth.
 */
function balanceLeaders(partitions: readonly { replicas: number[] }[], sites: readonly Site[]): void {
  const leads = new Map<number, Set<number[]>>(sites.map(({ id }) => [id, new Set()]))
  for (const { replicas } of partitions) leads.get(replicas[0])?.add(replicas)
  const count = (id: number) => (leads.get(id) as Set<number[]>).size
  const most = () => [...leads.keys()].sort((a, b) => count(b) - count(a) || a - b)
  let moved = true
  while (moved) {
    moved = false
    for (const start of most()) {
      const chain = chainFrom(start)
      if (chain === null) continue
      for (const { replicas, to } of chain) {
        leads.get(replicas[0])?.delete(replicas)
        const at = replicas.indexOf(to)
        replicas[at] = replicas[0]
        replicas[0] = to
        leads.get(to)?.add(replicas)
      }
      moved = true
      break
    }
  }

  /** The shortest chain from a broker to one that is first of at least two less, null where there is none. */
  function chainFrom(start: number): { replicas: number[]; to: number }[] | null {
    const reached = new Map<number, { replicas: number[]; to: number; before: number } | null>([[start, null]])
    for (const id of reached.keys()) {
      if (count(start) - count(id) >= 2) {
        const chain = []
        for (let step = reached.get(id); step; step = reached.get(step.before)) chain.unshift(step)
        return chain
      }
      for (const replicas of leads.get(id) as Set<number[]>) {
        for (const to of replicas.slice(1)) if (!reached.has(to)) reached.set(to, { replicas, to, before: id })
      }
    }
    return null
  }
}
