// APIs of administration that have no scenario of their own: the same requests to Kafka and to the bundled broker, the same
// answers.

import assert from 'node:assert/strict'
import test from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { Api, Input } from '../../../src/protocol/api.ts'
import { SaslHandshake } from '../../../src/protocol/apis/17-sasl-handshake.ts'
import { ApiVersions } from '../../../src/protocol/apis/18-api-versions.ts'
import { CreateTopics } from '../../../src/protocol/apis/19-create-topics.ts'
import { DeleteTopics } from '../../../src/protocol/apis/20-delete-topics.ts'
import { AlterReplicaLogDirs } from '../../../src/protocol/apis/34-alter-replica-log-dirs.ts'
import { DescribeLogDirs } from '../../../src/protocol/apis/35-describe-log-dirs.ts'
import { SaslAuthenticate } from '../../../src/protocol/apis/36-sasl-authenticate.ts'
import { CreateDelegationToken } from '../../../src/protocol/apis/38-create-delegation-token.ts'
import { RenewDelegationToken } from '../../../src/protocol/apis/39-renew-delegation-token.ts'
import { ExpireDelegationToken } from '../../../src/protocol/apis/40-expire-delegation-token.ts'
import { DescribeDelegationToken } from '../../../src/protocol/apis/41-describe-delegation-token.ts'
import { IncrementalAlterConfigs } from '../../../src/protocol/apis/44-incremental-alter-configs.ts'
import { DescribeCluster } from '../../../src/protocol/apis/60-describe-cluster.ts'
import { UnregisterBroker } from '../../../src/protocol/apis/64-unregister-broker.ts'
import { GetTelemetrySubscriptions } from '../../../src/protocol/apis/71-get-telemetry-subscriptions.ts'
import { PushTelemetry } from '../../../src/protocol/apis/72-push-telemetry.ts'
import { ListConfigResources } from '../../../src/protocol/apis/74-list-config-resources.ts'
import { DescribeTopicPartitions } from '../../../src/protocol/apis/75-describe-topic-partitions.ts'
import { AddRaftVoter } from '../../../src/protocol/apis/80-add-raft-voter.ts'
import { RemoveRaftVoter } from '../../../src/protocol/apis/81-remove-raft-voter.ts'
import { errorName } from '../../../src/protocol/errors.ts'
import { RawClient } from '../../broker/harness.ts'
import { startKafka } from '../peers/kafka.ts'
import { serve } from '../peers/ktool.ts'
import { freePorts } from '../peers/run.ts'
import { realKafka } from '../shared.ts'

const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA'
const CLIENT_METRICS = 16
const SET = 0
const DELETE = 1

/** Asks one broker, and notes what it says in a form that is the same for any broker. */
class Asker {
  readonly log: string[] = []
  readonly client: RawClient
  /** What is another on each broker, and what stands for it. */
  private readonly own: [text: string, name: string][] = []

  constructor(client: RawClient) {
    this.client = client
  }

  call<Request, Response>(api: Api<Request, Response>, version: number, body: Input<Request>): Promise<Response> {
    return this.client.call(api, version, body)
  }

  /** Notes the answer. */
  async ask<Request, Response>(api: Api<Request, Response>, version: number, body: Input<Request>): Promise<Response> {
    const answer = await this.call(api, version, body)
    const shown = JSON.stringify(body, (_, value) => (value?.type === 'Buffer' ? `${value.data.length} bytes` : value))
    this.log.push(this.plain(`${api.name} ${version} ${shown} -> ${JSON.stringify(answer, sorted)}`))
    return answer
  }

  /** From here on a name stands for this text. */
  hide(text: string, name: string): string {
    this.own.push([text, name])
    return text
  }

  private plain(text: string): string {
    return this.own.reduce((result, [from, to]) => result.replaceAll(from, to), text)
  }
}

/** What comes in the order of Kafka's hash tables. */
const UNORDERED: ReadonlySet<string> = new Set(['results', 'partitions', 'configResources'])

function sorted(key: string, value: unknown): unknown {
  if (key === 'errorCode') return errorName(value as number)
  if (!UNORDERED.has(key) || !Array.isArray(value)) return value
  return value.map((each) => JSON.stringify(each, sorted)).sort()
}

const base64 = (text: string) => Buffer.from(text.padEnd(16, '-')).toString('base64url')

async function setClientMetrics(asker: Asker, resourceName: string, configs: Record<string, string | null>) {
  const changes = Object.entries(configs).map(([name, value]) => ({
    name,
    configOperation: value === null ? DELETE : SET,
    value,
  }))
  const resources = [{ resourceType: CLIENT_METRICS, resourceName, configs: changes }]
  const { responses } = await asker.call(IncrementalAlterConfigs, 1, { resources })
  assert.equal(responses[0]?.errorCode, 0)
}

const scenarios: Readonly<Record<string, (asker: Asker) => Promise<void>>> = {
  async 'replicas move between data directories'(a) {
    const topics = [{ name: 'moved', numPartitions: 2, replicationFactor: 1 }]
    await a.call(CreateTopics, 7, { topics, timeoutMs: 10_000 })
    const directory = a.hide((await a.call(DescribeLogDirs, 4, { topics: null })).results[0]!.logDir, 'DIRECTORY')
    const all = [
      { name: 'moved', partitions: [0, 1, 7] },
      { name: 'nothing', partitions: [0] },
    ]
    for (const version of [1, 2]) {
      await a.ask(AlterReplicaLogDirs, version, { dirs: [] })
      for (const path of [directory, `${directory}/`, '/nowhere', 'relative', '']) {
        await a.ask(AlterReplicaLogDirs, version, { dirs: [{ path, topics: all }] })
      }
      const twice = [directory, '/nowhere'].map((path) => ({ path, topics: all }))
      await a.ask(AlterReplicaLogDirs, version, { dirs: twice })
      await a.ask(AlterReplicaLogDirs, version, { dirs: twice.reverse() })
    }
  },

  async 'delegation tokens without a login'(a) {
    const owner = { ownerPrincipalType: 'User', ownerPrincipalName: 'alice' }
    const renewers = [{ principalType: 'User', principalName: 'bob' }]
    for (const version of [1, 2, 3]) {
      await a.ask(CreateDelegationToken, version, { renewers, maxLifetimeMs: -1 })
      await a.ask(DescribeDelegationToken, version, { owners: null })
      await a.ask(DescribeDelegationToken, version, { owners: renewers })
    }
    await a.ask(CreateDelegationToken, 3, { ...owner, renewers: [], maxLifetimeMs: 5 })
    for (const version of [1, 2]) {
      await a.ask(RenewDelegationToken, version, { hmac: Buffer.from('ab'), renewPeriodMs: -1 })
      await a.ask(ExpireDelegationToken, version, { hmac: Buffer.from('ab'), expiryTimePeriodMs: -1 })
    }
  },

  async 'brokers and voters that are not there'(a) {
    const id = base64('directory')
    await a.ask(UnregisterBroker, 0, { brokerId: 7 })
    await a.ask(UnregisterBroker, 0, { brokerId: -1 })
    const clusterId = a.hide((await a.call(DescribeCluster, 0, {})).clusterId, 'CLUSTER')
    const controller = { name: 'CONTROLLER', host: 'h', port: 1 }
    const voter = { clusterId: null, timeoutMs: 1000, voterId: 7, voterDirectoryId: id, listeners: [controller] }
    await a.ask(AddRaftVoter, 0, voter)
    await a.ask(AddRaftVoter, 1, { ...voter, ackWhenCommitted: false })
    await a.ask(AddRaftVoter, 1, { ...voter, clusterId })
    await a.ask(AddRaftVoter, 1, { ...voter, clusterId: 'other', voterId: -7 })
    await a.ask(AddRaftVoter, 1, { ...voter, voterId: -7 })
    await a.ask(AddRaftVoter, 1, { ...voter, voterDirectoryId: ZERO_UUID, listeners: [] })
    await a.ask(AddRaftVoter, 1, { ...voter, listeners: [] })
    await a.ask(AddRaftVoter, 1, { ...voter, listeners: [{ ...controller, name: 'PLAINTEXT' }] })
    await a.ask(RemoveRaftVoter, 0, { clusterId, voterId: 7, voterDirectoryId: id })
    await a.ask(RemoveRaftVoter, 0, { clusterId: null, voterId: 7, voterDirectoryId: ZERO_UUID })
    await a.ask(RemoveRaftVoter, 0, { clusterId: null, voterId: -7, voterDirectoryId: id })
    await a.ask(RemoveRaftVoter, 0, { clusterId: '', voterId: 7, voterDirectoryId: id })
  },

  async 'client metrics: what is asked of a client, and what it may push'(a) {
    const subscribe = (name: string) => a.ask(GetTelemetrySubscriptions, 0, { clientInstanceId: base64(name) })
    const push = (name: string, subscriptionId: number, metrics: Buffer, compressionType = 0, terminating = false) => {
      const clientInstanceId = base64(name)
      return a.ask(PushTelemetry, 0, { clientInstanceId, subscriptionId, terminating, compressionType, metrics })
    }
    const bytes = Buffer.alloc(3)
    const { subscriptionId } = await subscribe('a')
    await subscribe('a')
    await push('a', 1, bytes)
    await push('a', subscriptionId, bytes)
    await subscribe('a')
    await push('a', subscriptionId, bytes, 0, true)
    await push('a', subscriptionId, bytes, 0, true)
    await subscribe('a')
    await push('unknown', 5, bytes)
    const tries: [type: number, bytes: Buffer][] = [
      [9, bytes],
      [-1, bytes],
      [0, Buffer.alloc(0)],
      [0, Buffer.alloc(1 << 20)],
      [0, Buffer.alloc((1 << 20) + 1)],
      [1, Buffer.alloc(0)],
      [1, bytes],
      [1, gzipSync(Buffer.alloc(1 << 20))],
      [1, gzipSync(Buffer.alloc((1 << 20) + 1))],
      [2, Buffer.from([5, 16, 104, 101, 108, 108, 111])],
      [3, bytes],
      [4, bytes],
      [4, zstdCompressSync(Buffer.alloc(1000))],
    ]
    for (const [at, [type, metrics]] of tries.entries()) {
      const name = `try ${at}`
      await push(name, (await subscribe(name)).subscriptionId, metrics, type)
      await subscribe(name)
    }
    await a.ask(PushTelemetry, 0, { clientInstanceId: ZERO_UUID, metrics: bytes })
    await a.ask(PushTelemetry, 0, { clientInstanceId: 'AAAAAAAAAAAAAAAAAAAAAQ', metrics: bytes })
    const made = await a.call(GetTelemetrySubscriptions, 0, { clientInstanceId: ZERO_UUID })
    assert.notEqual(made.clientInstanceId, ZERO_UUID)
  },

  async 'client metrics: subscriptions'(a) {
    const shows = async (step: string, hasCome: (metrics: string[], intervalMs: number) => boolean) => {
      // A broker hears of a change a little later; each question is that of another client.
      for (let attempt = 0; ; attempt++) {
        const clientInstanceId = base64(`${step} ${attempt}`)
        const answer = await a.call(GetTelemetrySubscriptions, 0, { clientInstanceId })
        if (attempt < 100 && !hasCome(answer.requestedMetrics, answer.pushIntervalMs)) {
          await new Promise((resolve) => setTimeout(resolve, 50))
          continue
        }
        await a.ask(GetTelemetrySubscriptions, 0, { clientInstanceId: base64(step) })
        return
      }
    }
    await a.call(ApiVersions, 4, { clientSoftwareName: 'some-client', clientSoftwareVersion: '1.2' })
    const names = { metrics: 'org.apache.kafka.producer.,org.apache.kafka.consumer.coordinator', 'interval.ms': '7000' }
    await setClientMetrics(a, 'one', names)
    await shows('one', (metrics) => metrics.length === 2)
    const match = 'client_id=te.*, client_source_address=127.*,client_software_name=some-client'
    await setClientMetrics(a, 'two', { metrics: 'a.b,c, org.apache.kafka.producer.', 'interval.ms': '9000', match })
    await shows('two', (metrics) => metrics.length === 4)
    await setClientMetrics(a, 'three', { metrics: 'zz', 'interval.ms': '200', match: 'client_id=es' })
    await setClientMetrics(a, 'four', { 'interval.ms': '6999' })
    await shows('three', (_, intervalMs) => intervalMs === 6999)
    await setClientMetrics(a, 'three', { match: 'client_software_version=1\\.\\d' })
    await shows('four', (metrics) => metrics.includes('zz'))
    await setClientMetrics(a, 'three', { match: null, metrics: '*' })
    await shows('five', (metrics) => metrics.includes('*'))
    await a.ask(ListConfigResources, 0, {})
    await a.ask(ListConfigResources, 1, { resourceTypes: [CLIENT_METRICS] })
    await a.ask(ListConfigResources, 1, { resourceTypes: [99] })
    for (const name of ['one', 'two', 'three', 'four']) {
      await setClientMetrics(a, name, { match: null, metrics: null, 'interval.ms': null })
    }
    await shows('six', (metrics) => metrics.length === 0)
    await a.ask(ListConfigResources, 0, {})
  },

  async 'topics in pages'(a) {
    const topics = ['page-a', 'page-b', 'page-c'].map((name, index) => ({
      name,
      numPartitions: 3 + index,
      replicationFactor: 1,
    }))
    const made = await a.call(CreateTopics, 7, { topics, timeoutMs: 10_000 })
    for (const { name, topicId } of made.topics) a.hide(topicId, `id of ${name}`)
    const wanted = ['page-b', 'page-a', 'none', 'page-c', 'page-a', 'bad name'].map((name) => ({ name }))
    const pages = async (
      responsePartitionLimit: number,
      cursor: { topicName: string; partitionIndex: number } | null,
    ) => {
      for (let next = cursor, count = 0; count < 20; count++) {
        const answer = await a.ask(DescribeTopicPartitions, 0, { topics: wanted, responsePartitionLimit, cursor: next })
        if (answer.nextCursor === null) return
        next = answer.nextCursor
      }
      throw new Error('the pages have no end')
    }
    for (const limit of [2, 3, 4, 100, 5000, 0, -1]) await pages(limit, null)
    await pages(4, { topicName: 'page-b', partitionIndex: 1 })
    await pages(4, { topicName: 'page-b', partitionIndex: 9 })
    await pages(4, { topicName: 'page-bb', partitionIndex: 0 })
    await pages(4, { topicName: 'page-b', partitionIndex: -1 })
    await pages(4, { topicName: 'none', partitionIndex: 0 })
    await a.call(DeleteTopics, 6, {
      topics: topics.map(({ name }) => ({ name, topicId: ZERO_UUID })),
      timeoutMs: 10_000,
    })
  },
}

for (const [name, run] of Object.entries(scenarios)) {
  test(`Kafka and ktool answer alike: ${name}`, async (t) => {
    const broker = await serve()
    t.after(() => broker.wipe())
    const logs: string[][] = []
    for (const { port } of [await realKafka(), broker]) {
      const asker = new Asker(new RawClient(port))
      t.after(() => asker.client.socket.destroy())
      await run(asker)
      logs.push(asker.log)
    }
    assert.deepEqual(logs[1], logs[0])
  })
}

test('ktool serve names the APIs that Kafka names, but for those of share and streams groups', async (t) => {
  const broker = await serve()
  t.after(() => broker.wipe())
  const [kafka, own] = await Promise.all(
    [await realKafka(), broker].map(async ({ port }) => {
      const client = new RawClient(port)
      t.after(() => client.socket.destroy())
      const software = { clientSoftwareName: 'a', clientSoftwareVersion: '1' }
      const { apiKeys } = await client.call(ApiVersions, 4, software)
      return apiKeys.map(({ apiKey, minVersion, maxVersion }) => `${apiKey}: ${minVersion}-${maxVersion}`)
    }),
  )
  const missing = kafka!.filter((row) => !own!.includes(row)).map((row) => Number(row.split(':')[0]))
  assert.deepEqual(missing, [76, 77, 78, 79, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92])
  assert.deepEqual(
    own!.filter((row) => !kafka!.includes(row)),
    [],
  )
})

test('delegation tokens with a login are refused as by a Kafka without a secret key', async (t) => {
  const [port, controller] = await freePorts(2)
  const jaas = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="wonder";'
  const properties = {
    'sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.sasl_plaintext.plain.sasl.jaas.config': jaas,
  }
  const kafka = await startKafka({
    port,
    properties: {
      ...properties,
      'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      listeners: `SASL_PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
      'advertised.listeners': `SASL_PLAINTEXT://127.0.0.1:${port}`,
      'listener.security.protocol.map': 'SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
      'inter.broker.listener.name': 'SASL_PLAINTEXT',
      'sasl.mechanism.inter.broker.protocol': 'PLAIN',
      'listener.name.sasl_plaintext.plain.sasl.jaas.config': jaas.replace(
        'required',
        'required username="alice" password="wonder"',
      ),
    },
  })
  t.after(() => kafka.wipe())
  const [own] = await freePorts(1)
  const args = Object.entries({ ...properties, listeners: `SASL_PLAINTEXT://127.0.0.1:${own}` }).flatMap((each) => [
    '-X',
    each.join('='),
  ])
  const broker = await serve({ listen: `127.0.0.1:${own}`, ownListeners: true, args })
  t.after(() => broker.wipe())
  const logs: string[][] = []
  for (const each of [kafka, broker]) {
    const asker = new Asker(new RawClient(each.port))
    t.after(() => asker.client.socket.destroy())
    await asker.call(SaslHandshake, 1, { mechanism: 'PLAIN' })
    const login = await asker.call(SaslAuthenticate, 2, { authBytes: Buffer.from('\0alice\0wonder') })
    assert.equal(login.errorCode, 0)
    const bob = { principalType: 'User', principalName: 'bob' }
    for (const renewers of [[], [bob], [{ ...bob, principalType: 'Group' }]]) {
      await asker.ask(CreateDelegationToken, 3, { renewers, maxLifetimeMs: -1 })
      const owner = { ownerPrincipalType: 'User', ownerPrincipalName: 'bob' }
      await asker.ask(CreateDelegationToken, 3, { renewers, maxLifetimeMs: -1, ...owner })
      await asker.ask(CreateDelegationToken, 2, { renewers, maxLifetimeMs: -1 })
    }
    await asker.ask(DescribeDelegationToken, 3, { owners: null })
    await asker.ask(RenewDelegationToken, 2, { hmac: Buffer.from('ab'), renewPeriodMs: -1 })
    await asker.ask(ExpireDelegationToken, 2, { hmac: Buffer.from('ab'), expiryTimePeriodMs: -1 })
    logs.push(asker.log)
  }
  assert.deepEqual(logs[1], logs[0])
})
