// A client's connection to one broker: requests are pipelined, answers come in the order of the requests (which Kafka
// guarantees per connection), each within its time or the connection is given up.

import net from 'node:net'
import { type KtoolError, TimeoutError, UnreachableError } from '../errors.ts'
import type { Api, Input } from '../protocol/api.ts'
import { ProtocolError } from '../protocol/errors.ts'
import { correlationIdOf, decodeResponse, encodeRequest } from '../protocol/frame.ts'
import { BufferPool } from '../util/buffer-pool.ts'
import { FrameAssembler } from './frames.ts'

/** No broker has reason to answer with more; the first bytes of an HTTP answer or a TLS alert, taken as a size, are. */
const MAX_RESPONSE_BYTES = 256 << 20

const READ_BYTES = 256 * 1024

/** Bytes are read straight to where they belong: large answers into their frame, all else into one buffer. */
interface SocketReader {
  scratch: Buffer
  space: () => Buffer
  received: (bytes: number) => void
}

export interface Address {
  host: string
  port: number
}

export interface ConnectOptions {
  address: Address
  clientId: string
  /** Time for name lookup and TCP (and later TLS) together. */
  setupTimeoutMs: number
  signal?: AbortSignal
}

interface Pending {
  correlationId: number
  what: string
  timer: NodeJS.Timeout
  resolve(frame: Buffer): void
  reject(error: Error): void
}

export class Connection {
  readonly address: Address
  private readonly socket: net.Socket
  private readonly clientId: string
  private readonly pending: Pending[] = []
  private readonly pool = new BufferPool()
  private nextCorrelationId = 0
  private failure: Error | null = null

  /** Throws UnreachableError or TimeoutError, naming the address. */
  static async open(options: ConnectOptions): Promise<Connection> {
    const scratch = Buffer.allocUnsafeSlow(READ_BYTES)
    const reader: SocketReader = { scratch, space: () => scratch, received: () => {} }
    return new Connection(options, await openSocket(options, reader), reader)
  }

  private constructor({ address, clientId }: ConnectOptions, socket: net.Socket, reader: SocketReader) {
    this.address = address
    this.clientId = clientId
    this.socket = socket
    const frames = new FrameAssembler(
      MAX_RESPONSE_BYTES,
      (frame) => this.onFrame(frame),
      (size) => this.pool.take(size),
      reader.scratch,
    )
    reader.space = () => frames.space()
    reader.received = (bytes) => {
      if (this.failure !== null) return
      try {
        frames.received(bytes)
      } catch (error) {
        this.fail(
          new ProtocolError(`${name(address)} does not answer as a Kafka broker: ${(error as Error).message}`, {
            hint: 'check the port, and whether this listener wants TLS',
          }),
        )
      }
    }
    socket.on('error', (error) => this.fail(lost(address, error)))
    socket.on('close', () => this.fail(lost(address)))
  }

  get isClosed(): boolean {
    return this.failure !== null
  }

  /** How many requests wait for their answer. */
  get inFlight(): number {
    return this.pending.length
  }

  /** Sends a request and decodes the answer. */
  async request<Request, Response>(
    api: Api<Request, Response>,
    version: number,
    body: Input<Request>,
    timeoutMs: number,
  ): Promise<Response> {
    return decodeResponse(api, version, await this.exchange(api, version, body, timeoutMs))
  }

  /** Sends a request; resolves to the answer's frame. A large frame may be given back with `recycle`. */
  exchange<Request>(
    api: Api<Request, unknown>,
    version: number,
    body: Input<Request>,
    timeoutMs: number,
  ): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) return reject(this.failure)
      const correlationId = this.nextCorrelationId++ & 0x7fff_ffff
      const chunks = encodeRequest(api, version, correlationId, this.clientId, body)
      const timer = setTimeout(() => this.fail(silent(this.address, api.name, timeoutMs)), timeoutMs)
      this.pending.push({ correlationId, what: api.name, timer, resolve, reject })
      this.write(chunks)
    })
  }

  /** Sends a request that gets no answer (Produce with acks=0); resolves when its bytes may be used again. */
  async send<Request>(api: Api<Request, unknown>, version: number, body: Input<Request>): Promise<void> {
    if (this.failure !== null) throw this.failure
    const chunks = encodeRequest(api, version, this.nextCorrelationId++ & 0x7fff_ffff, this.clientId, body)
    await new Promise<void>((resolve, reject) => {
      this.write(chunks, (error) => (error ? reject(lost(this.address, error)) : resolve()))
    })
  }

  /** Takes a frame back for another answer. Nobody may hold a view of it. */
  recycle(frame: Buffer): void {
    if (frame.byteOffset === 0 && frame.length >= 64 * 1024) this.pool.give(frame)
  }

  /** Ends the connection after what was written; requests still waiting fail. */
  close(): void {
    this.fail(new UnreachableError(`the connection to ${name(this.address)} was closed`), true)
  }

  private write(chunks: Buffer[], written?: (error?: Error | null) => void): void {
    this.socket.cork()
    for (const [i, chunk] of chunks.entries()) this.socket.write(chunk, i === chunks.length - 1 ? written : undefined)
    this.socket.uncork()
  }

  private onFrame(frame: Buffer): void {
    const head = this.pending.shift()
    const correlationId = correlationIdOf(frame)
    if (head === undefined || head.correlationId !== correlationId) {
      if (head) this.pending.unshift(head)
      throw new ProtocolError(`an answer to request ${correlationId}, ${head ? head.correlationId : 'none'} was due`)
    }
    clearTimeout(head.timer)
    head.resolve(frame)
  }

  /** What is queued in the socket is only sent where the connection ends `inPeace`: else its bytes may be used again. */
  private fail(error: Error, inPeace = false): void {
    if (this.failure !== null) return
    this.failure = error
    if (inPeace && this.socket.writableLength > 0) this.socket.destroySoon()
    else this.socket.destroy()
    for (const pending of this.pending.splice(0)) {
      clearTimeout(pending.timer)
      pending.reject(error)
    }
  }
}

function openSocket({ address, setupTimeoutMs, signal }: ConnectOptions, reader: SocketReader): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({
      host: address.host,
      port: address.port,
      noDelay: true,
      keepAlive: true,
      onread: {
        buffer: () => reader.space(),
        callback(bytes) {
          reader.received(bytes)
          return true
        },
      },
    })
    const timer = setTimeout(() => stop(noConnection(address, setupTimeoutMs)), setupTimeoutMs)
    const onAbort = () => stop(signal?.reason)
    const settle = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      socket.removeAllListeners()
    }
    const stop = (error: unknown) => {
      settle()
      socket.on('error', () => {})
      socket.destroy()
      reject(error)
    }
    socket.once('connect', () => {
      settle()
      resolve(socket)
    })
    socket.once('error', (error) => stop(refused(address, error)))
    if (signal?.aborted) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** HOST:PORT, with brackets around an IPv6 address. */
export function name({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function refused(address: Address, error: NodeJS.ErrnoException): KtoolError {
  const first = (error as AggregateError).errors?.[0] ?? error
  switch (first.code) {
    case 'ECONNREFUSED':
      return new UnreachableError(`nothing listens on ${name(address)}`, {
        hint: 'check the address (-b HOST:PORT) and that the broker is running; `ktool serve` starts one here',
        cause: error,
      })
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new UnreachableError(`the host name ${address.host} is not known`, {
        hint: 'check the spelling of the address (-b HOST:PORT) and the name service of this machine',
        cause: error,
      })
    case 'ERR_SOCKET_BAD_PORT':
      return new UnreachableError(`${address.port} is not a port`, { cause: error })
    default:
      return new UnreachableError(`can't connect to ${name(address)}: ${first.message}`, {
        hint: 'check the address (-b HOST:PORT), the network and firewalls between here and there',
        cause: error,
      })
  }
}

function noConnection(address: Address, timeoutMs: number): KtoolError {
  return new TimeoutError(`no connection to ${name(address)} within ${timeoutMs} ms`, {
    hint: 'check the address (-b HOST:PORT), the network and firewalls between here and there',
  })
}

function silent(address: Address, what: string, timeoutMs: number): KtoolError {
  return new TimeoutError(`${name(address)} did not answer within ${timeoutMs} ms (${what} request)`, {
    hint: 'the broker may be overloaded, or this is not a Kafka port; --timeout waits longer',
  })
}

function lost(address: Address, error?: Error): KtoolError {
  const reason = error ? `: ${error.message}` : ''
  return new UnreachableError(`the connection to ${name(address)} was lost${reason}`, {
    hint: 'the broker went away, or this listener wants TLS or a login',
    cause: error,
  })
}
