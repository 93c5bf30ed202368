// Quotas of bytes a second: which one counts for whom, how long a client has to wait, and that it is not heard meanwhile.

import assert from 'node:assert/strict'
import test from 'node:test'
import { type ByteQuota, ByteQuotas } from '../../src/broker/byte-quotas.ts'
import { BrokerConfigs } from '../../src/broker/configs/broker-configs.ts'
import { MetadataImage, RecordType } from '../../src/broker/metadata-image.ts'
import { RateWindow } from '../../src/broker/rate-window.ts'
import { Produce } from '../../src/protocol/apis/00-produce.ts'
import { Fetch } from '../../src/protocol/apis/01-fetch.ts'
import { ApiVersions } from '../../src/protocol/apis/18-api-versions.ts'
import { AlterClientQuotas } from '../../src/protocol/apis/49-alter-client-quotas.ts'
import { batchOf, createTopic, start } from './harness.ts'

test('a rate over windows', () => {
  const rate = new RateWindow(1000, 11)
  rate.add(1_000_000, 0)
  assert.equal(rate.excessMs(100_000, 0), 0)
  rate.add(100_000, 500)
  assert.equal(rate.excessMs(100_000, 500), Math.round((1_100_000 / 10.5 / 100_000 - 1) * 10_500))
  rate.add(900_000, 5_000)
  assert.equal(rate.excessMs(100_000, 5_000), 10_000)
  rate.add(-900_000, 5_000)
  assert.equal(rate.excessMs(100_000, 5_000), 1_000)
  // What lies before the windows counts no more.
  assert.equal(rate.excessMs(100_000, 11_000), 0)
  rate.add(1_000_001, 20_000)
  assert.equal(rate.excessMs(100_000, 20_000), 0)
})

type Part = string | null | undefined

function quotasOf(...list: [user: Part, client: Part, rate: number][]) {
  const image = new MetadataImage()
  const set = (user: Part, client: Part, value: number, remove = false) => {
    const entity = []
    if (user !== undefined) entity.push({ entityType: 'user', entityName: user })
    if (client !== undefined) entity.push({ entityType: 'client-id', entityName: client })
    image.replay({
      type: RecordType.clientQuota,
      version: 0,
      value: { entity, key: 'producer_byte_rate', value, remove },
    })
  }
  for (const [user, client, rate] of list) set(user, client, rate)
  const quotas = new ByteQuotas(image, new BrokerConfigs(new Map()))
  const of = (user: string, clientId: string, quota: ByteQuota = 'producer_byte_rate') =>
    quotas.most(quota, { user, clientId }) / 10
  return { quotas, of, set }
}

test('the most specific quota counts', () => {
  const all: [Part, Part, number][] = [
    ['alice', 'etl', 1],
    ['alice', null, 2],
    ['alice', undefined, 3],
    [null, 'etl', 4],
    [null, null, 5],
    [null, undefined, 6],
    [undefined, 'etl', 7],
    [undefined, null, 8],
  ]
  for (const [index, [, , rate]] of all.entries()) {
    const { of } = quotasOf(...all.slice(index))
    assert.equal(of('alice', 'etl'), rate)
    assert.equal(of('alice', 'etl', 'consumer_byte_rate'), Number.POSITIVE_INFINITY)
  }
  const { of, set } = quotasOf(...all)
  assert.equal(of('alice', 'x'), 2)
  assert.equal(of('bob', 'etl'), 4)
  assert.equal(of('bob', 'x'), 5)
  set('alice', 'etl', 0, true)
  assert.equal(of('alice', 'etl'), 2)
})

test('clients share the quota of their user, and have their own where it is for each', () => {
  const shared = quotasOf(['alice', undefined, 100]).quotas
  const each = quotasOf([undefined, null, 100]).quotas
  for (const [quotas, waits] of [
    [shared, true],
    [each, false],
  ] as const) {
    assert.equal(quotas.record('producer_byte_rate', { user: 'alice', clientId: 'a' }, 600, 0), 0)
    assert.equal(quotas.record('producer_byte_rate', { user: 'alice', clientId: 'b' }, 600, 0) > 0, waits)
  }
})

test('who is above a quota waits: a fetch gets nothing until then, and nobody is heard meanwhile', async (t) => {
  const { client, connect } = await start(t)
  await createTopic(client, 'orders')
  const ops = ['producer_byte_rate', 'consumer_byte_rate'].map((key) => ({ key, value: 10_000, remove: false }))
  const entity = [{ entityType: 'user', entityName: 'ANONYMOUS' }]
  await client.call(AlterClientQuotas, 1, { entries: [{ entity, ops }] })
  const produce = (bytes: number) => {
    const partitionData = [{ index: 0, records: batchOf(['x'.repeat(bytes)]) }]
    return client.call(Produce, 9, { acks: 1, timeoutMs: 1000, topicData: [{ name: 'orders', partitionData }] })
  }
  assert.equal((await produce(50_000)).throttleTimeMs, 0)
  const { throttleTimeMs, responses } = await produce(52_000)
  assert.equal(responses[0].partitionResponses[0].errorCode, 0)
  assert.ok(throttleTimeMs > 50 && throttleTimeMs < 500, `${throttleTimeMs} ms`)
  const begun = performance.now()
  await client.call(ApiVersions, 0, {})
  assert.ok(performance.now() - begun > throttleTimeMs - 50)

  const reader = connect()
  const fetch = (fetchOffset: number) => {
    const topics = [{ topic: 'orders', partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 60_000 }] }]
    return reader.call(Fetch, 12, { maxWaitMs: 0, minBytes: 0, maxBytes: 1 << 20, topics })
  }
  assert.equal((await fetch(0)).throttleTimeMs, 0)
  const refused = await fetch(1)
  assert.ok(refused.throttleTimeMs > 0)
  assert.deepEqual(refused.responses, [])
})
