// The server-side assignors give each member what Kafka's give it.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { javaHash } from '../../../src/broker/coordinator-log.ts'
import { type Assignment, toAssignment } from '../../../src/broker/groups/consumer/assignment.ts'
import { assignors } from '../../../src/broker/groups/consumer/assignors/index.ts'
import { grownCapacity, hashOrder, timelineOrder } from '../../../src/broker/groups/consumer/java-order.ts'

interface Case {
  assignor: string
  homogeneous: boolean
  topics: Record<string, number>
  members: { id: string; instanceId?: string; topics: string[]; before: Partitions; after: Partitions }[]
  /** The members as Kafka went through them. */
  order: string[]
}

type Partitions = Record<string, number[]>

const assignmentOf = (partitions: Partitions) =>
  toAssignment(Object.entries(partitions).map(([topicId, numbers]) => ({ topicId, partitions: numbers })))

const plain = (assignment: Assignment | undefined) =>
  Object.fromEntries([...(assignment ?? [])].map(([id, set]) => [id, [...set].sort((a, b) => a - b)]).sort())

const isEmpty = (partitions: Partitions) => Object.keys(partitions).length === 0

const cases = readFileSync(join(import.meta.dirname, 'golden/assignments.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case)

for (const [index, { assignor, homogeneous, topics, members, order }] of cases.entries()) {
  test(`case ${index + 1}: ${members.length} members, ${Object.keys(topics).length} topics, ${assignor}`, () => {
    const specs = new Map(
      members.map(({ id, instanceId, topics, before }) => [
        id,
        { instanceId: instanceId ?? null, topicIds: new Set(topics), assignment: assignmentOf(before) },
      ]),
    )
    const given = new Set(
      members.flatMap(({ before }) => Object.entries(before).flatMap(([id, list]) => list.map((p) => `${id}:${p}`))),
    )
    const result = assignors.get(assignor)?.assign({
      members: new Map(order.map((id) => [id, specs.get(id) as never])),
      isHomogeneous: homogeneous,
      isAssigned: (topicId, partition) => given.has(`${topicId}:${partition}`),
      partitionCount: (topicId) => topics[topicId],
    })
    for (const { id, after } of members) assert.deepEqual(plain(result?.get(id)), plain(assignmentOf(after)), id)
  })
}

test('members come in the order of Java’s tables', () => {
  // A table does not shrink: what became of one whose members left shows how many there were.
  for (const { members, order } of cases.filter((each) => each.members.every(({ before }) => isEmpty(before)))) {
    const ids = timelineOrder(members.map(({ id }) => id))
    assert.deepEqual(hashOrder(ids, javaHash, grownCapacity(ids.length)), order)
  }
})
