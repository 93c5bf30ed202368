// The segments of a log in the order of their offsets.

import type { Segment } from './segment.ts'

export class Segments {
  #list: Segment[] = []

  get all(): readonly Segment[] {
    return this.#list
  }

  get first(): Segment | undefined {
    return this.#list[0]
  }

  /** The one that is written to. */
  get active(): Segment {
    const last = this.#list.at(-1)
    if (last === undefined) throw new Error('a log without a segment')
    return last
  }

  get bytes(): number {
    return this.#list.reduce((sum, segment) => sum + segment.size, 0)
  }

  /** Adds a segment, or puts it in the place of the one with the same base offset. */
  add(segment: Segment): void {
    const at = this.floorIndex(segment.baseOffset)
    const replaced = this.#list[at]?.baseOffset === segment.baseOffset
    this.#list = this.#list.toSpliced(replaced ? at : at + 1, replaced ? 1 : 0, segment)
  }

  remove(segment: Segment): void {
    this.#list = this.#list.filter((other) => other !== segment)
  }

  /** Index of the segment that holds the offset if any does: the last that begins at or before it. -1 for none. */
  floorIndex(offset: number): number {
    const list = this.#list
    let low = -1
    let high = list.length - 1
    if (high >= 0 && list[high].baseOffset <= offset) return high
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (list[middle].baseOffset <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  floor(offset: number): Segment | undefined {
    return this.#list[this.floorIndex(offset)]
  }

  /** The first that begins after the offset. */
  higher(offset: number): Segment | undefined {
    return this.#list[this.floorIndex(offset) + 1]
  }

  /** Those that can hold offsets of [from, to). */
  range(from: number, to: number): Segment[] {
    return this.#list.slice(Math.max(0, this.floorIndex(from))).filter((segment) => segment.baseOffset < to)
  }
}
