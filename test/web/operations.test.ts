import assert from 'node:assert/strict'
import net from 'node:net'
import test, { type TestContext } from 'node:test'
import { Produce } from '../../src/protocol/apis/00-produce.ts'
import { Fetch } from '../../src/protocol/apis/01-fetch.ts'
import { OffsetCommit } from '../../src/protocol/apis/08-offset-commit.ts'
import { ApiVersions } from '../../src/protocol/apis/18-api-versions.ts'
import { StorageError } from '../../src/storage/storage-error.ts'
import { Operations } from '../../src/web/operations.ts'
import { batchOf, createTopic, start } from '../broker/harness.ts'

async function listen(t: TestContext) {
  const operations = await Operations.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => operations.close())
  const get = async (path: string, method = 'GET') => {
    const response = await fetch(`http://127.0.0.1:${operations.port}${path}`, { method })
    return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() }
  }
  const metrics = async () => samples((await get('/metrics')).text)
  return { operations, get, metrics }
}

/** The samples by name with labels; fails for a line that is none. */
function samples(text: string): Map<string, number> {
  const all = new Map<string, number>()
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const match = /^([a-z_][a-z0-9_]*(?:\{[a-z_]+="(?:[^"\\]|\\.)*"(?:,[a-z_]+="(?:[^"\\]|\\.)*")*\})?) (\S+)$/i.exec(
      line,
    )
    assert.ok(match !== null, line)
    assert.ok(!all.has(match[1]), `${match[1]} comes twice`)
    all.set(match[1], Number(match[2]))
  }
  return all
}

test('what was produced, fetched and committed is counted', async (t) => {
  const { operations, metrics } = await listen(t)
  const { broker, client, connect } = await start(t)
  operations.serving(broker)
  const topicId = await createTopic(client, 'orders', 2)
  const records = batchOf(['a', 'b', 'c'])
  const { length } = records
  const topicData = [{ topicId, partitionData: [{ index: 1, records }] }]
  await client.call(Produce, 13, { acks: -1, timeoutMs: 1000, topicData })
  const wanted = (fetchOffset: number) => [
    { topicId, partitions: [{ partition: 1, fetchOffset, partitionMaxBytes: 1 << 20 }] },
  ]
  const fetching = { maxBytes: 1 << 20, minBytes: 1, sessionEpoch: -1 }
  await client.call(Fetch, 17, { ...fetching, maxWaitMs: 0, topics: wanted(0) })
  const partitions = [{ partitionIndex: 1, committedOffset: 1, committedMetadata: '' }]
  const commit = { groupId: 'g"1\n', generationIdOrMemberEpoch: -1, topics: [{ name: 'orders', partitions }] }
  const committed = await client.call(OffsetCommit, 8, commit)
  assert.equal(committed.topics[0].partitions[0].errorCode, 0)
  const waiting = connect()
  // The first one that finds nothing is not kept waiting.
  await waiting.call(Fetch, 17, { ...fetching, maxWaitMs: 60_000, topics: wanted(3) })
  const waited = waiting.call(Fetch, 17, { ...fetching, maxWaitMs: 60_000, topics: wanted(3) })
  waited.catch(() => {})
  while (broker.statistics.waiting.Fetch === 0) await new Promise(setImmediate)

  const found = await metrics()
  const group = 'consumergroup="g\\"1\\n",topic="orders",partition="1"'
  for (const [name, value] of Object.entries({
    'kafka_server_brokertopicmetrics_messagesin_total{topic="orders"}': 3,
    'kafka_server_brokertopicmetrics_bytesin_total{topic="orders"}': length,
    'kafka_server_brokertopicmetrics_bytesout_total{topic="orders"}': length,
    'kafka_log_log_size{topic="orders",partition="1"}': length,
    'kafka_log_log_size{topic="orders",partition="0"}': 0,
    'kafka_log_log_logendoffset{topic="orders",partition="1"}': 3,
    'kafka_log_log_logstartoffset{topic="orders",partition="1"}': 0,
    'kafka_network_requestmetrics_requests_total{request="Produce"}': 1,
    'kafka_network_requestmetrics_requests_total{request="Fetch"}': 3,
    'kafka_network_requestmetrics_requesttime_seconds_count{request="Produce"}': 1,
    'kafka_network_requestmetrics_requesttime_seconds_bucket{request="Produce",le="+Inf"}': 1,
    'kafka_server_socketservermetrics_connection_count{listener="PLAINTEXT"}': 2,
    'kafka_server_delayedoperationpurgatory_purgatorysize{delayedoperation="Fetch"}': 1,
    kafka_server_replicamanager_underreplicatedpartitions: 0,
    kafka_controller_kafkacontroller_offlinepartitionscount: 0,
    [`kafka_consumergroup_current_offset{${group}}`]: 1,
    [`kafka_consumergroup_lag{${group}}`]: 2,
  })) {
    assert.equal(found.get(name), value, name)
  }
  assert.ok((found.get('process_resident_memory_bytes') ?? 0) > 0)
  const seconds = found.get('kafka_network_requestmetrics_requesttime_seconds_sum{request="Produce"}') ?? 0
  assert.ok(seconds > 0 && seconds < 1)

  waiting.socket.destroy()
  while (broker.statistics.waiting.Fetch > 0) await new Promise(setImmediate)
  await client.call(Produce, 13, { acks: -1, timeoutMs: 1000, topicData })
  assert.equal((await metrics()).get(`kafka_consumergroup_lag{${group}}`), 5)
})

test('health tells when the broker starts, serves, can not write, and stops', async (t) => {
  const { operations, get } = await listen(t)
  const health = async () => {
    const { status, type, text } = await get('/health')
    assert.equal(type, 'application/json')
    return { code: status, ...JSON.parse(text) }
  }
  assert.deepEqual(await health(), { code: 503, status: 'starting' })
  assert.equal((await get('/metrics')).status, 200)
  const { broker } = await start(t)
  operations.serving(broker)
  assert.deepEqual(await health(), { code: 200, status: 'serving', offlinePartitions: [] })
  broker.logs.failures.set('orders-0', new StorageError('KAFKA_STORAGE_ERROR', 'no'))
  assert.deepEqual(await health(), { code: 200, status: 'serving', offlinePartitions: ['orders-0'] })
  broker.logs.environment.onWrite(new StorageError('KAFKA_STORAGE_ERROR', 'the disk is full'))
  const { code, status, error } = await health()
  assert.deepEqual({ code, status, error }, { code: 503, status: 'log directory offline', error: 'the disk is full' })
  broker.logs.environment.onWrite(undefined)
  assert.equal((await health()).code, 200)
  const closing = broker.close()
  assert.deepEqual(await health(), { code: 503, status: 'stopping' })
  await closing
})

test('only GET of what is there is answered', async (t) => {
  const { get } = await listen(t)
  assert.deepEqual(await get('/'), {
    status: 404,
    type: 'text/plain; charset=utf-8',
    text: 'there is /metrics and /health here\n',
  })
  assert.equal((await get('/__proto__')).status, 404)
  assert.equal((await get('/health?verbose')).status, 503)
  assert.equal((await get('/metrics', 'DELETE')).status, 405)
  assert.equal((await get('/metrics', 'HEAD')).text, '')
})

test('an address that can not be had is told', async (t) => {
  const { operations } = await listen(t)
  await assert.rejects(Operations.listen({ host: '127.0.0.1', port: operations.port }), {
    name: 'KtoolError',
    message: /can't listen on 127\.0\.0\.1:\d+: it is in use by another program/,
  })
})

test('connections that are refused or rejected are counted', async (t) => {
  const { operations, metrics } = await listen(t)
  const { broker, client, connect } = await start(t, { properties: { 'max.connections.per.ip': '2' } })
  operations.serving(broker)
  await client.call(ApiVersions, 0, {})
  const rude = net.connect(broker.listeners[0].port, '127.0.0.1')
  rude.write('GET / HTTP/1.1\r\n\r\n')
  await new Promise((resolve) => rude.once('close', resolve))
  while (broker.connections.count > 1) await new Promise(setImmediate)
  await connect().call(ApiVersions, 0, {})
  await assert.rejects(connect().call(ApiVersions, 0, {}))
  const found = await metrics()
  assert.equal(found.get('ktool_connections_refused_total{reason="ip"}'), 1)
  assert.equal(found.get('ktool_connections_rejected_total'), 1)
  assert.equal(found.get('kafka_server_socketservermetrics_connection_creation_total'), 3)
})
