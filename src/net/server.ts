// A connection of the broker's side: it has the frames of its stream handled one after the other and writes the answers in
// that order, as Kafka guarantees it.
//
//   socket ──data──> frames ──> queue ──> handle(frame) ──> answer ──> socket
//
// A connection reads no further while requests wait for their turn or answers wait for the other side to take them, so
// that neither a flood of requests nor a slow reader grows memory. What all connections hold together is bounded as well
// (server-memory.ts).

import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { TimeoutError } from '../errors.ts'
import { inFull } from '../util/address.ts'
import { FrameAssembler, LARGE_FRAME } from './frames.ts'
import type { ServerListener } from './server-listener.ts'
import type { RequestHolder, ServerMemory } from './server-memory.ts'

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
  /** Whether a connection from this address is taken; where it is, `left` is called when it is gone. */
  accepts?(address: string): boolean
  left?(address: string): void
  /** A new connection. */
  opened?(connection: ServerConnection): void
  /** A client that did not come through the TLS handshake. */
  refused?(address: string, error: Error): void
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Larger buffers are not kept for the next frame. */
const LARGEST_KEPT = 16 << 20

/** One client's connection. */
export class ServerConnection implements RequestHolder {
  readonly listener: ServerListener
  /** As Java writes it: clients' hosts and ACLs say it so. */
  readonly remoteAddress: string
  readonly remotePort: number
  /** The address of this machine that the client has reached. */
  readonly localAddress: string
  /** Called once when the connection is gone. */
  readonly onClose = new Set<() => void>()
  private readonly socket: Socket
  private readonly handler: ServerHandler
  private readonly frames: FrameAssembler
  private readonly memory: ServerMemory
  private readonly queue: Buffer[] = []
  /** Given out for the answer that is being made. */
  private lent: Buffer[] = []
  private busy = false
  private paused = false
  private closed = false
  private ending = false
  /** Runs while no request may be handled. */
  private pause: NodeJS.Timeout | undefined
  /** The next request waits for room in the memory. */
  private starved = false
  receivedAt = Date.now()

  constructor(
    listener: ServerListener,
    socket: Socket,
    handler: ServerHandler,
    memory: ServerMemory,
    options: { maxFrameBytes: number; idleMs: number },
  ) {
    this.listener = listener
    this.socket = socket
    this.handler = handler
    this.memory = memory
    this.remoteAddress = inFull(plain(socket.remoteAddress))
    this.remotePort = socket.remotePort ?? 0
    this.localAddress = plain(socket.localAddress)
    this.frames = new FrameAssembler(
      options.maxFrameBytes,
      (frame) => this.queue.push(frame),
      (size) => this.reserve(size),
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
    const buffer = this.memory.pool.take(bytes)
    if (bytes <= LARGEST_KEPT) this.lent.push(buffer)
    return buffer
  }

  /** What was lent for the request at hand is not sent after all. */
  takeBack(): void {
    for (const buffer of this.lent.splice(0)) this.memory.pool.give(buffer)
  }

  get isClosed(): boolean {
    return this.closed
  }

  /** What all connections together leave for an answer. Bytes. */
  get answerRoom(): number {
    return this.memory.answerRoom
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

  /** Handles and reads no request for that time, counted from now. Milliseconds. */
  pauseFor(ms: number): void {
    clearTimeout(this.pause)
    this.pause = setTimeout(
      () => {
        this.pause = undefined
        this.work()
      },
      Math.min(ms, LONGEST_TIMER_MS),
    )
  }

  destroy(): void {
    if (this.closed) return
    this.closed = true
    clearTimeout(this.pause)
    this.queue.length = 0
    this.socket.destroy()
    // What is being handled is still held.
    if (!this.busy) this.memory.release(this)
    for (const tell of this.onClose) tell()
  }

  roomAgain(): void {
    this.starved = false
    this.receive(NOTHING)
  }

  giveUp(): void {
    if (this.busy) return
    this.reject(new TimeoutError('a request that did not go on was given up, as others waited for its memory'))
  }

  /** Memory for a large frame, null where it has to wait for it. */
  private reserve(bytes: number): Buffer | null {
    if (this.memory.reserve(this, bytes)) return this.memory.pool.take(bytes)
    this.starved = true
    return null
  }

  private receive(chunk: Buffer): void {
    if (this.closed) return
    this.receivedAt = Date.now()
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
    while (!this.busy && !this.closed && this.queue.length > 0 && !this.isHeld) {
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
          (error) => {
            this.busy = false
            this.memory.release(this)
            this.reject(error)
          },
        )
      } else this.finish(frame, answer)
    }
    this.flow()
  }

  private finish(frame: Buffer, answer: Answer): void {
    if (frame.length >= LARGE_FRAME && isWhole(frame)) {
      if (frame.length <= LARGEST_KEPT) this.memory.pool.give(frame)
      this.memory.release(this, this.closed ? undefined : frame.length)
    }
    const { lent, socket } = this
    if (lent.length > 0) this.lent = []
    if (answer === null || this.closed) {
      if (this.ending) this.destroy()
      return
    }
    let bytes = 0
    for (const piece of answer) bytes += piece.length
    const sent = lent.length === 0 && bytes < LARGE_FRAME ? undefined : () => this.sent(bytes, lent)
    if (sent !== undefined) this.memory.answerBytes += bytes
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
    clearTimeout(this.pause)
    this.socket.destroySoon()
    this.memory.release(this)
    for (const tell of this.onClose) tell()
  }

  /** Called once, also where the connection is gone before. */
  private sent(bytes: number, lent: readonly Buffer[]): void {
    this.memory.answerBytes -= bytes
    for (const buffer of lent) this.memory.pool.give(buffer)
  }

  private get isHeld(): boolean {
    return this.socket.writableNeedDrain || this.pause !== undefined
  }

  /** Reads on exactly while nothing waits. */
  private flow(): void {
    if (this.closed) return
    const waiting = this.queue.length > 0 || this.isHeld || this.starved
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

const NOTHING = Buffer.alloc(0)

/** An IPv4 address that came in through an IPv6 socket as what it is. */
export function plain(address = ''): string {
  return address.replace(/^::ffff:/, '')
}

/** Whether a frame begins its memory, as one from the pool does, and is not a view into a chunk of the socket's. */
function isWhole(frame: Buffer): boolean {
  return frame.byteOffset === 0
}
