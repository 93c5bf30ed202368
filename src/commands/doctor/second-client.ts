// The same settings through kafkajs, a client that shares nothing with ktool's own: where the two agree, it is the cluster.

import net from 'node:net'
import tls from 'node:tls'
import { Kafka, type KafkaConfig, logLevel, Partitioners, type SASLOptions } from 'kafkajs'
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'
import type { ClientOptions } from '../../client/options.ts'
import type { Security } from '../../client/security.ts'
import { DeniedError, KtoolError, UnreachableError } from '../../errors.ts'
import { name, rewrite } from '../../util/address.ts'
import type { Examination, Finding } from './examination.ts'

// kafkajs 2.2.4 looks at its waiting requests after each answer by a timer, where none is waiting by one that was due before
// 1970, and Node warns of each.
const { scheduleCheckPendingRequests } = RequestQueue.prototype
RequestQueue.prototype.scheduleCheckPendingRequests = function () {
  if (this.pending.length > 0 || this.throttledUntil > Date.now()) scheduleCheckPendingRequests.call(this)
}

/** What the settings want and kafkajs does not have. */
export function unknownToSecondClient({ proxy, security }: ClientOptions): string | undefined {
  if (proxy !== null) return 'proxies'
  return security?.sasl?.mechanism.name === 'GSSAPI' ? 'GSSAPI' : undefined
}

/** Resolves to whether all went well. `topic`: one to write to, where there is one. */
export async function examineSecondClient(
  examination: Examination,
  options: ClientOptions,
  topic: string | undefined,
): Promise<boolean> {
  const kafka = new Kafka(configOf(options))
  const admin = kafka.admin()
  const told = <T>(running: Promise<T>) => explained(running, options.signal)
  try {
    const connected = await examination.check('kafkajs', 'connect', async () => {
      await told(admin.connect())
      return { found: 'connected', value: true }
    })
    if (!connected) return false
    const described = await examination.check('kafkajs', 'metadata', async () => {
      const { clusterId, brokers } = await told(admin.describeCluster())
      return { found: `cluster ${clusterId}, ${brokers.length} broker${brokers.length === 1 ? '' : 's'}`, value: true }
    })
    if (!described) return false
    return (
      topic === undefined || (await examination.check('kafkajs', 'write', () => write(kafka, topic, told))) === true
    )
  } finally {
    await admin.disconnect().catch(() => {})
  }
}

type Told = <T>(running: Promise<T>) => Promise<T>

async function write(kafka: Kafka, topic: string, told: Told): Promise<Finding<boolean>> {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  try {
    await told(producer.connect())
    const [{ baseOffset }] = await told(
      producer.send({ topic, messages: [{ value: 'written by ktool doctor with kafkajs' }] }),
    )
    return { found: `offset ${baseOffset}`, value: true }
  } finally {
    await producer.disconnect().catch(() => {})
  }
}

function configOf(options: ClientOptions): KafkaConfig {
  const { security } = options
  // kafkajs takes an IPv6 address in its list apart at the first colon: other names stand for those.
  const servers = new Map(options.bootstrapServers.map((address, index) => [`bootstrap-${index}`, address]))
  return {
    clientId: options.clientId,
    brokers: [...servers].map(([alias, address]) =>
      name(address.host.includes(':') ? { ...address, host: alias } : address),
    ),
    connectionTimeout: options.setupTimeoutMs,
    authenticationTimeout: options.requestTimeoutMs,
    requestTimeout: options.requestTimeoutMs,
    retry: { retries: 2, initialRetryTime: options.retryBackoffMs, maxRetryTime: options.retryBackoffMaxMs },
    logLevel: logLevel.NOTHING,
    ssl: security?.tls ? tlsOf(security.tls) : undefined,
    sasl: security?.sasl ? loginOf(security.sasl) : undefined,
    // As kafkajs makes its sockets, with --resolve in between.
    socketFactory: ({ host: alias, port, ssl, onConnect }) => {
      const { host } = servers.get(alias) ?? { host: alias }
      const target = rewrite({ host, port }, options.resolve)
      if (!ssl) return net.connect(target, onConnect)
      return tls.connect({ ...target, servername: net.isIP(host) ? '' : host, ...ssl }, onConnect)
    },
  }
}

function tlsOf({ options, verify, checkHostName }: NonNullable<Security['tls']>): tls.ConnectionOptions {
  const base = { ...options, rejectUnauthorized: verify }
  return checkHostName ? base : { ...base, checkServerIdentity: () => undefined }
}

function loginOf({ mechanism, credentials }: NonNullable<Security['sasl']>): SASLOptions {
  const { username, password, token } = credentials
  switch (mechanism.name) {
    case 'OAUTHBEARER':
      return { mechanism: 'oauthbearer', oauthBearerProvider: token }
    case 'SCRAM-SHA-256':
      return { mechanism: 'scram-sha-256', username, password }
    case 'SCRAM-SHA-512':
      return { mechanism: 'scram-sha-512', username, password }
    default:
      return { mechanism: 'plain', username, password }
  }
}

/** With what kafkajs throws in ktool's classes; Ctrl-C is not waited through. */
async function explained<T>(running: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await (signal === undefined ? running : Promise.race([running, interrupted(signal)]))
  } catch (error) {
    if (error instanceof KtoolError) throw error
    const { name, message, cause } = error as Error
    const first = cause instanceof Error ? cause : (error as Error)
    const text = `kafkajs: ${message}`
    if (/SASL|Authorization|Authentication/i.test(`${name} ${first.name}`))
      throw new DeniedError(text, { cause: error })
    if (/Connection|Timeout|BrokerNotFound|NumberOfRetries/i.test(name))
      throw new UnreachableError(text, { cause: error })
    throw new KtoolError(text, { cause: error })
  }
}

function interrupted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new KtoolError('interrupted'))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
