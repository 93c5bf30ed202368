// Where `consume -e` ends, whatever the end of a log looks like: without a record, after the markers of transactions, after
// records of aborted and open ones, after deleted records, after holes that compaction left. Beside kcat, which reads the same.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import test, { type TestContext } from 'node:test'
import { startKafka } from '../peers/kafka.ts'
import { kcat } from '../peers/kcat.ts'
import { environment, ktool, program, serve } from '../peers/ktool.ts'
import { guard, succeeded } from '../peers/run.ts'
import { createTopic } from '../shared.ts'

const TOPIC = 'ends'
const FORMAT = '%p %s\\n'
const cleaner = { 'log.cleaner.backoff.ms': '100' }

async function produce(bootstrap: string, partition: number, input: string, ...more: string[]): Promise<void> {
  const args = ['produce', TOPIC, '-p', String(partition), '-b', bootstrap, ...more]
  succeeded(await ktool(args, { input }), 'ktool produce')
}

/** A transaction that a wrong record of the input aborts. */
async function abort(bootstrap: string, partition: number): Promise<void> {
  const args = ['produce', TOPIC, '-p', String(partition), '-b', bootstrap, '--input', 'jsonl']
  const aborted = await ktool([...args, '--transactional-id', 'aborts'], { input: '{"value":"aborted"}\nno JSON\n' })
  assert.match(aborted.stderr, /the transaction was aborted: no record is written/)
}

/** A transaction that stays open until the test is over. */
async function leaveOpen(t: TestContext, bootstrap: string, partition: number): Promise<void> {
  const args = ['produce', TOPIC, '-p', String(partition), '-b', bootstrap, '--transactional-id', 'stays-open']
  const env = { ...process.env, ...environment }
  const child = guard(spawn(program[0], [program[1], ...args], { env, stdio: ['pipe', 'ignore', 'inherit'] }))
  t.after(async () => {
    const closed = once(child, 'close')
    child.kill('SIGINT')
    await closed
  })
  const read = ['consume', TOPIC, '-p', String(partition), '-o', 'end', '-c', '1', '--isolation', 'uncommitted']
  const written = ktool([...read, '-b', bootstrap])
  const typing = setInterval(() => child.stdin!.write('open\n'), 100)
  assert.equal((await written).stdout, 'open\n')
  clearInterval(typing)
}

async function readsToTheEnd(t: TestContext, bootstrap: string): Promise<void> {
  await createTopic(bootstrap, TOPIC, 7)
  // Partition 0 stays empty.
  await produce(bootstrap, 1, 'gone\ngone\n')
  succeeded(
    await ktool(['records', 'delete', `${TOPIC}:1`, '--before', 'latest', '--execute', '-b', bootstrap]),
    'ktool records delete',
  )
  await produce(bootstrap, 2, 'plain\n')
  await produce(bootstrap, 2, 'committed\n', '--transactional-id', 'commits')
  await produce(bootstrap, 3, 'plain\n')
  await abort(bootstrap, 3)
  await abort(bootstrap, 4)
  await produce(bootstrap, 5, 'plain\n')
  await leaveOpen(t, bootstrap, 5)
  await abort(bootstrap, 6)
  await produce(bootstrap, 6, 'plain\n')

  const lines = (text: string) => [...new Set(text.split('\n').filter((line) => line !== ''))].sort()
  const committed = ['2 committed', '2 plain', '3 plain', '5 plain', '6 plain']
  const all = [...committed, '3 aborted', '4 aborted', '5 open', '6 aborted'].sort()
  for (const [level, expected] of [
    ['committed', committed],
    ['uncommitted', all],
  ] as const) {
    const ours = await ktool(['consume', TOPIC, '-e', '-f', FORMAT, '--isolation', level, '-b', bootstrap])
    succeeded(ours, `ktool consume, ${level}`)
    assert.deepEqual(lines(ours.stdout), expected)
    const args = ['-C', '-t', TOPIC, '-e', '-q', '-f', FORMAT, '-X', `isolation.level=read_${level}`]
    assert.deepEqual(lines(succeeded(await kcat(bootstrap, args), 'kcat').stdout), expected)
  }
  for (const protocol of ['classic', 'consumer']) {
    const args = ['consume', TOPIC, '-G', `ends-${protocol}`, '--group-protocol', protocol, '-e', '-f', FORMAT]
    const member = await ktool([...args, '-b', bootstrap])
    succeeded(member, `ktool consume -G, ${protocol}`)
    assert.deepEqual(lines(member.stdout), committed)
  }
}

/** Every key but the last ones is gone from the middle, and a tombstone ends the log. */
async function readsOverHoles(bootstrap: string): Promise<void> {
  const topic = 'ends-compacted'
  const configs = [
    'cleanup.policy=compact',
    'segment.ms=1',
    'min.cleanable.dirty.ratio=0.01',
    'max.compaction.lag.ms=1',
  ]
  await createTopic(bootstrap, topic, 1, configs)
  const write = async (input: string) => {
    succeeded(await ktool(['produce', topic, '-K', ':', '-Z', '-b', bootstrap], { input }), 'ktool produce')
  }
  const read = async () => {
    const args = ['consume', topic, '-e', '-f', '%o %k=%s\\n', '-b', bootstrap]
    return succeeded(await ktool(args), 'ktool consume').stdout
  }
  for (let round = 0; round < 4; round++) await write(`a:${round}\nb:${round}\nc:${round}\n`)
  await write('a:\n')
  // The last segment is not cleaned: what is in it need not count for the others.
  const cleaned = /^(9 a=3\n)?10 b=3\n11 c=3\n12 a=\n$/
  let seen = await read()
  for (let tries = 0; !cleaned.test(seen); tries++) {
    assert.ok(tries < 100, `not cleaned: ${seen}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
    seen = await read()
  }
}

test('consume -e on ktool serve', async (t) => {
  const broker = await serve({ args: Object.entries(cleaner).flatMap(([key, value]) => ['-X', `${key}=${value}`]) })
  t.after(() => broker.wipe())
  await readsToTheEnd(t, broker.bootstrap)
  await readsOverHoles(broker.bootstrap)
})

test('consume -e on a real Kafka', async (t) => {
  const kafka = await startKafka({ properties: cleaner })
  t.after(() => kafka.wipe())
  await readsToTheEnd(t, kafka.bootstrap)
  await readsOverHoles(kafka.bootstrap)
})
