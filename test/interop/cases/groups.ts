// The commands on groups against those of Kafka's own tool: the same facts, for groups of each type.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { kcat } from '../peers/kcat.ts'
import { environment, ktool, program } from '../peers/ktool.ts'
import { end, firstOutput, guard, succeeded } from '../peers/run.ts'
import { createTopic, folder, realKafka } from '../shared.ts'

/** The rows of Kafka's table, by its headers; `-` is null. */
function rowsOf(text: string): Record<string, string | null>[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const at = lines.findIndex((line) => line.startsWith('GROUP '))
  const names = lines[at]!.replace('COORDINATOR (ID)', 'COORDINATOR ID').trim().split(/\s+/)
  return lines.slice(at + 1).map((line) => {
    const cells = line.trim().split(/\s+/)
    return Object.fromEntries(names.map((name, i) => [name, cells[i] === '-' ? null : (cells[i] ?? null)]))
  })
}

async function theirs(...args: string[]): Promise<Record<string, string | null>[]> {
  const kafka = await realKafka()
  const result = await kafka.tool('consumer-groups', ['--bootstrap-server', kafka.bootstrap, ...args])
  return rowsOf(result.stdout)
}

async function ours<Row>(...args: string[]): Promise<Row[]> {
  const { bootstrap } = await realKafka()
  const result = await ktool(['groups', ...args, '-b', bootstrap, '--json', '-q'])
  succeeded(result, `ktool groups ${args.join(' ')}`)
  return JSON.parse(result.stdout) as Row[]
}

interface Lag {
  groupId: string
  state: string
  memberCount: number
  coordinator: number
  offsets: {
    topic: string
    partition: number
    currentOffset: number | null
    logEndOffset: number | null
    lag: number | null
    memberId: string | null
    clientId: string | null
    host: string | null
  }[]
}

const text = (value: number | null) => (value === null ? null : String(value))

/** A topic of three partitions: ten records at each of the times 1000, 2000 … 5000, the last partition empty. */
async function setUp(topic: string): Promise<string> {
  const { bootstrap } = await realKafka()
  // The records are old: without this they would go while the test runs.
  await createTopic(bootstrap, topic, 3, ['retention.ms=-1'])
  for (const time of [1000, 2000, 3000, 4000, 5000]) {
    for (const partition of [0, 1]) {
      const input = Array.from({ length: 10 }, (_, i) => `${time + i}\n`).join('')
      const args = ['produce', topic, '-b', bootstrap, '-p', String(partition), '--timestamp', `@${time}`]
      succeeded(await ktool(args, { input }), 'ktool produce')
    }
  }
  return bootstrap
}

/** A member that stays until the test is over; resolves when it reads. */
async function member(t: TestContext, args: string[]): Promise<void> {
  const child = guard(
    spawn(program[0], [program[1], 'consume', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    }),
  )
  t.after(() => end(child, 'SIGINT'))
  await firstOutput(child)
}

/** Members commit every few seconds: both tools have to be asked after that. */
async function untilCommitted(group: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
    const [own] = await ours<Lag>('describe', group)
    if (own!.offsets.filter(({ partition }) => partition === 0 || partition === 1).every(({ lag }) => lag === 0)) return
  }
  throw new Error(`the group ${group} has committed nothing for a minute`)
}

test('describe says what kafka-consumer-groups says', async (t) => {
  const topic = 'described'
  const bootstrap = await setUp(topic)
  await member(t, [topic, '-b', bootstrap, '-G', 'd-classic', '-q'])
  await member(t, [topic, '-b', bootstrap, '-G', 'd-consumer', '--group-protocol', 'consumer', '-q'])
  const read = ['-b', bootstrap, '-G', 'd-empty', '-X', 'auto.offset.reset=earliest', '-c', '7', '-q', topic]
  succeeded(await kcat(bootstrap, read), 'kcat')
  for (const group of ['d-classic', 'd-consumer']) await untilCommitted(group)
  for (const group of ['d-classic', 'd-consumer', 'd-empty']) {
    await t.test(`${group}: offsets`, async () => {
      const [own] = await ours<Lag>('describe', group)
      const expected = await theirs('--describe', '--group', group)
      const sorted = (rows: { TOPIC: string | null; PARTITION: string | null }[]) =>
        rows.sort((a, b) => Number(a.PARTITION) - Number(b.PARTITION))
      assert.deepEqual(
        own!.offsets.map((row) => ({
          GROUP: group,
          TOPIC: row.topic,
          PARTITION: String(row.partition),
          'CURRENT-OFFSET': text(row.currentOffset),
          'LOG-END-OFFSET': text(row.logEndOffset),
          LAG: text(row.lag),
          'CONSUMER-ID': row.memberId,
          HOST: row.host,
          'CLIENT-ID': row.clientId,
        })),
        sorted(expected as never),
      )
    })
    await t.test(`${group}: state and members`, async () => {
      const [own] = await ours<Lag & { assignor: string | null }>('describe', group, '--state')
      const [state] = await theirs('--describe', '--group', group, '--state')
      assert.deepEqual(
        [own!.state, text(own!.memberCount), `(${own!.coordinator})`],
        [state!['STATE'] ?? state!['ASSIGNMENT-STRATEGY'], state!['#MEMBERS'] ?? state!['STATE'], state!['ID']],
      )
      const [described] = await ours<{ members: { memberId: string; host: string; clientId: string }[] }>(
        'describe',
        group,
        '--members',
      )
      const members = own!.memberCount === 0 ? [] : await theirs('--describe', '--group', group, '--members')
      assert.deepEqual(
        described!.members.map(({ memberId, host, clientId }) => [memberId, host, clientId]),
        members.map((row) => [row['CONSUMER-ID'], row['HOST'], row['CLIENT-ID']]),
      )
    })
  }
  await t.test('list', async () => {
    const own = await ours<{ groupId: string; type: string; state: string }>('list', 'd-*')
    const listed = (await theirs('--list', '--state', '--type')).filter((row) => row['GROUP']!.startsWith('d-'))
    assert.deepEqual(
      own.map(({ groupId, type, state }) => [groupId, type, state]),
      listed.map((row) => [row['GROUP'], row['TYPE']!.toLowerCase(), row['STATE']]).sort(),
    )
  })
})

test('reset-offsets goes where kafka-consumer-groups goes', async (t) => {
  const topic = 'reset'
  const bootstrap = await setUp(topic)
  const kafka = await realKafka()
  const start = ['reset-offsets', 'r', '-t', topic, '--to-offset', '25', '--execute', '-b', bootstrap]
  succeeded(await ktool(['groups', ...start]), 'the first offsets')
  const file = join(folder, 'offsets.csv')
  writeFileSync(file, `${topic},0,12\n${topic},1,400\n`)
  const scenarios: [ours: string[], theirs: string[]][] = [
    [['--to-earliest'], ['--to-earliest']],
    [['--to-latest'], ['--to-latest']],
    [['--to-current'], ['--to-current']],
    [
      ['--to-offset', '7'],
      ['--to-offset', '7'],
    ],
    [
      ['--to-offset', '7000'],
      ['--to-offset', '7000'],
    ],
    [
      ['--shift-by', '3'],
      ['--shift-by', '3'],
    ],
    [
      ['--shift-by', '-3000'],
      ['--shift-by', '-3000'],
    ],
    [
      ['--shift-by', '3000'],
      ['--shift-by', '3000'],
    ],
    // Before, at, between and after all records.
    ...[0, 1000, 2500, 5000, 5001].map((ms): [string[], string[]] => [
      ['--to-datetime', `@${ms}`],
      ['--to-datetime', new Date(ms).toISOString()],
    ]),
    [
      ['--by-duration', 'PT5M'],
      ['--by-duration', 'PT5M'],
    ],
    [
      ['--from-file', file],
      ['--from-file', file],
    ],
  ]
  for (const [own, their] of scenarios) {
    await t.test(own.join(' '), async () => {
      const scope = own[0] === '--from-file' ? [] : ['-t', topic]
      const plan = await ours<{ partition: number; to: number }>('reset-offsets', 'r', ...scope, ...own)
      const all = own[0] === '--from-file' ? [] : ['--topic', topic]
      const args = ['--bootstrap-server', kafka.bootstrap, '--reset-offsets', '--group', 'r', ...all, ...their]
      const result = await kafka.tool('consumer-groups', [...args, '--dry-run'])
      assert.deepEqual(
        plan.map(({ partition, to }) => [String(partition), String(to)]),
        rowsOf(result.stdout)
          .map((row) => [row['PARTITION'], row['NEW-OFFSET']])
          .sort(),
        result.stderr,
      )
      // What it does is what it said.
      await ours('reset-offsets', 'r', ...scope, ...own, '--execute')
      const [after] = await ours<Lag>('describe', 'r')
      for (const { partition, to } of plan) {
        assert.equal(after!.offsets.find((row) => row.partition === partition)!.currentOffset, to)
      }
      succeeded(await ktool(['groups', ...start]), 'back to the first offsets')
    })
  }
  await t.test("Kafka's tool takes the export", async () => {
    const exported = await ktool(['groups', 'export', 'r', '-b', bootstrap])
    writeFileSync(file, exported.stdout)
    const args = ['--bootstrap-server', kafka.bootstrap, '--reset-offsets', '--group', 'r', '--from-file', file]
    const result = await kafka.tool('consumer-groups', [...args, '--dry-run'])
    assert.equal(rowsOf(result.stdout).length, 3)
    const theirExport = await kafka.tool('consumer-groups', [
      ...['--bootstrap-server', kafka.bootstrap, '--reset-offsets', '--group', 'r', '--topic', topic],
      ...['--to-current', '--export', '--dry-run'],
    ])
    assert.deepEqual(theirExport.stdout.trim().split('\n').sort(), exported.stdout.trim().split('\n').sort())
  })
})

test("exports of several groups go both ways between ktool and Kafka's tool", async () => {
  const topic = 'exported'
  const bootstrap = await setUp(topic)
  const kafka = await realKafka()
  const groups = ['ex-a', 'ex-b']
  const start = async (...offsets: number[]) => {
    for (const [i, group] of groups.entries()) {
      const args = ['reset-offsets', group, '-t', topic, '--to-offset', String(offsets[i]), '--execute']
      succeeded(await ktool(['groups', ...args, '-b', bootstrap]), 'reset-offsets')
    }
  }
  const committed = async () =>
    (await ours<Lag>('describe', ...groups)).flatMap(({ groupId, offsets }) =>
      offsets.map((row) => `${groupId},${row.topic},${row.partition},${row.currentOffset}`),
    )
  const kafkas = async (...args: string[]) => {
    const both = groups.flatMap((group) => ['--group', group])
    const all = ['--bootstrap-server', kafka.bootstrap, '--reset-offsets', ...both, ...args]
    return succeeded(await kafka.tool('consumer-groups', all), args.join(' ')).stdout
  }
  const file = join(folder, 'exported.csv')

  await start(11, 22)
  const before = await committed()
  writeFileSync(file, succeeded(await ktool(['groups', 'export', 'ex-*', '-b', bootstrap]), 'export').stdout)
  await start(0, 0)
  await kafkas('--from-file', file, '--execute')
  assert.deepEqual(await committed(), before)

  writeFileSync(file, await kafkas('--topic', topic, '--to-current', '--export', '--dry-run'))
  await start(0, 0)
  const plan = await ours<{ groupId: string; to: number }>('import', 'ex-*', file)
  assert.equal(plan.length, 6)
  await ours('import', 'ex-*', file, '--execute', '--yes')
  assert.deepEqual(await committed(), before)
  for (const group of groups) {
    const rows = await theirs('--describe', '--group', group)
    assert.deepEqual(
      rows.map((row) => `${group},${topic},${row['PARTITION']},${row['CURRENT-OFFSET']}`).sort(),
      before.filter((line) => line.startsWith(group)),
    )
  }
})
