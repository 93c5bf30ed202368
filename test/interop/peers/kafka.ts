// A real Apache Kafka: one KRaft node (broker and controller) with a data directory of its own, and Kafka's Java tools.
// Needs Java 17 and Maven.

import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jars } from './maven.ts'
import { end, freePorts, guard, type RunOptions, type RunResult, run, succeeded } from './run.ts'

/** The versions in use: the one ktool is measured against, and an older one for version negotiation. */
export type KafkaVersion = '4.3.1' | '3.9.2'

/** Main classes of the tools; the few that had another name before 4.0 are in `oldTools`. */
const tools = {
  acls: 'org.apache.kafka.tools.AclCommand',
  'broker-api-versions': 'org.apache.kafka.tools.BrokerApiVersionsCommand',
  'client-metrics': 'org.apache.kafka.tools.ClientMetricsCommand',
  cluster: 'org.apache.kafka.tools.ClusterTool',
  configs: 'kafka.admin.ConfigCommand',
  'console-consumer': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  'console-producer': 'org.apache.kafka.tools.ConsoleProducer',
  'consumer-perf': 'org.apache.kafka.tools.ConsumerPerformance',
  'console-share-consumer': 'org.apache.kafka.tools.consumer.ConsoleShareConsumer',
  'consumer-groups': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  'delegation-tokens': 'org.apache.kafka.tools.DelegationTokenCommand',
  'delete-records': 'org.apache.kafka.tools.DeleteRecordsCommand',
  'dump-log': 'org.apache.kafka.tools.DumpLogSegments',
  features: 'org.apache.kafka.tools.FeatureCommand',
  'get-offsets': 'org.apache.kafka.tools.GetOffsetShell',
  groups: 'org.apache.kafka.tools.GroupsCommand',
  'leader-election': 'org.apache.kafka.tools.LeaderElectionCommand',
  'log-dirs': 'org.apache.kafka.tools.LogDirsCommand',
  'metadata-quorum': 'org.apache.kafka.tools.MetadataQuorumCommand',
  'producer-perf': 'org.apache.kafka.tools.ProducerPerformance',
  'reassign-partitions': 'org.apache.kafka.tools.reassign.ReassignPartitionsCommand',
  'share-groups': 'org.apache.kafka.tools.consumer.group.ShareGroupCommand',
  storage: 'kafka.tools.StorageTool',
  'streams-groups': 'org.apache.kafka.tools.streams.StreamsGroupCommand',
  topics: 'org.apache.kafka.tools.TopicCommand',
  transactions: 'org.apache.kafka.tools.TransactionsCommand',
  'verifiable-producer': 'org.apache.kafka.tools.VerifiableProducer',
} as const

export type KafkaTool = keyof typeof tools

const oldTools: Partial<Record<KafkaTool, string>> = {
  acls: 'kafka.admin.AclCommand',
  'broker-api-versions': 'kafka.admin.BrokerApiVersionsCommand',
  'console-producer': 'kafka.tools.ConsoleProducer',
  'dump-log': 'kafka.tools.DumpLogSegments',
}

const isOld = (version: KafkaVersion) => version.startsWith('3.')

/** The folder with a version's jars. */
function resolve(version: KafkaVersion): Promise<string> {
  const args = [`-Dkafka=${version}`, ...(isOld(version) ? [] : ['-Plog4j2'])]
  return jars(join(`kafka-${version}`, 'libs'), 'pom.xml', args)
}

/** Java's options for what is in a folder of jars. */
export function jvm(libs: string, heap: string, properties: readonly string[] = []): string[] {
  return [
    `-Xmx${heap}`,
    '-Xshare:auto',
    `-Dlog4j2.configurationFile=${join(import.meta.dirname, 'log4j2.properties')}`,
    `-Dlog4j.configuration=file:${join(import.meta.dirname, 'log4j.properties')}`,
    ...properties,
    '-cp',
    join(libs, '*'),
  ]
}

/** KAFKA_HEAP_OPTS and KAFKA_JVM_PERFORMANCE_OPTS of the scripts that come with Kafka. */
const installedOptions = [
  '-Xms1g',
  '-server',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
  '-XX:+ExplicitGCInvokesConcurrent',
  '-XX:MaxInlineLevel=15',
  '-Djava.awt.headless=true',
]

/** What to do where there is no Java. */
export const noJava = (cause: unknown) =>
  new Error('Java is not there; install it with: apt-get install openjdk-17-jre-headless', { cause })

/** Runs a Java class on Kafka's class path. Short runs are quickest with the first compiler tier alone. */
export async function java(
  version: KafkaVersion,
  name: string,
  args: readonly string[],
  options: RunOptions & { fast?: boolean } = {},
): Promise<RunResult> {
  const libs = await resolve(version)
  const tuning = options.fast ? [] : ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']
  return run('java', [...jvm(libs, '512m', tuning), name, ...args], options).catch((error) => {
    throw error.code === 'ENOENT' ? noJava(error) : error
  })
}

/** Runs one of Kafka's tools, without any broker of ours. `fast` lets a long run be compiled fully. */
export function kafkaTool(
  tool: KafkaTool,
  args: readonly string[],
  options: RunOptions & { fast?: boolean; version?: KafkaVersion } = {},
): Promise<RunResult> {
  const version = options.version ?? '4.3.1'
  return java(version, (isOld(version) && oldTools[tool]) || tools[tool], args, options)
}

export interface KafkaOptions {
  version?: KafkaVersion
  /** Server properties on top of the usual ones. */
  properties?: Record<string, string>
  /** Client port; default a free one. */
  port?: number
  /** A data directory to go on with instead of a fresh one; it is not removed by wipe(). */
  data?: string
  /** It keeps its voters in its directory, as by the configuration that comes with Kafka 4 and `format --standalone`. */
  standalone?: boolean
  /** For a node of a cluster: the id that all of them have. */
  clusterId?: string
  /** Java's memory. Default: 1g. */
  heap?: string
  /** With the Java options of kafka-server-start.sh, as it runs in production; without, it starts a little faster. */
  asInstalled?: boolean
}

/** A broker as its clients see it. */
export interface KafkaClientSide {
  version: KafkaVersion
  port: number
  /** `127.0.0.1:port` */
  bootstrap: string
  /** Runs one of Kafka's tools of the same version; the arguments are passed as they are. */
  tool(tool: KafkaTool, args: readonly string[], options?: RunOptions & { fast?: boolean }): Promise<RunResult>
  /** The command line of one of its tools, as an operator's script would start it. */
  command(tool: KafkaTool, args: readonly string[]): string[]
}

export interface Kafka extends KafkaClientSide {
  /** The log directory. */
  data: string
  /** Milliseconds from the start of the process to its first readiness. */
  startMs: number
  /** What the broker logged so far. */
  log(): string
  process: ChildProcess
  /** Ends it with a signal and waits until it is gone; SIGTERM is the clean way. The data stays. */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Ends the broker at once and removes its data. */
  wipe(): Promise<void>
}

function properties(port: number, controller: number, data: string) {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': data,
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'share.coordinator.state.topic.num.partitions': '4',
    'group.initial.rebalance.delay.ms': '0',
  }
}

/** Waits until the broker says that it has started: by then it is registered, unfenced and listening. */
function started(broker: ChildProcess, text: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => done(new Error(`Kafka did not start in two minutes\n${text().slice(-4000)}`)),
      120_000,
    )
    const look = () => text().includes('Kafka Server started') && done()
    const left = () => done(new Error(`Kafka ended before it had started\n${text().slice(-4000)}`))
    function done(error?: Error) {
      clearTimeout(timer)
      broker.stderr!.off('data', look)
      broker.off('exit', left)
      if (error) reject(error)
      else resolve()
    }
    broker.stderr!.on('data', look)
    broker.once('exit', left)
    broker.once('error', (error) => done(noJava(error)))
  })
}

/** A cluster id as Kafka makes them: 16 random bytes in base64url, no dash in front. */
function clusterId(): string {
  const id = randomBytes(16).toString('base64url')
  return id.startsWith('-') ? clusterId() : id
}

/** A broker on this machine that somebody else has started. */
export async function clientSide(version: KafkaVersion, port: number): Promise<KafkaClientSide> {
  const home = await resolve(version)
  return {
    version,
    port,
    bootstrap: `127.0.0.1:${port}`,
    tool: (tool, args, options) => kafkaTool(tool, args, { ...options, version }),
    command: (tool, args) => [
      'java',
      ...jvm(home, '512m', []),
      (isOld(version) && oldTools[tool]) || tools[tool],
      ...args,
    ],
  }
}

/** Starts a broker and resolves when it serves clients. */
export async function startKafka(options: KafkaOptions = {}): Promise<Kafka> {
  const { version = '4.3.1' } = options
  const libs = await resolve(version)
  const scratch = await mkdtemp(join(tmpdir(), 'ktool-kafka-'))
  const data = options.data ?? join(scratch, 'data')
  const [free, controller] = await freePorts(2)
  const port = options.port ?? free!
  const config = join(scratch, 'server.properties')
  const { 'controller.quorum.voters': voters, ...rest } = properties(port, controller!, data)
  const quorum = options.standalone
    ? { 'controller.quorum.bootstrap.servers': `127.0.0.1:${controller}`, 'advertised.listeners': rest.listeners }
    : { 'controller.quorum.voters': voters }
  const all = Object.entries({ ...rest, ...quorum, ...options.properties })
  await writeFile(config, all.map(([key, value]) => `${key}=${value}\n`).join(''))
  if (!existsSync(join(data, 'meta.properties'))) {
    const format = ['format', '-t', options.clusterId ?? clusterId(), '-c', config]
    if (options.standalone) format.push('--standalone')
    succeeded(await kafkaTool('storage', format, { version }), 'formatting the data directory of Kafka')
  }

  const begun = performance.now()
  const broker = guard(
    spawn(
      'java',
      [...jvm(libs, options.heap ?? '1g', options.asInstalled ? installedOptions : []), 'kafka.Kafka', config],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    ),
  )
  let text = ''
  broker.stderr!.on('data', (piece: Buffer) => {
    text += piece
  })
  const wipe = async () => {
    await end(broker, 'SIGKILL')
    await rm(scratch, { recursive: true, force: true })
  }
  await started(broker, () => text).catch(async (error) => {
    await wipe()
    throw error
  })
  return {
    ...(await clientSide(version, port)),
    data,
    startMs: performance.now() - begun,
    log: () => text,
    process: broker,
    stop: (signal) => end(broker, signal),
    wipe,
  }
}

export interface KafkaCluster {
  /** By id, from 1 on; each is a broker and a controller, in a rack of its own: `rack-1` and so forth. */
  nodes: Kafka[]
  /** Addresses of all nodes. */
  bootstrap: string
  /** Starts a node again that was stopped. */
  restart(id: number): Promise<void>
  wipe(): Promise<void>
}

/** Starts several nodes as one cluster, with little memory each. */
export async function startCluster(size: number, extra: Record<string, string> = {}): Promise<KafkaCluster> {
  const ports = await freePorts(2 * size)
  const id = clusterId()
  const numbers = Array.from({ length: size }, (_, index) => index + 1)
  const client = (number: number) => ports[number - 1]!
  const controller = (number: number) => ports[size + number - 1]!
  const start = (number: number, data?: string) =>
    startKafka({
      port: client(number),
      clusterId: id,
      heap: '400m',
      data,
      properties: {
        'node.id': String(number),
        'broker.rack': `rack-${number}`,
        'controller.quorum.voters': numbers.map((each) => `${each}@127.0.0.1:${controller(each)}`).join(','),
        listeners: `PLAINTEXT://127.0.0.1:${client(number)},CONTROLLER://127.0.0.1:${controller(number)}`,
        ...extra,
      },
    })
  const starting = await Promise.allSettled(numbers.map((number) => start(number)))
  const nodes = starting.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const failed = starting.find((each) => each.status === 'rejected')
  if (failed !== undefined) {
    await Promise.all(nodes.map((node) => node.wipe()))
    throw failed.reason
  }
  const first = [...nodes]
  return {
    nodes,
    bootstrap: numbers.map((number) => `127.0.0.1:${client(number)}`).join(','),
    async restart(number) {
      nodes[number - 1] = await start(number, nodes[number - 1]!.data)
    },
    async wipe() {
      await Promise.all([...first, ...nodes].map((node) => node.wipe()))
    },
  }
}
