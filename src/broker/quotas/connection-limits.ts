// How many connections there may be: of all together, of a listener, of an address, and new ones of an address in a second.
// (Kafka: ConnectionQuotas. It lets connections beyond a listener's limit wait in the system's queue, here they are closed.)

import { inFull, shortest } from '../../util/address.ts'
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import { type MetadataImage, quotaKey } from '../metadata-image.ts'
import { Rate, type Windows } from './rate.ts'

export interface Refusal {
  reason: 'limit' | 'ip' | 'rate'
  text: string
}

/** So many addresses are known at once at most, unless all of them come again and again. */
const MANY_ADDRESSES = 10_000

export class ConnectionLimits {
  private readonly image: MetadataImage
  private readonly configs: BrokerConfigs
  private readonly windows: Windows
  private readonly now: () => number
  private total = 0
  private readonly byListener = new Map<string, number>()
  private readonly byAddress = new Map<string, number>()
  private readonly rates = new Map<string, Rate>()

  constructor(image: MetadataImage, configs: BrokerConfigs, now: () => number) {
    this.image = image
    this.configs = configs
    this.now = now
    this.windows = { count: configs.number('quota.window.num'), ms: configs.number('quota.window.size.seconds') * 1000 }
  }

  get count(): number {
    return this.total
  }

  /** How many a listener has. */
  countOf(listener: string): number {
    return this.byListener.get(listener) ?? 0
  }

  /** Counts a connection, or says why there may be no more. */
  open(listener: string, address: string): Refusal | undefined {
    const most = this.configs.number('max.connections')
    if (this.total >= most) return { reason: 'limit', text: `there are ${most} connections already (max.connections)` }
    const ownName = `listener.name.${listener.toLowerCase()}.max.connections`
    const own = this.configs.get(ownName)
    if (own !== null && this.countOf(listener) >= Number(own)) {
      return { reason: 'limit', text: `the listener ${listener} has ${own} connections already (${ownName})` }
    }
    const ofAddress = this.byAddress.get(address) ?? 0
    if (ofAddress >= this.largestOf(address)) {
      return { reason: 'ip', text: `it has ${ofAddress} connections already (max.connections.per.ip)` }
    }
    if (this.isTooFast(address)) return { reason: 'rate', text: 'it makes more new ones than its quota allows' }
    this.total++
    this.byListener.set(listener, this.countOf(listener) + 1)
    this.byAddress.set(address, ofAddress + 1)
    return undefined
  }

  close(listener: string, address: string): void {
    this.total--
    this.byListener.set(listener, this.countOf(listener) - 1)
    const left = (this.byAddress.get(address) ?? 1) - 1
    if (left === 0) this.byAddress.delete(address)
    else this.byAddress.set(address, left)
  }

  private largestOf(address: string): number {
    const overrides = this.configs.get('max.connections.per.ip.overrides') ?? ''
    for (const override of overrides.split(',')) {
      const colon = override.lastIndexOf(':')
      if (colon > 0 && shortest(override.slice(0, colon).trim()) === address) return Number(override.slice(colon + 1))
    }
    return this.configs.number('max.connections.per.ip')
  }

  /** By the quota connection_creation_rate of the address, or of all. */
  private isTooFast(address: string): boolean {
    const { image, rates } = this
    if (image.quotas.size === 0) return false
    const limit =
      image.quotas.get(quotaKey([{ entityType: 'ip', entityName: address }])) ??
      image.quotas.get(quotaKey([{ entityType: 'ip', entityName: inFull(address) }])) ??
      image.quotas.get(quotaKey([{ entityType: 'ip', entityName: null }]))
    const value = limit?.values.get('connection_creation_rate')
    if (value === undefined) return false
    const now = this.now()
    let rate = rates.get(address)
    if (rate === undefined) {
      if (rates.size >= MANY_ADDRESSES) for (const [key, each] of rates) if (each.isIdle(now)) rates.delete(key)
      rates.set(address, (rate = new Rate(this.windows)))
    }
    rate.record(1, now)
    if (rate.throttleMs(value, now) === 0) return false
    rate.record(-1, now)
    return true
  }
}
