// Clients of every family log in to a real Kafka and to `ktool serve` by each mechanism, with what is right and with what is
// not: wrong passwords, old tokens, foreign and expired certificates, brokers with another's name. Each prints the same of both.

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import kafkajs, { type SASLOptions } from 'kafkajs'
import { type Command, go, python } from '../clients/set-up.ts'
import { kafkaTool, startKafka } from '../peers/kafka.ts'
import { kcat } from '../peers/kcat.ts'
import { ktool, serve } from '../peers/ktool.ts'
import { run, succeeded } from '../peers/run.ts'
import {
  at,
  file,
  jaas,
  javaSettings,
  javaStore,
  kcatSettings,
  kcatStore,
  type Mechanism,
  mechanisms,
  SECRET,
  scramUser,
  serverProperties,
  unsecuredToken,
} from '../secured.ts'

/** Clients that try on and on when a certificate is wrong give up after that; who is let in has all the time it wants. */
const GIVES_UP_SECONDS = 10
const GIVES_UP = {
  'default.api.timeout.ms': String(GIVES_UP_SECONDS * 1000),
  'request.timeout.ms': String(GIVES_UP_SECONDS * 500),
}

type Ports = Awaited<ReturnType<typeof serverProperties>>

/** One attempt; without a mechanism it is a matter of certificates alone. */
interface Login {
  name: string
  port: keyof Ports
  mechanism?: Mechanism
  password?: string
  /** Seconds. */
  tokenLifetime?: number
  /** Whose certificate the client shows. */
  own?: string
  isGood: boolean
}

const logins: Login[] = [
  ...mechanisms.map((mechanism): Login => ({ name: mechanism, port: 'sasl', mechanism, isGood: true })),
  ...mechanisms.map((mechanism): Login => {
    const wrong = mechanism === 'OAUTHBEARER' ? { tokenLifetime: -60 } : { password: `${SECRET}x` }
    return { name: `${mechanism}-wrong`, port: 'sasl', mechanism, ...wrong, isGood: false }
  }),
  { name: 'certificate', port: 'mutual', own: 'alice', isGood: true },
  { name: 'certificate-foreign', port: 'mutual', own: 'foreign', isGood: false },
  { name: 'certificate-expired', port: 'mutual', own: 'late', isGood: false },
  { name: 'certificate-none', port: 'mutual', isGood: false },
  { name: 'broker-elsewhere', port: 'elsewhere', isGood: false },
  { name: 'broker-expired', port: 'late', isGood: false },
]

/** Prints a line a login: its name and what came of it. */
type Family = (ports: Ports) => Promise<string[]>

/** A program that takes the list as JSON. */
function program(setUp: () => Promise<Command>): Family {
  return async (ports) => {
    const list = logins.map(({ name, port, mechanism, password = SECRET, tokenLifetime, own }) => ({
      name,
      bootstrap: `localhost:${ports[port]}`,
      ca: at('all-ca.pem'),
      ...(mechanism && { mechanism, username: 'alice', password }),
      ...(mechanism === 'OAUTHBEARER' && { token: unsecuredToken(tokenLifetime) }),
      ...(own && { certificate: at(`${own}.pem`), key: at(`${own}.key`) }),
    }))
    const [command, ...args] = await setUp()
    const ended = await run(command as string, [...args, JSON.stringify(list)], { timeout: 240_000 })
    return succeeded(ended, command as string)
      .stdout.trimEnd()
      .split('\n')
  }
}

const families: Record<string, Family> = {
  'librdkafka (confluent-kafka)': program(() => python('login_confluent.py', ['confluent-kafka==2.16.1'])),
  'kafka-python': program(() => python('login_kafka_python.py', ['kafka-python[snappy,lz4,zstd]==3.0.12'])),
  'franz-go': program(() => go('franz-login')),
  async kcat(ports) {
    const attempt = async ({ name, port, mechanism, password = SECRET, tokenLifetime = 3600, own, isGood }: Login) => {
      const settings = {
        ...kcatSettings(mechanism ?? 'TLS'),
        ...(mechanism !== undefined && mechanism !== 'OAUTHBEARER' && { 'sasl.password': password }),
        ...(mechanism === 'OAUTHBEARER' && {
          'sasl.oauthbearer.config': `principal=alice lifeSeconds=${tokenLifetime}`,
        }),
        ...(own && kcatStore(own)),
      }
      const seconds = String(isGood && !mechanism?.startsWith('SCRAM') ? 60 : GIVES_UP_SECONDS)
      const args = Object.entries(settings)
        .filter(([key]) => own !== undefined || !/^ssl\.(certificate|key)\./.test(key))
        .flatMap(([key, value]) => ['-X', `${key}=${value}`])
      const { code, stderr } = await kcat(`localhost:${ports[port]}`, ['-L', '-m', seconds, ...args])
      const why = /SASL authentication error: ([^(]*)/.exec(stderr)?.[1]?.trim()
      return `${name} ${code === 0 ? 'ok' : (why ?? 'refused').replaceAll(/localhost:\d+/g, 'HOST')}`
    }
    return Promise.all(logins.map(attempt))
  },
  async kafkajs(ports) {
    const { readFileSync } = await import('node:fs')
    const read = (name: string) => readFileSync(at(name))
    const lines: string[] = []
    for (const { name, port, mechanism, password = SECRET, tokenLifetime, own } of logins) {
      const token = { oauthBearerProvider: async () => ({ value: unsecuredToken(tokenLifetime) }) }
      const admin = new kafkajs.Kafka({
        brokers: [`localhost:${ports[port]}`],
        ssl: { ca: [read('all-ca.pem')], ...(own && { cert: read(`${own}.pem`), key: read(`${own}.key`) }) },
        sasl:
          mechanism && ({ mechanism: mechanism.toLowerCase(), username: 'alice', password, ...token } as SASLOptions),
        logLevel: kafkajs.logLevel.NOTHING,
        retry: { retries: 0 },
        connectionTimeout: 10_000,
      }).admin()
      const outcome = await admin
        .connect()
        .then(() => admin.listTopics())
        .then(
          (topics) => `ok ${topics.sort()}`,
          // It does not read what OAUTHBEARER's refusal says, goes on, and is cut off.
          ({ name, message }: Error) => (/SASL/.test(name) ? `${name}: ${message}` : 'refused'),
        )
      await admin.disconnect().catch(() => {})
      lines.push(`${name} ${outcome}`)
    }
    return lines
  },
  async "Java's tools"(ports) {
    const lines: string[] = []
    for (const { name, port, mechanism, password, tokenLifetime, own, isGood } of logins) {
      // Java's client sends no token that it finds too old itself.
      if (tokenLifetime !== undefined) continue
      const login = jaas(mechanism ?? 'PLAIN').replace(SECRET, password ?? SECRET)
      const settings = {
        ...javaSettings(mechanism ?? 'TLS'),
        ...(mechanism && { 'sasl.jaas.config': login }),
        ...(own && javaStore(own)),
      }
      if (mechanism === undefined && own === undefined) {
        for (const key of Object.keys(javaStore(''))) delete (settings as Record<string, string>)[key]
      }
      const config = file(`login-${name}-${ports[port]}.properties`, { ...settings, ...(!isGood && GIVES_UP) })
      const list = ['--bootstrap-server', `localhost:${ports[port]}`, '--command-config', config, '--list']
      const { code, stdout, stderr } = await kafkaTool('topics', list)
      const said = stdout + stderr
      const why =
        /SaslAuthenticationException: (.*)/.exec(said)?.[0] ?? /\b(SslAuthentication|Timeout)Exception/.exec(said)
      assert.ok(code === 0 || why, said)
      const isSasl = String(why).startsWith('Sasl')
      lines.push(`${name} ${code === 0 ? `ok ${stdout.trim()}` : isSasl ? why : 'refused'}`)
    }
    return lines
  },
}

async function brokers(t: TestContext) {
  const ofKafka = await serverProperties()
  const kafka = await startKafka({ port: ofKafka.plain, properties: ofKafka.properties })
  t.after(() => kafka.wipe())
  const ofKtool = await serverProperties()
  const config = file('server.properties', ofKtool.properties)
  const ours = await serve({ listen: `127.0.0.1:${ofKtool.plain}`, ownListeners: true, args: ['--config', config] })
  t.after(() => ours.wipe())
  for (const { plain } of [ofKafka, ofKtool]) {
    await scramUser(plain)
    succeeded(await ktool(['topics', 'create', 'shared', '-b', `127.0.0.1:${plain}`]), 'topics create')
  }
  return { ofKafka, ofKtool, printed: () => ours.printed() + kafka.log() }
}

test('logins of every family at Kafka and at ktool serve', { timeout: 900_000 }, async (t) => {
  const { ofKafka, ofKtool, printed } = await brokers(t)
  for (const [name, family] of Object.entries(families)) {
    await t.test(name, async () => {
      const [theirs, own] = await Promise.all([family(ofKafka), family(ofKtool)])
      assert.deepEqual(own, theirs)
      for (const line of own) {
        const [login, ok] = line.split(' ')
        // SCRAM of librdkafka before 2.5, which kcat of the distributions has, repeats a nonce, which Kafka refuses since
        // CVE-2024-56128, and so does ktool.
        if (name === 'kcat' && login?.startsWith('SCRAM')) continue
        assert.equal(ok === 'ok', logins.find((each) => each.name === login)?.isGood, line)
      }
    })
  }
  assert.ok(!printed().includes(SECRET))
})
