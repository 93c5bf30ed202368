// The package in a program: a Kafka broker for tests of what uses Kafka, in the same process.
//
//   import { startBroker } from 'ktool'
//
//   const broker = await startBroker({ topics: { orders: 3 } })
//   const kafka = new Kafka({ brokers: [broker.bootstrap] })
//   …
//   await broker.close()

import { startBroker as start } from './broker/broker.ts'
import { checkedProperties } from './broker/configs/broker-configs.ts'
import { UsageError } from './errors.ts'
import { didYouMean } from './util/nearest.ts'

export interface BrokerOptions {
  /** Where to listen. Default: 127.0.0.1. */
  host?: string
  /** Default: a free one. */
  port?: number
  /** Where to keep the data, in Kafka's own form. Default: nothing is kept. */
  data?: string
  /** Topics to make unless they exist, with their number of partitions. */
  topics?: Readonly<Record<string, number>>
  /** Broker configs under Kafka's names, such as `{ 'auto.create.topics.enable': 'false' }`. */
  properties?: Readonly<Record<string, string | number | boolean>>
  /** Gets what the broker has to say: what was done, and what is wrong. Default: nobody. */
  log?: (level: 'info' | 'warn', text: string) => void
}

export interface Broker {
  /** `host:port`, as clients want it. */
  readonly bootstrap: string
  readonly host: string
  readonly port: number
  readonly clusterId: string
  /** Ends the connections and lets go of the data. */
  close(): Promise<void>
}

/** What programs without types would else not be told. */
const OPTIONS: ReadonlySet<string> = new Set<keyof BrokerOptions>([
  'host',
  'port',
  'data',
  'topics',
  'properties',
  'log',
])

/**
 * Starts a broker of one node, ready for clients when the promise resolves. Rejects with an error that says what is wrong
 * with an option, and where the port or the data directory can't be had.
 */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  checkNode()
  checkOptions(options)
  const { host = '127.0.0.1', port = 0, data, topics = {}, properties = {}, log } = options
  const broker = await start({
    listeners: [{ host, port }],
    ...(data === undefined ? { memory: true } : { dataDirectory: data }),
    topics: Object.entries(topics).map(([name, partitions]) => ({ name, partitions })),
    properties: checkedProperties(Object.entries(properties).map(([name, value]) => [name, String(value)])),
    ...(log === undefined
      ? {}
      : { log: { note: (text) => log('info', text), verbose() {}, warn: (text) => log('warn', text) } }),
  })
  const [endpoint] = broker.listeners
  return {
    bootstrap: `${endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`,
    host: endpoint.host,
    port: endpoint.port,
    clusterId: broker.clusterId,
    close: () => broker.close(),
  }
}

function checkNode(): void {
  const { node } = process.versions
  const [major, minor] = node.split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 15))
    throw new UsageError(`ktool needs Node 22.15 or newer, this is ${node}`)
}

function checkOptions(options: BrokerOptions): void {
  for (const name of Object.keys(options)) {
    if (OPTIONS.has(name)) continue
    throw new UsageError(`startBroker has no option ${name}`, { hint: didYouMean(name, OPTIONS) })
  }
  const { topics = {} } = options
  if (Array.isArray(topics)) throw new UsageError('topics is a list, not an object such as { orders: 3 }')
  for (const [name, partitions] of Object.entries(topics)) {
    if (Number.isInteger(partitions) && partitions > 0) continue
    throw new UsageError(`topics: ${name} has ${partitions} as its number of partitions`)
  }
}
