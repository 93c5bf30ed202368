// The certificates of `ktool serve`: its own for tries at home, the one of the HTTP side, and what clients are told.

import { networkInterfaces } from 'node:os'
import type { SecureContextOptions } from 'node:tls'
import { type BrokerSettings, isAnyAddress, type SecurityProtocol } from '../broker/options.ts'
import { UsageError } from '../errors.ts'
import { dataFolder } from './serve-options.ts'

/**
 * Puts a self-signed certificate into the broker's properties. Returns the file that clients trust. Throws a UsageError where
 * there is another one, or no use for it.
 */
export async function useOwnCertificate(
  properties: Record<string, string>,
  { endpoints, advertised }: BrokerSettings,
): Promise<string> {
  const given = Object.keys(properties).find((key) => /(^|\.)ssl\.keystore\.(location|key)$/.test(key))
  if (given !== undefined) {
    throw new UsageError(`--tls makes a certificate, and ${given} gives one`, { hint: 'leave one of them out' })
  }
  if (!endpoints.some(({ protocol }) => protocol.endsWith('SSL'))) {
    throw new UsageError('--tls makes a certificate, and no listener speaks TLS', {
      hint: 'leave the names of the listeners out, or take SSL or SASL_SSL',
    })
  }
  const hosts = [...endpoints, ...advertised.values()].flatMap(({ host }) =>
    isAnyAddress(host) ? addressesOfThisMachine() : host,
  )
  const { ownCertificate } = await import('../net/tls/own-certificate.ts')
  const { keyStore, certificate } = await ownCertificate(dataFolder('tls'), hosts)
  properties['ssl.keystore.location'] = keyStore
  return certificate
}

function addressesOfThisMachine(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address))
}

/** Key and certificate of the broker, for what it answers over HTTP. Throws a UsageError. */
export async function webCertificate(properties: Readonly<Record<string, string>>): Promise<SecureContextOptions> {
  const { tlsSettings } = await import('../net/tls/settings.ts')
  const { own, options } = await tlsSettings({
    trust: {},
    identity: {
      location: properties['ssl.keystore.location'],
      password: properties['ssl.keystore.password'],
      keyPassword: properties['ssl.key.password'],
      certificate: { pem: properties['ssl.keystore.certificate.chain'] },
      key: { pem: properties['ssl.keystore.key'] },
    },
    verify: true,
    checkHostName: false,
  })
  if (own === null) {
    throw new UsageError('https:// wants a certificate, and there is none', {
      hint: 'give ssl.keystore.location and ssl.keystore.password, or --tls for tries at home',
    })
  }
  return options
}

/** What clients of a listener with that certificate are given; `login`: users with passwords. */
export function clientLines(certificate: string, protocol: SecurityProtocol, login: boolean): string[] {
  const tls = `-X security.protocol=${protocol} -X ssl.ca.location=${quoted(certificate)}`
  const user = login ? ' -X sasl.mechanism=PLAIN -X sasl.username=NAME -X sasl.password=' : ''
  const java = [
    `security.protocol=${protocol}`,
    'ssl.truststore.type=PEM',
    `ssl.truststore.location=${certificate.replaceAll('\\', '\\\\')}`,
    ...(login ? ['sasl.mechanism=PLAIN', `sasl.jaas.config=${PLAIN_LOGIN}`] : []),
  ]
  return [
    `${protocol} with ktool:  ${tls}${user}${login ? ASK : ''}`,
    `${protocol} with kcat:   ${tls}${user}${login ? 'PASSWORD' : ''}`,
    [`${protocol} with Java, client.properties:`, ...java].join('\n  '),
  ]
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: a reference is written so
const ASK = "'${ask}'"
const PLAIN_LOGIN =
  'org.apache.kafka.common.security.plain.PlainLoginModule required username="NAME" password="PASSWORD";'

/** For a shell. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
