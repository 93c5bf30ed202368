// The package in a program: a Kafka broker for tests of what uses Kafka, in the same process.
//
//   import { startBroker } from 'ktool'
//
//   const broker = await startBroker({ topics: { orders: 3 } })
//   const kafka = new Kafka({ brokers: [broker.bootstrap] })
//   …
//   await broker.close()

import { startBroker as start } from './broker/broker.ts'

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
  properties?: Readonly<Record<string, string>>
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

/**
 * Starts a broker of one node, ready for clients when the promise resolves. Rejects with an error that says what to do where
 * the port or the data directory can't be had.
 */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const { host = '127.0.0.1', port = 0, data, topics = {}, properties, log } = options
  const broker = await start({
    listeners: [{ host, port }],
    ...(data === undefined ? { memory: true } : { dataDirectory: data }),
    topics: Object.entries(topics).map(([name, partitions]) => ({ name, partitions })),
    ...(properties === undefined ? {} : { properties }),
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
