// Mechanisms by packages that need not be there: what is done with them, by stand-ins, and what is said without them.

import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import test, { afterEach } from 'node:test'
import { securityOf } from '../../../src/client/security.ts'
import { type Assignment, resolveSettings } from '../../../src/config/settings.ts'
import { gssapi } from '../../../src/net/sasl/gssapi.ts'
import { regionOf } from '../../../src/net/sasl/iam.ts'
import type { Credentials } from '../../../src/net/sasl/mechanism.ts'
import { tokenSource } from '../../../src/net/sasl/tokens.ts'

type StandIn = Record<string, unknown>

const installed: Record<string, StandIn | Error> = {}
const shelf = globalThis as unknown as { standIns: typeof installed }
shelf.standIns = installed
let loads = 0
registerHooks({
  resolve(specifier, context, next) {
    if (!/^(kerberos|aws-msk-iam-sasl-signer-js)$/.test(specifier)) return next(specifier, context)
    const standIn = installed[specifier]
    if (standIn === undefined) return next(`${specifier}`, { ...context, parentURL: 'file:///nowhere/at/all.js' })
    // Each time another module: tests change what it does.
    const source =
      standIn instanceof Error
        ? `throw new Error(${JSON.stringify(standIn.message)})`
        : `export default globalThis.standIns[${JSON.stringify(specifier)}]`
    return { url: `data:text/javascript,${encodeURIComponent(source)}//${loads++}`, shortCircuit: true }
  },
})
afterEach(() => {
  for (const name of Object.keys(installed)) delete installed[name]
})

const noToken = () => Promise.reject(new Error('no token'))
const login = (kerberos: Credentials['kerberos']): Credentials => ({
  username: '',
  password: '',
  token: noToken,
  kerberos,
})
const base64 = (...bytes: number[]) => Buffer.from(bytes).toString('base64')

/** A Kerberos whose envelope is a byte in front, and whose context takes two tokens. */
function kerberos(layers = 7) {
  const calls: unknown[][] = []
  const context = {
    contextComplete: false,
    async step(challenge: string) {
      calls.push(['step', challenge])
      if (challenge === '') return base64(1, 2, 3)
      context.contextComplete = true
      return null
    },
    async unwrap(text: string) {
      calls.push(['unwrap', text])
      return base64(layers, 0, 16, 0)
    },
    async wrap(text: string) {
      calls.push(['wrap', text])
      return Buffer.concat([Buffer.from([0xee]), Buffer.from(text, 'base64')]).toString('base64')
    },
  }
  const initializeClient = async (...args: unknown[]) => {
    calls.push(args)
    return context
  }
  return { module: { GSS_MECH_OID_KRB5: 9, initializeClient }, calls }
}

test('GSSAPI: tokens, then no layer is agreed on', async () => {
  const { module, calls } = kerberos()
  installed['kerberos'] = module
  const client = gssapi.client(login({ service: 'kafka', principal: 'alice@TEST' }), 'broker.example')
  assert.deepEqual(await client.first(), Buffer.from([1, 2, 3]))
  assert.deepEqual(await client.next(Buffer.from([4, 5])), Buffer.alloc(0))
  assert.deepEqual(await client.next(Buffer.from([6])), Buffer.from([0xee, 1, 0, 0, 0]))
  assert.equal(await client.next(Buffer.alloc(0)), null)
  assert.deepEqual(calls, [
    ['kafka@broker.example', { mechOID: 9, principal: 'alice@TEST' }],
    ['step', ''],
    ['step', base64(4, 5)],
    ['unwrap', base64(6)],
    ['wrap', base64(1, 0, 0, 0)],
  ])
})

test('GSSAPI: a broker that wants envelopes, a KDC that knows nobody, a key table', async (t) => {
  installed['kerberos'] = kerberos(6).module
  const client = gssapi.client(login({ service: 'kafka' }), 'broker.example')
  await client.first()
  await client.next(Buffer.from([4]))
  await assert.rejects(async () => client.next(Buffer.from([6])), { name: 'DeniedError', message: /in an envelope/ })
  const nobody = async () => {
    throw new Error('Unspecified GSS failure: No Kerberos credentials available')
  }
  installed['kerberos'] = { GSS_MECH_OID_KRB5: 9, initializeClient: nobody }
  const refused = (keytab?: string) => async () =>
    gssapi.client(login({ service: 'kafka', keytab }), 'broker.example').first()
  await assert.rejects(refused(), {
    name: 'DeniedError',
    message: /^the login at kafka@broker\.example with GSSAPI failed: .*No Kerberos credentials available$/,
    hint: /kinit/,
  })
  const before = { ...process.env }
  t.after(() => {
    for (const key of ['KRB5_CLIENT_KTNAME', 'KRB5CCNAME']) {
      if (before[key] === undefined) delete process.env[key]
      else process.env[key] = before[key]
    }
  })
  await assert.rejects(refused('/etc/alice.keytab'), { name: 'DeniedError', hint: /sasl\.kerberos\.keytab/ })
  assert.equal(process.env['KRB5_CLIENT_KTNAME'], 'FILE:/etc/alice.keytab')
  assert.equal(process.env['KRB5CCNAME'], 'MEMORY:ktool')
})

test('packages that are not there, or broken, are told', async () => {
  const first = async () => gssapi.client(login({ service: 'kafka' }), 'b').first()
  await assert.rejects(first, {
    name: 'UsageError',
    message: 'GSSAPI needs the package kerberos, which is not installed',
    hint: /^npm install kerberos/,
  })
  installed['kerberos'] = new Error('libgssapi_krb5.so.2: cannot open shared object file\nat x')
  await assert.rejects(first, {
    name: 'UsageError',
    message: /^GSSAPI needs the package kerberos, which can't be loaded: libgssapi_krb5\.so\.2: cannot open shared/,
  })
  const token = tokenSource({ iam: { region: 'eu-west-1' }, extensions: {}, timeoutMs: 1000 })
  await assert.rejects(token, {
    message: 'AWS_MSK_IAM needs the package aws-msk-iam-sasl-signer-js, which is not installed',
  })
})

async function loginOf(given: Record<string, string>) {
  const assignments: Assignment[] = Object.entries({ 'security.protocol': 'SASL_SSL', ...given }).map(
    ([name, value]) => ({ name, value, source: 't' }),
  )
  const security = await securityOf(resolveSettings(assignments).settings, () => Promise.reject(new Error('asked')))
  assert.ok(security?.sasl)
  return security.sasl
}

test("settings of GSSAPI: librdkafka's and Java's", async () => {
  const rdkafka = await loginOf({
    'sasl.mechanisms': 'GSSAPI',
    'sasl.kerberos.keytab': '/k',
    'sasl.kerberos.principal': 'a@R',
    'sasl.kerberos.service.name': 'broker',
  })
  assert.deepEqual(rdkafka.credentials.kerberos, { service: 'broker', principal: 'a@R', keytab: '/k' })
  const jaas =
    'com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true keyTab="/j" principal="b@R" serviceName="k";'
  const java = await loginOf({ 'sasl.mechanism': 'GSSAPI', 'sasl.jaas.config': jaas })
  assert.deepEqual(java.credentials.kerberos, { service: 'k', principal: 'b@R', keytab: '/j' })
  const bare = await loginOf({ 'sasl.mechanism': 'GSSAPI' })
  assert.equal(bare.credentials.kerberos?.service, 'kafka')
  assert.equal(bare.mechanism.name, 'GSSAPI')
})

test("AWS_MSK_IAM: tokens of AWS's signer as OAUTHBEARER, one until four fifths of its time are over", async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  const calls: unknown[] = []
  const sign = (kind: string) => async (options: object) => {
    calls.push([kind, options])
    return { token: `token-${calls.length}`, expiryTime: Date.now() + 900_000 }
  }
  installed['aws-msk-iam-sasl-signer-js'] = {
    generateAuthToken: sign('default'),
    generateAuthTokenFromProfile: sign('profile'),
    generateAuthTokenFromRole: sign('role'),
  }
  const module = 'software.amazon.msk.auth.iam.IAMLoginModule required'
  const servers = 'b-1.demo.x1.c2.kafka.eu-central-1.amazonaws.com:9098'
  const iam = (options = '') =>
    loginOf({
      'sasl.mechanism': 'AWS_MSK_IAM',
      'bootstrap.servers': servers,
      'sasl.jaas.config': `${module}${options};`,
    })
  const { mechanism, credentials } = await iam()
  assert.equal(mechanism.name, 'OAUTHBEARER')
  assert.equal((await credentials.token()).value, 'token-1')
  t.mock.timers.setTime(1_000_000 + 700_000)
  assert.equal((await credentials.token()).value, 'token-1')
  t.mock.timers.setTime(1_000_000 + 721_000)
  assert.equal((await credentials.token()).value, 'token-2')
  await (await iam(' awsProfileName="dev"')).credentials.token()
  await (await iam(' awsRoleArn="arn:aws:iam::1:role/r" awsRoleSessionName="s"')).credentials.token()
  assert.deepEqual(calls.slice(2), [
    ['profile', { region: 'eu-central-1', awsProfileName: 'dev' }],
    ['role', { region: 'eu-central-1', awsRoleArn: 'arn:aws:iam::1:role/r', awsRoleSessionName: 's' }],
  ])
  installed['aws-msk-iam-sasl-signer-js'] = {
    generateAuthToken: async () => {
      throw new Error('Could not load credentials from any providers')
    },
  }
  await assert.rejects((await iam()).credentials.token(), {
    name: 'DeniedError',
    message: 'no token of AWS for eu-central-1: Could not load credentials from any providers',
  })
})

test('the region is in the names of brokers, or in the environment', async (t) => {
  assert.equal(regionOf('b-1.demo.x1.c2.kafka.us-gov-west-1.amazonaws.com'), 'us-gov-west-1')
  assert.equal(regionOf('boot-x.c1.kafka-serverless.us-east-2.amazonaws.com'), 'us-east-2')
  assert.equal(regionOf('b-2.demo.x1.c2.kafka.cn-north-1.amazonaws.com.cn'), 'cn-north-1')
  assert.equal(regionOf('kafka.example'), undefined)
  const given = { 'sasl.mechanism': 'AWS_MSK_IAM', 'bootstrap.servers': 'tunnel:9098' }
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env
  t.after(() => Object.assign(process.env, AWS_REGION && { AWS_REGION }, AWS_DEFAULT_REGION && { AWS_DEFAULT_REGION }))
  delete process.env['AWS_REGION']
  delete process.env['AWS_DEFAULT_REGION']
  await assert.rejects(loginOf(given), { name: 'UsageError', hint: 'set AWS_REGION' })
})
