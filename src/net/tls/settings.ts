// From a client's or broker's ssl settings to what Node's TLS wants: the files read, the names of Java's made OpenSSL's.

import { readFileSync } from 'node:fs'
import tls, { type SecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls'
import { UsageError } from '../../errors.ts'
import { fileProblem } from '../../util/file-problem.ts'
import { type Identity, identityOf, pemOf, readStore } from './key-store.ts'

/** A file, or its content as text, and how it is named in errors. */
export interface Source {
  location?: string
  pem?: string
}

/** Empty texts stand for what is not set. */
export interface TlsConfig {
  trust: Source & { password?: string }
  /** A store with key and certificates; or the two apart. */
  identity: Source & { password?: string; keyPassword?: string; certificate?: Source; key?: Source }
  /** OpenSSL's or Java's names, best first. */
  ciphers?: readonly string[]
  /** TLSv1.2, TLSv1.3 */
  protocols?: readonly string[]
  curves?: string
  signatureAlgorithms?: string
  /** Path of a file with revoked certificates. */
  revoked?: string
  /** Whether the other side's certificate counts at all. */
  verify: boolean
  /** Whether it has to be for the host's name. */
  checkHostName: boolean
}

export interface TlsSettings {
  context: SecureContext
  /** What the context was made of, for a server. */
  options: SecureContextOptions
  verify: boolean
  checkHostName: boolean
  /** This side's own certificate, as PEM; null without one. */
  own: string | null
}

/** The system's store of certificates, under librdkafka's word for it too. */
const SYSTEM = new Set(['system', 'probe'])

/** Throws a UsageError for a file that can't be used. */
export async function tlsSettings(config: TlsConfig): Promise<TlsSettings> {
  const identity = await identityFrom(config.identity)
  const options: SecureContextOptions = {
    ca: await trusted(config.trust),
    key: identity?.key,
    cert: identity?.chain,
    ...versions(config.protocols ?? []),
  }
  if (config.ciphers?.length) options.ciphers = config.ciphers.map(openSslName).join(':')
  if (config.curves) options.ecdhCurve = config.curves
  if (config.signatureAlgorithms) options.sigalgs = config.signatureAlgorithms
  if (config.revoked) options.crl = read({ location: config.revoked })
  const { verify, checkHostName } = config
  try {
    return { context: tls.createSecureContext(options), options, verify, checkHostName, own: identity?.chain ?? null }
  } catch (error) {
    throw new UsageError(`the TLS settings don't work: ${(error as Error).message}`, {
      hint: 'look at ssl.cipher.suites, ssl.enabled.protocols and the files that ssl.* settings name',
      cause: error,
    })
  }
}

/** Undefined: the certificates that Node brings. */
export async function trusted(trust: TlsConfig['trust']): Promise<string[] | undefined> {
  if (trust.location && SYSTEM.has(trust.location)) return tls.getCACertificates('system')
  const what = nameOf(trust)
  if (what === undefined) return undefined
  const { certificates } = await readStore(read(trust), what, { store: trust.password || undefined })
  if (certificates.length === 0) throw new UsageError(`there is no certificate in ${what}`)
  return certificates.map((certificate) => pemOf([certificate]))
}

async function identityFrom(identity: TlsConfig['identity']): Promise<Identity | undefined> {
  const passwords = {
    store: identity.password || undefined,
    key: identity.keyPassword || identity.password || undefined,
  }
  const parts = [identity, identity.certificate ?? {}, identity.key ?? {}].filter((part) => nameOf(part) !== undefined)
  if (parts.length === 0) return undefined
  const names = parts.map(nameOf).join(' and ')
  const stores = await Promise.all(parts.map((part) => readStore(read(part), nameOf(part) as string, passwords)))
  return identityOf(
    {
      keys: stores.flatMap(({ keys }) => keys),
      certificates: stores.flatMap(({ certificates }) => certificates),
    },
    names,
  )
}

function nameOf({ location, pem }: Source): string | undefined {
  if (location) return location
  return pem ? 'the PEM text of the settings' : undefined
}

function read({ location, pem }: Source): Buffer {
  if (!location) return Buffer.from(pem ?? '')
  try {
    return readFileSync(location)
  } catch (error) {
    throw new UsageError(fileProblem(error, location), {
      hint: 'the ssl.* settings name it',
      cause: error,
    })
  }
}

const VERSIONS: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']

function versions(protocols: readonly string[]): { minVersion?: SecureVersion; maxVersion?: SecureVersion } {
  const places = protocols.map((protocol) => {
    const place = VERSIONS.indexOf(protocol as SecureVersion)
    if (place >= 0) return place
    throw new UsageError(`'${protocol}' is no version of TLS`, { hint: `known are ${VERSIONS.join(', ')}` })
  })
  if (places.length === 0) return {}
  return { minVersion: VERSIONS[Math.min(...places)], maxVersion: VERSIONS[Math.max(...places)] }
}

/** TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 is OpenSSL's ECDHE-RSA-AES128-GCM-SHA256; names of TLS 1.3 are the same. */
export function openSslName(suite: string): string {
  const match = /^(?:TLS|SSL)_(\w+?)_WITH_(\w+)$/.exec(suite)
  if (match === null) return suite
  const [, exchange, cipher] = match
  const bulk = cipher
    .replace(/^(AES|CAMELLIA|ARIA)_(\d+)/, '$1$2')
    .replace(/_CBC/, '')
    .replace(/^(CHACHA20_POLY1305)_SHA256$/, '$1')
  return [exchange === 'RSA' ? '' : exchange, bulk]
    .filter((part) => part !== '')
    .join('-')
    .replaceAll('_', '-')
}
