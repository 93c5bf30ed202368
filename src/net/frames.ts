// Cuts a stream of chunks into frames: an int32 size, then that many bytes. Used by both sides of a connection.

import { CorruptError } from '../errors.ts'
import { SIZE_BYTES } from '../protocol/frame.ts'

/** Frames from this size on are assembled in a buffer from `allocate`, each byte copied once. */
export const LARGE_FRAME = 64 * 1024

export class FrameAssembler {
  /** A frame that says to be larger is refused. */
  maxBytes: number
  private readonly onFrame: (frame: Buffer) => void
  private readonly allocate: (size: number) => Buffer | null
  private readonly scratch: Buffer | null
  /** Bytes of a size or of a small frame that are not complete yet. */
  private rest: Buffer | null = null
  /** A large frame under assembly, and how much of it is there. */
  frame: Buffer | null = null
  filled = 0

  /**
   * `onFrame` gets each frame without its size. Where `allocate` has no memory now, nothing but an empty chunk may be pushed
   * until it has. Bytes come by push(), whose chunks small frames may be views of; or, with a
   * `scratch` buffer to read into, by space() and received(), which read large frames straight into their place.
   */
  constructor(
    maxBytes: number,
    onFrame: (frame: Buffer) => void,
    allocate: (size: number) => Buffer | null = Buffer.allocUnsafeSlow,
    scratch: Buffer | null = null,
  ) {
    this.scratch = scratch
    this.maxBytes = maxBytes
    this.onFrame = onFrame
    this.allocate = allocate
  }

  /** Where the next bytes are to be read to. */
  space(): Buffer {
    return this.frame === null ? (this.scratch as Buffer) : this.frame.subarray(this.filled)
  }

  /** So many bytes were read into space(). Throws as push() does. */
  received(bytes: number): void {
    if (this.frame === null) this.push((this.scratch as Buffer).subarray(0, bytes))
    else {
      this.filled += bytes
      this.endFrame()
    }
  }

  /** Throws a CorruptError for a size that can't be; nothing may be pushed after that. */
  push(chunk: Buffer): void {
    let at = 0
    if (this.rest !== null) {
      chunk = Buffer.concat([this.rest, chunk])
      this.rest = null
    }
    for (;;) {
      if (this.frame !== null) {
        const copied = chunk.copy(this.frame, this.filled, at)
        this.filled += copied
        at += copied
        if (!this.endFrame()) return
      }
      const left = chunk.length - at
      if (left === 0) return
      if (left < SIZE_BYTES) break
      const size = chunk.readInt32BE(at)
      if (size < 0 || size > this.maxBytes) {
        throw new CorruptError(
          `a frame of ${size} bytes announced${whoSpeaks(size)}, at most ${this.maxBytes} are taken`,
        )
      }
      if (size <= left - SIZE_BYTES && !(this.scratch !== null && size >= LARGE_FRAME)) {
        this.onFrame(this.own(chunk.subarray(at + SIZE_BYTES, at + SIZE_BYTES + size)))
        at += SIZE_BYTES + size
      } else if (size < LARGE_FRAME) break
      else {
        this.frame = this.allocate(size)
        if (this.frame === null) break
        this.filled = 0
        at += SIZE_BYTES
      }
    }
    this.rest = this.own(chunk.subarray(at))
  }

  /** Hands the large frame out where it is whole. */
  private endFrame(): boolean {
    const frame = this.frame as Buffer
    if (this.filled < frame.length) return false
    this.frame = null
    this.onFrame(frame)
    return true
  }

  private own(bytes: Buffer): Buffer {
    return this.scratch !== null ? Buffer.from(bytes) : bytes
  }
}

/** Who begins with bytes that make such a size. */
function whoSpeaks(size: number): string {
  if (size === 0x48545450) return ' (that is how HTTP begins)'
  return size >>> 16 === 0x1503 || size >>> 16 === 0x1603 ? ' (that is how TLS begins)' : ''
}
