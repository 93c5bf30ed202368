// A bootstrap server, from its name to its answer: name service, port, TLS, login, versions.

import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { levelText } from '../../client/admin/features.ts'
import { Broker } from '../../client/broker.ts'
import type { ClientOptions } from '../../client/options.ts'
import { type KtoolError, UnreachableError } from '../../errors.ts'
import { openPlain, refused, type SocketReader } from '../../net/connect.ts'
import { Metadata } from '../../protocol/apis/03-metadata.ts'
import { type Address, name, rewrite } from '../../util/address.ts'
import type { Examination } from './examination.ts'

const DAY_MS = 86_400_000
/** A certificate that ends sooner is worth a warning. */
const CERTIFICATE_DAYS = 14

/** Nothing is read. */
const reader: SocketReader = { space: () => Buffer.alloc(1024), received: () => {} }

/** Resolves to the id of the cluster that the server is of; undefined where it can't be had. */
export async function examineBootstrap(
  examination: Examination,
  options: ClientOptions,
  address: Address,
): Promise<string | null | undefined> {
  const target = rewrite(address, options.resolve)
  // A proxy looks up the names.
  const isKnown = isIP(target.host) !== 0 || options.proxy !== null
  const hosts = isKnown ? [target.host] : await examination.check('name', target.host, () => names(target))
  if (hosts === undefined) return undefined
  const isOpen = await examination.check('port', name(target), () => ports(target, hosts, options))
  if (isOpen === undefined) return undefined
  if (options.security?.tls) {
    const isTls = await examination.check('tls', name(address), () => certificate(address, target, options))
    if (isTls === undefined) return undefined
  }
  const broker = new Broker(-1, address, options)
  try {
    const sasl = options.security?.sasl
    if (sasl) {
      const isIn = await examination.check('login', name(address), async () => {
        await broker.connection()
        const { username } = sasl.credentials
        return { found: `${username === '' ? 'accepted' : username} with ${sasl.mechanism.name}`, value: true }
      })
      if (isIn === undefined) return undefined
    }
    return await examination.check('versions', name(address), () => versions(broker))
  } finally {
    broker.close()
  }
}

async function names(target: Address) {
  try {
    const found = (await lookup(target.host, { all: true })).map(({ address }) => address)
    return { found: found.join(', '), value: found }
  } catch (error) {
    throw refused({ address: target, target, setupTimeoutMs: 0 }, error as NodeJS.ErrnoException)
  }
}

/** Each address of the name for itself: some clients try the first alone. */
async function ports({ port }: Address, hosts: readonly string[], options: ClientOptions) {
  const { setupTimeoutMs, signal, proxy } = options
  const outcomes = await Promise.allSettled(
    hosts.map(async (host) => {
      const address = { host, port }
      const { socket } = await openPlain({ address, target: address, setupTimeoutMs, signal, proxy }, reader)
      socket.on('error', () => {})
      socket.destroy()
    }),
  )
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as KtoolError] : []))
  if (failures.length === hosts.length) throw failures[0]
  if (failures.length === 0)
    return { found: `${hosts.length > 1 ? 'all addresses take' : 'takes'} connections`, value: true }
  return {
    found: failures.map(({ message }) => message).join('; '),
    advice: 'the other addresses of the name take connections, but some clients try the first one alone',
    value: true,
  }
}

async function certificate(address: Address, target: Address, options: ClientOptions) {
  const { openTls } = await import('../../net/tls/client.ts')
  const { setupTimeoutMs, signal, security, proxy } = options
  const opened = await openTls({ address, target, setupTimeoutMs, signal, proxy }, reader, security?.tls as never)
  const { socket } = opened
  socket.on('error', () => {})
  const { subject, valid_to: until } = socket.getPeerCertificate()
  const days = Math.floor((Date.parse(until) - Date.now()) / DAY_MS)
  const found = `${socket.getProtocol()}, certificate of ${subject?.CN ?? 'nobody'} until ${until}`
  socket.destroy()
  if (!(days < CERTIFICATE_DAYS)) return { found, value: true }
  return { found, advice: `the certificate ends in ${days} days: renew it`, value: true }
}

async function versions(broker: Broker) {
  const { apiKeys, finalizedFeatures } = await broker.apiVersions()
  const { clusterId } = await broker.request(Metadata, { topics: [] })
  const level = finalizedFeatures.find(({ name }) => name === 'metadata.version')?.maxVersionLevel
  const release = level === undefined ? '' : `, metadata.version ${levelText('metadata.version', level)}`
  return { found: `${apiKeys.length} kinds of request${release}`, value: clusterId }
}

/** Throws where two servers of the list are of different clusters. */
export function sameCluster(ids: ReadonlyMap<string, string | null>): void {
  const [[first, id] = ['', null], ...others] = ids
  const other = others.find(([, otherId]) => otherId !== id)
  if (other === undefined) return
  throw new UnreachableError(`${first} is of the cluster ${id}, ${other[0]} of the cluster ${other[1]}`, {
    hint: 'a list of bootstrap servers names brokers of one cluster',
  })
}
