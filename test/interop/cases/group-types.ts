// Share groups (KIP-932) and streams groups (KIP-1071) on a real Kafka: the facts that ktool shows are those of Kafka's own
// tools for them, while members read and when they have gone.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { streamsMember } from '../peers/frameworks.ts'
import type { KafkaTool } from '../peers/kafka.ts'
import { ktool } from '../peers/ktool.ts'
import { end, firstOutput, guard, succeeded } from '../peers/run.ts'
import { atOneMoment, createTopic, folder, realKafka } from '../shared.ts'

const kafka = await realKafka()
const { bootstrap } = kafka

async function ours<Row>(...args: string[]): Promise<Row[]> {
  return JSON.parse(succeeded(await ktool(['groups', ...args, '-b', bootstrap, '--json', '-q']), args.join(' ')).stdout)
}

type Cells = Record<string, string>

/** The rows of one of Kafka's tables by the words of its header, which are one for each column but the coordinator's. */
async function theirs(tool: KafkaTool, ...args: string[]): Promise<Cells[]> {
  const { stdout } = succeeded(await kafka.tool(tool, ['--bootstrap-server', bootstrap, ...args]), args.join(' '))
  const lines = stdout.split('\n').filter((line) => line.trim() !== '')
  const at = lines.findIndex((line) => line.startsWith('GROUP '))
  if (at < 0) return []
  const names = lines[at]!.replace('COORDINATOR (ID)', 'COORDINATOR ID').trim().split(/\s+/)
  return lines.slice(at + 1).map((line) => {
    // Assignments have spaces, and come last.
    const cells = line.trim().split(/\s+/)
    const last = names.length - 1
    return Object.fromEntries(
      names.map((name, i) => [name, i === last ? cells.slice(last).join(' ') : (cells[i] ?? '')]),
    )
  })
}

interface Offset {
  topic: string
  partition: number
  currentOffset: number | null
  leaderEpoch: number | null
  logEndOffset: number | null
  lag: number | null
  memberId: string | null
}

interface Described {
  type: string
  state: string
  coordinator: number
  coordinatorHost: string
  coordinatorPort: number
  groupEpoch: number
  assignmentEpoch: number
  memberCount: number
  offsets: Offset[]
}

interface Tasks {
  subtopology: string
  partitions: number[]
}

interface Member {
  memberId: string
  clientId: string
  host: string
  memberEpoch: number
  assignment: { topic: string; partition: number }[]
  streams: {
    processId: string
    topologyEpoch: number
    tasks: Record<'active' | 'standby' | 'warmup', Tasks[]>
    targetTasks: Record<'active' | 'standby' | 'warmup', Tasks[]>
  }
}

const sorted = (rows: Cells[]) => rows.sort((a, b) => (key(a) < key(b) ? -1 : 1))
const key = ({ TOPIC, PARTITION }: Cells) => `${TOPIC} ${PARTITION!.padStart(5)}`
const text = (value: number | null) => (value === null ? '-' : String(value))

/** Asks until so many partitions are known and all that is in them has been read; `log` is what the reader says. */
async function untilRead(group: string, partitions: number, log: () => string): Promise<Described> {
  let described: Described | undefined
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(200)) {
    // There is no group before its first member has joined.
    ;[described] = await ours<Described>('describe', group).catch(() => [])
    const offsets = described?.offsets ?? []
    if (offsets.length === partitions && offsets.every(({ lag }) => lag === 0)) return described!
  }
  throw new Error(`the group ${group} has not read everything in a minute: ${JSON.stringify(described)}\n${log()}`)
}

async function untilEmpty(group: string): Promise<void> {
  for (const deadline = Date.now() + 90_000; Date.now() < deadline; await pause(200)) {
    const [row] = await ours<{ state: string }>('list', group)
    if (row?.state === 'Empty') return
  }
  throw new Error(`the group ${group} still has members`)
}

async function produce(topic: string, partition: number, count: number, timestamp: number): Promise<void> {
  const input = Array.from({ length: count }, (_, i) => `${i % 3}\n`).join('')
  const args = ['produce', topic, '-p', String(partition), '--timestamp', `@${timestamp}`, '-b', bootstrap]
  succeeded(await ktool(args, { input }), 'ktool produce')
}

/** Ten records at each of two times in either partition. */
async function filled(topic: string): Promise<void> {
  await createTopic(bootstrap, topic, 2, ['retention.ms=-1'])
  for (const partition of [0, 1]) for (const time of [1000, 2000]) await produce(topic, partition, 10, time)
}

interface Planned {
  topic: string
  partition: number
  to: number
}

/** The plan of ktool against the one of Kafka's tool. */
async function samePlan(group: string, topic: string, own: string[], tool: KafkaTool, their: string[]) {
  const plan = await ours<Planned>('reset-offsets', group, '-t', topic, ...own)
  const rows = await theirs(tool, '--reset-offsets', '--group', group, ...their, '--dry-run')
  assert.deepEqual(
    plan.map((row) => [row.topic, String(row.partition), String(row.to)]),
    sorted(rows).map((row) => [row['TOPIC'], row['PARTITION'], row['NEW-OFFSET']]),
    own.join(' '),
  )
  return plan
}

/** The groups of a type and their states; those of other tests may come and go meanwhile. */
async function sameList(type: 'share' | 'streams'): Promise<void> {
  const [own, listed] = await atOneMoment(
    () => ours<{ groupId: string; state: string }>('list', '--type', type),
    () => theirs(`${type}-groups`, '--list', '--state'),
  )
  assert.deepEqual(
    own.map(({ groupId, state }) => `${groupId} ${state}`),
    listed.map((row) => `${row['GROUP']} ${row['STATE']}`).sort(),
  )
}

const times: [own: string[], their: string[]][] = [
  [['--to-earliest'], ['--to-earliest']],
  [['--to-latest'], ['--to-latest']],
  // Before, at, between and after all records.
  ...[0, 1000, 1500, 2001].map((ms): [string[], string[]] => [
    ['--to-datetime', `@${ms}`],
    ['--to-datetime', new Date(ms).toISOString()],
  ]),
]

test('a share group', async (t) => {
  const [group, topic] = ['gt-share', 'gt-shared']
  await filled(topic)
  const early = ['configs', 'alter', 'group', group, '--set', 'share.auto.offset.reset=earliest', '-b', bootstrap]
  succeeded(await ktool(early), 'ktool configs alter')
  const [command, ...args] = kafka.command('console-share-consumer', [
    ...['--bootstrap-server', bootstrap, '--topic', topic, '--group', group],
  ])
  const member = guard(spawn(command!, args, { stdio: ['ignore', 'pipe', 'pipe'] }))
  t.after(() => end(member))
  let said = ''
  member.stderr!.on('data', (piece: Buffer) => {
    said += piece
  })
  await firstOutput(member)
  const sameOffsets = async (described: Described) => {
    assert.deepEqual(
      described.offsets.map((row) => ({
        GROUP: group,
        TOPIC: row.topic,
        PARTITION: text(row.partition),
        'LEADER-EPOCH': text(row.leaderEpoch),
        'START-OFFSET': text(row.currentOffset),
        LAG: text(row.lag),
      })),
      sorted(await theirs('share-groups', '--describe', '--group', group, '--verbose')),
    )
  }
  const sameState = async (described: Described) => {
    assert.deepEqual(
      {
        GROUP: group,
        COORDINATOR: `${described.coordinatorHost}:${described.coordinatorPort}`,
        ID: `(${described.coordinator})`,
        STATE: described.state,
        'GROUP-EPOCH': text(described.groupEpoch),
        'ASSIGNMENT-EPOCH': text(described.assignmentEpoch),
        '#MEMBERS': text(described.memberCount),
      },
      (await theirs('share-groups', '--describe', '--group', group, '--state', '--verbose'))[0],
    )
  }
  await t.test('with a member', async () => {
    const described = await untilRead(group, 2, () => said)
    assert.deepEqual([described.type, described.state, described.memberCount], ['share', 'Stable', 1])
    await sameOffsets(described)
    await sameState(described)
    const [{ members }] = (await ours<{ members: Member[] }>('describe', group, '--members')) as [{ members: Member[] }]
    assert.deepEqual(
      members.map((row) => ({
        GROUP: group,
        'CONSUMER-ID': row.memberId,
        HOST: row.host,
        'CLIENT-ID': row.clientId,
        '#PARTITIONS': text(row.assignment.length),
        'MEMBER-EPOCH': text(row.memberEpoch),
        ASSIGNMENT: `${topic}:${row.assignment.map(({ partition }) => partition).join(',')}`,
      })),
      await theirs('share-groups', '--describe', '--group', group, '--members', '--verbose'),
    )
  })
  await t.test('in the list', () => sameList('share'))
  await t.test('a group in use is not reset', async () => {
    const args = ['groups', 'reset-offsets', group, '-t', topic, '--to-earliest', '--execute', '-b', bootstrap]
    const { code, stderr } = await ktool(args)
    assert.equal(code, 1)
    assert.match(stderr, /is in use \(Stable\): console-share-consumer/)
  })
  await t.test('reset, forgotten, deleted', async () => {
    await end(member)
    await untilEmpty(group)
    const [described] = await ours<Described>('describe', group)
    await sameOffsets(described!)
    await sameState(described!)
    for (const [own, their] of times) await samePlan(group, topic, own, 'share-groups', ['--topic', topic, ...their])
    const plan = await ours<Planned>('reset-offsets', group, '-t', topic, '--to-datetime', '@1500', '--execute')
    const rows = await theirs('share-groups', '--describe', '--group', group)
    assert.deepEqual(
      sorted(rows).map((row) => [row['PARTITION'], row['START-OFFSET'], row['LAG']]),
      plan.map(({ partition, to }) => [String(partition), String(to), '10']),
    )
    const part = await ktool(['groups', 'delete-offsets', group, '-t', `${topic}:0`, '-b', bootstrap])
    assert.deepEqual([part.code, /forgets whole topics only/.test(part.stderr)], [1, true])
    await ours('delete-offsets', group, '-t', topic)
    assert.deepEqual((await ours<Described>('describe', group))[0]!.offsets, [])
    assert.deepEqual(await theirs('share-groups', '--describe', '--group', group), [])
    await ours('delete', group)
    assert.ok(!(await theirs('share-groups', '--list', '--state')).some((row) => row['GROUP'] === group))
  })
})

test('a streams group', async (t) => {
  const [group, topic] = ['gt-streams', 'gt-streamed']
  await filled(topic)
  const member = await streamsMember(bootstrap, join(folder, 'gt-streams-state'), group, topic)
  t.after(() => member.stop('SIGKILL'))
  const sameOffsets = async (described: Described) => {
    assert.deepEqual(
      described.offsets.map((row) => ({
        GROUP: group,
        TOPIC: row.topic,
        PARTITION: text(row.partition),
        'CURRENT-OFFSET': text(row.currentOffset),
        'LEADER-EPOCH': text(row.leaderEpoch),
        'LOG-END-OFFSET': text(row.logEndOffset),
        'OFFSET-LAG': text(row.lag),
      })),
      sorted(await theirs('streams-groups', '--describe', '--group', group, '--verbose')),
    )
  }
  await t.test('with a member', async () => {
    // The topic, and the one between the two parts of the topology.
    const described = await untilRead(group, 4, member.log)
    assert.deepEqual([described.type, described.state, described.memberCount], ['streams', 'Stable', 1])
    await sameOffsets(described)
    assert.deepEqual(
      {
        GROUP: group,
        COORDINATOR: `${described.coordinatorHost}:${described.coordinatorPort}`,
        ID: `(${described.coordinator})`,
        STATE: described.state,
        'GROUP-EPOCH': text(described.groupEpoch),
        'TARGET-ASSIGNMENT-EPOCH': text(described.assignmentEpoch),
        '#MEMBERS': text(described.memberCount),
      },
      (await theirs('streams-groups', '--describe', '--group', group, '--state', '--verbose'))[0],
    )
    const [{ members }] = (await ours<{ members: Member[] }>('describe', group, '--members')) as [{ members: Member[] }]
    const tasks = (some: Tasks[]) => some.map((task) => `${task.subtopology}:[${task.partitions}];`).join(' ')
    assert.deepEqual(
      members.map(({ memberId, clientId, memberEpoch, streams }) => ({
        GROUP: group,
        'TARGET-ASSIGNMENT-EPOCH': text(described.assignmentEpoch),
        'TOPOLOGY-EPOCH': text(streams.topologyEpoch),
        MEMBER: memberId,
        'MEMBER-PROTOCOL': 'streams',
        'MEMBER-EPOCH': text(memberEpoch),
        PROCESS: streams.processId,
        'CLIENT-ID': clientId,
        ASSIGNMENTS: `ACTIVE: ${tasks(streams.tasks.active)} TARGET-ACTIVE: ${tasks(streams.targetTasks.active)}`,
      })),
      await theirs('streams-groups', '--describe', '--group', group, '--members', '--verbose'),
    )
    assert.deepEqual([members[0]!.streams.tasks.standby, members[0]!.streams.tasks.warmup], [[], []])
    // Each partition has the member that its task is with.
    assert.ok(described.offsets.every(({ memberId }) => memberId === members[0]!.memberId))
  })
  await t.test('in the list', () => sameList('streams'))
  await t.test('reset and deleted', async () => {
    await member.stop()
    await untilEmpty(group)
    const shifts: [string[], string[]][] = [
      [
        ['--to-offset', '7'],
        ['--to-offset', '7'],
      ],
      [
        ['--shift-by', '-5'],
        ['--shift-by', '-5'],
      ],
    ]
    for (const [own, their] of [...times, ...shifts]) {
      await samePlan(group, topic, own, 'streams-groups', ['--input-topic', topic, ...their])
    }
    const plan = await ours<Planned>('reset-offsets', group, '-t', topic, '--to-offset', '7', '--execute')
    // Kafka's tool describes no streams group without members; the plan to stay shows where it is.
    const stay = ['--bootstrap-server', bootstrap, '--reset-offsets', '--group', group, '--input-topic', topic]
    const { stdout } = await kafka.tool('streams-groups', [...stay, '--to-current', '--export', '--dry-run'])
    assert.deepEqual(
      stdout.trim().split('\n').sort(),
      plan.map(({ partition, to }) => `${topic},${partition},${to}`),
    )
    const [described] = await ours<Described>('describe', group)
    assert.deepEqual(
      described!.offsets.filter((row) => row.topic === topic).map(({ currentOffset }) => currentOffset),
      [7, 7],
    )
    await ours('delete', group)
    assert.ok(!(await theirs('streams-groups', '--list', '--state')).some((row) => row['GROUP'] === group))
  })
})

test('all types are in one list, as in that of kafka-groups', async () => {
  const [own, listed] = await atOneMoment(
    () => ours<{ groupId: string; type: string }>('list'),
    () => theirs('groups', '--list'),
  )
  assert.deepEqual(
    own.map(({ groupId, type }) => `${groupId} ${type}`),
    listed.map((row) => `${row['GROUP']} ${row['TYPE']!.toLowerCase()}`).sort(),
  )
})
