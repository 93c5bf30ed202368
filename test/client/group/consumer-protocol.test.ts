import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { cooperativeSticky } from '../../../src/client/group/assignors/cooperative-sticky.ts'
import { sticky } from '../../../src/client/group/assignors/sticky.ts'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../src/client/group/consumer-protocol.ts'
import { describe } from '../../../src/client/group/partitions.ts'
import { ProtocolError } from '../../../src/protocol/errors.ts'

const java: Record<string, string> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'golden/consumer-protocol.json'), 'utf8'),
)
const bytes = (name: string) => Buffer.from(java[name], 'hex')
const owned = [
  { topic: 'payments', partition: 11 },
  { topic: 'orders', partition: 3 },
  { topic: 'orders', partition: 0 },
]
const inOrder = [owned[2], owned[1], owned[0]]
const full = {
  topics: ['payments', 'orders'],
  userData: Buffer.from([1, 2, 3]),
  owned,
  generation: 7,
  rackId: 'rack-a',
}
const bare = { topics: ['orders'], userData: null, owned: [], generation: -1, rackId: null }

test('what is sent are the bytes of Java', () => {
  assert.equal(encodeSubscription(full).toString('hex'), java['full3'])
  assert.equal(encodeSubscription(bare).toString('hex'), java['bare3'])
  assert.equal(encodeAssignment(owned).toString('hex'), java['assignment3'])
  assert.equal(encodeAssignment([]).toString('hex'), java['nothing3'])
  assert.equal(cooperativeSticky.userData?.([], -1)?.toString('hex'), java['cooperativeFirst'])
  assert.equal(cooperativeSticky.userData?.(owned, 7)?.toString('hex'), java['cooperative'])
  assert.equal(sticky.userData?.([], -1), java['stickyFirst'])
})

test('all versions of Java are read', () => {
  for (const version of [0, 1, 2, 3]) {
    assert.deepEqual(decodeSubscription(bytes(`full${version}`)), {
      topics: ['orders', 'payments'],
      userData: full.userData,
      owned: version >= 1 ? inOrder : [],
      generation: version >= 2 ? 7 : -1,
      rackId: version >= 3 ? 'rack-a' : null,
    })
    assert.deepEqual(decodeSubscription(bytes(`bare${version}`)), bare)
    assert.deepEqual(decodeAssignment(bytes(`assignment${version}`)), inOrder)
    assert.deepEqual(decodeAssignment(bytes(`nothing${version}`)), [])
  }
})

test("Java's user data of the sticky assignor is understood", () => {
  const member = { instanceId: null, topics: ['orders', 'payments'], owned: [], generation: -1, rackId: null }
  const topics = new Map([
    ['orders', Array.from({ length: 4 }, () => [])],
    ['payments', Array.from({ length: 12 }, () => [])],
  ])
  const members = [
    { ...member, id: 'a', userData: null },
    { ...member, id: 'b', userData: bytes('sticky') },
  ]
  const kept = sticky.assign(members, topics).get('b') ?? []
  assert.match(describe(kept), /^orders 0,3.*; payments .*11$/)
})

test('a newer version is read as far as it is known', () => {
  const newer = Buffer.concat([bytes('full3'), Buffer.from('something new')])
  newer.writeInt16BE(9)
  assert.deepEqual(decodeSubscription(newer), { ...full, topics: ['orders', 'payments'], owned: inOrder })
})

test('an empty assignment may be no bytes at all', () => {
  assert.deepEqual(decodeAssignment(Buffer.alloc(0)), [])
})

test('other bytes are refused', () => {
  for (const damaged of [Buffer.from([0]), Buffer.from([255, 255, 0, 0, 0, 0]), bytes('full3').subarray(0, 20)]) {
    assert.throws(() => decodeSubscription(damaged), ProtocolError)
    assert.throws(() => decodeAssignment(damaged), ProtocolError)
  }
  const huge = Buffer.from('00037fffffff', 'hex')
  assert.throws(() => decodeAssignment(huge), ProtocolError)
})
