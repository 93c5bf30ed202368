// TLS and logins between ktool and the others: ktool's client at a real Kafka with its settings from every source, and the
// other clients at `ktool serve`. Certificates are made here; needs openssl and keytool (Java's) too.

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { before, type TestContext } from 'node:test'
import kafkajs, { type SASLOptions } from 'kafkajs'
import { type Kafka, kafkaTool, startKafka } from '../peers/kafka.ts'
import { kcat } from '../peers/kcat.ts'
import { ktool, type Serve, serve } from '../peers/ktool.ts'
import { freePorts, run, succeeded } from '../peers/run.ts'
import { folder } from '../shared.ts'

const home = join(folder, 'security')
const at = (name: string) => join(home, name)
const SECRET = 'wonder-planted'
const package_ = 'org.apache.kafka.common.security'
const seen: string[] = []

async function make(command: string, ...args: string[]): Promise<void> {
  succeeded(await run(command, args, { cwd: home }), `${command} ${args[0]}`)
}

/** A key and a certificate signed by the CA, as PEM and PKCS#12. */
async function issue(name: string, names: string, days = '30'): Promise<void> {
  const subject = ['-subj', `/O=Test/CN=${name}`, '-addext', `subjectAltName=${names}`]
  await make(
    'openssl',
    'req',
    '-new',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
    ...subject,
  )
  const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', days, '-copy_extensions', 'copy']
  await make('openssl', 'x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...by)
  const pair = ['-in', `${name}.pem`, '-inkey', `${name}.key`, '-certfile', 'ca.pem']
  await make('openssl', 'pkcs12', '-export', ...pair, '-out', `${name}.p12`, '-passout', `pass:${SECRET}`)
}

before(async () => {
  mkdirSync(home, { recursive: true })
  for (const name of ['ca', 'foreign']) {
    const subject = ['-subj', `/CN=${name}`, '-days', '30']
    await make(
      'openssl',
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      ...subject,
    )
  }
  await issue('broker', 'DNS:localhost,IP:127.0.0.1')
  await issue('elsewhere', 'DNS:elsewhere.example')
  await issue('alice', 'DNS:alice')
  const store = ['-noprompt', '-file', 'ca.pem', '-storepass', SECRET]
  await make('keytool', '-importcert', '-alias', 'ca', '-keystore', 'trust.jks', '-storetype', 'JKS', ...store)
})

const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const
type Mechanism = (typeof mechanisms)[number]

/** Server properties with a listener of each kind; real ports, so that Kafka can advertise them. */
async function serverProperties() {
  const [plain, sasl, mutual, controller] = (await freePorts(4)) as [number, number, number, number]
  const listeners = `PLAINTEXT://127.0.0.1:${plain},SASL_SSL://127.0.0.1:${sasl},MUTUAL://127.0.0.1:${mutual}`
  const properties: Record<string, string> = {
    listeners: `${listeners},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': listeners,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,MUTUAL:SSL,CONTROLLER:PLAINTEXT',
    'sasl.enabled.mechanisms': mechanisms.join(','),
    'ssl.keystore.location': at('broker.p12'),
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.password': SECRET,
    'ssl.truststore.location': at('trust.jks'),
    'ssl.truststore.type': 'JKS',
    'ssl.truststore.password': SECRET,
    'listener.name.mutual.ssl.client.auth': 'required',
    'listener.name.sasl_ssl.plain.sasl.jaas.config': `${package_}.plain.PlainLoginModule required user_alice="${SECRET}";`,
    'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': `${package_}.scram.ScramLoginModule required;`,
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': `${package_}.scram.ScramLoginModule required;`,
    'listener.name.sasl_ssl.oauthbearer.sasl.jaas.config': `${package_}.oauthbearer.OAuthBearerLoginModule required;`,
  }
  return { plain, sasl, mutual, properties }
}

async function scramUser(port: number): Promise<void> {
  for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
    const what = [
      '--entity-type',
      'users',
      '--entity-name',
      'alice',
      '--add-config',
      `${mechanism}=[password=${SECRET}]`,
    ]
    const args = ['--bootstrap-server', `127.0.0.1:${port}`, '--alter', ...what]
    succeeded(await kafkaTool('configs', args), 'kafka-configs')
  }
}

function jaas(mechanism: Mechanism): string {
  if (mechanism === 'OAUTHBEARER') {
    return `${package_}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="alice";`
  }
  const module = mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'
  return `${package_}.${module} required username="alice" password="${SECRET}";`
}

function javaSettings(mechanism: Mechanism | 'TLS'): Record<string, string> {
  const common = {
    'ssl.truststore.location': at('trust.jks'),
    'ssl.truststore.type': 'JKS',
    'ssl.truststore.password': SECRET,
  }
  if (mechanism !== 'TLS') {
    return {
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': mechanism,
      'sasl.jaas.config': jaas(mechanism),
      ...common,
    }
  }
  const store = {
    'ssl.keystore.location': at('alice.p12'),
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.password': SECRET,
  }
  return { 'security.protocol': 'SSL', ...store, ...common }
}

function kcatSettings(mechanism: Mechanism | 'TLS'): Record<string, string> {
  const ca = { 'ssl.ca.location': at('ca.pem') }
  if (mechanism === 'TLS') {
    const own = { 'ssl.certificate.location': at('alice.pem'), 'ssl.key.location': at('alice.key') }
    return { 'security.protocol': 'SSL', ...own, ...ca }
  }
  const sasl = { 'security.protocol': 'SASL_SSL', 'sasl.mechanisms': mechanism, ...ca }
  if (mechanism !== 'OAUTHBEARER') return { ...sasl, 'sasl.username': 'alice', 'sasl.password': SECRET }
  return { ...sasl, 'enable.sasl.oauthbearer.unsecure.jwt': 'true', 'sasl.oauthbearer.config': 'principal=alice' }
}

function file(name: string, settings: Record<string, string>): string {
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`)
  writeFileSync(at(name), lines.join(''))
  return at(name)
}

const options = (settings: Record<string, string>) =>
  Object.entries(settings)
    .filter(([key]) => key !== 'enable.sasl.oauthbearer.unsecure.jwt' && !key.endsWith('.type'))
    .flatMap(([key, value]) => ['-X', `${key}=${value}`])

/** Runs ktool with settings that are in no other's way; keeps all that it prints. */
async function call(args: readonly string[], input?: string) {
  const ended = await ktool(args, { input, env: { XDG_CONFIG_HOME: at('config') } })
  seen.push(ended.stdout, ended.stderr)
  return ended
}

async function session(topic: string, how: readonly string[]): Promise<void> {
  const ok = async (args: string[], input?: string) => succeeded(await call([...args, ...how], input), args[0]!).stdout
  await ok(['topics', 'create', topic])
  assert.match(await ok(['topics', 'list']), new RegExp(`^${topic}\t1\t1$`, 'm'))
  await ok(['produce', topic], 'eins\nzwei\n')
  assert.equal(await ok(['consume', topic, '-e']), 'eins\nzwei\n')
}

async function withKafka(t: TestContext) {
  const server = await serverProperties()
  const kafka: Kafka = await startKafka({ port: server.plain, properties: server.properties })
  t.after(() => kafka.wipe())
  await scramUser(server.plain)
  return server
}

test('ktool at a real Kafka with TLS and logins', { timeout: 300_000 }, async (t) => {
  const { sasl, mutual, plain } = await withKafka(t)
  for (const mechanism of [...mechanisms, 'TLS'] as const) {
    const to = ['-b', `localhost:${mechanism === 'TLS' ? mutual : sasl}`]
    const java = file(`${mechanism}.properties`, javaSettings(mechanism))
    const librdkafka = file(`${mechanism}.conf`, kcatSettings(mechanism))
    const name = mechanism.toLowerCase()
    await t.test(`${mechanism}, from a Java file`, () => session(`${name}-java`, [...to, '-F', java]))
    await t.test(`${mechanism}, from a kcat file`, () => session(`${name}-kcat`, [...to, '-F', librdkafka]))
    await t.test(`${mechanism}, from -X`, () => session(`${name}-x`, [...to, ...options(kcatSettings(mechanism))]))
    await t.test(`${mechanism}, from a profile`, async () => {
      succeeded(await call(['profile', 'import', name, java]), 'profile import')
      await session(`${name}-profile`, [...to, '--profile', name])
    })
  }
  const settings = kcatSettings('PLAIN')
  const denied = async (what: string, args: string[], message: RegExp, code = 4) => {
    await t.test(what, async () => {
      const ended = await call(['topics', 'list', ...args])
      assert.equal(ended.code, code, ended.stderr)
      assert.match(ended.stderr, message)
    })
  }
  const to = ['-b', `127.0.0.1:${sasl}`]
  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const) {
    const wrong = options({ ...kcatSettings(mechanism), 'sasl.password': `${SECRET}x` })
    await denied(`${mechanism}, wrong password`, [...to, ...wrong], /refuses the login of alice with/)
  }
  const late = { ...kcatSettings('OAUTHBEARER'), 'sasl.oauthbearer.config': 'principal=alice lifeSeconds=-60' }
  await denied('OAUTHBEARER, an old token', [...to, ...options(late)], /invalid_token/)
  const foreign = options({ ...settings, 'ssl.ca.location': at('foreign.pem') })
  await denied('a foreign CA', [...to, ...foreign], /\(CN=broker, O=Test\) is not trusted: it is signed by CN=ca/)
  const renamed = [
    '-b',
    `kafka.example:${sasl}`,
    '--resolve',
    `kafka.example:${sasl}=127.0.0.1:*`,
    ...options(settings),
  ]
  await denied('another host name', renamed, /is for localhost, 127\.0\.0\.1, not for kafka\.example/)
  const noCertificate = options({ 'security.protocol': 'SSL', 'ssl.ca.location': at('ca.pem') })
  await denied('no certificate', ['-b', `127.0.0.1:${mutual}`, ...noCertificate], /wants a certificate of the client/)
  await denied('no login', ['-b', `127.0.0.1:${sasl}`, ...noCertificate], /wants a login/)
  await denied(
    'a login at a plain listener',
    ['-b', `127.0.0.1:${plain}`, '-X', 'security.protocol=SASL_PLAINTEXT', ...options(settings).slice(2)],
    /without a login/,
  )
})

test('the others log in to ktool serve', { timeout: 300_000 }, async (t) => {
  const { plain, sasl, mutual, properties } = await serverProperties()
  const config = file('server.properties', properties)
  const broker = await serveWith(config, plain)
  t.after(() => broker.wipe())
  await scramUser(plain)
  succeeded(await call(['topics', 'create', 'shared', '-b', broker.bootstrap]), 'topics create')
  for (const mechanism of [...mechanisms, 'TLS'] as const) {
    const bootstrap = `localhost:${mechanism === 'TLS' ? mutual : sasl}`
    await t.test(`kafka-topics, ${mechanism}`, async () => {
      const java = file(`serve-${mechanism}.properties`, javaSettings(mechanism))
      const list = ['--bootstrap-server', bootstrap, '--command-config', java, '--list']
      assert.equal(succeeded(await kafkaTool('topics', list), 'kafka-topics').stdout, 'shared\n')
    })
    // SCRAM of librdkafka before 2.5 repeats a nonce, which Kafka refuses since CVE-2024-56128, and so does ktool.
    if (mechanism.startsWith('SCRAM')) continue
    await t.test(`kcat, ${mechanism}`, async () => {
      const settings = Object.entries(kcatSettings(mechanism)).flatMap(([key, value]) => ['-X', `${key}=${value}`])
      const line = `von kcat mit ${mechanism}`
      succeeded(await kcat(bootstrap, ['-P', '-t', 'shared', ...settings], { input: line }), 'kcat -P')
      const read = succeeded(await kcat(bootstrap, ['-C', '-e', '-q', '-t', 'shared', ...settings]), 'kcat -C')
      assert.ok(read.stdout.includes(line))
    })
  }
  const client = (options: SASLOptions) =>
    new kafkajs.Kafka({
      brokers: [`localhost:${sasl}`],
      ssl: { rejectUnauthorized: false },
      sasl: options,
      logLevel: kafkajs.logLevel.NOTHING,
      retry: { retries: 0 },
    }).admin()
  for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
    await t.test(`kafkajs, ${mechanism}`, async () => {
      const admin = client({ mechanism, username: 'alice', password: SECRET } as SASLOptions)
      await admin.connect()
      assert.deepEqual(await admin.listTopics(), ['shared'])
      await admin.disconnect()
      const wrong = client({ mechanism, username: 'alice', password: 'x' } as SASLOptions)
      await assert.rejects(wrong.connect(), { name: 'KafkaJSSASLAuthenticationError' })
    })
  }
  await t.test('wrong passwords and foreign certificates of the others', async () => {
    const java = { ...javaSettings('SCRAM-SHA-512'), 'sasl.jaas.config': jaas('SCRAM-SHA-512').replace(SECRET, 'x') }
    const list = [
      '--bootstrap-server',
      `localhost:${sasl}`,
      '--command-config',
      file('wrong.properties', java),
      '--list',
    ]
    const ended = await kafkaTool('topics', list)
    assert.notEqual(ended.code, 0)
    assert.match(ended.stderr + ended.stdout, /SaslAuthenticationException/)
    const pair = ['-in', 'foreign.pem', '-inkey', 'foreign.key', '-out', 'foreign.p12', '-passout', `pass:${SECRET}`]
    await make('openssl', 'pkcs12', '-export', ...pair)
    const stranger = file('foreign.properties', { ...javaSettings('TLS'), 'ssl.keystore.location': at('foreign.p12') })
    const refused = await kafkaTool('topics', [
      '--bootstrap-server',
      `localhost:${mutual}`,
      '--command-config',
      stranger,
      '--list',
    ])
    assert.notEqual(refused.code, 0)
  })
  seen.push(broker.printed())
})

test('no planted secret was printed', () => {
  assert.ok(seen.length > 40)
  for (const text of seen) assert.ok(!text.includes(SECRET), text)
})

function serveWith(config: string, port: number): Promise<Serve> {
  return serve({ listen: `127.0.0.1:${port}`, ownListeners: true, args: ['--config', config] })
}
