// What `ktool serve` says once it answers: its addresses, what to type next, and where it asks nobody for a login.

import { isAnyAddress, type Listener } from '../broker/options.ts'
import { name } from '../util/address.ts'
import type { ServeLog } from './serve-log.ts'
import { DEFAULT_ENDPOINT, DEFAULT_REGISTRY_PORT, type WebAddress } from './serve-options.ts'
import { clientLines, quoted } from './serve-tls.ts'

export interface Served {
  /** Of the broker, by Kafka's names. */
  properties: Readonly<Record<string, string>>
  /** The file that clients trust, where `--tls` made one. */
  certificate: string | undefined
  /** Whether clients log in with passwords. */
  hasUsers: boolean
  hasHttpUsers: boolean
  /** One that is there from the beginning. */
  topic: string | undefined
}

const LOOPBACK = /^(127\.|::1$|localhost$)/

/** `where`: what becomes of the data. */
export function sayListeners(say: ServeLog, listeners: readonly Listener[], where: string, served: Served): void {
  const { properties, certificate, hasUsers } = served
  for (const listener of listeners) {
    const { host, port, protocol } = listener
    const kind = protocol === 'PLAINTEXT' ? '' : ` (${protocol})`
    const fields = { listener: listener.name, host, port, protocol }
    say.listening(`listening on ${name(listener)}${kind}, ${where}`, nextLine(listener, served), fields)
    if (!asksForLogin(listener, properties) && !properties['authorizer.class.name'] && !LOOPBACK.test(host)) {
      say.warn(`${name(listener)} asks nobody for a login: whoever reaches it can read, write and delete`)
    }
  }
  if (certificate === undefined) return
  say.note(`clients have to trust ${certificate}`)
  const protocols = new Set(listeners.map(({ protocol }) => protocol).filter((each) => each.endsWith('SSL')))
  for (const protocol of protocols) for (const line of clientLines(certificate, protocol, hasUsers)) say.note(line)
}

export function sayMetrics(say: ServeLog, endpoint: WebAddress, { hasHttpUsers }: Served): void {
  const url = urlOf(endpoint)
  say.note(`metrics on ${url}/metrics, health on ${url}/health`)
  if (hasHttpUsers || LOOPBACK.test(endpoint.host)) return
  say.warn(`${url} asks nobody for a login: whoever reaches it sees the metrics`)
}

export function sayRegistry(say: ServeLog, endpoint: WebAddress, { certificate, hasHttpUsers }: Served): void {
  const { host, port, isSecure } = endpoint
  const url = urlOf(endpoint)
  const isDefault = port === DEFAULT_REGISTRY_PORT && host === DEFAULT_ENDPOINT.host && !isSecure
  const next = [
    'ktool schemas list',
    ...(isDefault ? [] : [`--registry ${url}`]),
    ...(isSecure && certificate ? [`-X schema.registry.ssl.ca.location=${quoted(certificate)}`] : []),
    ...(hasHttpUsers ? ['-X schema.registry.basic.auth.user.info=NAME:PASSWORD'] : []),
  ]
  say.listening(`schema registry on ${url}`, next.join(' '), { url })
  if (hasHttpUsers || LOOPBACK.test(host)) return
  say.warn(`${url} asks nobody for a login: whoever reaches it can change schemas`)
}

/** By a password, a token, or a certificate. */
function asksForLogin({ name, protocol }: Listener, properties: Readonly<Record<string, string>>): boolean {
  const key = 'ssl.client.auth'
  const clientAuth = properties[`listener.name.${name.toLowerCase()}.${key}`] ?? properties[key]
  return protocol.startsWith('SASL') || (protocol === 'SSL' && clientAuth === 'required')
}

/** With the topic that was made, where there is one. */
function nextLine({ host, port, protocol }: Listener, { certificate, topic }: Served): string {
  const reachable = { host: isAnyAddress(host) ? DEFAULT_ENDPOINT.host : host, port }
  const isDefault = reachable.host === DEFAULT_ENDPOINT.host && port === DEFAULT_ENDPOINT.port
  const security = protocol === 'PLAINTEXT' ? '' : ` -X security.protocol=${protocol}`
  const trust = protocol.endsWith('SSL') && certificate ? ` -X ssl.ca.location=${quoted(certificate)}` : ''
  const what = topic === undefined ? 'topics create orders' : `produce ${topic}`
  return `ktool ${what}${isDefault ? '' : ` -b ${name(reachable)}`}${security}${trust}`
}

function urlOf(endpoint: WebAddress): string {
  return `${endpoint.isSecure ? 'https' : 'http'}://${name(endpoint)}`
}
