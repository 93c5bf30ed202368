// Large buffers used again and again, so that frames of some megabytes cost no page faults and no garbage collection.
// Giving back is optional: a buffer that is never given back is collected as any other.

const ROUND_UP_TO = 1 << 20

export class BufferPool {
  private readonly free: Buffer[] = []
  private readonly keep: number
  private readonly allocate: (size: number) => Buffer
  private readonly preferLarge: boolean

  /**
   * `keep`: how many free buffers to hold at most. `preferLarge`: where there are more, the largest; else a few that were needed
   * at the beginning would stand in the way of all larger ones.
   */
  constructor(keep = 4, allocate: (size: number) => Buffer = Buffer.allocUnsafeSlow, preferLarge = false) {
    this.keep = keep
    this.allocate = allocate
    this.preferLarge = preferLarge
  }

  /** A buffer of just `size` bytes with whatever content. */
  take(size: number): Buffer {
    const index = this.free.findIndex((buffer) => buffer.length >= size)
    const buffer =
      index < 0 ? this.allocate(Math.ceil(size / ROUND_UP_TO) * ROUND_UP_TO) : this.free.splice(index, 1)[0]
    return buffer.subarray(0, size)
  }

  /** Takes back what `take` gave. Nobody may hold a view of it. */
  give(buffer: Buffer): void {
    if (this.free.length < this.keep || this.preferLarge) this.free.push(Buffer.from(buffer.buffer))
    if (this.free.length <= this.keep) return
    const smallest = Math.min(...this.free.map(({ length }) => length))
    this.free.splice(
      this.free.findIndex(({ length }) => length === smallest),
      1,
    )
  }
}
