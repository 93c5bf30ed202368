// Clients that reach their brokers through a proxy: SOCKS5 and HTTP CONNECT, with and without TLS and logins, and what goes
// wrong there.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { startBroker } from '../../src/broker/broker.ts'
import { Client } from '../../src/client/client.ts'
import { securityOf } from '../../src/client/security.ts'
import { type Assignment, resolveSettings } from '../../src/config/settings.ts'
import { httpAgents } from '../../src/net/http-agents.ts'
import { openThroughProxy } from '../../src/net/proxy.ts'
import { parseProxy, withoutProxyPassword } from '../../src/util/proxy-url.ts'
import { httpProxy, socksProxy } from './proxies.ts'

const golden = (name: string) => join(import.meta.dirname, 'tls/golden', name)
const KINDS = { socks5: socksProxy, http: httpProxy }

async function start(t: TestContext, hosts = 'kafka.example') {
  const broker = await startBroker({
    memory: true,
    topics: Array.from({ length: 300 }, (_, number) => ({ name: `topic-${number}-${'x'.repeat(200)}`, partitions: 1 })),
    properties: {
      listeners: 'PLAINTEXT://127.0.0.1:0,SSL://127.0.0.1:0',
      // Nobody can look these up but the proxy.
      'advertised.listeners': `PLAINTEXT://${hosts}:9092,SSL://${hosts}:9093`,
      'ssl.keystore.certificate.chain': readFileSync(golden('broker.pem'), 'utf8'),
      'ssl.keystore.key': readFileSync(golden('broker.key'), 'utf8'),
    },
  })
  t.after(() => broker.close())
  const [plain, ssl] = broker.listeners.map(({ port }) => port)
  const route = (target: string) => (/:9092$/.test(target) ? plain : /:9093$/.test(target) ? ssl : undefined)
  const connect = async (url: string, port: number, more: Record<string, string> = {}) => {
    const given = { proxy: url, ...more }
    const assignments: Assignment[] = Object.entries(given).map(([name, value]) => ({ name, value, source: 't' }))
    const { settings } = resolveSettings(assignments)
    const security = await securityOf(settings, () => Promise.reject(new Error('asked')))
    const bootstrapServers = [{ host: hosts.replace(/^\[(.*)\]$/, '$1'), port }]
    const { proxy } = settings
    const client = new Client({ bootstrapServers, security, proxy, apiTimeoutMs: 3000, setupTimeoutMs: 2000 })
    t.after(() => client.close())
    return client
  }
  return { route, connect }
}

for (const [scheme, open] of Object.entries(KINDS)) {
  test(`${scheme}: names go to the proxy, answers of any size come back, over TLS too`, async (t) => {
    const { route, connect } = await start(t)
    const { port, asked } = await open(t, { route, login: 'me:se:cret/@' })
    const url = `${scheme}://me:${encodeURIComponent('se:cret/@')}@127.0.0.1:${port}`
    assert.equal((await (await connect(url, 9092)).admin.listTopics()).length, 300)
    assert.deepEqual(new Set(asked), new Set(['kafka.example:9092']))
    const tls = { 'security.protocol': 'SSL', 'ssl.ca.location': golden('ca.pem') }
    const strict = await connect(url, 9093, tls)
    await assert.rejects(strict.admin.listTopics(), /is for localhost, 127\.0\.0\.1, not for kafka\.example/)
    const client = await connect(url, 9093, { ...tls, 'ssl.endpoint.identification.algorithm': '' })
    assert.equal((await client.admin.listTopics()).length, 300)
  })

  test(`${scheme}: IPv6 addresses`, async (t) => {
    const { route, connect } = await start(t, '[fd00::1:2]')
    const { port, asked } = await open(t, { route })
    assert.equal((await (await connect(`${scheme}://127.0.0.1:${port}`, 9092)).admin.listTopics()).length, 300)
    const written = scheme === 'http' ? '[fd00::1:2]:9092' : '[fd00:0:0:0:0:0:1:2]:9092'
    assert.deepEqual(new Set(asked), new Set([written]))
  })

  test(`${scheme}: what goes wrong names the proxy, and no password`, async (t) => {
    const { route, connect } = await start(t)
    const { port } = await open(t, { route, login: 'me:hunter2' })
    const refused = async (user: string, target: number, expected: { name: string; message: RegExp }, at = port) => {
      const client = await connect(`${scheme}://${user}127.0.0.1:${at}`, target)
      await assert.rejects(client.admin.listTopics(), (error: Error) => {
        assert.equal(error.name, expected.name)
        assert.match(error.message, expected.message)
        for (let each: unknown = error; each instanceof Error; each = each.cause)
          assert.doesNotMatch(JSON.stringify(each) + each.message, /hunter/)
        return true
      })
    }
    const denied = { name: 'DeniedError', message: /^the proxy 127\.0\.0\.1:\d+ does not let this user in: / }
    await refused('me:hunter3@', 9092, denied)
    await refused('', 9092, denied)
    const unreachable =
      /^can't connect to kafka\.example:1234 through the proxy 127\.0\.0\.1:\d+: (HostUnreachable|502 Bad Gateway)$/
    await refused('me:hunter2@', 1234, { name: 'BootstrapError', message: unreachable })
    const closed = net.createServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const { port: free } = closed.address() as net.AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    const nobody = { name: 'BootstrapError', message: /^the proxy 127\.0\.0\.1:\d+ can't be reached: .*ECONNREFUSED/ }
    await refused('me:hunter2@', 9092, nobody, free)
  })

  test(`${scheme}: a proxy that says nothing, hangs up, or makes no sense`, async (t) => {
    const behave = async (what: (socket: net.Socket) => void) => {
      const sockets = new Set<net.Socket>()
      const server = net.createServer((socket) => {
        sockets.add(socket.on('error', () => {}))
        socket.once('data', () => what(socket))
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      t.after(() => {
        for (const socket of sockets) socket.destroy()
        server.close()
      })
      const proxy = parseProxy(`${scheme}://127.0.0.1:${(server.address() as net.AddressInfo).port}`)
      assert.ok(proxy !== null)
      return (setupTimeoutMs: number, signal?: AbortSignal) =>
        openThroughProxy({ proxy, target: { host: 'kafka.example', port: 9092 }, setupTimeoutMs, signal })
    }
    const silent = await behave(() => {})
    await assert.rejects(silent(50), { name: 'TimeoutError', message: /^no connection to .* through .* within 50 ms$/ })
    const reason = new Error('stopped')
    await assert.rejects(silent(5000, AbortSignal.abort(reason)), reason)
    const later = new AbortController()
    const hangsUp = await behave((socket) => socket.destroy())
    await assert.rejects(hangsUp(5000), { name: 'UnreachableError', message: /^can't connect to kafka\.example:9092/ })
    const odd = await behave((socket) => socket.end(Buffer.alloc(100_000, 0x41)))
    await assert.rejects(odd(5000), { name: 'UnreachableError', message: /^can't connect to kafka\.example:9092/ })
    const waiting = await behave(() => later.abort(reason))
    await assert.rejects(waiting(5000, later.signal), reason)
  })
}

test('an HTTP proxy that is reached over TLS', async (t) => {
  const { route, connect } = await start(t)
  const tls = { key: readFileSync(golden('broker.key')), cert: readFileSync(golden('broker.pem')) }
  const { port } = await httpProxy(t, { route, tls })
  const client = await connect(`https://localhost:${port}`, 9092)
  // Nobody has told whom to trust.
  await assert.rejects(client.admin.listTopics(), /can't connect to kafka\.example:9092 through the proxy localhost/)
  const before = getCACertificates('default')
  setDefaultCACertificates([readFileSync(golden('ca.pem'), 'utf8')])
  t.after(() => setDefaultCACertificates(before))
  assert.equal((await (await connect(`https://localhost:${port}`, 9092)).admin.listTopics()).length, 300)
})

test('HTTP requests go through the proxy too, but not to this machine itself', async (t) => {
  const server = http.createServer((_request, response) => response.end('plain'))
  const tls = { key: readFileSync(golden('broker.key')), cert: readFileSync(golden('broker.pem')) }
  const secure = https.createServer(tls, (_request, response) => response.end('secure'))
  const [plainPort, securePort] = await Promise.all(
    [server, secure].map(async (each) => {
      await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve))
      t.after(() => each.close())
      return (each.address() as net.AddressInfo).port
    }),
  )
  const route = (target: string) => ({ 'registry.example:80': plainPort, 'registry.example:443': securePort })[target]
  const { port, asked } = await socksProxy(t, { route })
  const ca = readFileSync(golden('ca.pem'))
  const agents = httpAgents(parseProxy(`socks5://127.0.0.1:${port}`), 2000, { ca })
  t.after(() => {
    for (const agent of Object.values(agents)) agent.destroy()
  })
  const get = (url: string) =>
    new Promise<string>((resolve, reject) => {
      const { protocol } = new URL(url)
      const options = { agent: agents[protocol as 'http:'], servername: 'localhost' }
      const sent = (protocol === 'http:' ? http : https).get(url, options, (answer) => {
        answer.setEncoding('utf8').once('data', resolve)
      })
      sent.on('error', reject)
    })
  assert.equal(await get('http://registry.example/'), 'plain')
  assert.equal(await get('https://registry.example/'), 'secure')
  await assert.rejects(get('http://other.example/'), { name: 'UnreachableError' })
  assert.equal(await get(`http://127.0.0.1:${plainPort}/`), 'plain')
  assert.deepEqual(asked, ['registry.example:80', 'registry.example:443', 'other.example:80'])
})

test('URLs of proxies', () => {
  const parsed = (text: string) => {
    const { kind, host, port, user, password, isSecure } = parseProxy(text) ?? assert.fail()
    return [kind, host, port, user, password, isSecure]
  }
  assert.deepEqual(parsed('socks5://[::1]'), ['socks5', '::1', 1080, '', '', false])
  assert.deepEqual(parsed('socks5h://a:b@h:1/'), ['socks5', 'h', 1, 'a', 'b', false])
  assert.deepEqual(parsed(' http://proxy.example '), ['http', 'proxy.example', 8080, '', '', false])
  assert.deepEqual(parsed('https://u%40x:p%3A@p'), ['http', 'p', 443, 'u@x', 'p:', true])
  assert.equal(parseProxy(''), null)
  for (const text of ['proxy:1080', 'socks4://a:hunter2@b', 'http://', 'http://a/b', 'nonsense']) {
    assert.throws(
      () => parseProxy(text),
      (error: Error) => error.name === 'UsageError' && !error.message.includes('hunter2'),
    )
  }
  assert.equal(withoutProxyPassword('http://a:b/@c@h:1'), 'http://a:****@h:1')
  assert.equal(withoutProxyPassword('http://a@h:1'), 'http://a@h:1')
  assert.equal(withoutProxyPassword('socks5://h:1'), 'socks5://h:1')
})
