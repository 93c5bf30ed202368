// Connections and memory stay within their limits, whatever clients do.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import test from 'node:test'
import { ApiError } from '../../src/broker/api-error.ts'
import { Produce } from '../../src/protocol/apis/00-produce.ts'
import { Fetch } from '../../src/protocol/apis/01-fetch.ts'
import { ApiVersions } from '../../src/protocol/apis/18-api-versions.ts'
import { CreateTopics } from '../../src/protocol/apis/19-create-topics.ts'
import { IncrementalAlterConfigs } from '../../src/protocol/apis/44-incremental-alter-configs.ts'
import { AlterClientQuotas } from '../../src/protocol/apis/49-alter-client-quotas.ts'
import { encodeRequest } from '../../src/protocol/frame.ts'
import { batchOf, createTopic, RawClient, start } from './harness.ts'

const versions = (client: RawClient) => client.call(ApiVersions, 0, {})

/** Resolves when the broker has closed it without an answer. */
const refused = async (client: RawClient) => {
  await assert.rejects(versions(client), /closed the connection/)
}

for (const [what, properties] of [
  ['all', { 'max.connections': '2' }],
  ['a listener', { 'listener.name.plaintext.max.connections': '2' }],
  ['an address', { 'max.connections.per.ip': '2' }],
  ['one address', { 'max.connections.per.ip.overrides': '127.0.0.1:2' }],
] as const) {
  test(`there are only so many connections of ${what}, and more when some are gone`, async (t) => {
    const { client, connect, broker } = await start(t, { properties })
    await versions(client)
    const second = connect()
    await versions(second)
    await refused(connect())
    second.socket.destroy()
    while (broker.connections.count > 1) await new Promise(setImmediate)
    await versions(connect())
  })
}

test('an address that makes connections too fast is refused', async (t) => {
  const { client, connect, broker } = await start(t, { properties: { 'quota.window.num': '2' } })
  const entity = [{ entityType: 'ip', entityName: null }]
  const ops = [{ key: 'connection_creation_rate', value: 3, remove: false }]
  await client.call(AlterClientQuotas, 1, { entries: [{ entity, ops }] })
  for (let i = 0; i < 3; i++) await versions(connect())
  await refused(connect())
  assert.equal(broker.statistics.refused.rate, 1)
})

test('the number of connections is changed while the broker runs', async (t) => {
  const { client, connect } = await start(t)
  const configs = [{ name: 'max.connections', configOperation: 0, value: '1' }]
  const resources = [{ resourceType: 4, resourceName: '', configs }]
  const { responses } = await client.call(IncrementalAlterConfigs, 1, { resources })
  assert.equal(responses[0].errorCode, 0)
  await refused(connect())
})

test('connections without traffic are closed', async (t) => {
  const { client } = await start(t, { properties: { 'connections.max.idle.ms': '100' } })
  await versions(client)
  await client.closed
})

test('200 connections that never read their answers hold a bounded part of the memory', async (t) => {
  const { client, connect, broker } = await start(t)
  const topicId = await createTopic(client, 'orders')
  for (let i = 0; i < 24; i++) {
    await client.call(Produce, 13, {
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ topicId, partitionData: [{ index: 0, records: batchOf(['x'.repeat(500_000)]) }] }],
    })
  }
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 12 << 20 }]
  const request = { maxWaitMs: 0, minBytes: 1, maxBytes: 12 << 20, sessionEpoch: -1, topics: [{ topicId, partitions }] }
  const frame = Buffer.concat(encodeRequest(Fetch, 17, 1, 'slow', request))
  const before = broker.statistics.of(Fetch.key).count
  for (let i = 0; i < 200; i++) {
    const socket = net.connect(broker.listeners[0].port, '127.0.0.1')
    t.after(() => socket.destroy())
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.pause()
    // What comes after the first one is not looked at.
    socket.write(Buffer.concat([frame, frame, frame]))
  }
  while (broker.statistics.of(Fetch.key).count < before + 200) await new Promise(setImmediate)
  // Eight megabytes of the first few, one batch for each of the others; the system's own buffers take some of it.
  assert.ok(broker.memory.answerBytes > 32 << 20, String(broker.memory.answerBytes))
  assert.ok(broker.memory.answerBytes < (64 + 12 + 100) << 20, String(broker.memory.answerBytes))
  // Others go on, with a batch at a time.
  const { responses } = await connect().call(Fetch, 17, request)
  assert.ok((responses[0].partitions[0].records?.length ?? 0) >= 500_000)
})

test('requests that are large together are taken one after the other', async (t) => {
  const { client, connect, broker } = await start(t, { properties: { 'queued.max.request.bytes': '3000000' } })
  const topicId = await createTopic(client, 'orders')
  let most = 0
  const watch = setInterval(() => {
    most = Math.max(most, broker.memory.requestBytes)
  }, 1)
  t.after(() => clearInterval(watch))
  const records = batchOf(['x'.repeat(900_000)])
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      connect().call(Produce, 13, {
        acks: -1,
        timeoutMs: 1000,
        topicData: [{ topicId, partitionData: [{ index: 0, records: Buffer.from(records) }] }],
      }),
    ),
  )
  assert.deepEqual(
    answers.map((answer) => answer.responses[0].partitionResponses[0].baseOffset).sort((a, b) => a - b),
    Array.from({ length: 50 }, (_, index) => index),
  )
  assert.ok(most <= 3_000_000, String(most))
  assert.equal(broker.memory.requestBytes, 0)
})

test('memory of requests comes back when their connections go away in the middle', async (t) => {
  const { client, broker } = await start(t, { properties: { 'queued.max.request.bytes': '1000000' } })
  const half = Buffer.alloc(500_004)
  half.writeInt32BE(900_000)
  const rude = Array.from({ length: 5 }, () => new RawClient(broker.listeners[0].port))
  for (const each of rude) each.socket.write(half)
  while (broker.memory.waitingCount < 4) await new Promise(setImmediate)
  await versions(client)
  for (const each of rude) each.socket.destroy()
  while (broker.memory.requestBytes > 0 || broker.memory.waitingCount > 0) await new Promise(setImmediate)
})

test('a request of too many empty elements ends its connection, one of many is answered', async (t) => {
  const { client, connect } = await start(t)
  const topics = (count: number) => ({ topics: new Array(count).fill({ name: 'x' }), timeoutMs: 1000 })
  const greedy = connect()
  await assert.rejects(greedy.call(CreateTopics, 7, topics((1 << 18) + 1)), /closed the connection/)
  const many = { acks: -1, topicData: [{ name: 'none', partitionData: new Array(1 << 16).fill({ records: null }) }] }
  const { responses } = await client.call(Produce, 9, many)
  assert.equal(responses[0].partitionResponses.length, 1 << 16)
})

test('an error that is an answer does not note where it was made', () => {
  assert.equal(new ApiError('UNKNOWN_TOPIC_ID').stack?.includes('\n'), false)
  assert.ok(new Error('another').stack?.includes('\n'))
})
