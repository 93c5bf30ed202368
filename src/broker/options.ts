// What a broker is started with: options, server.properties and single settings, put into one.

import { UsageError } from '../errors.ts'
import { name as nameOf } from '../util/address.ts'
import type { BrokerLog } from './broker.ts'

export interface Endpoint {
  host: string
  port: number
}

export type SecurityProtocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'

/** Where to listen, under which name, and what is asked of clients. */
export interface Listener extends Endpoint {
  name: string
  protocol: SecurityProtocol
}

export interface BrokerOptions {
  /** Where to listen. Default: what `properties` say, else a free port of 127.0.0.1. */
  listeners?: readonly (Endpoint & { name?: string })[]
  /** The address that clients are told to connect to, where it is another one. */
  advertised?: Endpoint
  /** Kept in Kafka's own form. Default: what `properties` say, else nothing is kept. */
  dataDirectory?: string
  /** Keep nothing, whatever `properties` say. */
  memory?: boolean
  /** Broker configs under Kafka's names. */
  properties?: Readonly<Record<string, string>>
  /** Passwords by user: clients have to log in with PLAIN or SCRAM, on listeners of plain text too. */
  users?: ReadonlyMap<string, string>
  /** Listeners that have no name are of TLS; `properties` have the certificate. */
  tls?: boolean
  /** Topics to make unless they exist; without a number of partitions, with the broker's. */
  topics?: readonly { name: string; partitions?: number }[]
  log?: BrokerLog
}

export interface BrokerSettings {
  properties: ReadonlyMap<string, string>
  endpoints: readonly Listener[]
  /** By the name of the listener. */
  advertised: ReadonlyMap<string, Endpoint>
  dataDirectory: string | undefined
}

const ANY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::', ''])

/** Whether a host stands for all addresses of the machine. */
export function isAnyAddress(host: string): boolean {
  return ANY_ADDRESS.has(host)
}

const PROTOCOLS: readonly SecurityProtocol[] = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']

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
  const protocols = protocolsOf(given.get('listener.security.protocol.map'))
  const controllers = (given.get('controller.listener.names') ?? 'CONTROLLER').toUpperCase().split(',')
  const named = (name: string) => listenersOf(given.get(name))?.filter((one) => !controllers.includes(one.name))
  const unnamed = `${options.users ? 'SASL_' : ''}${options.tls ? 'SSL' : 'PLAINTEXT'}`
  const endpoints = (options.listeners ?? named('listeners') ?? [{ host: '127.0.0.1', port: 0 }]).map(
    ({ name = unnamed, host, port }) => ({ name, host, port, protocol: protocolOf(name, protocols) }),
  )
  const open = endpoints.find(({ protocol }) => !protocol.startsWith('SASL'))
  if (options.users !== undefined && open !== undefined) {
    throw new UsageError(`there are users, and the listener ${open.name} asks for no login`, {
      hint: `make it one of SASL_PLAINTEXT or SASL_SSL`,
    })
  }
  const advertised = new Map(
    options.advertised === undefined
      ? (named('advertised.listeners') ?? []).map(({ name, host, port }) => [name, { host, port }])
      : endpoints.map(({ name }) => [name, options.advertised as Endpoint]),
  )
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
    ['listeners', listed(endpoints)],
  ])
  if (advertised.size > 0) {
    properties.set(
      'advertised.listeners',
      listed([...advertised].map(([name, { host, port }]) => ({ name, host, port }))),
    )
  }
  const dataDirectory = options.memory ? undefined : (options.dataDirectory ?? directories[0]?.trim())
  return { properties, endpoints, advertised, dataDirectory }
}

function listed(listeners: readonly { name: string; host: string; port: number }[]): string {
  return listeners.map(({ name, ...address }) => `${name}://${nameOf(address)}`).join(',')
}

/** NAME:PROTOCOL,… */
function protocolsOf(map: string | undefined): ReadonlyMap<string, string> {
  const pairs = (map ?? '').split(',').filter((pair) => pair.trim() !== '')
  return new Map(
    pairs.map((pair) => {
      const [name, protocol, ...more] = pair.trim().split(':')
      if (protocol === undefined || more.length > 0) {
        throw new UsageError(`'${pair}' of listener.security.protocol.map is not NAME:PROTOCOL`)
      }
      return [name.toUpperCase(), protocol]
    }),
  )
}

function protocolOf(name: string, protocols: ReadonlyMap<string, string>): SecurityProtocol {
  const text = (protocols.get(name) ?? name).toUpperCase()
  const protocol = PROTOCOLS.find((candidate) => candidate === text)
  if (protocol !== undefined) return protocol
  throw new UsageError(`no security protocol is known for the listener ${name}`, {
    hint: `listener.security.protocol.map gives it one of ${PROTOCOLS.join(', ')}`,
  })
}

/** The listeners of a `listeners` config; undefined where the config is not set. */
function listenersOf(value: string | undefined): (Endpoint & { name: string })[] | undefined {
  if (value === undefined) return undefined
  return value.split(',').map((text) => {
    const match = /^\s*([A-Za-z0-9_.-]+):\/\/(.*):(\d+)\s*$/.exec(text)
    if (match === null) {
      throw new UsageError(`'${text}' is not a listener`, { hint: 'write it as PLAINTEXT://HOST:PORT' })
    }
    const [, name, host, port] = match
    return { name: name.toUpperCase(), host: host.replace(/^\[(.*)\]$/, '$1') || '0.0.0.0', port: Number(port) }
  })
}
