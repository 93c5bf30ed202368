// Topics: creation and its refusals, ids, partitions, deletion, auto-creation, description in pages.

import assert from 'node:assert/strict'
import test from 'node:test'
import { Metadata } from '../../src/protocol/apis/03-metadata.ts'
import { CreateTopics } from '../../src/protocol/apis/19-create-topics.ts'
import { DeleteTopics } from '../../src/protocol/apis/20-delete-topics.ts'
import { CreatePartitions } from '../../src/protocol/apis/37-create-partitions.ts'
import { DescribeCluster } from '../../src/protocol/apis/60-describe-cluster.ts'
import {
  DescribeTopicPartitions,
  type DescribeTopicPartitionsResponse,
} from '../../src/protocol/apis/75-describe-topic-partitions.ts'
import { createTopic, start } from './harness.ts'

const TOPIC = { name: 'orders', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }

/** A change of a plain topic, and the error that Kafka 4.3.1 was seen to answer with. */
const REFUSED: [change: object, code: number, message: RegExp][] = [
  [{ name: '' }, 17, /^Topic name is invalid: the empty string is not allowed$/],
  [{ name: '..' }, 17, /^Topic name is invalid: '\.\.' is not allowed$/],
  [{ name: 'a b' }, 17, /contains one or more characters other than ASCII alphanumerics, '\.', '_' and '-'$/],
  [{ name: 'x'.repeat(250) }, 17, /is longer than the max allowed length 249$/],
  [{ name: '__cluster_metadata' }, 42, /^Creation of internal topic __cluster_metadata is prohibited\.$/],
  [{ numPartitions: 0 }, 37, /^Number of partitions was set to an invalid non-positive value\.$/],
  [{ replicationFactor: 0 }, 38, /^Replication factor must be larger than 0, or -1 to use the default value\.$/],
  [
    { replicationFactor: 3 },
    38,
    /^Unable to replicate the partition 3 time\(s\): .* only 1 broker\(s\) are registered/,
  ],
  [{ numPartitions: 10_001 }, 44, /^Excessively large number of partitions per request\.$/],
  [{ assignments: [{ partitionIndex: 0, brokerIds: [1] }] }, 42, /replication factor was not set to -1\.$/],
  [
    { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 1, brokerIds: [1] }] },
    39,
    /^partitions should be a consecutive 0-based integer sequence$/,
  ],
  [
    { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [2] }] },
    39,
    /includes broker 2, but no such broker is registered\.$/,
  ],
  [{ configs: [{ name: 'foo', value: 'x' }] }, 40, /^Unknown topic config name: foo$/],
  [
    { configs: [{ name: 'retention.ms', value: null }] },
    40,
    /^Null value not supported for topic configs: retention\.ms$/,
  ],
  [
    { configs: [{ name: 'retention.ms', value: '-2' }] },
    40,
    /^Invalid value -2 for configuration retention\.ms: Value must be at least -1$/,
  ],
]

test('what Kafka refuses to create is refused with its codes and texts', async (t) => {
  const { client } = await start(t)
  for (const [change, code, message] of REFUSED) {
    const { topics } = await client.call(CreateTopics, 7, { topics: [{ ...TOPIC, ...change }], timeoutMs: 1000 })
    assert.equal(topics[0].errorCode, code, JSON.stringify(change))
    assert.match(topics[0].errorMessage ?? '', message)
  }
  const { topics } = await client.call(Metadata, 12, { topics: null })
  assert.deepEqual(topics, [])
})

test('of several topics the good ones are made', async (t) => {
  const { client } = await start(t)
  const topics = [
    TOPIC,
    { ...TOPIC, name: 'no', replicationFactor: 2 },
    { ...TOPIC, name: 'twice' },
    { ...TOPIC, name: 'twice' },
  ]
  const answer = await client.call(CreateTopics, 7, { topics, timeoutMs: 1000 })
  assert.deepEqual(
    answer.topics.map(({ name, errorCode }) => [name, errorCode]),
    [
      ['orders', 0],
      ['no', 38],
      ['twice', 42],
    ],
  )
  assert.equal(answer.topics[0].numPartitions, 1)
  assert.ok(answer.topics[0].configs?.some(({ name, value }) => name === 'retention.ms' && value === '604800000'))
})

test('a name that differs from another in . and _ alone is refused', async (t) => {
  const { client } = await start(t)
  await createTopic(client, 'a.b')
  const { topics } = await client.call(CreateTopics, 7, { topics: [{ ...TOPIC, name: 'a_b' }], timeoutMs: 1000 })
  assert.equal(topics[0].errorCode, 17)
  assert.equal(topics[0].errorMessage, "Topic 'a_b' collides with existing topic: a.b")
})

test('validateOnly makes nothing', async (t) => {
  const { client } = await start(t)
  const request = { topics: [TOPIC], timeoutMs: 1000, validateOnly: true }
  assert.equal((await client.call(CreateTopics, 7, request)).topics[0].errorCode, 0)
  assert.deepEqual((await client.call(Metadata, 12, { topics: null })).topics, [])
})

test('a topic is found by name and by id, and gone after its deletion', async (t) => {
  const { client } = await start(t)
  const topicId = await createTopic(client, 'orders', 2)
  const byId = await client.call(Metadata, 12, { topics: [{ topicId, name: null }] })
  assert.equal(byId.topics[0].name, 'orders')
  assert.equal(byId.topics[0].partitions.length, 2)
  const { responses } = await client.call(DeleteTopics, 6, { topics: [{ topicId, name: null }], timeoutMs: 1000 })
  assert.deepEqual([responses[0].name, responses[0].errorCode], ['orders', 0])
  const after = await client.call(Metadata, 12, { topics: [{ topicId, name: null }] })
  assert.equal(after.topics[0].errorCode, 100)
  const again = await client.call(DeleteTopics, 5, { topicNames: ['orders'], timeoutMs: 1000 })
  assert.equal(again.responses[0].errorCode, 3)
})

test('partitions are added, never taken away', async (t) => {
  const { client } = await start(t)
  await createTopic(client, 'orders', 2)
  const add = async (count: number, assignments: { brokerIds: number[] }[] | null = null) => {
    const topics = [{ name: 'orders', count, assignments }]
    return (await client.call(CreatePartitions, 3, { topics, timeoutMs: 1000 })).results[0]
  }
  assert.equal((await add(2)).errorMessage, 'Topic already has 2 partition(s).')
  assert.equal(
    (await add(1)).errorMessage,
    'The topic orders currently has 2 partition(s); 1 would not be an increase.',
  )
  assert.equal((await add(4, [{ brokerIds: [1] }])).errorCode, 39)
  assert.equal((await add(4)).errorCode, 0)
  const { topics } = await client.call(Metadata, 12, { topics: [{ name: 'orders' }] })
  assert.deepEqual(
    topics[0].partitions.map(({ partitionIndex, leaderId, errorCode }) => [partitionIndex, leaderId, errorCode]),
    [
      [0, 1, 0],
      [1, 1, 0],
      [2, 1, 0],
      [3, 1, 0],
    ],
  )
})

test('asking for a topic makes it, unless the client or the broker forbids that', async (t) => {
  const { client } = await start(t, { properties: { 'num.partitions': '3' } })
  const ask = async (name: string, allowAutoTopicCreation: boolean) =>
    (await client.call(Metadata, 12, { topics: [{ name }], allowAutoTopicCreation })).topics[0]
  assert.equal((await ask('orders', false)).errorCode, 3)
  assert.equal((await ask('orders', true)).partitions.length, 3)
  assert.equal((await ask('a b', true)).errorCode, 17)
  const { client: strict } = await start(t, { properties: { 'auto.create.topics.enable': 'false' } })
  const { topics } = await strict.call(Metadata, 12, { topics: [{ name: 'orders' }] })
  assert.equal(topics[0].errorCode, 3)
})

test('null asks for all topics, an empty list for none, in version 0 for all', async (t) => {
  const { client } = await start(t, { topics: [{ name: 'orders' }] })
  assert.equal((await client.call(Metadata, 1, { topics: null })).topics.length, 1)
  assert.equal((await client.call(Metadata, 1, { topics: [] })).topics.length, 0)
  assert.equal((await client.call(Metadata, 0, { topics: [] })).topics.length, 1)
})

test('DescribeTopicPartitions gives pages of partitions', async (t) => {
  const { client } = await start(t, {
    topics: [
      { name: 'a', partitions: 2 },
      { name: 'b', partitions: 3 },
    ],
  })
  const pages: string[] = []
  let cursor: DescribeTopicPartitionsResponse['nextCursor'] = null
  do {
    const topics = [{ name: 'b' }, { name: 'a' }]
    const page: DescribeTopicPartitionsResponse = await client.call(DescribeTopicPartitions, 0, {
      topics,
      responsePartitionLimit: 2,
      cursor,
    })
    pages.push(
      page.topics.map(({ name, partitions }) => String(name) + partitions.map((each) => each.partitionIndex)).join(' '),
    )
    cursor = page.nextCursor
  } while (cursor !== null)
  assert.deepEqual(pages, ['a0,1', 'b0,1', 'b2'])
})

test('DescribeCluster shows the one node and where it is', async (t) => {
  const { broker, client } = await start(t)
  const answer = await client.call(DescribeCluster, 2, { endpointType: 1 })
  assert.equal(answer.clusterId, broker.clusterId)
  const { brokerId, host, port } = answer.brokers[0]
  const [listener] = broker.listeners
  assert.deepEqual({ brokerId, host, port }, { brokerId: 1, host: listener.host, port: listener.port })
  assert.equal((await client.call(DescribeCluster, 1, { endpointType: 2 })).errorCode, 114)
})
