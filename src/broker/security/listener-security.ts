// What a listener asks of its clients: TLS, a login. From Kafka's own configs, of which each may be given for one listener
// (listener.name.NAME.KEY) and for one mechanism there (listener.name.NAME.MECHANISM.KEY).

import { parseJaas } from '../../config/jaas.ts'
import { UsageError } from '../../errors.ts'
import type { Mechanism, Users } from '../../net/sasl/mechanism.ts'
import type { ServerTls } from '../../net/tls/server.ts'
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import type { Listener } from '../options.ts'
import { type PrincipalRules, principalRules } from './principal-rules.ts'
import { type KnownUsers, usersOf } from './users.ts'

export interface SaslSecurity {
  mechanisms: ReadonlyMap<string, { mechanism: Mechanism; users: Users; maxReauthMs: number }>
  /** Before the login; bytes of a request. */
  maxReceiveBytes: number
  /** How long a client waits for the refusal of its login. */
  failureDelayMs: number
}

export interface ListenerSecurity {
  tls: ServerTls | null
  sasl: SaslSecurity | null
  /** Who the owner of a certificate is. */
  principals: PrincipalRules
}

/** Throws a UsageError for configs and files that can't be. Null: a listener in plain text without a login. */
export async function listenerSecurity(
  listener: Listener,
  configs: BrokerConfigs,
  known: KnownUsers,
): Promise<ListenerSecurity | null> {
  const { protocol } = listener
  if (protocol === 'PLAINTEXT') return null
  const get = getter(listener, configs)
  return {
    tls: protocol.endsWith('SSL') ? await tlsOf(listener, get) : null,
    sasl: protocol.startsWith('SASL') ? await saslOf(listener, get, known) : null,
    principals: principalRules(get('ssl.principal.mapping.rules')),
  }
}

type Get = (key: string, mechanism?: string) => string

/** The value for the listener, '' where there is none. */
function getter({ name }: Listener, configs: BrokerConfigs): Get {
  const prefix = `listener.name.${name.toLowerCase()}.`
  return (key, mechanism) => {
    const names = mechanism === undefined ? [] : [`${prefix}${mechanism.toLowerCase()}.${key}`]
    for (const candidate of [...names, `${prefix}${key}`, key]) {
      const value = configs.get(candidate)
      if (value !== null && value !== '') return value
    }
    return ''
  }
}

async function tlsOf({ name }: Listener, get: Get): Promise<ServerTls> {
  const { tlsSettings } = await import('../../net/tls/settings.ts')
  const settings = await tlsSettings({
    trust: {
      location: get('ssl.truststore.location'),
      pem: get('ssl.truststore.certificates'),
      password: get('ssl.truststore.password'),
    },
    identity: {
      location: get('ssl.keystore.location'),
      password: get('ssl.keystore.password'),
      keyPassword: get('ssl.key.password'),
      certificate: { pem: get('ssl.keystore.certificate.chain') },
      key: { pem: get('ssl.keystore.key') },
    },
    ciphers: listOf(get('ssl.cipher.suites')),
    protocols: listOf(get('ssl.enabled.protocols')),
    verify: true,
    checkHostName: false,
  })
  if (settings.own === null) {
    throw new UsageError(`the listener ${name} speaks TLS and has no certificate`, {
      hint: 'give ssl.keystore.location and ssl.keystore.password; PEM, PKCS#12 and JKS are read',
    })
  }
  return { settings, clientAuth: (get('ssl.client.auth') || 'none') as ServerTls['clientAuth'] }
}

async function saslOf({ name }: Listener, get: Get, known: KnownUsers): Promise<SaslSecurity> {
  const { mechanisms: all } = await import('../../net/sasl/index.ts')
  const enabled = listOf(get('sasl.enabled.mechanisms'))
  const chosen = known.given.size > 0 && enabled.join() === 'GSSAPI' ? PASSWORD_MECHANISMS : enabled
  const mechanisms: SaslSecurity['mechanisms'] = new Map(
    chosen.map((wanted) => {
      const mechanism = all.get(wanted.toUpperCase())
      if (mechanism === undefined) {
        throw new UsageError(`the listener ${name} enables the mechanism ${wanted}, which is not there`, {
          hint: `sasl.enabled.mechanisms can be ${[...all.keys()].join(', ')}`,
        })
      }
      if (get('sasl.server.callback.handler.class', wanted) !== '') {
        throw new UsageError(
          `the listener ${name} has a sasl.server.callback.handler.class, and no Java is here to run it`,
        )
      }
      const jaas = get('sasl.jaas.config', wanted)
      const options = jaas === '' ? undefined : parseJaas(jaas).options
      if (options === undefined && !wanted.startsWith('SCRAM') && !(known.given.size > 0 && wanted === 'PLAIN')) {
        throw new UsageError(`the listener ${name} enables ${wanted} without sasl.jaas.config`, {
          hint: `give listener.name.${name.toLowerCase()}.${wanted.toLowerCase()}.sasl.jaas.config`,
        })
      }
      const maxReauthMs = Number(get('connections.max.reauth.ms', wanted))
      return [mechanism.name, { mechanism, users: usersOf(options ?? {}, known), maxReauthMs }]
    }),
  )
  return {
    mechanisms,
    maxReceiveBytes: Number(get('sasl.server.max.receive.size')),
    failureDelayMs: Number(get('connection.failed.authentication.delay.ms')),
  }
}

const PASSWORD_MECHANISMS: readonly string[] = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']

function listOf(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
