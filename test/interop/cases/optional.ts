// What ktool does with packages that are installed beside it: GSSAPI at a real Kafka with a KDC, and the signatures of AWS.
// Needs npm for the packages, and for the first part MIT Kerberos: it is left out where there is none.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test, { type TestContext } from 'node:test'
import { made } from '../clients/set-up.ts'
import { startKafka } from '../peers/kafka.ts'
import { environment, program } from '../peers/ktool.ts'
import { end, freePorts, guard, type RunOptions, run, succeeded } from '../peers/run.ts'
import { folder } from '../shared.ts'

const root = resolve(import.meta.dirname, '../../..')
const PACKAGES = ['kerberos@7.0.0', 'aws-msk-iam-sasl-signer-js@1.0.3']

const hasKdc = process.env['PATH']?.split(':').some((path) => existsSync(join(path, 'krb5kdc')))
const skip = hasKdc ? false : 'krb5kdc is not there: apt-get install krb5-kdc krb5-user libkrb5-dev'

/** ktool as it is installed, with those packages beside it. */
async function installed(): Promise<string> {
  const packages = await made('optional', [...PACKAGES, hasKdc].join(), async (home) => {
    writeFileSync(join(home, 'package.json'), '{ "private": true }')
    const env = { PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}` }
    const npm = async (...args: string[]) =>
      succeeded(await run('npm', args, { cwd: home, env, timeout: 300_000 }), `npm ${args[0]}`)
    // One of them compiles itself where there is no binary for the system, for which not every system has what it takes;
    // without it only the signatures are tried.
    await npm('install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts', ...PACKAGES)
    if (hasKdc) await npm('rebuild', '--foreground-scripts', 'kerberos')
  })
  const home = join(folder, 'installed')
  cpSync(packages, home, { recursive: true })
  const own = join(home, 'node_modules/ktool')
  for (const part of ['bin', 'dist', 'package.json']) cpSync(join(root, part), join(own, part), { recursive: true })
  return own
}

async function kdc(t: TestContext, home: string) {
  mkdirSync(home, { recursive: true })
  const at = (name: string) => join(home, name)
  const [port] = await freePorts(1)
  const realm = `default_realm = TEST\n dns_lookup_kdc = false\n dns_canonicalize_hostname = false\n rdns = false`
  writeFileSync(
    at('krb5.conf'),
    `[libdefaults]\n ${realm}\n udp_preference_limit = 1\n[realms]\n TEST = {\n  kdc = 127.0.0.1:${port}\n }\n`,
  )
  const ofKdc = `database_name = ${at('db')}\n  key_stash_file = ${at('stash')}\n  kdc_ports = ""\n  kdc_tcp_ports = ${port}`
  writeFileSync(
    at('kdc.conf'),
    `[realms]\n TEST = {\n  ${ofKdc}\n }\n[logging]\n kdc = FILE:${at('log')}\n admin_server = FILE:${at('log')}\n`,
  )
  const env = { KRB5_CONFIG: at('krb5.conf'), KRB5_KDC_PROFILE: at('kdc.conf'), KRB5CCNAME: `FILE:${at('tickets')}` }
  const call = async (command: string, args: string[], options: RunOptions = {}) => {
    succeeded(await run(command, args, { ...options, env }), command)
  }
  await call('kdb5_util', ['create', '-s', '-r', 'TEST', '-P', 'master'])
  for (const [principal, file] of [
    ['kafka/localhost', 'kafka.keytab'],
    ['alice', 'alice.keytab'],
  ] as const) {
    await call('kadmin.local', ['-r', 'TEST', '-q', `addprinc -randkey ${principal}`])
    await call('kadmin.local', ['-r', 'TEST', '-q', `ktadd -k ${at(file)} ${principal}`])
  }
  const child: ChildProcess = guard(
    spawn('krb5kdc', ['-n', '-r', 'TEST'], { env: { ...process.env, ...env }, stdio: 'ignore' }),
  )
  t.after(() => end(child))
  return { env, at, call }
}

test('GSSAPI at a real Kafka: a ticket, a key table, and neither', { timeout: 600_000, skip }, async (t) => {
  const own = await installed()
  const { env, at, call } = await kdc(t, join(folder, 'kdc'))
  const [plain, sasl, controller] = (await freePorts(3)) as [number, number, number]
  const listeners = `PLAINTEXT://127.0.0.1:${plain},SASL_PLAINTEXT://localhost:${sasl}`
  const login = `com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true storeKey=true keyTab="${at('kafka.keytab')}" principal="kafka/localhost@TEST";`
  process.env['JDK_JAVA_OPTIONS'] = `-Djava.security.krb5.conf=${env.KRB5_CONFIG}`
  const kafka = await startKafka({
    port: plain,
    properties: {
      listeners: `${listeners},CONTROLLER://127.0.0.1:${controller}`,
      'advertised.listeners': listeners,
      'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
      'sasl.enabled.mechanisms': 'GSSAPI',
      'sasl.kerberos.service.name': 'kafka',
      'listener.name.sasl_plaintext.gssapi.sasl.jaas.config': login,
    },
  }).finally(() => {
    delete process.env['JDK_JAVA_OPTIONS']
  })
  t.after(() => kafka.wipe())
  const ktool = (args: string[], more: Record<string, string> = {}, input?: string) =>
    run(program[0], [join(own, 'bin/ktool.js'), ...args], { input, env: { ...environment, ...env, ...more } })
  const how = ['-b', `localhost:${sasl}`, '-X', 'security.protocol=SASL_PLAINTEXT', '-X', 'sasl.mechanism=GSSAPI']

  const without = await ktool(['topics', 'list', ...how])
  assert.equal(without.code, 4, without.stderr)
  assert.match(without.stderr, /the login at kafka@localhost with GSSAPI failed: .*\n.*kinit/)

  await call('kinit', ['-k', '-t', at('alice.keytab'), 'alice'])
  succeeded(await ktool(['topics', 'create', 'tickets', ...how]), 'topics create')
  succeeded(await ktool(['produce', 'tickets', ...how], {}, 'eins\nzwei\n'), 'produce')
  assert.equal(succeeded(await ktool(['consume', 'tickets', '-e', ...how]), 'consume').stdout, 'eins\nzwei\n')

  const jaas = `com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true keyTab="${at('alice.keytab')}" principal="alice@TEST";`
  writeFileSync(
    at('client.properties'),
    `security.protocol=SASL_PLAINTEXT\nsasl.mechanism=GSSAPI\nsasl.kerberos.service.name=kafka\nsasl.jaas.config=${jaas}\n`,
  )
  const none = { KRB5CCNAME: `FILE:${at('none')}` }
  const java = await ktool(['topics', 'list', '-b', `localhost:${sasl}`, '-F', at('client.properties')], none)
  assert.equal(succeeded(java, 'with a key table').stdout.split('\t')[0], 'tickets')

  const elsewhere = await ktool(['topics', 'list', ...how, '-X', 'sasl.kerberos.service.name=other'])
  assert.equal(elsewhere.code, 4, elsewhere.stderr)
  assert.match(elsewhere.stderr, /other@localhost with GSSAPI failed: .*not found in Kerberos database/)
})

test("AWS_MSK_IAM: the signature is AWS's version 4 for the key and the cluster", { timeout: 300_000 }, async () => {
  const own = await installed()
  const script = `
    const { signedToken } = await import(process.argv[1])
    process.stdout.write((await signedToken({ region: 'eu-central-1' })).token)`
  const credentials = {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  }
  const source = join(own, '../../iam')
  for (const file of ['net/sasl/iam.ts', 'net/optional-package.ts', 'errors.ts'])
    cpSync(join(root, 'src', file), join(source, file))
  const signed = await run(program[0], ['--input-type=module', '-e', script, join(source, 'net/sasl/iam.ts')], {
    env: { ...credentials, AWS_SESSION_TOKEN: undefined, AWS_PROFILE: undefined },
  })
  const url = new URL(Buffer.from(succeeded(signed, 'signing').stdout, 'base64url').toString())
  assert.equal(url.host, 'kafka.eu-central-1.amazonaws.com')
  const query = new Map(url.searchParams)
  assert.equal(query.get('Action'), 'kafka-cluster:Connect')
  const [, date] = query.get('X-Amz-Credential')?.split('/') ?? []
  assert.equal(query.get('X-Amz-Credential'), `AKIDEXAMPLE/${date}/eu-central-1/kafka-cluster/aws4_request`)

  const signature = query.get('X-Amz-Signature')
  // The agent is added after the signature.
  for (const unsigned of ['X-Amz-Signature', 'User-Agent']) query.delete(unsigned)
  const encoded = (text: string) =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  const canonicalQuery = [...query]
    .map(([key, value]) => `${encoded(key)}=${encoded(value)}`)
    .sort()
    .join('&')
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const request = ['GET', '/', canonicalQuery, `host:${url.host}`, '', 'host', sha256('')].join('\n')
  const scope = `${date}/eu-central-1/kafka-cluster/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', query.get('X-Amz-Date'), scope, sha256(request)].join('\n')
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const first = hmac(`AWS4${credentials.AWS_SECRET_ACCESS_KEY}`, date as string)
  const key = ['eu-central-1', 'kafka-cluster', 'aws4_request'].reduce<Buffer>(hmac, first)
  assert.equal(signature, hmac(key, toSign).toString('hex'))
})
