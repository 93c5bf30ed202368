// The producer against a broker, and against what happens on the way there: every record once, in order, or reported.

import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../src/client/client.ts'
import { partitioners } from '../../src/client/partitioner.ts'
import { Producer } from '../../src/client/producer.ts'
import type { ProducerOptions } from '../../src/client/producer-options.ts'
import { Transaction } from '../../src/client/transaction.ts'
import { Produce, type ProduceRequest } from '../../src/protocol/apis/00-produce.ts'
import { errorCode, KafkaError } from '../../src/protocol/errors.ts'
import { baseSequence } from '../../src/records/batch.ts'
import { codecByName } from '../../src/records/compression/index.ts'
import { seeded } from '../protocol/random-value.ts'
import { fakeBroker } from './fake-broker.ts'
import { readTopic } from './reading.ts'
import { withBroker } from './with-broker.ts'

class Outcome {
  delivered = 0
  failed: number[] = []
  errors: string[] = []
}

async function produce(
  client: Client,
  topic: string,
  count: number,
  options: Partial<ProducerOptions> = {},
  size: (index: number) => number = () => 100,
  largest = 100_000,
): Promise<Outcome> {
  const outcome = new Outcome()
  const producer = new Producer(
    client.cluster,
    { lingerMs: 1, ...options },
    {
      delivered: (batch) => {
        outcome.delivered += batch.count
      },
      failed: (origins, _queue, error) => {
        outcome.failed.push(...Array.from(origins))
        outcome.errors.push(error.message)
      },
    },
  )
  await producer.prepare(topic)
  const random = seeded(7)
  const source = Buffer.alloc(largest)
  for (let i = 0; i < 100_000; i++) source[i] = Math.floor(random() * 256)
  for (let i = 0; i < count; i++) {
    const key = `key-${i % 10}`
    source.write(`${key}${String(i).padStart(8, '0')}`)
    while (!producer.append(topic, -1, 1000 + i, source, 0, key.length, key.length, key.length + size(i), i)) {
      await producer.room()
    }
    if (i % 500 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await producer.flush()
  return outcome
}

/** The numbers written, which must be in order within each partition. */
async function numbersIn(client: Client, topic: string): Promise<number[]> {
  const { records } = await readTopic(client, topic)
  const last = new Map<number, number>()
  const numbers = records.map(({ partition, value }) => {
    const number = Number(value?.toString('latin1', 0, 8))
    assert.ok(
      number > (last.get(partition) ?? -1),
      `${number} comes after ${last.get(partition)} in partition ${partition}`,
    )
    last.set(partition, number)
    return number
  })
  return numbers.sort((a, b) => a - b)
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

for (const name of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
  test(`everything arrives once and in order, compressed with ${name}`, async (t) => {
    const { client } = await withBroker(t)
    await client.admin.createTopics([{ name: 'orders', partitions: 3 }])
    const outcome = await produce(client, 'orders', 5000, { codec: codecByName(name), batchBytes: 20_000 })
    assert.deepEqual([outcome.delivered, outcome.failed], [5000, []])
    assert.deepEqual(await numbersIn(client, 'orders'), upTo(5000))
    const { records } = await readTopic(client, 'orders')
    const partitions = new Map(records.map(({ key, partition }) => [String(key), partition]))
    for (const { key, partition } of records) assert.equal(partition, partitions.get(String(key)))
    assert.ok(
      records.every(({ timestamp, value }) => Number(timestamp) === 1000 + Number(value?.toString('latin1', 0, 8))),
    )
  })
}

test('round-robin gives each partition its turn, also where a record has to wait for room', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([{ name: 'orders', partitions: 3 }])
  const delivered = [0, 0, 0]
  const failed: Error[] = []
  const producer = new Producer(
    client.cluster,
    { batchBytes: 2_000, memoryBytes: 8_000, partitioner: partitioners['round-robin']() },
    {
      delivered: (batch, { partition }) => {
        delivered[partition] += batch.count
      },
      failed: (_origins, _queue, error) => failed.push(error),
    },
  )
  await producer.prepare('orders')
  let waits = 0
  for (let i = 0; i < 3000; i++) {
    const value = Buffer.alloc(100 + (i % 50))
    for (; !producer.append('orders', -1, 0, value, -1, -1, 0, value.length, i); waits++) await producer.room()
  }
  await producer.flush()
  assert.ok(waits > 10, `${waits} waits`)
  assert.deepEqual([delivered, failed], [[1000, 1000, 1000], []])
})

test('connections cut again and again lose and double nothing', async (t) => {
  const { client, proxy } = await withBroker(t, { proxied: true })
  await client.admin.createTopics([{ name: 'orders', partitions: 3 }])
  let cuts = 0
  let left = 200_000
  proxy.allow = (bytes) => {
    left -= bytes
    if (left > 0 || cuts >= 12) return true
    cuts++
    left = 60_000
    return false
  }
  const outcome = await produce(client, 'orders', 20_000, { batchBytes: 10_000 })
  assert.equal(cuts, 12)
  assert.deepEqual([outcome.delivered, outcome.failed], [20_000, []])
  assert.deepEqual(await numbersIn(client, 'orders'), upTo(20_000))
})

test('answers that are lost do not write anything twice', async (t) => {
  const { client, proxy } = await withBroker(t, { proxied: true })
  await client.admin.createTopics([{ name: 'orders', partitions: 1 }])
  let answers = 0
  let cuts = 0
  const outcome = await produce(client, 'orders', 10_000, { batchBytes: 10_000 }, () => {
    // From the first record on: what was sent is written, every other answer is lost.
    proxy.allowAnswer = () => ++answers % 2 !== 0 || ++cuts > 5
    return 100
  })
  assert.ok(cuts >= 5)
  assert.deepEqual([outcome.delivered, outcome.failed], [10_000, []])
  assert.deepEqual(await numbersIn(client, 'orders'), upTo(10_000))
})

test('a batch too large for the topic is split; a record too large is reported, and the others go on', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([{ name: 'small', partitions: 2, configs: { 'max.message.bytes': '5000' } }])
  const outcome = await produce(client, 'small', 2000, { batchBytes: 100_000 }, (i) => (i === 777 ? 9000 : 50))
  assert.deepEqual(outcome.failed, [777])
  assert.match(outcome.errors[0], /MESSAGE_TOO_LARGE/)
  assert.equal(outcome.delivered, 1999)
  assert.deepEqual(
    await numbersIn(client, 'small'),
    upTo(2000).filter((i) => i !== 777),
  )
})

test('a batch too large for the topic ends a transaction, and says why', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([{ name: 'small', partitions: 1, configs: { 'max.message.bytes': '5000' } }])
  const transaction = new Transaction(client.cluster, 'tx', 60_000)
  const outcome = await produce(client, 'small', 500, { batchBytes: 100_000, transaction }, () => 50)
  assert.equal(outcome.failed.length, 500)
  assert.match(outcome.errors[0], /MESSAGE_TOO_LARGE/)
})

test('a batch over which the broker closes the connection is given up, not sent for minutes', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([{ name: 'huge', partitions: 1 }])
  const outcome = await produce(client, 'huge', 3, {}, (i) => (i === 1 ? (100 << 20) + 1 : 10), (100 << 20) + 100)
  assert.deepEqual([outcome.delivered, outcome.failed], [2, [1]])
  assert.match(outcome.errors[0], /^the connection was lost over a batch of \d+ bytes$/)
})

test('a topic that goes away fails its records after the time for delivery, and nothing hangs', async (t) => {
  const { client } = await withBroker(t, { options: { apiTimeoutMs: 300 } })
  await client.admin.createTopics([{ name: 'gone', partitions: 1 }])
  const outcome = new Outcome()
  const producer = new Producer(
    client.cluster,
    { deliveryTimeoutMs: 300, lingerMs: 1 },
    {
      delivered: () => {},
      failed: (origins, _queue, error) => {
        outcome.failed.push(...Array.from(origins))
        outcome.errors.push(error.message)
      },
    },
  )
  await producer.prepare('gone')
  await client.admin.deleteTopics(['gone'])
  const source = Buffer.from('value')
  for (let i = 0; i < 3; i++) producer.append('gone', 0, 0, source, -1, -1, 0, 5, i)
  await producer.flush()
  assert.deepEqual(outcome.failed, [0, 1, 2])
  assert.match(outcome.errors[0], /gone/)
})

test('of batches that are refused because an earlier one was, the reason is that of the earlier one', async (t) => {
  const refused = (index: number, records: Buffer) => ({
    index,
    errorCode: errorCode(baseSequence(records, 0) === 0 ? 'KAFKA_STORAGE_ERROR' : 'OUT_OF_ORDER_SEQUENCE_NUMBER'),
  })
  const client = await fakeBroker(
    t,
    {
      partitions: [0],
      answer(apiKey, body) {
        if (apiKey !== Produce.key) return { producerId: 7, producerEpoch: 0 }
        return {
          responses: body.topicData.map((topic: ProduceRequest['topicData'][number]) => ({
            ...{ name: topic.name, topicId: topic.topicId },
            partitionResponses: topic.partitionData.map(({ index, records }) => refused(index, records as Buffer)),
          })),
        }
      },
    },
    { retryBackoffMs: 5, retryBackoffMaxMs: 20 },
  )
  const outcome = await produce(client, 't', 5, { batchBytes: 200, deliveryTimeoutMs: 300 })
  assert.equal(outcome.failed.length, 5)
  for (const error of outcome.errors) assert.match(error, /KAFKA_STORAGE_ERROR/)
})

test('a partition without a leader is told of once while it is waited for', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([{ name: 'waiting', partitions: 1 }])
  const told: string[] = []
  let delivered = 0
  const producer = new Producer(
    client.cluster,
    { quietMs: 30, lingerMs: 1 },
    {
      delivered: (batch) => {
        delivered += batch.count
      },
      lost: (error) => told.push(error.message),
      failed: (_origins, _queue, error) => assert.fail(error.message),
    },
  )
  await producer.prepare('waiting')
  const leader = t.mock.method(client.cluster, 'leader', () => {
    if (told.length > 0 && leader.mock.callCount() > 12) leader.mock.restore()
    return Promise.reject(new KafkaError(errorCode('LEADER_NOT_AVAILABLE'), 'partition 0 of waiting'))
  })
  producer.append('waiting', 0, 0, Buffer.from('value'), -1, -1, 0, 5, 0)
  await producer.flush()
  assert.equal(delivered, 1)
  assert.equal(told.length, 1)
  assert.match(told[0], /^partition 0 of waiting: LEADER_NOT_AVAILABLE/)
})

test('memory is bounded by the batches allowed, with many partitions too', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([{ name: 'wide', partitions: 40 }])
  const outcome = await produce(client, 'wide', 3000, { memoryBytes: 1 << 20, batchBytes: 1_000_000 })
  assert.equal(outcome.delivered, 3000)
  assert.deepEqual(await numbersIn(client, 'wide'), upTo(3000))
})

for (const [what, batchBytes, size, most] of [
  ['batches of one record', 0, 10, 256],
  ['small batches that a large record makes large', 1000, 100_000, 11],
] as const) {
  test(`memory is bounded with ${what}`, async (t) => {
    const { client } = await withBroker(t)
    await client.admin.createTopics([{ name: 'tiny', partitions: 1 }])
    const counts: number[] = []
    const producer = new Producer(
      client.cluster,
      { batchBytes, memoryBytes: 1 << 20 },
      { delivered: ({ count }) => counts.push(count), failed: (_origins, _queue, error) => assert.fail(error) },
    )
    await producer.prepare('tiny')
    const source = Buffer.alloc(size)
    const append = (origin: number) => producer.append('tiny', 0, 0, source, -1, -1, 0, size, origin)
    let taken = 0
    // Nothing is answered in between.
    while (taken < 100_000 && append(taken)) taken++
    assert.ok(taken > 1 && taken <= most, `${taken} records were taken`)
    for (const all = taken + 500; taken < all; taken++) while (!append(taken)) await producer.room()
    await producer.flush()
    assert.deepEqual(counts, Array(taken).fill(1))
  })
}

test('thousands of partitions have a batch each, in little time', async (t) => {
  const { client } = await withBroker(t)
  const partitions = 2000
  await client.admin.createTopics([{ name: 'wide', partitions }])
  let batches = 0
  let records = 0
  const producer = new Producer(
    client.cluster,
    { lingerMs: 60_000 },
    {
      delivered: ({ count }) => {
        batches++
        records += count
      },
      failed: (_origins, _queue, error) => assert.fail(error.message),
    },
  )
  await producer.prepare('wide')
  const source = Buffer.from('value')
  for (let i = 0; i < 4 * partitions; i++) {
    while (!producer.append('wide', i % partitions, 0, source, -1, -1, 0, 5, i)) await producer.room()
  }
  await producer.flush()
  assert.deepEqual([batches, records], [partitions, 4 * partitions])
})

test('acks=0 and acks=1 without idempotence write everything', async (t) => {
  const { client } = await withBroker(t)
  for (const acks of [0, 1] as const) {
    const topic = `acks-${acks}`
    await client.admin.createTopics([{ name: topic, partitions: 1 }])
    await produce(client, topic, 1000, { acks, idempotence: false, batchBytes: 5000 })
    let found: number[] = []
    // acks=0 is over when the bytes are on their way.
    for (let i = 0; i < 100 && found.length < 1000; i++) found = await numbersIn(client, topic)
    assert.deepEqual(found, upTo(1000))
  }
})

test('a batch lingers from when it was opened, not from when the one before was', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([{ name: 'a', partitions: 1 }])
  const lingerMs = 200
  const delivered: number[] = []
  const producer = new Producer(
    client.cluster,
    { lingerMs, batchBytes: 1_000 },
    { delivered: () => delivered.push(performance.now()), failed: () => assert.fail() },
  )
  await producer.prepare('a')
  const append = (bytes: number) => producer.append('a', 0, 0, Buffer.alloc(bytes), -1, -1, 0, bytes, 0)
  // The second record makes the first one's batch full, and opens another long after the timer was started.
  append(900)
  await sleep(lingerMs * 0.75)
  const opened = performance.now()
  append(900)
  await producer.room()
  while (delivered.length < 2) await sleep(5)
  assert.ok(delivered[1] - opened >= lingerMs - 2, `${delivered[1] - opened} ms`)
  await producer.flush()
})
