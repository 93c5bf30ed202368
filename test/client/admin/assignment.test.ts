import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { assign } from '../../../src/client/admin/assignment.ts'
import { UsageError } from '../../../src/errors.ts'

const sites = (...ids: number[]) => ids.map((id) => ({ id, rack: null }))
const partitions = (...replicas: number[][]) =>
  replicas.map((each, partition) => ({ topic: 't', partition, replicas: each }))
const replicasOf = (...args: Parameters<typeof assign>) => assign(...args).map(({ replicas }) => replicas)

test('what is well placed stays', () => {
  assert.deepEqual(replicasOf(partitions([1, 2], [2, 3], [3, 1]), sites(1, 2, 3)), [
    [1, 2],
    [2, 3],
    [3, 1],
  ])
})

test('a broker is emptied, and only its replicas move', () => {
  assert.deepEqual(replicasOf(partitions([1, 2], [2, 3], [3, 1]), sites(1, 2, 4)), [
    [1, 2],
    [2, 4],
    [4, 1],
  ])
})

test('a new broker gets its share', () => {
  const moved = replicasOf(partitions([1], [2], [1], [2], [1], [2]), sites(1, 2, 3))
  assert.equal(moved.filter(([leader]) => leader === 3).length, 2)
})

test('more and fewer replicas', () => {
  assert.deepEqual(replicasOf(partitions([1], [2]), sites(1, 2), { replicationFactor: 2 }), [
    [1, 2],
    [2, 1],
  ])
  assert.deepEqual(replicasOf(partitions([1, 2], [2, 1]), sites(1, 2), { replicationFactor: 1 }), [[1], [2]])
  assert.throws(() => assign(partitions([1]), sites(1), { replicationFactor: 2 }), UsageError)
})

test('replicas go to different racks, unless told otherwise', () => {
  const racks = [
    { id: 1, rack: 'a' },
    { id: 2, rack: 'a' },
    { id: 3, rack: 'b' },
  ]
  assert.deepEqual(replicasOf(partitions([1]), racks, { replicationFactor: 2 }), [[1, 3]])
  assert.deepEqual(replicasOf(partitions([1]), racks, { replicationFactor: 2, rackAware: false }), [[1, 2]])
})

const spread = (counts: readonly number[]) => Math.max(...counts) - Math.min(...counts)

test('every plan is valid and level, and planning again changes nothing', () => {
  const cluster = fc.integer({ min: 1, max: 7 }).chain((brokers) =>
    fc.record({
      brokers: fc.constant(brokers),
      factor: fc.integer({ min: 1, max: brokers }),
      from: fc.array(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8], { minLength: 1, maxLength: 4 }), {
        minLength: 1,
        maxLength: 30,
      }),
    }),
  )
  fc.assert(
    fc.property(cluster, ({ brokers, factor, from }) => {
      const ids = Array.from({ length: brokers }, (_, index) => index)
      const before = partitions(...from)
      const after = replicasOf(before, sites(...ids), { replicationFactor: factor })
      for (const replicas of after) {
        assert.equal(replicas.length, factor)
        assert.equal(new Set(replicas).size, factor)
        assert.ok(replicas.every((id) => ids.includes(id)))
      }
      const load = ids.map((id) => after.filter((replicas) => replicas.includes(id)).length)
      assert.ok(spread(load) <= 1, `load ${load}`)
      if (factor === brokers) {
        const leads = ids.map((id) => after.filter(([leader]) => leader === id).length)
        assert.ok(spread(leads) <= 1, `leads ${leads}`)
      }
      assert.deepEqual(replicasOf(partitions(...after.map((each) => [...each])), sites(...ids)), after)
    }),
  )
})
