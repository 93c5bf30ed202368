// TCP listeners of the broker: one ServerConnection a socket, which has the frames of its stream handled one after the
// other and writes the answers in that order, as Kafka guarantees it.
//
//   socket ──data──> frames ──> queue ──> handle(frame) ──> answer ──> socket
//
// A connection reads no further while requests wait for their turn or answers wait for the other side to take them, so
// that neither a flood of requests nor a slow reader grows memory.

import { createServer, type Server, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { BufferPool } from '../util/buffer-pool.ts'
import { FrameAssembler, LARGE_FRAME } from './frames.ts'
import type { ServerTls } from './tls/server.ts'

/** The answer to a frame in pieces to be written in order; null: none is wanted. */
export type Answer = readonly Buffer[] | null

export interface ServerHandler {
  /**
   * Answers one frame (without its size). The frame's bytes are used again once the answer is there; what is to be kept
   * of them has to be copied. An error closes the connection.
   */
  handle(frame: Buffer, connection: ServerConnection): Answer | Promise<Answer>
  /** A connection that is closed because of what the other side sent, or because of a failure in `handle`. */
  rejected(connection: ServerConnection, error: unknown): void
  /** A new connection. */
  opened?(connection: ServerConnection): void
  /** A client that did not come through the TLS handshake. */
  refused?(address: string, error: Error): void
}

export interface ServerOptions {
  host: string
  /** 0: any free port. */
  port: number
  /** A frame that says to be larger closes its connection. Bytes. */
  maxFrameBytes: number
  /** A connection without traffic for so long is closed. Milliseconds. */
  idleMs: number
  /** Connections beyond are closed at once. */
  maxConnections: number
  /** Over TLS. */
  tls?: ServerTls | null
}

/** Larger buffers are not kept for the next frame. */
const LARGEST_KEPT = 16 << 20

/** One client's connection. */
export class ServerConnection {
  readonly listener: ServerListener
  readonly remoteAddress: string
  readonly remotePort: number
  /** The address of this machine that the client has reached. */
  readonly localAddress: string
  /** Called once when the connection is gone. */
  readonly onClose = new Set<() => void>()
  private readonly socket: Socket
  private readonly handler: ServerHandler
  private readonly frames: FrameAssembler
  private readonly pool: BufferPool
  private readonly queue: Buffer[] = []
  /** Given out for the answer that is being made. */
  private lent: Buffer[] = []
  private busy = false
  private paused = false
  private closed = false
  private ending = false
  /** Runs while nothing of the client is heard. */
  private muted: NodeJS.Timeout | undefined

  constructor(
    listener: ServerListener,
    socket: Socket,
    handler: ServerHandler,
    pool: BufferPool,
    options: ServerOptions,
  ) {
    this.listener = listener
    this.socket = socket
    this.handler = handler
    this.pool = pool
    this.remoteAddress = plain(socket.remoteAddress)
    this.remotePort = socket.remotePort ?? 0
    this.localAddress = plain(socket.localAddress)
    this.frames = new FrameAssembler(
      options.maxFrameBytes,
      (frame) => this.queue.push(frame),
      (size) => pool.take(size),
    )
    socket.setTimeout(options.idleMs, () => this.destroy())
    // A client that goes away in the middle is nothing to report.
    socket.on('error', () => this.destroy())
    socket.on('data', (chunk) => this.receive(chunk as Buffer))
    socket.on('drain', () => this.work())
    socket.on('close', () => this.destroy())
  }

  /** A buffer for a part of the answer to the request at hand; it is used again once that part is sent. */
  lend(bytes: number): Buffer {
    if (bytes < LARGE_FRAME) return Buffer.allocUnsafe(bytes)
    const buffer = this.pool.take(bytes)
    if (bytes <= LARGEST_KEPT) this.lent.push(buffer)
    return buffer
  }

  /** What was lent for the request at hand is not sent after all. */
  takeBack(): void {
    for (const buffer of this.lent.splice(0)) this.pool.give(buffer)
  }

  get isClosed(): boolean {
    return this.closed
  }

  /** A frame that says to be larger closes the connection. Bytes. */
  get maxFrameBytes(): number {
    return this.frames.maxBytes
  }

  set maxFrameBytes(bytes: number) {
    this.frames.maxBytes = bytes
  }

  /** The subject of the client's certificate, a line a part; undefined where it has shown none. */
  get certificateSubject(): string | undefined {
    return (this.socket as Partial<TLSSocket>).getPeerX509Certificate?.()?.subject
  }

  /** Ends the connection once the answer to the request at hand is sent; what has come after it is not looked at. */
  endAfterAnswer(): void {
    this.ending = true
  }

  /** The client is not heard for so long once the answer to the request at hand is sent. Milliseconds; 0: it is. */
  mute(ms: number): void {
    if (ms <= 0 || this.closed) return
    clearTimeout(this.muted)
    this.muted = setTimeout(() => {
      this.muted = undefined
      this.work()
    }, ms).unref()
  }

  destroy(): void {
    if (this.closed) return
    this.closed = true
    clearTimeout(this.muted)
    this.queue.length = 0
    this.socket.destroy()
    for (const tell of this.onClose) tell()
  }

  private receive(chunk: Buffer): void {
    if (this.closed) return
    try {
      this.frames.push(chunk)
    } catch (error) {
      this.reject(error)
      return
    }
    this.work()
  }

  /** Handles queued frames until one has to be waited for, or the socket takes no more. */
  private work(): void {
    while (this.isFree && this.queue.length > 0) {
      const frame = this.queue.shift() as Buffer
      let answer: Answer | Promise<Answer>
      try {
        answer = this.handler.handle(frame, this)
      } catch (error) {
        this.reject(error)
        return
      }
      if (answer instanceof Promise) {
        this.busy = true
        answer.then(
          (pieces) => {
            this.busy = false
            this.finish(frame, pieces)
            this.work()
          },
          (error) => this.reject(error),
        )
      } else this.finish(frame, answer)
    }
    this.flow()
  }

  /** Whether the next request can be answered. */
  private get isFree(): boolean {
    return !this.busy && !this.closed && this.muted === undefined && !this.socket.writableNeedDrain
  }

  private finish(frame: Buffer, answer: Answer): void {
    if (frame.length >= LARGE_FRAME && frame.length <= LARGEST_KEPT && isWhole(frame)) this.pool.give(frame)
    const { lent, socket } = this
    if (lent.length > 0) this.lent = []
    if (answer === null || this.closed) {
      if (this.ending) this.destroy()
      return
    }
    const sent = lent.length === 0 ? undefined : () => this.giveBack(lent)
    const last = answer.length - 1
    if (last === 0) socket.write(answer[0], sent)
    else {
      socket.cork()
      for (let i = 0; i < last; i++) socket.write(answer[i])
      socket.write(answer[last], sent)
      socket.uncork()
    }
    if (this.ending) this.end()
  }

  private end(): void {
    this.queue.length = 0
    this.closed = true
    this.socket.destroySoon()
    for (const tell of this.onClose) tell()
  }

  private giveBack(buffers: readonly Buffer[]): void {
    for (const buffer of buffers) this.pool.give(buffer)
  }

  /** Reads on exactly while nothing waits. */
  private flow(): void {
    if (this.closed) return
    const waiting = this.queue.length > 0 || this.socket.writableNeedDrain || this.muted !== undefined
    if (waiting === this.paused) return
    this.paused = waiting
    if (waiting) this.socket.pause()
    else this.socket.resume()
  }

  private reject(error: unknown): void {
    if (!this.closed) this.handler.rejected(this, error)
    this.destroy()
  }
}

/** An IPv4 address that came in through an IPv6 socket as what it is. */
function plain(address = ''): string {
  return address.replace(/^::ffff:/, '')
}

/** Whether a frame begins its memory, as one from the pool does, and is not a view into a chunk of the socket's. */
function isWhole(frame: Buffer): boolean {
  return frame.byteOffset === 0
}

/** A listener and its connections. */
export class ServerListener {
  readonly host: string
  private server!: Server
  private readonly sockets = new Set<Socket>()
  private readonly connections = new Set<ServerConnection>()
  private readonly pool = new BufferPool(8)

  private constructor(host: string) {
    this.host = host
  }

  /** Listens; rejects with Node's error (EADDRINUSE, EACCES and so on) where that can't be. */
  static async listen(options: ServerOptions, handler: ServerHandler): Promise<ServerListener> {
    const listener = new ServerListener(options.host)
    const open = (socket: Socket) => listener.open(socket, handler, options)
    if (options.tls) {
      const { createTlsServer } = await import('./tls/server.ts')
      listener.server = createTlsServer(options.tls, open, (error, socket) =>
        handler.refused?.(plain(socket.remoteAddress), error),
      )
      // Those in the handshake are no connections yet, and have to go at the end all the same.
      listener.server.on('connection', (socket) => {
        listener.sockets.add(socket)
        socket.once('close', () => listener.sockets.delete(socket))
      })
    } else listener.server = createServer({ noDelay: true, keepAlive: true }, open)
    const { server } = listener
    server.maxConnections = options.maxConnections
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(options.port, options.host, () => {
        server.off('error', reject)
        resolve(listener)
      })
    })
  }

  private open(socket: Socket, handler: ServerHandler, options: ServerOptions): void {
    const connection = new ServerConnection(this, socket, handler, this.pool, options)
    this.connections.add(connection)
    socket.once('close', () => this.connections.delete(connection))
    handler.opened?.(connection)
  }

  get port(): number {
    const address = this.server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  get connectionCount(): number {
    return this.connections.size
  }

  /** Takes no new connections, ends the open ones and resolves when all are gone. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve())
      for (const connection of this.connections) connection.destroy()
      for (const socket of this.sockets) socket.destroy()
    })
  }
}
