import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Assignment, GroupMember, GroupTopics } from '../../../../src/client/group/assignors/assignor.ts'
import { cooperativeSticky } from '../../../../src/client/group/assignors/cooperative-sticky.ts'
import { assignors, assignorsByName } from '../../../../src/client/group/assignors/index.ts'
import { range } from '../../../../src/client/group/assignors/range.ts'
import { roundRobin } from '../../../../src/client/group/assignors/round-robin.ts'
import { sticky } from '../../../../src/client/group/assignors/sticky.ts'
import { keyOf, type PartitionName } from '../../../../src/client/group/partitions.ts'
import { UsageError } from '../../../../src/errors.ts'
import { freshGroup, goldenGroups, joining, sorted } from '../groups.ts'

const golden = goldenGroups()

for (const assignor of [range, roundRobin]) {
  test(`${assignor.name} shares out as Java does`, () => {
    for (const { line, members, topics, java } of golden) {
      const expected = java.get(assignor.name) as Assignment
      assert.deepEqual(sorted(assignor.assign(joining(assignor, members), topics)), sorted(expected), `line ${line}`)
    }
  })
}

for (const assignor of [sticky, cooperativeSticky]) {
  test(`${assignor.name} is as even and as sticky as Java`, () => {
    let compared = 0
    for (const { line, members, topics, java } of golden) {
      const expected = java.get(assignor.name)
      if (expected === undefined) continue
      const told = joining(assignor, members)
      const target = assignor.cooperative
        ? sticky.assign(joining(sticky, members), topics)
        : assignor.assign(told, topics)
      checkEven(members, topics, target, `line ${line}`)
      // Java's result is that of the first step: what is to change hands is nobody's yet.
      const ours = kept(members, assignor.assign(told, topics))
      const theirs = kept(members, expected)
      const equal = new Set(members.map(({ topics }) => [...topics].sort().join())).size === 1
      if (equal && !ambiguous(members)) assert.ok(ours >= theirs, `line ${line}: ${ours} stay, ${theirs} with Java`)
      compared++
    }
    assert.ok(compared > 100)
  })
}

test('every assignor gives each partition to one member that subscribed to it', () => {
  fc.assert(
    fc.property(freshGroup, ({ members, topics }) => {
      for (const assignor of assignors) {
        checkComplete(members, topics, assignor.assign(joining(assignor, members), topics), assignor.name)
      }
    }),
  )
})

test('sticky shares stay even and hardly move while members come and go', () => {
  fc.assert(
    fc.property(freshGroup, fc.infiniteStream(fc.nat()), ({ members, topics }, choices) => {
      const equal = new Set(members.map(({ topics }) => [...topics].sort().join())).size === 1
      let present = members
      for (let generation = 1; generation < 6; generation++) {
        const before = present
        const after = sticky.assign(joining(sticky, before), topics)
        checkComplete(before, topics, after, 'sticky')
        checkEven(before, topics, after, 'sticky')
        if (equal && generation > 1) checkFewMoves(before, topics, after)
        const now = before.map((member) => ({ ...member, owned: after.get(member.id) ?? [], generation }))
        present = changed(now, members, choices.next().value, generation)
      }
    }),
  )
})

test('cooperative-sticky hands over in two steps, and nobody reads what another has', () => {
  fc.assert(
    fc.property(freshGroup, fc.array(fc.nat(), { maxLength: 6 }), ({ members, topics }, choices) => {
      let present: GroupMember[] = members
      let generation = 0
      const rebalance = (): boolean => {
        generation++
        const assignment = cooperativeSticky.assign(joining(cooperativeSticky, present), topics)
        const holders = new Map(present.flatMap(({ id, owned }) => owned.map((partition) => [keyOf(partition), id])))
        let again = false
        for (const [id, partitions] of assignment) {
          for (const partition of partitions) {
            const holder = holders.get(keyOf(partition))
            assert.ok(holder === undefined || holder === id, `${keyOf(partition)} is ${holder}'s and ${id} gets it`)
          }
        }
        present = present.map((member) => {
          const owned = assignment.get(member.id) ?? []
          const keeps = new Set(owned.map(keyOf))
          again ||= member.owned.some((partition) => !keeps.has(keyOf(partition)))
          return { ...member, owned, generation }
        })
        return again
      }
      const settle = () => {
        // Whoever gives something up joins again.
        let rounds = 0
        while (rebalance()) assert.ok(++rounds < 3, 'the group does not settle')
        const owned = new Map(present.map((member) => [member.id, [...member.owned]]))
        checkComplete(present, topics, owned, 'cooperative-sticky')
        checkEven(present, topics, owned, 'cooperative-sticky')
      }
      settle()
      for (const choice of choices) {
        present = changed(present, members, choice, generation)
        settle()
      }
    }),
  )
})

test('of two that claim a partition the later generation is believed', () => {
  const member = (id: string, generation: number, partitions: number[]): GroupMember => ({
    id,
    instanceId: null,
    topics: ['t'],
    userData: null,
    owned: partitions.map((partition) => ({ topic: 't', partition })),
    generation,
    rackId: null,
  })
  const topics: GroupTopics = new Map([['t', [[], [], [], []]]])
  const members = [member('stale', 4, [0, 1]), member('late', 5, [0, 1])]
  assert.deepEqual(sorted(sticky.assign(joining(sticky, members), topics)), {
    late: ['t:0', 't:1'],
    stale: ['t:2', 't:3'],
  })
  // What the stale one still reads is not given away before it has let go; what it is given is new to it.
  assert.deepEqual(sorted(cooperativeSticky.assign(members, topics)), { late: ['t:0', 't:1'], stale: ['t:2', 't:3'] })
})

test('older cooperative members tell their generation in the user data', () => {
  const told = (id: string, generation: number, partition: number): GroupMember => ({
    id,
    instanceId: null,
    topics: ['t'],
    userData: cooperativeSticky.userData?.([], generation) ?? null,
    owned: [{ topic: 't', partition }],
    generation: -1,
    rackId: null,
  })
  const topics: GroupTopics = new Map([['t', [[]]]])
  const result = cooperativeSticky.assign([told('a', 2, 0), told('b', 3, 0)], topics)
  assert.deepEqual(sorted(result), { a: [], b: ['t:0'] })
})

test('user data that is not an assignment counts as none', () => {
  const topics: GroupTopics = new Map([['t', [[], []]]])
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const member = { instanceId: null, topics: ['t'], owned: [], generation: -1, rackId: null }
      const members = [
        { ...member, id: 'a', userData: Buffer.from(bytes) },
        { ...member, id: 'b', userData: null },
      ]
      checkComplete(members, topics, sticky.assign(members, topics), 'sticky')
    }),
  )
})

test('assignors are found by the names of Java, its classes, and librdkafka', () => {
  assert.deepEqual(assignorsByName(['roundrobin', 'range', 'range']), [roundRobin, range])
  assert.deepEqual(assignorsByName(['org.apache.kafka.clients.consumer.CooperativeStickyAssignor']), [
    cooperativeSticky,
  ])
  assert.throws(() => assignorsByName(['uniform']), UsageError)
  assert.throws(() => assignorsByName([]), UsageError)
})

/** One to three go, or as many new ones come. */
function changed(now: GroupMember[], models: readonly GroupMember[], choice: number, generation: number) {
  const count = 1 + (choice % 3)
  if (choice % 2 === 0 && now.length > count) return now.toSpliced(choice % (now.length - count), count)
  const model = models[choice % models.length]
  const fresh = (index: number) => ({ ...model, id: `n${generation}-${index}`, owned: [], generation: -1 })
  return [...now, ...Array.from({ length: count }, (_, index) => fresh(index))]
}

/** Every partition of a topic that somebody subscribed to is given once, to a subscriber. */
function checkComplete(members: readonly GroupMember[], topics: GroupTopics, assignment: Assignment, what: string) {
  const subscribed = new Map(members.map(({ id, topics }) => [id, new Set(topics)]))
  const given: string[] = []
  assert.deepEqual([...assignment.keys()].sort(), [...subscribed.keys()].sort(), what)
  for (const [id, partitions] of assignment) {
    for (const partition of partitions) {
      assert.ok(subscribed.get(id)?.has(partition.topic), `${what}: ${id} gets ${keyOf(partition)}`)
      given.push(keyOf(partition))
    }
  }
  const wanted = new Set(members.flatMap(({ topics }) => topics))
  const all = [...topics].flatMap(([topic, partitions]) =>
    wanted.has(topic) ? partitions.map((_, partition) => keyOf({ topic, partition })) : [],
  )
  assert.deepEqual(given.sort(), all.sort(), what)
}

/** Nobody has two more than somebody who could take one of them. */
function checkEven(members: readonly GroupMember[], topics: GroupTopics, assignment: Assignment, what: string) {
  const count = (id: string) => assignment.get(id)?.length ?? 0
  for (const taker of members) {
    const wanted = new Set(taker.topics.filter((topic) => topics.has(topic)))
    for (const giver of members) {
      if (count(giver.id) < count(taker.id) + 2) continue
      const movable = assignment.get(giver.id)?.some(({ topic }) => wanted.has(topic))
      assert.ok(!movable, `${what}: ${giver.id} has ${count(giver.id)}, ${taker.id} only ${count(taker.id)}`)
    }
  }
}

/** With equal subscriptions only what is above a fair share leaves its member. */
function checkFewMoves(members: readonly GroupMember[], topics: GroupTopics, assignment: Assignment) {
  const wanted = new Set(members.flatMap(({ topics }) => topics))
  let total = 0
  for (const [topic, partitions] of topics) if (wanted.has(topic)) total += partitions.length
  const least = Math.floor(total / members.length)
  const spare = total % members.length
  const counts = members.map(({ owned }) => owned.length).sort((a, b) => b - a)
  const fair = counts.reduce((sum, count, index) => sum + Math.min(count, index < spare ? least + 1 : least), 0)
  assert.equal(kept(members, assignment), fair)
}

/** How many partitions stay where they were. */
function kept(members: readonly GroupMember[], assignment: Assignment): number {
  let count = 0
  for (const { id, owned } of members) {
    const now = new Set((assignment.get(id) as PartitionName[]).map(keyOf))
    for (const partition of owned) if (now.has(keyOf(partition))) count++
  }
  return count
}

/** Whether members contradict each other, so that what counts as kept is a matter of whom to believe. */
function ambiguous(members: readonly GroupMember[]): boolean {
  const all = members.flatMap(({ owned }) => owned.map(keyOf))
  return new Set(all).size < all.length
}
