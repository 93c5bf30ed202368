// Holds clients to their quotas as Kafka does: what they sent, got, or made the broker do is recorded; who is above the
// limit gets the answer at once, with the time to be still in it, and its connection is not read for that time (KIP-219).
// (Kafka: ClientQuotaManager, ClientRequestQuotaManager, ControllerMutationQuotaManager.)
//
// The most specific quota of an entity holds, and what it names is what shares it:
//
//   user + client > user + any client > user > any user + client > any user + any client > any user > client > any client

import { ApiError } from '../api-error.ts'
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import { type MetadataImage, quotaKey } from '../metadata-image.ts'
import { Rate, TokenBucket, type Windows } from './rate.ts'

export type QuotaType = 'producer_byte_rate' | 'consumer_byte_rate' | 'request_percentage' | 'controller_mutation_rate'

/** Who is held to a quota. */
export interface QuotaClient {
  /** The name of the principal, without its type. */
  user: string
  clientId: string
}

interface Limit {
  /** A second. */
  value: number
  /** Those who share the quota have the same. */
  key: string
}

/** So many clients are known at once at most, unless all of them are at work. */
const MANY_CLIENTS = 10_000

/** The candidates for an entity, best first: which parts it has, and whether by name or as the default (null). */
const PRECEDENCE: readonly (readonly [user: 'name' | 'default' | null, clientId: 'name' | 'default' | null])[] = [
  ['name', 'name'],
  ['name', 'default'],
  ['name', null],
  ['default', 'name'],
  ['default', 'default'],
  ['default', null],
  [null, 'name'],
  [null, 'default'],
]

export class ClientQuotas {
  private readonly image: MetadataImage
  private readonly windows: Windows
  private readonly mutationWindows: Windows
  private readonly now: () => number
  /** What was found for a client, until quotas change. */
  private readonly limits = new Map<string, Limit | null>()
  private readonly rates = new Map<string, Rate>()
  private readonly buckets = new Map<string, TokenBucket>()

  constructor(image: MetadataImage, configs: BrokerConfigs, now: () => number) {
    this.image = image
    this.now = now
    this.windows = windowsOf(configs, 'quota.window')
    this.mutationWindows = windowsOf(configs, 'controller.quota.window')
  }

  /** Whether anybody is held to anything: where not, nothing is to be recorded. */
  get isActive(): boolean {
    return this.image.quotas.size > 0
  }

  /** Quotas were set or taken away. */
  changed(): void {
    this.limits.clear()
  }

  /** Records bytes; how long the client has to be still for it. Milliseconds. */
  bytes(type: 'producer_byte_rate' | 'consumer_byte_rate', client: QuotaClient, bytes: number): number {
    return this.record(type, client, bytes)
  }

  /** Records the time that a request took; how long the client has to be still for it. Milliseconds both. */
  requestTime(client: QuotaClient, ms: number): number {
    return Math.min(this.record('request_percentage', client, ms / 10), this.windows.ms)
  }

  /** Bytes that were not sent after all. */
  unrecord(type: QuotaType, client: QuotaClient, value: number): void {
    this.record(type, client, -value)
  }

  /** As much as a client may get within all windows: more in one answer could never be made good. Bytes. */
  largestFetch(client: QuotaClient): number {
    const limit = this.isActive ? this.limitOf('consumer_byte_rate', client) : null
    if (limit === null) return Number.POSITIVE_INFINITY
    return Math.floor((limit.value * (this.windows.count - 1) * this.windows.ms) / 1000)
  }

  /**
   * For a request that makes or deletes partitions. A strict one is refused when the permits are used up, another one only
   * slowed down.
   */
  mutations(client: QuotaClient, isStrict: boolean): MutationQuota {
    const limit = this.isActive ? this.limitOf('controller_mutation_rate', client) : null
    if (limit === null) return UNLIMITED
    let bucket = this.buckets.get(limit.key)
    if (bucket === undefined) {
      sweep(this.buckets, this.now())
      this.buckets.set(limit.key, (bucket = new TokenBucket(this.mutationWindows)))
    }
    return new MutationQuota(bucket, limit.value, isStrict, this.now)
  }

  private record(type: QuotaType, client: QuotaClient, value: number): number {
    const limit = this.limitOf(type, client)
    if (limit === null) return 0
    const now = this.now()
    let rate = this.rates.get(limit.key)
    if (rate === undefined) {
      sweep(this.rates, now)
      this.rates.set(limit.key, (rate = new Rate(this.windows)))
    }
    rate.record(value, now)
    return rate.throttleMs(limit.value, now)
  }

  private limitOf(type: QuotaType, client: QuotaClient): Limit | null {
    const key = `${type}\0${client.user}\0${client.clientId}`
    let limit = this.limits.get(key)
    if (limit === undefined) {
      if (this.limits.size >= MANY_CLIENTS) this.limits.clear()
      this.limits.set(key, (limit = this.findLimit(type, client)))
    }
    return limit
  }

  private findLimit(type: QuotaType, { user, clientId }: QuotaClient): Limit | null {
    for (const [ofUser, ofClient] of PRECEDENCE) {
      const entity = []
      if (ofClient !== null) entity.push({ entityType: 'client-id', entityName: ofClient === 'name' ? clientId : null })
      if (ofUser !== null) entity.push({ entityType: 'user', entityName: ofUser === 'name' ? user : null })
      const value = this.image.quotas.get(quotaKey(entity))?.values.get(type)
      if (value === undefined) continue
      return { value, key: `${type}\0${ofUser === null ? '' : user}\0${ofClient === null ? '' : clientId}` }
    }
    return null
  }
}

/** What one request may change. */
export class MutationQuota {
  private readonly bucket: TokenBucket | null
  private readonly limit: number
  private readonly isStrict: boolean
  private readonly now: () => number
  /** How long the client has to be still. Milliseconds. */
  throttleMs = 0

  constructor(bucket: TokenBucket | null, limit: number, isStrict: boolean, now: () => number) {
    this.bucket = bucket
    this.limit = limit
    this.isStrict = isStrict
    this.now = now
  }

  /** Takes a permit for each partition. Throws THROTTLING_QUOTA_EXCEEDED. */
  take(partitions: number): void {
    const { bucket, limit } = this
    if (bucket === null) return
    const now = this.now()
    const before = bucket.available(limit, now)
    if (this.isStrict && before < 0) {
      this.slow(before)
      throw new ApiError('THROTTLING_QUOTA_EXCEEDED')
    }
    bucket.take(partitions, limit, now)
    if (!this.isStrict) this.slow(bucket.available(limit, now))
  }

  private slow(available: number): void {
    if (available < 0) this.throttleMs = Math.max(this.throttleMs, Math.round((-available / this.limit) * 1000))
  }
}

const UNLIMITED = new MutationQuota(null, 0, false, Date.now)

function windowsOf(configs: BrokerConfigs, prefix: string): Windows {
  return { count: configs.number(`${prefix}.num`), ms: configs.number(`${prefix}.size.seconds`) * 1000 }
}

/** Forgets who has been still for long, when many are known. */
function sweep(known: Map<string, Rate | TokenBucket>, now: number): void {
  if (known.size < MANY_CLIENTS) return
  for (const [key, each] of known) if (each.isIdle(now)) known.delete(key)
}
