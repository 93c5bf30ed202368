// Reading: from anywhere, whole, in order, past what goes wrong.

import assert from 'node:assert/strict'
import test from 'node:test'
import { ChecksumsAhead } from '../../src/client/checksums-ahead.ts'
import type { Client } from '../../src/client/client.ts'
import { Position } from '../../src/client/fetched.ts'
import { Fetcher } from '../../src/client/fetcher.ts'
import { partitionBounds, resolveOffsets } from '../../src/client/start-offset.ts'
import { Produce } from '../../src/protocol/apis/00-produce.ts'
import { Fetch } from '../../src/protocol/apis/01-fetch.ts'
import { DeleteRecords } from '../../src/protocol/apis/21-delete-records.ts'
import { errorCode } from '../../src/protocol/errors.ts'
import { BatchBuilder } from '../../src/records/builder.ts'
import { codecByName } from '../../src/records/compression/index.ts'
import { fakeBroker, TOPIC_ID } from './fake-broker.ts'
import { readTopic } from './reading.ts'
import { withBroker } from './with-broker.ts'

/** Writes one batch of numbered records. */
async function write(client: Client, topic: string, partition: number, from: number, count: number, codec = 'none') {
  const builder = new BatchBuilder(1 << 24)
  for (let i = from; i < from + count; i++) {
    const value = Buffer.from(`${i}`.padEnd(100))
    builder.tryAppend(1000 * i, value, -1, -1, 0, value.length)
  }
  const records = Buffer.from(builder.close({ codec: codecByName(codec) }))
  const { broker } = await client.cluster.leader(topic, partition)
  const { topicId } = await client.cluster.topic(topic)
  const topicData = [{ name: topic, topicId, partitionData: [{ index: partition, records }] }]
  const answer = await broker.request(Produce, { acks: -1, timeoutMs: 1000, topicData })
  assert.equal(answer.responses[0].partitionResponses[0].errorCode, 0)
}

async function deleteBefore(client: Client, topic: string, partition: number, offset: number) {
  const { broker } = await client.cluster.leader(topic, partition)
  const answer = await broker.request(DeleteRecords, {
    topics: [{ name: topic, partitions: [{ partitionIndex: partition, offset }] }],
    timeoutMs: 1000,
  })
  assert.equal(answer.topics[0].partitions[0].errorCode, 0)
}

const numbers = (records: { value: Buffer | null }[]) => records.map(({ value }) => Number(value))
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

test('from the middle of a batch: nothing before it', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([{ name: 'a', partitions: 1 }])
  for (const codec of ['none', 'zstd']) {
    const { latest } = (await partitionBounds(client.cluster, [{ topic: 'a', partition: 0 }], 0))[0]
    await write(client, 'a', 0, latest, 100, codec)
  }
  for (const from of [0, 1, 57, 99, 100, 150, 199]) {
    assert.deepEqual(numbers((await readTopic(client, 'a', { from })).records), range(from, 200))
  }
})

test('many partitions through answers too small for them all, in order', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([{ name: 'a', partitions: 8 }])
  for (let round = 0; round < 5; round++) {
    for (let partition = 0; partition < 8; partition++) await write(client, 'a', partition, round * 50, 50)
  }
  for (const fetch of [
    { maxBytes: 1 },
    { maxBytes: 20_000 },
    { partitionMaxBytes: 10 },
    { maxBytes: 9000, partitionMaxBytes: 3000 },
  ]) {
    const { records } = await readTopic(client, 'a', { fetch })
    for (let partition = 0; partition < 8; partition++) {
      assert.deepEqual(numbers(records.filter((record) => record.partition === partition)), range(0, 250))
    }
  }
})

test('records that retention has taken are said to be gone, and the next ones are read', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([{ name: 'a', partitions: 1 }])
  await write(client, 'a', 0, 0, 50)
  await write(client, 'a', 0, 50, 50)
  await deleteBefore(client, 'a', 0, 70)
  const { records, notices } = await readTopic(client, 'a')
  assert.deepEqual(numbers(records), range(70, 100))
  assert.deepEqual(notices, ['offsets 0 to 69 are deleted; going on at 70'])
})

test('a start beyond the end of what is asked for reads nothing', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([{ name: 'a', partitions: 1 }])
  await write(client, 'a', 0, 0, 10)
  const { records } = await readTopic(client, 'a', { from: 500 })
  assert.deepEqual(records, [])
})

test('connections that are cut while reading lose and double nothing', async (t) => {
  const { client, proxy } = await withBroker(t, { proxied: true })
  await client.admin.createTopics([{ name: 'a', partitions: 3 }])
  for (let round = 0; round < 20; round++) {
    for (let partition = 0; partition < 3; partition++) await write(client, 'a', partition, round * 50, 50)
  }
  for (const lane of ['fetch', 'main'] as const) {
    let answers = 0
    let cuts = 0
    proxy.allowAnswer = () => ++answers % 7 !== 0 || ++cuts > 8
    const { records } = await readTopic(client, 'a', { fetch: { maxBytes: 10_000, lane } })
    assert.ok(cuts >= 8)
    for (let partition = 0; partition < 3; partition++) {
      assert.deepEqual(numbers(records.filter((record) => record.partition === partition)), range(0, 1000))
    }
  }
})

test('a partition that stays unreadable is told of once, and does not hang who wants to end', async (t) => {
  const refusal = { partitionIndex: 0, errorCode: errorCode('KAFKA_STORAGE_ERROR'), highWatermark: -1 }
  let asked = 0
  const client = await fakeBroker(
    t,
    {
      partitions: [0],
      answer(apiKey) {
        asked++
        return apiKey === Fetch.key
          ? { responses: [{ topic: 't', topicId: TOPIC_ID, partitions: [refusal] }] }
          : undefined
      },
    },
    { retryBackoffMs: 5, retryBackoffMaxMs: 20 },
  )
  const notices: string[] = []
  const fetcher = new Fetcher(client.cluster, { patienceMs: 1000, quietMs: 100 }, (_, text) => notices.push(text))
  fetcher.add([new Position('t', 0, 0, 10)])
  await assert.rejects(fetcher.next(), /^KafkaError: partition 0 of t: KAFKA_STORAGE_ERROR/)
  assert.ok(asked > 2, String(asked))
  assert.equal(notices.length, 1)
  assert.match(notices[0], /KAFKA_STORAGE_ERROR .*; trying again$/)
})

test('what is checked while a large answer comes is told with it, unless nobody wants it checked', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([{ name: 'a', partitions: 1 }])
  // Much more than is read at once.
  for (let i = 0; i < 5; i++) await write(client, 'a', 0, i * 4_000, 4_000)
  const RIGHT_UP_TO = 1_000_000
  t.mock.method(ChecksumsAhead.prototype, 'look', function (this: ChecksumsAhead) {
    this.rightUpTo = RIGHT_UP_TO
  })
  const checkedOf = async (checkCrcs: boolean) => {
    const fetcher = new Fetcher(client.cluster, { checkCrcs }, () => {})
    fetcher.add([new Position('a', 0, 0, 20_000)])
    const answer = await fetcher.next()
    const [{ records, checked }] = answer?.partitions ?? []
    fetcher.close()
    return checked === undefined ? undefined : checked + (records as Buffer).byteOffset
  }
  assert.equal(await checkedOf(true), RIGHT_UP_TO)
  assert.equal(await checkedOf(false), undefined)
})

test('offsets by time, by number, from the end', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([{ name: 'a', partitions: 2 }])
  await write(client, 'a', 0, 0, 100)
  const bounds = await partitionBounds(
    client.cluster,
    [0, 1].map((partition) => ({ topic: 'a', partition })),
    0,
  )
  assert.deepEqual(
    bounds.map(({ earliest, latest }) => [earliest, latest]),
    [
      [0, 100],
      [0, 0],
    ],
  )
  const resolved = (spec: Parameters<typeof resolveOffsets>[1]) => resolveOffsets(client.cluster, spec, bounds)
  assert.deepEqual(await resolved({ kind: 'beginning' }), [0, 0])
  assert.deepEqual(await resolved({ kind: 'end' }), [100, 0])
  assert.deepEqual(await resolved({ kind: 'last', count: 10 }), [90, 0])
  assert.deepEqual(await resolved({ kind: 'last', count: 1000 }), [0, 0])
  assert.deepEqual(await resolved({ kind: 'time', timestamp: 41_500 }), [42, 0])
  assert.deepEqual(await resolved({ kind: 'time', timestamp: 1e9 }), [100, 0])
})
