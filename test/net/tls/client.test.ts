// TLS of the client against servers with good and bad certificates; golden/make.sh made the files.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import net, { type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import tls, { type TlsOptions } from 'node:tls'
import { Connection } from '../../../src/net/connection.ts'
import { FrameAssembler } from '../../../src/net/frames.ts'
import { readStore } from '../../../src/net/tls/key-store.ts'
import { openSslName, type TlsConfig, tlsSettings } from '../../../src/net/tls/settings.ts'
import { ApiVersions } from '../../../src/protocol/apis/18-api-versions.ts'
import { encodeResponse, readRequestHeader } from '../../../src/protocol/frame.ts'
import { Reader } from '../../../src/protocol/reader.ts'

const golden = (name: string) => join(import.meta.dirname, 'golden', name)
const read = (name: string) => readFileSync(golden(name))

/** A TLS server that answers each request; resolves to its port. */
async function serve(t: TestContext, options: TlsOptions = {}, answerRows = 1): Promise<number> {
  const sockets = new Set<Socket>()
  const apiKeys = Array.from({ length: answerRows }, (_, i) => ({ apiKey: i & 0x7fff, minVersion: 0, maxVersion: 1 }))
  const server = tls.createServer({ cert: read('broker.pem'), key: read('broker.key'), ...options }, (socket) => {
    const frames = new FrameAssembler(1 << 20, (frame) => {
      const { correlationId } = readRequestHeader(new Reader(frame))
      socket.write(Buffer.concat(encodeResponse(ApiVersions, 1, correlationId, { apiKeys })))
    })
    socket.on('error', () => {}).on('data', (chunk) => frames.push(chunk))
  })
  server.on('connection', (socket) => sockets.add(socket))
  server.on('tlsClientError', () => {})
  return listen(t, server, sockets)
}

async function listen(t: TestContext, server: net.Server, sockets: Set<Socket>): Promise<number> {
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const trusting = (config: Partial<TlsConfig> = {}) =>
  tlsSettings({
    trust: { location: golden('ca.pem') },
    identity: {},
    verify: true,
    checkHostName: true,
    ...config,
  })

async function ask(port: number, config: Partial<TlsConfig> = {}, host = '127.0.0.1') {
  const options = { clientId: 'test', setupTimeoutMs: 5000, tls: await trusting(config) }
  const connection = await Connection.open({ ...options, address: { host, port }, target: { host: '127.0.0.1', port } })
  try {
    return await connection.request(ApiVersions, 1, {}, 5000)
  } finally {
    connection.close()
  }
}

test('answers of any size come through TLS whole', async (t) => {
  for (const rows of [1, 5_000, 60_000]) {
    const port = await serve(t, {}, rows)
    assert.equal((await ask(port)).apiKeys.length, rows)
    assert.equal((await ask(port, {}, 'localhost')).apiKeys.length, rows)
  }
})

test('a certificate that is not trusted, expired, or for another host is refused with its name', async (t) => {
  const port = await serve(t)
  await assert.rejects(ask(port, { trust: { location: golden('foreign.pem') } }), {
    name: 'DeniedError',
    exitCode: 4,
    message: /^the certificate of 127\.0\.0\.1:\d+ \(CN=broker, O=Test\) is not trusted: it is signed by CN=Test CA/,
    hint: /ssl\.truststore\.location/,
  })
  await assert.rejects(ask(port, { trust: {} }), /is not trusted/)
  await assert.rejects(ask(port, {}, 'kafka.example'), {
    name: 'DeniedError',
    message: /^the certificate of kafka\.example:\d+ is for localhost, 127\.0\.0\.1, not for kafka\.example$/,
    hint: /--resolve/,
  })
  assert.equal((await ask(port, { checkHostName: false }, 'kafka.example')).apiKeys.length, 1)
  assert.equal((await ask(port, { trust: {}, verify: false })).apiKeys.length, 1)
  const expired = await serve(t, { cert: read('expired.pem'), key: read('expired.key') })
  await assert.rejects(
    ask(expired),
    /^DeniedError: the certificate of .* \(CN=expired, O=Test\) has expired on 2021-01-01T00:00:00Z$/,
  )
})

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`a server that wants the client's certificate, ${maxVersion}`, async (t) => {
    const port = await serve(t, { requestCert: true, rejectUnauthorized: true, ca: read('ca.pem'), maxVersion })
    const stores: TlsConfig['identity'][] = [
      { location: golden('alice.p12'), password: 'storepass' },
      { location: golden('alice-java.p12'), password: 'storepass' },
      { location: golden('alice.jks'), password: 'storepass', keyPassword: 'keypass' },
      { location: golden('broker-legacy.p12'), password: 'storepass' },
      { certificate: { location: golden('alice.pem') }, key: { location: golden('alice.key') } },
      {
        certificate: { pem: read('alice.pem').toString().replaceAll('\n', ' ') },
        key: { pem: read('alice-encrypted.key').toString().replaceAll('\n', ' ') },
        keyPassword: 'keypass',
      },
    ]
    const trusts = ['ca.pem', 'trust.p12', 'trust.jks']
    for (const [i, identity] of stores.entries()) {
      const trust = { location: golden(trusts[i % trusts.length]), password: 'storepass' }
      assert.equal((await ask(port, { identity, trust })).apiKeys.length, 1)
    }
    await assert.rejects(ask(port), { name: 'DeniedError', hint: /ssl\.keystore\.location/ })
    const identity = { certificate: { location: golden('expired.pem') }, key: { location: golden('expired.key') } }
    await assert.rejects(ask(port, { identity }), {
      name: 'UnreachableError',
      hint: /accept the client's certificate.* CN=expired, .*signed by CN=Test CA, .*expired on 2021-01-01/,
    })
  })
}

test('versions and ciphers have to meet', async (t) => {
  const port = await serve(t, { minVersion: 'TLSv1.3' })
  await assert.rejects(ask(port, { protocols: ['TLSv1.2'] }), {
    name: 'DeniedError',
    message: /^no TLS with .*protocol/,
  })
  const old = await serve(t, { maxVersion: 'TLSv1.2' })
  assert.equal((await ask(old, { ciphers: ['TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'] })).apiKeys.length, 1)
  await assert.rejects(trusting({ ciphers: ['TLS_NO_SUCH'] }), { name: 'UsageError', hint: /ssl\.cipher\.suites/ })
  await assert.rejects(trusting({ protocols: ['SSLv3'] }), /no version of TLS/)
})

test("Java's names of ciphers are OpenSSL's", () => {
  const known = new Set(tls.getCiphers().map((name) => name.toUpperCase()))
  for (const name of [
    'TLS_AES_128_GCM_SHA256',
    'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384',
    'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
    'TLS_DHE_RSA_WITH_AES_256_GCM_SHA384',
    'TLS_RSA_WITH_AES_128_CBC_SHA',
    'ECDHE-RSA-AES128-GCM-SHA256',
  ]) {
    assert.ok(known.has(openSslName(name)), openSslName(name))
  }
})

test('servers that speak no TLS, cut the handshake, or say nothing', async (t) => {
  const sockets = new Set<Socket>()
  const behave = (what: (socket: Socket) => void) =>
    listen(
      t,
      net.createServer((socket) => {
        sockets.add(socket.on('error', () => {}))
        socket.once('data', () => what(socket))
      }),
      sockets,
    )
  const answer = await behave((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
  await assert.rejects(ask(answer), { name: 'UnreachableError', message: /does not speak TLS$/ })
  const cut = await behave((socket) => socket.end())
  await assert.rejects(ask(cut), { name: 'UnreachableError', message: /ended the connection in the TLS handshake/ })
  const silent = await behave(() => {})
  const opening = Connection.open({
    address: { host: '127.0.0.1', port: silent },
    clientId: 'test',
    setupTimeoutMs: 50,
    tls: await trusting(),
  })
  await assert.rejects(opening, { name: 'TimeoutError', message: /does not answer in TLS within 50 ms/ })
})

test('stores that cannot be read say why and keep their password', async () => {
  const refused = (name: string, password: string | undefined, pattern: RegExp) =>
    assert.rejects(
      readStore(read(name), name, { store: password }),
      (error: Error) => pattern.test(error.message) && !error.message.includes('hunter2'),
      name,
    )
  for (const name of ['alice.p12', 'alice-java.p12', 'broker-legacy.p12', 'alice.jks', 'trust.jks', 'trust.p12']) {
    await refused(name, 'hunter2', /can't be read: the password is wrong/)
    await refused(name, undefined, /its password is not given/)
  }
  await refused('alice.jks', 'storepass', /the key's password is wrong/)
  await refused('alice-encrypted.key', undefined, /the key's password is not given/)
  await refused('alice-encrypted.key', 'hunter2', /the key's password is wrong/)
  await refused('make.sh', 'x', /it is none of PEM, PKCS#12, JKS/)
  await assert.rejects(trusting({ trust: { location: golden('alice.key') } }), /there is no certificate in/)
  await assert.rejects(trusting({ identity: { location: golden('ca.pem') } }), /there is no private key in/)
  const identity = { certificate: { location: golden('alice.pem') }, key: { location: golden('broker.key') } }
  await assert.rejects(trusting({ identity }), /no certificate in .* belongs to its private key/)
  await assert.rejects(trusting({ trust: { location: golden('none') } }), /no such file: /)
})

test('stores that are cut short or damaged are refused, and quickly', async () => {
  for (const name of ['alice.jks', 'alice.p12', 'trust.p12', 'alice.pem']) {
    const bytes = read(name)
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 40)) {
      const damaged = Buffer.from(bytes)
      damaged[at] ^= 0x55
      for (const content of [bytes.subarray(0, at), damaged]) {
        await readStore(content, name, { store: 'storepass', key: 'keypass' }).catch((error) =>
          assert.equal(error.name, 'UsageError', `${name} at ${at}: ${error.stack}`),
        )
      }
    }
  }
})
