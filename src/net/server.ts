// TCP listeners of the broker: one ServerConnection a socket, which cuts the stream into frames, has them handled one
// after the other and writes the answers in that order, as Kafka guarantees it.
//
//   socket ──data──> frame (size int32, then that many bytes) ──> queue ──> handle(frame) ──> answer ──> socket
//
// A connection reads no further while requests wait for their turn or answers wait for the other side to take them, so
// neither a flood of requests nor a slow reader grows memory. A large frame is assembled in a buffer of its own size.

import { createServer, type Server, type Socket } from 'node:net'

/** The answer to a frame in pieces to be written in order; null: none is wanted. */
export type Answer = readonly Buffer[] | null

export interface ServerHandler {
  /** Answers one frame (without its size). An error closes the connection. */
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
  maxConnections?: number
}

/** A frame whose size is negative or above the limit. */
export class FrameSizeError extends Error {}

const SIZE_BYTES = 4

/** One client's connection. */
export class ServerConnection {
  readonly socket: Socket
  readonly remoteAddress: string
  readonly remotePort: number
  private readonly handler: ServerHandler
  private readonly maxFrameBytes: number
  private readonly queue: Buffer[] = []
  /** Bytes of a size or of a frame that are not yet all there. */
  private partial: Buffer | undefined
  private filled = 0
  private readonly sizeBytes = Buffer.alloc(SIZE_BYTES)
  private sizeFilled = 0
  private busy = false
  private paused = false
  private closed = false

  constructor(socket: Socket, handler: ServerHandler, maxFrameBytes: number) {
    this.socket = socket
    this.handler = handler
    this.maxFrameBytes = maxFrameBytes
    this.remoteAddress = socket.remoteAddress ?? ''
    this.remotePort = socket.remotePort ?? 0
    socket.on('data', (chunk) => this.receive(chunk as Buffer))
    socket.on('drain', () => this.work())
    socket.on('close', () => {
      this.closed = true
      this.queue.length = 0
      this.partial = undefined
    })
  }

  get isClosed(): boolean {
    return this.closed
  }

  destroy(): void {
    this.closed = true
    this.socket.destroy()
  }

  private receive(chunk: Buffer): void {
    try {
      this.cut(chunk)
    } catch (error) {
      this.reject(error)
      return
    }
    this.work()
  }

  /** Cuts a chunk into frames. A frame that lies in one chunk is a view of it. */
  private cut(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.partial !== undefined) {
        const count = chunk.copy(this.partial, this.filled, at)
        at += count
        this.filled += count
        if (this.filled === this.partial.length) {
          this.queue.push(this.partial)
          this.partial = undefined
        }
        continue
      }
      let size: number
      if (this.sizeFilled === 0 && chunk.length - at >= SIZE_BYTES) {
        size = chunk.readInt32BE(at)
        at += SIZE_BYTES
      } else {
        const count = chunk.copy(this.sizeBytes, this.sizeFilled, at)
        at += count
        this.sizeFilled += count
        if (this.sizeFilled < SIZE_BYTES) return
        this.sizeFilled = 0
        size = this.sizeBytes.readInt32BE(0)
      }
      if (size < 0 || size > this.maxFrameBytes) {
        throw new FrameSizeError(
          size < 0
            ? `a request of ${size} bytes`
            : `a request of ${size} bytes is larger than socket.request.max.bytes (${this.maxFrameBytes})`,
        )
      }
      if (chunk.length - at >= size) {
        this.queue.push(chunk.subarray(at, at + size))
        at += size
      } else {
        // Grows with what has arrived would cost copies; the limit above bounds what a hostile size can reserve, and
        // untouched pages of it take no memory.
        this.partial = Buffer.allocUnsafeSlow(size)
        this.filled = 0
      }
    }
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
            this.write(pieces)
            this.work()
          },
          (error) => this.reject(error),
        )
      } else this.write(answer)
    }
    this.flow()
  }

  private write(answer: Answer): void {
    if (answer === null || this.closed) return
    const { socket } = this
    if (answer.length === 1) {
      socket.write(answer[0])
      return
    }
    socket.cork()
    for (const piece of answer) socket.write(piece)
    socket.uncork()
  }

  /** Reads on exactly while nothing waits. */
  private flow(): void {
    if (this.closed) return
    const wanted = this.queue.length > 0 || this.socket.writableNeedDrain
    if (wanted === this.paused) return
    this.paused = wanted
    if (wanted) this.socket.pause()
    else this.socket.resume()
  }

  private reject(error: unknown): void {
    if (!this.closed) this.handler.rejected(this, error)
    this.destroy()
  }
}

/** A listener and its connections. */
export class ServerListener {
  readonly host: string
  readonly port: number
  private readonly server: Server
  private readonly connections: Set<ServerConnection>

  private constructor(server: Server, connections: Set<ServerConnection>, host: string) {
    const address = server.address()
    this.server = server
    this.connections = connections
    this.host = host
    this.port = typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Listens; rejects with Node's error (EADDRINUSE, EACCES …) where that can't be. */
  static listen(options: ServerOptions, handler: ServerHandler): Promise<ServerListener> {
    const connections = new Set<ServerConnection>()
    const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
      const connection = new ServerConnection(socket, handler, options.maxFrameBytes)
      connections.add(connection)
      socket.setTimeout(options.idleMs, () => connection.destroy())
      // A client that goes away in the middle is no event of the broker.
      socket.on('error', () => connection.destroy())
      socket.on('close', () => connections.delete(connection))
    })
    if (options.maxConnections !== undefined) server.maxConnections = options.maxConnections
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(options.port, options.host, () => {
        server.off('error', reject)
        resolve(new ServerListener(server, connections, options.host))
      })
    })
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
