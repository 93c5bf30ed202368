// A connection over TLS that much comes by gets a thread of its own; what is read stays the same.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../src/client/client.ts'
import { tlsSettings } from '../../src/net/tls/settings.ts'
import { Produce } from '../../src/protocol/apis/00-produce.ts'
import { BatchBuilder } from '../../src/records/builder.ts'
import { codecByName } from '../../src/records/compression/index.ts'
import { readTopic } from './reading.ts'
import { withBroker } from './with-broker.ts'

const golden = (name: string) => join(import.meta.dirname, '../net/tls/golden', name)
const COUNT = 2_000
const VALUE_BYTES = 500
const valueAt = (i: number) => `${i}`.padEnd(VALUE_BYTES)

async function write(client: Client, topic: string, codec: string) {
  const builder = new BatchBuilder(1 << 24)
  for (let i = 0; i < COUNT; i++) builder.tryAppend(i, Buffer.from(valueAt(i)), -1, -1, 0, VALUE_BYTES)
  const records = builder.close({ codec: codecByName(codec) })
  const { broker } = await client.cluster.leader(topic, 0)
  const { topicId } = await client.cluster.topic(topic)
  const topicData = [{ name: topic, topicId, partitionData: [{ index: 0, records }] }]
  const answer = await broker.request(Produce, { acks: -1, timeoutMs: 1000, topicData })
  assert.equal(answer.responses[0].partitionResponses[0].errorCode, 0)
}

test('what is read in another thread is the same, whatever its codec, and after the thread is gone', async (t) => {
  const tls = await tlsSettings({
    trust: { location: golden('ca.pem') },
    identity: {},
    verify: true,
    checkHostName: true,
  })
  const { client } = await withBroker(t, {
    properties: {
      listeners: 'SSL://127.0.0.1:0',
      'ssl.keystore.certificate.chain': readFileSync(golden('broker.pem'), 'utf8'),
      'ssl.keystore.key': readFileSync(golden('broker.key'), 'utf8'),
    },
    options: { security: { tls, sasl: null } },
  })
  await client.admin.createTopics(['much', 'codecs', 'more'].map((name) => ({ name, partitions: 1 })))
  for (let i = 0; i < 18; i++) await write(client, 'much', 'none')
  const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
  for (const codec of codecs) await write(client, 'codecs', codec)
  const { broker } = await client.cluster.leader('codecs', 0)
  const check = async (lane: 'fetch' | 'main') => {
    const { records } = await readTopic(client, 'codecs', { fetch: { lane } })
    assert.equal(records.length, codecs.length * COUNT)
    for (const [i, { value }] of records.entries()) assert.equal(value?.toString(), valueAt(i % COUNT))
  }

  for (const lane of ['fetch', 'main'] as const) {
    const isInThread = async () => (await broker.connection(lane)).inThread
    await check(lane)
    assert.equal(await isInThread(), false)
    // The last fetch begins before much has come.
    await readTopic(client, 'much', { fetch: { lane, maxBytes: 64 << 20, partitionMaxBytes: 64 << 20 } })
    // Who produces over the same connection keeps it.
    for (let i = 0; i < 20; i++) await write(client, 'more', 'none')
    assert.equal(await isInThread(), false)
    for (const until = Date.now() + 10_000; !(await isInThread()) && Date.now() < until; await sleep(5))
      await check(lane)
    assert.equal(await isInThread(), true)
    await check(lane)
    const first = await broker.connection(lane)
    first.close()
    await check(lane)
    assert.notEqual(await broker.connection(lane), first)
  }
})
