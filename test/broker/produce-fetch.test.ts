// Produce, Fetch, ListOffsets and what goes wrong in them.

import assert from 'node:assert/strict'
import test from 'node:test'
import { Produce } from '../../src/protocol/apis/00-produce.ts'
import { Fetch } from '../../src/protocol/apis/01-fetch.ts'
import { ListOffsets } from '../../src/protocol/apis/02-list-offsets.ts'
import { CreateTopics } from '../../src/protocol/apis/19-create-topics.ts'
import { InitProducerId } from '../../src/protocol/apis/22-init-producer-id.ts'
import { OffsetForLeaderEpoch } from '../../src/protocol/apis/23-offset-for-leader-epoch.ts'
import { encodeRequest } from '../../src/protocol/frame.ts'
import {
  ATTRIBUTES_AT,
  compressionId,
  LAST_OFFSET_DELTA_AT,
  RECORD_COUNT_AT,
  RECORDS_AT,
  sizeInBytes,
  writeCrc,
} from '../../src/records/batch.ts'
import { type Codec, codecByName } from '../../src/records/compression/index.ts'
import { RecordCursor } from '../../src/records/cursor.ts'
import { cpuMs } from '../cpu-time.ts'
import { batchOf, createTopic, type RawClient, start } from './harness.ts'

async function produce(client: RawClient, name: string, records: Buffer, index = 0) {
  const topicData = [{ name, partitionData: [{ index, records }] }]
  const { responses } = await client.call(Produce, 9, { acks: -1, timeoutMs: 1000, topicData })
  return responses[0].partitionResponses[0]
}

interface Wanted {
  offset?: number
  maxWaitMs?: number
  minBytes?: number
  maxBytes?: number
  partitionMaxBytes?: number
  lastFetchedEpoch?: number
  currentLeaderEpoch?: number
  partition?: number
}

async function fetch(client: RawClient, topic: string, wanted: Wanted = {}) {
  const { offset = 0, maxWaitMs = 0, minBytes = 1, maxBytes = 1 << 20, partitionMaxBytes = 1 << 20 } = wanted
  const { partition = 0, lastFetchedEpoch = -1, currentLeaderEpoch = -1 } = wanted
  const { responses } = await client.call(Fetch, 12, {
    maxWaitMs,
    minBytes,
    maxBytes,
    topics: [
      {
        topic,
        partitions: [{ partition, fetchOffset: offset, partitionMaxBytes, lastFetchedEpoch, currentLeaderEpoch }],
      },
    ],
  })
  return responses[0].partitions[0]
}

function offsetsOf(records: Buffer | null): number[] {
  const offsets: number[] = []
  const cursor = new RecordCursor()
  if (records === null) return offsets
  for (let at = 0; at < records.length; at += sizeInBytes(records, at)) {
    cursor.open(records, at)
    while (cursor.next()) offsets.push(cursor.offset)
  }
  return offsets
}

test('records come back as they were sent, by name and by id', async (t) => {
  const { client } = await start(t)
  const topicId = await createTopic(client, 'orders')
  const sent = batchOf(['k:a', 'k:b', 'c'])
  const topicData = [{ topicId, partitionData: [{ index: 0, records: sent }] }]
  const { responses } = await client.call(Produce, 13, { acks: 1, timeoutMs: 1000, topicData })
  assert.equal(responses[0].partitionResponses[0].baseOffset, 0)
  assert.equal((await produce(client, 'orders', batchOf(['d']))).baseOffset, 3)
  const topics = [{ topicId, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 20 }] }]
  const answer = await client.call(Fetch, 18, { maxWaitMs: 0, minBytes: 1, topics })
  const { records, highWatermark } = answer.responses[0].partitions[0]
  assert.equal(highWatermark, 4)
  assert.deepEqual(offsetsOf(records), [0, 1, 2, 3])
  // All but the leader epoch, which the broker has set.
  assert.deepEqual(records?.subarray(16, sent.length), sent.subarray(16))
})

test('an offset inside a batch gets that batch; a batch larger than the limit comes alone', async (t) => {
  const { client } = await start(t)
  await createTopic(client, 'orders')
  await produce(client, 'orders', batchOf(['a', 'b', 'c']))
  await produce(client, 'orders', batchOf(['d']))
  assert.deepEqual(offsetsOf((await fetch(client, 'orders', { offset: 1 })).records), [0, 1, 2, 3])
  assert.deepEqual(offsetsOf((await fetch(client, 'orders', { partitionMaxBytes: 1 })).records), [0, 1, 2])
  assert.deepEqual(offsetsOf((await fetch(client, 'orders', { maxBytes: 1 })).records), [0, 1, 2])
})

/** One that knows already that there is nothing. */
async function readerAtEnd(client: RawClient, topic: string): Promise<RawClient> {
  const { records } = await fetch(client, topic, { maxWaitMs: 600_000 })
  assert.equal(records?.length, 0)
  return client
}

test('the first fetch of a connection that finds nothing is answered at once, the next one when records come', async (t) => {
  const { client, connect } = await start(t)
  await createTopic(client, 'orders')
  const reader = await readerAtEnd(connect(), 'orders')
  const waiting = fetch(reader, 'orders', { maxWaitMs: 600_000 })
  await produce(client, 'orders', batchOf(['a']))
  assert.deepEqual(offsetsOf((await waiting).records), [0])
})

test('a fetch waits for as many bytes as it asks for', async (t) => {
  const { client, connect } = await start(t)
  await createTopic(client, 'orders')
  const batch = batchOf(['a'])
  const reader = await readerAtEnd(connect(), 'orders')
  const waiting = fetch(reader, 'orders', { maxWaitMs: 60_000, minBytes: 2 * batch.length })
  await produce(client, 'orders', batchOf(['a']))
  await produce(client, 'orders', batchOf(['b']))
  assert.deepEqual(offsetsOf((await waiting).records), [0, 1])
})

test('a fetch is answered with nothing when its time is over', async (t) => {
  const { client } = await start(t)
  await createTopic(client, 'orders')
  const reader = await readerAtEnd(client, 'orders')
  const begun = performance.now()
  const { errorCode, records } = await fetch(reader, 'orders', { maxWaitMs: 20 })
  assert.deepEqual([errorCode, records?.length], [0, 0])
  // Timers count in whole milliseconds.
  assert.ok(performance.now() - begun > 18)
})

test('a waiting fetch does not hold up its broker: it closes at once', async (t) => {
  const { broker, client } = await start(t)
  await createTopic(client, 'orders')
  const waiting = fetch(await readerAtEnd(client, 'orders'), 'orders', { maxWaitMs: 600_000 })
  const rejected = assert.rejects(waiting, /closed/)
  await broker.close()
  await rejected
})

test('fetches that can not be answered say why', async (t) => {
  const { client } = await start(t)
  await createTopic(client, 'orders')
  await produce(client, 'orders', batchOf(['a']))
  const codeOf = async (wanted: Wanted, topic = 'orders') => (await fetch(client, topic, wanted)).errorCode
  assert.equal(await codeOf({ offset: 2 }), 1)
  assert.equal(await codeOf({ offset: -1 }), 1)
  assert.equal(await codeOf({ partition: 7 }), 3)
  assert.equal(await codeOf({}, 'nope'), 3)
  assert.equal(await codeOf({ currentLeaderEpoch: 3 }), 75)
  assert.equal(await codeOf({ lastFetchedEpoch: 1 }), 1)
  const diverging = await fetch(client, 'orders', { offset: 9, lastFetchedEpoch: 0 })
  assert.deepEqual(diverging.divergingEpoch, { epoch: 0, endOffset: 1 })
  const session = await client.call(Fetch, 12, { maxWaitMs: 0, minBytes: 1, topics: [], sessionId: 5, sessionEpoch: 1 })
  assert.equal(session.errorCode, 70)
})

test("records that are refused are refused with Kafka's codes", async (t) => {
  const { client } = await start(t, { topics: [{ name: '__consumer_offsets' }] })
  await createTopic(client, 'orders')
  await createTopic(client, 'compacted', 1, { 'cleanup.policy': 'compact' })
  await createTopic(client, 'small', 1, { 'max.message.bytes': '100' })
  const damaged = batchOf(['a'])
  damaged[30] ^= 1
  const codeOf = async (records: Buffer, topic = 'orders', index = 0) =>
    (await produce(client, topic, records, index)).errorCode
  assert.equal(await codeOf(damaged), 2)
  assert.equal(await codeOf(Buffer.alloc(0)), 87)
  assert.equal(await codeOf(Buffer.concat([batchOf(['a']), batchOf(['b'])])), 87)
  assert.equal(
    await codeOf(batchOf(['a'], { transactional: true, producerId: 1, producerEpoch: 0, baseSequence: 0 })),
    53,
  )
  assert.equal(await codeOf(batchOf(['a']), 'orders', 5), 3)
  assert.equal(await codeOf(batchOf(['a']), 'nope'), 3)
  assert.equal(await codeOf(batchOf(['x'.repeat(200)]), 'small'), 10)
  assert.equal(await codeOf(batchOf(['a']), '__consumer_offsets'), 17)
  const keyless = await produce(client, 'compacted', batchOf(['k:a', 'b']))
  const message = 'Compacted topic cannot accept message without key in topic partition compacted-0'
  assert.deepEqual(
    [keyless.errorCode, keyless.recordErrors],
    [87, [{ batchIndex: 1, batchIndexErrorMessage: message }]],
  )
  await createTopic(client, 'recent', 1, { 'message.timestamp.before.max.ms': '60000' })
  const old = await produce(client, 'recent', batchOf(['a', 'b'], {}, 1000))
  assert.deepEqual(
    [old.errorCode, old.errorMessage],
    [32, 'One or more records have been rejected due to invalid timestamp'],
  )
  assert.match(
    old.recordErrors[1].batchIndexErrorMessage ?? '',
    /^Timestamp 1001 of message with offset 1 is out of range\. The timestamp should be within \[\d+, \d+\]$/,
  )
  const late = await produce(client, 'orders', batchOf(['a'], {}, Date.now() + 4_000_000))
  assert.match(late.recordErrors[0].batchIndexErrorMessage ?? '', /should be within \[-9223370\d+, \d+\]$/)
  assert.equal((await fetch(client, 'orders')).highWatermark, 0)
})

test('records are kept in the compression that their topic asks for', async (t) => {
  const { client } = await start(t)
  await createTopic(client, 'packed', 1, { 'compression.type': 'gzip', 'compression.gzip.level': '9' })
  await createTopic(client, 'plain', 1, { 'compression.type': 'uncompressed' })
  const codecOf = async (topic: string, codec?: Codec) => {
    await produce(client, topic, batchOf(['a'.repeat(500)], { codec }))
    const { records } = await fetch(client, topic)
    return compressionId(records as Buffer, 0)
  }
  assert.deepEqual([await codecOf('packed'), await codecOf('plain', codecByName('zstd'))], [1, 0])
})

test('without acknowledgements nothing is answered, and an error closes the connection', async (t) => {
  const { client, connect } = await start(t)
  await createTopic(client, 'orders')
  const send = (to: RawClient, name: string) => {
    const topicData = [{ name, partitionData: [{ index: 0, records: batchOf(['a']) }] }]
    to.socket.write(Buffer.concat(encodeRequest(Produce, 9, 1, 'test', { acks: 0, timeoutMs: 1000, topicData })))
  }
  send(client, 'orders')
  // What comes next on the connection answers the next request.
  assert.equal((await fetch(client, 'orders')).highWatermark, 1)
  const failing = connect()
  send(failing, 'nope')
  await failing.closed
})

test('an idempotent producer gets an id of its own, and its repeats are recognized', async (t) => {
  const { client } = await start(t)
  await createTopic(client, 'orders')
  const ids = new Set<number>()
  for (let i = 0; i < 3; i++) ids.add((await client.call(InitProducerId, 4, { transactionalId: null })).producerId)
  assert.equal(ids.size, 3)
  const [producerId] = ids
  const send = async (baseSequence: number) => {
    const batch = batchOf(['a', 'b'], { producerId, producerEpoch: 0, baseSequence })
    const { errorCode, baseOffset } = await produce(client, 'orders', batch)
    return [errorCode, baseOffset]
  }
  assert.deepEqual(await send(0), [0, 0])
  assert.deepEqual(await send(0), [0, 0])
  assert.deepEqual(await send(2), [0, 2])
  assert.deepEqual(await send(9), [45, -1])
})

test('ListOffsets finds the start, the end, times and the largest timestamp', async (t) => {
  const { client } = await start(t)
  await createTopic(client, 'orders')
  const list = async (timestamp: number, version = 11) => {
    const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, timestamp }] }]
    const {
      errorCode,
      timestamp: found,
      offset,
    } = (await client.call(ListOffsets, version, { replicaId: -1, topics })).topics[0].partitions[0]
    return [errorCode, found, offset]
  }
  assert.deepEqual(await list(-3), [0, -1, -1])
  for (const first of [1000, 2000, 1500]) await produce(client, 'orders', batchOf(['a', 'b', 'c'], {}, first))
  assert.deepEqual(await list(-1), [0, -1, 9])
  assert.deepEqual(await list(-2), [0, -1, 0])
  assert.deepEqual(await list(-3), [0, 2002, 5])
  assert.deepEqual(await list(-4), [0, -1, 0])
  assert.deepEqual(await list(-5), [0, -1, -1])
  assert.deepEqual(await list(-3, 6), [35, -1, -1])
  assert.deepEqual(await list(-7), [35, -1, -1])
  assert.deepEqual(await list(0), [0, 1000, 0])
  assert.deepEqual(await list(1001), [0, 1001, 1])
  assert.deepEqual(await list(1003, 1), [0, 2000, 3])
  assert.deepEqual(await list(2003), [0, -1, -1])
})

test('OffsetForLeaderEpoch tells where an epoch ended', async (t) => {
  const { client } = await start(t)
  await createTopic(client, 'orders')
  await produce(client, 'orders', batchOf(['a', 'b']))
  const ask = async (leaderEpoch: number, currentLeaderEpoch = -1) => {
    const topics = [{ topic: 'orders', partitions: [{ partition: 0, leaderEpoch, currentLeaderEpoch }] }]
    const answer = (await client.call(OffsetForLeaderEpoch, 4, { topics })).topics[0].partitions[0]
    return [answer.errorCode, answer.leaderEpoch, answer.endOffset]
  }
  assert.deepEqual(await ask(0), [0, 0, 2])
  assert.deepEqual(await ask(3), [0, -1, -1])
  assert.deepEqual(await ask(0, 4), [75, -1, -1])
})

test('a batch whose records can not be read is refused, as it would end the reading there for everybody', async (t) => {
  const { client } = await start(t)
  await createTopic(client, 'odd')
  const changed = (change: (batch: Buffer) => void, fields = {}) => {
    const batch = batchOf(['a', 'b', 'c'], fields)
    change(batch)
    writeCrc(batch, 0)
    return batch
  }
  const setCount = (count: number) => (batch: Buffer) => {
    batch.writeInt32BE(count, RECORD_COUNT_AT)
    batch.writeInt32BE(count - 1, LAST_OFFSET_DELTA_AT)
  }
  const gzip = { codec: codecByName('gzip') }
  const cases: [what: string, batch: Buffer, error: number][] = [
    ['no records', changed((batch) => batch.fill(0xff, RECORDS_AT)), 87],
    ['more counted than there are', changed(setCount(4)), 87],
    ['fewer counted than there are', changed(setCount(2)), 87],
    ['compressed, more counted than there are', changed(setCount(4), gzip), 87],
    ['nothing that gzip made', changed((batch) => batch.fill(0xff, RECORDS_AT), gzip), -1],
    ['an unknown codec', changed((batch) => batch.writeInt16BE(5, ATTRIBUTES_AT)), -1],
    ['as it should be', changed(() => {}), 0],
  ]
  for (const [what, batch, error] of cases) assert.equal((await produce(client, 'odd', batch)).errorCode, error, what)
  const zstd = [{ name: 'odd', partitionData: [{ index: 0, records: batchOf(['a'], { codec: codecByName('zstd') }) }] }]
  const old = await client.call(Produce, 6, { acks: -1, timeoutMs: 1000, topicData: zstd })
  assert.equal(old.responses[0].partitionResponses[0].errorCode, 76)
})

test('a fetch wants no more than it allows', async (t) => {
  const { client } = await start(t)
  await createTopic(client, 'small')
  for (let i = 0; i < 3; i++) await produce(client, 'small', batchOf(['x'.repeat(1000)]))
  const answer = await fetch(client, 'small', { minBytes: 100_000, maxBytes: 1000, maxWaitMs: 100_000 })
  assert.ok((answer.records?.length ?? 0) > 1000)
})

test('long requests take no more than their length', async (t) => {
  const { client } = await start(t)
  const many = Array.from({ length: 100_000 }, (_, i) => i)
  const begun = cpuMs()
  const { topics } = await client.call(ListOffsets, 9, {
    replicaId: -1,
    isolationLevel: 0,
    topics: [{ name: 'none', partitions: many.map((partitionIndex) => ({ partitionIndex, timestamp: -1 })) }],
    timeoutMs: 1000,
  })
  assert.equal(topics[0].partitions.length, many.length)
  const created = await client.call(CreateTopics, 7, {
    topics: many.map((i) => ({ name: `many-${i}`, numPartitions: 1, replicationFactor: 1 })),
    timeoutMs: 1000,
    validateOnly: true,
  })
  // More partitions than one request may make.
  assert.deepEqual([...new Set(created.topics.map(({ errorCode }) => errorCode))], [44])
  assert.ok(cpuMs() - begun < 10_000)
})
