import assert from 'node:assert/strict'
import test from 'node:test'
import { byTopic, describe, minus } from '../../../src/client/group/partitions.ts'

const named = (topic: string, ...partitions: number[]) => partitions.map((partition) => ({ topic, partition }))

test('partitions are described by topic, with runs drawn together', () => {
  assert.equal(describe([]), 'no partitions')
  assert.equal(describe(named('a', 4)), 'a 4')
  assert.equal(describe([...named('b', 10, 9, 2), ...named('a', 3, 0, 1, 2, 7)]), 'a 0-3,7; b 2,9-10')
})

test('partitions by topic are in order', () => {
  assert.deepEqual(
    [...byTopic([...named('b', 10, 9), ...named('a', 1), ...named('b', 2)])],
    [
      ['a', [1]],
      ['b', [2, 9, 10]],
    ],
  )
})

test('minus keeps what the others lack', () => {
  assert.deepEqual(minus([...named('a', 0, 1), ...named('b', 1)], named('a', 1)), [...named('a', 0), ...named('b', 1)])
})
