// kafkajs against one broker: admin calls, producers of every kind, groups of the classic protocol. Prints what the broker
// answered, a line a fact, in a form that does not depend on the broker.
//
//   node kafkajs.mjs HOST:PORT PREFIX

import kafkajs from 'kafkajs'

const { Kafka, logLevel, ConfigResourceTypes, CompressionTypes, AclResourceTypes } = kafkajs
const [bootstrap, prefix] = process.argv.slice(2)
const port = bootstrap.split(':')[1]
const kafka = new Kafka({
  clientId: 'member',
  brokers: [bootstrap],
  logLevel: logLevel.NOTHING,
  retry: { retries: 8, initialRetryTime: 50 },
})
const admin = kafka.admin()
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function say(...what) {
  const text = what.map((each) => (typeof each === 'string' ? each : JSON.stringify(each, plain))).join(' ')
  console.log(text.replaceAll(prefix, '').replaceAll(bootstrap, 'HOST').replaceAll(port, 'PORT'))
}

function plain(_, value) {
  return value?.type === 'Buffer' ? Buffer.from(value.data).toString() : value
}

/** What the work gives, or its error. */
async function outcome(step, work, shown = (result) => result) {
  try {
    say(step, '->', shown(await work()) ?? null)
  } catch (error) {
    const cause = error.type ? error : (error.cause ?? error)
    const all = error.errors?.map(({ type, message }) => [type, message])
    say(step, '->', cause.name, cause.type ?? '', cause.message, all ?? '')
  }
}

async function topics() {
  const topic = `${prefix}orders`
  const make = (name, options = {}) =>
    outcome(`create ${name}`, () =>
      admin.createTopics({ topics: [{ topic: prefix + name, numPartitions: 1, replicationFactor: 1, ...options }] }),
    )
  const entries = (name, value) => ({ configEntries: [{ name, value }] })
  await make('orders', { numPartitions: 3, ...entries('retention.ms', '-1') })
  await make('compacted', entries('cleanup.policy', 'compact'))
  await make('small', entries('max.message.bytes', '1000'))
  await make('bad name')
  await make('bad-config', entries('retention.ms', 'x'))
  await make('too-many', { replicationFactor: 3 })
  const replicaAssignment = [{ partition: 0, replicas: [7] }]
  await make('misplaced', { numPartitions: -1, replicationFactor: -1, replicaAssignment })
  await make('orders')
  const grow = (count) => admin.createPartitions({ topicPartitions: [{ topic, count }] })
  await outcome('grow', () => grow(4))
  await outcome('shrink', () => grow(2))
  const described = () => admin.fetchTopicMetadata({ topics: [topic] })
  while ((await described()).topics[0].partitions.length !== 4) await sleep(50)
  await outcome('described', described, ({ topics: [found] }) =>
    found.partitions.sort((a, b) => a.partitionId - b.partitionId),
  )
  await outcome(
    'listed',
    () => admin.listTopics(),
    (names) => names.filter((name) => name.startsWith(prefix)).sort(),
  )
  await outcome(
    'cluster',
    () => admin.describeCluster(),
    ({ brokers, controller }) => [brokers, controller],
  )
  await outcome('reassignments', () => admin.listPartitionReassignments({ topics: [{ topic, partitions: [0] }] }))
}

async function configs() {
  const resource = { type: ConfigResourceTypes.TOPIC, name: `${prefix}orders` }
  const { resources } = await admin.describeConfigs({ resources: [resource], includeSynonyms: true })
  for (const entry of resources[0].configEntries.sort((a, b) => (a.configName < b.configName ? -1 : 1))) {
    say('config', entry)
  }
  for (const [name, value] of [
    ['segment.ms', '500000'],
    ['retention.ms', '-2'],
    ['no.such', 'x'],
  ]) {
    const changed = { ...resource, name: `${prefix}small`, configEntries: [{ name, value }] }
    await outcome(`alter ${name}`, () => admin.alterConfigs({ resources: [changed] }))
  }
  const asked = (name) => ({ resources: [{ ...resource, name: prefix + name, configNames: ['segment.ms'] }] })
  // A broker hears of a change a little later.
  const current = async () => (await admin.describeConfigs(asked('small'))).resources[0].configEntries[0].configValue
  while ((await current()) !== '500000') await sleep(20)
  await outcome('changed', () => admin.describeConfigs(asked('small')))
  await outcome('of nothing', () => admin.describeConfigs(asked('nothing')))
}

const numbered = (count, value) => Array.from({ length: count }, (_, number) => value(number))

async function produce() {
  for (const [codec, acks] of [
    [CompressionTypes.None, 1],
    [CompressionTypes.GZIP, -1],
  ]) {
    const producer = kafka.producer({ idempotent: acks === -1, maxInFlightRequests: 1 })
    await producer.connect()
    const messages = numbered(20, (number) => ({
      key: `key-${number % 5}`,
      value: number === 7 ? null : `${codec}-${number}`,
      partition: number % 4,
      timestamp: String(1_700_000_000_000 + number),
      headers: { codec: String(codec), two: ['a', 'b'] },
    }))
    const sent = () => producer.send({ topic: `${prefix}orders`, acks, compression: codec, messages })
    await outcome(`produced ${codec}`, sent, (all) =>
      all.map(({ partition, baseOffset, errorCode }) => [partition, baseOffset, errorCode]).sort(),
    )
    await producer.disconnect()
  }
  const producer = kafka.producer({ retry: { retries: 0 }, allowAutoTopicCreation: false })
  await producer.connect()
  for (const [topic, key, value] of [
    ['small', null, 'x'.repeat(2000)],
    ['compacted', null, 'without a key'],
    ['compacted', 'k', 'with a key'],
    ['nothing-here', 'k', 'v'],
  ]) {
    const send = () => producer.send({ topic: prefix + topic, messages: [{ key, value, partition: 0 }] })
    await outcome(`produced to ${topic}`, send, ([{ baseOffset }]) => baseOffset)
  }
  await producer.disconnect()
}

/** Reads with a group of its own until the partitions' ends. */
async function read(topic, readUncommitted = false) {
  const groupId = `${prefix}reader-${topic}-${readUncommitted}`
  const consumer = kafka.consumer({ groupId, readUncommitted, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topic: prefix + topic, fromBeginning: true })
  const left = new Map()
  for (const { partition, high } of await admin.fetchTopicOffsets(prefix + topic)) left.set(partition, Number(high))
  const records = []
  await new Promise((resolve) => {
    consumer.run({
      eachBatchAutoResolve: true,
      async eachBatch({ batch }) {
        for (const { offset, key, value, timestamp, headers, attributes } of batch.messages) {
          records.push([batch.partition, Number(offset), key, value, timestamp, headers, attributes])
        }
        // Markers of transactions are offsets without records.
        if (Number(batch.lastOffset()) >= left.get(batch.partition) - 1) left.delete(batch.partition)
        if (left.size === 0) resolve()
      },
    })
  })
  await consumer.disconnect()
  return records.sort((a, b) => a[0] - b[0] || a[1] - b[1])
}

async function consume() {
  for (const record of await read('orders')) say('record', record)
  const byPartition = (all) => all.sort((a, b) => a.partition - b.partition)
  await outcome('offsets', () => admin.fetchTopicOffsets(`${prefix}orders`), byPartition)
  const at = () => admin.fetchTopicOffsetsByTimestamp(`${prefix}orders`, 1_700_000_000_012)
  await outcome('offsets of a time', at, byPartition)
  for (const offset of ['6', '1000']) {
    const partitions = [{ partition: 0, offset }]
    await outcome(`delete records below ${offset}`, () =>
      admin.deleteTopicRecords({ topic: `${prefix}orders`, partitions }),
    )
  }
}

async function transactions() {
  const topic = `${prefix}txn`
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] })
  const settings = {
    transactionalId: `${prefix}txn`,
    maxInFlightRequests: 1,
    idempotent: true,
    transactionTimeout: 30_000,
  }
  const first = kafka.producer(settings)
  await first.connect()
  const consumerGroupId = `${prefix}txn-group`
  for (const end of ['commit', 'abort', 'commit']) {
    const transaction = await first.transaction()
    await transaction.send({ topic, messages: numbered(3, (number) => ({ value: `${end}-${number}`, partition: 0 })) })
    const partitions = [{ partition: 0, offset: end === 'commit' ? '7' : '8' }]
    await transaction.sendOffsets({ consumerGroupId, topics: [{ topic: `${prefix}orders`, partitions }] })
    await transaction[end]()
  }
  for (const uncommitted of [false, true]) {
    say(
      uncommitted ? 'read_uncommitted' : 'read_committed',
      (await read('txn', uncommitted)).map((each) => each.slice(1, 4)),
    )
  }
  await outcome('offsets of the transactions', () => admin.fetchOffsets({ groupId: consumerGroupId }))
  const second = kafka.producer(settings)
  await second.connect()
  const later = await second.transaction()
  await outcome('the first one is fenced', async () => {
    const transaction = await first.transaction()
    await later.send({ topic, messages: [{ value: 'second', partition: 0 }] })
    await transaction.send({ topic, messages: [{ value: 'first', partition: 0 }] })
    await transaction.commit()
  })
  await outcome('the second one', () => later.commit())
  await first.disconnect()
  await second.disconnect()
}

async function groups() {
  const [groupId, topic] = [`${prefix}group`, `${prefix}group-topic`]
  await admin.createTopics({ topics: [{ topic, numPartitions: 4, replicationFactor: 1 }] })
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic, messages: numbered(40, (number) => ({ value: String(number), partition: number % 4 })) })
  await producer.disconnect()
  const values = new Set()
  const shares = [0, 0]
  const members = await Promise.all(
    shares.map(async (_, number) => {
      const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 })
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        shares[number] = payload.memberAssignment[topic]?.length ?? 0
      })
      await consumer.connect()
      await consumer.subscribe({ topic, fromBeginning: true })
      await consumer.run({ autoCommit: false, eachMessage: async ({ message }) => values.add(String(message.value)) })
      return consumer
    }),
  )
  const deadline = Date.now() + 60_000
  while (String(shares) !== '2,2' || values.size < 40) {
    if (Date.now() > deadline) throw new Error(`no balance: ${shares}, ${values.size} values`)
    await sleep(20)
  }
  say('all values', values.size, shares)
  const describe = () => admin.describeGroups([groupId])
  const described = ({ groups: [group] }) => ({ ...group, members: group.members.map((each) => each.clientHost) })
  await outcome('described', describe, described)
  await outcome('deleted while in use', () => admin.deleteGroups([groupId]))
  await members[0].commitOffsets(numbered(4, (partition) => ({ topic, partition, offset: '5', metadata: 'note' })))
  for (const member of members) await member.disconnect()
  await outcome('described', describe, described)
  const offsets = () => admin.fetchOffsets({ groupId, topics: [topic] })
  await outcome('offsets', offsets)
  await outcome('reset', () => admin.resetOffsets({ groupId, topic, earliest: true }))
  await outcome('offsets', offsets, ([{ partitions }]) => partitions.map(({ offset }) => offset))
  await outcome(
    'listed',
    () => admin.listGroups(),
    (all) => all.groups.filter((each) => each.groupId === groupId),
  )
  await outcome('deleted', () => admin.deleteGroups([groupId]))
  await outcome('deleted again', () => admin.deleteGroups([groupId]))
  await outcome('described', describe, described)
}

await admin.connect()
await topics()
await configs()
await produce()
await consume()
await transactions()
await groups()
await outcome('acls', () =>
  admin.describeAcls({
    resourceType: AclResourceTypes.TOPIC,
    resourceName: 'x',
    resourcePatternType: 3,
    operation: 1,
    permissionType: 1,
  }),
)
for (const name of ['orders', 'compacted', 'small', 'txn', 'group-topic', 'nothing']) {
  await outcome(`delete ${name}`, () => admin.deleteTopics({ topics: [prefix + name] }))
}
await admin.disconnect()
say('done')
