// ktool at a real Kafka with TLS and logins, with its settings from every source. The others at `ktool serve`: logins.ts.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type TestContext } from 'node:test'
import { type Kafka, startKafka } from '../peers/kafka.ts'
import { ktool } from '../peers/ktool.ts'
import { succeeded } from '../peers/run.ts'
import {
  allowedUrls,
  at,
  file,
  javaSettings,
  kcatSettings,
  mechanisms,
  options,
  SECRET,
  scramUser,
  serverProperties,
  signedToken,
  unsecuredToken,
} from '../secured.ts'

const seen: string[] = []

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

/** A call of every kind of command, as it is typed, on a topic with two records. */
const kinds = (topic: string): string[][] => [
  ['topics', 'describe', topic],
  ['topics', 'alter-configs', topic, '--set', 'retention.ms=3600000'],
  ['topics', 'add-partitions', topic, '--total', '2'],
  ['offsets', 'list', topic],
  ['configs', 'describe', 'topic', topic],
  ['consume', '-G', `${topic}-group`, topic, '-e'],
  ['consume', '-G', `${topic}-848`, topic, '-e', '-X', 'group.protocol=consumer'],
  ['groups', 'list'],
  ['groups', 'describe', `${topic}-group`],
  ['groups', 'reset-offsets', `${topic}-group`, '--to-earliest', '--topic', topic, '--execute'],
  ['groups', 'delete', `${topic}-group`, `${topic}-848`, '--yes'],
  ['records', 'delete', `${topic}:0`, '--before', '1', '--yes'],
  ['cluster', 'describe'],
  ['cluster', 'health'],
  ['cluster', 'features'],
  ['cluster', 'quorum'],
  ['cluster', 'api-versions'],
  ['brokers', 'list'],
  ['brokers', 'log-dirs'],
  ['transactions', 'list'],
  ['partitions', 'reassignments'],
  ['partitions', 'elect-leaders', topic],
  ['users', 'list'],
  ['quotas', 'describe'],
  ['doctor', '--read-only'],
  ['topics', 'delete', topic, '--yes'],
]

async function tour(topic: string, how: readonly string[]): Promise<void> {
  for (const args of kinds(topic)) {
    const { code, stderr } = await call([...args, ...how])
    assert.equal(code, 0, `ktool ${args.join(' ')}: ${stderr}`)
  }
}

async function withKafka(t: TestContext) {
  const server = await serverProperties({ tokens: true })
  process.env['JDK_JAVA_OPTIONS'] = allowedUrls()
  const kafka: Kafka = await startKafka({ port: server.plain, properties: server.properties }).finally(() => {
    delete process.env['JDK_JAVA_OPTIONS']
  })
  t.after(() => kafka.wipe())
  await scramUser(server.plain)
  return server
}

test('ktool at a real Kafka with TLS and logins', { timeout: 900_000 }, async (t) => {
  const { sasl, mutual, plain, signed } = await withKafka(t)
  for (const [index, mechanism] of ([...mechanisms, 'TLS'] as const).entries()) {
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
    const sources: [string, string[]][] = [
      ['java', ['-F', java]],
      ['kcat', ['-F', librdkafka]],
      ['x', options(kcatSettings(mechanism))],
      ['profile', ['--profile', name]],
    ]
    // All of them with one mechanism, and all mechanisms with one of them.
    for (const [source, how] of index === 0 ? sources : [sources[index % sources.length] as (typeof sources)[number]]) {
      await t.test(`${mechanism}, from ${source}: every kind of command`, () =>
        tour(`${name}-${source}`, [...to, ...how]),
      )
    }
  }
  await t.test('OAUTHBEARER, with a server of tokens', () => withTokenServer(t, signed))
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
  const forged = `${signedToken('alice').split('.').slice(0, 2).join('.')}.AAAA`
  for (const [what, token] of [
    ['a forged token', forged],
    ['an unsecured token', unsecuredToken()],
    ['an old signed token', signedToken('alice', -3600)],
  ] as const) {
    writeFileSync(at('token'), token)
    const how = { ...withFile, 'ssl.ca.location': at('ca.pem') }
    await denied(
      `OAUTHBEARER, ${what}`,
      ['-b', `127.0.0.1:${signed}`, ...options(how)],
      /refuses the login|invalid_token/,
    )
  }
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

const withFile = {
  'security.protocol': 'SASL_SSL',
  'sasl.mechanism': 'OAUTHBEARER',
  'sasl.oauthbearer.token.file': at('token'),
}

/** OIDC client credentials: the server knows the client, and signs what Kafka then checks. */
async function withTokenServer(t: TestContext, port: number): Promise<void> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      asked.push(body)
      const [, id, secret] =
        /^([^:]*):(.*)$/.exec(
          Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString(),
        ) ?? []
      if (secret !== SECRET) {
        response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}')
        return
      }
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ access_token: signedToken(id as string), expires_in: 3600, token_type: 'Bearer' }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const settings = {
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': 'OAUTHBEARER',
    'ssl.truststore.location': at('trust.jks'),
    'ssl.truststore.password': SECRET,
    'sasl.oauthbearer.token.endpoint.url': `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    'sasl.oauthbearer.client.credentials.client.id': 'billing',
    'sasl.oauthbearer.client.credentials.client.secret': SECRET,
    'sasl.oauthbearer.scope': 'kafka',
  }
  const to = ['-b', `localhost:${port}`]
  const java = file('tokens.properties', settings)
  await session('tokens-java', [...to, '-F', java])
  assert.equal(asked[0], 'grant_type=client_credentials&scope=kafka')
  await session('tokens-x', [...to, ...options(settings)])
  succeeded(await call(['profile', 'import', 'tokens', java]), 'profile import')
  await tour('tokens-java', [...to, '--profile', 'tokens'])
  const wrong = options({ ...settings, 'sasl.oauthbearer.client.credentials.client.secret': `${SECRET}x` })
  const refused = await call(['topics', 'list', ...to, ...wrong])
  assert.deepEqual([refused.code, /invalid_client/.test(refused.stderr)], [4, true], refused.stderr)
}

test('no planted secret was printed', () => {
  assert.ok(seen.length > 40)
  for (const text of seen) assert.ok(!text.includes(SECRET), text)
})
