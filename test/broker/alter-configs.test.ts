// Changes of configs by clients: their operations, refusals, effects, and what is kept over a restart.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { DescribeConfigs } from '../../src/protocol/apis/32-describe-configs.ts'
import { AlterConfigs } from '../../src/protocol/apis/33-alter-configs.ts'
import { IncrementalAlterConfigs } from '../../src/protocol/apis/44-incremental-alter-configs.ts'
import { ListConfigResources } from '../../src/protocol/apis/74-list-config-resources.ts'
import { createTopic, type RawClient, start } from './harness.ts'

const TOPIC = 2
const BROKER = 4
const LOGGER = 8
const CLIENT_METRICS = 16
const GROUP = 32
const SET = 0
const DELETE = 1
const APPEND = 2
const SUBTRACT = 3

type Change = [name: string, configOperation: number, value: string | null]

async function alter(
  client: RawClient,
  resourceType: number,
  resourceName: string,
  changes: Change[],
  validateOnly = false,
) {
  const configs = changes.map(([name, configOperation, value]) => ({ name, configOperation, value }))
  const request = { resources: [{ resourceType, resourceName, configs }], validateOnly }
  const { errorCode, errorMessage } = (await client.call(IncrementalAlterConfigs, 1, request)).responses[0]
  return [errorCode, errorMessage]
}

/** The values that are not defaults; but for the one that every cluster sets. */
async function changed(client: RawClient, resourceType: number, resourceName: string) {
  const { results } = await client.call(DescribeConfigs, 4, { resources: [{ resourceType, resourceName }] })
  const { configs } = results[0]
  const own = configs.filter((each) => each.configSource < 4 && each.name !== 'min.insync.replicas')
  return Object.fromEntries(own.map(({ name, value }) => [name, value]))
}

const DONE = [0, null]

test('values are set, taken away, appended and subtracted, and the log follows at once', async (t) => {
  const { broker, client } = await start(t)
  await createTopic(client, 'orders')
  const log = broker.partitions.get('orders', 0)!.log
  const both: Change[] = [
    ['retention.ms', SET, '1000'],
    ['cleanup.policy', APPEND, 'compact'],
  ]
  assert.deepEqual(await alter(client, TOPIC, 'orders', both), DONE)
  assert.deepEqual(await changed(client, TOPIC, 'orders'), {
    'cleanup.policy': 'delete,compact',
    'retention.ms': '1000',
  })
  assert.deepEqual([log.config.retentionMs, log.config.compact, log.config.delete], [1000, true, true])
  await alter(client, TOPIC, 'orders', [['cleanup.policy', APPEND, 'compact']])
  await alter(client, TOPIC, 'orders', [
    ['cleanup.policy', SUBTRACT, 'delete'],
    ['retention.ms', DELETE, null],
  ])
  assert.deepEqual(await changed(client, TOPIC, 'orders'), { 'cleanup.policy': 'compact' })
  assert.deepEqual([log.config.retentionMs, log.config.delete], [604_800_000, false])
})

test('AlterConfigs takes away what it does not name', async (t) => {
  const { client } = await start(t)
  await createTopic(client, 'orders', 1, { 'retention.ms': '5', 'segment.ms': '6' })
  const configs = [{ name: 'segment.ms', value: '7' }]
  const resources = [{ resourceType: TOPIC, resourceName: 'orders', configs }]
  await client.call(AlterConfigs, 2, { resources, validateOnly: true })
  assert.deepEqual(await changed(client, TOPIC, 'orders'), { 'retention.ms': '5', 'segment.ms': '6' })
  await client.call(AlterConfigs, 2, { resources })
  assert.deepEqual(await changed(client, TOPIC, 'orders'), { 'segment.ms': '7' })
})

test('values of the broker reach the topics that have none of their own', async (t) => {
  const { broker, client } = await start(t)
  await createTopic(client, 'orders')
  const log = broker.partitions.get('orders', 0)!.log
  assert.deepEqual(await alter(client, BROKER, '', [['log.retention.ms', SET, '88']]), DONE)
  assert.equal(log.config.retentionMs, 88)
  assert.deepEqual(await alter(client, BROKER, '1', [['log.retention.ms', SET, '99']]), DONE)
  assert.equal(log.config.retentionMs, 99)
  await alter(client, BROKER, '1', [['log.retention.ms', DELETE, null]])
  assert.equal(log.config.retentionMs, 88)
  assert.deepEqual(await alter(client, BROKER, '1', [['foo.bar', SET, 'secret?']]), DONE)
  assert.deepEqual((await changed(client, BROKER, '1'))['foo.bar'], null)
})

/** What Kafka 4.3.1 was seen to refuse. */
const REFUSED: [type: number, name: string, changes: Change[], code: number, message: string | null][] = [
  [TOPIC, 'orders', [['foo', SET, '1']], 40, 'Unknown topic config name: foo'],
  [TOPIC, 'orders', [['retention.ms', SET, null]], 42, 'Null value not supported for : retention.ms'],
  [TOPIC, 'orders', [['retention.ms', 7, '1']], -1, null],
  [
    TOPIC,
    'orders',
    [['retention.ms', APPEND, '1']],
    40,
    "Can't APPEND to key retention.ms because its type is not LIST.",
  ],
  [
    TOPIC,
    'orders',
    [
      ['retention.ms', SET, '5'],
      ['retention.ms', SET, '6'],
    ],
    42,
    'Error due to duplicate config keys',
  ],
  [TOPIC, 'nope', [['retention.ms', SET, '5']], 3, "The topic 'nope' does not exist."],
  [TOPIC, '', [['retention.ms', SET, '5']], 42, 'Default topic resources are not allowed.'],
  [BROKER, '1', [['num.partitions', SET, '3']], 42, 'Cannot update these configs dynamically: [num.partitions]'],
  [
    BROKER,
    '1',
    [['log.retention.ms', SET, 'abc']],
    42,
    'Invalid value abc for configuration log.retention.ms: Not a number of type LONG',
  ],
  [
    BROKER,
    '',
    [['listeners', SET, 'PLAINTEXT://:1']],
    42,
    'Cannot update these configs at default cluster level, broker id must be specified: [listeners]',
  ],
  [
    BROKER,
    '1',
    [['ssl.key.password', SET, 'x']],
    42,
    'These security configs can be dynamically updated only per-listener using the listener prefix: [ssl.key.password]',
  ],
  [BROKER, '2', [['log.retention.ms', SET, '1']], 42, 'Unexpected broker id, expected 1, but received 2'],
  [BROKER, 'x', [['log.retention.ms', SET, '1']], 42, 'Node id must be an integer, but it is: x'],
  [
    BROKER,
    '1',
    [['num.io.threads', SET, '100']],
    42,
    'Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation failed for ' +
      'num.io.threads=100, value should not be greater than double the current value 8 for configuration Invalid dynamic configuration',
  ],
  [
    BROKER,
    '1',
    [['min.insync.replicas', SET, '2']],
    40,
    'Broker-level min.insync.replicas cannot be altered while ELR is enabled.',
  ],
  [
    BROKER,
    '',
    [['min.insync.replicas', DELETE, null]],
    40,
    'Cluster-level min.insync.replicas cannot be removed while ELR is enabled.',
  ],
  [
    LOGGER,
    '1',
    [['root', SET, 'FOO']],
    40,
    'Cannot set the log level of root to FOO as it is not a supported log level. Valid log levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN',
  ],
  [
    GROUP,
    'g',
    [['consumer.session.timeout.ms', SET, '100']],
    40,
    'consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms',
  ],
  [
    GROUP,
    'g',
    [['streams.num.standby.replicas', SET, '9']],
    40,
    'streams.num.standby.replicas must be less than or equal to group.streams.max.standby.replicas',
  ],
  [CLIENT_METRICS, 'm', [['match', SET, 'foo=bar']], 40, 'Illegal client matching pattern: foo=bar'],
  [
    CLIENT_METRICS,
    'm',
    [['interval.ms', SET, '10']],
    42,
    'Invalid value 10 for interval.ms, interval must be between 100 and 3600000 (1 hour)',
  ],
  [3, 'x', [['a', SET, 'b']], 42, 'Unknown resource type 3'],
]

test('what Kafka refuses is refused in its words and changes nothing', async (t) => {
  const { broker, client } = await start(t)
  await createTopic(client, 'orders')
  const { endOffset } = broker.metadata
  for (const [type, name, changes, code, message] of REFUSED) {
    assert.deepEqual(await alter(client, type, name, changes), [code, message])
  }
  const one = { resourceType: TOPIC, resourceName: 'orders', configs: [] }
  const { responses } = await client.call(IncrementalAlterConfigs, 1, { resources: [one, one] })
  assert.deepEqual(
    responses.map(({ errorMessage }) => errorMessage),
    Array(2).fill('Each resource must appear at most once.'),
  )
  assert.equal(broker.metadata.endOffset, endOffset)
})

test('what has configs is listed, and is there after a restart', async (t) => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'ktool-broker-'))
  const { broker, client } = await start(t, { dataDirectory })
  await createTopic(client, 'orders')
  await alter(client, GROUP, 'readers', [['consumer.session.timeout.ms', SET, '50000']])
  await alter(client, CLIENT_METRICS, 'clients', [['match', SET, 'client_id=a.*']])
  await alter(client, BROKER, '1', [['log.retention.ms', SET, '99']])
  await broker.close()
  const again = await start(t, { dataDirectory })
  t.after(() => rmSync(dataDirectory, { recursive: true, force: true }))
  assert.equal(again.broker.partitions.get('orders', 0)?.log.config.retentionMs, 99)
  assert.deepEqual(await changed(again.client, BROKER, '1'), { 'log.retention.ms': '99' })
  const list = async (resourceTypes: number[], version = 1) => {
    const { errorCode, configResources } = await again.client.call(ListConfigResources, version, { resourceTypes })
    return [errorCode, configResources.map((each) => `${each.resourceType} ${each.resourceName}`)]
  }
  assert.deepEqual(await list([]), [0, ['32 readers', '16 clients', '8 1', '4 1', '2 orders']])
  assert.deepEqual(await list([GROUP]), [0, ['32 readers']])
  assert.deepEqual(await list([1]), [35, []])
  assert.deepEqual(await list([], 0), [0, ['16 clients']])
})
