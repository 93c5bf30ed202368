// What clients are asked to tell about themselves (KIP-714). The whole conversation is compared with Kafka's in test/interop/;
// here is what takes time, and the bounds.

import assert from 'node:assert/strict'
import test, { mock, type TestContext } from 'node:test'
import { ClientTelemetry, subscriptionId } from '../../src/broker/client-telemetry.ts'
import { BrokerConfigs } from '../../src/broker/configs/broker-configs.ts'
import { MetadataImage } from '../../src/broker/metadata-image.ts'
import type { ServerConnection } from '../../src/net/server.ts'
import { ApiVersions } from '../../src/protocol/apis/18-api-versions.ts'
import { IncrementalAlterConfigs } from '../../src/protocol/apis/44-incremental-alter-configs.ts'
import { GetTelemetrySubscriptions } from '../../src/protocol/apis/71-get-telemetry-subscriptions.ts'
import { PushTelemetry } from '../../src/protocol/apis/72-push-telemetry.ts'
import { errorName } from '../../src/protocol/errors.ts'
import { start } from './harness.ts'

const CLIENT_METRICS = 16
const SET = 0
const idOf = (name: string) => Buffer.from(name.padEnd(16, '-')).toString('base64url')

async function telemetry(t: TestContext) {
  const { client } = await start(t)
  return {
    client,
    async ask(name: string) {
      const answer = await client.call(GetTelemetrySubscriptions, 0, { clientInstanceId: idOf(name) })
      return { ...answer, error: errorName(answer.errorCode) }
    },
    async push(name: string, id: number, terminating = false) {
      const request = { clientInstanceId: idOf(name), subscriptionId: id, terminating, metrics: Buffer.alloc(3) }
      return errorName((await client.call(PushTelemetry, 0, request)).errorCode)
    },
    async subscribe(resourceName: string, configs: Record<string, string>) {
      const changes = Object.entries(configs).map(([name, value]) => ({ name, configOperation: SET, value }))
      const resources = [{ resourceType: CLIENT_METRICS, resourceName, configs: changes }]
      assert.equal((await client.call(IncrementalAlterConfigs, 1, { resources })).responses[0].errorCode, 0)
    },
  }
}

test('ids of subscriptions are those of Kafka', () => {
  const metrics = ['org.apache.kafka.producer.', 'org.apache.kafka.consumer.coordinator']
  assert.equal(subscriptionId('MDEyMzQ1Njc4OWFiY2RlMw', metrics, 7000), 381059784)
  assert.equal(subscriptionId('MDEyMzQ1Njc4OWFiY2RlMA', [], 300_000), -1952556152)
  assert.equal(subscriptionId('MDEyMzQ1Njc4OWFiY2RlMw', ['*'], 3000), -759852691)
})

test('a client pushes no more often than it is asked to, and may ask and push again when its time has come', async (t) => {
  mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 })
  t.after(() => mock.timers.reset())
  const { ask, push } = await telemetry(t)
  const { subscriptionId: id, pushIntervalMs } = await ask('a')
  assert.equal(await push('a', id), 'NONE')
  mock.timers.tick(pushIntervalMs - 1)
  assert.equal(await push('a', id), 'THROTTLING_QUOTA_EXCEEDED')
  assert.equal((await ask('a')).error, 'THROTTLING_QUOTA_EXCEEDED')
  mock.timers.tick(1)
  assert.equal(await push('a', id), 'NONE')
  mock.timers.tick(pushIntervalMs)
  assert.equal((await ask('a')).error, 'NONE')
})

test('a client that has said goodbye is refused until it is forgotten', async (t) => {
  mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 })
  t.after(() => mock.timers.reset())
  const { ask, push } = await telemetry(t)
  const { subscriptionId: id, pushIntervalMs } = await ask('a')
  assert.equal(await push('a', id, true), 'NONE')
  mock.timers.tick(3 * pushIntervalMs - 1)
  assert.equal(await push('a', id), 'INVALID_REQUEST')
  mock.timers.tick(3 * pushIntervalMs)
  assert.equal(await push('a', id), 'NONE')
})

test('no more clients are remembered than Kafka remembers', () => {
  const all = new ClientTelemetry({ configs: new BrokerConfigs(new Map()), image: new MetadataImage(), now: Date.now })
  const connection = { remoteAddress: '127.0.0.1', remotePort: 1 } as ServerConnection
  const ask = (name: string) => all.subscription(idOf(name), 'test', connection)
  ask('first')
  for (let at = 1; at < 16_384; at++) ask(String(at))
  assert.throws(() => ask('1'), { error: 'THROTTLING_QUOTA_EXCEEDED' })
  ask('one too many')
  ask('first')
})

test('expressions that could take for ever match in bounded time, those that can not be followed match nobody', async (t) => {
  const { ask, subscribe } = await telemetry(t)
  await subscribe('slow', { metrics: 'slow', match: 'client_id=(t|te|e|es|s|st)*x' })
  await subscribe('odd', { metrics: 'odd', match: 'client_id=(?!x)test' })
  await subscribe('all', { metrics: 'all', match: 'client_id=test' })
  assert.deepEqual((await ask('a')).requestedMetrics, ['all'])
})

test('ApiVersions does not offer telemetry', async (t) => {
  const { client } = await telemetry(t)
  const { apiKeys } = await client.call(ApiVersions, 0, {})
  const keys = apiKeys.map(({ apiKey }) => apiKey)
  assert.ok(keys.includes(74))
  assert.ok(!keys.includes(71) && !keys.includes(72))
})
