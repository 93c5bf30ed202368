// ktool serve: the bundled broker.

import { type Broker, startBroker } from '../broker/broker.ts'
import { brokerSettings, type Endpoint, isAnyAddress, type Listener } from '../broker/options.ts'
import { ExitCode, KtoolError, UsageError } from '../errors.ts'
import { name } from '../util/address.ts'
import { keyValue } from '../util/key-value.ts'
import type { HttpEndpoint } from '../web/listening.ts'
import type { RegistryServer } from '../web/registry-server.ts'
import { CONNECTION, defineCommand, FORMS } from './command.ts'
import { jsonLog, type ServeLog, textLog } from './serve-log.ts'
import {
  DEFAULT_ENDPOINT,
  dataFolder,
  fileProperties,
  knownConfig,
  parseEndpoint,
  parseListener,
  parseTopic,
  parseWebAddress,
  readUsers,
  type WebAddress,
} from './serve-options.ts'
import { clientLines, quoted, useOwnCertificate, webCertificate } from './serve-tls.ts'

const DEFAULT_REGISTRY_PORT = 8081

export const command = defineCommand({
  path: 'serve',
  summary: 'Run a broker on this machine',
  description:
    "Runs a Kafka-compatible broker of one node. Its data directory is Kafka's own: a Kafka 4.3 starts on it, and this " +
    'broker on that of a single-node Kafka. It runs until Ctrl-C or SIGTERM.',
  flags: {
    listen: {
      value: '[NAME://]HOST:PORT',
      parse: parseListener,
      repeatable: true,
      defaultDoc: '127.0.0.1:9092',
      doc: 'Where to listen; port 0 takes a free one, host 0.0.0.0 all addresses of the machine. NAME: SSL, SASL_SSL, …',
    },
    advertise: {
      value: 'HOST:PORT',
      parse: (text: string) => parseEndpoint(text),
      doc: 'The address that clients are told, where they reach the broker under another one',
    },
    data: {
      value: 'DIR',
      complete: 'directory',
      defaultDoc: 'ktool/broker in your data folder',
      doc: 'Where to keep the data',
    },
    memory: { doc: 'Keep nothing: all is gone when the broker ends' },
    users: {
      value: 'FILE',
      complete: 'file',
      doc: 'Users as lines NAME=PASSWORD: clients have to log in, with PLAIN or SCRAM',
    },
    tls: { doc: 'Listeners speak TLS, with a self-signed certificate that is made and kept' },
    topic: {
      value: 'NAME[:PARTITIONS]',
      parse: parseTopic,
      repeatable: true,
      doc: 'A topic to make unless it exists',
    },
    config: { value: 'FILE', complete: 'file', doc: "A Kafka server.properties; Kafka's own names for everything" },
    metrics: {
      value: '[https://]HOST:PORT',
      parse: (text: string) => parseWebAddress(text),
      doc: 'Where to answer /metrics for Prometheus and /health over HTTP',
    },
    logFormat: {
      value: 'FORMAT',
      choices: ['text', 'json'],
      default: 'text',
      doc: 'What the broker says as lines of text, or as JSON objects with time and level',
    },
    registry: {
      value: '[https://]HOST:PORT',
      parse: (text: string) => parseWebAddress(text, DEFAULT_REGISTRY_PORT),
      defaultDoc: 'port 8081 beside the first listener; a free one beside a free one',
      doc: 'Where the schema registry listens',
    },
    noRegistry: { doc: 'Without a schema registry' },
    httpUsers: {
      value: 'FILE',
      complete: 'file',
      doc: 'Users as lines NAME=PASSWORD: the registry and the metrics want a login',
    },
    set: {
      short: 'X',
      value: 'KEY=VALUE',
      parse: keyValue,
      repeatable: true,
      doc: "A broker config under Kafka's name",
    },
  },
  examples: [
    { line: 'ktool serve', doc: 'On 127.0.0.1:9092, keeping its data' },
    { line: 'ktool serve --memory --topic orders:12', doc: 'For a test: nothing is kept, one topic is there' },
    { line: 'ktool serve --data /srv/kafka --config server.properties', doc: 'With the settings of a Kafka' },
  ],
  finishesOnSignal: true,
  withoutCluster: true,
  unused: [...CONNECTION, ...FORMS],
  async run(context, _args, flags) {
    if (flags.memory && flags.data !== undefined) {
      throw new UsageError('--memory keeps nothing, --data says where to keep it', { hint: 'leave one of them out' })
    }
    if (flags.noRegistry && flags.registry !== undefined) {
      throw new UsageError('--registry and --no-registry exclude each other')
    }
    const properties = { ...fileProperties(flags.config, context), ...Object.fromEntries(flags.set.map(knownConfig)) }
    const say = flags.logFormat === 'json' ? jsonLog(context) : textLog(context)
    const options = {
      listeners: flags.listen.length > 0 ? flags.listen : properties['listeners'] ? undefined : [DEFAULT_ENDPOINT],
      advertised: flags.advertise,
      dataDirectory: flags.data ?? (properties['log.dirs'] || properties['log.dir'] ? undefined : dataFolder('broker')),
      memory: flags.memory,
      users: flags.users === undefined ? undefined : readUsers(flags.users),
      tls: flags.tls,
      topics: flags.topic,
      properties,
      log: say,
    }
    const certificate = flags.tls ? await useOwnCertificate(properties, brokerSettings(options)) : undefined
    const httpUsers = flags.httpUsers === undefined ? undefined : readUsers(flags.httpUsers)
    const web = async ({ isSecure, ...address }: WebAddress): Promise<HttpEndpoint> => ({
      ...address,
      users: httpUsers,
      tls: isSecure ? await webCertificate(properties) : undefined,
    })
    const { metrics, registry: asked } = flags
    const registryAddress = asked && (await web(asked))
    const operations = metrics && (await (await import('../web/operations.ts')).Operations.listen(await web(metrics)))
    const broker = await startBroker(options).catch(async (error) => {
      await operations?.close()
      throw error
    })
    operations?.serving(broker)
    const where = flags.memory ? 'keeping nothing' : `data in ${broker.dataDirectory}`
    for (const listener of broker.listeners) {
      const { protocol } = listener
      const kind = protocol === 'PLAINTEXT' ? '' : ` (${protocol})`
      say.listening(
        `listening on ${name(listener)}${kind}, ${where}`,
        nextLine(listener, certificate, flags.topic[0]?.name),
        {
          ...{ listener: listener.name, host: listener.host, port: listener.port, protocol },
        },
      )
      const isOpen = !asksForLogin(listener, properties) && !properties['authorizer.class.name']
      if (isOpen && !LOOPBACK.test(listener.host)) {
        say.warn(`${name(listener)} asks nobody for a login: whoever reaches it can read, write and delete`)
      }
    }
    if (certificate !== undefined) {
      say.note(`clients have to trust ${certificate}`)
      const protocols = new Set(broker.listeners.map(({ protocol }) => protocol).filter((one) => one.endsWith('SSL')))
      for (const protocol of protocols) {
        const login = options.users !== undefined
        for (const line of clientLines(certificate, protocol, login)) say.note(line)
      }
    }
    if (metrics && operations) {
      const address = `${scheme(metrics.isSecure)}${name({ ...metrics, port: operations.port })}`
      say.note(`metrics on ${address}/metrics, health on ${address}/health`)
      warnIfOpen(
        say,
        metrics.host,
        httpUsers,
        `${address} asks nobody for a login: whoever reaches it sees the metrics`,
      )
    }
    let registry: RegistryServer | undefined
    if (!flags.noRegistry) {
      registry = await serveRegistry(say, broker, registryAddress, httpUsers)
      if (registry !== undefined) sayRegistry(say, registry, { asked, httpUsers, certificate })
    }
    await aborted(context.signal)
    say.verbose('stopping')
    await registry?.close()
    await broker.close()
    await operations?.close()
    say.verbose('stopped')
    return ExitCode.ok
  },
})

/** By a password, a token, or a certificate. */
function asksForLogin({ name, protocol }: Listener, properties: Readonly<Record<string, string>>): boolean {
  const key = 'ssl.client.auth'
  const clientAuth = properties[`listener.name.${name.toLowerCase()}.${key}`] ?? properties[key]
  return protocol.startsWith('SASL') || (protocol === 'SSL' && clientAuth === 'required')
}

const LOOPBACK = /^(127\.|::1$|localhost$)/

function warnIfOpen(say: ServeLog, host: string, users: ReadonlyMap<string, string> | undefined, text: string): void {
  if (users === undefined && !LOOPBACK.test(host)) say.warn(text)
}

function scheme(isSecure: boolean | undefined): string {
  return isSecure ? 'https://' : 'http://'
}

/** The schema registry, after the listeners: they need not wait for it. Its own port is needed only where it was asked for. */
async function serveRegistry(
  say: ServeLog,
  broker: Broker,
  asked: HttpEndpoint | undefined,
  users: ReadonlyMap<string, string> | undefined,
): Promise<RegistryServer | undefined> {
  const { RegistryServer } = await import('../web/registry-server.ts')
  const [{ host, port }] = broker.listeners
  const beside = { host, port: port === DEFAULT_ENDPOINT.port ? DEFAULT_REGISTRY_PORT : 0, users }
  try {
    return await RegistryServer.listen(broker, asked ?? beside, (text) => say.warn(text))
  } catch (error) {
    if (asked !== undefined || !(error instanceof KtoolError)) {
      await broker.close()
      throw error
    }
    say.warn(`no schema registry: ${error.message}`)
    return undefined
  }
}

function sayRegistry(
  say: ServeLog,
  { endpoint }: RegistryServer,
  how: { asked?: WebAddress; httpUsers?: ReadonlyMap<string, string>; certificate?: string },
): void {
  const { asked, httpUsers, certificate } = how
  const url = `${scheme(asked?.isSecure)}${name(endpoint)}`
  const isDefault = endpoint.port === DEFAULT_REGISTRY_PORT && endpoint.host === DEFAULT_ENDPOINT.host
  const next = [
    'ktool schemas list',
    ...(isDefault && !asked?.isSecure ? [] : [`--registry ${url}`]),
    ...(asked?.isSecure && certificate ? [`-X schema.registry.ssl.ca.location=${quoted(certificate)}`] : []),
    ...(httpUsers ? ['-X schema.registry.basic.auth.user.info=NAME:PASSWORD'] : []),
  ]
  say.listening(`schema registry on ${url}`, next.join(' '), { url })
  warnIfOpen(say, endpoint.host, httpUsers, `${url} asks nobody for a login: whoever reaches it can change schemas`)
}

/** What to type next: with the topic that was made, where there is one. */
function nextLine(
  { host, port, protocol }: Listener,
  certificate: string | undefined,
  topic: string | undefined,
): string {
  const reachable: Endpoint = { host: isAnyAddress(host) ? DEFAULT_ENDPOINT.host : host, port }
  const isDefault = reachable.host === DEFAULT_ENDPOINT.host && port === DEFAULT_ENDPOINT.port
  const security = protocol === 'PLAINTEXT' ? '' : ` -X security.protocol=${protocol}`
  const trust = protocol.endsWith('SSL') && certificate ? ` -X ssl.ca.location=${quoted(certificate)}` : ''
  const what = topic === undefined ? 'topics create orders' : `produce ${topic}`
  return `ktool ${what}${isDefault ? '' : ` -b ${name(reachable)}`}${security}${trust}`
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
