// Listeners with TLS and a login: who gets in, who does not and why, and what strangers may cost.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { startBroker } from '../../src/broker/broker.ts'
import type { BrokerOptions } from '../../src/broker/options.ts'
import { principalRules } from '../../src/broker/security/principal-rules.ts'
import { Client } from '../../src/client/client.ts'
import { securityOf } from '../../src/client/security.ts'
import { type Assignment, resolveSettings } from '../../src/config/settings.ts'
import { Metadata } from '../../src/protocol/apis/03-metadata.ts'
import { SaslHandshake } from '../../src/protocol/apis/17-sasl-handshake.ts'
import { ApiVersions } from '../../src/protocol/apis/18-api-versions.ts'
import { DescribeAcls } from '../../src/protocol/apis/29-describe-acls.ts'
import { SaslAuthenticate } from '../../src/protocol/apis/36-sasl-authenticate.ts'
import { errorName } from '../../src/protocol/errors.ts'
import { RawClient } from './harness.ts'
import { alterScram } from './scram.ts'

const golden = (name: string) => join(import.meta.dirname, '../net/tls/golden', name)
const plainJaas =
  'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="wonderland" user_bob="builder";'
const oauthJaas = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;'
const tokenJaas = (options: string) =>
  `org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required ${options};`

const properties = {
  listeners: 'SASL_SSL://127.0.0.1:0,SASL_PLAINTEXT://127.0.0.1:0,MUTUAL://127.0.0.1:0,PLAINTEXT://127.0.0.1:0',
  'listener.security.protocol.map':
    'SASL_SSL:SASL_SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,MUTUAL:SSL,PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
  'ssl.keystore.certificate.chain': readFileSync(golden('broker.pem'), 'utf8'),
  'ssl.keystore.key': readFileSync(golden('broker.key'), 'utf8'),
  'ssl.truststore.location': golden('trust.jks'),
  'ssl.truststore.password': 'storepass',
  'listener.name.mutual.ssl.client.auth': 'required',
  'listener.name.sasl_ssl.plain.sasl.jaas.config': plainJaas,
  'listener.name.sasl_plaintext.plain.sasl.jaas.config': plainJaas,
  'listener.name.sasl_ssl.oauthbearer.sasl.jaas.config': oauthJaas,
  'listener.name.sasl_plaintext.oauthbearer.sasl.jaas.config': oauthJaas,
  'connection.failed.authentication.delay.ms': '10',
}

async function start(t: TestContext, options: BrokerOptions = {}) {
  const warnings: string[] = []
  const log = { note() {}, verbose() {}, warn: (text: string) => warnings.push(text) }
  const broker = await startBroker({ memory: true, properties, log, ...options })
  t.after(() => broker.close())
  const port = (name: string) => broker.listeners.find((listener) => listener.name === name)?.port as number
  const connect = async (listener: string, settings: Record<string, string>) => {
    const assignments: Assignment[] = Object.entries(settings).map(([name, value]) => ({ name, value, source: 't' }))
    const security = await securityOf(resolveSettings(assignments).settings, () => Promise.reject(new Error('asked')))
    const bootstrapServers = [{ host: '127.0.0.1', port: port(listener) }]
    const client = new Client({ bootstrapServers, security, apiTimeoutMs: 20_000, requestTimeoutMs: 20_000 })
    t.after(() => client.close())
    return client
  }
  return { broker, port, connect, warnings }
}

const tls = { 'security.protocol': 'SASL_SSL', 'ssl.ca.location': golden('ca.pem') }
const login = (mechanism: string, password = 'wonderland', username = 'alice') => ({
  'security.protocol': 'SASL_PLAINTEXT',
  'sasl.mechanism': mechanism,
  'sasl.username': username,
  'sasl.password': password,
})
const token = (options: string) => ({
  'security.protocol': 'SASL_PLAINTEXT',
  'sasl.mechanism': 'OAUTHBEARER',
  'sasl.jaas.config': tokenJaas(options),
})

test('each mechanism logs in, over TLS and without; wrong passwords and tokens do not', async (t) => {
  const { connect } = await start(t)
  const admin = await connect('PLAINTEXT', {})
  await alterScram(admin, 'alice', 'wonderland')
  for (const [at, over] of [
    ['SASL_SSL', tls],
    ['SASL_PLAINTEXT', {}],
  ] as const) {
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']) {
      assert.deepEqual(await (await connect(at, { ...login(mechanism), ...over })).admin.listTopics(), [])
      for (const wrong of [login(mechanism, 'wrong'), login(mechanism, 'wonderland', 'mallory')]) {
        const client = await connect(at, { ...wrong, ...over })
        await assert.rejects(client.admin.listTopics(), {
          name: 'DeniedError',
          exitCode: 4,
          message: /refuses the login of/,
        })
      }
    }
    const good = await connect(at, { ...token('unsecuredLoginStringClaim_sub="alice"'), ...over })
    assert.deepEqual(await good.admin.listTopics(), [])
    for (const bad of [
      'unsecuredLoginStringClaim_sub="alice" unsecuredLoginLifetimeSeconds="-5"',
      'unsecuredLoginStringClaim_other="alice"',
      'unsecuredLoginStringClaim_sub="alice" unsecuredLoginNumberClaim_nbf="99999999999"',
    ]) {
      const client = await connect(at, { ...token(bad), ...over })
      await assert.rejects(client.admin.listTopics(), { name: 'DeniedError', message: /invalid_token/ })
    }
  }
})

test('certificates of clients are asked for, and have to be good', async (t) => {
  const { connect } = await start(t)
  const ssl = { ...tls, 'security.protocol': 'SSL' }
  const alice = { 'ssl.keystore.location': golden('alice.p12'), 'ssl.keystore.password': 'storepass' }
  assert.deepEqual(await (await connect('MUTUAL', { ...ssl, ...alice })).admin.listTopics(), [])
  await assert.rejects((await connect('MUTUAL', ssl)).admin.listTopics(), { name: 'DeniedError' })
  const expired = { 'ssl.certificate.location': golden('expired.pem'), 'ssl.key.location': golden('expired.key') }
  await assert.rejects((await connect('MUTUAL', { ...ssl, ...expired })).admin.listTopics(), { exitCode: 3 })
})

test('the user of a certificate is its subject, or what rules make of it', async (t) => {
  const owner = async (rules: string) => {
    const { connect, warnings } = await start(t, {
      properties: {
        ...properties,
        'ssl.principal.mapping.rules': rules,
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:ANONYMOUS',
      },
    })
    const own = { 'ssl.certificate.location': golden('alice.pem'), 'ssl.key.location': golden('alice.key') }
    const client = await connect('MUTUAL', { ...tls, 'security.protocol': 'SSL', ...own })
    const seen = await client.cluster
      .any()
      .then((broker) =>
        broker.request(DescribeAcls, { resourceTypeFilter: 1, patternTypeFilter: 1, operation: 1, permissionType: 1 }),
      )
      .then(
        ({ errorCode }) => errorName(errorCode),
        () => 'closed',
      )
    return [seen, ...warnings.map((text) => text.replace(/127\.0\.0\.1:\d+/, 'HOST'))]
  }
  assert.deepEqual(await owner('DEFAULT'), ['CLUSTER_AUTHORIZATION_FAILED'])
  assert.deepEqual(await owner('RULE:^.*CN=alice.*$/ANONYMOUS/'), ['NONE'])
  const [seen, warning] = await owner('RULE:CN=nobody/x/')
  assert.equal(seen, 'closed')
  assert.match(warning, /^closed the connection of HOST: no rule of ssl\.principal\.mapping\.rules says who .*CN=alice/)
})

test('rules for the owners of certificates, as Java reads them', () => {
  const name = (rules: string, subject = 'CN=Duke,OU=Service,O=Org') => principalRules(rules)(subject)
  assert.equal(name(''), 'CN=Duke,OU=Service,O=Org')
  assert.equal(name('RULE:^CN=(.*?),OU=Service.*$/$1/L'), 'duke')
  assert.equal(name('RULE:^CN=(.*?),OU=Other.*$/$1/, RULE:^CN=(.*?),OU=(.*?),.*$/$1@$2/U, DEFAULT'), 'DUKE@SERVICE')
  assert.equal(name('RULE:^CN=(.*?),OU=Other.*$/$1/,DEFAULT'), 'CN=Duke,OU=Service,O=Org')
  assert.equal(name('RULE:^CN=(.*?),OU=Other.*$/$1/'), undefined)
  assert.equal(name('RULE:^CN=(.*?),.*$/$1-$2-\\$1-$12/'), 'Duke-$2-$1-Duke2')
  assert.equal(name('RULE:CN=Duke/x/'), undefined)
  assert.throws(() => principalRules('CN=(.*)'), /'CN=\(\.\*\)' of ssl\.principal\.mapping\.rules is no rule/)
  assert.throws(() => principalRules('RULE:(/$1/'), /is no regular expression/)
})

test('users given at the start log in with PLAIN and SCRAM', async (t) => {
  const { broker, connect } = await start(t, { properties: {}, users: new Map([['alice', 'wonderland']]) })
  assert.deepEqual(
    broker.listeners.map(({ name, protocol }) => [name, protocol]),
    [['SASL_PLAINTEXT', 'SASL_PLAINTEXT']],
  )
  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']) {
    await (await connect('SASL_PLAINTEXT', login(mechanism))).admin.listTopics()
    await assert.rejects(
      (await connect('SASL_PLAINTEXT', login(mechanism, 'x'))).admin.listTopics(),
      /refuses the login/,
    )
  }
  await assert.rejects((await connect('SASL_PLAINTEXT', {})).admin.listTopics(), {
    name: 'DeniedError',
    message: /ends each connection at its first request: it wants a login/,
  })
  await assert.rejects(
    (await connect('SASL_PLAINTEXT', token('unsecuredLoginStringClaim_sub="a"'))).admin.listTopics(),
    {
      message: /does not take the mechanism OAUTHBEARER, but PLAIN, SCRAM-SHA-256, SCRAM-SHA-512/,
    },
  )
})

test('a login where none is asked for', async (t) => {
  const { connect } = await start(t)
  await assert.rejects((await connect('PLAINTEXT', login('PLAIN'))).admin.listTopics(), {
    name: 'DeniedError',
    message: /is a listener without a login/,
  })
})

test('sessions end, and the client logs in again on the same connection', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  t.mock.method(Math, 'random', () => 0)
  const {
    broker: server,
    connect,
    warnings,
  } = await start(t, {
    properties: { ...properties, 'connections.max.reauth.ms': '1200' },
  })
  const client = await connect('SASL_PLAINTEXT', login('PLAIN'))
  const broker = await client.cluster.any()
  const connection = await broker.connection()
  const ask = () => Promise.all([1, 2, 3].map(() => broker.request(Metadata, { topics: [] })))
  const logins = server.statistics.of(SaslAuthenticate.key)
  assert.equal(logins.count, 1)
  // The client goes by a timer, the broker by the time of day: this far that the session may be renewed.
  t.mock.timers.tick(1100)
  while (logins.count < 2) await ask()
  // The first session would be over by now.
  t.mock.timers.tick(500)
  await ask()
  assert.equal(await broker.connection(), connection)
  assert.equal(connection.isClosed, false)
  assert.deepEqual(warnings, [])
})

test('a session that is not renewed ends with its next request', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const { port } = await start(t, { properties: { ...properties, 'connections.max.reauth.ms': '50' } })
  const client = new RawClient(port('SASL_PLAINTEXT'))
  t.after(() => client.socket.destroy())
  await client.call(SaslHandshake, 1, { mechanism: 'PLAIN' })
  const answer = await client.call(SaslAuthenticate, 2, { authBytes: Buffer.from('\0alice\0wonderland') })
  assert.deepEqual([answer.errorCode, answer.sessionLifetimeMs], [0, 50])
  await client.call(Metadata, 12, { topics: [] })
  t.mock.timers.tick(80)
  await assert.rejects(client.call(Metadata, 12, { topics: [] }), /closed the connection/)
})

test("the states of a login, with Kafka's error codes", async (t) => {
  const { port } = await start(t)
  const open = (listener = 'SASL_PLAINTEXT') => {
    const client = new RawClient(port(listener))
    t.after(() => client.socket.destroy())
    return client
  }
  const named = async (answer: Promise<{ errorCode: number }>) => errorName((await answer).errorCode)
  const closed = /closed the connection/
  const handshake = (client: RawClient, mechanism = 'PLAIN') => client.call(SaslHandshake, 1, { mechanism })
  const say = (client: RawClient, text: string) => client.call(SaslAuthenticate, 2, { authBytes: Buffer.from(text) })

  await assert.rejects(open().call(Metadata, 12, { topics: [] }), closed)
  const client = open()
  assert.equal(await named(client.call(ApiVersions, 0, {})), 'NONE')
  assert.equal(await named(say(client, '\0alice\0wonderland')), 'ILLEGAL_SASL_STATE')
  assert.equal(await named(handshake(client)), 'NONE')
  assert.equal(await named(client.call(ApiVersions, 0, {})), 'NONE')
  assert.equal(await named(say(client, '\0alice\0wonderland')), 'NONE')
  assert.equal(await named(handshake(client)), 'ILLEGAL_SASL_STATE')
  assert.equal(await named(say(client, '\0alice\0wonderland')), 'ILLEGAL_SASL_STATE')
  assert.equal((await client.call(Metadata, 12, { topics: [] })).brokers.length, 1)

  const unknown = open()
  const answer = await handshake(unknown, 'GSSAPI')
  assert.equal(errorName(answer.errorCode), 'UNSUPPORTED_SASL_MECHANISM')
  assert.deepEqual(answer.mechanisms, ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'])
  await unknown.closed

  const wrong = open()
  await handshake(wrong)
  const refusal = await say(wrong, '\0alice\0x')
  assert.equal(errorName(refusal.errorCode), 'SASL_AUTHENTICATION_FAILED')
  assert.equal(refusal.errorMessage, 'Authentication failed: Invalid username or password')
  await wrong.closed

  const twice = open()
  await handshake(twice)
  await assert.rejects(handshake(twice), closed)

  const old = open()
  await old.call(SaslHandshake, 0, { mechanism: 'PLAIN' })
  const message = Buffer.from('\0alice\0wonderland')
  const size = Buffer.alloc(4)
  size.writeInt32BE(message.length)
  assert.equal((await old.raw(Buffer.concat([size, message]))).length, 0)
  assert.equal((await old.call(Metadata, 12, { topics: [] })).brokers.length, 1)

  const plain = open('PLAINTEXT')
  assert.equal(await named(handshake(plain)), 'ILLEGAL_SASL_STATE')
  assert.equal(await named(say(plain, 'x')), 'ILLEGAL_SASL_STATE')
})

test('strangers cost little: cut, oversized, senseless and half-open handshakes, while others are served', async (t) => {
  const { port, connect } = await start(t)
  const client = await connect('SASL_SSL', { ...login('PLAIN'), ...tls })
  await client.admin.listTopics()
  const before = process.memoryUsage().rss
  const sockets: net.Socket[] = []
  t.after(() => {
    for (const socket of sockets) socket.destroy()
  })
  const hello = Buffer.from('16030100c8010000c40303', 'hex')
  const frame = (size: number, ...bytes: number[]) => {
    const head = Buffer.alloc(4)
    head.writeInt32BE(size)
    return Buffer.concat([head, Buffer.from(bytes)])
  }
  const attacks = [
    Buffer.alloc(0),
    hello,
    Buffer.concat([hello, Buffer.alloc(300, 0x55)]),
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    frame(0x7fff_ffff),
    frame(-1),
    // More than what is taken before the login, and less.
    frame(600_000),
    frame(500_000, 0, 3, 0, 12),
    frame(10, 0, 36, 0, 2, 0, 0, 0, 1, 255, 255),
    frame(12, 0, 17, 0, 1, 0, 0, 0, 1, 0, 0, 127, 255),
  ]
  for (let round = 0; round < 600; round++) {
    const socket = net.connect(port(round % 2 === 0 ? 'SASL_SSL' : 'SASL_PLAINTEXT'), '127.0.0.1')
    socket.on('error', () => {})
    socket.write(attacks[round % attacks.length])
    // A third of them goes away in the middle, the others stay.
    if (round % 3 === 0) socket.end()
    sockets.push(socket)
    if (round % 50 === 0) assert.deepEqual(await client.admin.listTopics(), [])
  }
  assert.deepEqual(await client.admin.listTopics(), [])
  const other = await connect('SASL_PLAINTEXT', login('PLAIN'))
  assert.deepEqual(await other.admin.listTopics(), [])
  assert.ok(process.memoryUsage().rss - before < 200 << 20, 'memory')
})

test('configs that make no sense are refused at the start', async () => {
  const refused = (changes: Record<string, string>, message: RegExp) =>
    assert.rejects(startBroker({ memory: true, properties: { ...properties, ...changes } }), {
      name: 'UsageError',
      message,
    })
  const none = { 'ssl.keystore.certificate.chain': '', 'ssl.keystore.key': '' }
  const store = { 'ssl.keystore.location': golden('broker-legacy.p12'), 'ssl.keystore.password': 'hunter2' }
  await refused({ ...none, ...store }, /broker-legacy\.p12 can't be read: the password is wrong$/)
  await refused(none, /SASL_SSL speaks TLS and has no certificate/)
  await refused({ 'sasl.enabled.mechanisms': 'GSSAPI' }, /enables the mechanism GSSAPI, which is not there/)
  await refused({ 'listener.name.sasl_ssl.plain.sasl.jaas.config': '' }, /enables PLAIN without sasl\.jaas\.config/)
  await refused({ 'listener.security.protocol.map': '' }, /no security protocol is known for the listener MUTUAL/)
  await assert.rejects(
    startBroker({ memory: true, properties: { listeners: 'PLAINTEXT://127.0.0.1:0' }, users: new Map([['a', 'b']]) }),
    /there are users, and the listener PLAINTEXT asks for no login/,
  )
})
