// Groups of the consumer protocol (KIP-848) in the bundled broker: it answers each request as Kafka does, keeps the same
// records, and either goes on with what the other one left. Kafka's own clients, librdkafka and ktool are members of them.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { createInterface } from 'node:readline'
import test, { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConsumerGroupDescribe } from '../../../src/protocol/apis/69-consumer-group-describe.ts'
import { RawClient } from '../../broker/harness.ts'
import { join, PROBE, Steps, scenarios } from '../consumer-group-steps.ts'
import { allSeen, Member, type MemberOptions, onlyOnce, producer } from '../group-members.ts'
import { type Kafka, type KafkaTool, kafkaTool, startKafka } from '../peers/kafka.ts'
import { serve } from '../peers/ktool.ts'
import { environment } from '../peers/python.ts'
import { end, guard, succeeded } from '../peers/run.ts'
import { createTopic } from '../shared.ts'

/** Short times, so that tests need not wait; the bounds that Kafka sets are lowered too. */
const settings = {
  'offsets.topic.num.partitions': '1',
  'group.initial.rebalance.delay.ms': '0',
  'group.consumer.min.session.timeout.ms': '1000',
  'group.consumer.session.timeout.ms': '10000',
  'group.consumer.min.heartbeat.interval.ms': '100',
  'group.consumer.heartbeat.interval.ms': '500',
  'group.consumer.assignment.interval.ms': '0',
}
const argsOf = (configs: Record<string, string>) =>
  Object.entries(configs).flatMap(([name, value]) => ['-X', `${name}=${value}`])
const args = argsOf(settings)

let started: Promise<Kafka> | undefined
after(async () => (await started)?.wipe())

/** A Kafka with one coordinator of groups: what one group shows that it has heard of, all others have. */
function oneCoordinator(): Promise<Kafka> {
  started ??= startKafka({ properties: { 'offsets.topic.num.partitions': '1' } })
  return started
}

for (const [name, run] of Object.entries(scenarios)) {
  test(`Kafka and ktool answer alike: ${name}`, async (t) => {
    const broker = await serve({ args: ['-X', 'group.initial.rebalance.delay.ms=0'] })
    t.after(() => broker.wipe())
    const logs: string[][] = []
    for (const { port } of [await oneCoordinator(), broker]) {
      const client = new RawClient(port)
      t.after(() => client.socket.destroy())
      const steps = new Steps(client, `${name.replace(/[^a-z]+/g, '-')}-`)
      await run(steps)
      logs.push(steps.log)
    }
    assert.deepEqual(logs[1], logs[0])
  })
}

/** Topics in the order of their names, not of Kafka's hash tables. */
const sorted = (topics: string) =>
  topics
    .split(/(?<=\}),(?=\{)/)
    .sort()
    .join()

/** The records of __consumer_offsets as Kafka's tool shows them; what differs from run to run is made the same. */
async function records(data: string): Promise<string[]> {
  const dir = joinPath(data, '__consumer_offsets-0')
  const files = readdirSync(dir)
    .filter((name) => name.endsWith('.log'))
    .map((name) => joinPath(dir, name))
  const result = await kafkaTool('dump-log', ['--offsets-decoder', '--files', files.join(',')])
  const ids: string[] = []
  const same = (id: string, what: string) => {
    if (!ids.includes(id)) ids.push(id)
    return `${what} ${ids.indexOf(id)}`
  }
  const lines = succeeded(result, 'dump-log')
    .stdout.split('\n')
    .filter((line) => !line.includes(PROBE))
    .flatMap((line) => /(key: \{.*|key: .*payload.*)$/.exec(line)?.[1] ?? [])
    .map((line) =>
      line
        .replace(/"(topicId|TopicId)":"([\w-]{22})"/g, (_, field, id) => `"${field}":"${same(id, 'topic')}"`)
        .replace(
          /"(metadataHash|assignmentTimestamp|commitTimestamp|currentStateTimestamp|timestamp)":-?\d+/g,
          '"$1":0',
        )
        .replace(/("regularExpression".*"version"):\d+(?=,"timestamp")/, '$1:0')
        .replace(/test-\w{8}-(\w{4}-){3}\w{12}|(?<=("memberId"|"leader"):")[\w-]{22}(?=")/g, (id) => same(id, 'member'))
        .replace(
          /(?<=("topicPartitions"|"assignedPartitions"|"partitionsPendingRevocation"):\[)\{.*?\}(?=\])/g,
          sorted,
        ),
    )
  // Records of one type about several members, or several expressions, are in the order of a hash table too.
  for (const type of ['5', '7', '8', '16'].map((each) => `key: {"type":"${each}"`)) {
    for (let from = 0; from < lines.length; from++) {
      let next = from
      while (lines[next]?.startsWith(type)) next++
      lines.splice(from, next - from, ...lines.slice(from, next).sort())
    }
  }
  // The offsets of a topic that goes are forgotten beside what its groups do.
  const isProbe = (line: string) => line.startsWith('key: {"type":"1"') && /"group":"[^"]*-probe"/.test(line)
  return [...lines.filter((line) => !isProbe(line)), ...lines.filter(isProbe)]
}

test('Kafka and ktool keep the same records', async (t) => {
  // On a busy machine no member may run out of its time while the others have their turn.
  const patient = {
    ...settings,
    'group.consumer.max.session.timeout.ms': '600000',
    'group.consumer.session.timeout.ms': '600000',
  }
  const kafka = await startKafka({ properties: patient })
  t.after(() => kafka.wipe())
  const broker = await serve({ args: argsOf(patient) })
  t.after(() => broker.wipe())
  const kept: string[][] = []
  for (const each of [kafka, broker]) {
    const client = new RawClient(each.port)
    t.after(() => client.socket.destroy())
    for (const name of Object.keys(scenarios)) {
      await scenarios[name]?.(new Steps(client, `${name.replace(/[^a-z]+/g, '-')}-`))
    }
    await each.stop()
    kept.push(await records(each.data))
  }
  assert.ok(kept[0]!.length > 50)
  assert.deepEqual(kept[1], kept[0])
})

test("Kafka's tools say the same of a consumer group on both brokers", async (t) => {
  const broker = await serve({ args: ['-X', 'group.initial.rebalance.delay.ms=0'] })
  t.after(() => broker.wipe())
  const said: string[][] = []
  for (const { bootstrap } of [await oneCoordinator(), broker]) {
    const log: string[] = []
    said.push(log)
    const tool = async (name: KafkaTool, ...args: string[]) => {
      const { code, stdout, stderr } = await kafkaTool(name, ['--bootstrap-server', bootstrap, ...args])
      const text = `${stdout}\n${stderr}`
        .replace(/\(java[\w.]+|\bat .*|\[.{23}\] (WARN|INFO).*/g, '')
        .replace(/\S*\b[\w-]{22}\b\S*/g, 'MEMBER')
        .replace(/127\.0\.0\.1:\d+/g, 'HOST')
        .replace(/[ \t]+/g, ' ')
      log.push(`${name} ${args.join(' ')} -> ${code}`, ...text.split('\n').filter((line) => line.trim() !== ''))
    }
    const groups = (...args: string[]) => tool('consumer-groups', '--group', 'told', ...args)
    await createTopic(bootstrap, 'told', 3)
    const { produce, close } = await producer(bootstrap, 'told', 3)
    await produce('a', 4)
    const member = new Member('java', { bootstrap, topic: 'told', group: 'told', assignor: null })
    t.after(() => member.kill())
    await member.until(() => member.lines.length === 12, 'records')
    await groups('--describe', '--members', '--verbose')
    await groups('--describe', '--state')
    await groups('--reset-offsets', '--to-earliest', '--execute', '--all-topics')
    await groups('--delete')
    await groups('--delete-offsets', '--topic', 'told')
    await member.stop()
    await produce('b', 1)
    await close()
    await groups('--describe', '--offsets')
    await groups('--describe', '--state', '--verbose')
    await groups('--describe', '--members')
    await groups('--reset-offsets', '--to-offset', '2', '--execute', '--topic', 'told:0,2')
    await groups('--reset-offsets', '--shift-by', '-1', '--dry-run', '--all-topics')
    await groups('--delete-offsets', '--topic', 'told:1')
    await groups('--describe')
    await tool('groups', '--list', '--consumer')
    await groups('--delete')
    await groups('--describe')
  }
  // Kafka has groups of other tests.
  const own = (lines: string[]) =>
    lines.filter((line) => !/^\S+ (Classic|Consumer|Share|Streams)\b/.test(line) || /^told/.test(line))
  assert.deepEqual(own(said[1] as string[]), own(said[0] as string[]))
})

test('either broker goes on with the groups of the other', async (t) => {
  const group = 'g'
  const first = await serve({ args })
  t.after(() => first.wipe())
  const { data } = first
  let client = new RawClient(first.port)
  const s = new Steps(client, 'moved-')
  await s.createTopic('t', 6)
  await s.beat(group, join('a', ['t'], { rackId: 'r' }))
  await s.beat(group, join('b', ['t'], { instanceId: 'box' }))
  await s.beat(group, { memberId: 'a', memberEpoch: 2, owns: { t: [0, 1, 2] } })
  await s.beat(group, { memberId: 'b', memberEpoch: 3, instanceId: 'box', owns: {} })
  await s.commit(group, 't', 'a', 3)
  await s.describe(group)
  const described = s.log.at(-1)
  // What comes next is the same on each of them, and with epochs that only move when something changes.
  const goOn = async (port: number, epoch: number) => {
    client.socket.destroy()
    client = new RawClient(port)
    await s.reconnect(client)
    await s.describe(group)
    if (epoch === 3) assert.equal(s.log.at(-1), described)
    const beat = await s.beat(group, { memberId: 'a', memberEpoch: epoch })
    assert.deepEqual([beat.error, beat.epoch, beat.assignment], ['NONE', epoch, null])
    await s.fetch(group, 't', 'a', epoch)
    assert.match(s.log.at(-1)!, /"offsets":\[5\]/)
    // One more member, and it leaves again: two epochs.
    const joined = await s.beat(group, join('c', ['t']))
    assert.deepEqual([joined.error, joined.epoch], ['NONE', epoch + 1])
    await s.beat(group, { memberId: 'c', memberEpoch: -1 })
    const after = await s.beat(group, { memberId: 'a', memberEpoch: epoch, owns: { t: [0, 1, 2] } })
    assert.deepEqual([after.error, after.epoch], ['NONE', epoch + 2])
    const other = await s.beat(group, { memberId: 'b', memberEpoch: epoch, instanceId: 'box', owns: { t: [3, 4, 5] } })
    assert.deepEqual([other.error, other.epoch], ['NONE', epoch + 2])
  }
  await first.stop()
  const kafka = await startKafka({ data, properties: settings })
  await goOn(kafka.port, 3)
  await kafka.stop()
  const again = await serve({ data, args })
  await goOn(again.port, 5)
  await again.stop()
  const last = await startKafka({ data, properties: settings })
  await goOn(last.port, 7)
  client.socket.destroy()
  await last.stop()
})

/** A topic of a broker, a producer into it, and members that are ended with the test. */
async function setUp(t: test.TestContext, topic: string, partitions: number) {
  const broker = await serve({ args })
  t.after(() => broker.wipe())
  const { bootstrap } = broker
  await createTopic(bootstrap, topic, partitions)
  const { produce, close } = await producer(bootstrap, topic, partitions)
  const members: Member[] = []
  t.after(() => Promise.all([close(), ...members.map((member) => member.kill())]))
  const add = (kind: 'java' | 'ktool', options: Partial<MemberOptions> = {}) => {
    const member = new Member(kind, { bootstrap, topic, group: topic, assignor: null, ...options })
    members.push(member)
    return member
  }
  return { broker, bootstrap, produce, members, add }
}

/** Waits until Kafka's tool shows so many members who have all partitions between them. */
async function settled(bootstrap: string, group: string, members: number, partitions: number): Promise<string> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const how = ['--bootstrap-server', bootstrap, '--describe', '--group', group, '--members', '--verbose']
    const { stdout, stderr } = await kafkaTool('consumer-groups', how)
    const rows = stdout.split('\n').filter((line) => line.startsWith(`${group} `))
    const shares = rows.map((row) => Number(/127\.0\.0\.1\s+\S+\s+(\d+)/.exec(row)?.[1]))
    const sum = shares.reduce((total, share) => total + share, 0)
    if (rows.length === members && sum === partitions && !shares.includes(0)) return stdout
    if (Date.now() > deadline) throw new Error(`group ${group} does not settle:\n${stdout}\n${stderr}`)
  }
}

test('Java and ktool share a group of ktool serve', async (t) => {
  const group = 'shared'
  const { bootstrap, produce, members, add } = await setUp(t, group, 6)
  const sent = await produce('early', 20)
  add('java')
  add('ktool')
  add('java')
  await settled(bootstrap, group, 3, 6)
  await allSeen(members, sent)
  const once = await produce('together', 20)
  await allSeen(members, once)
  onlyOnce(members, once)
  const how = ['--bootstrap-server', bootstrap, '--describe', '--group', group]
  const state = succeeded(await kafkaTool('consumer-groups', [...how, '--state', '--verbose']), 'consumer-groups')
  assert.match(state.stdout, /^shared +\S+ +\(\d+\) +uniform +Stable +(\d+) +\1 +3\s*$/m)
  const offsets = succeeded(await kafkaTool('consumer-groups', [...how, '--offsets']), 'consumer-groups')
  assert.equal(offsets.stdout.match(/^shared +shared +\d +/gm)?.length, 6)

  await members[0]!.kill()
  sent.push(...(await produce('killed', 20)))
  await settled(bootstrap, group, 2, 6)
  await members[1]!.stop()
  sent.push(...(await produce('left', 20)))
  await settled(bootstrap, group, 1, 6)
  await allSeen(members, sent)
})

test('ktool serve is killed under a group, and its members go on where they were', async (t) => {
  const group = 'survives'
  const { broker, bootstrap, produce, members, add } = await setUp(t, group, 6)
  const sent = await produce('early', 20)
  add('java')
  add('ktool', { more: ['-X', 'group.instance.id=box'] })
  await settled(bootstrap, group, 2, 6)
  await allSeen(members, sent)
  const described = async () => {
    const client = new RawClient(broker.port)
    const { groups } = await client.call(ConsumerGroupDescribe, 1, { groupIds: [group] })
    client.socket.destroy()
    const { groupEpoch, assignmentEpoch, members: all } = groups[0] as (typeof groups)[0]
    return { groupEpoch, assignmentEpoch, members: all.sort((a, b) => (a.memberId < b.memberId ? -1 : 1)) }
  }
  const before = await described()
  assert.equal(before.members.length, 2)
  await broker.stop('SIGKILL')
  const again = await serve({ args, data: broker.data, listen: bootstrap })
  t.after(() => again.wipe())
  assert.deepEqual(await described(), before)
  const once = await produce('together', 20)
  await allSeen(members, once)
  onlyOnce(members, once)
  assert.deepEqual(await described(), before)
})

test('a group of ktool serve moves from the classic protocol to the other and back', async (t) => {
  const group = 'moving'
  const { bootstrap, produce, members, add } = await setUp(t, group, 4)
  const sent = await produce('early', 20)
  const classic = add('java', { assignor: 'cooperative-sticky' })
  await settled(bootstrap, group, 1, 4)
  const modern = add('java')
  await settled(bootstrap, group, 2, 4)
  sent.push(...(await produce('both', 20)))
  await allSeen(members, sent)
  const list = ['--bootstrap-server', bootstrap, '--list', '--type']
  const typeOf = async () => {
    const { stdout } = succeeded(await kafkaTool('consumer-groups', list), 'consumer-groups --list --type')
    return /^moving +(\S+)/m.exec(stdout)?.[1]
  }
  assert.equal(await typeOf(), 'Consumer')
  await modern.stop()
  sent.push(...(await produce('left', 20)))
  await allSeen(members, sent)
  assert.equal(await typeOf(), 'Classic')
  await classic.stop()
})

const memberInPython = `
import sys
from confluent_kafka import Consumer
bootstrap, group, topic = sys.argv[1:]
consumer = Consumer({'bootstrap.servers': bootstrap, 'group.id': group, 'group.protocol': 'consumer',
  'auto.offset.reset': 'earliest', 'enable.auto.commit': True, 'auto.commit.interval.ms': 200})
show = lambda what: lambda _, partitions: print(what, ','.join(sorted(str(p.partition) for p in partitions)), flush=True)
consumer.subscribe([topic], on_assign=show('assigned'), on_revoke=show('revoked'))
import signal
stopped = []
signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
while not stopped:
  message = consumer.poll(0.1)
  if message is not None and message.error() is None:
    print('record', message.partition(), message.offset(), message.value().decode(), flush=True)
consumer.close()
print('closed', flush=True)
`

test('librdkafka in Python: two members, one leaves, one is killed', async (t) => {
  const group = 'pythons'
  const python = await environment()
  const { bootstrap, produce } = await setUp(t, group, 4)
  const sent = await produce('early', 20)
  const lines: string[] = []
  const start = () => {
    const child = guard(
      spawn(python, ['-c', memberInPython, bootstrap, group, group], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    )
    t.after(() => end(child, 'SIGKILL'))
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => lines.push(line))
    return child
  }
  const values = () => new Set(lines.filter((line) => line.startsWith('record ')).map((line) => line.split(' ')[3]))
  const all = async () => {
    for (const deadline = Date.now() + 60_000; !sent.every((value) => values().has(value)); await sleep(50)) {
      assert.ok(Date.now() < deadline, `records are missing:\n${lines.slice(-20).join('\n')}`)
    }
  }
  const first = start()
  await all()
  const second = start()
  await settled(bootstrap, group, 2, 4)
  sent.push(...(await produce('both', 20)))
  await all()
  await end(first, 'SIGTERM')
  assert.ok(lines.includes('closed'))
  await settled(bootstrap, group, 1, 4)
  sent.push(...(await produce('one', 20)))
  await all()
  const third = start()
  await settled(bootstrap, group, 2, 4)
  await end(second, 'SIGKILL')
  sent.push(...(await produce('killed', 20)))
  await settled(bootstrap, group, 1, 4)
  await all()
  await end(third, 'SIGTERM')
})
