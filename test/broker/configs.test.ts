// Configs: rules and texts, where values come from, what clients are shown.

import assert from 'node:assert/strict'
import test from 'node:test'
import { BrokerConfigs } from '../../src/broker/configs/broker-configs.ts'
import { checkTopicConfigs, logConfigOf, topicConfigValue } from '../../src/broker/configs/topic-configs.ts'
import { DescribeConfigs } from '../../src/protocol/apis/32-describe-configs.ts'
import { createTopic, type RawClient, start } from './harness.ts'

const plain = new BrokerConfigs(new Map())

/** Values that Kafka 4.3.1 was seen to refuse, with its text. */
const REFUSED: [name: string, value: string, message: string][] = [
  ['retention.ms', 'abc', 'Invalid value abc for configuration retention.ms: Not a number of type LONG'],
  ['retention.ms', '', 'Invalid value  for configuration retention.ms: Not a number of type LONG'],
  [
    'retention.ms',
    '9223372036854775808',
    'Invalid value 9223372036854775808 for configuration retention.ms: Not a number of type LONG',
  ],
  ['segment.bytes', '3000000000', 'Invalid value 3000000000 for configuration segment.bytes: Not a number of type INT'],
  ['segment.bytes', '1000', 'Invalid value 1000 for configuration segment.bytes: Value must be at least 1048576'],
  ['cleanup.policy', 'x', 'Invalid value x for configuration cleanup.policy: String must be one of: compact, delete'],
  ['cleanup.policy', 'compact,', "Configuration 'cleanup.policy' values must not be empty."],
  [
    'compression.gzip.level',
    '0',
    'Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1',
  ],
  [
    'compression.zstd.level',
    '23',
    'Invalid value 23 for configuration compression.zstd.level: Value must be no more than 22',
  ],
  [
    'min.cleanable.dirty.ratio',
    '2',
    'Invalid value 2.0 for configuration min.cleanable.dirty.ratio: Value must be no more than 1',
  ],
  ['preallocate', 'yes', 'Invalid value yes for configuration preallocate: Expected value to be either true or false'],
  [
    'leader.replication.throttled.replicas',
    'x',
    'Invalid value [x] for configuration leader.replication.throttled.replicas: leader.replication.throttled.replicas must be the literal ' +
      "'*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...",
  ],
  [
    'remote.storage.enable',
    'true',
    'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.',
  ],
]

test("values that a config does not take are refused in Kafka's words", () => {
  for (const [name, value, message] of REFUSED) {
    assert.throws(() => checkTopicConfigs(new Map([[name, value]]), plain), { message })
  }
  const lags = new Map([
    ['min.compaction.lag.ms', '10'],
    ['max.compaction.lag.ms', '5'],
  ])
  assert.throws(() => checkTopicConfigs(lags, plain), {
    message: 'conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)',
  })
})

test('values are accepted in the forms that Java accepts, and shown in one', () => {
  for (const [name, value, shown] of [
    ['retention.ms', ' 5 ', '5'],
    ['segment.ms', '+5', '5'],
    ['min.cleanable.dirty.ratio', '0.50', '0.5'],
    ['min.cleanable.dirty.ratio', '1', '1.0'],
    ['cleanup.policy', 'compact, delete,compact', 'compact,delete'],
    ['cleanup.policy', '', ''],
    ['preallocate', 'TRUE', 'true'],
    ['compression.gzip.level', '-1', '-1'],
  ]) {
    const overrides = new Map([[name, value]])
    checkTopicConfigs(overrides, plain)
    assert.equal(topicConfigValue(name, overrides, plain), shown)
  }
})

test("a topic's value comes from itself, else from the broker in any of its units, else from Kafka's default", () => {
  const value = (started: [string, string][], overrides = new Map<string, string>()) =>
    topicConfigValue('retention.ms', overrides, new BrokerConfigs(new Map(started)))
  assert.equal(value([]), '604800000')
  assert.equal(value([['log.retention.hours', '1']]), '3600000')
  assert.equal(
    value([
      ['log.retention.hours', '1'],
      ['log.retention.minutes', '2'],
    ]),
    '120000',
  )
  assert.equal(
    value([
      ['log.retention.minutes', '2'],
      ['log.retention.ms', '3'],
    ]),
    '3',
  )
  assert.equal(value([['log.retention.hours', '-1']]), '-1')
  assert.equal(value([['log.retention.ms', '3']], new Map([['retention.ms', '4']])), '4')
  const log = logConfigOf(new Map([['cleanup.policy', 'compact']]), plain)
  assert.deepEqual([log.compact, log.delete, log.flushMessages], [true, false, Number.MAX_SAFE_INTEGER])
})

test('a broker is not started with a value that its config does not take', () => {
  assert.throws(() => new BrokerConfigs(new Map([['num.partitions', 'x']])), {
    message: 'Invalid value x for configuration num.partitions: Not a number of type INT',
  })
})

async function describe(client: RawClient, resourceType: number, resourceName: string, names: string[] | null = null) {
  const { results } = await client.call(DescribeConfigs, 4, {
    resources: [{ resourceType, resourceName, configurationKeys: names }],
    includeSynonyms: true,
    includeDocumentation: true,
  })
  return results[0]
}

test('clients see all configs, with source, type, synonyms and documentation', async (t) => {
  const { client } = await start(t, { properties: { 'log.retention.ms': '1000' } })
  await createTopic(client, 'orders', 1, { 'segment.ms': '+5' })
  const topic = await describe(client, 2, 'orders')
  assert.equal(topic.configs.length, 33)
  const byName = new Map(topic.configs.map((config) => [config.name, config]))
  const { value, configSource, synonyms, configType, documentation } = byName.get(
    'retention.ms',
  ) as (typeof topic.configs)[0]
  assert.deepEqual([value, configSource, configType], ['1000', 4, 5])
  assert.deepEqual(synonyms, [
    { name: 'log.retention.ms', value: '1000', source: 4 },
    { name: 'log.retention.hours', value: '168', source: 5 },
  ])
  assert.match(documentation ?? '', /maximum time we will retain a log/)
  assert.deepEqual(byName.get('segment.ms')?.synonyms, [{ name: 'segment.ms', value: '5', source: 1 }])
  const broker = await describe(client, 4, '1')
  assert.ok(broker.configs.length > 300)
  const some = await describe(client, 4, '1', ['num.partitions', 'foo', 'ssl.key.password'])
  assert.deepEqual(
    some.configs.map(({ name, value, readOnly, isSensitive }) => [name, value, readOnly, isSensitive]),
    [
      ['num.partitions', '1', true, false],
      ['ssl.key.password', null, false, true],
    ],
  )
})

test('configs of what does not exist are refused', async (t) => {
  const { client } = await start(t)
  assert.equal((await describe(client, 2, 'nope')).errorCode, 3)
  assert.equal((await describe(client, 2, 'a b')).errorCode, 17)
  const other = await describe(client, 4, '2')
  assert.deepEqual(
    [other.errorCode, other.errorMessage],
    [42, 'Unexpected broker id, expected 1 or empty string, but received 2'],
  )
  assert.equal((await describe(client, 4, 'x')).errorMessage, 'Broker id must be an integer, but it is: x')
  assert.equal((await describe(client, 3, 'x')).errorCode, 42)
})
