// What clients are asked to tell about themselves, by the subscriptions that are configured, and that they tell it as they
// were asked (KIP-714; Kafka: ClientMetricsManager). What they push is checked and let go: nobody here receives it, which is
// why ApiVersions does not offer these requests.

import { CorruptError } from '../errors.ts'
import type { ServerConnection } from '../net/server.ts'
import type { PushTelemetryRequest } from '../protocol/apis/72-push-telemetry.ts'
import type { ErrorName } from '../protocol/errors.ts'
import { codecById, codecs, NONE, Scratch } from '../records/compression/index.ts'
import { crc32c } from '../records/crc32c.ts'
import { ApiError } from './api-error.ts'
import type { BrokerConfigs } from './configs/broker-configs.ts'
import { type ClientMatch, type ClientMetrics, clientMetricsOf } from './configs/client-metrics.ts'
import { newUuid } from './controller.ts'
import { javaHash } from './coordinator-log.ts'
import { grownCapacity, hashOrder, uuidHash } from './groups/consumer/java-order.ts'
import { type MetadataImage, ResourceType } from './metadata-image.ts'

/** How many clients are remembered. */
const MOST_CLIENTS = 16_384
/** For how long at least, after they were last heard of. */
const LEAST_EXPIRY_MS = 60_000
const INTERVALS_TO_EXPIRY = 3
const DEFAULT_INTERVAL_MS = 300_000
const ALL_METRICS = '*'
const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA'
/** Ids that nobody may have. */
const RESERVED: ReadonlySet<string> = new Set([ZERO_UUID, 'AAAAAAAAAAAAAAAAAAAAAQ'])
/** After these a client may ask again at once. */
const MENDABLE: ReadonlySet<ErrorName> = new Set(['UNKNOWN_SUBSCRIPTION_ID', 'UNSUPPORTED_COMPRESSION_TYPE'])
/** In the order in which a client shall prefer them. */
const COMPRESSION_TYPES = [4, 3, 1, 2]

/** A client as its last answers have left it. Times in milliseconds since 1970. */
interface Instance {
  readonly subscriptionId: number
  readonly metrics: readonly string[]
  readonly intervalMs: number
  /** Of the subscriptions. */
  readonly version: number
  askedAt: number
  pushedAt: number
  expiresAt: number
  isTerminating: boolean
  lastError: ErrorName
}

export interface TelemetryOptions {
  configs: BrokerConfigs
  image: MetadataImage
  now(): number
}

export class ClientTelemetry {
  private readonly options: TelemetryOptions
  /** By client instance id, whoever was heard of last at the end. */
  private readonly instances = new Map<string, Instance>()
  private readonly software = new WeakMap<ServerConnection, { name: string; version: string }>()
  private subscriptions: readonly ClientMetrics[] | undefined
  private version = 0

  constructor(options: TelemetryOptions) {
    this.options = options
  }

  /** Which program a connection comes from. */
  introduce(connection: ServerConnection, name: string, version: string): void {
    this.software.set(connection, { name, version })
  }

  subscriptionsChanged(): void {
    this.subscriptions = undefined
    this.version++
  }

  /** What a client shall push, and how often. Throws an ApiError. */
  subscription(id: string, clientId: string | null, connection: ServerConnection) {
    const clientInstanceId = id === ZERO_UUID ? newUuid() : id
    const instance = this.instanceOf(clientInstanceId, clientId, connection)
    const now = this.options.now()
    if (now - Math.max(instance.askedAt, instance.pushedAt) >= instance.intervalMs) instance.askedAt = now
    else if (!MENDABLE.has(instance.lastError)) throw new ApiError('THROTTLING_QUOTA_EXCEEDED')
    instance.lastError = 'NONE'
    return {
      clientInstanceId,
      subscriptionId: instance.subscriptionId,
      acceptedCompressionTypes: COMPRESSION_TYPES,
      pushIntervalMs: instance.intervalMs,
      telemetryMaxBytes: this.mostBytes,
      deltaTemporality: true,
      requestedMetrics: [...instance.metrics],
    }
  }

  /** Takes metrics. Throws an ApiError. */
  push(request: PushTelemetryRequest, clientId: string | null, connection: ServerConnection): void {
    const { clientInstanceId } = request
    if (RESERVED.has(clientInstanceId)) throw new ApiError('INVALID_REQUEST')
    const instance = this.instanceOf(clientInstanceId, clientId, connection)
    instance.lastError = this.faultOf(request, instance) ?? 'NONE'
    if (instance.lastError !== 'NONE') throw new ApiError(instance.lastError)
  }

  private faultOf(request: PushTelemetryRequest, instance: Instance): ErrorName | undefined {
    const { subscriptionId, terminating, compressionType, metrics } = request
    if (instance.isTerminating) return 'INVALID_REQUEST'
    const now = this.options.now()
    const isDue = instance.askedAt > instance.pushedAt || now - instance.pushedAt >= instance.intervalMs
    if (isDue) instance.pushedAt = now
    else if (!terminating) return 'THROTTLING_QUOTA_EXCEEDED'
    if (subscriptionId !== instance.subscriptionId) return 'UNKNOWN_SUBSCRIPTION_ID'
    if (compressionType < NONE || compressionType > codecs.length) return 'UNSUPPORTED_COMPRESSION_TYPE'
    if (metrics.length > this.mostBytes) return 'TELEMETRY_TOO_LARGE'
    instance.isTerminating = terminating
    return this.canDecompress(compressionType, metrics) ? undefined : 'INVALID_RECORD'
  }

  private canDecompress(type: number, bytes: Buffer): boolean {
    if (type === NONE || bytes.length === 0) return true
    try {
      codecById(type).decompress(bytes, 0, bytes.length, this.mostBytes, new Scratch())
      return true
    } catch (error) {
      if (error instanceof CorruptError) return false
      throw error
    }
  }

  private get mostBytes(): number {
    return this.options.configs.number('telemetry.max.bytes')
  }

  private instanceOf(id: string, clientId: string | null, connection: ServerConnection): Instance {
    const now = this.options.now()
    let instance = this.instances.get(id)
    if (instance === undefined || instance.version !== this.version || now >= instance.expiresAt) {
      instance = this.newInstance(id, this.matchOf(id, clientId, connection))
    }
    instance.expiresAt = now + Math.max(LEAST_EXPIRY_MS, INTERVALS_TO_EXPIRY * instance.intervalMs)
    this.instances.delete(id)
    this.instances.set(id, instance)
    if (this.instances.size > MOST_CLIENTS) this.instances.delete(this.instances.keys().next().value as string)
    return instance
  }

  private newInstance(id: string, client: ClientMatch): Instance {
    const { image } = this.options
    this.subscriptions ??= image
      .resourcesWithConfigs(ResourceType.clientMetrics)
      .map((name) => clientMetricsOf(image.configsOf(ResourceType.clientMetrics, name)))
    const own = this.subscriptions.filter(({ matches }) => matches(client))
    const names = new Set(own.flatMap((each) => each.metrics))
    const metrics = names.has(ALL_METRICS) ? [ALL_METRICS] : hashOrder(names, javaHash, grownCapacity(names.size))
    const intervalMs = own.length === 0 ? DEFAULT_INTERVAL_MS : Math.min(...own.map((each) => each.intervalMs))
    return {
      subscriptionId: subscriptionId(id, metrics, intervalMs),
      metrics,
      intervalMs,
      version: this.version,
      askedAt: 0,
      pushedAt: 0,
      expiresAt: 0,
      isTerminating: false,
      lastError: 'NONE',
    }
  }

  private matchOf(id: string, clientId: string | null, connection: ServerConnection): ClientMatch {
    const { name, version } = this.software.get(connection) ?? { name: 'unknown', version: 'unknown' }
    return {
      client_instance_id: id,
      client_id: clientId ?? '',
      client_software_name: name,
      client_software_version: version,
      client_source_address: connection.remoteAddress,
      client_source_port: String(connection.remotePort),
    }
  }
}

/** Another one whenever the client shall do something else (Kafka: computeSubscriptionId). */
export function subscriptionId(clientInstanceId: string, metrics: readonly string[], intervalMs: number): number {
  const text = `[${metrics.join(', ')}]${intervalMs}`
  return (crc32c(Buffer.from(text)) | 0) ^ uuidHash(clientInstanceId)
}
