// What a broker is started with: options, server.properties and single settings, put into one.

import { UsageError } from '../errors.ts'
import type { BrokerLog } from './broker.ts'

export interface Endpoint {
  host: string
  port: number
}

export interface BrokerOptions {
  /** Where to listen. Default: what `properties` say, else a free port of 127.0.0.1. */
  listeners?: readonly Endpoint[]
  /** The address that clients are told to connect to, where it is another one. */
  advertised?: Endpoint
  /** Kept in Kafka's own form. Default: what `properties` say, else nothing is kept. */
  dataDirectory?: string
  /** Keep nothing, whatever `properties` say. */
  memory?: boolean
  /** Broker configs under Kafka's names. */
  properties?: Readonly<Record<string, string>>
  /** Topics to make unless they exist; without a number of partitions, with the broker's. */
  topics?: readonly { name: string; partitions?: number }[]
  log?: BrokerLog
}

export interface BrokerSettings {
  properties: ReadonlyMap<string, string>
  endpoints: readonly Endpoint[]
  advertised: Endpoint | undefined
  dataDirectory: string | undefined
}

const LISTENER_NAME = 'PLAINTEXT'

/** What one node needs that Kafka's defaults, made for three, do not give. */
const ONE_NODE: readonly (readonly [name: string, value: string])[] = [
  ['offsets.topic.replication.factor', '1'],
  ['transaction.state.log.replication.factor', '1'],
  ['transaction.state.log.min.isr', '1'],
  ['share.coordinator.state.topic.replication.factor', '1'],
  ['share.coordinator.state.topic.min.isr', '1'],
  ['group.initial.rebalance.delay.ms', '0'],
]

/** Throws a UsageError. */
export function brokerSettings(options: BrokerOptions): BrokerSettings {
  const given = new Map(Object.entries(options.properties ?? {}))
  const endpoints = options.listeners ?? listenersOf(given.get('listeners')) ?? [{ host: '127.0.0.1', port: 0 }]
  const advertised = options.advertised ?? listenersOf(given.get('advertised.listeners'))?.[0]
  const directories = (given.get('log.dirs') ?? given.get('log.dir') ?? '')
    .split(',')
    .filter((each) => each.trim() !== '')
  if (options.dataDirectory === undefined && !options.memory && directories.length > 1) {
    throw new UsageError('log.dirs names several directories; one is supported', {
      hint: 'name one, or give --data DIR',
    })
  }
  const properties = new Map([
    ...ONE_NODE,
    ...given,
    ['process.roles', 'broker,controller'],
    ['controller.listener.names', 'CONTROLLER'],
    ['listeners', endpoints.map(({ host, port }) => `${LISTENER_NAME}://${host}:${port}`).join(',')],
  ])
  if (advertised !== undefined) {
    properties.set('advertised.listeners', `${LISTENER_NAME}://${advertised.host}:${advertised.port}`)
  }
  const dataDirectory = options.memory ? undefined : (options.dataDirectory ?? directories[0]?.trim())
  return { properties, endpoints, advertised, dataDirectory }
}

/** The plain-text listeners of a `listeners` config, without the controller's; undefined where the config is not set. */
function listenersOf(value: string | undefined): Endpoint[] | undefined {
  if (value === undefined) return undefined
  return value.split(',').flatMap((text) => {
    const match = /^\s*([A-Za-z0-9_]+):\/\/(.*):(\d+)\s*$/.exec(text)
    if (match === null)
      throw new UsageError(`'${text}' is not a listener`, { hint: 'write it as PLAINTEXT://HOST:PORT' })
    const [, name, host, port] = match
    if (name.toUpperCase() === 'CONTROLLER') return []
    if (/SSL|SASL/i.test(name)) {
      throw new UsageError(`the listener ${text.trim()} wants encryption or a login`, {
        hint: 'name a PLAINTEXT listener',
      })
    }
    return [{ host: host.replace(/^\[(.*)\]$/, '$1') || '0.0.0.0', port: Number(port) }]
  })
}
