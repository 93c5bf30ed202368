// The certificate that ktool serve makes: for which names, kept, and made anew where it is no good.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import tls from 'node:tls'
import { ownCertificate } from '../../../src/net/tls/own-certificate.ts'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'ktool-own-'))
  t.after(() => rmSync(path, { recursive: true }))
  return join(path, 'tls')
}

test('it is good for its names, and its key is for nobody else to read', async (t) => {
  const { keyStore, certificate } = await ownCertificate(folder(t), ['kafka.example', '10.1.2.3', 'fe80::1%eth0'])
  const pem = readFileSync(certificate, 'utf8')
  const parsed = new X509Certificate(pem)
  for (const host of ['localhost', 'kafka.example']) assert.equal(parsed.checkHost(host), host)
  for (const ip of ['127.0.0.1', '::1', '10.1.2.3', 'fe80::1']) assert.ok(parsed.checkIP(ip) !== undefined, ip)
  assert.equal(parsed.checkHost('other.example'), undefined)
  assert.equal(parsed.ca, false)
  assert.ok(Date.parse(parsed.validTo) > Date.now() + 300 * 86_400_000)
  assert.ok(!pem.includes('PRIVATE'))
  if (process.platform !== 'win32') assert.equal(statSync(keyStore).mode & 0o777, 0o600)

  const own = readFileSync(keyStore)
  const server = tls.createServer({ key: own, cert: own }, (socket) => socket.end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as { port: number }
  const socket = tls.connect({ host: '127.0.0.1', port, servername: 'kafka.example', ca: pem })
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
  socket.destroy()
})

test('it stays while it serves, and takes on names', async (t) => {
  const path = folder(t)
  const read = (file: string) => readFileSync(file, 'utf8')
  const first = await ownCertificate(path, ['a.example'])
  const text = read(first.certificate)
  rmSync(first.certificate)
  assert.equal(read((await ownCertificate(path, ['A.example', '0:0:0:0:0:0:0:1'])).certificate), text)
  const second = await ownCertificate(path, ['b.example'])
  const parsed = new X509Certificate(read(second.certificate))
  assert.ok(parsed.checkHost('a.example') && parsed.checkHost('b.example'))
  writeFileSync(second.keyStore, 'damaged')
  const third = await ownCertificate(path, [])
  assert.ok(new X509Certificate(read(third.certificate)).checkPrivateKey !== undefined)
  assert.equal(
    new X509Certificate(read(third.keyStore)).fingerprint,
    new X509Certificate(read(third.certificate)).fingerprint,
  )
})

test('one that ends soon is made anew', async (t) => {
  const path = folder(t)
  const { keyStore } = await ownCertificate(path, [])
  const before = new X509Certificate(readFileSync(keyStore)).serialNumber
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 340 * 86_400_000 })
  await ownCertificate(path, [])
  assert.notEqual(new X509Certificate(readFileSync(keyStore)).serialNumber, before)
})

test('a folder that cannot be written is told', async (t) => {
  const path = folder(t)
  await ownCertificate(path, [])
  await assert.rejects(ownCertificate(join(path, 'broker.pem'), []), {
    name: 'UsageError',
    message: /can't be kept in/,
  })
})
