// Takes the golden frames anew: real clients at work on a real Kafka 4.3.1 and a real 3.9.2, each through the proxy of
// scripts/capture-frames.ts. README.md beside this file says what it needs and how it is called.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Kafka, type KafkaTool, type KafkaVersion, startKafka } from '../../interop/peers/kafka.ts'
import { end, freePorts, guard, run } from '../../interop/peers/run.ts'

const { values } = parseArgs({ options: { python: { type: 'string' }, only: { type: 'string' } } })
const script = join(import.meta.dirname, '../../../scripts/capture-frames.ts')
const scratch = mkdtempSync(join(tmpdir(), 'ktool-capture-'))
const taken = join(scratch, 'taken.jsonl')

interface Ports {
  plain: number
  sasl: number
  internal: number
}

/** The broker's properties: three listeners that advertise the proxy, an authorizer, logins, and two log directories. */
function properties(real: Ports, shown: Ports, controller: number): Record<string, string> {
  const dirs = ['a', 'b'].map((name) => join(scratch, `${real.plain}-${name}`))
  for (const dir of dirs) mkdirSync(dir)
  const at = (ports: Ports) =>
    `PLAINTEXT://127.0.0.1:${ports.plain},SASL://127.0.0.1:${ports.sasl},INTERNAL://127.0.0.1:${ports.internal}`
  return {
    listeners: `${at(real)},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': at(shown),
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT',
    'inter.broker.listener.name': 'INTERNAL',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256',
    'listener.name.sasl.plain.sasl.jaas.config':
      'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="alice-secret";',
    'listener.name.sasl.scram-sha-256.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS;User:alice',
    'delegation.token.secret.key': 'golden',
    'log.dirs': dirs.join(','),
    'group.consumer.min.heartbeat.interval.ms': '500',
    'group.consumer.heartbeat.interval.ms': '500',
  }
}

/** Runs the proxy under a client's name while `work` lasts. */
async function through(routes: string[], client: string, broker: string, work: () => Promise<unknown>): Promise<void> {
  const proxy = await startProxy(routes, client, broker)
  await work()
  await end(proxy)
}

function startProxy(routes: string[], client: string, broker: string): Promise<ChildProcess> {
  const args = [script, 'proxy', ...routes, '--out', taken, '--client', client, '--broker', broker]
  const proxy = guard(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }))
  return new Promise((resolve, reject) => {
    proxy.stdout!.once('data', () => resolve(proxy))
    proxy.once('exit', () => reject(new Error('the proxy could not start')))
  })
}

/** Says what failed and goes on: a client that can't do one thing still gives frames of all others. */
async function attempt(what: string, work: Promise<{ code: number | null; stderr: string }>): Promise<void> {
  const result = await work.catch((error: Error) => ({ code: -1, stderr: error.message }))
  if (result.code !== 0) console.error(`${what}: exit ${result.code} ${result.stderr.slice(0, 300)}`)
}

async function javaTools(kafka: Kafka, address: string, sasl: string): Promise<void> {
  const on = ['--bootstrap-server', address]
  const login = join(scratch, 'login.properties')
  writeFileSync(
    login,
    `security.protocol=SASL_PLAINTEXT
sasl.mechanism=SCRAM-SHA-256
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="dora" password="dora-secret";
`,
  )
  const metrics = join(scratch, 'metrics.properties')
  writeFileSync(metrics, `enable.metrics.push=true\nmetadata.max.age.ms=1000\n`)
  const offsets = join(scratch, 'offsets.json')
  writeFileSync(offsets, '{"partitions":[{"topic":"java","partition":0,"offset":1}],"version":1}')
  const moves = join(scratch, 'moves.json')
  writeFileSync(moves, '{"version":1,"partitions":[{"topic":"java","partition":0,"replicas":[1]}]}')
  const tool = (name: KafkaTool, line: string, input = '') =>
    attempt(
      `${name} ${line}`,
      kafka.tool(name, [...(name.endsWith('perf') ? [] : on), ...line.split(' ').filter(Boolean)], {
        input,
        timeout: 30_000,
      }),
    )

  await tool('topics', '--create --topic java --partitions 2 --config retention.ms=7200000')
  await tool('topics', '--describe --topic java')
  await tool('topics', '--alter --topic java --partitions 3')
  await tool('topics', '--list')
  await tool('client-metrics', '--alter --name all --metrics org.apache.kafka.consumer.fetch --interval 300')
  await tool('client-metrics', '--describe --name all')
  await tool(
    'console-producer',
    '--topic java --property parse.key=true --property key.separator=: --compression-codec none',
    'a:1\nb:2\nc:3\n',
  )
  await tool(
    'producer-perf',
    `--topic java --num-records 5 --record-size 10 --throughput 2 --transactional-id java-tx --transaction-duration-ms 400 --producer-props bootstrap.servers=${address}`,
  )
  await tool(
    'console-consumer',
    '--topic java --from-beginning --group java-group --max-messages 3 --isolation-level read_committed',
  )
  await tool(
    'console-consumer',
    '--topic java --from-beginning --group java-new --timeout-ms 6000 --consumer-property group.protocol=consumer --consumer-property metadata.max.age.ms=1000',
  )
  await tool('consumer-groups', '--describe --group java-group')
  await tool('consumer-groups', '--describe --group java-new --members --verbose')
  await tool('consumer-groups', '--list --state')
  await tool('consumer-groups', '--reset-offsets --group java-group --topic java --to-earliest --execute')
  await tool('consumer-groups', '--delete-offsets --group java-group --topic java')
  await tool('consumer-groups', '--delete --group java-group')
  await tool('get-offsets', '--topic java --time -3')
  await tool('get-offsets', '--topic java --time -1')
  await tool('delete-records', `--offset-json-file ${offsets}`)
  await tool('configs', '--alter --entity-type topics --entity-name java --add-config retention.ms=3600000')
  await tool('configs', '--describe --entity-type topics --entity-name java')
  await tool(
    'configs',
    '--alter --entity-type users --entity-name dora --add-config SCRAM-SHA-256=[password=dora-secret]',
  )
  await tool('configs', '--describe --entity-type users')
  await tool('configs', '--alter --entity-type clients --entity-name c --add-config producer_byte_rate=1048576')
  await tool('configs', '--describe --entity-type clients --entity-name c')
  await tool('acls', '--add --allow-principal User:dora --operation All --topic java --group java')
  await tool('acls', '--add --allow-principal User:dora --operation All --cluster')
  await tool('acls', '--list')
  await tool('acls', '--remove --force --allow-principal User:dora --operation Read --group java')
  await tool('broker-api-versions', '')
  await tool('features', 'describe')
  await tool('features', 'upgrade --feature group.version=1 --dry-run')
  await attempt('cluster-id', kafka.tool('cluster', ['cluster-id', ...on]))
  await tool('metadata-quorum', 'describe --status')
  await tool('metadata-quorum', 'describe --replication')
  await tool('log-dirs', '--describe --topic-list java')
  await tool('leader-election', '--election-type preferred --topic java --partition 0')
  await tool('reassign-partitions', `--reassignment-json-file ${moves} --execute`)
  await tool('reassign-partitions', '--list')
  await tool('transactions', 'list')
  await tool('transactions', 'describe --transactional-id java-tx')
  await tool('transactions', 'describe-producers --topic java --partition 0')
  await attempt('login', kafka.tool('topics', ['--bootstrap-server', sasl, '--command-config', login, '--list']))
  await attempt(
    'delegation token',
    kafka.tool('delegation-tokens', [
      '--bootstrap-server',
      sasl,
      '--command-config',
      login,
      ...'--create --max-life-time-period -1 --renewer-principal User:bob'.split(' '),
    ]),
  )
  if (kafka.version !== '3.9.2') {
    await tool('groups', '--list')
    await tool('share-groups', '--list')
    await tool(
      'configs',
      '--alter --entity-type groups --entity-name java-share --add-config share.auto.offset.reset=earliest',
    )
    await tool('console-share-consumer', '--topic java --group java-share --max-messages 2 --timeout-ms 8000')
    await tool('share-groups', '--describe --group java-share')
    await tool('share-groups', '--describe --group java-share --members')
    await tool('share-groups', '--reset-offsets --group java-share --topic java --to-latest --execute')
    await tool('share-groups', '--delete-offsets --group java-share --topic java')
    await tool('share-groups', '--delete --group java-share')
    await tool('streams-groups', '--list')
  }
  await tool('topics', '--delete --topic java')
}

async function kcat(address: string, sasl: string): Promise<void> {
  const call = (line: string, input = '') =>
    attempt(`kcat ${line}`, run('kcat', ['-b', address, ...line.split(' ')], { input, timeout: 15_000 }))
  await call('-L')
  await call('-P -t kcat -K : -H h=1', 'a:1\nb:2\n')
  await call('-P -t kcat -z lz4', 'c\n')
  await call('-P -t kcat -X transactional.id=kcat-tx', 'd\n')
  await call('-P -t kcat -X enable.idempotence=true', 'e\n')
  await call('-C -t kcat -e')
  await call('-G kcat-group -X auto.offset.reset=earliest -e kcat')
  await call('-Q -t kcat:0:0')
  const login = 'security.protocol=sasl_plaintext sasl.mechanism=PLAIN sasl.username=alice sasl.password=alice-secret'
  await attempt('kcat login', run('kcat', ['-b', sasl, '-L', ...login.split(' ').flatMap((set) => ['-X', set])]))
}

async function kafkajs(address: string, sasl: string): Promise<void> {
  const { Kafka, logLevel } = createRequire(import.meta.url)('kafkajs') as typeof import('kafkajs')
  const kafka = new Kafka({ brokers: [address], clientId: 'kafkajs', logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: 'js', numPartitions: 2 }], waitForLeaders: true })
  const producer = kafka.producer({ transactionalId: 'js-tx', maxInFlightRequests: 1, idempotent: true })
  await producer.connect()
  const transaction = await producer.transaction()
  await transaction.send({ topic: 'js', messages: [{ key: 'k', value: 'v', headers: { h: '1' } }, { value: 'w' }] })
  await transaction.sendOffsets({
    consumerGroupId: 'js-tx-group',
    topics: [{ topic: 'js', partitions: [{ partition: 0, offset: '0' }] }],
  })
  await transaction.commit()
  await producer.disconnect()
  const consumer = kafka.consumer({ groupId: 'js-group', maxWaitTimeInMs: 200 })
  await consumer.connect()
  await consumer.subscribe({ topics: ['js'], fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    consumer.run({ eachMessage: async () => resolve() }).catch(reject)
  })
  const steps: (() => Promise<unknown>)[] = [
    () => admin.describeGroups(['js-group']),
    () => admin.listGroups(),
    () => consumer.disconnect(),
    () => admin.fetchOffsets({ groupId: 'js-group', topics: ['js'] }),
    () => admin.fetchTopicOffsets('js'),
    () => admin.fetchTopicOffsetsByTimestamp('js', 0),
    () => admin.fetchTopicMetadata({ topics: ['js'] }),
    () => admin.describeCluster(),
    () =>
      admin.describeConfigs({
        includeSynonyms: true,
        resources: [{ type: 2, name: 'js', configNames: ['retention.ms'] }],
      }),
    () =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: 2, name: 'js', configEntries: [{ name: 'retention.ms', value: '1' }] }],
      }),
    () => admin.createPartitions({ topicPartitions: [{ topic: 'js', count: 3 }] }),
    () => admin.deleteTopicRecords({ topic: 'js', partitions: [{ partition: 0, offset: '1' }] }),
    () =>
      admin.createAcls({
        acl: [
          {
            resourceType: 2,
            resourceName: 'js',
            resourcePatternType: 3,
            principal: 'User:js',
            host: '*',
            operation: 3,
            permissionType: 3,
          },
        ],
      }),
    () => admin.describeAcls({ resourceType: 2, resourcePatternType: 1, operation: 1, permissionType: 1 }),
    () =>
      admin.deleteAcls({
        filters: [{ resourceType: 2, resourceName: 'js', resourcePatternType: 1, operation: 1, permissionType: 1 }],
      }),
    () => admin.deleteGroups(['js-group']),
    () => admin.deleteTopics({ topics: ['js'] }),
    () => admin.disconnect(),
    async () => {
      const login = new Kafka({
        brokers: [sasl],
        clientId: 'kafkajs',
        logLevel: logLevel.NOTHING,
        sasl: { mechanism: 'plain', username: 'alice', password: 'alice-secret' },
      }).admin()
      await login.connect()
      await login.disconnect()
    },
  ]
  for (const step of steps) await step().catch((error: Error) => console.error(`kafkajs: ${error.message}`))
}

async function session(version: KafkaVersion): Promise<void> {
  const free = await freePorts(7)
  const real = { plain: free[0]!, sasl: free[1]!, internal: free[2]! }
  const shown = { plain: free[3]!, sasl: free[4]!, internal: free[5]! }
  // The broker talks to itself (transaction markers, share state) through the proxy as well.
  const inner = await startProxy([`${shown.internal}=${real.internal}`], `Kafka ${version} broker`, version)
  const settings = properties(real, shown, free[6]!)
  const kafka = await startKafka({ version, port: real.plain, properties: settings })
  const [address, sasl] = [`127.0.0.1:${shown.plain}`, `127.0.0.1:${shown.sasl}`]
  const routes = [`${shown.plain}=${real.plain}`, `${shown.sasl}=${real.sasl}`]
  const as = async (client: string, work: () => Promise<unknown>) => {
    if (values.only && !client.includes(values.only)) return
    console.error(`-- ${client} on Kafka ${version}`)
    await through(routes, client, version, work)
  }

  await as(`Java ${version}`, () => javaTools(kafka, address, sasl))
  await as('kcat 1.7.1, librdkafka 2.0.2', () => kcat(address, sasl))
  await as('kafkajs 2.2.4', () => kafkajs(address, sasl))
  if (values.python) {
    const call = (name: string) =>
      attempt(name, run(values.python!, [join(import.meta.dirname, 'clients.py'), address, name], { timeout: 90_000 }))
    await as('kafka-python 3.0.12', () => call('kafka-python'))
    await as('aiokafka 0.14.0', () => call('aiokafka'))
    await as('librdkafka 2.16.1', () => call('classic'))
    if (version !== '3.9.2') await as('librdkafka 2.16.1', () => call('consumer'))
  }
  const franz = join(import.meta.dirname, 'franz')
  await as('franz-go 1.22.2', async () => {
    const args = ['run', '.', address, sasl, settings['log.dirs']!.split(',')[1]!]
    const result = await run('go', args, { cwd: franz, timeout: 300_000 })
    writeFileSync(join(scratch, `franz-${version}.log`), result.stderr)
    if (result.code !== 0) console.error(result.stderr)
  })
  await kafka.wipe()
  await end(inner)
}

for (const version of ['4.3.1', '3.9.2'] as const) await session(version)
const frames = join(import.meta.dirname, 'frames.jsonl')
const picked = await run(process.execPath, [script, 'pick', taken], { outputFile: frames })
if (picked.code !== 0) throw new Error(picked.stderr)
if (!process.env['KEEP']) rmSync(scratch, { recursive: true })
else console.error(scratch)
