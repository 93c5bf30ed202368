// A connection against servers that behave well and badly.

import assert from 'node:assert/strict'
import net from 'node:net'
import test, { type TestContext } from 'node:test'
import { Connection } from '../../src/net/connection.ts'
import { FrameAssembler } from '../../src/net/frames.ts'
import { ApiVersions } from '../../src/protocol/apis/18-api-versions.ts'
import { encodeResponse, readRequestHeader } from '../../src/protocol/frame.ts'
import { Reader } from '../../src/protocol/reader.ts'

type Behaviour = (socket: net.Socket, correlationId: number, count: number) => void

/** A server that does `behave` for each request; resolves to its port. */
async function serve(t: TestContext, behave: Behaviour): Promise<number> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    let count = 0
    const frames = new FrameAssembler(1 << 20, (frame) =>
      behave(socket, readRequestHeader(new Reader(frame)).correlationId, count++),
    )
    socket.on('data', (chunk) => frames.push(chunk))
  })
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as net.AddressInfo).port
}

function answer(correlationId: number, throttleTimeMs: number): Buffer {
  return Buffer.concat(encodeResponse(ApiVersions, 1, correlationId, { throttleTimeMs }))
}

const open = (port: number, setupTimeoutMs = 5000) =>
  Connection.open({ address: { host: '127.0.0.1', port }, clientId: 'test', setupTimeoutMs })

test('pipelined requests get their answers in order', async (t) => {
  const waiting: [net.Socket, number][] = []
  const port = await serve(t, (socket, id) => {
    waiting.push([socket, id])
    if (waiting.length === 5) for (const [s, i] of waiting) s.write(answer(i, i * 10))
  })
  const connection = await open(port)
  t.after(() => connection.close())
  const answers = await Promise.all(Array.from({ length: 5 }, () => connection.request(ApiVersions, 1, {}, 5000)))
  assert.deepEqual(
    answers.map((a) => a.throttleTimeMs),
    [0, 10, 20, 30, 40],
  )
})

test('an answer to another request than the one due ends the connection', async (t) => {
  const port = await serve(t, (socket, id) => socket.write(answer(id + 7, 0)))
  const connection = await open(port)
  await assert.rejects(connection.request(ApiVersions, 1, {}, 5000), {
    name: 'ProtocolError',
    message: /does not answer as a Kafka broker: an answer to request 7, 0 was due/,
  })
  assert.equal(connection.isClosed, true)
})

test('something else than Kafka is told as such', async (t) => {
  const port = await serve(t, (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
  const connection = await open(port)
  await assert.rejects(connection.request(ApiVersions, 1, {}, 5000), {
    name: 'ProtocolError',
    message: /does not answer as a Kafka broker/,
    hint: /check the port, and whether this listener wants TLS/,
  })
})

test('no answer in time fails everything that waits', async (t) => {
  const port = await serve(t, () => {})
  const connection = await open(port)
  const results = await Promise.allSettled([
    connection.request(ApiVersions, 1, {}, 50),
    connection.request(ApiVersions, 1, {}, 60_000),
  ])
  for (const result of results) {
    assert.equal(result.status, 'rejected')
    assert.equal(result.reason.name, 'TimeoutError')
    assert.equal(result.reason.exitCode, 3)
    assert.match(result.reason.message, /did not answer within 50 ms \(ApiVersions request\)/)
  }
})

test('a connection that is lost fails what waits and what comes after', async (t) => {
  const port = await serve(t, (socket, _id, count) => {
    if (count === 1) socket.resetAndDestroy()
  })
  const connection = await open(port)
  const both = [connection.request(ApiVersions, 1, {}, 5000), connection.request(ApiVersions, 1, {}, 5000)]
  for (const request of both) await assert.rejects(request, { name: 'UnreachableError', message: /was lost/ })
  await assert.rejects(connection.request(ApiVersions, 1, {}, 5000), { name: 'UnreachableError' })
})

test('a closed port, an unknown host and a signal that aborts are told apart', async () => {
  const server = net.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  await assert.rejects(open(port), {
    name: 'UnreachableError',
    message: `nothing listens on 127.0.0.1:${port}`,
    hint: /ktool serve/,
  })
  const unknown = { host: 'no-such-host.invalid', port: 9092 }
  await assert.rejects(Connection.open({ address: unknown, clientId: 'test', setupTimeoutMs: 5000 }), {
    name: 'UnreachableError',
    message: 'the host name no-such-host.invalid is not known',
  })
  const signal = AbortSignal.abort(new Error('stop'))
  const address = { host: '127.0.0.1', port }
  await assert.rejects(Connection.open({ address, clientId: 'test', setupTimeoutMs: 5000, signal }), {
    message: 'stop',
  })
})

test('large answers come in buffers that are used again', async (t) => {
  const payload = Array.from({ length: 40_000 }, (_, i) => ({ apiKey: i & 0x7fff, minVersion: 0, maxVersion: 1 }))
  const port = await serve(t, (socket, id) => {
    socket.write(Buffer.concat(encodeResponse(ApiVersions, 1, id, { apiKeys: payload })))
  })
  const connection = await open(port)
  t.after(() => connection.close())
  const seen = new Set<ArrayBufferLike>()
  for (let i = 0; i < 5; i++) {
    const frame = await connection.exchange(ApiVersions, 1, {}, 5000)
    assert.equal(ApiVersions.response.decode(frame.subarray(4), 1).apiKeys.length, payload.length)
    seen.add(frame.buffer)
    connection.recycle(frame)
  }
  assert.equal(seen.size, 1)
})
