// Groups of the consumer protocol over a socket: what goes beyond the steps that are compared with Kafka's (see
// test/interop/): times that run out, bounds, configs, restarts; and the project's own member.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import test, { mock, type TestContext } from 'node:test'
import { Topics, topicHash } from '../../src/broker/groups/consumer/topics.ts'
import { MetadataImage, RecordType } from '../../src/broker/metadata-image.ts'
import type { Input } from '../../src/protocol/api.ts'
import { OffsetCommit } from '../../src/protocol/apis/08-offset-commit.ts'
import { OffsetFetch } from '../../src/protocol/apis/09-offset-fetch.ts'
import { ListGroups } from '../../src/protocol/apis/16-list-groups.ts'
import { ApiVersions } from '../../src/protocol/apis/18-api-versions.ts'
import { IncrementalAlterConfigs } from '../../src/protocol/apis/44-incremental-alter-configs.ts'
import {
  ConsumerGroupHeartbeat,
  type ConsumerGroupHeartbeatRequest,
} from '../../src/protocol/apis/68-consumer-group-heartbeat.ts'
import { ConsumerGroupDescribe } from '../../src/protocol/apis/69-consumer-group-describe.ts'
import { errorName } from '../../src/protocol/errors.ts'
import { createTopic, type RawClient, start } from './harness.ts'

const GROUP = 'readers'
/** Every epoch gets its assignment at once. */
const properties = { 'group.consumer.assignment.interval.ms': '0' }

async function beat(client: RawClient, request: Input<ConsumerGroupHeartbeatRequest>) {
  const answer = await client.call(ConsumerGroupHeartbeat, 1, { groupId: GROUP, ...request })
  const { errorCode, memberEpoch, assignment } = answer
  return {
    error: errorName(errorCode),
    epoch: memberEpoch,
    interval: answer.heartbeatIntervalMs,
    message: answer.errorMessage,
    partitions: assignment?.topicPartitions.flatMap(({ partitions }) => partitions),
  }
}

const join = (client: RawClient, memberId: string, more: Input<ConsumerGroupHeartbeatRequest> = {}) =>
  beat(client, {
    memberId,
    memberEpoch: 0,
    rebalanceTimeoutMs: 60_000,
    subscribedTopicNames: ['orders'],
    topicPartitions: [],
    ...more,
  })

async function describe(client: RawClient) {
  return (await client.call(ConsumerGroupDescribe, 1, { groupIds: [GROUP] })).groups[0]
}

/** Time stands still until it is told to go on. */
function holdTime(t: TestContext) {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_700_000_000_000 })
  t.after(() => mock.timers.reset())
  return (ms: number) => mock.timers.tick(ms)
}

test('a member that is not heard of in its session is out, and the others get what it had', async (t) => {
  const pass = holdTime(t)
  const { client } = await start(t, { properties })
  const topicId = await createTopic(client, 'orders', 4)
  await join(client, 'a')
  await join(client, 'b')
  await beat(client, { memberId: 'a', memberEpoch: 2, topicPartitions: [{ topicId, partitions: [0, 1] }] })
  pass(44_999)
  assert.equal((await beat(client, { memberId: 'a', memberEpoch: 3 })).error, 'NONE')
  assert.equal((await describe(client)).members.length, 2)
  pass(1)
  assert.deepEqual(
    (await describe(client)).members.map(({ memberId }) => memberId),
    ['a'],
  )
  assert.equal((await beat(client, { memberId: 'b', memberEpoch: 3 })).error, 'UNKNOWN_MEMBER_ID')
  const alone = await beat(client, { memberId: 'a', memberEpoch: 3 })
  assert.deepEqual([alone.epoch, alone.partitions], [4, [0, 1, 2, 3]])
})

test('a member that does not let go in its rebalance timeout is out', async (t) => {
  const pass = holdTime(t)
  const { client } = await start(t, { properties })
  await createTopic(client, 'orders', 2)
  await join(client, 'a', { rebalanceTimeoutMs: 5_000 })
  await join(client, 'b')
  assert.deepEqual((await beat(client, { memberId: 'a', memberEpoch: 2 })).partitions, [0])
  pass(4_999)
  assert.equal((await beat(client, { memberId: 'a', memberEpoch: 2 })).error, 'NONE')
  pass(1)
  assert.equal((await beat(client, { memberId: 'a', memberEpoch: 2 })).error, 'UNKNOWN_MEMBER_ID')
  assert.deepEqual((await beat(client, { memberId: 'b', memberEpoch: 3, topicPartitions: [] })).partitions, [0, 1])
})

test('a static member that is away keeps its place for a session', async (t) => {
  const pass = holdTime(t)
  const { client } = await start(t, { properties })
  await createTopic(client, 'orders', 2)
  await join(client, 'a', { instanceId: 'box' })
  await beat(client, { memberId: 'a', memberEpoch: -2, instanceId: 'box' })
  pass(44_999)
  assert.deepEqual((await join(client, 'b', { instanceId: 'box' })).partitions, [0, 1])
  await beat(client, { memberId: 'b', memberEpoch: -2, instanceId: 'box' })
  pass(45_000)
  assert.equal((await describe(client)).groupState, 'Empty')
})

test('assignments are made no more often than the group says', async (t) => {
  const pass = holdTime(t)
  const { client } = await start(t)
  await createTopic(client, 'orders', 2)
  await join(client, 'a')
  await join(client, 'b')
  assert.deepEqual([(await describe(client)).groupEpoch, (await describe(client)).assignmentEpoch], [3, 2])
  pass(1000)
  assert.deepEqual((await beat(client, { memberId: 'a', memberEpoch: 2 })).partitions, [0])
  assert.equal((await describe(client)).assignmentEpoch, 3)
})

test('a group has its own times, within the bounds of the broker', async (t) => {
  const pass = holdTime(t)
  const bounds = {
    'group.consumer.min.heartbeat.interval.ms': '1000',
    'group.consumer.min.session.timeout.ms': '10000',
  }
  const { client } = await start(t, { properties: { ...properties, ...bounds } })
  await createTopic(client, 'orders', 2)
  const configs = [
    { name: 'consumer.heartbeat.interval.ms', configOperation: 0, value: '1500' },
    { name: 'consumer.session.timeout.ms', configOperation: 0, value: '10000' },
  ]
  const resources = [{ resourceType: 32, resourceName: GROUP, configs }]
  assert.equal((await client.call(IncrementalAlterConfigs, 1, { resources })).responses[0].errorCode, 0)
  assert.equal((await join(client, 'a')).interval, 1500)
  pass(10_000)
  assert.equal((await describe(client)).groupState, 'Empty')
})

test('a group that is full takes no more members', async (t) => {
  const { client } = await start(t, { properties: { ...properties, 'group.consumer.max.size': '1' } })
  await createTopic(client, 'orders')
  await join(client, 'a')
  const refused = await join(client, 'b')
  assert.equal(refused.error, 'GROUP_MAX_SIZE_REACHED')
  assert.equal(refused.message, 'The consumer group has reached its maximum capacity of 1 members.')
  assert.equal((await join(client, 'a')).error, 'NONE')
})

test('without the protocol, heartbeats and descriptions are refused', async (t) => {
  const { client } = await start(t, { properties: { 'group.coordinator.rebalance.protocols': 'classic' } })
  assert.equal((await join(client, 'a')).error, 'UNSUPPORTED_VERSION')
  assert.equal(errorName((await describe(client)).errorCode), 'UNSUPPORTED_VERSION')
})

test('the feature is shown', async (t) => {
  const { client } = await start(t)
  const answer = await client.call(ApiVersions, 4, { clientSoftwareName: 'test', clientSoftwareVersion: '1' })
  const level = answer.finalizedFeatures.find(({ name }) => name === 'group.version')
  assert.deepEqual(level, { name: 'group.version', maxVersionLevel: 1, minVersionLevel: 1 })
})

test('the assignors can be others, the first one is the default', async (t) => {
  const { client } = await start(t, { properties: { ...properties, 'group.consumer.assignors': 'range' } })
  await createTopic(client, 'orders', 3)
  const refused = await join(client, 'a', { serverAssignor: 'uniform' })
  assert.equal(refused.message, 'ServerAssignor uniform is not supported. Supported assignors: range.')
  await join(client, 'a')
  assert.equal((await describe(client)).assignorName, 'range')
})

test('members, epochs, targets and offsets are there after a restart, and the session begins anew', async (t) => {
  const dir = mkdtempSync(joinPath(tmpdir(), 'ktool-groups-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const before = await start(t, { dataDirectory: dir, properties })
  const topicId = await createTopic(before.client, 'orders', 4)
  await join(before.client, 'a', { subscribedTopicNames: null, subscribedTopicRegex: 'ord.*' })
  await join(before.client, 'b', { instanceId: 'box', serverAssignor: 'range' })
  let epoch = 1
  for (let i = 0; i < 50 && (await describe(before.client)).members[0]?.assignment.topicPartitions.length === 0; i++) {
    const answer = await beat(before.client, { memberId: 'a', memberEpoch: epoch, topicPartitions: [] })
    epoch = answer.epoch
  }
  await before.client.call(OffsetCommit, 9, {
    groupId: GROUP,
    memberId: 'a',
    generationIdOrMemberEpoch: epoch,
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 1, committedOffset: 7 }] }],
  })
  const described = await describe(before.client)
  await before.broker.close()

  const pass = holdTime(t)
  const { broker, client } = await start(t, { dataDirectory: dir, properties })
  assert.deepEqual(await describe(client), described)
  const { groups } = await client.call(OffsetFetch, 9, {
    groups: [{ groupId: GROUP, memberId: 'a', memberEpoch: epoch, topics: null }],
  })
  assert.equal(groups[0].topics[0].partitions[0].committedOffset, 7)
  const owned = described.members[0].assignment.topicPartitions
  assert.deepEqual(owned[0].topicId, topicId)
  assert.equal((await beat(client, { memberId: 'a', memberEpoch: epoch, topicPartitions: owned })).epoch, epoch)
  pass(45_000)
  assert.equal((await describe(client)).groupState, 'Empty')
  await broker.close()
})

test('a consumer group keeps its offsets when it becomes a classic one, and back', async (t) => {
  const { client } = await start(t, { properties })
  await createTopic(client, 'orders')
  const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 3 }] }]
  await client.call(OffsetCommit, 9, { groupId: GROUP, generationIdOrMemberEpoch: -1, topics })
  const types = async () => (await client.call(ListGroups, 5, {})).groups.map(({ groupType }) => groupType)
  assert.deepEqual(await types(), ['classic'])
  await join(client, 'a')
  assert.deepEqual(await types(), ['consumer'])
  const { groups } = await client.call(OffsetFetch, 9, { groups: [{ groupId: GROUP, memberEpoch: -1, topics: null }] })
  assert.equal(groups[0].topics[0].partitions[0].committedOffset, 3)
})

test('hashes of topics are those of Kafka', () => {
  const id = '7oQ1kR2bT1ub0Zt1s9mVbA'
  assert.equal(topicHash({ name: 'orders', id, partitions: 3, rack: null }), -8953673378227808235n)
  assert.equal(topicHash({ name: 'größe-и', id, partitions: 3, rack: 'rack-a' }), -4796701811410079332n)
  assert.equal(topicHash({ name: 'orders', id, partitions: 1000, rack: null }), -4042772792577566911n)
  const image = new MetadataImage()
  const topics = new Topics({ image, version: () => 0, rack: () => null })
  assert.equal(topics.hashOf(['orders']), 0n)
  image.replay({ type: RecordType.topic, version: 0, value: { name: 'orders', topicId: id } })
  assert.notEqual(topics.hashOf(['orders', 'gone']), 0n)
})
