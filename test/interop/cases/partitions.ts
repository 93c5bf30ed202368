// Partitions on a real Kafka of three nodes: moved, held back, cancelled, elected; a node that is gone; all of it as Kafka's
// own tools see it.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { Broker } from '../../../src/client/broker.ts'
import { Client } from '../../../src/client/client.ts'
import { describeGroups } from '../../../src/client/group-lag.ts'
import { Groups } from '../../../src/client/groups.ts'
import { assertForm } from '../../json-forms.ts'
import { type KafkaTool, startCluster } from '../peers/kafka.ts'
import { ktool } from '../peers/ktool.ts'
import { succeeded } from '../peers/run.ts'
import { folder } from '../shared.ts'

const cluster = await startCluster(3, { 'auto.leader.rebalance.enable': 'false' })
const { bootstrap } = cluster
after(() => cluster.wipe())

interface Row {
  topic: string
  partition: number
  [key: string]: unknown
}

const run = (...args: string[]) => ktool([...args, '-b', bootstrap, '--json'])

async function json<Answer = Row>(...args: string[]): Promise<Answer[]> {
  const rows = JSON.parse(succeeded(await run(...args), args.join(' ')).stdout)
  // Its rows are not to be had on one node.
  if (args[0] === 'partitions' && rows.length > 0) assertForm(`partitions ${args[1]}`, rows)
  return rows
}

async function kafkas(name: KafkaTool, ...args: string[]): Promise<string> {
  const result = await cluster.nodes[0].tool(name, ['--bootstrap-server', bootstrap, ...args])
  return succeeded(result, args.join(' ')).stdout
}

/** Replicas and leader by partition. */
async function describe(topic: string): Promise<{ replicas: number[]; leader: number | null; isr: number[] }[]> {
  const [{ partitions }] = await json<{ partitions: [] }>('topics', 'describe', topic)
  return partitions
}

/** Asks until it is so; the cluster moves on its own. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await isSo()); await pause(100)) {
    if (Date.now() > deadline) throw new Error(`${what}: not so after a minute`)
  }
}

async function create(topic: string, assignment: string, ...args: string[]): Promise<void> {
  await json('topics', 'create', topic, '--replica-assignment', assignment, ...args)
}

async function fill(topic: string, bytes: number): Promise<void> {
  const line = `${'x'.repeat(999)}\n`
  const options = { input: line.repeat(bytes / 1000) }
  succeeded(await ktool(['produce', topic, '--partitioner', 'round-robin', '-b', bootstrap], options), 'produce')
}

test('a plan is executed, verified and undone', async () => {
  await create('move', '1,1,2,2')
  await fill('move', 100_000)
  const before = (await describe('move')).map(({ replicas }) => replicas)
  const planFile = join(folder, 'plan.json')
  const undoFile = join(folder, 'undo.json')
  const plan = await json<Row & { to: number[] }>('partitions', 'reassign', 'move', '-r', '2', '--save', planFile)
  assert.equal(plan.length, 4)
  assert.deepEqual(
    (await describe('move')).map(({ replicas }) => replicas),
    before,
    'a plan changes nothing',
  )
  for (const node of [1, 2, 3]) {
    const count = plan.filter(({ to }) => to.includes(node)).length
    assert.ok(count === 2 || count === 3, `node ${node} gets ${count} replicas`)
  }
  const started = await json('partitions', 'reassign', '--from-file', planFile, '--execute', '--undo', undoFile)
  assert.deepEqual(new Set(started.map(({ result }) => result)), new Set(['started']))
  await until(
    'moved',
    async () => (await run('partitions', 'reassign', '--from-file', planFile, '--verify')).code === 0,
  )
  const verify = await kafkas('reassign-partitions', '--verify', '--reassignment-json-file', planFile)
  assert.equal(verify.match(/Reassignment of partition move-\d is completed\./g)?.length, 4, verify)
  assert.deepEqual(
    (await describe('move')).map(({ replicas }) => replicas),
    plan.map(({ to }) => to),
  )

  assert.deepEqual(
    JSON.parse(readFileSync(undoFile, 'utf8')).partitions.map((row: { replicas: number[] }) => row.replicas),
    before,
  )
  const back = join(folder, 'back.json')
  await json('partitions', 'reassign', '--from-file', undoFile, '--execute', '--undo', back)
  await until(
    'undone',
    async () => (await run('partitions', 'reassign', '--from-file', undoFile, '--verify')).code === 0,
  )
  const { stdout } = await run('consume', 'move', '-e')
  assert.equal(stdout.trimEnd().split('\n').length, 100)
})

test('held back by a throttle it is seen under way, not doubled, and cancelled', async () => {
  await create('slow', '1')
  await fill('slow', 5_000_000)
  const file = join(folder, 'slow.json')
  writeFileSync(file, JSON.stringify({ version: 1, partitions: [{ topic: 'slow', partition: 0, replicas: [2, 3] }] }))
  const execute = ['partitions', 'reassign', '--from-file', file, '--execute', '--undo', join(folder, 'slow-undo.json')]
  await json(...execute, '--throttle', '1k')
  const throttles = () => kafkas('configs', '--describe', '--broker', '1')
  assert.match(await throttles(), /leader\.replication\.throttled\.rate=1024/)
  const ofTopic = await kafkas('configs', '--describe', '--topic', 'slow')
  assert.match(ofTopic, /leader\.replication\.throttled\.replicas=0:1 /)
  assert.match(ofTopic, /follower\.replication\.throttled\.replicas=0:2,0:3 /)

  const [ours] = await json<Record<string, number[]>>('partitions', 'reassignments')
  const list = await kafkas('reassign-partitions', '--list')
  const [, replicas, adding, removing] =
    /slow-0: replicas: ([\d,]+)\. adding: ([\d,]+)\. removing: ([\d,]+)\./.exec(list) ?? assert.fail(list)
  const sorted = (ids: number[]) => [...ids].sort().join()
  assert.deepEqual(
    [sorted(ours.replicas), sorted(ours.adding), sorted(ours.removing)],
    [replicas, adding, removing].map((ids) => ids.split(',').sort().join()),
  )
  const verify = await run('partitions', 'reassign', '--from-file', file, '--verify')
  assert.deepEqual([verify.code, JSON.parse(verify.stdout)[0].result], [1, 'in-progress'])
  const again = await run('partitions', 'reassign', 'move', '-r', '3', '--execute')
  assert.equal(again.code, 1)
  assert.match(again.stderr, /under way\n.*--additional/)

  assert.deepEqual(
    (await json('partitions', 'cancel')).map(({ to, result }) => [to, result]),
    [[[1], 'planned']],
  )
  assert.equal((await json('partitions', 'reassignments')).length, 1)
  await json('partitions', 'cancel', 'slow', '--execute')
  assert.match(await kafkas('reassign-partitions', '--list'), /No partition reassignments found/)
  assert.deepEqual((await describe('slow'))[0].replicas, [1])
  assert.doesNotMatch(await throttles(), /throttled/)
  assert.doesNotMatch(await kafkas('configs', '--describe', '--topic', 'slow'), /throttled/)
})

test('a node that stops: health, brokers, leaders, elections', async () => {
  await create('three', '3:1:2,1:2:3', '-c', 'min.insync.replicas=3')
  await create('lost', '3:2')
  await fill('lost', 10_000)
  const health = async (): Promise<Record<string, number>> => {
    const { stdout } = await run('cluster', 'health')
    const checks = JSON.parse(stdout) as { check: string; count: number }[]
    return Object.fromEntries(checks.map(({ check, count }) => [check, count]))
  }
  const well = await run('cluster', 'health')
  assert.equal(well.code, 0, well.stdout)

  // The record that only node 3 has is lost in an unclean election.
  await cluster.nodes[1].stop()
  await fill('lost', 1000)
  await cluster.nodes[2].stop()
  await cluster.restart(2)
  // Each broker hears of it at a time of its own.
  const ill = {
    brokers: 1,
    'log-dirs': 0,
    'offline-partitions': 1,
    'under-min-isr': 3,
    'under-replicated': 3,
    'hanging-transactions': 0,
  }
  let found: Record<string, number> = {}
  await until('node 3 is missed', async () => {
    found = await health()
    return isDeepStrictEqual(found, ill)
  }).catch(() => assert.deepEqual(found, ill))
  assert.equal((await run('cluster', 'health')).code, 1)
  const partitions = (text: string) =>
    [...text.matchAll(/Topic: (\S+)\tPartition: (\d+)/g)].map((each) => each.slice(1))
  for (const [ours, theirs] of [
    ['--under-replicated', '--under-replicated-partitions'],
    ['--unavailable', '--unavailable-partitions'],
    ['--under-min-isr', '--under-min-isr-partitions'],
  ] as const) {
    const described = await json<{ name: string; partitions: { partition: number }[] }>('topics', 'describe', ours)
    assert.deepEqual(
      described.flatMap(({ name, partitions }) => partitions.map(({ partition }) => [name, String(partition)])).sort(),
      partitions(await kafkas('topics', '--describe', theirs)).sort(),
      ours,
    )
  }
  assert.deepEqual(
    (await json<Record<string, unknown>>('brokers', 'list')).map(({ id, fenced }) => [id, fenced]),
    [
      [1, false],
      [2, false],
      [3, true],
    ],
  )

  const preferred = await run('partitions', 'elect-leaders', 'lost', '--execute')
  assert.equal(preferred.code, 1)
  assert.match(preferred.stderr, /PREFERRED_LEADER_NOT_AVAILABLE/)
  const unclean = ['partitions', 'elect-leaders', 'lost', '--type', 'unclean']
  assert.deepEqual(
    (await json(...unclean)).map(({ leader, result }) => [leader, result]),
    [[null, 'planned']],
  )
  assert.deepEqual(
    (await json(...unclean, '--execute', '--yes')).map(({ result }) => result),
    ['elected'],
  )
  await until('node 2 leads', async () => (await describe('lost'))[0].leader === 2)
  assert.equal((await run('consume', 'lost', '-e')).stdout.trimEnd().split('\n').length, 10)

  await cluster.restart(3)
  await until('all are in sync', async () => (await health())['under-replicated'] === 0)
  const planned = await json('partitions', 'elect-leaders')
  assert.ok(planned.some(({ topic, partition, to }) => topic === 'three' && partition === 0 && to === 3))
  const elected = await json('partitions', 'elect-leaders', '--execute')
  assert.deepEqual(new Set(elected.map(({ result }) => result)), new Set(['elected']))
  await until('the preferred lead', async () => (await json('partitions', 'elect-leaders')).length === 0)
  const text = await kafkas('topics', '--describe', '--topic', 'three')
  assert.match(text, /Partition: 0\tLeader: 3\t/)
  assert.equal((await run('cluster', 'health')).code, 0)
})

// The last one: the topic of the offsets that it makes has one replica, and would go with a node.
test('groups on three nodes: each coordinator and each leader is asked once', async (t) => {
  const topics = ['led-a', 'led-b']
  for (const topic of topics) await create(topic, '1,2,3,2,3,1')
  const client = new Client({ bootstrapServers: cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })) })
  t.after(() => client.close())
  for (const topic of topics) await until(`${topic} is known`, async () => (await describe(topic)).length === 6)
  const groups = new Groups(client.cluster)
  const ids = Array.from({ length: 30 }, (_, i) => `batched-${i}`)
  for (const groupId of ids) {
    const offsets = topics.flatMap((topic) =>
      [0, 1, 2, 3, 4, 5].map((partition) => ({ topic, partition, offset: 0, leaderEpoch: -1, metadata: null })),
    )
    await groups.setOffsets({ groupId, type: 'classic', protocolType: '', state: 'Empty', coordinator: -1 }, offsets)
  }
  const { groups: all } = await groups.list()
  const chosen = all.filter(({ groupId }) => ids.includes(groupId))
  assert.deepEqual(new Set(chosen.map(({ coordinator }) => coordinator)), new Set([1, 2, 3]))

  const asked: string[] = []
  const { request } = Broker.prototype
  t.mock.method(Broker.prototype, 'request', function (this: Broker, ...args: Parameters<typeof request>) {
    asked.push(args[0].name === 'Metadata' ? 'Metadata' : `${args[0].name} ${this.id}`)
    return request.apply(this, args)
  })
  const described = await describeGroups(client.cluster, groups, chosen)
  const each = (name: string) => [1, 2, 3].map((id) => `${name} ${id}`)
  assert.deepEqual(asked.sort(), [
    ...each('DescribeGroups'),
    ...each('ListOffsets'),
    'Metadata',
    ...each('OffsetFetch'),
  ])
  for (const [id, group] of described) assert.equal('offsets' in group && group.offsets.length, 12, id)
})
