// Planted secrets: every setting that can hold one, everything that `ktool serve` is given, and what people type. None may
// show up in an output, a log, an error, what a broker tells of itself, the list of processes, or a file that others can read.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so

import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import test, { after, type TestContext } from 'node:test'
import { type Setting, table } from '../../src/config/table.ts'
import { type RunOptions, ktool as runKtool, start } from './run.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ktool-secrets-')))
after(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)
const golden = (name: string) => resolve(import.meta.dirname, '../net/tls/golden', name)
const env = { XDG_CONFIG_HOME: at('config'), XDG_DATA_HOME: at('data') }

/** In every secret, and nowhere else. */
const MARK = 'pl4nted'
const secret = (name: string) => `${MARK}-${name.replaceAll('.', '-')}`
const seen: { what: string; text: string }[] = []

function keep(what: string, ...texts: string[]): void {
  for (const text of texts) seen.push({ what, text })
}

async function ktool(args: readonly string[], options: RunOptions = {}) {
  const ended = await runKtool(args, { ...options, env: { ...env, ...options.env } })
  keep(args.join(' '), ended.stdout, ended.stderr)
  return ended
}

const secrets = Object.entries<Setting>(table).flatMap(([name, setting]) => (setting.secret ? [name] : []))
const own = (name: string) =>
  name === 'sasl.jaas.config'
    ? `org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="${secret(name)}";`
    : secret(name)
/** What is no secret itself and may have one in it. */
const withSecrets: Record<string, string> = {
  proxy: `socks5://me:${secret('proxy')}@127.0.0.1:1`,
  'schema.registry.url': `http://me:${secret('url')}@127.0.0.1:1,http://you:${secret('url')}@127.0.0.1:2`,
}
const planted: Record<string, string> = {
  ...Object.fromEntries(secrets.map((name) => [name, own(name)])),
  ...withSecrets,
}
const written = Object.entries(planted).map(([key, value]) => `${key}=${value}\n`)
writeFileSync(at('client.properties'), written.join(''), { mode: 0o600 })
for (const [key, value] of Object.entries(planted)) writeFileSync(at(`of-${key}`), `${value}\n`, { mode: 0o600 })

/** Settings as options. */
function x(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([key, value]) => ['-X', `${key}=${value}`])
}

/** Settings whose values stand in files of their own. */
const references = x(Object.fromEntries(Object.keys(planted).map((key) => [key, `\${file:${at(`of-${key}`)}}`])))
const login = x({ 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'PLAIN', 'sasl.username': 'u' })

test('what settings are printed as', async () => {
  assert.ok(secrets.length >= 9, secrets.join())
  for (const form of ['table', 'tsv', 'json', 'jsonl', 'yaml', 'csv']) {
    const { code, stdout } = await ktool(['-X', 'dump', '-F', at('client.properties'), '--output', form, '-v'])
    assert.equal(code, 0)
    for (const name of secrets) assert.ok(stdout.includes(name), `${name} in ${form}`)
    await ktool(['-X', 'list', '-F', at('client.properties'), '--output', form])
    await ktool(['-X', 'dump', ...references, '--output', form])
    const variables = { KTOOL_SASL_PASSWORD: secret('env'), KTOOL_PROXY: withSecrets['proxy'] as string }
    await ktool(['-X', 'dump', '--output', form], { env: variables })
  }
  writeFileSync(
    at('kcat.conf'),
    `security.protocol=sasl_plaintext\nsasl.username=alice\nsasl.password=${secret('kcat')}\n`,
  )
  assert.equal((await ktool(['-X', 'dump', '-F', at('kcat.conf')])).code, 0)
})

test('what profiles print, and who can read them', async () => {
  assert.equal((await ktool(['profile', 'import', 'prod', at('client.properties')])).code, 0)
  const typed = await ktool(['profile', 'set', 'typed', '--secret', 'sasl.password', '--use'], {
    stdin: `${secret('typed')}\n`,
  })
  assert.equal(typed.code, 0, typed.stderr)
  for (const form of ['tsv', 'json', 'yaml']) {
    for (const args of [
      ['profile', 'list'],
      ['profile', 'show', 'prod'],
      ['profile', 'show'],
      ['-X', 'dump'],
    ]) {
      assert.equal((await ktool([...args, '--output', form])).code, 0)
    }
  }
  await ktool(['profile', 'set', 'prod', `no.such.setting=${secret('unknown')}`])
  await ktool(['profile', 'set', 'prod', 'sasl.password'])
  await ktool(['profile', 'import', 'prod', at('client.properties')])
  const typedFor = await ktool(['profile', 'set', 'prod', '--secret', 'no.such.setting'], { stdin: secret('no-such') })
  assert.equal(typedFor.code, 2)
  await ktool(['profile', 'use', 'none'])
})

test('what errors say, with all their causes', async () => {
  writeFileSync(
    at('key.pem'),
    `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${secret('pem')}\n-----END ENCRYPTED PRIVATE KEY-----\n`,
  )
  writeFileSync(at('odd.properties'), `sasl.password=${secret('odd')}\nsasl.pasword=${secret('misspelt')}\n`)
  writeFileSync(at('torn.properties'), `sasl.jaas.config=${own('sasl.jaas.config').replace('";', '')}\n`)
  writeFileSync(at('users'), `alice=${secret('users')}\n${secret('a line without a sign')}\n`)
  const token = x({ 'sasl.mechanism': 'OAUTHBEARER', 'security.protocol': 'SASL_PLAINTEXT' })
  const wrong = secret('x')
  const [truststore, keystore] = [golden('trust.jks'), golden('alice.p12')]
  const wrongKeystore = x({ 'ssl.keystore.location': keystore, 'ssl.keystore.password': wrong })
  const fails = async (...args: string[]) => {
    const { code } = await ktool([...args, '-v'])
    assert.notEqual(code, 0, args.join(' '))
  }
  for (const args of [
    ['-F', at('client.properties')],
    [...login, ...references],
    [...login, ...references, ...x({ proxy: '' })],
    [...login, ...references, ...x({ proxy: `ftp://me:${secret('scheme')}@host` })],
    [...login, ...x({ 'sasl.password': wrong, 'ssl.keystore.location': at('key.pem') })],
    [...login, ...x({ 'ssl.keystore.location': at('key.pem'), 'ssl.key.password': wrong })],
    [...login, ...x({ 'ssl.truststore.location': truststore, 'ssl.truststore.password': wrong })],
    [...login, ...wrongKeystore],
    [...login, ...x({ 'sasl.jaas.config': wrong })],
    ['-F', at('odd.properties')],
    ['-F', at('torn.properties')],
    ['-X', secret('no setting at all')],
    x({ 'sasl.pasword': wrong }),
    [...login, ...x({ 'sasl.password': `\${command:echo ${secret('reference')}; exit 1}` })],
    [...token, ...x({ 'sasl.oauthbearer.token.command': `echo ${secret('command')} >&2; exit 3` })],
    [...token, ...x({ 'sasl.oauthbearer.token.file': at('users') })],
  ]) {
    await fails('topics', 'list', ...args, '-b', '127.0.0.1:1', '--timeout', '2s')
  }
  for (const args of [['-F', at('client.properties')], references]) {
    await fails('schemas', 'list', ...args, '-b', '127.0.0.1:1', '--timeout', '2s')
  }
  for (const args of [
    ['--users', at('users')],
    ['--http-users', at('users')],
    x({ 'ssl.keystore.pasword': wrong }),
    ['--listen', 'SSL://127.0.0.1:0', ...wrongKeystore],
  ]) {
    await fails('serve', '--memory', ...args)
  }
})

test('a server of tokens that refuses, and one that answers nonsense', async (t) => {
  let status = 401
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify(status === 401 ? { error: 'invalid_client' } : { access_token: `${secret('token')} !` }),
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const name = 'sasl.oauthbearer.client.credentials.client.secret'
  const broker = await serve(t, ['--users', at('known')])
  const settings = x({
    'security.protocol': 'SASL_PLAINTEXT',
    'sasl.mechanism': 'OAUTHBEARER',
    'sasl.oauthbearer.token.endpoint.url': url,
    [name]: `\${file:${at(`of-${name}`)}}`,
  })
  for (status of [401, 200]) {
    const { code, stderr } = await ktool(['topics', 'list', '-v', '-b', broker.bootstrap, ...settings])
    assert.equal(code, 4, stderr)
  }
  await broker.stop()
})

writeFileSync(at('known'), `alice=${secret('users')}\n`, { mode: 0o600 })
writeFileSync(
  at('server.properties'),
  [
    'listener.security.protocol.map=SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    `ssl.keystore.location=${golden('broker-legacy.p12')}`,
    'ssl.keystore.password=storepass',
    `ssl.key.password=${secret('ssl.key.password')}`,
    'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    `listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_bob="${secret('jaas')}";`,
  ].join('\n'),
  { mode: 0o600 },
)

/** Starts it; what it says is kept once it has ended. */
async function serve(t: TestContext, args: string[]) {
  const listen = args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0']
  const child = start(['serve', '-v', ...(args.includes('--data') ? [] : ['--memory']), ...listen, ...args], env)
  t.after(() => child.kill('SIGKILL'))
  let text = ''
  const ended = new Promise((done) => child.on('close', done))
  await new Promise<void>((done) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
        if (text.includes('schema registry on')) done()
      })
    }
    child.on('close', () => done())
  })
  const bootstraps = [...text.matchAll(/listening on (\S+:\d+)/g)].map(([, address]) => address as string)
  assert.ok(bootstraps.length > 0, text)
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    keep(`serve ${args.join(' ')}`, text)
  }
  return { bootstrap: bootstraps[0] as string, bootstraps, pid: child.pid as number, text: () => text, stop }
}

/** The commands of all processes, with their arguments. */
function processes(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      } catch {
        return []
      }
    })
}

for (const format of ['text', 'json']) {
  test(`a broker with secrets, its log as ${format}`, async (t) => {
    const listeners = ['--listen', 'SASL_SSL://127.0.0.1:0', '--listen', 'PLAINTEXT://127.0.0.1:0']
    const kept = at(`broker-${format}`)
    const files = ['--config', at('server.properties'), '--data', kept, '--http-users', at('known')]
    const broker = await serve(t, [...listeners, ...files, '--log-format', format])
    const [secured, open] = broker.bootstraps as [string, string]
    const [, registry] = /schema registry on (http:\/\/[^\s;"]+)/.exec(broker.text()) ?? []
    const set = await ktool(['users', 'set', 'alice', '-b', open], { stdin: `${secret('scram')}\n` })
    assert.equal(set.code, 0, set.stderr)
    const as = (user: string, password: string, mechanism: string) => [
      ...['-b', secured, ...x({ 'security.protocol': 'SASL_SSL', 'sasl.mechanism': mechanism })],
      ...x({ 'ssl.ca.location': golden('ca.pem'), 'sasl.username': user, 'sasl.password': `\${env:${password}}` }),
    ]
    const words = { SCRAM: secret('scram'), JAAS: secret('jaas'), WRONG: secret('wrong') }
    const good = await ktool(['topics', 'create', 't', ...as('alice', 'SCRAM', 'SCRAM-SHA-512')], { env: words })
    assert.equal(good.code, 0, good.stderr)
    for (const args of [as('bob', 'WRONG', 'PLAIN'), as('alice', 'WRONG', 'SCRAM-SHA-512')]) {
      assert.equal((await ktool(['topics', 'list', '-v', ...args], { env: words })).code, 4)
    }
    const configs = await ktool(['configs', 'describe', 'broker', '1', '--json', '-b', open, '--all'])
    await ktool(['configs', 'describe', 'broker', '1', '--json', '-b', open])
    assert.equal(configs.code, 0, configs.stderr)
    await ktool(['users', 'list', '--json', '-b', open])
    const info = ['-X', 'schema.registry.basic.auth.user.info=${env:INFO}', '--registry', registry as string]
    for (const INFO of [`alice:${secret('users')}`, `alice:${secret('wrong')}`]) {
      await ktool(['schemas', 'list', '-v', ...info], { env: { INFO } })
    }

    // One that stays, with its password from the environment.
    const child = start(['consume', 't', ...as('bob', 'JAAS', 'PLAIN')], { ...env, ...words })
    t.after(() => child.kill('SIGKILL'))
    const ended = new Promise((done) => child.on('close', done))
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (piece: string) => {
        said += piece
      })
    }
    const produced = await ktool(['produce', 't', ...as('bob', 'JAAS', 'PLAIN')], { env: words, stdin: 'eins\n' })
    assert.equal(produced.code, 0, produced.stderr)
    while (!said.includes('eins')) await new Promise((done) => child.stdout.once('data', done))
    if (existsSync('/proc/self/cmdline')) {
      // The broker and the consumer: other runs of these tests have secrets of their own there.
      const ours = processes().filter((line) => line.includes(kept) || line.includes(secured))
      assert.ok(ours.length >= 2, ours.join('\n'))
      keep('the list of processes', ...ours)
    }
    child.kill('SIGTERM')
    await ended
    keep('consume', said)
    await broker.stop()
    // Others may read the data; there is no password in it.
    for (const path of readdirSync(kept, { recursive: true, encoding: 'utf8' })) {
      if (statSync(join(kept, path)).isFile()) keep(`the file ${path}`, readFileSync(join(kept, path), 'latin1'))
    }
  })
}

test('none of the planted secrets was to be seen', () => {
  assert.ok(seen.length > 150, `${seen.length}`)
  assert.ok(seen.some(({ what, text }) => what.startsWith('serve') && text.includes('listening on')))
  if (existsSync('/proc/self/cmdline')) assert.ok(seen.some(({ what }) => what === 'the list of processes'))
  assert.ok(seen.some(({ what }) => what.startsWith('the file __cluster_metadata-0')))
  for (const { what, text } of seen) {
    const found = text.indexOf(MARK)
    assert.ok(found < 0, `${what}: …${text.slice(Math.max(0, found - 80), found + 40)}`)
  }
})

test('what ktool has written with a secret in it is for nobody else to read', {
  skip: process.platform === 'win32',
}, () => {
  let count = 0
  for (const root of [env.XDG_CONFIG_HOME, env.XDG_DATA_HOME]) {
    mkdirSync(root, { recursive: true })
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      const path = join(root, name)
      if (!statSync(path).isFile()) continue
      const text = readFileSync(path, 'latin1')
      if (!text.includes(MARK) && !text.includes('PRIVATE KEY')) continue
      count++
      assert.equal(statSync(path).mode & 0o077, 0, path)
    }
  }
  // The two profiles.
  assert.equal(count, 2)
})
