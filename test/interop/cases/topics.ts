// Topics, offsets and records on a real Kafka: what ktool shows and does is what Kafka's own tools show and do, for plain,
// compacted and transactional topics.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { Client } from '../../../src/client/client.ts'
import { openTransaction } from '../../client/open-transaction.ts'
import type { KafkaTool } from '../peers/kafka.ts'
import { ktool } from '../peers/ktool.ts'
import { succeeded } from '../peers/run.ts'
import { atOneMoment, createTopic, folder, realKafka } from '../shared.ts'

const { bootstrap, port, tool } = await realKafka()

async function json<Row = Record<string, unknown>>(...args: string[]): Promise<Row[]> {
  return JSON.parse(succeeded(await ktool([...args, '-b', bootstrap, '--json', '-q']), args.join(' ')).stdout)
}

async function kafkas(name: KafkaTool, ...args: string[]): Promise<string> {
  return succeeded(await tool(name, ['--bootstrap-server', bootstrap, ...args]), args.join(' ')).stdout
}

async function produce(topic: string, input: string, ...args: string[]): Promise<void> {
  succeeded(await ktool(['produce', topic, '-b', bootstrap, '-q', ...args], { input }), `produce ${topic}`)
}

const [plain, compacted, transactional] = ['facts-plain', 'facts-compacted', 'facts-transactional']
const topics = [plain, compacted, transactional]

// Others look at the transactions of the whole cluster.
after(() => ktool(['transactions', 'terminate', 'facts-open', '--yes', '-b', bootstrap]))

let ready: Promise<void> | undefined

/** Records at the times 1000, 3000 and 2000 in partition 0, nothing in partition 1; a transaction that stays open. */
function made(): Promise<void> {
  ready ??= (async () => {
    await createTopic(bootstrap, plain, 2, ['retention.ms=-1'])
    await createTopic(bootstrap, compacted, 2, [
      'cleanup.policy=compact',
      'segment.ms=100',
      'min.cleanable.dirty.ratio=0.01',
    ])
    await createTopic(bootstrap, transactional, 2, ['retention.ms=-1'])
    for (const topic of topics) {
      const inTransaction = topic === transactional ? ['--transactional-id', 'facts-committed'] : []
      for (const time of [1000, 3000, 2000]) {
        await produce(topic, 'k:1\nk:2\n', '-p', '0', '-K', ':', '--timestamp', `@${time}`, ...inTransaction)
      }
    }
    const client = new Client({ bootstrapServers: [{ host: '127.0.0.1', port }] })
    await openTransaction(client, 'facts-open', { topic: transactional, partition: 1 }).finally(() => client.close())
  })()
  return ready
}

test('topics list and describe', async () => {
  await made()
  const names = (await json<{ name: string }>('topics', 'list', '--internal')).map(({ name }) => name)
  assert.deepEqual(names, (await kafkas('topics', '--list')).trim().split('\n').sort())
  const described = await json<{ name: string; topicId: string; partitionCount: number; partitions: Partition[] }>(
    ...['topics', 'describe', ...topics],
  )
  interface Partition {
    partition: number
    leader: number
    replicas: number[]
    isr: number[]
    eligibleLeaderReplicas: number[]
  }
  for (const topic of described) {
    const [head, ...rows] = (await kafkas('topics', '--describe', '--topic', topic.name)).trim().split('\n')
    const their = Object.fromEntries(head!.split('\t').map((cell) => cell.split(/: ?/, 2)))
    assert.deepEqual(
      [topic.name, topic.topicId, String(topic.partitionCount)],
      [their['Topic'], their['TopicId'], their['PartitionCount']],
    )
    assert.deepEqual(
      topic.partitions.map((row) =>
        [row.partition, row.leader, row.replicas, row.isr, row.eligibleLeaderReplicas].join(' '),
      ),
      rows.map((line) => {
        const row = Object.fromEntries(
          line
            .trim()
            .split('\t')
            .map((cell) => cell.split(/: ?/, 2)),
        )
        return [row['Partition'], row['Leader'], row['Replicas'], row['Isr'], row['Elr']].join(' ')
      }),
    )
  }
})

test('offsets list in every form of time, on plain, compacted and transactional topics', async (t) => {
  await made()
  const forms: [ours: string, theirs: string][] = [
    ...['latest', 'earliest', 'max-timestamp', 'earliest-local', 'latest-tiered', 'earliest-pending-upload'].map(
      (word): [string, string] => [word, word],
    ),
    // Before, at, between and after all records.
    ...[0, 1000, 1500, 2500, 3000, 3001].map((ms): [string, string] => [`@${ms}`, String(ms)]),
    ['1970-01-01T00:00:02Z', '2000'],
  ]
  for (const [own, their] of forms) {
    await t.test(own, async () => {
      // Kafka's tool leaves out what has no such record.
      const ours = async () => {
        const rows = await json<{ topic: string; partition: number; offset: number | null }>(
          ...['offsets', 'list', 'facts-*', '--at', own],
        )
        assert.equal(rows.length, 6)
        return rows.filter(({ offset }) => offset !== null).map((row) => `${row.topic}:${row.partition}:${row.offset}`)
      }
      const theirs = async () =>
        (await kafkas('get-offsets', '--topic', 'facts-.*', '--time', their)).split('\n').filter(Boolean).sort()
      // The cleaner takes records away.
      assert.deepEqual(...(await atOneMoment(ours, theirs)))
    })
  }
  await t.test('what is committed ends before the open transaction', async () => {
    const ends = async (...args: string[]) =>
      (await json<{ offset: number }>('offsets', 'list', `${transactional}:1`, ...args)).map(({ offset }) => offset)
    assert.deepEqual([await ends(), await ends('--isolation', 'committed')], [[1], [0]])
  })
})

test('where groups are in compacted and transactional topics', async () => {
  await made()
  const group = 'facts-group'
  for (const topic of topics) await json('groups', 'reset-offsets', group, '-t', topic, '--to-offset', '1', '--execute')
  const [described] = await json<{ offsets: Record<string, string | number | null>[] }>('groups', 'describe', group)
  const rows = (await kafkas('consumer-groups', '--describe', '--group', group))
    .split('\n')
    .filter((line) => line.startsWith(`${group} `))
    .map((line) => line.split(/\s+/).slice(1, 6).join(' '))
  assert.deepEqual(
    described!.offsets.map((row) =>
      [row['topic'], row['partition'], row['currentOffset'], row['logEndOffset'], row['lag']].join(' '),
    ),
    rows.sort(),
  )
})

test('records delete leaves what kafka-delete-records leaves', async () => {
  const [own, their] = ['facts-deleted', 'facts-deleted-too']
  for (const topic of [own, their]) {
    await createTopic(bootstrap, topic, 2)
    await produce(topic, 'a\nb\nc\nd\n', '-p', '0')
    await produce(topic, 'a\nb\n', '-p', '1')
  }
  const plan = await json<{ partition: number; before: number }>('records', 'delete', `${own}:0`, '--before', '3')
  assert.deepEqual(
    plan.map(({ partition, before }) => [partition, before]),
    [[0, 3]],
  )
  const begins = async () =>
    (await kafkas('get-offsets', '--topic', 'facts-deleted.*', '--time', 'earliest')).trim().split('\n').sort()
  assert.deepEqual(await begins(), [`${their}:0:0`, `${their}:1:0`, `${own}:0:0`, `${own}:1:0`].sort())
  await json('records', 'delete', `${own}:0`, '--before', '3', '--execute')
  await json('records', 'delete', `${own}:1`, '--before', 'latest', '--execute')
  const file = join(folder, 'facts-deleted.json')
  const partitions = [
    { topic: their, partition: 0, offset: 3 },
    { topic: their, partition: 1, offset: -1 },
  ]
  writeFileSync(file, JSON.stringify({ version: 1, partitions }))
  await kafkas('delete-records', '--offset-json-file', file)
  assert.deepEqual(await begins(), [`${their}:0:3`, `${their}:1:2`, `${own}:0:3`, `${own}:1:2`].sort())
})

test('topics made, extended and deleted are so for kafka-topics', async () => {
  await json('topics', 'create', 'facts-made', '--replica-assignment', '1,1', '-c', 'retention.ms=3600000')
  const described = await kafkas('topics', '--describe', '--topic', 'facts-made')
  assert.match(described, /PartitionCount: 2\t.*retention\.ms=3600000/)
  await json('topics', 'add-partitions', 'facts-made', '--total', '5')
  assert.match(await kafkas('topics', '--describe', '--topic', 'facts-made'), /PartitionCount: 5\t/)
  await json('topics', 'delete', 'facts-mad*', '--yes')
  assert.doesNotMatch(await kafkas('topics', '--list'), /facts-made/)
})
