// Groups of the classic protocol: rebalances, fencing, offsets, and what is kept over a restart.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { javaHash } from '../../src/broker/coordinator-log.ts'
import { OffsetCommit } from '../../src/protocol/apis/08-offset-commit.ts'
import { OffsetFetch } from '../../src/protocol/apis/09-offset-fetch.ts'
import { FindCoordinator } from '../../src/protocol/apis/10-find-coordinator.ts'
import { JoinGroup } from '../../src/protocol/apis/11-join-group.ts'
import { Heartbeat } from '../../src/protocol/apis/12-heartbeat.ts'
import { LeaveGroup } from '../../src/protocol/apis/13-leave-group.ts'
import { SyncGroup } from '../../src/protocol/apis/14-sync-group.ts'
import { DescribeGroups } from '../../src/protocol/apis/15-describe-groups.ts'
import { ListGroups } from '../../src/protocol/apis/16-list-groups.ts'
import { DeleteGroups } from '../../src/protocol/apis/42-delete-groups.ts'
import { OffsetDelete } from '../../src/protocol/apis/47-offset-delete.ts'
import { createTopic, type RawClient, start } from './harness.ts'

const GROUP = 'readers'

function joinAs(
  client: RawClient,
  memberId = '',
  options: { protocol?: string; instanceId?: string; version?: number } = {},
) {
  const { protocol = 'range', instanceId = null, version = 9 } = options
  return client.call(JoinGroup, version, {
    groupId: GROUP,
    sessionTimeoutMs: 6000,
    rebalanceTimeoutMs: 60_000,
    memberId,
    groupInstanceId: instanceId,
    protocolType: 'consumer',
    protocols: [{ name: protocol, metadata: Buffer.from(`metadata of ${protocol}`) }],
  })
}

/** Joins as a new member does from version 4 on: it is told its id first. */
async function joinNew(client: RawClient) {
  const told = await joinAs(client)
  assert.equal(told.errorCode, 79)
  return joinAs(client, told.memberId)
}

function sync(client: RawClient, memberId: string, generationId: number, assignments: [string, string][] = []) {
  return client.call(SyncGroup, 5, {
    groupId: GROUP,
    generationId,
    memberId,
    protocolType: 'consumer',
    protocolName: 'range',
    assignments: assignments.map(([id, text]) => ({ memberId: id, assignment: Buffer.from(text) })),
  })
}

const heartbeat = async (client: RawClient, memberId: string, generationId: number) =>
  (await client.call(Heartbeat, 4, { groupId: GROUP, memberId, generationId })).errorCode

async function describe(client: RawClient) {
  return (await client.call(DescribeGroups, 6, { groups: [GROUP] })).groups[0]
}

async function commit(client: RawClient, offset: number, memberId = '', generation = -1, topic = 'orders') {
  const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: 'note' }]
  const request = {
    groupId: GROUP,
    generationIdOrMemberEpoch: generation,
    memberId,
    topics: [{ name: topic, partitions }],
  }
  return (await client.call(OffsetCommit, 9, request)).topics[0].partitions[0].errorCode
}

async function committed(client: RawClient) {
  const groups = [{ groupId: GROUP, topics: [{ name: 'orders', partitionIndexes: [0] }] }]
  const { committedOffset, metadata } = (await client.call(OffsetFetch, 9, { groups })).groups[0].topics[0]
    .partitions[0]
  return [committedOffset, metadata]
}

test('hash codes are those of Java', () => {
  assert.equal(javaHash('readers'), 1080410128)
  assert.equal(javaHash('a long group name, so that it overflows'), -1439196234)
})

test('two members come together, one leaves, the other one learns of it', async (t) => {
  const { client: one, connect } = await start(t)
  const two = connect()
  const first = await joinNew(one)
  assert.deepEqual([first.errorCode, first.generationId, first.leader], [0, 1, first.memberId])
  assert.equal((await sync(one, first.memberId, 1, [[first.memberId, 'all']])).assignment.toString(), 'all')
  assert.equal(await heartbeat(one, first.memberId, 1), 0)

  const joining = joinNew(two)
  // The rebalance has begun once a heartbeat says so.
  while ((await heartbeat(one, first.memberId, 1)) !== 27);
  const again = await joinAs(one, first.memberId)
  const second = await joining
  assert.deepEqual([again.generationId, second.generationId], [2, 2])
  assert.deepEqual(again.members.map(({ memberId }) => memberId).sort(), [first.memberId, second.memberId].sort())
  assert.equal(again.members[0].metadata.toString(), 'metadata of range')
  assert.equal(second.members.length, 0)

  const waiting = sync(two, second.memberId, 2)
  await sync(one, first.memberId, 2, [
    [first.memberId, 'left'],
    [second.memberId, 'right'],
  ])
  assert.equal((await waiting).assignment.toString(), 'right')
  const stable = await describe(one)
  assert.deepEqual([stable.groupState, stable.protocolData, stable.members.length], ['Stable', 'range', 2])

  const left = await two.call(LeaveGroup, 5, { groupId: GROUP, members: [{ memberId: second.memberId }] })
  assert.equal(left.members[0].errorCode, 0)
  assert.equal(await heartbeat(one, first.memberId, 2), 27)
  assert.equal((await joinAs(one, first.memberId)).generationId, 3)
})

test('who is not of the group, or of an old generation, is told so', async (t) => {
  const { client } = await start(t)
  assert.equal(await heartbeat(client, 'x', 1), 25)
  assert.equal((await joinAs(client, 'x')).errorCode, 25)
  const { memberId } = await joinNew(client)
  await sync(client, memberId, 1, [[memberId, 'all']])
  assert.equal(await heartbeat(client, memberId, 7), 22)
  assert.equal((await sync(client, memberId, 7)).errorCode, 22)
  assert.equal((await joinAs(client, '', { protocol: 'sticky' })).errorCode, 23)
  const short = await client.call(JoinGroup, 9, { groupId: GROUP, sessionTimeoutMs: 1, protocolType: 'consumer' })
  assert.equal(short.errorCode, 26)
  assert.equal((await client.call(JoinGroup, 9, { groupId: '', sessionTimeoutMs: 6000 })).errorCode, 24)
})

test('a client of before version 4 joins at once', async (t) => {
  const { client } = await start(t)
  const { errorCode, generationId, memberId } = await joinAs(client, '', { version: 2 })
  assert.deepEqual([errorCode, generationId, memberId.startsWith('test-')], [0, 1, true])
})

test('a static member comes back with its assignment, and its older self is fenced', async (t) => {
  const { client, connect } = await start(t)
  const first = await joinAs(client, '', { instanceId: 'box' })
  await sync(client, first.memberId, 1, [[first.memberId, 'all']])
  const again = connect()
  const back = await joinAs(again, '', { instanceId: 'box' })
  assert.deepEqual([back.errorCode, back.generationId, back.skipAssignment], [0, 1, true])
  assert.notEqual(back.memberId, first.memberId)
  const old = await client.call(Heartbeat, 4, {
    groupId: GROUP,
    memberId: first.memberId,
    groupInstanceId: 'box',
    generationId: 1,
  })
  assert.equal(old.errorCode, 82)
  assert.equal((await sync(again, back.memberId, 1)).assignment.toString(), 'all')
})

test('offsets are committed with their metadata, by members and without', async (t) => {
  const { client } = await start(t)
  await createTopic(client, 'orders')
  assert.deepEqual(await committed(client), [-1, ''])
  assert.equal(await commit(client, 5), 0)
  assert.deepEqual(await committed(client), [5, 'note'])
  assert.equal(await commit(client, 5, '', -1, 'nope'), 3)
  const { memberId, generationId } = await joinNew(client)
  assert.equal(await commit(client, 6, memberId, generationId), 27)
  await sync(client, memberId, generationId, [[memberId, 'all']])
  assert.equal(await commit(client, 6, memberId, generationId), 0)
  assert.equal(await commit(client, 7, memberId, generationId + 1), 22)
  assert.equal(await commit(client, 7), 25)
  assert.deepEqual(await committed(client), [6, 'note'])
  const all = await client.call(OffsetFetch, 8, { groups: [{ groupId: GROUP, topics: null }] })
  assert.deepEqual(
    all.groups[0].topics.map(({ name }) => name),
    ['orders'],
  )
})

test('groups are listed by state and type, and deleted when nobody is in them', async (t) => {
  const { client } = await start(t)
  await createTopic(client, 'orders')
  await commit(client, 5)
  const list = async (statesFilter: string[], typesFilter: string[]) =>
    (await client.call(ListGroups, 5, { statesFilter, typesFilter })).groups.map(({ groupId }) => groupId)
  assert.deepEqual(await list(['Empty'], ['classic']), [GROUP])
  assert.deepEqual(await list(['Stable'], []), [])
  assert.deepEqual(await list([], ['consumer']), [])
  const { memberId } = await joinNew(client)
  const remove = async () => (await client.call(DeleteGroups, 2, { groupsNames: [GROUP] })).results[0].errorCode
  assert.equal(await remove(), 68)
  await client.call(LeaveGroup, 5, { groupId: GROUP, members: [{ memberId }] })
  const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0 }] }]
  assert.equal((await client.call(OffsetDelete, 0, { groupId: GROUP, topics })).topics[0].partitions[0].errorCode, 0)
  assert.deepEqual(await committed(client), [-1, ''])
  assert.equal(await remove(), 0)
  assert.equal(await remove(), 69)
  assert.equal((await describe(client)).errorCode, 69)
})

test('members, generation and offsets are there after a restart', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'ktool-groups-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const before = await start(t, { dataDirectory: dir })
  await createTopic(before.client, 'orders')
  const { memberId } = await joinNew(before.client)
  await sync(before.client, memberId, 1, [[memberId, 'all']])
  await commit(before.client, 5, memberId, 1)
  await before.broker.close()
  const { broker, client } = await start(t, { dataDirectory: dir })
  const { groupState, members } = await describe(client)
  assert.deepEqual(
    [groupState, members[0].memberId, members[0].memberAssignment.toString()],
    ['Stable', memberId, 'all'],
  )
  assert.equal(await heartbeat(client, memberId, 1), 0)
  assert.deepEqual(await committed(client), [5, 'note'])
  await broker.close()
})

test('the coordinator is this broker, for one key or for several', async (t) => {
  const { broker, client } = await start(t)
  const old = await client.call(FindCoordinator, 0, { key: GROUP })
  assert.deepEqual([old.errorCode, old.nodeId, old.port], [0, 1, broker.listeners[0].port])
  const { coordinators } = await client.call(FindCoordinator, 4, { coordinatorKeys: ['a', 'b'], keyType: 0 })
  assert.deepEqual(
    coordinators.map(({ key, nodeId }) => [key, nodeId]),
    [
      ['a', 1],
      ['b', 1],
    ],
  )
  assert.equal(
    (await client.call(FindCoordinator, 4, { coordinatorKeys: ['a'], keyType: 9 })).coordinators[0].errorCode,
    42,
  )
})
