// The metadata log: what it keeps over restarts, and what it reads of a log that Kafka wrote.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { type Broker, startBroker } from '../../src/broker/broker.ts'
import { RecordType } from '../../src/broker/metadata-image.ts'
import { MetadataLog } from '../../src/broker/metadata-log.ts'
import { encodeMetadataBatch } from '../../src/broker/metadata-records.ts'
import { Produce } from '../../src/protocol/apis/00-produce.ts'
import { Metadata } from '../../src/protocol/apis/03-metadata.ts'
import { FindCoordinator } from '../../src/protocol/apis/10-find-coordinator.ts'
import { ApiVersions } from '../../src/protocol/apis/18-api-versions.ts'
import { InitProducerId } from '../../src/protocol/apis/22-init-producer-id.ts'
import { BatchBuilder } from '../../src/records/builder.ts'
import { buildControlBatch, ControlType } from '../../src/records/control.ts'
import type { Log } from '../../src/storage/log.ts'
import { LogManager } from '../../src/storage/log-manager.ts'
import { batchOf, createTopic, RawClient } from './harness.ts'

function directory(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'ktool-broker-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

async function run<T>(dataDirectory: string, work: (broker: Broker, client: RawClient) => Promise<T>): Promise<T> {
  const broker = (await startBroker({ dataDirectory })) as Broker
  const client = new RawClient(broker.listeners[0].port)
  try {
    return await work(broker, client)
  } finally {
    client.socket.destroy()
    await broker.close()
  }
}

test('topics, ids, configs, records and the next producer id are there after a restart', async (t) => {
  const dir = directory(t)
  const before = await run(dir, async (broker, client) => {
    const topicId = await createTopic(client, 'orders', 2, { 'retention.ms': '1000' })
    await createTopic(client, 'gone')
    broker.controller.deleteTopic(broker.metadata.image.topics.get('gone')!)
    const topicData = [{ name: 'orders', partitionData: [{ index: 1, records: batchOf(['a', 'b']) }] }]
    await client.call(Produce, 9, { acks: -1, timeoutMs: 1000, topicData })
    const { producerId } = await client.call(InitProducerId, 4, { transactionalId: null })
    return { topicId, producerId, clusterId: broker.clusterId }
  })
  await run(dir, async (broker, client) => {
    const { image } = broker.metadata
    assert.equal(broker.clusterId, before.clusterId)
    assert.deepEqual([...image.topics.keys()], ['orders'])
    assert.equal(image.topics.get('orders')?.id, before.topicId)
    assert.deepEqual([...image.configsOf(2, 'orders')], [['retention.ms', '1000']])
    assert.equal(broker.partitions.get('orders', 1)?.log.endOffset, 2)
    assert.equal(broker.partitions.get('orders', 1)?.log.config.retentionMs, 1000)
    const { producerId } = await client.call(InitProducerId, 4, { transactionalId: null })
    assert.ok(producerId > before.producerId)
  })
})

/** Holds the writing of the metadata log to the disk back until `release`. */
function holdFlush(broker: Broker) {
  const { log } = broker.metadata as unknown as { log: Log }
  const flush = log.flush.bind(log)
  const gate = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  log.flush = async (upTo) => {
    begun.resolve()
    await gate.promise
    await flush(upTo)
  }
  return { begun: begun.promise, release: gate.resolve }
}

const durably: [what: string, ask: (client: RawClient) => Promise<unknown>][] = [
  ['a topic made by asking for it', (client) => client.call(Metadata, 12, { topics: [{ name: 'made' }] })],
  ['the topic of the groups', (client) => client.call(FindCoordinator, 4, { coordinatorKeys: ['group'] })],
  ['a block of producer ids', (client) => client.call(InitProducerId, 4, { transactionalId: null })],
]

for (const [what, ask] of durably) {
  test(`${what} is on the disk before anybody hears of it`, async (t) => {
    await run(directory(t), async (broker, client) => {
      const second = new RawClient(broker.listeners[0].port)
      t.after(() => second.socket.destroy())
      await second.call(ApiVersions, 0, {})
      const { begun, release } = holdFlush(broker)
      const order: string[] = []
      const told = [ask(client).then(() => order.push('told'))]
      await begun
      told.push(ask(second).then(() => order.push('told')))
      // Whoever came before this one has been heard by the time that it is answered.
      const third = new RawClient(broker.listeners[0].port)
      await third.call(ApiVersions, 0, {})
      third.socket.destroy()
      await new Promise(setImmediate)
      order.push('durable')
      release()
      await Promise.all(told)
      assert.deepEqual(order, ['durable', 'told', 'told'])
    })
  })
}

test('a partition whose topic id a crash has cut off gets it again', async (t) => {
  const dir = directory(t)
  const topicId = await run(dir, async (_, client) => createTopic(client, 'orders'))
  const path = join(dir, 'orders-0', 'partition.metadata')
  rmSync(path)
  await run(dir, async () => {})
  assert.equal(readFileSync(path, 'utf8'), `version: 0\ntopic_id: ${topicId}`)
})

test("a directory has Kafka's files", async (t) => {
  const dir = directory(t)
  await run(dir, async (_, client) => createTopic(client, 'orders'))
  assert.match(readFileSync(join(dir, 'meta.properties'), 'utf8'), /^node\.id=1$/m)
  const metadata = readdirSync(join(dir, '__cluster_metadata-0'))
  for (const name of ['00000000000000000000.log', 'quorum-state', 'partition.metadata', 'leader-epoch-checkpoint']) {
    assert.ok(metadata.includes(name), name)
  }
})

test('a second broker on a directory is refused, and told what to do', async (t) => {
  const dir = directory(t)
  await run(dir, async () => {
    await assert.rejects(startBroker({ dataDirectory: dir }), (error: Error & { hint?: string }) => {
      assert.match(error.message, /in use by another broker/)
      return error.hint !== undefined
    })
  })
})

/** Writes records as Kafka's controller would, and gives the image that a start makes of them. */
async function imageOf(t: TestContext, write: (append: (records: [type: number, value: object][]) => void) => void) {
  const dir = directory(t)
  const logs = new LogManager({ dir })
  const log = await logs.openMetadataLog()
  write((records) => {
    const batch = encodeMetadataBatch(
      records.map(([type, value]) => ({ type, version: 0, value })),
      3,
      Date.now(),
    )
    log.append(batch, { origin: 'raft', leaderEpoch: 3 })
  })
  const metadata = MetadataLog.read(log, 1, { now: Date.now, snapshotAfterBytes: 20 << 20 })
  logs.abandon()
  return metadata
}

const ID = 'AAAAAAAAAAAAAAAAAAAAZg'
const PARTITION = {
  partitionId: 0,
  topicId: ID,
  replicas: [1],
  isr: [1],
  leader: 1,
  leaderEpoch: 4,
  partitionEpoch: 4,
}

test('a transaction of records counts once it has ended', async (t) => {
  const { image } = await imageOf(t, (append) => {
    append([
      [RecordType.beginTransaction, { name: 'a' }],
      [RecordType.topic, { name: 'kept', topicId: ID }],
    ])
    append([
      [RecordType.noOp, {}],
      [RecordType.endTransaction, {}],
    ])
    append([
      [RecordType.beginTransaction, { name: 'b' }],
      [RecordType.topic, { name: 'aborted', topicId: ID }],
    ])
    append([[RecordType.abortTransaction, { reason: 'x' }]])
    append([
      [RecordType.beginTransaction, { name: 'c' }],
      [RecordType.topic, { name: 'open', topicId: ID }],
    ])
  })
  assert.deepEqual([...image.topics.keys()], ['kept'])
})

test('another leader raises the leader epoch, and epochs go on from those of the log', async (t) => {
  const metadata = await imageOf(t, (append) => {
    append([
      [RecordType.topic, { name: 'orders', topicId: ID }],
      [RecordType.partition, PARTITION],
    ])
    append([[RecordType.partitionChange, { partitionId: 0, topicId: ID, leader: -1 }]])
  })
  const partition = metadata.image.topics.get('orders')?.partitions[0]
  assert.deepEqual(
    [partition?.leader, partition?.leaderEpoch, partition?.partitionEpoch, partition?.isr],
    [-1, 5, 5, [1]],
  )
})

test('a snapshot stands for the records before it', async (t) => {
  const dir = directory(t)
  const names = Array.from({ length: 20 }, (_, i) => `topic-${i}`)
  await run(dir, async (broker, client) => {
    for (const name of names.slice(0, 19)) await createTopic(client, name, 3, { 'retention.ms': '5' })
    await broker.metadata.snapshot()
    await createTopic(client, names[19])
  })
  const files = readdirSync(join(dir, '__cluster_metadata-0'))
  const [snapshot] = files.filter((name) => name.endsWith('.checkpoint'))
  assert.match(snapshot, /^\d{20}-\d{10}\.checkpoint$/)
  assert.ok(files.includes(`${snapshot.slice(0, 20)}.log`))
  await run(dir, async (broker) => {
    const { image } = broker.metadata
    assert.deepEqual([...image.topics.keys()].sort(), names.toSorted())
    assert.equal(image.topics.get('topic-3')?.partitions.length, 3)
    assert.equal(image.configsOf(2, 'topic-3').get('retention.ms'), '5')
    assert.equal(image.features.get('metadata.version'), 30)
  })
})

test('a snapshot keeps what a Kafka has put beside the metadata about its voters', async (t) => {
  const dir = directory(t)
  const control = (type: ControlType, value: Buffer) => buildControlBatch(new BatchBuilder(1000), type, value, 0)
  // Version 0, level 1, no tagged fields; and voters, which nothing here looks into.
  const level = Buffer.from([0, 0, 0, 1, 0])
  const voters = Buffer.from('voters')
  const logs = new LogManager({ dir })
  const log = await logs.openMetadataLog()
  for (const batch of [control(ControlType.KRAFT_VERSION, level), control(ControlType.KRAFT_VOTERS, voters)]) {
    log.append(batch, { origin: 'raft', leaderEpoch: 3 })
  }
  const options = { now: Date.now, snapshotAfterBytes: 1 }
  const metadata = MetadataLog.read(log, 1, options)
  const named = (name: string) => ({ type: RecordType.featureLevel, version: 0, value: { name, featureLevel: 1 } })
  metadata.append([named('first')])
  await metadata.flush()
  metadata.append([named('second')])
  await metadata.flush()
  await logs.close()
  const [file, ...more] = readdirSync(join(dir, '__cluster_metadata-0')).filter((name) => name.endsWith('.checkpoint'))
  assert.deepEqual(more, [])
  assert.equal(Number(file.slice(0, 20)), log.endOffset)

  const again = new LogManager({ dir })
  const { image } = MetadataLog.read(await again.openMetadataLog(), 1, options)
  assert.deepEqual(image.quorum.get(ControlType.KRAFT_VERSION), level)
  assert.deepEqual(image.quorum.get(ControlType.KRAFT_VOTERS), voters)
  assert.equal(image.kraftVersion, 1)
  again.abandon()
})

test('a partition that another leader was named for is led again after a start', async (t) => {
  const dir = directory(t)
  await run(dir, async (broker, client) => {
    const topicId = await createTopic(client, 'orders')
    const change = {
      partitionId: 0,
      topicId,
      leader: -1,
      isr: null,
      replicas: null,
      directories: null,
      leaderRecoveryState: -1,
    }
    broker.metadata.append([{ type: RecordType.partitionChange, version: 0, value: change }])
    await broker.metadata.flush()
  })
  await run(dir, async (broker) => {
    const partition = broker.metadata.image.topics.get('orders')?.partitions[0]
    assert.deepEqual([partition?.leader, partition?.leaderEpoch], [1, 2])
    assert.equal(broker.partitions.get('orders', 0)?.log.epochs.latest?.epoch, 2)
  })
})
