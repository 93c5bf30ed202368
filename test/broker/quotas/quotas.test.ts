import assert from 'node:assert/strict'
import test from 'node:test'
import { BrokerConfigs } from '../../../src/broker/configs/broker-configs.ts'
import { MetadataImage, RecordType } from '../../../src/broker/metadata-image.ts'
import { ClientQuotas } from '../../../src/broker/quotas/client-quotas.ts'
import { createTopics } from '../../../src/client/admin/topics.ts'
import { Produce } from '../../../src/protocol/apis/00-produce.ts'
import { Fetch } from '../../../src/protocol/apis/01-fetch.ts'
import { ApiVersions } from '../../../src/protocol/apis/18-api-versions.ts'
import { CreateTopics } from '../../../src/protocol/apis/19-create-topics.ts'
import { DeleteTopics } from '../../../src/protocol/apis/20-delete-topics.ts'
import { AlterClientQuotas } from '../../../src/protocol/apis/49-alter-client-quotas.ts'
import { errorCode } from '../../../src/protocol/errors.ts'
import { withBroker } from '../../client/with-broker.ts'
import { batchOf, createTopic, type RawClient, start } from '../harness.ts'

async function setQuota(client: RawClient, key: string, value: number, parts: Record<string, string | null>) {
  const entity = Object.entries(parts).map(([entityType, entityName]) => ({ entityType, entityName }))
  const { entries } = await client.call(AlterClientQuotas, 1, {
    entries: [{ entity, ops: [{ key, value, remove: false }] }],
  })
  assert.equal(entries[0].errorCode, 0, entries[0].errorMessage ?? '')
}

const produce = (client: RawClient, topicId: string, bytes: number, acks = -1) =>
  client.call(Produce, 13, {
    acks,
    timeoutMs: 1000,
    topicData: [{ topicId, partitionData: [{ index: 0, records: batchOf(['x'.repeat(bytes)]) }] }],
  })

const fetch = (client: RawClient, topicId: string, fetchOffset: number) =>
  client.call(Fetch, 17, {
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1 << 20,
    sessionEpoch: -1,
    topics: [{ topicId, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }] }],
  })

test('the most specific quota holds, and shares are by what it names', () => {
  const image = new MetadataImage()
  const set = (value: number, user: string | null | undefined, clientId: string | null | undefined) => {
    const entity = [
      ...(user === undefined ? [] : [{ entityType: 'user', entityName: user }]),
      ...(clientId === undefined ? [] : [{ entityType: 'client-id', entityName: clientId }]),
    ]
    image.replay({
      type: RecordType.clientQuota,
      version: 0,
      value: { entity, key: 'consumer_byte_rate', value, remove: false },
    })
    quotas.changed()
  }
  const quotas = new ClientQuotas(image, new BrokerConfigs(new Map()), () => 0)
  const limit = (user: string, clientId: string) => quotas.largestFetch({ user, clientId }) / 10
  assert.equal(limit('anna', 'app'), Number.POSITIVE_INFINITY)
  const steps: [number, string | null | undefined, string | null | undefined][] = [
    [1, undefined, null],
    [2, undefined, 'app'],
    [3, null, undefined],
    [4, null, null],
    [5, null, 'app'],
    [6, 'anna', undefined],
    [7, 'anna', null],
    [8, 'anna', 'app'],
  ]
  for (const [value, user, clientId] of steps) {
    set(value, user, clientId)
    assert.equal(limit('anna', 'app'), value)
  }
  assert.equal(limit('anna', 'other'), 7)
  assert.equal(limit('berta', 'app'), 5)
  assert.equal(limit('berta', 'other'), 4)
})

test('a quota of a user is shared by its clients, a default is for each', () => {
  let now = 0
  const image = new MetadataImage()
  const quotas = new ClientQuotas(image, new BrokerConfigs(new Map()), () => now)
  const set = (entityType: string, entityName: string | null) =>
    image.replay({
      type: RecordType.clientQuota,
      version: 0,
      value: { entity: [{ entityType, entityName }], key: 'producer_byte_rate', value: 1000, remove: false },
    })
  set('client-id', null)
  const spend = (user: string, clientId: string) => quotas.bytes('producer_byte_rate', { user, clientId }, 8000)
  assert.equal(spend('u', 'a'), 0)
  assert.equal(spend('u', 'b'), 0)
  assert.ok(spend('other', 'a') > 0)
  now += 60_000
  image.quotas.clear()
  set('user', 'u')
  quotas.changed()
  assert.equal(spend('u', 'a'), 0)
  assert.ok(spend('u', 'b') > 0)
  assert.equal(spend('other', 'a'), 0)
})

test('a producer above its rate is told so at once, and its next request waits for that time', async (t) => {
  const { client, connect } = await start(t, { properties: { 'quota.window.num': '2' } })
  const topicId = await createTopic(client, 'orders')
  await setQuota(client, 'producer_byte_rate', 30_000, { 'client-id': 'test' })
  const begun = performance.now()
  const first = await produce(client, topicId, 60_000)
  const { throttleTimeMs } = first
  assert.equal(first.responses[0].partitionResponses[0].errorCode, 0)
  // 60 kB in a window of a second: a second and a little for what is around the record.
  assert.ok(throttleTimeMs > 900 && throttleTimeMs < 2000, String(throttleTimeMs))
  const order: string[] = []
  const others = connect()
    .call(ApiVersions, 0, {})
    .then(() => order.push('another connection'))
  const next = client.call(ApiVersions, 0, {}).then(() => order.push('this one'))
  await Promise.all([others, next])
  assert.deepEqual(order, ['another connection', 'this one'])
  assert.ok(performance.now() - begun >= throttleTimeMs - 5)
})

test('a consumer above its rate gets no records but the time to wait, and then gets them', async (t) => {
  const { client, connect } = await start(t, { properties: { 'quota.window.num': '2' } })
  const topicId = await createTopic(client, 'orders')
  for (let i = 0; i < 3; i++) await produce(client, topicId, 30_000)
  await setQuota(client, 'consumer_byte_rate', 50_000, { user: 'ANONYMOUS' })
  const reader = connect()
  let offset = 0
  let throttled = 0
  const begun = performance.now()
  while (offset < 3) {
    const { throttleTimeMs, responses } = await fetch(reader, topicId, offset)
    if (throttleTimeMs > 0) {
      throttled++
      assert.deepEqual(responses, [])
    } else offset += responses[0].partitions[0].records?.length ? 1 : 0
  }
  assert.ok(throttled >= 1)
  assert.ok(performance.now() - begun > 200)
})

test('the time that requests take counts against a percentage of it', async (t) => {
  const { client, broker } = await start(t)
  await setQuota(client, 'request_percentage', 0.001, { user: null })
  const { throttleTimeMs } = await client.call(ApiVersions, 3, {})
  assert.ok(throttleTimeMs > 0 && throttleTimeMs <= 1000, String(throttleTimeMs))
  assert.ok((broker.statistics.requests.get(ApiVersions.key)?.throttledMs ?? 0) > 0)
})

test('who makes too many partitions is refused, with an old version only slowed down', async (t) => {
  const { client, connect } = await start(t, { properties: { 'controller.quota.window.num': '2' } })
  await setQuota(client, 'controller_mutation_rate', 2, { user: null })
  const create = (by: RawClient, version: number, ...names: string[]) =>
    by.call(CreateTopics, version, {
      topics: names.map((name) => ({ name, numPartitions: 5, replicationFactor: 1, assignments: [], configs: [] })),
      timeoutMs: 1000,
    })
  const answer = await create(client, 7, 'a', 'b')
  assert.deepEqual(
    answer.topics.map((topic) => topic.errorCode),
    [0, errorCode('THROTTLING_QUOTA_EXCEEDED')],
  )
  assert.ok(answer.throttleTimeMs > 300 && answer.throttleTimeMs <= 500, String(answer.throttleTimeMs))
  const old = await create(connect(), 4, 'c')
  assert.equal(old.topics[0].errorCode, 0)
  assert.ok(old.throttleTimeMs > 2000, String(old.throttleTimeMs))
  const gone = await connect().call(DeleteTopics, 6, { topics: [{ name: 'a' }], timeoutMs: 1000 })
  assert.equal(gone.responses[0].errorCode, errorCode('THROTTLING_QUOTA_EXCEEDED'))
})

test('the client waits as it is told, and asks again for what was refused', async (t) => {
  const { client } = await withBroker(t, { properties: { 'controller.quota.window.num': '2' } })
  const admin = await client.cluster.any()
  await admin.request(AlterClientQuotas, {
    entries: [
      {
        entity: [{ entityType: 'user', entityName: null }],
        ops: [{ key: 'controller_mutation_rate', value: 10, remove: false }],
      },
    ],
  })
  const begun = performance.now()
  const made = await createTopics(client.cluster, [
    { name: 'a', partitions: 22, replicationFactor: 1 },
    { name: 'b', partitions: 1, replicationFactor: 1 },
  ])
  assert.deepEqual(
    [...made.values()].map((each) => ('partitions' in each ? each.partitions : each.message)),
    [22, 1],
  )
  assert.ok(performance.now() - begun > 150)
})
