// @platformatic/kafka against one broker: admin calls, producers of every kind, both group protocols. Prints what the broker
// answered, a line a fact, in a form that does not depend on the broker.
//
//   node platformatic.mjs HOST:PORT PREFIX

import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka'

const [bootstrap, prefix] = process.argv.slice(2)
const port = bootstrap.split(':')[1]
const base = { clientId: 'member', bootstrapBrokers: [bootstrap], retries: 10, retryDelay: 50 }
const admin = new Admin(base)
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function say(...what) {
  const text = what.map((each) => (typeof each === 'string' ? each : JSON.stringify(each, plain))).join(' ')
  console.log(text.replaceAll(prefix, '').replaceAll(bootstrap, 'HOST').replaceAll(port, 'PORT'))
}

function plain(key, value) {
  if (key === 'throttleTimeMs' || key === 'id') return undefined
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Map) return [...value]
  return value
}

/** All protocol errors in an error. */
function reasons(error) {
  const own = error.apiId ? [error.apiId, error.serverErrorMessage ?? ''] : []
  return [own, ...(error.errors ?? []).map(reasons), ...(error.cause ? [reasons(error.cause)] : [])].flat()
}

/** What the work gives, or its errors. */
async function outcome(step, work, shown = (result) => result) {
  try {
    say(step, '->', shown(await work()) ?? null)
  } catch (error) {
    say(step, '->', error.name, reasons(error))
  }
}

async function topics() {
  const orders = `${prefix}orders`
  const make = (name, options = {}) =>
    outcome(`create ${name}`, () =>
      admin.createTopics({ topics: [prefix + name], partitions: 1, replicas: 1, ...options }),
    )
  const configs = (name, value) => ({ configs: [{ name, value }] })
  await make('orders', { partitions: 3, ...configs('retention.ms', '-1') })
  await make('compacted', configs('cleanup.policy', 'compact'))
  await make('small', configs('max.message.bytes', '1000'))
  await make('bad name')
  await make('bad-config', configs('retention.ms', 'x'))
  await make('too-many', { replicas: 3 })
  await make('orders')
  await outcome('grow', () => admin.createPartitions({ topics: [{ name: orders, count: 4, assignments: null }] }))
  await outcome('shrink', () => admin.createPartitions({ topics: [{ name: orders, count: 2, assignments: null }] }))
  const described = () => admin.metadata({ topics: [orders], forceUpdate: true })
  while ((await described()).topics.get(orders).partitions.length !== 4) await sleep(50)
  await outcome('described', described, ({ topics: found, brokers, controllerId }) => [
    found.get(orders).partitions,
    [...brokers],
    controllerId,
  ])
  await outcome(
    'listed',
    () => admin.listTopics(),
    (names) => names.filter((name) => name.startsWith(prefix)).sort(),
  )
  await outcome(
    'log dirs',
    () => admin.describeLogDirs({ topics: [{ name: orders, partitions: [0, 1] }] }),
    ([{ broker, results }]) => [
      broker,
      results[0].topics.flatMap((each) => each.partitions.map((p) => p.partitionIndex)).sort(),
    ],
  )
}

async function configs() {
  const resource = (name) => ({ resourceType: 2, resourceName: prefix + name })
  const asked = { resources: [resource('orders')], includeSynonyms: true, includeDocumentation: true }
  const [found] = await admin.describeConfigs(asked)
  for (const entry of found.configs.sort((a, b) => (a.name < b.name ? -1 : 1))) say('config', entry)
  for (const [name, configOperation, value] of [
    ['segment.ms', 0, '500000'],
    ['retention.ms', 0, '-2'],
    ['no.such', 0, 'x'],
    ['max.message.bytes', 1, null],
  ]) {
    const changed = { ...resource('small'), configs: [{ name, configOperation, value }] }
    await outcome(`alter ${name}`, () => admin.incrementalAlterConfigs({ resources: [changed] }))
  }
  const some = (name) => ({ ...resource(name), configurationKeys: ['segment.ms', 'max.message.bytes'] })
  const sortedConfigs = ([{ configs: all }]) => all.sort((a, b) => (a.name < b.name ? -1 : 1))
  // A broker hears of a change a little later.
  const isChanged = (all) =>
    all[0].configs.some(({ name, configSource }) => name === 'max.message.bytes' && configSource === 5)
  while (!isChanged(await admin.describeConfigs({ resources: [some('small')] }))) await sleep(20)
  await outcome('changed', () => admin.describeConfigs({ resources: [some('small')] }), sortedConfigs)
  await outcome('of nothing', () => admin.describeConfigs({ resources: [some('nothing')] }))
  await outcome('quotas', () => admin.describeClientQuotas({ components: [], strict: false }))
}

const numbered = (count, value) => Array.from({ length: count }, (_, number) => value(number))
const newProducer = (options = {}) =>
  new Producer({ ...base, serializers: stringSerializers, autocreateTopics: false, ...options })

async function produce() {
  for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    const producer = newProducer({ idempotent: compression !== 'none' })
    const messages = numbered(20, (number) => ({
      topic: `${prefix}orders`,
      key: `key-${number % 5}`,
      value: `${compression}-${number}`,
      partition: number % 4,
      timestamp: BigInt(1_700_000_000_000 + number),
      headers: { codec: compression },
    }))
    await outcome(
      `produced ${compression}`,
      () => producer.send({ messages, compression, acks: -1 }),
      ({ offsets }) => offsets.map(({ partition, offset }) => [partition, offset]).sort(),
    )
    await producer.close()
  }
  const producer = newProducer({ retries: 0 })
  for (const [topic, key, value] of [
    ['small', undefined, 'x'.repeat(2_000_000)],
    ['compacted', undefined, 'without a key'],
    ['compacted', 'k', 'with a key'],
    ['nothing-here', 'k', 'v'],
  ]) {
    const messages = [{ topic: prefix + topic, key, value, partition: 0 }]
    await outcome(
      `produced to ${topic}`,
      () => producer.send({ messages, acks: -1 }),
      ({ offsets }) => offsets[0].offset,
    )
  }
  await producer.close()
}

const newConsumer = (groupId, options = {}) =>
  new Consumer({ ...base, groupId: prefix + groupId, deserializers: stringDeserializers, maxWaitTime: 100, ...options })

/** Reads with a group of its own until the last offset before the end that has a record. */
async function read(topic, last, isolationLevel = 1) {
  const consumer = newConsumer(`reader-${topic}-${isolationLevel}-${last}`, { isolationLevel })
  const stream = await consumer.consume({ topics: [prefix + topic], mode: 'earliest', autocommit: false })
  const records = []
  const left = new Set(Object.keys(last))
  for await (const { partition, offset, key, value, timestamp, headers, leaderEpoch } of stream) {
    records.push([partition, Number(offset), key, value, timestamp, headers, leaderEpoch])
    if (Number(offset) >= last[partition]) left.delete(String(partition))
    if (left.size === 0) break
  }
  await consumer.close(true)
  return records.sort((a, b) => a[0] - b[0] || a[1] - b[1])
}

async function consume() {
  for (const record of await read('orders', [24, 24, 24, 24])) say('record', record)
  const name = `${prefix}orders`
  for (const timestamp of [-1n, -2n, -3n, 1_700_000_000_012n, 1_900_000_000_000n]) {
    const topics = [{ name, partitions: numbered(4, (partitionIndex) => ({ partitionIndex, timestamp })) }]
    await outcome(
      `offsets at ${timestamp}`,
      () => admin.listOffsets({ topics, isolationLevel: 1 }),
      ([{ partitions }]) => partitions.sort((a, b) => a.partitionIndex - b.partitionIndex),
    )
  }
  for (const offset of [6n, 1000n]) {
    const topics = [{ name, partitions: [{ partition: 0, offset }] }]
    await outcome(`delete records below ${offset}`, () => admin.deleteRecords({ topics }))
  }
}

async function transactions() {
  const topic = `${prefix}txn`
  await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 })
  const settings = { transactionalId: `${prefix}txn`, idempotent: true }
  const first = newProducer(settings)
  for (const end of ['commit', 'abort', 'commit']) {
    const transaction = await first.beginTransaction()
    const messages = numbered(3, (number) => ({ topic, value: `${end}-${number}`, partition: 0 }))
    await transaction.send({ messages })
    await transaction[end]()
  }
  say(
    'read_committed',
    (await read('txn', [10], 1)).map((each) => each.slice(1, 4)),
  )
  say(
    'read_uncommitted',
    (await read('txn', [10], 0)).map((each) => each.slice(1, 4)),
  )
  const second = newProducer(settings)
  // It asks to go on with a producer id of its own, which is no longer the one.
  await outcome(
    'a second one begins',
    () => second.beginTransaction(),
    () => true,
  )
  await outcome('the first one goes on', async () => {
    const transaction = await first.beginTransaction()
    await transaction.send({ messages: [{ topic, value: 'last', partition: 0 }] })
    await transaction.commit()
  })
  say(
    'read_committed',
    (await read('txn', [12], 1)).map((each) => each.slice(1, 4)),
  )
  await first.close()
  await second.close()
}

async function groups(groupProtocol) {
  const [groupId, topic] = [`${prefix}group-${groupProtocol}`, `${prefix}topic-${groupProtocol}`]
  await admin.createTopics({ topics: [topic], partitions: 4, replicas: 1 })
  const producer = newProducer()
  await producer.send({ messages: numbered(40, (number) => ({ topic, value: String(number), partition: number % 4 })) })
  await producer.close()
  const values = new Set()
  const members = []
  for (const _ of [0, 1]) {
    const consumer = newConsumer(`group-${groupProtocol}`, { groupProtocol })
    const how = { topics: [topic], mode: 'committed', fallbackMode: 'earliest', autocommit: false }
    const stream = await consumer.consume(how)
    stream.on('data', ({ value }) => values.add(value))
    members.push(consumer)
  }
  const shares = () =>
    members.map(({ assignments }) => assignments?.flatMap(({ partitions }) => partitions).length ?? 0)
  const deadline = Date.now() + 60_000
  while (String(shares()) !== '2,2' || values.size < 40) {
    if (Date.now() > deadline) throw new Error(`no balance: ${shares()}, ${values.size} values`)
    await sleep(20)
  }
  say(groupProtocol, 'all values', values.size, shares())
  const describe = () => admin.describeGroups({ groups: [groupId] })
  const described = (all) => {
    const { members: each, ...group } = all.get(groupId)
    return [group, [...each.values()].map(({ clientId, clientHost }) => [clientId, clientHost])]
  }
  await outcome('described', describe, described)
  await outcome('deleted while in use', () => admin.deleteGroups({ groups: [groupId] }))
  for (const member of members) {
    const offsets = member.assignments.flatMap(({ partitions }) =>
      partitions.map((partition) => ({ topic, partition, offset: 5n, leaderEpoch: 0 })),
    )
    await member.commit({ offsets })
  }
  for (const member of members) await member.close(true)
  await outcome('described', describe, described)
  const offsets = () => admin.listConsumerGroupOffsets({ groups: [groupId] })
  const inOrder = ([{ topics: found }]) =>
    found.map(({ name, partitions }) => [name, partitions.sort((a, b) => a.partitionIndex - b.partitionIndex)])
  await outcome('offsets', offsets, inOrder)
  const altered = [{ name: topic, partitionOffsets: [{ partition: 0, offset: 2n }] }]
  await outcome('altered', () => admin.alterConsumerGroupOffsets({ groupId, topics: altered }))
  await outcome('deleted offsets', () =>
    admin.deleteConsumerGroupOffsets({ groupId, topics: [{ name: topic, partitionIndexes: [1] }] }),
  )
  await outcome('offsets', offsets, inOrder)
  await outcome(
    'listed',
    () => admin.listGroups(),
    (all) => all.get(groupId),
  )
  await outcome('deleted', () => admin.deleteGroups({ groups: [groupId] }))
  await outcome('deleted again', () => admin.deleteGroups({ groups: [groupId] }))
  await outcome('described', describe, described)
}

await topics()
await configs()
await produce()
await consume()
await transactions()
await groups('classic')
await groups('consumer')
for (const name of ['orders', 'compacted', 'small', 'txn', 'topic-classic', 'topic-consumer', 'nothing']) {
  await outcome(`delete ${name}`, () => admin.deleteTopics({ topics: [prefix + name] }))
}
await admin.close()
say('done')
