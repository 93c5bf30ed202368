// The cluster, its brokers and its transactions on a real Kafka: the facts that ktool shows are those of Kafka's own tools.
// The broker has the check of KIP-890 switched off, so that a transaction can be made to hang.

import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { Client } from '../../../src/client/client.ts'
import { openTransaction } from '../../client/open-transaction.ts'
import { type KafkaTool, startKafka } from '../peers/kafka.ts'
import { ktool } from '../peers/ktool.ts'
import { succeeded } from '../peers/run.ts'
import { createTopic } from '../shared.ts'

const kafka = await startKafka({ properties: { 'transaction.partition.verification.enable': 'false' } })
const { bootstrap, port } = kafka
after(() => kafka.wipe())

async function json<Row = Record<string, unknown>>(...args: string[]): Promise<Row[]> {
  return JSON.parse(succeeded(await ktool([...args, '-b', bootstrap, '--json']), args.join(' ')).stdout)
}

async function kafkas(name: KafkaTool, ...args: string[]): Promise<string> {
  // Most tools want the option before their own words, this one after them.
  const server = ['--bootstrap-server', bootstrap]
  const all = name === 'cluster' ? [...args, ...server] : [...server, ...args]
  return succeeded(await kafka.tool(name, all), args.join(' ')).stdout
}

/** The rows of a table of Kafka's, by its header. */
function table(text: string): Record<string, string>[] {
  const [header, ...rows] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t').map((cell) => cell.trim()))
  return rows.map((cells) => Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ''])))
}

test('describe, brokers and features', async () => {
  const [cluster] = await json('cluster', 'describe')
  assert.equal((await kafkas('cluster', 'cluster-id')).trim(), `Cluster ID: ${cluster.clusterId}`)
  const endpoints = (await kafkas('cluster', 'list-endpoints')).trimEnd().split('\n')[1].trim().split(/\s+/)
  const [broker] = await json('brokers', 'list')
  const { id, host, rack, fenced } = broker
  assert.deepEqual([id, host, broker.port, rack, fenced ? 'fenced' : 'unfenced'].map(String), endpoints.slice(0, 5))
  const theirs = (await kafkas('features', 'describe')).trimEnd().split('\n')
  const ours = await json<Record<string, string | number | null>>('cluster', 'features')
  assert.deepEqual(
    ours.map(({ name, finalized, release }) => `${name} ${release ?? finalized}`),
    theirs.map((line) => {
      const match = /^Feature: (\S+)\s.*FinalizedVersionLevel: (\S+)\s+Epoch: \d+/.exec(line)
      return `${match?.[1]} ${match?.[2]}`
    }),
  )
  assert.equal(cluster.metadataVersion, ours.find(({ name }) => name === 'metadata.version')?.release)
})

test('quorum', async () => {
  const [quorum] = await json<{ leader: number; leaderEpoch: number; replicas: Record<string, unknown>[] }>(
    ...['cluster', 'quorum'],
  )
  const status = await kafkas('metadata-quorum', 'describe', '--status')
  assert.match(status, new RegExp(`LeaderId:\\s+${quorum.leader}\\n`))
  assert.match(status, new RegExp(`LeaderEpoch:\\s+${quorum.leaderEpoch}\\n`))
  const [endpoint] = quorum.replicas[0].endpoints as string[]
  assert.ok(status.includes(`"endpoints": ["${endpoint}"]`), status)
  const [node] = table(await kafkas('metadata-quorum', 'describe', '--replication'))
  assert.deepEqual([node.NodeId, node.Status, node.Lag], ['1', 'Leader', '0'])
  assert.deepEqual(
    quorum.replicas.map(({ id, status, lag }) => [id, status, lag]),
    [[1, 'leader', 0]],
  )
})

test('requests and versions', async () => {
  const ours = await json('cluster', 'api-versions')
  const theirs = [...(await kafkas('broker-api-versions')).matchAll(/^\t(\w+)\((\d+)\): (\d+)(?: to (\d+))? \[/gm)]
  assert.deepEqual(
    ours.map(({ api, key, min, max }) => [api, key, min, max].join(' ')),
    theirs.map(([, api, key, min, max]) => [api, key, min, max ?? min].join(' ')),
  )
})

test('sizes on disk', async () => {
  await createTopic(bootstrap, 'sized', 2)
  succeeded(await ktool(['produce', 'sized', '-p', '1', '-b', bootstrap], { input: 'a\nb\nc\n' }), 'produce')
  const ours = await json<{ broker: number; directory: string; replicas: Record<string, unknown>[] }>(
    ...['brokers', 'log-dirs', '--topic', 'sized', '--partitions'],
  )
  const text = await kafkas('log-dirs', '--describe', '--topic-list', 'sized')
  const [{ broker, logDirs }] = JSON.parse(text.trimEnd().split('\n').at(-1) ?? '').brokers
  assert.deepEqual([ours[0].broker, ours[0].directory], [broker, logDirs[0].logDir])
  const their = logDirs[0].partitions as Record<string, unknown>[]
  assert.ok(their.some(({ size }) => Number(size) > 0))
  assert.deepEqual(
    ours[0].replicas.map(({ topic, partition, size, offsetLag, future }) => ({
      partition: `${topic}-${partition}`,
      size,
      offsetLag,
      isFuture: future,
    })),
    their.sort((a, b) => (String(a.partition) < String(b.partition) ? -1 : 1)),
  )
})

test('transactions: list, describe, producers, find-hanging, abort, terminate', async () => {
  const client = new Client({ bootstrapServers: [{ host: '127.0.0.1', port }] })
  const topic = 'transactional'
  const timestamp = Date.now() - 3_600_000
  try {
    await client.admin.createTopics([{ name: topic, partitions: 3, replicationFactor: 1 }])
    await openTransaction(client, 'lives', { topic, partition: 0 }, { timestamp })
    await openTransaction(client, 'hangs', { topic, partition: 1 }, { timestamp, join: false })
  } finally {
    client.close()
  }
  const listed = table(await kafkas('transactions', 'list'))
  assert.deepEqual(
    (await json('transactions', 'list')).map(({ transactionalId, coordinator, producerId, state }) =>
      [transactionalId, coordinator, producerId, state].join(),
    ),
    listed
      .map(({ TransactionalId, Coordinator, ProducerId, TransactionState }) =>
        [TransactionalId, Coordinator, ProducerId, TransactionState].join(),
      )
      .sort(),
  )
  const [theirs] = table(await kafkas('transactions', 'describe', '--transactional-id', 'lives'))
  const [ours] = await json<Record<string, unknown> & { partitions: { topic: string; partition: number }[] }>(
    ...['transactions', 'describe', 'lives'],
  )
  assert.deepEqual(
    [ours.coordinator, ours.producerId, ours.producerEpoch, ours.state, ours.timeoutMs, ours.startTimestamp].map(
      String,
    ),
    [
      theirs.CoordinatorId,
      theirs.ProducerId,
      theirs.ProducerEpoch,
      theirs.TransactionState,
      theirs.TransactionTimeoutMs,
      theirs.CurrentTransactionStartTimeMs,
    ],
  )
  assert.equal(ours.partitions.map((each) => `${each.topic}-${each.partition}`).join(), theirs.TopicPartitions)

  const at = ['--topic', topic, '--partition', '1']
  const [theirProducer] = table(await kafkas('transactions', 'describe-producers', ...at))
  const [producer] = await json('transactions', 'producers', `${topic}:1`)
  assert.deepEqual(
    [
      producer.producerId,
      producer.producerEpoch,
      producer.coordinatorEpoch,
      producer.lastSequence,
      producer.lastTimestamp,
      producer.transactionStartOffset,
    ].map(String),
    [
      theirProducer.ProducerId,
      theirProducer.ProducerEpoch,
      theirProducer.LatestCoordinatorEpoch,
      theirProducer.LastSequence,
      theirProducer.LastTimestamp,
      theirProducer.CurrentTransactionStartOffset,
    ],
  )

  const hanging = async () => ({
    ours: (await json('transactions', 'find-hanging')).map((each) =>
      [each.topic, each.partition, each.startOffset].join(),
    ),
    theirs: table(await kafkas('transactions', 'find-hanging', '--topic', topic)).map((each) =>
      [each.Topic, each.Partition, each.StartOffset].join(),
    ),
  })
  assert.deepEqual(await hanging(), { ours: [`${topic},1,0`], theirs: [`${topic},1,0`] })
  const health = await ktool(['cluster', 'health', '-b', bootstrap])
  assert.equal(health.code, 1)
  assert.match(health.stdout, /^hanging-transactions\tfalse\t1\ttransactional-1$/m)
  await json('transactions', 'abort', `${topic}:1`, '--start-offset', '0')
  assert.deepEqual(await hanging(), { ours: [], theirs: [] })
  assert.equal((await ktool(['cluster', 'health', '-b', bootstrap])).code, 0)

  await json('transactions', 'terminate', 'lives')
  assert.match(await kafkas('transactions', 'list'), /lives\s+\t1\s+\t\d+\s+\t(Empty|CompleteAbort|PrepareAbort)/)
})
