// ktool serve with a certificate of its own, and with a login for what it answers over HTTP.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, type TestContext } from 'node:test'
import { ktool, start } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'ktool-serve-security-'))
after(() => rmSync(folder, { recursive: true }))
const users = join(folder, 'users')
writeFileSync(users, '# two\nalice=wonder:land\nbob=builder\n')
const env = { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
const certificate = join(folder, 'ktool', 'tls', 'certificate.pem')

/** Starts it; resolves to what it has said once all of `until` was among it. */
async function serve(t: TestContext, args: string[], ...until: RegExp[]) {
  const child = start(['serve', '--memory', '--listen', '127.0.0.1:0', ...args], env)
  t.after(() => child.kill('SIGKILL'))
  let text = ''
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  await new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
        if (until.every((each) => each.test(text))) resolve()
      })
    }
    child.on('close', () => resolve())
  })
  for (const each of until) assert.match(text, each)
  const stop = async () => {
    child.kill('SIGTERM')
    assert.equal(await ended, 0)
  }
  return { text, stop }
}

test('--tls: the lines that it prints are what clients need', async (t) => {
  const { text, stop } = await serve(t, ['--tls', '--users', users], /schema registry on.*\n/, /;\n/)
  const [, next, bootstrap] = /\(SASL_SSL\), keeping nothing; next: ktool (.* -b (\S+) .*)\n/.exec(text) ?? []
  const [, line] = /SASL_SSL with ktool: {2}(.*)\n/.exec(text) ?? []
  assert.ok(next.includes(`-X ssl.ca.location=${certificate}`))
  const login = line.split(' ').map((word) => word.replace('NAME', 'alice').replace("'${ask}'", 'wonder:land'))
  const created = await ktool([...next.split(' '), ...login], { env })
  assert.equal(created.code, 0, created.stderr)
  const java = / {2}security\.protocol=SASL_SSL\n[\s\S]*?;\n/.exec(text)?.[0] ?? ''
  assert.match(java, /ssl\.truststore\.type=PEM/)
  const file = join(folder, 'client.properties')
  writeFileSync(file, java.replaceAll(/^ {2}/gm, '').replace('NAME', 'bob').replace('PASSWORD', 'builder'))
  const listed = await ktool(['topics', 'list', '-b', bootstrap, '-F', file], { env })
  assert.deepEqual(listed, { code: 0, stdout: 'orders\t1\t1\n', stderr: '' })
  const untrusted = await ktool(['topics', 'list', '-b', bootstrap, '-X', 'security.protocol=SSL'], { env })
  assert.equal(untrusted.code, 4)
  assert.match(untrusted.stderr, /\(CN=ktool serve\) is not trusted: it is signed by itself/)
  await stop()
})

test('--tls wants a listener of TLS, and no other certificate', async () => {
  const refused = async (...args: string[]) => (await ktool(['serve', '--memory', '--tls', ...args], { env })).stderr
  assert.match(await refused('--listen', 'PLAINTEXT://127.0.0.1:0'), /no listener speaks TLS/)
  assert.match(await refused('-X', 'ssl.keystore.location=x.p12'), /ssl\.keystore\.location gives one/)
})

test('the registry and the metrics over TLS, with a login', async (t) => {
  const web = ['--registry', 'https://127.0.0.1:0', '--metrics', 'https://127.0.0.1:0', '--http-users', users]
  const { text, stop } = await serve(t, ['--tls', ...web], /metrics on.*\n/, /schema registry on.*\n/)
  const [, registry] = /schema registry on (https:\S+);/.exec(text) ?? []
  const [, metrics] = /metrics on (https:\S+),/.exec(text) ?? []
  const ca = ['-X', `schema.registry.ssl.ca.location=${certificate}`]
  const as = (who: string) => ['-X', `schema.registry.basic.auth.user.info=${who}`]
  const list = (...args: string[]) => ktool(['schemas', 'list', '--registry', registry, ...args], { env })
  const unknown = await list()
  assert.deepEqual([unknown.code, /self-signed certificate/.test(unknown.stderr)], [3, true])
  for (const who of [[], as('alice:wrong'), as('mallory:'), as('alice:')]) {
    const { code, stderr } = await list(...ca, ...who)
    assert.equal(code, 4)
    assert.match(stderr, /: Unauthorized\n/)
  }
  assert.deepEqual(await list(...ca, ...as('alice:wonder:land')), { code: 0, stdout: '', stderr: '' })

  const get = async (url: string, authorization?: string) => {
    const { request } = await import('node:https')
    const { readFileSync } = await import('node:fs')
    return new Promise<{ status?: number; asks?: string }>((resolve, reject) => {
      const headers = authorization === undefined ? {} : { authorization }
      request(url, { ca: readFileSync(certificate), headers }, (answer) => {
        answer.resume()
        resolve({ status: answer.statusCode, asks: answer.headers['www-authenticate'] })
      })
        .on('error', reject)
        .end()
    })
  }
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  assert.deepEqual(await get(metrics), { status: 401, asks: 'Basic realm="ktool"' })
  assert.equal((await get(metrics, basic('bob'))).status, 401)
  assert.equal((await get(metrics, 'Bearer bob')).status, 401)
  assert.equal((await get(metrics, basic('bob:builder'))).status, 200)
  assert.equal((await get(metrics.replace('/metrics', '/health'), basic('bob:builder'))).status, 200)
  await stop()
  const bare = await ktool(['serve', '--memory', '--listen', '127.0.0.1:0', '--metrics', 'https://127.0.0.1:0'], {
    env,
  })
  assert.deepEqual([bare.code, /https:\/\/ wants a certificate/.test(bare.stderr)], [2, true])
})

test('what anybody can reach and nobody has to log in to is told', async (t) => {
  const open = ['--listen', '0.0.0.0:0', '--metrics', '0.0.0.0:0', '--registry', '0.0.0.0:0']
  const { text, stop } = await serve(t, open, /registry on.*\n/, /change schemas\n/, /sees the metrics\n/)
  assert.match(text, /warning: 0\.0\.0\.0:\d+ asks nobody for a login: whoever reaches it can read, write and delete/)
  assert.match(text, /warning: http:\/\/0\.0\.0\.0:\d+ asks nobody for a login: whoever reaches it sees the metrics/)
  assert.match(text, /warning: http:\/\/0\.0\.0\.0:\d+ asks nobody for a login: whoever reaches it can change schemas/)
  await stop()
  const closed = [...open.slice(2), '--http-users', users, '--users', users]
  const quiet = await serve(t, closed, /registry on.*\n/, /metrics on.*\n/)
  assert.doesNotMatch(quiet.text, /asks nobody/)
  await quiet.stop()
})
