// Groups for the tests: those of Kafka's own classes (golden/) and random ones.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Assignment, Assignor, GroupMember, GroupTopics } from '../../../src/client/group/assignors/assignor.ts'
import { keyOf, type PartitionName } from '../../../src/client/group/partitions.ts'

type TopicNumbers = Record<string, number[]>

interface GoldenRow {
  topics: Record<string, number | string[][]>
  members: {
    id: string
    instanceId: string | null
    rackId: string | null
    topics: string[]
    owned: TopicNumbers
    generation: number
  }[]
  range: Record<string, TopicNumbers>
  roundrobin: Record<string, TopicNumbers>
  sticky?: Record<string, TopicNumbers>
  'cooperative-sticky'?: Record<string, TopicNumbers>
}

export interface Group {
  members: GroupMember[]
  topics: GroupTopics
}

export interface GoldenGroup extends Group {
  line: number
  /** By the assignor's name. */
  java: Map<string, Assignment>
}

/** Partitions that a member had, in a set. */
export type Ownership = Map<string, Set<string>>

export function goldenGroups(): GoldenGroup[] {
  const text = readFileSync(join(import.meta.dirname, 'golden/assignments.jsonl'), 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line, index) => {
      const row = JSON.parse(line) as GoldenRow
      const names = ['range', 'roundrobin', 'sticky', 'cooperative-sticky'] as const
      return {
        line: index + 1,
        topics: new Map(
          Object.entries(row.topics).map(([topic, racks]) => [
            topic,
            typeof racks === 'number' ? Array.from({ length: racks }, () => []) : racks,
          ]),
        ),
        members: row.members.map((member) => ({ ...member, owned: named(member.owned), userData: null })),
        java: new Map(
          names.flatMap((name) => {
            const assignment = row[name]
            if (assignment === undefined) return []
            return [[name, new Map(Object.entries(assignment).map(([id, numbers]) => [id, named(numbers)]))]]
          }),
        ),
      }
    })
}

function named(numbers: TopicNumbers): PartitionName[] {
  return Object.entries(numbers).flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition })))
}

/** Members as they join for an assignor: with its user data, and with what they own where they keep it. */
export function joining(assignor: Assignor, members: readonly GroupMember[]): GroupMember[] {
  return members.map((member) => ({
    ...member,
    userData: assignor.userData?.(member.owned, member.generation) ?? null,
    owned: assignor.cooperative ? member.owned : [],
  }))
}

/** An assignment that can be compared: partitions of each member in order. */
export function sorted(assignment: Assignment): Record<string, string[]> {
  return Object.fromEntries(
    [...assignment]
      .map(([id, partitions]) => [id, partitions.map(keyOf).sort()] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/** A group in which every member joins for the first time. */
export const freshGroup: fc.Arbitrary<Group> = fc
  .record({
    sizes: fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 1, maxLength: 5 }),
    subscriptions: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1 }), {
      minLength: 1,
      maxLength: 8,
    }),
    equal: fc.boolean(),
  })
  .map(({ sizes, subscriptions, equal }) => ({
    topics: new Map(sizes.map((size, index) => [`t${index}`, Array.from({ length: size }, () => [])])),
    members: subscriptions.map((topics, index) => ({
      id: `m${index}`,
      instanceId: null,
      topics: (equal ? subscriptions[0] : topics).map((topic) => `t${topic}`),
      userData: null,
      owned: [],
      generation: -1,
      rackId: null,
    })),
  }))
