// The broker: its parts put together, its start and its stop.
//
//   data directory (locked) -> metadata log -> image -> configs, controller -> partitions with their logs -> listeners
//
// startBroker is what `ktool serve` and programs that want a broker of their own call.

import { KtoolError, UsageError } from '../errors.ts'
import type { ServerConnection } from '../net/server.ts'
import { ServerListener } from '../net/server-listener.ts'
import { ServerMemory } from '../net/server-memory.ts'
import type { ErrorName } from '../protocol/errors.ts'
import { LogManager, type Schedule } from '../storage/log-manager.ts'
import type { MetaProperties } from '../storage/meta-properties.ts'
import { name } from '../util/address.ts'
import { monotonicMs } from '../util/monotonic.ts'
import { ClientTelemetry } from './client-telemetry.ts'
import type { ConfigOwner } from './configs/alter.ts'
import { BrokerConfigs } from './configs/broker-configs.ts'
import { Controller, newUuid } from './controller.ts'
import { CoordinatorLog } from './coordinator-log.ts'
import { finalizedLevel } from './features.ts'
import { FetchSessions } from './fetch-sessions.ts'
import { GroupCoordinator } from './groups/coordinator.ts'
import { ResourceType } from './metadata-image.ts'
import { MetadataLog } from './metadata-log.ts'
import { type BrokerOptions, brokerSettings, type Endpoint, isAnyAddress, type Listener } from './options.ts'
import { Partitions } from './partitions.ts'
import { ProducerIds } from './producer-ids.ts'
import { ClientQuotas } from './quotas/client-quotas.ts'
import { ConnectionLimits } from './quotas/connection-limits.ts'
import { Router } from './router.ts'
import type { Authorizer } from './security/authorizer.ts'
import type { Gate } from './security/gate.ts'
import type { ListenerSecurity, listenerSecurity } from './security/listener-security.ts'
import { Statistics } from './statistics.ts'
import { GROUP_METADATA_TOPIC, TRANSACTION_STATE_TOPIC } from './topic-names.ts'
import { TransactionCoordinator } from './transactions/coordinator.ts'
import { MarkerWriter } from './transactions/markers.ts'

export interface BrokerLog {
  /** What was done. */
  note(text: string): void
  /** What may be of interest when looking for something. */
  verbose(text: string): void
  warn(text: string): void
}

export interface RunningBroker {
  readonly nodeId: number
  readonly clusterId: string
  readonly dataDirectory: string
  /** Where clients connect; the ports are the actual ones. */
  readonly listeners: readonly Listener[]
  /** Ends the connections, brings everything onto the disk and lets go of the data directory. */
  close(): Promise<void>
}

const SILENT: BrokerLog = { note() {}, verbose() {}, warn() {} }

export class Broker implements RunningBroker {
  readonly nodeId: number
  readonly clusterId: string
  readonly configs: BrokerConfigs
  readonly metadata: MetadataLog
  readonly controller: Controller
  readonly partitions: Partitions
  readonly producerIds: ProducerIds
  readonly groups: GroupCoordinator
  readonly transactions: TransactionCoordinator
  readonly markers: MarkerWriter
  readonly telemetry: ClientTelemetry
  readonly log: BrokerLog
  readonly logs: LogManager
  readonly fetchSessions: FetchSessions
  /** Who may do what; null where everybody may do everything. */
  readonly authorizer: Authorizer | null
  readonly quotas: ClientQuotas
  readonly statistics = new Statistics()
  readonly connections: ConnectionLimits
  readonly memory: ServerMemory
  private readonly advertised: ReadonlyMap<string, Endpoint>
  private readonly users: ReadonlyMap<string, string>
  private servers: { listener: Listener; server: ServerListener }[] = []
  private readonly damages = new Set<string>()
  private closing: Promise<void> | undefined

  constructor(parts: {
    meta: MetaProperties
    configs: BrokerConfigs
    metadata: MetadataLog
    logs: LogManager
    log: BrokerLog
    advertised: ReadonlyMap<string, Endpoint>
    users: ReadonlyMap<string, string> | undefined
    authorizer: Authorizer | null
  }) {
    const { meta, configs, metadata, logs, log } = parts
    this.nodeId = meta.nodeId
    this.clusterId = meta.clusterId
    this.configs = configs
    this.metadata = metadata
    this.logs = logs
    this.log = log
    this.advertised = parts.advertised
    this.users = parts.users ?? new Map()
    this.telemetry = new ClientTelemetry({ configs, image: metadata.image, now: Date.now })
    this.authorizer = parts.authorizer
    this.configsChanged(ResourceType.broker)
    this.quotas = new ClientQuotas(metadata.image, configs, Date.now)
    this.fetchSessions = new FetchSessions(configs.number('max.incremental.fetch.session.cache.slots'), Date.now)
    this.connections = new ConnectionLimits(metadata.image, configs, Date.now)
    this.memory = new ServerMemory(requestMemory(configs), ANSWER_MEMORY)
    this.partitions = new Partitions({
      nodeId: meta.nodeId,
      logs,
      image: metadata.image,
      configs,
      warn: (text) => log.warn(text),
    })
    this.controller = new Controller({
      nodeId: meta.nodeId,
      directoryId: meta.directoryId,
      metadata,
      configs,
      changed: {
        partitionsAdded: (topic, from) => {
          this.partitions.add(topic, from)
          this.groups.topicChanged(topic.name, from === 0 ? 'created' : 'grown')
        },
        topicDeleted: (topic) => {
          this.partitions.remove(topic)
          this.groups.topicChanged(topic.name, 'deleted')
        },
        configsChanged: (type, name) => this.configsChanged(type, name),
        quotasChanged: () => this.quotas.changed(),
      },
      note: (text) => log.note(text),
    })
    this.producerIds = new ProducerIds(this.controller, metadata)
    const reports = { now: Date.now, note: (text: string) => log.verbose(text), warn: (text: string) => log.warn(text) }
    const storeIn = (topic: string, tooLarge: ErrorName) => {
      const topicSize = () => this.controller.internalTopic(topic).partitions.length
      return new CoordinatorLog({ topic, partitions: this.partitions, topicSize, tooLarge, ...reports })
    }
    const store = storeIn(GROUP_METADATA_TOPIC, 'INVALID_COMMIT_OFFSET_SIZE')
    this.groups = new GroupCoordinator({ configs, metadata, store, ...reports })
    this.markers = new MarkerWriter({
      partitions: this.partitions,
      offsetsDecided: (partition, producerId, committed) => this.groups.decide(partition, producerId, committed),
      now: Date.now,
    })
    this.transactions = new TransactionCoordinator({
      configs,
      store: storeIn(TRANSACTION_STATE_TOPIC, 'COORDINATOR_NOT_AVAILABLE'),
      markers: this.markers,
      producerIds: this.producerIds,
      featureLevel: () => finalizedLevel(metadata.image, 'transaction.version'),
      ...reports,
    })
  }

  /** What changes of configs are checked against. */
  get configOwner(): ConfigOwner {
    return { nodeId: this.nodeId, image: this.metadata.image, configs: this.configs }
  }

  /** Tells of files that can't be read, each thing once. */
  damaged({ message }: Error): void {
    if (this.damages.has(message)) return
    if (this.damages.size < MOST_DAMAGES) this.damages.add(message)
    this.log.warn(message)
  }

  /** Whether it is about to stop, or has. */
  get isClosing(): boolean {
    return this.closing !== undefined
  }

  get dataDirectory(): string {
    return this.logs.dir
  }

  get listeners(): readonly Listener[] {
    return this.servers.map(({ listener, server }) => ({ ...listener, port: server.port }))
  }

  /** The address that a client of this connection is told: as advertised, else where it has reached the broker. */
  addressFor(connection: ServerConnection): Endpoint {
    const name = this.servers.find(({ server }) => server === connection.listener)?.listener.name ?? ''
    const advertised = this.advertised.get(name)
    if (advertised !== undefined) return advertised
    const { host, port } = connection.listener
    return { host: isAnyAddress(host) ? connection.localAddress : host, port }
  }

  async listen(listeners: readonly Listener[]): Promise<void> {
    const gate = this.authorizer === null ? null : await gateOf(this.authorizer, this.log)
    const maxFrameBytes = this.configs.number('socket.request.max.bytes')
    for (const listener of listeners) {
      const known = { image: this.metadata.image, given: this.users }
      const security = listener.protocol === 'PLAINTEXT' ? null : await loadSecurity(listener, this.configs, known)
      const options = {
        host: listener.host,
        port: listener.port,
        tls: security?.tls,
        maxFrameBytes,
        memory: this.memory,
        backlog: Math.max(BACKLOG, this.configs.number('socket.listen.backlog.size')),
        idleMs: this.configs.number('connections.max.idle.ms'),
      }
      try {
        this.servers.push({
          listener,
          server: await ServerListener.listen(options, new Router(this, security, listener.name, gate)),
        })
      } catch (error) {
        throw listenError(listener, error)
      }
    }
  }

  close(): Promise<void> {
    this.closing ??= this.stop()
    return this.closing
  }

  private async stop(): Promise<void> {
    this.groups.close()
    this.transactions.close()
    await Promise.all(this.servers.map(({ server }) => server.close()))
    // With the epoch of its last registration a Kafka that is started here next knows that nothing was lost.
    await this.logs.close(this.metadata.image.brokerEpochs.get(this.nodeId))
  }

  private configsChanged(resourceType: number, name = ''): void {
    const { image } = this.metadata
    if (resourceType === ResourceType.topic) {
      this.partitions.configsChanged(name)
    } else if (resourceType === ResourceType.broker) {
      this.configs.dynamic = image.configsOf(ResourceType.broker, String(this.nodeId))
      this.configs.dynamicDefault = image.configsOf(ResourceType.broker, '')
      this.partitions?.configsChanged()
    } else if (resourceType === ResourceType.clientMetrics) {
      this.telemetry.subscriptionsChanged()
    }
  }
}

/** Loaded where a listener asks for it. */
async function loadSecurity(...args: Parameters<typeof listenerSecurity>): Promise<ListenerSecurity | null> {
  return (await import('./security/listener-security.ts')).listenerSecurity(...args)
}

/** Loaded, as the authorizer is, where the configs ask for it. */
async function gateOf(authorizer: Authorizer, log: BrokerLog): Promise<Gate> {
  return new (await import('./security/gate.ts')).Gate(authorizer, (text) => log.verbose(text))
}

async function loadAuthorizer(configs: BrokerConfigs, metadata: MetadataLog): Promise<Authorizer | null> {
  if ((configs.get('authorizer.class.name') ?? '') === '') return null
  return (await import('./security/authorizer.ts')).authorizerOf(configs, metadata.image)
}

/** Starts a broker. Rejects with a KtoolError that says what to do where a port or the data directory can't be had. */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const log = options.log ?? SILENT
  const { properties, endpoints, advertised, dataDirectory } = brokerSettings(options)
  const settings = new BrokerConfigs(properties)
  const logs = new LogManager({
    dir: dataDirectory,
    cleanerBufferBytes: settings.number('log.cleaner.dedupe.buffer.size'),
    ephemeral: dataDirectory === undefined,
    report: (level, message) => (level === 'info' ? log.verbose(message) : log.warn(message)),
  })
  let broker: Broker | undefined
  try {
    const meta = await identify(logs, properties)
    const nodeId = String(meta.nodeId)
    const configs = new BrokerConfigs(
      new Map([...properties, ['node.id', nodeId], ['broker.id', nodeId], ['log.dirs', logs.dir]]),
    )
    const metadata = MetadataLog.read(await logs.openMetadataLog(), meta.nodeId, {
      now: Date.now,
      snapshotAfterBytes: configs.number('metadata.log.max.record.bytes.between.snapshots'),
    })
    const authorizer = await loadAuthorizer(configs, metadata)
    if (authorizer?.isShut) log.warn('there are no ACLs and no super.users: nobody may do anything, not even make ACLs')
    broker = new Broker({ meta, configs, metadata, logs, log, advertised, users: options.users, authorizer })
    broker.controller.electSelf()
    await metadata.flush()
    await loadPartitions(broker, configs)
    broker.groups.load()
    broker.transactions.load()
    for (const { name, partitions } of options.topics ?? []) broker.controller.ensureTopic(name, partitions)
    await metadata.flush()
    await broker.listen(endpoints)
    return broker
  } catch (error) {
    await (broker ?? logs).close().catch((failure: Error) => log.warn(failure.message))
    throw error
  }
}

async function loadPartitions({ partitions, logs, log }: Broker, configs: BrokerConfigs): Promise<void> {
  const wasClean = logs.cleanShutdownEpoch !== undefined
  const begun = monotonicMs()
  await partitions.load(scheduleOf(configs))
  const count = [...logs.logs].length
  const ms = Math.round(monotonicMs() - begun)
  if (wasClean || count === 0) log.verbose(`${count} partitions were opened in ${ms} ms`)
  else log.note(`the last stop was not clean: ${count} partitions were checked in ${ms} ms`)
}

/** Whose directory it is; an empty one becomes this node's. */
async function identify(logs: LogManager, properties: ReadonlyMap<string, string>): Promise<MetaProperties> {
  const configured = properties.get('node.id') ?? properties.get('broker.id')
  const nodeId = logs.meta?.nodeId ?? Number(configured ?? 1)
  if (configured !== undefined && Number(configured) !== nodeId) {
    throw new UsageError(`${logs.dir} is the data directory of node ${nodeId}, not ${configured}`, {
      hint: 'leave node.id out, or give the data directory of that node',
    })
  }
  const meta = {
    clusterId: logs.meta?.clusterId ?? newUuid(),
    nodeId,
    directoryId: logs.meta?.directoryId ?? newUuid(),
  }
  if (logs.meta?.clusterId === undefined || logs.meta.directoryId === undefined) await logs.format(meta)
  return meta
}

/** How often what is due from time to time is done. */
function scheduleOf(configs: BrokerConfigs): Schedule {
  return {
    retentionCheckMs: configs.number('log.retention.check.interval.ms'),
    flushCheckMs: Math.min(configs.number('log.flush.scheduler.interval.ms'), FLUSH_CHECK_MS),
    checkpointMs: configs.number('log.flush.offset.checkpoint.interval.ms'),
    highWatermarkCheckpointMs: configs.number('replica.high.watermark.checkpoint.interval.ms'),
    producerExpiryCheckMs: configs.number('producer.id.expiration.check.interval.ms'),
    cleanerEnable: configs.boolean('log.cleaner.enable'),
    cleanerBackoffMs: configs.number('log.cleaner.backoff.ms'),
  }
}

/** Many clients that come back at the same time are not to be sent away. */
const BACKLOG = 1024
/** Answers of all connections together that are on their way. */
const ANSWER_MEMORY = 64 << 20
/** Requests of all connections together, where queued.max.request.bytes does not say. */
const REQUEST_MEMORY = 256 << 20

function requestMemory(configs: BrokerConfigs): number {
  const configured = configs.number('queued.max.request.bytes')
  return configured > 0 ? configured : Math.max(REQUEST_MEMORY, 2 * configs.number('socket.request.max.bytes'))
}

const MOST_DAMAGES = 1000

/** How often flush.ms is looked at, where nothing shorter is asked for. */
const FLUSH_CHECK_MS = 1000

function listenError({ host, port }: Endpoint, error: unknown): KtoolError {
  const where = name({ host, port })
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new KtoolError(`${where} is in use by another program`, {
        cause: error,
        hint: 'stop that program, or give another address with --listen HOST:PORT (port 0 takes a free one)',
      })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new UsageError(`${host} is not an address of this machine`, {
        cause: error,
        hint: 'give --listen one of its addresses, 127.0.0.1 for itself alone or 0.0.0.0 for all',
      })
    case 'EACCES':
      return new UsageError(`this user may not listen on port ${port}`, {
        cause: error,
        hint: 'take a port above 1023',
      })
    default:
      return new UsageError(`can't listen on ${where}: ${(error as Error).message}`, { cause: error })
  }
}
