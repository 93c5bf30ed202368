// The commands on groups, offsets and records through the real program, on a bundled broker.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { type RunningBroker, startBroker } from '../../src/broker/broker.ts'
import { Client } from '../../src/client/client.ts'
import { type GroupListing, Groups } from '../../src/client/groups.ts'
import { write } from '../client/group/writing.ts'
import { type Ended, ktool, type RunOptions, start } from './run.ts'

let broker: RunningBroker
let env: Record<string, string>
let client: Client
const folder = mkdtempSync(join(tmpdir(), 'ktool-groups-'))

before(async () => {
  broker = await startBroker({ memory: true, properties: { 'auto.create.topics.enable': 'false' } })
  env = { KTOOL_BOOTSTRAP: `127.0.0.1:${broker.listeners[0].port}` }
  client = new Client({ bootstrapServers: [{ ...broker.listeners[0] }] })
})

after(async () => {
  client.close()
  await broker.close()
  rmSync(folder, { recursive: true })
})

const run = (args: string[], options: RunOptions = {}): Promise<Ended> => ktool(args, { env, ...options })

async function ok(...args: string[]): Promise<string> {
  const ended = await run([...args, '-q'])
  assert.deepEqual([ended.code, ended.stderr], [0, ''], args.join(' '))
  return ended.stdout
}

const classic = (groupId: string): GroupListing => ({
  groupId,
  type: 'classic',
  protocolType: '',
  state: null,
  coordinator: 1,
})

/** A topic of two partitions with ten records, 0 to 9 in turn, and a group that has read four of partition 0. */
let made = 0
async function setUp() {
  const topic = `t${++made}`
  const group = `g${made}`
  await client.admin.createTopics([{ name: topic, partitions: 2 }])
  const numbers = Array.from({ length: 10 }, (_, i) => `${i}`)
  await write(client, topic, [numbers, numbers], (partition) => 1000 * (partition + 1))
  await commit(group, topic, [4])
  return { topic, group }
}

/** Commits `offsets[p]` for partition p. */
async function commit(group: string, topic: string, offsets: readonly number[]): Promise<void> {
  const rows = offsets.map((offset, partition) => ({ topic, partition, offset, leaderEpoch: -1, metadata: '' }))
  assert.equal((await new Groups(client.cluster).setOffsets(classic(group), rows)).size, 0)
}

/** What a group has committed, as PARTITION:OFFSET. */
async function offsetsOf(group: string): Promise<string[]> {
  const offsets = (await new Groups(client.cluster).offsets([classic(group)])).get(group)
  assert.ok(Array.isArray(offsets))
  return offsets.map(({ partition, offset }) => `${partition}:${offset}`).sort()
}

test('list and describe', async () => {
  const { topic, group } = await setUp()
  assert.match(await ok('groups', 'list', group), new RegExp(`^${group}\\tclassic\\tEmpty\\t-\\t1\\n$`))
  assert.equal(await ok('groups', 'list', group, '--state', 'stable'), '')
  assert.equal(await ok('groups', 'list', group, '--type', 'share'), '')
  const [described] = JSON.parse(await ok('groups', 'describe', group, '--json'))
  assert.deepEqual(described, {
    groupId: group,
    type: 'classic',
    state: 'Empty',
    coordinator: 1,
    assignor: null,
    groupEpoch: null,
    assignmentEpoch: null,
    coordinatorHost: '127.0.0.1',
    coordinatorPort: broker.listeners[0].port,
    memberCount: 0,
    offsets: [
      {
        topic,
        partition: 0,
        currentOffset: 4,
        leaderEpoch: null,
        logEndOffset: 10,
        lag: 6,
        metadata: null,
        memberId: null,
        instanceId: null,
        clientId: null,
        host: null,
        problem: null,
      },
    ],
  })
  assert.equal(
    await ok('groups', 'describe', group, '--output', 'table'),
    `${group}\nclassic group, Empty, 0 members, lag 6\n\n` +
      `TOPIC  PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG\n${topic.padEnd(5)}          0               4              10    6\n`,
  )
  const unknown = await run(['groups', 'describe', `${group}x`, group])
  assert.deepEqual([unknown.code, unknown.stderr.split('\n')[0]], [1, `ktool: there is no group ${group}x`])
  assert.notEqual(unknown.stdout, '')
  assert.equal((await run(['groups', 'describe', group, '--members', '--state'])).code, 2)
  assert.equal((await run(['groups', 'list', '--state', 'nonsense'])).code, 2)
})

test('lag as an exit code', async () => {
  const { group } = await setUp()
  const code = async (...args: string[]) => (await run(['groups', 'describe', group, ...args])).code
  assert.equal(await code('--fail-if-lag', '5'), 1)
  assert.equal(await code('--fail-if-lag', '>6'), 0)
  assert.equal(await ok('groups', 'describe', group, '--lag', '6'), '')
  assert.notEqual(await ok('groups', 'describe', group, '--lag', '5'), '')
})

const scenarios: [args: string[], offsets: string[]][] = [
  [['--to-earliest'], ['0:0', '1:0']],
  [['--to-latest'], ['0:10', '1:10']],
  [['--to-current'], ['0:4', '1:10']],
  [
    ['--to-offset', '7'],
    ['0:7', '1:7'],
  ],
  [
    ['--to-offset', '70'],
    ['0:10', '1:10'],
  ],
  [
    ['--to-datetime', '@1500'],
    ['0:10', '1:0'],
  ],
  [
    ['--to-datetime', '1970-01-01T00:00:02Z'],
    ['0:10', '1:0'],
  ],
  [
    ['--to-datetime', '@1000'],
    ['0:0', '1:0'],
  ],
  [
    ['--to-datetime', '@3000'],
    ['0:10', '1:10'],
  ],
  [
    ['--by-duration', 'PT1H'],
    ['0:10', '1:10'],
  ],
]
for (const [args, expected] of scenarios) {
  test(`reset-offsets ${args.join(' ')}`, async () => {
    const { topic, group } = await setUp()
    const before = await offsetsOf(group)
    const plan = JSON.parse(await ok('groups', 'reset-offsets', group, '-t', topic, ...args, '--json'))
    assert.deepEqual(await offsetsOf(group), before, 'a plan changes nothing')
    assert.deepEqual(
      plan.map(({ partition, to }: { partition: number; to: number }) => `${partition}:${to}`),
      expected,
    )
    await ok('groups', 'reset-offsets', group, '-t', topic, ...args, '--execute')
    assert.deepEqual(await offsetsOf(group), expected)
  })
}

test('reset-offsets: shifts, files, another group, and the way back', async () => {
  const { topic, group } = await setUp()
  const reset = (...args: string[]) => run(['groups', 'reset-offsets', group, ...args, '-q'])
  const shifted = await reset('-t', topic, '--shift-by', '-1', '--execute')
  assert.deepEqual([shifted.code, await offsetsOf(group)], [1, ['0:3']])
  assert.match(shifted.stderr, /partition 1 of t\d+: nothing is committed that could be shifted/)
  await reset('--all-topics', '--shift-by', '100', '--execute')
  assert.deepEqual(await offsetsOf(group), ['0:10'])

  const file = join(folder, 'before.csv')
  assert.equal((await reset('-t', topic, '--to-offset', '5', '--export', file, '--execute')).code, 0)
  assert.equal(readFileSync(file, 'utf8'), `${topic},0,10\n`)
  const again = await reset('-t', topic, '--to-offset', '6', '--export', file, '--execute')
  assert.deepEqual([again.code, await offsetsOf(group)], [2, ['0:5', '1:5']])
  assert.match(again.stderr, /before.csv exists already\n {2}give --export the name of a file/)
  assert.equal((await reset('--from-file', file, '--execute')).code, 0)
  assert.deepEqual(await offsetsOf(group), ['0:10', '1:5'])

  const slip = await run(['groups', 'reset-offsets', `${group}x`, '-t', topic, '--to-earliest'])
  assert.match(slip.stderr, new RegExp(`^there is no group ${group}x yet: .*; did you mean ${group}\\b`))

  await ok('groups', 'reset-offsets', `${group}-copy`, '--to-group', group, '--execute')
  assert.deepEqual(await offsetsOf(`${group}-copy`), ['0:10', '1:5'])
  for (const wrong of [
    ['--to-earliest'],
    ['-t', topic],
    ['-t', topic, '--to-earliest', '--to-latest'],
    ['-t', topic, '--all-topics', '--to-latest'],
    ['-t', topic, '--to-datetime', 'yesterday'],
    ['--from-file', join(folder, 'no-such-file')],
  ]) {
    assert.notEqual((await reset(...wrong)).code, 0, wrong.join(' '))
  }
  assert.equal((await reset('-t', `${topic}:7`, '--to-earliest')).code, 1)
})

test('export and import, in each form, of one group and of several', async () => {
  const one = await setUp()
  const other = await setUp()
  const file = join(folder, 'offsets')
  assert.equal(await ok('groups', 'export', one.group), `${one.topic},0,4\n`)
  const back = async (group: string, { group: target, topic }: typeof one, ...form: string[]) => {
    const before = await offsetsOf(target)
    writeFileSync(file, await ok('groups', 'export', group, ...form))
    await commit(target, topic, [0])
    const plan = JSON.parse(await ok('groups', 'import', group, file, '--json', ...(group === target ? [] : ['--yes'])))
    assert.deepEqual(
      plan
        .filter((row: { groupId: string }) => row.groupId === target)
        .map(({ from, to }: { from: number; to: number }) => [from, to]),
      [[0, 4]],
    )
    assert.deepEqual(await offsetsOf(target), ['0:0'], 'a plan changes nothing')
    await ok('groups', 'import', group, file, '--execute', '--yes')
    assert.deepEqual(await offsetsOf(target), before, form.join(' '))
  }
  for (const form of [[], ['--json']]) await back(one.group, one, ...form)
  for (const form of [[], ['--output', 'jsonl'], ['--output', 'csv']]) {
    await back(`{${one.group},${other.group}}`, other, ...form)
  }
  // A group that is not there is made.
  writeFileSync(file, `${one.topic},1,3\n`)
  await ok('groups', 'import', `${one.group}-new`, file, '--execute')
  assert.deepEqual(await offsetsOf(`${one.group}-new`), ['1:3'])

  const refused = async (text: string, ...args: string[]) => {
    writeFileSync(file, text)
    const { code, stderr } = await run(['groups', 'import', ...args, file, '--execute'])
    return `${code} ${stderr}`
  }
  assert.match(await refused(`${one.topic},0,1\n`, '*'), /^2 .*no group that matches \*\n.*lines name no group/)
  assert.match(await refused(`a,${one.topic},0,1\n`, '*'), /^2 [\s\S]*--yes/)
  assert.match(await refused(`a,${one.topic},0,1\n`, 'b'), /^1 .*has no offsets for group b/)
  assert.match(await refused(`${one.topic},0\n`, 'b'), /^2 .*line 1: .* is not \[group,\]topic,partition,offset/)
})

test('a group in use is left alone, and says who uses it', async () => {
  const { topic, group } = await setUp()
  const member = start(['consume', topic, '-G', group, '-f', '%o\\n'], { ...env, KTOOL_CLIENT_ID: 'worker' })
  await once(member.stdout, 'data')
  const file = join(folder, 'in-use.csv')
  const refused = ['groups', 'reset-offsets', group, '-t', topic, '--to-earliest', '--export', file, '--execute']
  const { code, stderr } = await run(refused)
  assert.equal(code, 1)
  assert.ok(!existsSync(file), 'the same command works once the member is stopped')
  assert.match(stderr, new RegExp(`group ${group} is in use \\(Stable\\): worker at 127.0.0.1`))
  assert.match(await ok('groups', 'describe', group, '--members'), /worker\t\/127.0.0.1\t.*t\d+ 0-1/)
  assert.match(await ok('groups', 'describe', group, '--state'), /classic\tStable\t1\t127.0.0.1\t\d+\trange\t.*\t1\n/)
  assert.equal((await run(['groups', 'delete', group])).code, 1)
  member.kill('SIGINT')
  await once(member, 'close')
})

test('a topic that is gone does not stop the rest', async () => {
  const { topic, group } = await setUp()
  const other = await setUp()
  await commit(group, other.topic, [3, 3])
  await client.admin.deleteTopics([other.topic])
  const rows = await ok('groups', 'describe', group)
  assert.match(rows, new RegExp(`\\t${topic}\\t0\\t4\\t10\\t6`))
})

test('delete and delete-offsets', async () => {
  const { topic, group } = await setUp()
  await commit(group, topic, [10, 10])
  assert.match(await ok('groups', 'delete-offsets', group, '-t', `${topic}:1`, '--dry-run'), /would-delete/)
  assert.equal(await ok('groups', 'delete-offsets', group, '-t', `${topic}:1`), `${group}\t${topic}\t1\t10\tdeleted\n`)
  assert.deepEqual(await offsetsOf(group), ['0:10'])
  assert.equal((await run(['groups', 'delete-offsets', group, '-t', 'other'])).code, 1)
  assert.equal(await ok('groups', 'delete', group, '--dry-run'), `${group}\twould-delete\n`)
  assert.equal((await run(['groups', 'delete', `${group}*`])).code, 2)
  assert.equal(await ok('groups', 'delete', `${group}*`, '--yes'), `${group}\tdeleted\n`)
  assert.equal((await run(['groups', 'delete', group])).code, 1)
  assert.equal(await ok('groups', 'delete', group, '--if-exists'), `${group}\tabsent\n`)
})

test('offsets list', async () => {
  const { topic } = await setUp()
  assert.equal(await ok('offsets', 'list', topic), `${topic}\t0\t10\t-\t0\n${topic}\t1\t10\t-\t0\n`)
  assert.equal(await ok('offsets', 'list', `${topic}:1`, '--at', 'earliest'), `${topic}\t1\t0\t-\t0\n`)
  assert.equal(await ok('offsets', 'list', topic, '--at', '@1500'), `${topic}\t0\t-\t-\t-\n${topic}\t1\t0\t2000\t0\n`)
  assert.equal(await ok('offsets', 'list', `${topic}:0`, '--at', 'max-timestamp'), `${topic}\t0\t0\t1000\t0\n`)
  const some = await run(['offsets', 'list', `${topic}:0,5`, 'no-such-topic'])
  assert.deepEqual([some.code, some.stdout], [1, `${topic}\t0\t10\t-\t0\n`])
})

test('records delete: a plan, then the deed', async () => {
  const { topic } = await setUp()
  assert.equal(
    await ok('records', 'delete', topic, '--before', '@1500'),
    `${topic}\t0\t0\t10\t10\t10\twould-delete\n${topic}\t1\t0\t10\t0\t0\tnothing\n`,
  )
  assert.equal(await ok('offsets', 'list', `${topic}:0`, '--at', 'earliest'), `${topic}\t0\t0\t-\t0\n`)
  assert.match(await ok('records', 'delete', `${topic}:0`, '--before', '3', '--execute'), /\t3\t3\tdeleted\n/)
  assert.equal(await ok('consume', topic, '-p', '0', '-e', '-c', '1'), '3\n')
  const beyond = await run(['records', 'delete', `${topic}:0`, '--before', '11', '--execute'])
  assert.deepEqual([beyond.code, beyond.stdout], [1, ''])
  assert.match(beyond.stderr, /11 is beyond the end of partition 0 of .*, which is 10\n {2}--before latest deletes all/)
  assert.match(await ok('records', 'delete', `${topic}:0`, '--before', 'latest', '--execute'), /\t10\t7\tdeleted\n/)
  assert.equal(await ok('consume', topic, '-p', '0', '-e'), '')
})
