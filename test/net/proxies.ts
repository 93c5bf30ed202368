// Proxies for tests: SOCKS5 (RFC 1928, RFC 1929) and HTTP CONNECT. They tell where they were asked to go, and go to
// where `route` says.

import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import type { TlsOptions } from 'node:tls'
import { inFull } from '../../src/util/address.ts'

export interface TestProxy {
  port: number
  /** HOST:PORT as they were asked for, in their order. */
  asked: string[]
}

export interface ProxyBehaviour {
  /** USER:PASSWORD that is wanted. */
  login?: string
  /** The port on this machine that a target stands for; undefined: it can't be reached. */
  route: (target: string) => number | undefined
  tls?: TlsOptions
}

function listen(t: TestContext, server: net.Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => {}))
    socket.on('close', () => sockets.delete(socket))
  })
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))
}

function join(client: Socket | net.Socket, upstream: Socket): void {
  const end = () => {
    client.destroy()
    upstream.destroy()
  }
  for (const socket of [client, upstream]) socket.on('error', end).on('close', end)
  client.pipe(upstream).pipe(client)
}

/** `begin`: what an answer comes with in one piece. */
export async function httpProxy(t: TestContext, { login, route, tls }: ProxyBehaviour): Promise<TestProxy> {
  const asked: string[] = []
  const server = tls === undefined ? http.createServer() : https.createServer(tls)
  server.on('connect', ({ url = '', headers }, client: Socket) => {
    const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`
    if (wanted !== headers['proxy-authorization']) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n')
      return
    }
    asked.push(url)
    const port = route(url)
    if (port === undefined) client.end('HTTP/1.1 502 Bad Gateway\r\n\r\nno such place')
    else {
      const upstream = net.connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n')
        join(client, upstream)
      })
    }
  })
  return { port: await listen(t, server), asked }
}

export async function socksProxy(t: TestContext, { login, route }: ProxyBehaviour): Promise<TestProxy> {
  const asked: string[] = []
  const server = net.createServer((client) => {
    let received = Buffer.alloc(0)
    let state: 'greeting' | 'login' | 'request' | 'joined' = 'greeting'
    const take = (bytes: number) => {
      const taken = received.subarray(0, bytes)
      received = received.subarray(bytes)
      return taken
    }
    const step = (): boolean => {
      if (state === 'greeting') {
        if (received.length < 2 || received.length < 2 + received[1]) return false
        const methods = take(2 + received[1]).subarray(2)
        const method = login === undefined ? 0 : 2
        client.write(Buffer.from([5, methods.includes(method) ? method : 0xff]))
        state = login === undefined ? 'request' : 'login'
        return true
      }
      if (state === 'login') {
        const userBytes = received[1]
        if (received.length < 2 || received.length < 3 + userBytes) return false
        const passwordBytes = received[2 + userBytes]
        if (received.length < 3 + userBytes + passwordBytes) return false
        const all = take(3 + userBytes + passwordBytes)
        const given = `${all.subarray(2, 2 + userBytes)}:${all.subarray(3 + userBytes)}`
        client.write(Buffer.from([1, given === login ? 0 : 1]))
        state = 'request'
        return true
      }
      if (state !== 'request' || received.length < 5) return false
      const kind = received[3]
      const hostBytes = kind === 1 ? 4 : kind === 4 ? 16 : received[4]
      const start = kind === 3 ? 5 : 4
      if (received.length < start + hostBytes + 2) return false
      const all = take(start + hostBytes + 2)
      const raw = all.subarray(start, start + hostBytes)
      const host = kind === 1 ? raw.join('.') : kind === 3 ? raw.toString() : groups(raw)
      const target = `${host}:${all.readUInt16BE(start + hostBytes)}`
      asked.push(target)
      const port = route(target)
      if (port === undefined) client.end(Buffer.from([5, 4, 0, 1, 0, 0, 0, 0, 0, 0]))
      else {
        state = 'joined'
        const upstream = net.connect(port, '127.0.0.1', () => {
          client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
          client.off('data', look)
          join(client, upstream)
        })
      }
      return false
    }
    const look = (piece: Buffer) => {
      received = Buffer.concat([received, piece])
      while (step());
    }
    client.on('data', look)
  })
  return { port: await listen(t, server), asked }
}

function groups(raw: Buffer): string {
  return `[${inFull(Array.from({ length: 8 }, (_, at) => raw.readUInt16BE(2 * at).toString(16)).join(':'))}]`
}
