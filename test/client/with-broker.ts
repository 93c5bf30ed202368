// A client on a bundled broker of its own, both gone when the test ends; and a proxy between the two for what goes wrong
// on the way.

import net from 'node:net'
import type { TestContext } from 'node:test'
import { startBroker } from '../../src/broker/broker.ts'
import { Client } from '../../src/client/client.ts'
import type { ClientOptions } from '../../src/client/options.ts'

export async function withBroker(
  t: TestContext,
  {
    properties = {},
    options = {},
    proxied = false,
  }: {
    properties?: Record<string, string>
    options?: Partial<ClientOptions>
    proxied?: boolean
  } = {},
) {
  const proxy = proxied ? await startProxy(t) : null
  const broker = await startBroker({
    memory: true,
    properties: { 'auto.create.topics.enable': 'false', ...properties },
    advertised: proxy === null ? undefined : { host: '127.0.0.1', port: proxy.port },
  })
  t.after(() => broker.close())
  const [listener] = broker.listeners
  if (proxy !== null) proxy.target = listener.port
  const client = new Client({
    bootstrapServers: [proxy === null ? { ...listener } : { host: '127.0.0.1', port: proxy.port }],
    retryBackoffMs: 5,
    retryBackoffMaxMs: 20,
    reconnectBackoffMs: 5,
    reconnectBackoffMaxMs: 20,
    ...options,
  })
  t.after(() => client.close())
  return { broker, client, proxy: proxy as Proxy }
}

export interface Proxy {
  port: number
  /** How many connections there were. */
  connections: number
  target: number
  /** Called before a piece goes to the broker; false cuts the connection instead, with the answers on their way. */
  allow: (bytes: number) => boolean
  /** Called before a piece of an answer goes to the client; false cuts the connection instead. */
  allowAnswer: () => boolean
  /** Cuts all connections. */
  cut(): void
}

export async function startProxy(t: TestContext): Promise<Proxy> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((client) => {
    proxy.connections++
    const upstream = net.connect(proxy.target, '127.0.0.1')
    const both = [client, upstream]
    const end = () => {
      for (const socket of both) {
        socket.destroy()
        sockets.delete(socket)
      }
    }
    for (const socket of both) {
      sockets.add(socket)
      socket.on('error', end)
      socket.on('close', end)
    }
    client.on('data', (piece) => {
      if (!proxy.allow(piece.length)) return end()
      upstream.write(piece)
    })
    upstream.on('data', (piece) => {
      if (proxy.allowAnswer()) client.write(piece)
      else end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: Proxy = {
    port: (server.address() as net.AddressInfo).port,
    connections: 0,
    target: 0,
    allow: () => true,
    allowAnswer: () => true,
    cut() {
      for (const socket of sockets) socket.destroy()
    },
  }
  t.after(() => {
    proxy.cut()
    server.close()
  })
  return proxy
}
