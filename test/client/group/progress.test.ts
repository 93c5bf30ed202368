import assert from 'node:assert/strict'
import test from 'node:test'
import { type Fetched, Position } from '../../../src/client/fetched.ts'
import { Progress, type Reading, uncommitted } from '../../../src/client/group/progress.ts'

function reading(partition: number, used: number, committed = -1, until = Number.POSITIVE_INFINITY): Reading {
  const position = new Position('t', partition, used, until)
  return { topic: 't', partition, position, used, leaderEpoch: -1, committed }
}

function fetched({ position }: Reading, next: number, leaderEpoch = 3): Fetched {
  return { position, records: null, from: 0, next, leaderEpoch, aborted: null }
}

test('what was used is what is committed, whole or in part', () => {
  const progress = new Progress()
  const [a, b, c] = [reading(0, 5), reading(1, 5, 5), reading(2, 5, -1, 8)]
  for (const each of [a, b, c]) progress.add(each)
  progress.passed(fetched(a, 20))
  progress.passed(fetched(a, 30), 25)
  progress.passed(fetched(c, 20))
  assert.deepEqual(uncommitted(progress.all()), [
    { topic: 't', partition: 0, offset: 25, leaderEpoch: 3, metadata: '' },
    { topic: 't', partition: 2, offset: 8, leaderEpoch: 3, metadata: '' },
  ])
})

test('what was taken away does not count any more, not even when it comes back', () => {
  const progress = new Progress()
  const first = reading(0, 5)
  progress.add(first)
  assert.deepEqual(
    progress.take([
      { topic: 't', partition: 0 },
      { topic: 'u', partition: 0 },
    ]),
    [first],
  )
  assert.ok(!progress.has(first.position))
  const second = reading(0, 7)
  progress.add(second)
  progress.passed(fetched(first, 100))
  assert.equal(second.used, 7)
  assert.ok(progress.has(second.position))
  assert.ok(!progress.has(first.position))
})

test('what was given up is remembered for the next generation only', () => {
  const progress = new Progress()
  const [a, b] = [reading(0, 5), reading(1, 6)]
  progress.remember(3, [a])
  progress.remember(3, [b])
  assert.equal(progress.recall(a, 4), a)
  assert.equal(progress.recall(b, 4), b)
  assert.equal(progress.recall(a, 3), undefined)
  assert.equal(progress.recall(a, 5), undefined)
  progress.remember(4, [b])
  assert.equal(progress.recall(a, 5), undefined)
  assert.equal(progress.recall(b, 5), b)
  progress.remember(-1, [])
  assert.equal(progress.recall(b, 5), undefined)
})
