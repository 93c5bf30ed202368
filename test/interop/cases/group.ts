// ktool as a member of consumer groups: beside Java and librdkafka with each assignor, with the consumer protocol, while
// members come, go and are killed.

import assert from 'node:assert/strict'
import test, { after, type TestContext } from 'node:test'
import { allSeen, type Kind, Member, type MemberOptions, onlyOnce, producer, sameLines } from '../group-members.ts'
import { type Kafka, startKafka } from '../peers/kafka.ts'
import { client } from '../peers/kafkajs.ts'
import { ktool } from '../peers/ktool.ts'
import { succeeded } from '../peers/run.ts'
import { createTopic } from '../shared.ts'

const partitions = 6
/** Records of each partition in a wave. */
const each = 50

let broker: Promise<Kafka> | undefined

/** A Kafka that takes short sessions, so that a killed member is soon missed. */
function kafka(): Promise<Kafka> {
  broker ??= startKafka({
    properties: {
      'group.min.session.timeout.ms': '1000',
      'group.consumer.min.session.timeout.ms': '1000',
      'group.consumer.session.timeout.ms': '6000',
      'group.consumer.min.heartbeat.interval.ms': '100',
      'group.consumer.heartbeat.interval.ms': '500',
    },
  })
  return broker
}
after(async () => (await broker)?.wipe())

/** A topic, a producer of waves into it, and members that are ended with the test. */
async function setUp(t: TestContext, topic: string, count = partitions) {
  const { bootstrap } = await kafka()
  await createTopic(bootstrap, topic, count)
  const { produce, close } = await producer(bootstrap, topic, count)
  const members: Member[] = []
  t.after(async () => {
    await Promise.all([close(), ...members.map((member) => member.kill())])
  })
  const add = (kind: Kind, options: Omit<MemberOptions, 'bootstrap' | 'topic'> & { topic?: string }) => {
    const member = new Member(kind, { bootstrap, topic, ...options })
    members.push(member)
    return member
  }
  return { bootstrap, produce, members, add }
}

/** Waits until the group has so many members and has shared all partitions out among them, by Kafka's own tool. */
async function settled(group: string, members: number, count = partitions): Promise<void> {
  const { bootstrap, tool } = await kafka()
  const deadline = Date.now() + 60_000
  for (;;) {
    const result = await tool('consumer-groups', [
      '--bootstrap-server',
      bootstrap,
      '--describe',
      '--group',
      group,
      '--members',
      '--verbose',
    ])
    const rows = result.stdout.split('\n').filter((line) => line.startsWith(`${group} `))
    const shares = rows.map((row) => Number(/127\.0\.0\.1\s+\S+\s+(\d+)/.exec(row)?.[1]))
    const given = shares.reduce((sum, share) => sum + share, 0)
    if (rows.length === members && given === count && !shares.includes(0)) return
    if (Date.now() > deadline) throw new Error(`group ${group} does not settle:\n${result.stdout}\n${result.stderr}`)
  }
}

const ktoolLast = (members: readonly Member[]) => members.findLast(({ kind }) => kind === 'ktool') as Member

/** Mixed groups: who begins leads, until it leaves. */
const mixed: [assignor: string, kinds: Kind[]][] = [
  ['range', ['ktool', 'kcat', 'java', 'ktool']],
  ['roundrobin', ['kcat', 'ktool', 'java', 'ktool']],
  ['cooperative-sticky', ['ktool', 'java', 'kcat', 'ktool']],
  ['cooperative-sticky', ['java', 'ktool', 'ktool', 'kcat']],
  ['cooperative-sticky', ['kcat', 'ktool', 'java', 'ktool']],
  ['sticky', ['ktool', 'java', 'ktool']],
  ['sticky', ['java', 'ktool', 'ktool']],
]

for (const [assignor, kinds] of mixed) {
  test(`${kinds.join(', ')} share a group with ${assignor}`, async (t) => {
    const group = `${assignor}-${kinds.join('-')}`
    const { produce, members, add } = await setUp(t, group)
    const sent = await produce('early', each)
    for (const kind of kinds) {
      const member = add(kind, { group, assignor })
      // One joins while the one before it is reading.
      if (kind === 'ktool') await member.until(() => member.stderr.includes(' reads '), 'assignment')
      sent.push(...(await produce(`joining-${members.length}`, each)))
    }
    await settled(group, kinds.length)
    await allSeen(members, sent)

    const once = await produce('together', each)
    await allSeen(members, once)
    onlyOnce(members, once)

    const [first] = members
    const killed = ktoolLast(members)
    await killed.kill()
    sent.push(...(await produce('killed', each)))
    await settled(group, kinds.length - 1)
    await first!.stop()
    sent.push(...(await produce('left', each)))
    await settled(group, kinds.length - 2)
    await allSeen(members, sent)
  })
}

test('ktool and Java share a group with the consumer protocol', async (t) => {
  const group = 'consumer-protocol'
  const { produce, members, add } = await setUp(t, group)
  const sent = await produce('early', each)
  for (const kind of ['ktool', 'java', 'ktool'] as const) {
    const member = add(kind, { group, assignor: null })
    if (kind === 'ktool') await member.until(() => member.stderr.includes(' reads '), 'assignment')
    sent.push(...(await produce(`joining-${members.length}`, each)))
  }
  await settled(group, 3)
  await allSeen(members, sent)
  const once = await produce('together', each)
  await allSeen(members, once)
  onlyOnce(members, once)

  await ktoolLast(members).kill()
  sent.push(...(await produce('killed', each)))
  await settled(group, 2)
  await members[0]!.stop()
  sent.push(...(await produce('left', each)))
  await settled(group, 1)
  await allSeen(members, sent)
})

for (const assignor of ['range', null]) {
  const protocol = assignor === null ? 'consumer' : 'classic'

  test(`a member killed in the middle of many records: each is read at least once (${protocol})`, async (t) => {
    const group = `killed-${protocol}`
    const { produce, add } = await setUp(t, group)
    // Commits come all the time, so that one of what is not printed yet would be there when it is killed.
    const more = ['--commit-every', '0']
    const members = [add('ktool', { group, assignor, more }), add('ktool', { group, assignor, more })]
    await settled(group, 2)
    const flood = produce('flood', 20_000)
    await members[0]!.until(() => members[0]!.lines.length > 5_000, 'records')
    await members[0]!.kill()
    const sent = await flood
    assert.ok(members[0]!.lines.length < sent.length / 2)
    await allSeen(members, sent)
  })

  test(`what was printed is committed on Ctrl-C, no more and no less (${protocol})`, async (t) => {
    const group = `commits-${protocol}`
    const { bootstrap, produce, add } = await setUp(t, group)
    const sent = await produce('all', 2000)
    const count = 1234
    const args = ['consume', group, '-b', bootstrap, '-G', group, '--group-protocol', protocol, '-f', '%s\\n']
    const some = succeeded(await ktool([...args, '-c', String(count)]), 'ktool consume -c').stdout
    const interrupted = add('ktool', { group, assignor, more: ['--commit-every', '1h'] })
    await interrupted.until(() => interrupted.lines.length > 0, 'records')
    await interrupted.stop('SIGINT')
    const rest = succeeded(await ktool([...args, '-e']), 'ktool consume -e').stdout
    assert.equal(some.split('\n').length - 1, count)
    sameLines([some, ...interrupted.lines.map((text) => `${text.split('\t')[2]}\n`), rest].join(''), sent)
    const again = await ktool([...args, '-e'])
    assert.equal(succeeded(again, 'ktool consume -e').stdout, '')
  })

  test(`--no-commit leaves the group where it is (${protocol})`, async (t) => {
    const group = `no-commit-${protocol}`
    const { bootstrap, produce } = await setUp(t, group)
    const sent = await produce('all', each)
    const args = ['consume', group, '-b', bootstrap, '-G', group, '--group-protocol', protocol, '-e', '-f', '%s\\n']
    for (const more of [['--no-commit'], ['--no-commit'], []]) {
      const { stdout } = succeeded(await ktool([...args, ...more]), 'ktool consume')
      sameLines(stdout, sent)
    }
  })

  test(`a static member comes back to its partitions, and the others don't notice (${protocol})`, async (t) => {
    const group = `static-${protocol}`
    const { produce, members, add } = await setUp(t, group)
    const sent = await produce('early', each)
    const stays = add('ktool', { group, assignor, more: ['--group-instance-id', 'stays'] })
    const goes = add('ktool', { group, assignor, more: ['--group-instance-id', 'goes'] })
    await settled(group, 2)
    await allSeen(members, sent)
    const heard = stays.stderr
    await goes.stop()
    sent.push(...(await produce('away', each)))
    const back = add('ktool', { group, assignor, more: ['--group-instance-id', 'goes'] })
    await allSeen(members, sent)
    assert.equal(stays.stderr, heard)
    const reads = (member: Member) => /reads ([^(]*)/.exec(member.stderr)?.[1]
    assert.equal(
      reads(back),
      goes.stderr
        .match(/reads ([^(]*)/g)
        ?.at(-1)
        ?.slice('reads '.length),
    )
    onlyOnce(members, sent)
  })

  test(`a second process with the same instance id is told so (${protocol})`, async (t) => {
    const group = `fenced-${protocol}`
    const { add } = await setUp(t, group)
    const options = { group, assignor, more: ['--group-instance-id', 'one'] }
    const first = add('ktool', options)
    await first.until(() => first.stderr.includes(' reads '), 'assignment')
    const second = add('ktool', options)
    // The classic protocol fences the older one, the consumer protocol refuses the newer.
    const loser = assignor === null ? second : first
    await loser.until(() => loser.ended, 'end').catch(() => {})
    assert.equal(loser.child.exitCode, 1)
    assert.match(loser.stderr, /(FENCED|UNRELEASED)_INSTANCE_ID[\s\S]*group\.instance\.id one/)
    assert.equal(second === loser ? first.ended : second.ended, false)
  })

  test(`a member whose output is stuck stays in the group (${protocol})`, async (t) => {
    const group = `stuck-${protocol}`
    const { bootstrap } = await kafka()
    const { produce, members, add } = await setUp(t, group)
    const sent: string[] = []
    for (const wave of ['a', 'b', 'c']) sent.push(...(await produce(wave.repeat(1000), 500)))
    const stuck = add('ktool', { group, assignor })
    stuck.child.stdout?.pause()
    await stuck.until(() => stuck.stderr.includes(' reads '), 'assignment')
    // Twice the session: without heartbeats the group would be empty by then.
    await new Promise((resolve) => setTimeout(resolve, 12_000))
    assert.doesNotMatch(stuck.stderr, /lost|gave up/)
    const described = await (await kafka()).tool('consumer-groups', [
      '--bootstrap-server',
      bootstrap,
      '--describe',
      '--group',
      group,
      '--state',
    ])
    assert.match(described.stdout, / Stable +1\b/)
    stuck.child.stdout?.resume()
    await allSeen(members, sent)
    onlyOnce(members, sent)
  })

  test(`new partitions and new topics are followed (${protocol})`, async (t) => {
    const group = `grows-${protocol}`
    const { bootstrap, produce, members, add } = await setUp(t, `${group}-a`, 2)
    const sent = await produce('early', each)
    const more = ['-X', 'metadata.max.age.ms=500']
    const member = add('ktool', { group, assignor, topic: `${group}-*`, more })
    await allSeen(members, sent)
    const added = await ktool(['topics', 'add-partitions', `${group}-a`, '-b', bootstrap, '--total', '3'])
    succeeded(added, 'ktool topics add-partitions')
    await createTopic(bootstrap, `${group}-b`, 1)
    await member.until(() => /reads grows-\w+-a 0-2; grows-\w+-b 0 /.test(member.stderr), 'new assignment')
    for (const [topic, count] of [
      [`${group}-a`, 3],
      [`${group}-b`, 1],
    ] as const) {
      const { produce, close } = await producer(bootstrap, topic, count)
      sent.push(...(await produce(`late-${topic}`, each)))
      await close()
    }
    await allSeen(members, sent)
    onlyOnce(members, sent)
    // A topic that goes takes its partitions along; the others are read on.
    const admin = client(bootstrap).admin()
    await admin.connect()
    await admin.deleteTopics({ topics: [`${group}-b`] })
    await admin.disconnect()
    await member.until(() => /reads grows-\w+-a 0-2 \([^)]*\)\n$/.test(member.stderr), 'assignment without the topic')
    assert.doesNotMatch(member.stderr, /warning: (?!there is no topic)/)
    const last = await produce('last', each)
    await allSeen(members, last)
  })
}

test('a reader that goes away ends a member quietly, and what it did not get is not committed', async (t) => {
  const group = 'for-head'
  const { bootstrap, produce } = await setUp(t, group, 1)
  const sent = await produce('x'.repeat(300), 2000)
  const args = ['consume', group, '-b', bootstrap, '-G', group, '-f', '%s\\n']
  const member = new Member('ktool', { bootstrap, group, topic: group, assignor: 'range' })
  await member.until(() => member.lines.length > 0, 'records')
  member.child.stdout?.destroy()
  await member.until(() => member.ended, 'end').catch(() => {})
  assert.equal(member.child.exitCode, 0, member.stderr)
  const rest = succeeded(await ktool([...args, '-e']), 'ktool consume -e')
    .stdout.trim()
    .split('\n')
  const got = new Set([...member.lines.map((line) => line.split('\t')[2]), ...rest])
  assert.ok(sent.slice(member.lines.length + 500).every((value) => got.has(value)))
})

test('a group of an older Kafka', async (t) => {
  const old = await startKafka({ version: '3.9.2' })
  t.after(() => old.wipe())
  const { bootstrap } = old
  await createTopic(bootstrap, 'old', partitions)
  const { produce, close } = await producer(bootstrap, 'old', partitions)
  const sent = await produce('all', each)
  await close()
  const args = ['consume', 'old', '-b', bootstrap, '-G', 'old', '-e', '-f', '%s\\n']
  const { stdout } = succeeded(await ktool(args), 'ktool consume')
  sameLines(stdout, sent)
  assert.equal(succeeded(await ktool(args), 'ktool consume').stdout, '')
  const refused = await ktool([...args, '--group-protocol', 'consumer'])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /ConsumerGroupHeartbeat|--group-protocol classic/)
})
