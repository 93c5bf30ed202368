// A fetch lane over TLS that much comes by gets a thread of its own; what is read stays the same.

import assert from 'node:assert/strict'
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
      'ssl.keystore.location': golden('broker-legacy.p12'),
      'ssl.keystore.password': 'storepass',
    },
    options: { security: { tls, sasl: null } },
  })
  await client.admin.createTopics(['much', 'codecs'].map((name) => ({ name, partitions: 1 })))
  for (let i = 0; i < 18; i++) await write(client, 'much', 'none')
  const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
  for (const codec of codecs) await write(client, 'codecs', codec)
  const { broker } = await client.cluster.leader('codecs', 0)
  const isInThread = async () => (await broker.connection('fetch')).inThread
  const check = async () => {
    const { records } = await readTopic(client, 'codecs')
    assert.equal(records.length, codecs.length * COUNT)
    for (const [i, { value }] of records.entries()) assert.equal(value?.toString(), valueAt(i % COUNT))
  }

  await check()
  assert.equal(await isInThread(), false)
  assert.equal((await readTopic(client, 'much')).records.length, 18 * COUNT)
  for (const until = Date.now() + 10_000; !(await isInThread()) && Date.now() < until; ) await sleep(5)
  assert.equal(await isInThread(), true)
  await check()
  const first = await broker.connection('fetch')
  first.close()
  await check()
  assert.notEqual(await broker.connection('fetch'), first)
})
