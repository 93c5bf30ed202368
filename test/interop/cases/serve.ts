// `ktool serve` as a program: clean stop and restart, a directory that is taken, what it looks like to Kafka's own tools.

import assert from 'node:assert/strict'
import test from 'node:test'
import { kafkaTool } from '../peers/kafka.ts'
import { kcat } from '../peers/kcat.ts'
import { ktool, serve } from '../peers/ktool.ts'
import { freePorts, succeeded } from '../peers/run.ts'
import { createTopic } from '../shared.ts'

test('a clean stop, and everything is there after a restart', async (t) => {
  let broker = await serve()
  t.after(() => broker.wipe())
  await createTopic(broker.bootstrap, 'kept', 2, ['retention.ms=7200000'])
  const produce = ['produce', 'kept', '-b', broker.bootstrap, '-p', '1']
  succeeded(await ktool(produce, { input: 'a\nb\n' }), 'ktool produce')
  const describe = async () => {
    const described = await ktool(['topics', 'describe', 'kept', '-b', broker.bootstrap, '--output', 'jsonl'])
    return JSON.parse(succeeded(described, 'ktool topics describe').stdout)
  }
  const before = await describe()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    await broker.stop(signal)
    const { exitCode } = broker.process
    assert.ok(exitCode === 0 || (signal === 'SIGINT' && exitCode === 130), `exit code ${exitCode} after ${signal}`)
    broker = await serve({ data: broker.data })
    const after = await describe()
    assert.equal(after.topicId, before.topicId)
    assert.deepEqual(after.configs, before.configs)
    const read = await kcat(broker.bootstrap, ['-C', '-e', '-q', '-t', 'kept', '-f', '%p %o %s,'])
    assert.equal(succeeded(read, 'kcat').stdout, '1 0 a,1 1 b,')
  }
})

test('a second broker on the same directory is refused', async (t) => {
  const broker = await serve()
  t.after(() => broker.wipe())
  const [port] = await freePorts(1)
  const second = await ktool(['serve', '--data', broker.data, '--listen', `127.0.0.1:${port}`], { timeout: 20_000 })
  assert.equal(second.code, 1)
  assert.equal(second.stderr.trimEnd().split('\n').length, 2, second.stderr)
  assert.ok(second.stderr.includes(broker.data), second.stderr)
  const alive = await ktool(['topics', 'list', '-b', broker.bootstrap])
  assert.equal(alive.code, 0, alive.stderr)
})

test('a port that is taken is refused', async (t) => {
  const broker = await serve()
  t.after(() => broker.wipe())
  const second = await ktool(['serve', '--memory', '--listen', broker.bootstrap], { timeout: 20_000 })
  assert.equal(second.code, 1)
  assert.equal(second.stderr.trimEnd().split('\n').length, 2, second.stderr)
  assert.ok(second.stderr.includes(broker.bootstrap), second.stderr)
})

test("Kafka's tools and kcat manage topics of ktool serve", async (t) => {
  const broker = await serve()
  t.after(() => broker.wipe())
  const topics = async (...args: string[]) => {
    const result = await kafkaTool('topics', ['--bootstrap-server', broker.bootstrap, ...args])
    return succeeded(result, `kafka-topics ${args.join(' ')}`).stdout
  }
  await topics('--create', '--topic', 'managed', '--partitions', '2', '--config', 'cleanup.policy=compact')
  await topics('--alter', '--topic', 'managed', '--partitions', '3')
  assert.equal(await topics('--list'), 'managed\n')
  const described = await topics('--describe', '--topic', 'managed')
  assert.match(
    described,
    /^Topic: managed\tTopicId: [\w-]{22}\tPartitionCount: 3\tReplicationFactor: 1\tConfigs: .*cleanup\.policy=compact/,
  )
  assert.equal(described.match(/Leader: \d+\tReplicas: \d+\tIsr: \d+/g)?.length, 3)
  const listed = succeeded(await kcat(broker.bootstrap, ['-L']), 'kcat -L').stdout
  assert.match(listed, new RegExp(`at ${broker.bootstrap.replaceAll('.', '\\.')}`))
  assert.match(listed, /topic "managed" with 3 partitions:/)
  await topics('--delete', '--topic', 'managed')
  assert.equal((await topics('--list')).trim(), '')
})

test("Kafka's console producer and consumer on a topic that is made on its first use", async (t) => {
  const broker = await serve()
  t.after(() => broker.wipe())
  const on = ['--bootstrap-server', broker.bootstrap, '--topic', 'made-on-use']
  const how = ['--reader-property', 'parse.key=true', '--reader-property', 'key.separator=:']
  const input = 'k:eins\nl:zwei\nm:drei\n'
  for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    const written = await kafkaTool('console-producer', [...on, ...how, '--compression-codec', codec], { input })
    succeeded(written, `the console producer with ${codec}`)
  }
  const printed = ['--formatter-property', 'print.key=true', '--formatter-property', 'key.separator=:']
  const limits = ['--partition', '0', '--offset', 'earliest', '--max-messages', '15', '--timeout-ms', '20000']
  const read = succeeded(await kafkaTool('console-consumer', [...on, ...printed, ...limits]), 'the console consumer')
  assert.equal(read.stdout, input.repeat(5))
})
