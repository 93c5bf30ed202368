// 10,000 strangers at the listeners of `ktool serve` that want TLS and a login: cut, oversized, senseless and half-open
// handshakes, wrong mechanisms and passwords. Its memory is bounded, and others are served meanwhile.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import test from 'node:test'
import tls from 'node:tls'
import { ktool, serve } from '../peers/ktool.ts'
import { succeeded } from '../peers/run.ts'
import { at, file, kcatSettings, options, serverProperties } from '../secured.ts'

const COUNT = 10_000
/** So many are open at a time. */
const AT_ONCE = 500
const MOST_GROWTH_MIB = 200

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const frame = (...parts: Buffer[]) =>
  Buffer.concat([int32(parts.reduce((sum, part) => sum + part.length, 0)), ...parts])
const string = (text: string) => Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)])
/** Key, version, correlation id, client id. */
const header = (key: number, version: number) =>
  Buffer.concat([Buffer.from([0, key, 0, version, 0, 0, 0, 1]), string('x')])
const handshake = (mechanism: string) => frame(header(17, 1), string(mechanism))
const authenticate = (text: string) => frame(header(36, 0), int32(text.length), Buffer.from(text))
const hello = Buffer.from('16030100c8010000c40303', 'hex')

/** What is sent before TLS, and what in it. */
const bare = [
  Buffer.alloc(0),
  hello,
  Buffer.concat([hello, Buffer.alloc(300, 0x55)]),
  Buffer.from('1603017fff', 'hex'),
  Buffer.from('GET / HTTP/1.1\r\n\r\n'),
  Buffer.alloc(70_000, 0x80),
]
const inside = [
  Buffer.alloc(0),
  int32(0x7fff_ffff),
  int32(-1),
  int32(600_000),
  Buffer.concat([int32(500_000), Buffer.alloc(1000)]),
  frame(header(3, 12), Buffer.alloc(8, 0xff)),
  handshake('NO-SUCH-MECHANISM'),
  handshake('SCRAM-SHA-512'),
  Buffer.concat([handshake('PLAIN'), authenticate('\0alice\0wrong')]),
  Buffer.concat([handshake('SCRAM-SHA-256'), authenticate('n,,n=alice,r=x'.padEnd(4000, 'x'))]),
  Buffer.concat([handshake('OAUTHBEARER'), authenticate(`n,,\u0001auth=Bearer ${'A'.repeat(4000)}\u0001\u0001`)]),
]

function attack(number: number, port: number): net.Socket {
  const overTls = number % 4 === 0
  const bytes = (overTls ? inside : bare)[number % (overTls ? inside : bare).length] as Buffer
  const socket = overTls
    ? tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
    : net.connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(bytes)
  // Some go away in the middle, the others stay.
  if (number % 3 === 0) socket.end()
  return socket
}

test('10,000 hostile handshakes', { timeout: 300_000 }, async (t) => {
  const { plain, sasl, properties } = await serverProperties()
  const config = file('hostile.properties', properties)
  const broker = await serve({ listen: `127.0.0.1:${plain}`, ownListeners: true, args: ['--config', config] })
  t.after(() => broker.wipe())
  const resident = () => {
    const status = readFileSync(`/proc/${broker.process.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
  }
  const how = ['-b', `localhost:${sasl}`, ...options({ ...kcatSettings('PLAIN'), 'ssl.ca.location': at('ca.pem') })]
  const isServed = async () => succeeded(await ktool(['topics', 'list', ...how]), 'topics list').stdout
  succeeded(await ktool(['topics', 'create', 'served', ...how]), 'topics create')
  const before = resident()
  const open: net.Socket[] = []
  let most = 0
  for (let number = 0; number < COUNT; number++) {
    open.push(attack(number, sasl))
    if (open.length < AT_ONCE) continue
    assert.equal(await isServed(), 'served\t1\t1\n')
    most = Math.max(most, resident())
    for (const socket of open.splice(0)) socket.destroy()
  }
  assert.equal(await isServed(), 'served\t1\t1\n')
  assert.ok(most - before < MOST_GROWTH_MIB, `it has grown from ${before} to ${most} MiB`)
  assert.equal(broker.process.exitCode, null)
})
