// kafkajs as an independent client: it reads what ktool wrote and ktool reads what it wrote, and `ktool serve` answers all
// of its calls as a real Kafka does.

import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout } from 'node:timers/promises'
import kafkajs, { type Admin } from 'kafkajs'
import { client, readPartition } from '../peers/kafkajs.ts'
import { ktool, serve } from '../peers/ktool.ts'
import { succeeded } from '../peers/run.ts'
import { createTopic, realKafka } from '../shared.ts'

const now = Date.now()

test('kafkajs and ktool read each other', async (t) => {
  const kafka = await realKafka()
  const broker = await serve()
  t.after(() => broker.wipe())
  for (const [name, bootstrap] of [
    ['a real Kafka', kafka.bootstrap],
    ['ktool serve', broker.bootstrap],
  ] as const) {
    for (const compression of ['none', 'gzip'] as const) {
      await t.test(`ktool writes, kafkajs reads: ${name}, ${compression}`, () => ktoolToKafkajs(bootstrap, compression))
      await t.test(`kafkajs writes, ktool reads: ${name}, ${compression}`, () => kafkajsToKtool(bootstrap, compression))
    }
  }
  await t.test('a group of kafkajs reads what ktool wrote', () => groupReads(kafka.bootstrap))
})

async function ktoolToKafkajs(bootstrap: string, compression: 'none' | 'gzip'): Promise<void> {
  const topic = `ktool-to-js-${compression}`
  await createTopic(bootstrap, topic, 1)
  const input = 'a:eins\nb:zwei\nohne Schlüssel\n:leerer Schlüssel\nc:\nd:mit:mehr\n'
  const how = ['produce', topic, '-b', bootstrap, '-K', ':', '-H', 'quelle=ktool', '-H', 'zweite=ü', '-z', compression]
  succeeded(await ktool(how, { input }), 'ktool produce')
  const headers = { quelle: 'ktool', zweite: 'ü' }
  assert.deepEqual(await readPartition(bootstrap, topic, 0), [
    { offset: '0', key: 'a', value: 'eins', headers },
    { offset: '1', key: 'b', value: 'zwei', headers },
    { offset: '2', key: null, value: 'ohne Schlüssel', headers },
    { offset: '3', key: '', value: 'leerer Schlüssel', headers },
    { offset: '4', key: 'c', value: '', headers },
    { offset: '5', key: 'd', value: 'mit:mehr', headers },
  ])
}

async function kafkajsToKtool(bootstrap: string, compression: 'none' | 'gzip'): Promise<void> {
  const topic = `js-to-ktool-${compression}`
  await createTopic(bootstrap, topic, 2)
  const producer = client(bootstrap).producer({ idempotent: true, maxInFlightRequests: 1, retry: { retries: 2 } })
  await producer.connect()
  await producer.send({
    topic,
    compression: compression === 'gzip' ? kafkajs.CompressionTypes.GZIP : kafkajs.CompressionTypes.None,
    messages: [
      { partition: 0, key: 'k', value: 'v', headers: { h: '1', twice: ['a', 'b'] }, timestamp: String(now) },
      { partition: 0, key: null, value: null, timestamp: String(now + 1) },
      { partition: 1, key: '', value: Buffer.from([0xff, 0xfe, 0]), timestamp: String(now + 2) },
    ],
  })
  await producer.disconnect()
  const read = succeeded(await ktool(['consume', topic, '-b', bootstrap, '-e', '--json']), 'ktool consume')
  const records = read.stdout
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, unknown>)
    .sort((a, b) => Number(a['timestamp']) - Number(b['timestamp']))
  const common = { topic, timestampType: 'create', leaderEpoch: 0 }
  const headers = [
    ['h', '1'],
    ['twice', 'a'],
    ['twice', 'b'],
  ]
  assert.deepEqual(records, [
    { ...common, partition: 0, offset: 0, timestamp: now, key: 'k', value: 'v', headers },
    { ...common, partition: 0, offset: 1, timestamp: now + 1, key: null, value: null, headers: [] },
    {
      ...common,
      partition: 1,
      offset: 0,
      timestamp: now + 2,
      key: '',
      value: '//4A',
      valueEncoding: 'base64',
      headers: [],
    },
  ])
}

async function groupReads(bootstrap: string): Promise<void> {
  await createTopic(bootstrap, 'for-a-group', 3)
  const lines = Array.from({ length: 30 }, (_, index) => `key-${index}:value-${index}`)
  const how = ['produce', 'for-a-group', '-b', bootstrap, '-K', ':']
  succeeded(await ktool(how, { input: lines.join('\n') }), 'ktool produce')
  const consumer = client(bootstrap, 8).consumer({ groupId: 'of-kafkajs', maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topics: ['for-a-group'], fromBeginning: true })
  const read: string[] = []
  await new Promise<void>((resolve, reject) => {
    consumer.on('consumer.crash', ({ payload }) => reject(payload.error))
    const eachMessage = async ({ message }: { message: { key: Buffer | null; value: Buffer | null } }) => {
      read.push(`${message.key}:${message.value}`)
      if (read.length === lines.length) resolve()
    }
    consumer.run({ eachMessage }).catch(reject)
  })
  await consumer.disconnect()
  assert.deepEqual(read.sort(), lines.sort())
}

test('ktool serve answers kafkajs as Kafka does', async (t) => {
  const broker = await serve()
  t.after(() => broker.wipe())
  const expected = await session((await realKafka()).bootstrap)
  const actual = await session(broker.bootstrap)
  assert.deepEqual(Object.keys(actual), Object.keys(expected))
  for (const [call, answer] of Object.entries(expected)) {
    await t.test(call, () => assert.deepEqual(actual[call], answer))
  }
})

/** Makes a series of calls and keeps what each one answered, errors included, without what must differ. */
async function session(bootstrap: string): Promise<Record<string, unknown>> {
  const kafka = client(bootstrap)
  const admin = kafka.admin()
  await admin.connect()
  const cluster = await admin.describeCluster()
  const self = cluster.brokers[0]!.nodeId
  const port = Number(bootstrap.split(':')[1])

  /** Names the broker's id, its port and the cluster's id instead of showing them. */
  function plain(value: unknown, key = ''): unknown {
    if (['nodeId', 'leader', 'controller'].includes(key)) return value === self ? 'the broker' : value
    if (['replicas', 'isr'].includes(key)) return (value as number[]).map((id) => plain(id, 'nodeId'))
    if (key === 'port') return value === port ? 'its port' : value
    if (key === 'clusterId') return typeof value === 'string' && /^[\w-]{22}$/.test(value) ? 'an id' : value
    if (Array.isArray(value)) return value.map((item) => plain(item))
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item, name)]))
  }
  const answers: Record<string, unknown> = {}
  async function call(name: string, work: () => Promise<unknown>): Promise<void> {
    answers[name] = await work().then(plain, errorOf)
  }

  await call('describeCluster', async () => cluster)
  await call('createTopics', () => create(admin, { topic: 'asked', numPartitions: 3 }))
  await call('createTopics again', () => create(admin, { topic: 'asked', numPartitions: 3 }))
  await call('createTopics with configs', () => {
    const configEntries = [{ name: 'cleanup.policy', value: 'compact' }]
    return create(admin, { topic: 'asked_compact', numPartitions: 1, configEntries })
  })
  await call('createTopics with an assignment', () => {
    const replicaAssignment = [{ partition: 0, replicas: [self] }]
    return create(admin, { topic: 'asked-placed', replicaAssignment })
  })
  await call('createTopics with defaults', () => create(admin, { topic: 'asked-default' }))
  await call('createTopics, only a check', () =>
    admin.createTopics({ validateOnly: true, waitForLeaders: false, topics: [{ topic: 'asked-no' }] }),
  )
  for (const [what, topic] of Object.entries({
    'a wrong name': { topic: 'no/name' },
    'a reserved name': { topic: '..' },
    'a long name': { topic: 'x'.repeat(250) },
    'no name': { topic: '' },
    'too many replicas': { topic: 'asked-no', replicationFactor: 2 },
    'no partitions': { topic: 'asked-no', numPartitions: 0 },
    'an unknown config': { topic: 'asked-no', configEntries: [{ name: 'no.config', value: '1' }] },
    'a wrong config': { topic: 'asked-no', configEntries: [{ name: 'retention.ms', value: 'soon' }] },
    'an unknown broker': { topic: 'asked-no', replicaAssignment: [{ partition: 0, replicas: [self + 1] }] },
    'a name that collides': { topic: 'asked.compact' },
  })) {
    await call(`createTopics with ${what}`, () => create(admin, topic))
  }
  await call('createPartitions', () => admin.createPartitions({ topicPartitions: [{ topic: 'asked', count: 4 }] }))
  // A broker may answer before it has itself learnt of the change.
  await until(async () => (await admin.fetchTopicMetadata({ topics: ['asked'] })).topics[0]!.partitions.length === 4)
  await call('createPartitions, fewer', () =>
    admin.createPartitions({ topicPartitions: [{ topic: 'asked', count: 2 }] }),
  )
  await call('createPartitions, unknown', () =>
    admin.createPartitions({ topicPartitions: [{ topic: 'no', count: 2 }] }),
  )
  await call('listTopics', async () => (await admin.listTopics()).filter((name) => name.startsWith('asked')).sort())
  await call('fetchTopicMetadata', async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: ['asked', 'asked-placed'] })
    for (const { partitions } of topics) partitions.sort((a, b) => a.partitionId - b.partitionId)
    return topics.sort((a, b) => a.name.localeCompare(b.name))
  })
  await call('fetchTopicMetadata, wrong name', () => admin.fetchTopicMetadata({ topics: ['no/name'] }))
  await call('fetchTopicOffsets, empty', async () => sorted(await admin.fetchTopicOffsets('asked')))

  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  for (const [name, acks] of Object.entries({ all: -1, leader: 1 })) {
    await call(`send, acks ${name}`, () =>
      producer.send({
        topic: 'asked',
        acks,
        messages: [1, 2, 3].map((at) => ({
          partition: 1,
          key: `k${at}`,
          value: `${name} ${at}`,
          headers: { at: `${at}` },
          timestamp: String(now + 1000 * at),
        })),
      }),
    )
  }
  await call('send, no partition', () => producer.send({ topic: 'asked', messages: [{ partition: 9, value: 'x' }] }))
  await call('send, unknown topic', () => producer.send({ topic: 'asked-no', messages: [{ value: 'x' }] }))
  await call('send, too large', () =>
    producer.send({ topic: 'asked', messages: [{ partition: 0, value: Buffer.alloc(1_100_000) }] }),
  )
  await call('send, no key to a compacted topic', () =>
    producer.send({ topic: 'asked_compact', messages: [{ partition: 0, value: 'x' }] }),
  )
  await producer.disconnect()

  await call('fetchTopicOffsets', async () => sorted(await admin.fetchTopicOffsets('asked')))
  for (const [name, time] of Object.entries({ before: now, at: now + 2000, between: now + 2001, after: now + 9000 })) {
    await call(`fetchTopicOffsetsByTimestamp, ${name}`, async () =>
      sorted(await admin.fetchTopicOffsetsByTimestamp('asked', time)),
    )
  }
  await call('fetch', () => readPartition(bootstrap, 'asked', 1))
  await call('fetchTopicOffsets, unknown', () => admin.fetchTopicOffsets('asked-no'))
  await call('describeConfigs', async () => {
    const resources = ['asked', 'asked_compact'].map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name }))
    const described = await admin.describeConfigs({ includeSynonyms: true, resources })
    for (const { configEntries } of described.resources) {
      configEntries.sort((a, b) => a.configName.localeCompare(b.configName))
    }
    return described
  })
  await call('describeConfigs, unknown', () => {
    const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: 'asked-no' }]
    return admin.describeConfigs({ includeSynonyms: false, resources })
  })
  await call('deleteTopics', () =>
    admin.deleteTopics({ topics: ['asked', 'asked_compact', 'asked-placed', 'asked-default'] }),
  )
  await call('deleteTopics, unknown', () => admin.deleteTopics({ topics: ['asked-no'] }))
  await until(async () => !(await admin.listTopics()).some((name) => name.startsWith('asked')))
  await call('listTopics, deleted', async () => (await admin.listTopics()).filter((name) => name.startsWith('asked')))
  await admin.disconnect()
  return answers
}

function create(admin: Admin, topic: kafkajs.ITopicConfig): Promise<boolean> {
  return admin.createTopics({ topics: [topic], waitForLeaders: true, timeout: 10_000 })
}

const sorted = <T extends { partition: number }>(offsets: T[]) => offsets.sort((a, b) => a.partition - b.partition)

/** Asks again until the answer is yes, for a second at most; the calls that follow show what is wrong if it never is. */
async function until(asked: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 1000; Date.now() < end && !(await asked()); ) await setTimeout(20)
}

interface JsError extends Error {
  type?: string
  code?: number
  errors?: JsError[]
  cause?: JsError
}

/** What an error is, without its wording. */
function errorOf(error: JsError): unknown {
  if (error.errors) return { failed: error.errors.map(errorOf) }
  if (error.type) return { failed: error.type, code: error.code }
  return error.cause ? errorOf(error.cause) : { failed: error.name, message: error.message }
}
