// TCP listeners of the broker: one ServerConnection a socket, which has the frames of its stream handled one after the
// other and writes the answers in that order, as Kafka guarantees it.
//
//   socket ──data──> frames ──> queue ──> handle(frame) ──> answer ──> socket
//
// A connection reads no further while requests wait for their turn or answers wait for the other side to take them, so
// that neither a flood of requests nor a slow reader grows memory.

import { createServer, type Server, type Socket } from 'node:net'
import { BufferPool } from '../util/buffer-pool.ts'
import { FrameAssembler, LARGE_FRAME } from './frames.ts'

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

  destroy(): void {
    if (this.closed) return
    this.closed = true
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
    while (!this.busy && !this.closed && this.queue.length > 0 && !this.socket.writableNeedDrain) {
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

  private finish(frame: Buffer, answer: Answer): void {
    if (frame.length >= LARGE_FRAME && frame.length <= LARGEST_KEPT && isWhole(frame)) this.pool.give(frame)
    const { lent, socket } = this
    if (lent.length > 0) this.lent = []
    if (answer === null || this.closed) return
    const sent = lent.length === 0 ? undefined : () => this.giveBack(lent)
    const last = answer.length - 1
    if (last === 0) socket.write(answer[0], sent)
    else {
      socket.cork()
      for (let i = 0; i < last; i++) socket.write(answer[i])
      socket.write(answer[last], sent)
      socket.uncork()
    }
  }

  private giveBack(buffers: readonly Buffer[]): void {
    for (const buffer of buffers) this.pool.give(buffer)
  }

  /** Reads on exactly while nothing waits. */
  private flow(): void {
    if (this.closed) return
    const waiting = this.queue.length > 0 || this.socket.writableNeedDrain
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
  private readonly server: Server
  private readonly connections = new Set<ServerConnection>()
  private readonly pool = new BufferPool(8)

  private constructor(options: ServerOptions, handler: ServerHandler) {
    this.host = options.host
    this.server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
      const connection = new ServerConnection(this, socket, handler, this.pool, options)
      this.connections.add(connection)
      socket.once('close', () => this.connections.delete(connection))
    })
    this.server.maxConnections = options.maxConnections
  }

  /** Listens; rejects with Node's error (EADDRINUSE, EACCES and so on) where that can't be. */
  static listen(options: ServerOptions, handler: ServerHandler): Promise<ServerListener> {
    const listener = new ServerListener(options, handler)
    return new Promise((resolve, reject) => {
      listener.server.once('error', reject)
      listener.server.listen(options.port, options.host, () => {
        listener.server.off('error', reject)
        resolve(listener)
      })
    })
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
    })
  }
}
