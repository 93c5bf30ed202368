// ktool serve: the bundled broker.

import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Broker, startBroker } from '../broker/broker.ts'
import { brokerDefinition, brokerDefinitions } from '../broker/configs/broker-configs.ts'
import type { Endpoint } from '../broker/options.ts'
import { parseConfig } from '../config/file.ts'
import { ExitCode, UsageError } from '../errors.ts'
import { keyValue } from '../util/key-value.ts'
import { didYouMean } from '../util/nearest.ts'
import type { RegistryServer } from '../web/registry-server.ts'
import { type Context, defineCommand } from './command.ts'

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
      value: 'HOST:PORT',
      parse: (text: string) => parseEndpoint(text),
      repeatable: true,
      defaultDoc: '127.0.0.1:9092',
      doc: 'Where to listen; port 0 takes a free one, host 0.0.0.0 all addresses of the machine',
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
    topic: {
      value: 'NAME[:PARTITIONS]',
      parse: parseTopic,
      repeatable: true,
      doc: 'A topic to make unless it exists',
    },
    config: { value: 'FILE', complete: 'file', doc: "A Kafka server.properties; Kafka's own names for everything" },
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
  async run(context, _args, flags) {
    if (flags.memory && flags.data !== undefined) {
      throw new UsageError('--memory keeps nothing, --data says where to keep it', { hint: 'leave one of them out' })
    }
    if (flags.noRegistry && flags.registry !== undefined) {
      throw new UsageError('--registry and --no-registry exclude each other')
    }
    const properties = { ...fileProperties(flags.config, context), ...Object.fromEntries(flags.set.map(checked)) }
    const broker = await startBroker({
      listeners: flags.listen.length > 0 ? flags.listen : properties['listeners'] ? undefined : [DEFAULT_ENDPOINT],
      advertised: flags.advertise,
      dataDirectory: flags.data ?? (properties['log.dirs'] || properties['log.dir'] ? undefined : defaultDirectory()),
      memory: flags.memory,
      topics: flags.topic,
      properties,
      log: {
        note: (text) => context.note(text),
        verbose: (text) => {
          if (context.verbose) context.note(text)
        },
        warn: (text) => context.warn(text),
      },
    })
    const where = flags.memory ? 'keeping nothing' : `data in ${broker.dataDirectory}`
    for (const endpoint of broker.listeners) {
      context.stdout.write(`listening on ${name(endpoint)}, ${where}; next: ${nextLine(endpoint)}\n`)
    }
    const registry = flags.noRegistry ? undefined : await serveRegistry(context, broker as Broker, flags.registry)
    await aborted(context.signal)
    await registry?.close()
    await broker.close()
    return ExitCode.ok
  },
})

/** The schema registry, after the listeners: they need not wait for it. Its own port is needed only where it was asked for. */
async function serveRegistry(
  context: Context,
  broker: Broker,
  asked: Endpoint | undefined,
): Promise<RegistryServer | undefined> {
  const { RegistryServer } = await import('../web/registry-server.ts')
  const [{ host, port }] = broker.listeners
  const beside = { host, port: port === DEFAULT_ENDPOINT.port ? DEFAULT_REGISTRY_PORT : 0 }
  let server: RegistryServer
  try {
    server = await RegistryServer.listen(broker, asked ?? beside, (text) => context.warn(text))
  } catch (error) {
    if (asked !== undefined || !(error instanceof UsageError)) {
      await broker.close()
      throw error
    }
    context.warn(`no schema registry: ${error.message}`)
    return undefined
  }
  const url = `http://${name(server.endpoint)}`
  const isDefault = server.endpoint.port === DEFAULT_REGISTRY_PORT && server.endpoint.host === DEFAULT_ENDPOINT.host
  context.stdout.write(`schema registry on ${url}; next: ktool schemas list${isDefault ? '' : ` --registry ${url}`}\n`)
  return server
}

/** The line that a newcomer types in another terminal. */
function nextLine({ host, port }: Endpoint): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const isDefault = reachable === DEFAULT_ENDPOINT.host && port === DEFAULT_ENDPOINT.port
  return `ktool topics create orders${isDefault ? '' : ` -b ${name({ host: reachable, port })}`}`
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
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`the file ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`, { cause: error })
  }
  const known = parseConfig(text, path).filter(({ name, source }) => {
    const isKnown = brokerDefinition(name) !== undefined
    if (!isKnown) context.warn(`${source}: no broker config is called ${name}; left out`)
    return isKnown
  })
  return Object.fromEntries(known.map(({ name, value }) => [name, value]))
}

function checked([key, value]: [string, string]): [string, string] {
  if (brokerDefinition(key) !== undefined) return [key, value]
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
