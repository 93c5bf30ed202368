// ACLs and SCRAM users between ktool and Kafka: one session of calls as several principals at both brokers, ktool's commands
// at both, Kafka's tools at `ktool serve`, a data directory that goes from one to the other and back; and strangers by the
// thousand at the door.

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import tls from 'node:tls'
import { Produce } from '../../../src/protocol/apis/00-produce.ts'
import { Fetch } from '../../../src/protocol/apis/01-fetch.ts'
import { Metadata } from '../../../src/protocol/apis/03-metadata.ts'
import { SaslHandshake } from '../../../src/protocol/apis/17-sasl-handshake.ts'
import { ApiVersions } from '../../../src/protocol/apis/18-api-versions.ts'
import { CreateTopics } from '../../../src/protocol/apis/19-create-topics.ts'
import { SaslAuthenticate } from '../../../src/protocol/apis/36-sasl-authenticate.ts'
import { DescribeClientQuotas } from '../../../src/protocol/apis/48-describe-client-quotas.ts'
import { AlterClientQuotas } from '../../../src/protocol/apis/49-alter-client-quotas.ts'
import { batchOf, RawClient } from '../../broker/harness.ts'
import { aclSession } from '../acl-session.ts'
import { kafkaTool, startKafka } from '../peers/kafka.ts'
import { ktool, type Serve, serve } from '../peers/ktool.ts'
import { freePorts, succeeded } from '../peers/run.ts'
import { folder } from '../shared.ts'

const home = join(folder, 'acls')
mkdirSync(home, { recursive: true })
const SECRET = 'sesame-planted'
const users = ['admin', 'alice', 'bob', 'carol', 'dave', 'frank']
const passwords = Object.fromEntries(users.map((user) => [user, `${SECRET}-${user}`]))
const package_ = 'org.apache.kafka.common.security'
const seen: string[] = []

interface Ports {
  plain: number
  sasl: number
  controller: number
}

async function ports(): Promise<Ports> {
  const [plain, sasl, controller] = (await freePorts(3)) as [number, number, number]
  return { plain, sasl, controller }
}

function properties({ plain, sasl, controller }: Ports): Record<string, string> {
  const listeners = `PLAINTEXT://127.0.0.1:${plain},SASL_PLAINTEXT://127.0.0.1:${sasl}`
  const known = users.map((user) => `user_${user}="${passwords[user]}"`).join(' ')
  const login = `${package_}.plain.PlainLoginModule required username="admin" password="${passwords['admin']}" ${known};`
  return {
    listeners: `${listeners},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': listeners,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT',
    // The brokers themselves have to come as somebody who may do everything.
    'inter.broker.listener.name': 'SASL_PLAINTEXT',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'sasl.mechanism.controller.protocol': 'PLAIN',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.controller.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.sasl_plaintext.plain.sasl.jaas.config': login,
    'listener.name.controller.plain.sasl.jaas.config': login,
    'listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config': `${package_}.scram.ScramLoginModule required;`,
    'listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config': `${package_}.scram.ScramLoginModule required;`,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:admin',
    'offsets.topic.num.partitions': '50',
  }
}

async function serveWith(at: Ports, data?: string): Promise<Serve> {
  const config = join(home, `server-${at.sasl}.properties`)
  const lines = Object.entries(properties(at)).map(([key, value]) => `${key}=${value}\n`)
  writeFileSync(config, lines.join(''))
  return serve({ listen: `127.0.0.1:${at.plain}`, ownListeners: true, data, args: ['--config', config, '-v'] })
}

/** A file with the settings of a user, as Java's tools and ktool read it. */
function settings(user: string, mechanism = 'PLAIN', password = passwords[user] ?? ''): string {
  const module = mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'
  const file = join(home, `${user}-${mechanism}.properties`)
  writeFileSync(
    file,
    `security.protocol=SASL_PLAINTEXT\nsasl.mechanism=${mechanism}\n` +
      `sasl.jaas.config=${package_}.${module} required username="${user}" password="${password}";\n`,
  )
  return file
}

async function call(at: Ports, user: string, args: readonly string[], input?: string): Promise<string> {
  const ended = await ktool([...args, '-b', `127.0.0.1:${at.sasl}`, '-F', settings(user)], { input })
  seen.push(ended.stdout, ended.stderr)
  // Kafka shows the request as Java prints it.
  const said = ended.stderr.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST:PORT').replaceAll(/Request .* needs/g, 'needs')
  return `${ended.stdout}${said}exit code ${ended.code}\n`
}

const lines: [user: string, line: string, input?: string][] = [
  ['admin', 'acls add --allow-principal alice --topic cli- --prefixed --operation read --operation write'],
  ['admin', 'acls add --allow-principal alice --topic cli- --prefixed --operation read --json'],
  ['admin', 'acls add --allow-principal etl --producer --topic cli-etl --transactional-id etl --idempotent'],
  ['admin', 'acls add --allow-principal shop --consumer --topic cli-shop --group shop --host 10.0.0.1 --host 10.0.0.2'],
  ['admin', 'acls add --deny-principal * --topic cli-no --operation all --dry-run'],
  ['admin', 'acls list --topic cli-etl'],
  ['admin', 'acls list --principal shop --json'],
  ['alice', 'acls list'],
  ['alice', 'acls add --allow-principal alice --cluster --operation all'],
  ['admin', 'acls remove --allow-principal shop --consumer --topic cli-shop --group shop'],
  ['admin', 'acls remove --principal etl --yes'],
  ['admin', 'acls remove --principal etl --yes'],
  ['admin', 'users set zoe --mechanism SCRAM-SHA-256 --mechanism SCRAM-SHA-512', `${SECRET}-zoe\n`],
  ['admin', 'users set zoe --iterations 8192', `${SECRET}-zoe-2\n`],
  ['admin', 'users set yan', `${SECRET}-yan\n`],
  ['admin', 'users list'],
  ['admin', 'users list z* nobody --json'],
  ['alice', 'users set zoe', 'x\n'],
  ['admin', 'users delete yan'],
  ['admin', 'users delete zoe --mechanism SCRAM-SHA-256'],
  ['admin', 'users list --output csv'],
]

/** Kafka goes by what was changed a moment later: waits until the list has, or has no more, the rows that a change printed. */
async function settled(at: Ports, noun: string, printed: string): Promise<void> {
  const rows = [...printed.matchAll(/^(.*)\t(added|set|replaced|removed|deleted)$/gm)]
  for (const end = Date.now() + 20_000; ; ) {
    const list = (await call(at, 'admin', [noun, 'list', '--output', 'tsv'])).split('\n')
    const isDone = rows.every(([, row, result]) => {
      const isThere = list.some((line) => line.startsWith(row as string))
      return isThere === !/removed|deleted/.test(result as string)
    })
    if (isDone) return
    assert.ok(Date.now() < end, `${noun}: ${printed}is not in ${list.join('\n')}`)
  }
}

test('Kafka and ktool serve answer the same', { timeout: 300_000 }, async (t) => {
  const [at, here] = [await ports(), await ports()]
  const kafka = await startKafka({ port: at.plain, properties: properties(at) })
  t.after(() => kafka.wipe())
  const broker = await serveWith(here)
  t.after(() => broker.wipe())
  await t.test('to a session of calls as several principals', async () => {
    const expected = await aclSession({ ...at, passwords })
    const answers = await aclSession({ ...here, passwords })
    assert.ok(answers.length > 200)
    assert.equal(answers.length, expected.length)
    for (const [index, answer] of answers.entries()) assert.deepEqual(answer, expected[index])
  })
  await t.test('to the commands', async () => {
    for (const [user, line, input] of lines) {
      const args = line.split(' ')
      const answers = []
      for (const place of [at, here]) {
        const answer = await call(place, user, args, input)
        answers.push(answer)
        await settled(place, args[0] as string, answer)
      }
      assert.equal(answers[1], answers[0], line)
    }
  })
  await t.test('to a client that is above its quota', async () => {
    const [expected, answers] = await Promise.all([quotaSession(at), quotaSession(here)])
    for (const [index, { waitMs, bytes }] of answers.entries()) {
      const other = expected[index] as (typeof expected)[number]
      assert.ok(Math.abs(bytes - other.bytes) < 100, `${bytes} bytes and ${other.bytes}`)
      assert.ok(Math.abs(waitMs - other.waitMs) < 250, `step ${index}: ${waitMs} ms and ${other.waitMs} ms`)
    }
    assert.deepEqual(
      answers.map(({ waitMs }) => waitMs > 0),
      [true, false, true],
    )
  })
  seen.push(broker.printed())
})

/** Writes and reads some more than 1 MB with a quota of 100 kB a second: how long the client is told to wait, and what it gets. */
async function quotaSession({ sasl }: Ports): Promise<{ waitMs: number; bytes: number }[]> {
  const client = async () => {
    const one = new RawClient(sasl)
    await one.call(SaslHandshake, 1, { mechanism: 'PLAIN' })
    await one.call(SaslAuthenticate, 2, { authBytes: Buffer.from(`\0admin\0${passwords['admin']}`) })
    return one
  }
  const topic = { name: 'quotas', numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }
  const [first, second] = [await client(), await client()]
  try {
    await first.call(CreateTopics, 7, { topics: [topic], timeoutMs: 10_000 })
    const isMade = async () =>
      (await first.call(Metadata, 12, { topics: [{ name: 'quotas' }] })).topics[0]?.partitions.length === 2
    while (!(await isMade()));
    const entity = [{ entityType: 'user', entityName: 'admin' }]
    const rate = (key: string) => ({ key, value: 100_000, remove: false })
    const ops = [rate('producer_byte_rate'), rate('consumer_byte_rate')]
    await first.call(AlterClientQuotas, 1, { entries: [{ entity, ops }] })
    const filter = { components: [{ entityType: 'user', matchType: 0, match: 'admin' }], strict: false }
    while ((await first.call(DescribeClientQuotas, 1, filter)).entries?.length !== 1);
    // In one batch it would be too large.
    const records = () => batchOf([`k:${'x'.repeat(560_000)}`])
    const partitionData = [0, 1].map((index) => ({ index, records: records() }))
    const produced = await first.call(Produce, 9, {
      acks: 1,
      timeoutMs: 5000,
      topicData: [{ name: 'quotas', partitionData }],
    })
    const steps = [{ waitMs: produced.throttleTimeMs, bytes: 0 }]
    for (const partition of [0, 1]) {
      const partitions = [{ partition, fetchOffset: 0, partitionMaxBytes: 1 << 20 }]
      const topics = [{ topic: 'quotas', partitions }]
      const answer = await second.call(Fetch, 12, { maxWaitMs: 0, minBytes: 0, maxBytes: 1 << 21, topics })
      const bytes = answer.responses[0]?.partitions[0]?.records?.length ?? 0
      steps.push({ waitMs: answer.throttleTimeMs, bytes })
    }
    const begun = performance.now()
    await second.call(ApiVersions, 0, {})
    assert.ok(performance.now() - begun > 500, 'the client is not heard meanwhile')
    await first.call(AlterClientQuotas, 1, {
      entries: [{ entity, ops: ops.map((each) => ({ ...each, remove: true })) }],
    })
    return steps
  } finally {
    first.socket.destroy()
    second.socket.destroy()
  }
}

test("Kafka's tools at ktool serve, and a directory that goes to Kafka and back", { timeout: 300_000 }, async (t) => {
  const at = await ports()
  let broker = await serveWith(at)
  const { data } = broker
  t.after(() => broker.wipe())
  const to = ['--bootstrap-server', `127.0.0.1:${at.sasl}`, '--command-config', settings('admin')]
  const acls = async (...args: string[]) => {
    const ended = succeeded(await kafkaTool('acls', [...to, ...args]), `kafka-acls ${args.join(' ')}`)
    seen.push(ended.stdout, ended.stderr)
    return ended.stdout
  }
  await t.test('kafka-acls', async () => {
    await acls(
      '--add',
      '--allow-principal',
      'User:alice',
      '--operation',
      'Read',
      '--operation',
      'Write',
      '--topic',
      'orders',
    )
    await acls(
      '--add',
      '--allow-principal',
      'User:etl',
      '--producer',
      '--topic',
      'etl',
      '--resource-pattern-type',
      'prefixed',
    )
    await acls('--add', '--deny-principal', 'User:bob', '--deny-host', '10.0.0.1', '--operation', 'All', '--group', '*')
    const all = await acls('--list')
    for (const text of [
      'ResourcePattern(resourceType=TOPIC, name=orders, patternType=LITERAL)',
      'ResourcePattern(resourceType=TOPIC, name=etl, patternType=PREFIXED)',
      '(principal=User:bob, host=10.0.0.1, operation=ALL, permissionType=DENY)',
    ]) {
      assert.ok(all.includes(text), all)
    }
    await acls('--remove', '--force', '--allow-principal', 'User:alice', '--operation', 'Write', '--topic', 'orders')
    const left = await acls('--list', '--topic', 'orders')
    assert.match(left, /operation=READ/)
    assert.doesNotMatch(left, /operation=WRITE/)
  })
  await t.test('kafka-configs', async () => {
    const credential = `SCRAM-SHA-512=[iterations=8192,password=${SECRET}-tool]`
    const user = ['--entity-type', 'users', '--entity-name', 'tool']
    succeeded(await kafkaTool('configs', [...to, '--alter', ...user, '--add-config', credential]), 'kafka-configs')
    const shown = succeeded(await kafkaTool('configs', [...to, '--describe', ...user]), 'kafka-configs --describe')
    assert.match(shown.stdout, /SCRAM credential configs for user-principal 'tool' are SCRAM-SHA-512=iterations=8192/)
    seen.push(shown.stdout)
  })
  const rows = await call(at, 'admin', ['acls', 'list'])
  assert.match(rows, /^topic\tetl\tprefixed\tUser:etl\tallow\twrite\t\*$/m)
  succeeded(
    await ktool(['topics', 'create', 'orders', '-b', `127.0.0.1:${at.sasl}`, '-F', settings('admin')]),
    'create',
  )
  const asTool = settings('tool', 'SCRAM-SHA-512', `${SECRET}-tool`)
  const login = ['topics', 'list', '-b', `127.0.0.1:${at.sasl}`, '-F', asTool]
  await t.test('Kafka goes on with it', async () => {
    seen.push(broker.printed())
    await broker.stop()
    const kafka = await startKafka({ port: at.plain, properties: properties(at), data })
    try {
      assert.equal(await call(at, 'admin', ['acls', 'list']), rows)
      succeeded(await ktool(login), 'a login with SCRAM at Kafka')
      await acls('--add', '--allow-principal', 'User:tool', '--operation', 'Describe', '--topic', 'orders')
      await acls(
        '--remove',
        '--force',
        '--deny-principal',
        'User:bob',
        '--deny-host',
        '10.0.0.1',
        '--operation',
        'All',
        '--group',
        '*',
      )
      while (!(await call(at, 'admin', ['acls', 'list'])).includes('User:tool'));
    } finally {
      await kafka.stop()
      await kafka.wipe()
    }
  })
  await t.test('and ktool serve with what Kafka has made of it', async () => {
    broker = await serveWith(at, data)
    const all = await call(at, 'admin', ['acls', 'list'])
    assert.match(all, /^topic\torders\tliteral\tUser:tool\tallow\tdescribe\t\*$/m)
    assert.doesNotMatch(all, /User:bob/)
    assert.equal(succeeded(await ktool(login), 'a login with SCRAM').stdout, 'orders\t1\t1\n')
  })
  seen.push(broker.printed())
})

const STRANGERS = 10_000
const TOGETHER = 250
const golden = join(import.meta.dirname, '../../net/tls/golden')

function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024
}

function frame(size: number, ...bytes: (Buffer | number)[]): Buffer {
  const head = Buffer.alloc(4)
  head.writeInt32BE(size)
  return Buffer.concat([head, ...bytes.map((each) => (typeof each === 'number' ? Buffer.of(each) : each))])
}

/** A request in the old form: key, version, correlation id, no client id, body. */
function request(key: number, version: number, body: Buffer): Buffer {
  const head = Buffer.from([0, key, 0, version, 0, 0, 0, 1, 255, 255])
  return frame(head.length + body.length, head, body)
}

const handshake = (mechanism: string) =>
  request(17, 1, Buffer.concat([Buffer.of(0, mechanism.length), Buffer.from(mechanism)]))
const said = (text: string) => request(36, 0, Buffer.concat([Buffer.of(0, 0, 0, text.length), Buffer.from(text)]))
const hello = Buffer.from('16030100c8010000c40303', 'hex')

const attacks: Buffer[] = [
  Buffer.alloc(0),
  hello,
  Buffer.concat([hello, Buffer.alloc(300, 0x55)]),
  Buffer.from('GET / HTTP/1.1\r\n\r\n'),
  frame(0x7fff_ffff),
  frame(-1),
  frame(600_000),
  frame(500_000, 0, 3, 0, 12),
  handshake('GSSAPI'),
  handshake('PLAIN').subarray(0, 9),
  Buffer.concat([handshake('PLAIN'), said('\0alice\0wrong')]),
  Buffer.concat([handshake('SCRAM-SHA-512'), said('n,,n=alice,r=x')]),
  Buffer.concat([handshake('SCRAM-SHA-256'), said('n,,n=nobody,r=x'), said('c=biws,r=x,p=eA==')]),
  Buffer.concat([handshake('PLAIN'), handshake('PLAIN')]),
  said('\0alice\0wrong'),
]

test('10,000 strangers: memory is bounded, others are served', { timeout: 300_000 }, async (t) => {
  const [sasl, secure] = (await freePorts(2)) as [number, number]
  const config = join(home, 'door.properties')
  const login = users.map((user) => `user_${user}="${passwords[user]}"`).join(' ')
  writeFileSync(
    config,
    [
      `listeners=SASL_PLAINTEXT://127.0.0.1:${sasl},SASL_SSL://127.0.0.1:${secure}`,
      'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      `sasl.jaas.config=${package_}.plain.PlainLoginModule required ${login};`,
      `ssl.keystore.location=${join(golden, 'broker-legacy.p12')}`,
      'ssl.keystore.password=storepass',
      'connection.failed.authentication.delay.ms=20',
    ].join('\n'),
  )
  const broker = await serve({ listen: `127.0.0.1:${sasl}`, ownListeners: true, args: ['--config', config] })
  t.after(() => broker.wipe())
  const pid = broker.process.pid as number
  const guest = new RawClient(sasl)
  await guest.call(SaslHandshake, 1, { mechanism: 'PLAIN' })
  await guest.call(SaslAuthenticate, 2, { authBytes: Buffer.from(`\0alice\0${passwords['alice']}`) })
  const isServed = async () => assert.equal((await guest.call(Metadata, 12, { topics: [] })).brokers.length, 1)
  await isServed()
  let first = 0
  let most = 0
  let slowest = 0
  const halfOpen: net.Socket[] = []
  t.after(() => {
    for (const socket of halfOpen) socket.destroy()
    guest.socket.destroy()
  })
  for (let done = 0; done < STRANGERS; done += TOGETHER) {
    const round = Array.from({ length: TOGETHER }, (_, index) => stranger(done + index, sasl, secure, halfOpen))
    const begun = performance.now()
    await isServed()
    slowest = Math.max(slowest, performance.now() - begun)
    await Promise.all(round)
    const memory = memoryOf(pid)
    if (done === TOGETHER * 4) first = memory
    most = Math.max(most, memory)
  }
  assert.equal(broker.process.exitCode, null)
  await isServed()
  t.diagnostic(
    `memory ${first >> 20} MiB after 1,250 strangers, ${most >> 20} MiB at most, slowest answer ${slowest | 0} ms`,
  )
  assert.ok(most - first < 64 << 20, `${first} bytes after 1,250 strangers, ${most} after ${STRANGERS}`)
  assert.ok(slowest < 5_000, `an answer took ${slowest} ms`)
  seen.push(broker.printed())
})

/** Resolves when the broker has closed the connection, or, where this one is to stay half-open, at once. */
function stranger(number: number, sasl: number, secure: number, halfOpen: net.Socket[]): Promise<void> {
  const isSecure = number % 2 === 0
  const attack = attacks[number % attacks.length] as Buffer
  // Some come through TLS and misbehave then.
  const socket =
    isSecure && number % 8 === 0
      ? tls.connect({ port: secure, host: '127.0.0.1', rejectUnauthorized: false })
      : net.connect(isSecure ? secure : sasl, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(attack)
  socket.resume()
  if (number % 25 === 0) {
    halfOpen.push(socket)
    if (halfOpen.length > 200) halfOpen.shift()?.destroy()
    return Promise.resolve()
  }
  return new Promise((resolve) => {
    socket.once('close', () => resolve())
    if (number % 3 === 0) socket.end()
    else setTimeout(() => socket.destroy(), 150)
  })
}

test('no planted secret was printed', () => {
  assert.ok(seen.length > 60)
  for (const text of seen) assert.ok(!text.includes(SECRET), text)
})
