// Every setting of the client: the one table. A setting is known under its Java name and under librdkafka's; -X, -F and
// the environment all go through here. Adding one is one entry.

import { parseAddressRules } from '../util/address.ts'
import { integer } from '../util/numbers.ts'
import { parseProxy, withoutProxyPassword } from '../util/proxy-url.ts'
import {
  acks,
  boolean,
  bytes,
  cipherNames,
  milliseconds,
  names,
  oneOf,
  oneOfCapitals,
  optional,
  secret,
  servers,
  string,
  subjectStrategy,
  withoutPasswords,
} from './parsers.ts'

export interface Setting<Value = unknown> {
  /** librdkafka's names for it, where they differ from the Java name. */
  librdkafka?: readonly string[]
  /** Names that clients of all kinds have for it besides. */
  aliases?: readonly string[]
  /** Environment variable that sets it. */
  env?: string
  parse: (text: string) => Value
  /** As text, the way it would be given. */
  default: string
  doc: string
  /** Never printed, not even in an error. Its value may be a reference, which is looked up when it is needed. */
  secret?: boolean
  /** Only librdkafka has it: a file with it is librdkafka's. */
  ofLibrdkafka?: boolean
  /** Its value is a command, which files that other programs share must not bring in. */
  isCommand?: boolean
  /** How a value is printed that may have a secret in it. */
  shown?: (text: string) => string
}

export const table = {
  'bootstrap.servers': {
    librdkafka: ['metadata.broker.list'],
    env: 'KTOOL_BOOTSTRAP',
    parse: servers,
    default: '127.0.0.1:9092',
    doc: 'Brokers to ask first, as host[:port] with commas between them',
  },
  'client.id': {
    env: 'KTOOL_CLIENT_ID',
    parse: string,
    default: 'ktool',
    doc: 'Name of this client in the logs and quotas of the brokers',
  },
  'default.api.timeout.ms': {
    parse: milliseconds,
    default: '60000',
    doc: 'Time for an operation with all its retries',
  },
  'request.timeout.ms': {
    librdkafka: ['socket.timeout.ms'],
    parse: milliseconds,
    default: '30000',
    doc: 'Time for the answer to one request',
  },
  'delivery.timeout.ms': {
    librdkafka: ['message.timeout.ms'],
    parse: milliseconds,
    default: '120000',
    doc: 'Time for a record to be acknowledged, with all retries',
  },
  'socket.connection.setup.timeout.ms': {
    parse: milliseconds,
    default: '10000',
    doc: 'Time to look up the name of a broker and connect',
  },
  'reconnect.backoff.ms': {
    parse: milliseconds,
    default: '50',
    doc: 'First wait before connecting again; doubled with each failure',
  },
  'reconnect.backoff.max.ms': {
    parse: milliseconds,
    default: '1000',
    doc: 'Longest wait before connecting again',
  },
  'retry.backoff.ms': {
    parse: milliseconds,
    default: '100',
    doc: 'First wait before a request is sent again; doubled with each failure',
  },
  'retry.backoff.max.ms': {
    parse: milliseconds,
    default: '1000',
    doc: 'Longest wait before a request is sent again',
  },
  'metadata.max.age.ms': {
    parse: milliseconds,
    default: '300000',
    doc: 'Age at which what is known of the cluster is asked for again',
  },
  acks: {
    librdkafka: ['request.required.acks'],
    parse: acks,
    default: 'all',
    doc: 'Replicas that must have a record: all, 1 (the leader), 0 (no answer is waited for)',
  },
  'enable.idempotence': {
    parse: optional(boolean),
    default: '',
    doc: 'Each record exactly once and in order, also after a retry; by itself where acks is all',
  },
  'max.in.flight.requests.per.connection': {
    librdkafka: ['max.in.flight'],
    parse: integer({ min: 1, max: 1000 }),
    default: '5',
    doc: 'Produce requests on their way to a broker at the same time; with idempotence at most 5',
  },
  'batch.size': {
    parse: bytes,
    default: '1000000',
    doc: 'Bytes of a batch before it is sent; 0: each record is a batch',
  },
  'linger.ms': {
    librdkafka: ['queue.buffering.max.ms'],
    parse: milliseconds,
    default: '5',
    doc: 'Time that a batch waits for more records',
  },
  'compression.type': {
    librdkafka: ['compression.codec'],
    parse: oneOf('none', 'gzip', 'snappy', 'lz4', 'zstd'),
    default: 'none',
    doc: 'Compression of batches: none, gzip, snappy, lz4 or zstd',
  },
  'fetch.min.bytes': {
    parse: bytes,
    default: '1',
    doc: 'Bytes that a broker waits for before it answers a fetch',
  },
  'fetch.max.bytes': {
    parse: bytes,
    default: '8388608',
    doc: 'Most bytes of an answer to a fetch',
  },
  'max.partition.fetch.bytes': {
    librdkafka: ['fetch.message.max.bytes'],
    parse: bytes,
    default: '8388608',
    doc: 'Most bytes of a partition in an answer to a fetch',
  },
  'fetch.max.wait.ms': {
    librdkafka: ['fetch.wait.max.ms'],
    parse: milliseconds,
    default: '500',
    doc: 'Time that a broker waits for fetch.min.bytes',
  },
  'check.crcs': {
    parse: boolean,
    default: 'true',
    doc: 'Whether the checksums of fetched batches are verified',
  },
  'isolation.level': {
    parse: oneOf('read_uncommitted', 'read_committed'),
    default: 'read_committed',
    doc: 'Whether records of open and aborted transactions are left out (read_committed)',
  },
  'transactional.id': {
    parse: string,
    default: '',
    doc: 'Makes what is produced part of transactions under this id',
  },
  'transaction.timeout.ms': {
    parse: milliseconds,
    default: '60000',
    doc: 'Time after which the cluster aborts a transaction that was not ended',
  },
  'group.protocol': {
    parse: oneOf('classic', 'consumer'),
    default: 'classic',
    doc: 'How a member of a group talks to its coordinator: classic, or consumer (KIP-848, Kafka 4.0)',
  },
  'group.instance.id': {
    parse: string,
    default: '',
    doc: 'Makes a static member, whose partitions wait for it until its session ends',
  },
  'partition.assignment.strategy': {
    parse: names,
    default: 'range,cooperative-sticky,roundrobin,sticky',
    doc: 'Assignors of a classic group, the preferred one first: range, roundrobin, cooperative-sticky, sticky',
  },
  'group.remote.assignor': {
    parse: string,
    default: '',
    doc: "Assignor of the brokers for a group with the consumer protocol: uniform or range; else the broker's default",
  },
  'session.timeout.ms': {
    parse: milliseconds,
    default: '45000',
    doc: 'Time without a heartbeat after which a classic group goes on without a member',
  },
  'heartbeat.interval.ms': {
    parse: milliseconds,
    default: '3000',
    doc: 'Time between two heartbeats of a member of a classic group',
  },
  'max.poll.interval.ms': {
    parse: milliseconds,
    default: '300000',
    doc: 'Time that a group waits for a member to give up partitions',
  },
  'auto.commit.interval.ms': {
    parse: milliseconds,
    default: '5000',
    doc: 'Time between two commits of what a member of a group has read',
  },
  'enable.auto.commit': {
    parse: boolean,
    default: 'true',
    doc: 'Whether a member of a group commits what it has read',
  },
  'client.rack': {
    parse: string,
    default: '',
    doc: 'Rack of this client; assignors give it partitions that have a replica there',
  },
  'security.protocol': {
    env: 'KTOOL_SECURITY_PROTOCOL',
    parse: oneOfCapitals('PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'),
    default: 'PLAINTEXT',
    doc: 'Whether connections are encrypted (SSL), logged in (SASL_PLAINTEXT), or both (SASL_SSL)',
  },
  'ssl.truststore.location': {
    librdkafka: ['ssl.ca.location'],
    env: 'KTOOL_CA',
    parse: string,
    default: '',
    doc: "File with the CAs to trust: PEM, PKCS#12 or JKS; 'system' for those of the machine; else those that Node brings",
  },
  'ssl.truststore.certificates': {
    librdkafka: ['ssl.ca.pem'],
    parse: string,
    default: '',
    doc: 'The CAs to trust, as PEM text',
  },
  'ssl.truststore.password': {
    parse: secret,
    default: '',
    secret: true,
    doc: 'Password of ssl.truststore.location',
  },
  'ssl.keystore.location': {
    parse: string,
    default: '',
    doc: "File with the client's key and certificate: PEM, PKCS#12 or JKS",
  },
  'ssl.keystore.password': {
    parse: secret,
    default: '',
    secret: true,
    doc: 'Password of ssl.keystore.location',
  },
  'ssl.key.password': {
    parse: secret,
    default: '',
    secret: true,
    doc: "Password of the client's key, where it has one of its own",
  },
  'ssl.keystore.certificate.chain': {
    librdkafka: ['ssl.certificate.pem'],
    parse: string,
    default: '',
    doc: "The client's certificate and those that signed it, as PEM text",
  },
  'ssl.keystore.key': {
    librdkafka: ['ssl.key.pem'],
    parse: secret,
    default: '',
    secret: true,
    doc: "The client's key, as PEM text",
  },
  'ssl.certificate.location': {
    ofLibrdkafka: true,
    parse: string,
    default: '',
    doc: "File with the client's certificate, as PEM",
  },
  'ssl.key.location': {
    ofLibrdkafka: true,
    parse: string,
    default: '',
    doc: "File with the client's key, as PEM",
  },
  'ssl.endpoint.identification.algorithm': {
    parse: oneOf('https', 'none', ''),
    default: 'https',
    doc: "Whether a broker's certificate has to be for its host name: https; empty or none for any name",
  },
  'enable.ssl.certificate.verification': {
    ofLibrdkafka: true,
    parse: boolean,
    default: 'true',
    doc: "Whether a broker's certificate counts at all; false takes any impostor",
  },
  'ssl.enabled.protocols': {
    parse: names,
    default: 'TLSv1.2,TLSv1.3',
    doc: 'Versions of TLS',
  },
  'ssl.cipher.suites': {
    parse: cipherNames,
    default: '',
    doc: "Cipher suites by Java's or OpenSSL's names; else Node's choice",
  },
  'ssl.curves.list': {
    ofLibrdkafka: true,
    parse: string,
    default: '',
    doc: 'Curves and groups of the key exchange, as OpenSSL lists them',
  },
  'ssl.sigalgs.list': {
    ofLibrdkafka: true,
    parse: string,
    default: '',
    doc: 'Signature algorithms, as OpenSSL lists them',
  },
  'ssl.crl.location': {
    ofLibrdkafka: true,
    parse: string,
    default: '',
    doc: 'File with the list of revoked certificates, as PEM',
  },
  'sasl.mechanism': {
    librdkafka: ['sasl.mechanisms'],
    env: 'KTOOL_SASL_MECHANISM',
    parse: oneOfCapitals('', 'PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER', 'GSSAPI', 'AWS_MSK_IAM'),
    default: '',
    doc: 'How to log in: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER, GSSAPI, AWS_MSK_IAM',
  },
  'sasl.username': {
    ofLibrdkafka: true,
    env: 'KTOOL_SASL_USERNAME',
    parse: string,
    default: '',
    doc: 'User to log in as',
  },
  'sasl.password': {
    ofLibrdkafka: true,
    env: 'KTOOL_SASL_PASSWORD',
    parse: secret,
    default: '',
    secret: true,
    doc: 'Password to log in with',
  },
  'sasl.jaas.config': {
    parse: secret,
    default: '',
    secret: true,
    doc: "User and password as Java's clients have them",
  },
  'sasl.kerberos.service.name': {
    parse: string,
    default: 'kafka',
    doc: "The brokers' name at the KDC, without their hosts",
  },
  'sasl.kerberos.principal': {
    ofLibrdkafka: true,
    parse: string,
    default: '',
    doc: 'Whose Kerberos ticket to take; else the one that there is',
  },
  'sasl.kerberos.keytab': {
    ofLibrdkafka: true,
    parse: string,
    default: '',
    doc: 'File with the key of the Kerberos principal',
  },
  'sasl.oauthbearer.token.file': {
    parse: string,
    default: '',
    doc: 'File with the token of OAUTHBEARER',
  },
  'sasl.oauthbearer.token.command': {
    parse: string,
    default: '',
    isCommand: true,
    doc: 'Command that prints the token of OAUTHBEARER',
  },
  'sasl.oauthbearer.token.endpoint.url': {
    parse: string,
    default: '',
    doc: 'OIDC server that gives tokens for client credentials',
  },
  'sasl.oauthbearer.client.credentials.client.id': {
    librdkafka: ['sasl.oauthbearer.client.id'],
    parse: string,
    default: '',
    doc: 'Client id at the OIDC server',
  },
  'sasl.oauthbearer.client.credentials.client.secret': {
    librdkafka: ['sasl.oauthbearer.client.secret'],
    parse: secret,
    default: '',
    secret: true,
    doc: 'Client secret at the OIDC server',
  },
  'sasl.oauthbearer.scope': {
    parse: string,
    default: '',
    doc: 'Scope to ask the OIDC server for',
  },
  'sasl.oauthbearer.extensions': {
    ofLibrdkafka: true,
    parse: string,
    default: '',
    doc: 'Pairs NAME=VALUE,… that go with the token',
  },
  'sasl.oauthbearer.config': {
    ofLibrdkafka: true,
    parse: string,
    default: '',
    doc: "librdkafka's unsecured token for tests: principal=NAME lifeSeconds=3600 scope=A,B",
  },
  resolve: {
    parse: parseAddressRules,
    default: '',
    doc: 'Where to find what the cluster advertises: HOST:PORT=HOST:PORT,… with * for any; as --resolve',
  },
  proxy: {
    env: 'KTOOL_PROXY',
    parse: parseProxy,
    default: '',
    doc: 'Proxy to the brokers and the schema registry: socks5://[USER:PASSWORD@]HOST:PORT, or http:// with CONNECT',
    shown: withoutProxyPassword,
  },
  'schema.registry.url': {
    env: 'KTOOL_REGISTRY',
    parse: string,
    default: 'http://127.0.0.1:8081',
    doc: 'Schema registries, as URLs with commas between them',
    shown: withoutPasswords,
  },
  'schema.registry.basic.auth.user.info': {
    aliases: ['basic.auth.user.info'],
    parse: secret,
    default: '',
    doc: 'USER:PASSWORD for the schema registry',
    secret: true,
  },
  'schema.registry.bearer.auth.token': {
    aliases: ['bearer.auth.token'],
    parse: secret,
    default: '',
    doc: 'Bearer token for the schema registry',
    secret: true,
  },
  'schema.registry.ssl.ca.location': {
    aliases: ['schema.registry.ssl.truststore.location'],
    parse: string,
    default: '',
    doc: 'PEM file of the CAs that the schema registry is trusted by',
  },
  'schema.registry.ssl.certificate.location': {
    parse: string,
    default: '',
    doc: "PEM file of the client's certificate for the schema registry",
  },
  'schema.registry.ssl.key.location': {
    parse: string,
    default: '',
    doc: "PEM file of the client's key for the schema registry",
  },
  'auto.register.schemas': {
    parse: boolean,
    default: 'true',
    doc: 'Whether the schema of a file is registered, or has to be there',
  },
  'normalize.schemas': {
    parse: boolean,
    default: 'false',
    doc: 'Whether schemas are registered and looked up in their normal form',
  },
  'key.subject.name.strategy': {
    parse: subjectStrategy,
    default: 'topic',
    doc: "What a key's subject is named after: topic, record or topic-record",
  },
  'value.subject.name.strategy': {
    parse: subjectStrategy,
    default: 'topic',
    doc: "What a value's subject is named after: topic, record or topic-record",
  },
} satisfies Record<string, Setting>

export type SettingName = keyof typeof table

/** The settings by their Java names, with the values parsed; times in milliseconds, sizes in bytes. */
export type Settings = { readonly [Name in SettingName]: ReturnType<(typeof table)[Name]['parse']> }

/** Java and librdkafka names to the setting's Java name. */
export const javaNames: ReadonlyMap<string, SettingName> = new Map(
  Object.entries<Setting>(table).flatMap(([name, setting]) =>
    [name, ...(setting.librdkafka ?? []), ...(setting.aliases ?? [])].map(
      (alias) => [alias, name as SettingName] as const,
    ),
  ),
)

/** Names that only librdkafka's configuration has: they tell its files from Java's. */
export const librdkafkaOnly: ReadonlySet<string> = new Set(
  Object.entries<Setting>(table).flatMap(([name, setting]) => [
    ...(setting.ofLibrdkafka ? [name] : []),
    ...(setting.librdkafka ?? []),
  ]),
)
