// Configs and quotas on a real Kafka: the facts that ktool shows are those of Kafka's own tools, before and after changes of
// either.

import assert from 'node:assert/strict'
import test from 'node:test'
import type { KafkaTool } from '../peers/kafka.ts'
import { ktool } from '../peers/ktool.ts'
import { succeeded } from '../peers/run.ts'
import { createTopic, realKafka } from '../shared.ts'

const { bootstrap, tool } = await realKafka()

async function json<Row>(...args: string[]): Promise<Row[]> {
  return JSON.parse(succeeded(await ktool([...args, '-b', bootstrap, '--json']), args.join(' ')).stdout)
}

async function kafkas(name: KafkaTool, ...args: string[]): Promise<string> {
  return succeeded(await tool(name, ['--bootstrap-server', bootstrap, ...args]), args.join(' ')).stdout
}

interface Config {
  name: string
  value: string | null
  sensitive: boolean
  source: string
  synonyms: { name: string; value: string | null; source: string }[]
}

/** What `configs describe` shows of one resource, a line a config as kafka-configs writes them. */
async function described(type: string, ...args: string[]): Promise<string[]> {
  const [{ configs }] = await json<{ configs: Config[] }>('configs', 'describe', type, ...args)
  return configs.map(({ name, value, sensitive, synonyms }) => {
    const others = synonyms.map((each) => `${each.source}:${each.name}=${each.value}`)
    return `${name}=${value} sensitive=${sensitive} synonyms={${others.join(', ')}}`
  })
}

const lines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .map((line) => line.trim())
    .sort()

for (const [what, ours, theirs] of [
  ['a topic', ['topic', 'configs-a'], ['--topic', 'configs-a']],
  ['a topic, all', ['topic', 'configs-a', '--all'], ['--topic', 'configs-a', '--all']],
  ['a broker, all', ['broker', '1', '--all'], ['--broker', '1', '--all']],
  ['all brokers', ['broker', '--default'], ['--broker-defaults']],
  ['loggers', ['broker-logger', '1'], ['--broker-logger', '1']],
  ['a group', ['group', 'configs-g'], ['--group', 'configs-g']],
  ['a client metrics subscription', ['client-metrics', 'configs-m'], ['--client-metrics', 'configs-m']],
] as const) {
  test(`describe ${what}`, async () => {
    await made()
    const [type, ...args] = ours
    assert.deepEqual((await described(type, ...args)).sort(), lines(await kafkas('configs', '--describe', ...theirs)))
  })
}

let ready: Promise<void> | undefined

/** Configs of each type, set with ktool. */
function made(): Promise<void> {
  const alter = async (...args: string[]) =>
    succeeded(await ktool(['configs', 'alter', ...args, '-b', bootstrap]), 'alter')
  ready ??= (async () => {
    await createTopic(bootstrap, 'configs-a', 1, ['retention.ms=60000'])
    await alter('topic', 'configs-a', '--append', 'cleanup.policy=compact', '--set', 'segment.ms=9000')
    await alter('broker', '1', '--set', 'log.cleaner.backoff.ms=14000')
    await alter('broker', '--default', '--set', 'log.cleaner.backoff.ms=13000')
    await alter('group', 'configs-g', '--set', 'consumer.session.timeout.ms=50000')
    await alter('client-metrics', 'configs-m', '--set', 'interval.ms=60000', '--set', 'metrics=org.apache.kafka.')
  })()
  return ready
}

test('a change by kafka-configs is seen, and one by ktool undone; what Kafka refuses is refused', async () => {
  await createTopic(bootstrap, 'configs-b', 1)
  await kafkas('configs', '--alter', '--topic', 'configs-b', '--add-config', 'cleanup.policy=[compact,delete]')
  const [change] = await json<Record<string, unknown>>(
    ...['topics', 'alter-configs', 'configs-b', '--subtract', 'cleanup.policy=delete'],
  )
  assert.deepEqual([change.before, change.after], ['compact,delete', 'compact'])
  assert.match(await kafkas('configs', '--describe', '--topic', 'configs-b'), /cleanup\.policy=compact sensitive/)
  await json('topics', 'alter-configs', 'configs-b', '--unset', 'cleanup.policy')
  assert.deepEqual(lines(await kafkas('configs', '--describe', '--topic', 'configs-b')), [])

  for (const dryRun of [['--dry-run'], []]) {
    const args = ['topics', 'alter-configs', 'configs-b', '--set', 'retention.ms=soon', ...dryRun]
    const { code, stderr } = await ktool([...args, '-b', bootstrap])
    assert.equal(code, 1)
    assert.match(stderr, /Invalid value soon for configuration retention\.ms/)
  }
  const logger = 'kafka.server.KafkaApis'
  await json('configs', 'alter', 'broker-logger', '1', '--set', `${logger}=ERROR`)
  assert.match(await kafkas('configs', '--describe', '--broker-logger', '1'), new RegExp(`${logger}=ERROR`))
  await json('configs', 'alter', 'broker-logger', '1', '--unset', logger)
})

test('topics with overrides are those of kafka-topics', async () => {
  await made()
  const text = await kafkas('topics', '--describe', '--topics-with-overrides', '--topic', 'configs-a')
  const theirs =
    /^Topic: (\S+)\tTopicId: (\S+)\tPartitionCount: (\d+)\tReplicationFactor: (\d+)\tConfigs: (\S+)\s*$/.exec(text)
  assert.ok(theirs, text)
  const [ours] = await json<Record<string, unknown>>('topics', 'describe', 'configs-a', '--with-overrides')
  assert.deepEqual(
    [ours.name, ours.topicId, ours.partitionCount, ours.replicationFactor].map(String),
    theirs.slice(1, 5),
  )
  // Kafka's tool counts the brokers' defaults among them.
  const configs = Object.entries(ours.configs as object).map((pair) => pair.join('='))
  assert.deepEqual(
    configs.sort(),
    theirs[5]
      .split(/,(?=[^,=]+=)/)
      .filter((pair) => pair !== 'min.insync.replicas=1')
      .sort(),
  )
})

test('quotas', async () => {
  const alter = (...args: string[]) => json('quotas', 'alter', ...args)
  await alter('--user', 'alice', '--set', 'producer_byte_rate=1048576')
  await alter('--user', 'alice', '--client', 'etl', '--set', 'request_percentage=50.5')
  await alter('--default', 'client', '--set', 'consumer_byte_rate=4096')
  await kafkas(
    'configs',
    '--alter',
    '--entity-type',
    'users',
    '--entity-default',
    '--add-config',
    'producer_byte_rate=7',
  )
  assert.deepEqual(await json('quotas', 'describe'), [
    { entity: { client: null }, quotas: { consumer_byte_rate: 4096 } },
    { entity: { user: 'alice' }, quotas: { producer_byte_rate: 1048576 } },
    { entity: { user: 'alice', client: 'etl' }, quotas: { request_percentage: 50.5 } },
    { entity: { user: null }, quotas: { producer_byte_rate: 7 } },
  ])
  const users = await kafkas('configs', '--describe', '--entity-type', 'users')
  assert.match(users, /user-principal 'alice' are producer_byte_rate=1048576\.0/)
  assert.match(users, /default user-principal are producer_byte_rate=7\.0/)
  const ours = await json<{ name: string | null }>('configs', 'describe', 'user')
  assert.deepEqual(
    ours.map(({ name }) => name),
    ['alice', null],
  )
  const both = ['--describe', '--entity-type', 'users', '--entity-name', 'alice', '--entity-type', 'clients']
  assert.match(await kafkas('configs', ...both, '--entity-name', 'etl'), /request_percentage=50\.5/)
  await alter('--user', 'alice', '--unset', 'producer_byte_rate')
  await alter('--user', 'alice', '--client', 'etl', '--unset', 'request_percentage')
  await alter('--default', 'client', '--unset', 'consumer_byte_rate')
  await alter('--default', 'user', '--unset', 'producer_byte_rate')
  assert.deepEqual(await json('quotas', 'describe'), [])
})
