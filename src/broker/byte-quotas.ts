// Quotas of bytes a second, kept by slowing clients down: who is above is told how long to wait, and is not heard for so long
// (Kafka: ClientQuotaManager; KIP-13, KIP-55, KIP-219). The most specific quota counts:
//
//   user and client · user and any client · user · any user and client · any user and any client · any user · client · any client
//
// Those of one quota share it: all of a user's clients have that of the user.

import type { BrokerConfigs } from './configs/broker-configs.ts'
import { type MetadataImage, quotaKey } from './metadata-image.ts'
import { RateWindow } from './rate-window.ts'

export type ByteQuota = 'producer_byte_rate' | 'consumer_byte_rate'

export interface QuotaClient {
  /** Without the type in front. */
  user: string
  clientId: string
}

interface Limit {
  /** Bytes a second. */
  rate: number
  /** Whose it is. */
  key: string
}

/** Whom each quota is looked up for, most specific first; null stands for any, undefined for none. */
const ORDER: readonly (readonly [user: 'own' | null | undefined, client: 'own' | null | undefined])[] = [
  ['own', 'own'],
  ['own', null],
  ['own', undefined],
  [null, 'own'],
  [null, null],
  [null, undefined],
  [undefined, 'own'],
  [undefined, null],
]
/** Clients that are remembered; beyond, all begin anew. */
const MAX_CLIENTS = 10_000

export class ByteQuotas {
  private readonly image: MetadataImage
  private readonly windowMs: number
  private readonly windows: number
  private readonly limits = new Map<string, Limit | null>()
  private readonly rates = new Map<string, RateWindow>()
  private version = -1

  constructor(image: MetadataImage, configs: BrokerConfigs) {
    this.image = image
    this.windowMs = configs.number('quota.window.size.seconds') * 1000
    this.windows = configs.number('quota.window.num')
  }

  /** Whether there is anything to keep to. */
  get any(): boolean {
    return this.image.quotas.size > 0
  }

  /** Counts bytes that a client has sent or gets. How long it has to wait, in milliseconds. */
  record(quota: ByteQuota, client: QuotaClient, bytes: number, now: number): number {
    const limit = this.limitOf(quota, client)
    if (limit === null) return 0
    const rate = this.rateOf(limit)
    rate.add(bytes, now)
    return rate.excessMs(limit.rate, now)
  }

  /** Takes bytes back that were counted and not sent after all. */
  unrecord(quota: ByteQuota, client: QuotaClient, bytes: number, now: number): void {
    const limit = this.limitOf(quota, client)
    if (limit !== null) this.rateOf(limit).add(-bytes, now)
  }

  /** The most bytes that can go at once; Infinity without a quota. */
  most(quota: ByteQuota, client: QuotaClient): number {
    const limit = this.limitOf(quota, client)
    if (limit === null) return Number.POSITIVE_INFINITY
    return Math.floor((limit.rate * (this.windows - 1) * this.windowMs) / 1000)
  }

  private rateOf({ key }: Limit): RateWindow {
    let rate = this.rates.get(key)
    if (rate === undefined) {
      if (this.rates.size >= MAX_CLIENTS) this.rates.clear()
      this.rates.set(key, (rate = new RateWindow(this.windowMs, this.windows)))
    }
    return rate
  }

  private limitOf(quota: ByteQuota, client: QuotaClient): Limit | null {
    if (this.version !== this.image.quotaVersion) {
      this.limits.clear()
      this.version = this.image.quotaVersion
    }
    const id = JSON.stringify([quota, client.user, client.clientId])
    let limit = this.limits.get(id)
    if (limit === undefined) {
      if (this.limits.size >= MAX_CLIENTS) this.limits.clear()
      this.limits.set(id, (limit = this.find(quota, client)))
    }
    return limit
  }

  private find(quota: ByteQuota, { user, clientId }: QuotaClient): Limit | null {
    for (const [ofUser, ofClient] of ORDER) {
      const entity = []
      if (ofUser !== undefined) entity.push({ entityType: 'user', entityName: ofUser === null ? null : user })
      if (ofClient !== undefined)
        entity.push({ entityType: 'client-id', entityName: ofClient === null ? null : clientId })
      const rate = this.image.quotas.get(quotaKey(entity))?.values.get(quota)
      if (rate === undefined) continue
      const whose = [ofUser === undefined ? null : user, ofClient === undefined ? null : clientId]
      return { rate, key: JSON.stringify([quota, ...whose]) }
    }
    return null
  }
}
