// A TCP listener of the broker and its connections.

import { createServer, type Server, type Socket } from 'node:net'
import { plain, ServerConnection, type ServerHandler } from './server.ts'
import type { ServerMemory } from './server-memory.ts'
import type { ServerTls } from './tls/server.ts'

export interface ServerOptions {
  host: string
  /** 0: any free port. */
  port: number
  /** A frame that says to be larger closes its connection. Bytes. */
  maxFrameBytes: number
  /** A connection without traffic for so long is closed. Milliseconds. */
  idleMs: number
  /** Connections that the system holds until they are taken. */
  backlog: number
  /** Shared by all listeners of a broker. */
  memory: ServerMemory
  /** Over TLS. */
  tls?: ServerTls | null
}

/** A listener and its connections. */
export class ServerListener {
  readonly host: string
  private server!: Server
  private readonly sockets = new Set<Socket>()
  private readonly connections = new Set<ServerConnection>()

  private constructor(host: string) {
    this.host = host
  }

  /** Listens; rejects with Node's error (EADDRINUSE, EACCES and so on) where that can't be. */
  static async listen(options: ServerOptions, handler: ServerHandler): Promise<ServerListener> {
    const listener = new ServerListener(options.host)
    const open = (socket: Socket) => listener.open(socket, handler, options)
    const take = (socket: Socket): boolean => {
      const address = plain(socket.remoteAddress)
      if (handler.accepts !== undefined && !handler.accepts(address)) {
        socket.destroy()
        return false
      }
      listener.sockets.add(socket)
      socket.once('close', () => {
        listener.sockets.delete(socket)
        handler.left?.(address)
      })
      return true
    }
    if (options.tls) {
      const { createTlsServer } = await import('./tls/server.ts')
      listener.server = createTlsServer(options.tls, open, (error, socket) =>
        handler.refused?.(plain(socket.remoteAddress), error),
      )
      // Those in the handshake count too, and have to go at the end.
      listener.server.on('connection', take)
    } else {
      listener.server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
        if (take(socket)) open(socket)
      })
    }
    const { server } = listener
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port: options.port, host: options.host, backlog: options.backlog }, () => {
        server.off('error', reject)
        resolve(listener)
      })
    })
  }

  private open(socket: Socket, handler: ServerHandler, options: ServerOptions): void {
    const connection = new ServerConnection(this, socket, handler, options.memory, options)
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
