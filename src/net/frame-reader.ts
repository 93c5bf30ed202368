// The answers of a broker, as they come from its socket.

import { BufferPool } from '../util/buffer-pool.ts'
import { allocateWasm } from '../util/wasm-memory.ts'
import type { SocketReader } from './connect.ts'
import { FrameAssembler, LARGE_FRAME } from './frames.ts'

/** No broker has reason to answer with more; the first bytes of an HTTP answer or a TLS alert, taken as a size, are. */
const MAX_RESPONSE_BYTES = 256 << 20

const READ_BYTES = 256 * 1024
/** Answers that are worked on and on their way. */
const KEPT = 4

export class FrameReader implements SocketReader {
  /** Gets each answer. What it throws goes to `onError`. */
  onFrame: (frame: Buffer) => void = () => {}
  /** Gets a large one each time that more of it has come, before it is whole. Must not throw. */
  onPart: (frame: Buffer, filled: number) => void = () => {}
  /** What comes is no answer, and nothing more comes. */
  onError: (error: Error) => void = () => {}
  private isOver = false
  private readonly pool = new BufferPool(KEPT, allocateWasm, true)
  private readonly assembler = new FrameAssembler(
    MAX_RESPONSE_BYTES,
    (frame) => this.onFrame(frame),
    (size) => this.pool.take(size),
    Buffer.allocUnsafeSlow(READ_BYTES),
  )

  space(): Buffer {
    return this.assembler.space()
  }

  received(bytes: number): void {
    if (this.isOver) return
    try {
      const { assembler } = this
      assembler.received(bytes)
      if (assembler.frame !== null) this.onPart(assembler.frame, assembler.filled)
    } catch (error) {
      this.isOver = true
      this.onError(error as Error)
    }
  }

  /** Takes a frame back for another answer. Nobody may hold a view of it. */
  recycle(frame: Buffer): void {
    const hasOwnMemory = frame.byteOffset === 0 && frame.length >= LARGE_FRAME
    if (hasOwnMemory) this.pool.give(frame)
  }
}
