// Opening a client's socket, in plain text, also through a proxy. What fails is told with the address and what to do.

import net from 'node:net'
import { type KtoolError, TimeoutError, UnreachableError } from '../errors.ts'
import { type Address, name } from '../util/address.ts'
import type { ProxyAddress } from '../util/proxy-url.ts'

/** Bytes are read straight to where they belong: large answers into their frame, all else into one buffer. */
export interface SocketReader {
  space: () => Buffer
  received: (bytes: number) => void
}

export interface SocketOptions {
  /** What the broker is called: in errors, and in its certificate. */
  address: Address
  /** Where it is reached, if that is another one (--resolve). */
  target: Address
  /** Time for name lookup, TCP and TLS together. */
  setupTimeoutMs: number
  proxy?: ProxyAddress | null
  signal?: AbortSignal
}

/** An open socket, and the error for its end. */
export interface Opened<Socket extends net.Socket = net.Socket> {
  socket: Socket
  lost: (error?: Error) => KtoolError
}

/** One of a name's several addresses has this long before the next one is tried; the last one has the rest of the time. */
const ADDRESS_MS = 1000

/** Where a socket goes, and what it is for every use. */
export function addressSettings({ host, port }: Address, setupTimeoutMs: number) {
  return {
    host,
    port,
    noDelay: true,
    keepAlive: true,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: Math.max(10, Math.min(ADDRESS_MS, Math.floor(setupTimeoutMs / 4))),
  }
}

/** What a socket is made with. */
export function socketSettings({ target, setupTimeoutMs }: SocketOptions, reader: SocketReader) {
  return {
    ...addressSettings(target, setupTimeoutMs),
    onread: {
      buffer: () => reader.space(),
      callback(bytes: number) {
        reader.received(bytes)
        return true
      },
    },
  }
}

/** The way through the proxy; undefined where none is set. */
export async function proxied({ proxy, ...options }: SocketOptions): Promise<net.Socket | undefined> {
  if (!proxy) return undefined
  return (await import('./proxy.ts')).openThroughProxy({ ...options, proxy })
}

/** For a socket that was not made with a reader. */
export function feed(socket: net.Socket, reader: SocketReader): void {
  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; ) {
      const bytes = chunk.copy(reader.space(), 0, at)
      reader.received(bytes)
      at += bytes
    }
  })
}

/** Throws UnreachableError or TimeoutError. */
export async function openPlain(options: SocketOptions, reader: SocketReader): Promise<Opened> {
  const { address } = options
  const end = (error?: Error) => lost(address, error)
  const way = await proxied(options)
  if (way !== undefined) {
    feed(way, reader)
    return { socket: way, lost: end }
  }
  const socket = net.connect(socketSettings(options, reader))
  await ready(socket, 'connect', options, (error) => refused(options, error))
  return { socket, lost: end }
}

/** Waits until a socket has come so far; destroys it where it takes too long, fails, or nobody wants it any more. */
export function ready(
  socket: net.Socket,
  event: 'connect' | 'secureConnect',
  options: SocketOptions,
  explain: (error: NodeJS.ErrnoException) => KtoolError,
): Promise<void> {
  const { setupTimeoutMs, signal } = options
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => stop(noConnection(options)), setupTimeoutMs)
    const onAbort = () => stop(signal?.reason)
    const settle = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      socket.off('error', onError)
      socket.off(event, onReady)
    }
    const stop = (error: unknown) => {
      settle()
      socket.on('error', () => {})
      socket.destroy()
      reject(error)
    }
    const onError = (error: NodeJS.ErrnoException) => stop(explain(error))
    const onReady = () => {
      settle()
      resolve()
    }
    socket.once(event, onReady)
    socket.once('error', onError)
    if (signal?.aborted) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
  })
}

const CHECK_ADDRESS = 'check the address (-b HOST:PORT), the network and firewalls between here and there'

/** The address, and where it was looked for. */
function place({ address, target }: SocketOptions): string {
  return address === target ? name(address) : `${name(target)} (that is where --resolve puts ${name(address)})`
}

/** TCP could not be had. */
export function refused(options: SocketOptions, error: NodeJS.ErrnoException): KtoolError {
  const first: NodeJS.ErrnoException = (error as AggregateError).errors?.[0] ?? error
  switch (first.code) {
    case 'ECONNREFUSED':
      return new UnreachableError(`nothing listens on ${place(options)}`, {
        hint: 'check the address (-b HOST:PORT) and that the broker is running; `ktool serve` starts one here',
        cause: error,
      })
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new UnreachableError(`the host name ${options.target.host} is not known`, {
        hint: 'check the spelling of the address (-b HOST:PORT) and the name service of this machine',
        cause: error,
      })
    case 'ERR_SOCKET_BAD_PORT':
      return new UnreachableError(`${options.target.port} is not a port`, { cause: error })
    default:
      return new UnreachableError(`can't connect to ${place(options)}: ${first.message}`, {
        hint: CHECK_ADDRESS,
        cause: error,
      })
  }
}

function noConnection(options: SocketOptions): KtoolError {
  return new TimeoutError(`no connection to ${place(options)} within ${options.setupTimeoutMs} ms`, {
    hint: CHECK_ADDRESS,
  })
}

export function lost(address: Address, error?: Error): UnreachableError {
  const reason = error ? `: ${error.message}` : ''
  return new UnreachableError(`the connection to ${name(address)} was lost${reason}`, {
    hint: 'the broker went away, or this listener wants TLS or a login (security.protocol)',
    cause: error,
  })
}
