// ktool serve: the bundled broker.

import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Broker, type BrokerLog, startBroker } from '../broker/broker.ts'
import { brokerDefinitions, isBrokerConfig } from '../broker/configs/broker-configs.ts'
import type { Endpoint, Listener } from '../broker/options.ts'
import { parseConfig } from '../config/file.ts'
import { ExitCode, UsageError } from '../errors.ts'
import { fileProblem } from '../util/file-problem.ts'
import { keyValue } from '../util/key-value.ts'
import { didYouMean } from '../util/nearest.ts'
import type { RegistryServer } from '../web/registry-server.ts'
import { CONNECTION, type Context, defineCommand, FORMS } from './command.ts'

const DEFAULT_ENDPOINT: Endpoint = { host: '127.0.0.1', port: 9092 }
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
    topic: {
      value: 'NAME[:PARTITIONS]',
      parse: parseTopic,
      repeatable: true,
      doc: 'A topic to make unless it exists',
    },
    config: { value: 'FILE', complete: 'file', doc: "A Kafka server.properties; Kafka's own names for everything" },
    metrics: {
      value: 'HOST:PORT',
      parse: (text: string) => parseEndpoint(text),
      doc: 'Where to answer /metrics for Prometheus and /health over HTTP',
    },
    logFormat: {
      value: 'FORMAT',
      choices: ['text', 'json'],
      default: 'text',
      doc: 'What the broker says as lines of text, or as JSON objects with time and level',
    },
    registry: {
      value: 'HOST:PORT',
      parse: (text: string) => parseEndpoint(text, DEFAULT_REGISTRY_PORT),
      defaultDoc: 'port 8081 beside the first listener; a free one beside a free one',
      doc: 'Where the schema registry listens',
    },
    noRegistry: { doc: 'Without a schema registry' },
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
    const properties = { ...fileProperties(flags.config, context), ...Object.fromEntries(flags.set.map(checked)) }
    const say = flags.logFormat === 'json' ? jsonLog(context) : textLog(context)
    const operations =
      flags.metrics === undefined ? null : await (await import('../web/operations.ts')).Operations.listen(flags.metrics)
    const starting = startBroker({
      listeners: flags.listen.length > 0 ? flags.listen : properties['listeners'] ? undefined : [DEFAULT_ENDPOINT],
      advertised: flags.advertise,
      dataDirectory: flags.data ?? (properties['log.dirs'] || properties['log.dir'] ? undefined : defaultDirectory()),
      memory: flags.memory,
      users: flags.users === undefined ? undefined : readUsers(flags.users),
      topics: flags.topic,
      properties,
      log: say,
    })
    const broker = await starting.catch(async (error) => {
      await operations?.close()
      throw error
    })
    operations?.serving(broker)
    const where = flags.memory ? 'keeping nothing' : `data in ${broker.dataDirectory}`
    for (const endpoint of broker.listeners) {
      const { protocol } = endpoint
      const kind = protocol === 'PLAINTEXT' ? '' : ` (${protocol})`
      say.listening(`listening on ${name(endpoint)}${kind}, ${where}`, nextLine(endpoint, flags.topic[0]?.name), {
        ...{ listener: endpoint.name, host: endpoint.host, port: endpoint.port, protocol },
      })
      const isOpen = !protocol.startsWith('SASL') && !properties['authorizer.class.name']
      if (isOpen && !LOOPBACK.test(endpoint.host)) {
        say.warn(`${name(endpoint)} asks nobody for a login: whoever reaches it can read, write and delete`)
      }
    }
    if (flags.metrics !== undefined) {
      const address = name({ ...flags.metrics, port: operations?.port ?? 0 })
      say.note(`metrics on http://${address}/metrics, health on http://${address}/health`)
    }
    const registry = flags.noRegistry ? undefined : await serveRegistry(say, broker as Broker, flags.registry)
    await aborted(context.signal)
    say.verbose('stopping')
    await registry?.close()
    await broker.close()
    await operations?.close()
    say.verbose('stopped')
    return ExitCode.ok
  },
})

interface ServeLog extends BrokerLog {
  /** That clients can come, on stdout. */
  listening(text: string, next: string, fields: object): void
}

function textLog(context: Context): ServeLog {
  return {
    listening: (text, next) => context.stdout.write(`${text}; next: ${next}\n`),
    note: (text) => context.note(text),
    verbose: (text) => {
      if (context.verbose) context.note(text)
    },
    warn: (text) => context.warn(text),
  }
}

/** A JSON object a line. */
function jsonLog(context: Context): ServeLog {
  const line = (level: string, message: string, more: object = {}) =>
    `${JSON.stringify({ time: new Date().toISOString(), level, message, ...more })}\n`
  return {
    listening: (text, _next, fields) => context.stdout.write(line('info', text, fields)),
    note: (text) => {
      if (!context.quiet) context.stderr.write(line('info', text))
    },
    verbose: (text) => {
      if (context.verbose) context.stderr.write(line('debug', text))
    },
    warn: (text) => context.stderr.write(line('warn', text)),
  }
}

const LOOPBACK = /^(127\.|::1$|localhost$)/

/** The schema registry, after the listeners: they need not wait for it. Its own port is needed only where it was asked for. */
async function serveRegistry(
  say: ServeLog,
  broker: Broker,
  asked: Endpoint | undefined,
): Promise<RegistryServer | undefined> {
  const { RegistryServer } = await import('../web/registry-server.ts')
  const [{ host, port }] = broker.listeners
  const beside = { host, port: port === DEFAULT_ENDPOINT.port ? DEFAULT_REGISTRY_PORT : 0 }
  let server: RegistryServer
  try {
    server = await RegistryServer.listen(broker, asked ?? beside, (text) => say.warn(text))
  } catch (error) {
    if (asked !== undefined || !(error instanceof UsageError)) {
      await broker.close()
      throw error
    }
    say.warn(`no schema registry: ${error.message}`)
    return undefined
  }
  const url = `http://${name(server.endpoint)}`
  const isDefault = server.endpoint.port === DEFAULT_REGISTRY_PORT && server.endpoint.host === DEFAULT_ENDPOINT.host
  say.listening(`schema registry on ${url}`, `ktool schemas list${isDefault ? '' : ` --registry ${url}`}`, { url })
  return server
}

/** The line that a newcomer types in another terminal. */
/** What to type next: with the topic that was made, where there is one. */
function nextLine({ host, port, protocol }: Listener, topic: string | undefined): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const isDefault = reachable === DEFAULT_ENDPOINT.host && port === DEFAULT_ENDPOINT.port
  const security = protocol === 'PLAINTEXT' ? '' : ` -X security.protocol=${protocol}`
  const what = topic === undefined ? 'topics create orders' : `produce ${topic}`
  return `ktool ${what}${isDefault ? '' : ` -b ${name({ host: reachable, port })}`}${security}`
}

function name({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function parseEndpoint(text: string, defaultPort = DEFAULT_ENDPOINT.port): Endpoint {
  const match = /^(?:\[(.+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text.trim())
  const port = Number(match?.[3] ?? defaultPort)
  if (match === null || text.trim() === '' || port > 65535) {
    throw new UsageError(`'${text}' is not HOST:PORT`, { hint: 'write it as 127.0.0.1:9092 or [::1]:9092' })
  }
  return { host: match[1] ?? (match[2] || DEFAULT_ENDPOINT.host), port }
}

function parseListener(text: string): Endpoint & { name?: string } {
  const match = /^([A-Za-z0-9_.-]+):\/\/(.*)$/.exec(text.trim())
  return match === null ? parseEndpoint(text) : { name: match[1].toUpperCase(), ...parseEndpoint(match[2]) }
}

/** The errors do not repeat a line: it holds a password. */
function readUsers(path: string): ReadonlyMap<string, string> {
  const users = new Map<string, string>()
  for (const [index, line] of readText(path).split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const at = line.indexOf('=')
    if (at < 1 || at === line.length - 1) throw new UsageError(`${path} line ${index + 1} is not NAME=PASSWORD`)
    users.set(line.slice(0, at).trim(), line.slice(at + 1))
  }
  if (users.size === 0) throw new UsageError(`${path} has no users`, { hint: 'write a line NAME=PASSWORD for each' })
  return users
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(fileProblem(error, path), { cause: error })
  }
}

function parseTopic(text: string): { name: string; partitions?: number } {
  const match = /^([^:]+)(?::(\d{1,5}))?$/.exec(text)
  if (match === null || match[2] === '0') {
    throw new UsageError(`'${text}' is not NAME or NAME:PARTITIONS`, { hint: 'write it as orders or orders:12' })
  }
  return { name: match[1], partitions: match[2] === undefined ? undefined : Number(match[2]) }
}

/** Settings of a server.properties; those that Kafka does not have are named and left out. */
function fileProperties(path: string | undefined, context: Context): Record<string, string> {
  if (path === undefined) return {}
  const known = parseConfig(readText(path), path, 'java').filter(({ name, source }) => {
    const isKnown = isBrokerConfig(name)
    if (!isKnown) context.warn(`${source}: no broker config is called ${name}; left out`)
    return isKnown
  })
  return Object.fromEntries(known.map(({ name, value }) => [name, value]))
}

function checked([key, value]: [string, string]): [string, string] {
  if (isBrokerConfig(key)) return [key, value]
  throw new UsageError(`no broker config is called ${key}`, {
    hint: didYouMean(key, brokerDefinitions.keys()) ?? "names are Kafka's own, such as log.retention.hours",
  })
}

/** A folder of the user's own for data, as the system has it. */
function defaultDirectory(): string {
  const { env } = process
  if (process.platform === 'win32') return join(env['LOCALAPPDATA'] ?? homedir(), 'ktool', 'broker')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'ktool', 'broker')
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'ktool', 'broker')
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
