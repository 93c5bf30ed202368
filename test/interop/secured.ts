// Brokers with TLS and logins, the same configuration for a real Kafka and for `ktool serve`, and the settings that clients
// of both families need there. Certificates are made here, by openssl and keytool.

import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { kafkaTool } from './peers/kafka.ts'
import { freePorts, run, succeeded } from './peers/run.ts'
import { folder } from './shared.ts'

const home = join(folder, 'security')
const golden = resolve(import.meta.dirname, '../net/tls/golden')
export const at = (name: string) => join(home, name)
/** The password of everybody and everything. */
export const SECRET = 'wonder-planted'
const package_ = 'org.apache.kafka.common.security'

export async function make(command: string, ...args: string[]): Promise<void> {
  succeeded(await run(command, args, { cwd: home }), `${command} ${args[0]}`)
}

const OUTPUT = ['-nodes', '-newkey', 'rsa:2048']

/** A key and a certificate signed by the CA, as PEM and PKCS#12. */
async function issue(name: string, names: string): Promise<void> {
  const files = ['-keyout', `${name}.key`, '-out', `${name}.csr`]
  await make(
    'openssl',
    'req',
    '-new',
    ...OUTPUT,
    ...files,
    '-subj',
    `/O=Test/CN=${name}`,
    '-addext',
    `subjectAltName=${names}`,
  )
  const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30', '-copy_extensions', 'copy']
  await make('openssl', 'x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...by)
  await store(name, 'ca.pem')
}

async function store(name: string, ...chain: string[]): Promise<void> {
  const pair = ['-in', `${name}.pem`, '-inkey', `${name}.key`, ...chain.flatMap((file) => ['-certfile', file])]
  await make('openssl', 'pkcs12', '-export', ...pair, '-out', `${name}.p12`, '-passout', `pass:${SECRET}`)
}

let made: Promise<void> | undefined

/** Makes the certificates, once: ca and foreign, which sign; broker, elsewhere, alice by ca; late, whose time is over. */
export function certificates(): Promise<void> {
  made ??= makeCertificates()
  return made
}

async function makeCertificates(): Promise<void> {
  mkdirSync(home, { recursive: true })
  for (const name of ['ca', 'foreign']) {
    const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`]
    await make('openssl', 'req', '-x509', ...OUTPUT, ...files, '-subj', `/CN=${name}`, '-days', '30')
  }
  await store('foreign')
  await issue('broker', 'DNS:localhost,IP:127.0.0.1')
  await issue('elsewhere', 'DNS:elsewhere.example')
  await issue('alice', 'DNS:alice')
  // Of another CA, which is trusted as well.
  for (const part of ['pem', 'key']) writeFileSync(at(`late.${part}`), readFileSync(join(golden, `expired.${part}`)))
  writeFileSync(at('late-ca.pem'), readFileSync(join(golden, 'ca.pem')))
  await store('late')
  writeFileSync(at('all-ca.pem'), ['ca.pem', 'late-ca.pem'].map((name) => readFileSync(at(name), 'utf8')).join('\n'))
  for (const ca of ['ca', 'late-ca']) {
    const into = ['-keystore', 'trust.jks', '-storetype', 'JKS', '-storepass', SECRET]
    await make('keytool', '-importcert', '-noprompt', '-alias', ca, '-file', `${ca}.pem`, ...into)
  }
  await make('openssl', 'genrsa', '-out', 'tokens.key', '2048')
  const { n, e } = createPublicKey(readFileSync(at('tokens.key'))).export({ format: 'jwk' })
  writeFileSync(at('jwks.json'), JSON.stringify({ keys: [{ kty: 'RSA', kid: 'one', alg: 'RS256', use: 'sig', n, e }] }))
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token of alice without a signature. */
export function unsecuredToken(lifetimeSeconds = 3600, subject = 'alice'): string {
  const now = Math.floor(Date.now() / 1000)
  return `${encoded({ alg: 'none' })}.${encoded({ sub: subject, iat: now, exp: now + lifetimeSeconds })}.`
}

/** A signed token for those who ask jwks.json. */
export function signedToken(subject: string, lifetimeSeconds = 3600): string {
  const now = Math.floor(Date.now() / 1000)
  const claims = { sub: subject, iss: 'issuer', aud: 'kafka', iat: now, exp: now + lifetimeSeconds }
  const text = `${encoded({ alg: 'RS256', kid: 'one' })}.${encoded(claims)}`
  const signature = sign('sha256', Buffer.from(text), createPrivateKey(readFileSync(at('tokens.key'))))
  return `${text}.${signature.toString('base64url')}`
}

export const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const
export type Mechanism = (typeof mechanisms)[number]

/**
 * Server properties with a listener of each kind; real ports, so that Kafka can advertise them. `elsewhere` has a certificate
 * for another host, `late` one whose time is over. `tokens`: one more, for signed tokens, which only Kafka has.
 */
export async function serverProperties({ tokens = false } = {}) {
  await certificates()
  const ports = (await freePorts(7)) as [number, number, number, number, number, number, number]
  const [plain, sasl, mutual, elsewhere, late, signed, controller] = ports
  const named: Record<string, number> = {
    PLAINTEXT: plain,
    SASL_SSL: sasl,
    MUTUAL: mutual,
    ELSEWHERE: elsewhere,
    LATE: late,
  }
  if (tokens) named['TOKENS'] = signed
  const protocols: Record<string, string> = { PLAINTEXT: 'PLAINTEXT', SASL_SSL: 'SASL_SSL', TOKENS: 'SASL_SSL' }
  const listeners = Object.entries(named).map(([name, port]) => `${name}://127.0.0.1:${port}`)
  const map = Object.keys(named).map((name) => `${name}:${protocols[name] ?? 'SSL'}`)
  const ofTokens = 'listener.name.tokens.oauthbearer'
  const properties: Record<string, string> = {
    listeners: `${listeners.join()},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': listeners.join().replaceAll('127.0.0.1', 'localhost'),
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'listener.security.protocol.map': `${map.join()},CONTROLLER:PLAINTEXT`,
    'sasl.enabled.mechanisms': mechanisms.join(),
    'ssl.keystore.location': at('broker.p12'),
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.password': SECRET,
    'listener.name.elsewhere.ssl.keystore.location': at('elsewhere.p12'),
    'listener.name.late.ssl.keystore.location': at('late.p12'),
    ...Object.fromEntries(
      ['elsewhere', 'late'].flatMap((name) => [
        [`listener.name.${name}.ssl.keystore.type`, 'PKCS12'],
        [`listener.name.${name}.ssl.keystore.password`, SECRET],
      ]),
    ),
    'ssl.truststore.location': at('trust.jks'),
    'ssl.truststore.type': 'JKS',
    'ssl.truststore.password': SECRET,
    'listener.name.mutual.ssl.client.auth': 'required',
    'listener.name.sasl_ssl.plain.sasl.jaas.config': `${package_}.plain.PlainLoginModule required user_alice="${SECRET}";`,
    'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': `${package_}.scram.ScramLoginModule required;`,
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': `${package_}.scram.ScramLoginModule required;`,
    'listener.name.sasl_ssl.oauthbearer.sasl.jaas.config': `${package_}.oauthbearer.OAuthBearerLoginModule required;`,
    ...(tokens && {
      'listener.name.tokens.sasl.enabled.mechanisms': 'OAUTHBEARER',
      [`${ofTokens}.sasl.jaas.config`]: `${package_}.oauthbearer.OAuthBearerLoginModule required;`,
      [`${ofTokens}.sasl.server.callback.handler.class`]: `${package_}.oauthbearer.OAuthBearerValidatorCallbackHandler`,
      [`${ofTokens}.sasl.oauthbearer.jwks.endpoint.url`]: `file://${at('jwks.json')}`,
      [`${ofTokens}.sasl.oauthbearer.expected.audience`]: 'kafka',
      [`${ofTokens}.sasl.oauthbearer.expected.issuer`]: 'issuer',
    }),
  }
  return { plain, sasl, mutual, elsewhere, late, signed, properties }
}

/** Java's switch for the file above, as an environment variable of its launcher. */
export const allowedUrls = () => `-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=file://${at('jwks.json')}`

export async function scramUser(port: number): Promise<void> {
  for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
    const add = ['--entity-name', 'alice', '--add-config', `${mechanism}=[password=${SECRET}]`]
    const args = ['--bootstrap-server', `127.0.0.1:${port}`, '--alter', '--entity-type', 'users', ...add]
    succeeded(await kafkaTool('configs', args), 'kafka-configs')
  }
}

export function jaas(mechanism: Mechanism): string {
  if (mechanism === 'OAUTHBEARER') {
    return `${package_}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="alice";`
  }
  const module = mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'
  return `${package_}.${module} required username="alice" password="${SECRET}";`
}

export function javaSettings(mechanism: Mechanism | 'TLS'): Record<string, string> {
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
  return { 'security.protocol': 'SSL', ...javaStore('alice'), ...common }
}

export function javaStore(name: string): Record<string, string> {
  return {
    'ssl.keystore.location': at(`${name}.p12`),
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.password': SECRET,
  }
}

export function kcatSettings(mechanism: Mechanism | 'TLS'): Record<string, string> {
  const ca = { 'ssl.ca.location': at('all-ca.pem') }
  if (mechanism === 'TLS') return { 'security.protocol': 'SSL', ...kcatStore('alice'), ...ca }
  const sasl = { 'security.protocol': 'SASL_SSL', 'sasl.mechanisms': mechanism, ...ca }
  if (mechanism !== 'OAUTHBEARER') return { ...sasl, 'sasl.username': 'alice', 'sasl.password': SECRET }
  return { ...sasl, 'enable.sasl.oauthbearer.unsecure.jwt': 'true', 'sasl.oauthbearer.config': 'principal=alice' }
}

export function kcatStore(name: string): Record<string, string> {
  return { 'ssl.certificate.location': at(`${name}.pem`), 'ssl.key.location': at(`${name}.key`) }
}

export function file(name: string, settings: Record<string, string>): string {
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`)
  writeFileSync(at(name), lines.join(''))
  return at(name)
}

/** What ktool needs of them, as options. */
export const options = (settings: Record<string, string>) =>
  Object.entries(settings)
    .filter(([key]) => key !== 'enable.sasl.oauthbearer.unsecure.jwt' && !key.endsWith('.type'))
    .flatMap(([key, value]) => ['-X', `${key}=${value}`])
