// Work on ranges of bytes in words. Keys and values are short: for them a native copy costs more in getting there than in
// copying, and a loop over bytes takes many times the steps of one over words. V8 makes no BigInt of a word that only moves,
// and turns none around that is little-endian.

/** Up to here words are faster than the native copy. */
const WORDS_TO = 192
const HIGH_BITS = 0x8080_8080 | 0

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
    this.look(source, target)
    const { from, to } = this
    const after = at + length
    // The last word may cover bytes of the one before.
    const last = end - 8
    for (; start < last; start += 8, at += 8) to.setBigUint64(at, from.getBigUint64(start, true), true)
    to.setBigUint64(after - 8, from.getBigUint64(last, true), true)
    return after
  }

  /**
   * As copy(), with the control characters, quotation marks, backslashes and 0x7f replaced by what `escapes` has for them.
   * There is room for all of that.
   */
  copyEscaped(
    source: Buffer,
    start: number,
    end: number,
    target: Buffer,
    at: number,
    escapes: readonly Buffer[],
  ): number {
    this.look(source, target)
    const { from, to } = this
    while (start < end) {
      if (start + 4 <= end) {
        const word = from.getInt32(start, true)
        const quotes = word ^ 0x22222222
        const backslashes = word ^ 0x5c5c5c5c
        const deletes = word ^ 0x7f7f7f7f
        // The top bit of each byte: less than 0x20, or equal to one of the three. A byte after such a one may be taken for
        // one too, never the other way round.
        const special =
          ((word - 0x20202020) & ~word) |
          ((quotes - 0x01010101) & ~quotes) |
          ((backslashes - 0x01010101) & ~backslashes) |
          ((deletes - 0x01010101) & ~deletes)
        if ((special & HIGH_BITS) === 0) {
          to.setInt32(at, word, true)
          start += 4
          at += 4
          continue
        }
      }
      for (const stop = Math.min(end, start + 4); start < stop; start++) {
        const byte = source[start]
        if (byte >= 0x20 && byte !== 0x22 && byte !== 0x5c && byte !== 0x7f) target[at++] = byte
        else {
          const text = escapes[byte]
          for (let i = 0; i < text.length; i++) target[at++] = text[i]
        }
      }
    }
    return at
  }

  /** Whether no byte has its top bit set. */
  isAscii(source: Buffer, start: number, end: number): boolean {
    this.look(source, this.target)
    const { from } = this
    for (; start + 16 <= end; start += 16) {
      const first = from.getInt32(start, true) | from.getInt32(start + 4, true)
      const second = from.getInt32(start + 8, true) | from.getInt32(start + 12, true)
      if (((first | second) & HIGH_BITS) !== 0) return false
    }
    let bits = 0
    for (; start < end; start++) bits |= source[start]
    return bits < 0x80
  }

  /** Its view of a target, which it keeps for the next copy. */
  viewOf(target: Buffer): DataView {
    this.look(this.source, target)
    return this.to
  }

  private look(source: Buffer, target: Buffer): void {
    if (source !== this.source) {
      this.source = source
      this.from = new DataView(source.buffer, source.byteOffset, source.length)
    }
    if (target !== this.target) {
      this.target = target
      this.to = new DataView(target.buffer, target.byteOffset, target.length)
    }
  }
}
