// Through a proxy to what can't be reached from here: SOCKS5 (RFC 1928) or HTTP CONNECT (RFC 9110). The proxy looks up the
// names; what comes after, TLS and login, is between the client and the broker as it is without.

import { once } from 'node:events'
import http from 'node:http'
import net, { type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { DeniedError, KtoolError, TimeoutError, UnreachableError } from '../errors.ts'
import { type Address, name } from '../util/address.ts'
import type { ProxyAddress } from '../util/proxy-url.ts'
import { addressSettings } from './connect.ts'

export interface ProxyOptions {
  proxy: ProxyAddress
  target: Address
  /** Time for all of it. */
  setupTimeoutMs: number
  signal?: AbortSignal
}

/** A socket on which the target answers. Throws UnreachableError, TimeoutError, or DeniedError where the proxy wants a login. */
export async function openThroughProxy(options: ProxyOptions): Promise<Socket> {
  const { proxy, target, setupTimeoutMs, signal } = options
  const where = `the proxy ${name(proxy)}`
  const timeout = AbortSignal.timeout(setupTimeoutMs)
  const stop = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
  const socket = net.connect(addressSettings(proxy, setupTimeoutMs))
  const destroy = () => socket.destroy()
  stop.addEventListener('abort', destroy, { once: true })
  try {
    await once(socket, 'connect', { signal: stop }).catch((error) => {
      throw new UnreachableError(`${where} can't be reached: ${messageOf(error)}`, {
        hint: 'check the setting proxy, and the network between here and there',
        cause: error,
      })
    })
    const way = proxy.isSecure ? await secured(socket, proxy, stop) : socket
    return proxy.kind === 'socks5' ? await socks(way, options, where) : await connect(way, options, where)
  } catch (error) {
    socket.on('error', () => {}).destroy()
    if (signal?.aborted) throw signal.reason
    if (timeout.aborted) {
      throw new TimeoutError(`no connection to ${name(target)} through ${where} within ${setupTimeoutMs} ms`, {
        hint: 'check the setting proxy, and that the proxy may go there',
        cause: error,
      })
    }
    if (error instanceof KtoolError) throw error
    throw unreachable(target, where, messageOf(error as Error), error as Error)
  } finally {
    stop.removeEventListener('abort', destroy)
  }
}

async function secured(socket: Socket, { host }: ProxyAddress, signal: AbortSignal): Promise<Socket> {
  const { default: tls } = await import('node:tls')
  const way = tls.connect({ socket, servername: net.isIP(host) === 0 ? host : '' })
  await once(way, 'secureConnect', { signal })
  return way
}

async function socks(socket: Socket, { proxy, target, setupTimeoutMs }: ProxyOptions, where: string): Promise<Socket> {
  const { SocksClient } = await import('socks')
  const { host, port, user, password } = proxy
  try {
    await SocksClient.createConnection({
      command: 'connect',
      destination: target,
      existing_socket: socket,
      timeout: setupTimeoutMs,
      proxy: { host, port, type: 5, ...(user === '' ? {} : { userId: user, password }) },
    })
    return socket
  } catch (error) {
    // Its error has the password in it: it is no cause to keep.
    const text = messageOf(error as Error)
    if (/authentication/i.test(text)) throw denied(where, text)
    throw unreachable(target, where, text.replace(/^Socks5 proxy rejected connection - /, ''))
  }
}

async function connect(socket: Socket, { proxy, target }: ProxyOptions, where: string): Promise<Socket> {
  const { user, password } = proxy
  const login = Buffer.from(`${user}:${password}`).toString('base64')
  const asked = http.request({
    method: 'CONNECT',
    path: name(target),
    headers: { host: name(target), ...(user === '' ? {} : { 'proxy-authorization': `Basic ${login}` }) },
    createConnection: () => socket,
  })
  const answer = new Promise<[http.IncomingMessage, Duplex, Buffer]>((resolve, reject) => {
    asked.once('connect', (...all) => resolve(all)).once('error', reject)
  })
  asked.end()
  const [{ statusCode = 0, statusMessage }, , head] = await answer
  if (statusCode === 407) throw denied(where, `${statusCode} ${statusMessage}`)
  if (statusCode < 200 || statusCode > 299) throw unreachable(target, where, `${statusCode} ${statusMessage}`)
  if (head.length > 0) socket.unshift(head)
  return socket
}

function denied(where: string, reason: string): DeniedError {
  return new DeniedError(`${where} does not let this user in: ${reason}`, {
    hint: 'give USER:PASSWORD@ before the host in the setting proxy',
  })
}

function unreachable(target: Address, where: string, reason: string, cause?: Error): UnreachableError {
  return new UnreachableError(`can't connect to ${name(target)} through ${where}: ${reason}`, {
    hint: 'the proxy looks up the name and makes the connection: is the address right as seen from there?',
    cause,
  })
}

function messageOf(error: Error): string {
  const first = (error as AggregateError).errors?.[0] ?? error
  return first.message
}
