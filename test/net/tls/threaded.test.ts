// A connection over TLS with a thread of its own, against a server that answers with as much as it is asked for.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import tls from 'node:tls'
import { UnreachableError } from '../../../src/errors.ts'
import { Connection } from '../../../src/net/connection.ts'
import { FrameAssembler } from '../../../src/net/frames.ts'
import { tlsSettings } from '../../../src/net/tls/settings.ts'
import { Heartbeat } from '../../../src/protocol/apis/12-heartbeat.ts'
import { readRequestHeader } from '../../../src/protocol/frame.ts'
import { Reader } from '../../../src/protocol/reader.ts'

const golden = (name: string) => join(import.meta.dirname, 'golden', name)
const read = (name: string) => readFileSync(golden(name))
const ANSWER_HEADER = 8

/** Answers each request with as many bytes as `sizes` says, all with the request's number. */
async function serve(t: TestContext) {
  const sockets = new Set<Socket>()
  const server = tls.createServer({ cert: read('broker.pem'), key: read('broker.key') }, (socket) => {
    const frames = new FrameAssembler(1 << 20, (frame) => {
      const { correlationId } = readRequestHeader(new Reader(frame))
      const bytes = sizes[correlationId] ?? 0
      const answer = Buffer.alloc(ANSWER_HEADER + bytes, correlationId)
      answer.writeInt32BE(4 + bytes, 0)
      answer.writeInt32BE(correlationId, 4)
      socket.write(answer)
    })
    sockets.add(socket)
    socket.on('error', () => {}).on('data', (chunk) => frames.push(chunk))
  })
  server.on('tlsClientError', () => {})
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, sockets }
}

/** Of the answers, by the number of the request: some are copied, some are in shared memory. */
const sizes = [0, 10, 65_535, 65_536, 3_000_000, 1, 5_000_000, 70_000, 200_000, 12, 9_000_000, 66_000]

async function open(port: number, ca = 'ca.pem'): Promise<Connection> {
  const settings = await tlsSettings({
    trust: { location: golden(ca) },
    identity: {},
    verify: true,
    checkHostName: true,
  })
  const address = { host: '127.0.0.1', port }
  return Connection.open({ address, clientId: 'test', setupTimeoutMs: 10_000, tls: settings, inThread: true })
}

const ask = (connection: Connection) =>
  connection.exchange(Heartbeat, 0, { groupId: '', generationId: 0, memberId: '' }, 10_000)

test('answers of all sizes come whole and in order, and their memory is used again', async (t) => {
  const { port } = await serve(t)
  const connection = await open(port)
  t.after(() => connection.close())
  for (const batch of [sizes.slice(0, 5), sizes.slice(5)]) {
    const first = sizes.indexOf(batch[0])
    const frames = await Promise.all(batch.map(() => ask(connection)))
    for (const [i, frame] of frames.entries()) {
      assert.equal(frame.length, 4 + batch[i])
      assert.equal(frame.readInt32BE(0), first + i)
      assert.ok(frame.subarray(4).equals(Buffer.alloc(batch[i], first + i)))
      connection.recycle(frame)
    }
  }
  assert.equal(
    connection.received,
    sizes.reduce((sum, size) => sum + 4 + size, 0),
  )
})

test('the end of the connection fails what waits', async (t) => {
  const { port, sockets } = await serve(t)
  const connection = await open(port)
  await ask(connection)
  const next = ask(connection)
  for (const socket of sockets) socket.destroy()
  await assert.rejects(next, UnreachableError)
  assert.ok(connection.isClosed)
})

test('closing ends the thread and its socket', async (t) => {
  const { port, sockets } = await serve(t)
  const connection = await open(port)
  await ask(connection)
  const [socket] = sockets
  const ended = new Promise((resolve) => socket.once('close', resolve))
  connection.close()
  await ended
})

test('a server that is not trusted, and one that is not there', async (t) => {
  const { port } = await serve(t)
  await assert.rejects(open(port, 'foreign.pem'), UnreachableError)
  await assert.rejects(open(1), UnreachableError)
})

test('what is no answer ends the connection', async (t) => {
  const { port, sockets } = await serve(t)
  const connection = await open(port)
  await ask(connection)
  for (const socket of sockets) socket.write('HTTP/1.1 400 Bad Request')
  await assert.rejects(ask(connection), /does not answer as a Kafka broker: .*that is how HTTP begins/)
})
