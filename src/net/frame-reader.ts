// The answers of a broker, as they come from its socket.

import { BufferPool } from '../util/buffer-pool.ts'
import { allocateShared } from '../util/wasm-memory.ts'
import type { SocketReader } from './connect.ts'
import { FrameAssembler, LARGE_FRAME } from './frames.ts'

/** No broker has reason to answer with more; the first bytes of an HTTP answer or a TLS alert, taken as a size, are. */
const MAX_RESPONSE_BYTES = 256 << 20

const READ_BYTES = 256 * 1024
/** Answers that are worked on and on their way. */
const KEPT = 4

/** Where the answers of a connection come from. */
export interface FrameSource {
  /** Gets each one. What it throws goes to `onError`. */
  onFrame: (frame: Buffer) => void
  /** Gets a large one each time that more of it has come, before it is whole. Must not throw. */
  onPart: (frame: Buffer, filled: number) => void
  /** What comes is no answer, and nothing more comes. */
  onError: (error: Error) => void
  /** How many bytes have come. */
  readonly bytes: number
  /** Takes a frame back for another answer. Nobody may hold a view of it. */
  recycle(frame: Buffer): void
}

export class FrameReader implements FrameSource, SocketReader {
  onFrame: FrameSource['onFrame'] = () => {}
  onPart: FrameSource['onPart'] = () => {}
  onError: FrameSource['onError'] = () => {}
  bytes = 0
  private isOver = false
  private readonly pool: BufferPool
  private readonly assembler: FrameAssembler

  constructor() {
    this.pool = new BufferPool(KEPT, allocateShared)
    this.assembler = new FrameAssembler(
      MAX_RESPONSE_BYTES,
      (frame) => this.onFrame(frame),
      (size) => this.pool.take(size),
      Buffer.allocUnsafeSlow(READ_BYTES),
    )
  }

  space(): Buffer {
    return this.assembler.space()
  }

  received(bytes: number): void {
    if (this.isOver) return
    this.bytes += bytes
    try {
      const { assembler } = this
      assembler.received(bytes)
      if (assembler.frame !== null) this.onPart(assembler.frame, assembler.filled)
    } catch (error) {
      this.isOver = true
      this.onError(error as Error)
    }
  }

  recycle(frame: Buffer): void {
    if (isLarge(frame)) this.pool.give(frame)
  }
}

/** Whether the frame has memory of its own, which can be used again. */
export function isLarge(frame: Buffer): boolean {
  return frame.byteOffset === 0 && frame.length >= LARGE_FRAME
}
