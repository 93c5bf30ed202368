// The uniform assignor where members want different topics: first what is free goes to the subscribers that have least, then
// topics are balanced one after the other, over and over, until nothing moves. (Kafka: UniformHeterogeneousAssignmentBuilder.)

import type { Assignment } from '../assignment.ts'
import { compareUuids } from '../java-order.ts'
import { copyOf, type GroupSpec, give, type MutableAssignment, take } from './assignor.ts'

const MOST_ROUNDS = 16
const NOBODY = -1

export function assignHeterogeneous(group: GroupSpec): Map<string, Assignment> {
  const state = new Balance(group)
  if (state.owners.size === 0) return new Map()
  state.assignFree()
  state.balance()
  return state.result()
}

class Balance {
  /** Of each topic that is wanted: the index of each partition's member. */
  readonly owners = new Map<string, number[]>()
  private readonly memberIds: string[]
  private readonly assignments: MutableAssignment[] = []
  /** How many partitions each member has. */
  private readonly loads: number[] = []
  private readonly subscribers = new Map<string, number[]>()

  constructor({ members, partitionCount }: GroupSpec) {
    this.memberIds = [...members.keys()]
    for (const [index, { topicIds }] of [...members.values()].entries()) {
      for (const topicId of topicIds) {
        const subscribers = this.subscribers.get(topicId)
        if (subscribers !== undefined) subscribers.push(index)
        else {
          this.subscribers.set(topicId, [index])
          this.owners.set(topicId, new Array(partitionCount(topicId)).fill(NOBODY))
        }
      }
    }
    for (const [index, { topicIds, assignment }] of [...members.values()].entries()) {
      const kept = copyOf(assignment)
      let load = 0
      for (const [topicId, partitions] of assignment) {
        if (!topicIds.has(topicId)) kept.delete(topicId)
        else {
          load += partitions.size
          const owners = this.owners.get(topicId) as number[]
          for (const partition of partitions) owners[partition] = index
        }
      }
      this.assignments.push(kept)
      this.loads.push(load)
    }
  }

  assignFree(): void {
    for (const topicId of this.inOrder([...this.owners.keys()])) {
      const owners = this.owners.get(topicId) as number[]
      const queue = new LoadQueue(this.subscribers.get(topicId) as number[], this.loads)
      for (const [partition, owner] of owners.entries()) {
        if (owner === NOBODY) this.assign(topicId, partition, queue.leastLoaded())
      }
    }
  }

  balance(): void {
    const shared = [...this.owners.keys()].filter((id) => (this.subscribers.get(id) as number[]).length > 1)
    const topicIds = this.inOrder(shared)
    let lastChanged: string | undefined
    for (let round = 0; round < MOST_ROUNDS; round++) {
      for (const topicId of topicIds) {
        if (topicId === lastChanged) return
        const moved = this.balanceTopic(topicId)
        if (moved || lastChanged === undefined) lastChanged = topicId
      }
    }
  }

  result(): Map<string, Assignment> {
    return new Map(this.memberIds.map((id, index) => [id, this.assignments[index]]))
  }

  /** Moves partitions of a topic from those who have most to those who have least. Whether any was moved. */
  private balanceTopic(topicId: string): boolean {
    const queue = new LoadQueue(this.subscribers.get(topicId) as number[], this.loads)
    if (queue.imbalance <= 1) return false
    const byOwner = new Map<number, number[]>()
    for (const [partition, owner] of (this.owners.get(topicId) as number[]).entries()) {
      const partitions = byOwner.get(owner)
      if (partitions === undefined) byOwner.set(owner, [partition])
      else partitions.push(partition)
    }
    let moved = false
    while (!queue.isBalanced) {
      const from = queue.mostLoaded()
      if (from === undefined) break
      const partition = byOwner.get(from)?.pop()
      if (partition === undefined) {
        queue.excludeMostLoaded()
        continue
      }
      const to = queue.leastLoaded()
      if (queue.isBalanced) break
      this.assign(topicId, partition, to)
      moved = true
    }
    return moved
  }

  private assign(topicId: string, partition: number, index: number): void {
    const owners = this.owners.get(topicId) as number[]
    const before = owners[partition]
    if (before !== NOBODY) {
      take(this.assignments[before], topicId, partition)
      this.loads[before]--
    }
    give(this.assignments[index], topicId, partition)
    owners[partition] = index
    this.loads[index]++
  }

  /** Topics with many partitions for each subscriber first. */
  private inOrder(topicIds: string[]): string[] {
    const subscribers = (topicId: string) => (this.subscribers.get(topicId) as number[]).length
    const density = (topicId: string) => (this.owners.get(topicId) as number[]).length / subscribers(topicId)
    return topicIds.sort((a, b) => density(b) - density(a) || subscribers(a) - subscribers(b) || compareUuids(a, b))
  }
}

/** Members by load, taken from both ends: at each end those of equal load take turns. */
class LoadQueue {
  /** Between the most and the least that a member has at first. */
  readonly imbalance: number
  private readonly members: number[]
  private readonly loads: readonly number[]
  private leastEnd = 0
  private leastLoad: number
  private leastNext = 0
  private mostStart: number
  private mostEnd: number
  private mostLoad: number
  private mostNext: number

  constructor(members: readonly number[], loads: readonly number[]) {
    this.loads = loads
    this.members = members.toSorted((a, b) => loads[a] - loads[b] || a - b)
    const least = loads[this.members[0]]
    const most = loads[this.members[this.members.length - 1]]
    this.imbalance = most - least
    this.leastLoad = least - 1
    this.mostLoad = most + 1
    this.mostStart = this.members.length
    this.mostEnd = this.members.length
    this.mostNext = this.members.length - 1
  }

  get isBalanced(): boolean {
    return this.mostLoad - this.leastLoad <= 1
  }

  /** Who gets the next partition. */
  leastLoaded(): number {
    if (this.leastNext >= this.leastEnd) {
      this.leastLoad++
      while (this.leastEnd < this.members.length && this.loads[this.members[this.leastEnd]] === this.leastLoad) {
        this.leastEnd++
      }
      this.leastNext = 0
    }
    return this.members[this.leastNext++]
  }

  /** Who gives the next partition away. */
  mostLoaded(): number | undefined {
    if (this.mostNext < this.mostStart) {
      if (this.mostEnd <= this.mostStart && this.mostStart > 0) {
        this.mostLoad = this.loads[this.members[this.mostStart - 1]]
      } else this.mostLoad--
      while (this.mostStart > 0 && this.loads[this.members[this.mostStart - 1]] === this.mostLoad) this.mostStart--
      this.mostNext = this.mostEnd - 1
    }
    return this.mostNext < 0 ? undefined : this.members[this.mostNext--]
  }

  /** The one that `mostLoaded` named last has nothing to give away. */
  excludeMostLoaded(): void {
    const at = this.mostNext + 1
    const member = this.members[at]
    this.mostEnd--
    this.members[at] = this.members[this.mostEnd]
    this.members[this.mostEnd] = member
  }
}
