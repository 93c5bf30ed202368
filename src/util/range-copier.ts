// Copies ranges of bytes. Keys and values are short: for them a native copy costs more in getting there than in copying,
// and a loop over bytes takes eight times the steps of one over words.

/** Up to here words are faster than the native copy. */
const WORDS_TO = 256

export class RangeCopier {
  private source: Buffer = Buffer.alloc(0)
  private target: Buffer = this.source
  private from: DataView = new DataView(this.source.buffer)
  private to: DataView = this.from

  /** Copies `source` from `start` to `end` to `at` in `target`, which has room; gives the place after it. */
  copy(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
    const length = end - start
    if (length < 8) {
      while (start < end) target[at++] = source[start++]
      return at
    }
    if (length > WORDS_TO) {
      source.copy(target, at, start, end)
      return at + length
    }
    if (source !== this.source) {
      this.source = source
      this.from = new DataView(source.buffer, source.byteOffset, source.length)
    }
    if (target !== this.target) {
      this.target = target
      this.to = new DataView(target.buffer, target.byteOffset, target.length)
    }
    const { from, to } = this
    const after = at + length
    // V8 makes no BigInt of a word that only moves. The last word may cover bytes of the one before.
    for (const last = end - 8; start < last; start += 8, at += 8) to.setBigUint64(at, from.getBigUint64(start))
    to.setBigUint64(after - 8, from.getBigUint64(end - 8))
    return after
  }
}
