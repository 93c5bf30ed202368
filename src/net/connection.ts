// A client's connection to one broker: requests are pipelined, answers come in the order of the requests (which Kafka
// guarantees per connection), each within its time or the connection is given up.

import { type KtoolError, TimeoutError, UnreachableError } from '../errors.ts'
import type { Api, Input } from '../protocol/api.ts'
import { ProtocolError } from '../protocol/errors.ts'
import { correlationIdOf, decodeResponse, encodeRequest } from '../protocol/frame.ts'
import { type Address, name } from '../util/address.ts'
import type { ProxyAddress } from '../util/proxy-url.ts'
import { type Opened, openPlain } from './connect.ts'
import { FrameReader } from './frame-reader.ts'
import type { TlsSettings } from './tls/settings.ts'

export interface ConnectOptions {
  address: Address
  /** Where the address is reached, if that is another one (--resolve). */
  target?: Address
  clientId: string
  /** Time for name lookup, TCP and TLS together. */
  setupTimeoutMs: number
  /** Over TLS. */
  tls?: TlsSettings | null
  proxy?: ProxyAddress | null
  signal?: AbortSignal
}

/** Sends one request and decodes its answer. */
export type Send = <Request, Response>(
  api: Api<Request, Response>,
  version: number,
  body: Input<Request>,
  timeoutMs: number,
) => Promise<Response>

interface Receiver {
  resolve(frame: Buffer): void
  reject(error: Error): void
  onPart?: FrameReader['onPart'] | undefined
}

interface Pending extends Receiver {
  correlationId: number
  what: string
  timer: NodeJS.Timeout
}

/** Told why a connection has ended; `inPeace`: by close(). */
type CloseListener = (error: Error, inPeace: boolean) => void

export class Connection {
  readonly address: Address
  private readonly socket: Opened['socket']
  private readonly frames: FrameReader
  private readonly lost: Opened['lost']
  private readonly clientId: string
  private readonly pending: Pending[] = []
  private nextCorrelationId = 0
  /** How many answers have come. */
  answered = 0
  private failure: Error | null = null
  /** What waits until `exclusively` or a pause is over; null where nothing has to. */
  private held: (() => void)[] | null = null
  /** Runs while the broker wants to get no requests. */
  private pause: NodeJS.Timeout | null = null
  private onIdle: (() => void) | null = null
  private isEndedInPeace = false
  private readonly closed: CloseListener[] = []

  /** Throws UnreachableError, TimeoutError, or for certificates DeniedError, naming the address. */
  static async open(options: ConnectOptions): Promise<Connection> {
    const { tls, target = options.address } = options
    const where = { ...options, target }
    const frames = new FrameReader()
    const opened = tls
      ? await (await import('./tls/client.ts')).openTls(where, frames, tls)
      : await openPlain(where, frames)
    return new Connection(options, opened, frames)
  }

  private constructor(options: ConnectOptions, { socket, lost }: Opened, frames: FrameReader) {
    const { address } = options
    this.address = address
    this.clientId = options.clientId
    this.socket = socket
    this.lost = lost
    this.frames = frames
    frames.onFrame = (frame) => {
      if (this.failure === null) this.onFrame(frame)
    }
    frames.onPart = (frame, filled) => this.pending[0]?.onPart?.(frame, filled)
    frames.onError = (error) =>
      this.fail(
        new ProtocolError(`${name(address)} does not answer as a Kafka broker: ${error.message}`, {
          hint: 'check the port, and whether this listener wants TLS (security.protocol)',
        }),
      )
    socket.on('error', (error) => this.fail(this.lost(error)))
    socket.on('close', () => this.fail(this.lost()))
  }

  /** Calls `tell` when the connection has ended. */
  onClose(tell: CloseListener): void {
    if (this.failure !== null) tell(this.failure, this.isEndedInPeace)
    else this.closed.push(tell)
  }

  get isClosed(): boolean {
    return this.failure !== null
  }

  /** Sends a request and decodes the answer. */
  async request<Request, Response>(
    api: Api<Request, Response>,
    version: number,
    body: Input<Request>,
    timeoutMs: number,
  ): Promise<Response> {
    const response = decodeResponse(api, version, await this.exchange(api, version, body, timeoutMs))
    this.heed(response as { throttleTimeMs?: number })
    return response
  }

  /**
   * Sends nothing more for as long as the answer asks for (KIP-219). The broker would not read it sooner, and time that a
   * request waits here does not count for its timeout. For answers to `exchange`; `request` does it by itself.
   */
  heed({ throttleTimeMs = 0 }: { throttleTimeMs?: number }): void {
    if (throttleTimeMs <= 0 || this.failure !== null || (this.held !== null && this.pause === null)) return
    if (this.pause !== null) clearTimeout(this.pause)
    this.held ??= []
    this.pause = setTimeout(() => this.goOn(), throttleTimeMs)
  }

  /**
   * Sends a request; resolves to the answer's frame. A large frame may be given back with `recycle`. `onPart` gets it before
   * it is whole; it must not throw.
   */
  exchange<Request>(
    api: Api<Request, unknown>,
    version: number,
    body: Input<Request>,
    timeoutMs: number,
    onPart?: FrameReader['onPart'],
  ): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) return reject(this.failure)
      if (this.held !== null) {
        this.held.push(() => this.exchange(api, version, body, timeoutMs, onPart).then(resolve, reject))
        return
      }
      this.transmit(api, version, body, timeoutMs, { resolve, reject, onPart })
    })
  }

  private transmit<Request>(
    api: Api<Request, unknown>,
    version: number,
    body: Input<Request>,
    timeoutMs: number,
    receiver: Receiver,
  ): void {
    const correlationId = this.nextCorrelationId++ & 0x7fff_ffff
    const chunks = encodeRequest(api, version, correlationId, this.clientId, body)
    const timer = setTimeout(() => this.fail(silent(this.address, api.name, timeoutMs)), timeoutMs)
    this.pending.push({ correlationId, what: api.name, timer, ...receiver })
    this.write(chunks)
  }

  /**
   * Has `work` alone on the connection: it begins when all requests are answered, and others wait until it is over. What
   * fails in it ends the connection. For a login anew (KIP-368), between whose requests no other may come.
   */
  async exclusively(work: (send: Send) => Promise<void>): Promise<void> {
    if (this.pause !== null) await new Promise<void>((resolve) => this.held?.unshift(resolve))
    if (this.failure !== null || this.held !== null) return
    this.held = []
    try {
      if (this.pending.length > 0) await new Promise<void>((resolve) => (this.onIdle = resolve))
      await work((api, version, body, timeoutMs) =>
        new Promise<Buffer>((resolve, reject) => {
          if (this.failure !== null) reject(this.failure)
          else this.transmit(api, version, body, timeoutMs, { resolve, reject })
        }).then((frame) => decodeResponse(api, version, frame)),
      )
    } catch (error) {
      this.fail(error as Error)
    }
    this.goOn()
  }

  /** Sends what was held back. */
  private goOn(): void {
    if (this.pause !== null) clearTimeout(this.pause)
    this.pause = null
    const held = this.held ?? []
    this.held = null
    for (const go of held) go()
  }

  /** Sends a request that gets no answer (Produce with acks=0); resolves when its bytes may be used again. */
  async send<Request>(api: Api<Request, unknown>, version: number, body: Input<Request>): Promise<void> {
    while (this.held !== null) await new Promise<void>((resolve) => this.held?.push(resolve))
    if (this.failure !== null) throw this.failure
    const chunks = encodeRequest(api, version, this.nextCorrelationId++ & 0x7fff_ffff, this.clientId, body)
    await new Promise<void>((resolve, reject) => {
      this.write(chunks, (error) => (error ? reject(this.lost(error)) : resolve()))
    })
  }

  /** Takes a frame back for another answer. Nobody may hold a view of it. */
  recycle(frame: Buffer): void {
    this.frames.recycle(frame)
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
    this.answered++
    head.resolve(frame)
    if (this.onIdle !== null && this.pending.length === 0) this.idle()
  }

  private idle(): void {
    this.onIdle?.()
    this.onIdle = null
  }

  /** What is queued in the socket is only sent where the connection ends `inPeace`: else its bytes may be used again. */
  private fail(error: Error, inPeace = false): void {
    if (this.failure !== null) return
    this.failure = error
    this.isEndedInPeace = inPeace
    if (inPeace && this.socket.writableLength > 0) this.socket.destroySoon()
    else this.socket.destroy()
    for (const pending of this.pending.splice(0)) {
      clearTimeout(pending.timer)
      pending.reject(error)
    }
    this.idle()
    if (this.pause !== null) this.goOn()
    for (const tell of this.closed) tell(error, inPeace)
  }
}

function silent(address: Address, what: string, timeoutMs: number): KtoolError {
  return new TimeoutError(`${name(address)} did not answer within ${timeoutMs} ms (${what} request)`, {
    hint: 'the broker may be overloaded, or this is not a Kafka port; --timeout waits longer',
  })
}
