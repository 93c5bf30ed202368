// ktool serve: the bundled broker.

import { type Broker, startBroker } from '../broker/broker.ts'
import { checkedProperties } from '../broker/configs/broker-configs.ts'
import { brokerSettings } from '../broker/options.ts'
import { ExitCode, KtoolError, UsageError } from '../errors.ts'
import { keyValue } from '../util/key-value.ts'
import type { HttpEndpoint } from '../web/listening.ts'
import type { RegistryServer } from '../web/registry-server.ts'
import { CONNECTION, defineCommand, FORMS } from './command.ts'
import { type Served, sayListeners, sayMetrics, sayRegistry } from './serve-greeting.ts'
import { jsonLog, type ServeLog, textLog } from './serve-log.ts'
import {
  DEFAULT_ENDPOINT,
  DEFAULT_REGISTRY_PORT,
  dataFolder,
  fileProperties,
  parseEndpoint,
  parseListener,
  parseTopic,
  parseWebAddress,
  readUsers,
  type WebAddress,
} from './serve-options.ts'
import { useOwnCertificate, webCertificate } from './serve-tls.ts'

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
    const properties = { ...fileProperties(flags.config, context), ...checkedProperties(flags.set) }
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
    const served: Served = {
      properties,
      certificate,
      hasUsers: options.users !== undefined,
      hasHttpUsers: httpUsers !== undefined,
      topic: flags.topic[0]?.name,
    }
    const startRegistry = () => serveRegistry(say, broker, registryAddress, httpUsers)
    // One that was asked for has to be there before anybody is told to begin; another one nobody waits for.
    const first = asked === undefined ? undefined : await startRegistry()
    sayListeners(say, broker.listeners, flags.memory ? 'keeping nothing' : `data in ${broker.dataDirectory}`, served)
    if (metrics && operations) sayMetrics(say, { ...metrics, port: operations.port }, served)
    const registry = flags.noRegistry ? undefined : (first ?? (await startRegistry()))
    if (registry !== undefined) {
      sayRegistry(say, { ...registry.endpoint, isSecure: asked?.isSecure ?? false }, served)
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

/** The schema registry. Its own port is needed only where it was asked for. */
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

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
