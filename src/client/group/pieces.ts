// The answers of a fetcher in pieces of about a megabyte, without the partitions that were given up since they were asked
// for.

import type { Piece } from '../consumer.ts'
import type { Answer, Fetched, Position } from '../fetched.ts'
import type { Fetcher } from '../fetcher.ts'
import type { Progress } from './progress.ts'

const PIECE_BYTES = 1 << 20

export class Pieces {
  private readonly fetcher: Fetcher
  private readonly progress: Progress
  private answer: Answer | null = null
  private fetching = false
  /** How often positions were added: a fetcher that ran dry before the last time has more to do now. */
  private additions = 0
  private dryAfter = -1

  constructor(fetcher: Fetcher, progress: Progress) {
    this.fetcher = fetcher
    this.progress = progress
  }

  /** Whether all positions have been read to their ends. */
  get ended(): boolean {
    return this.dryAfter === this.additions
  }

  add(positions: readonly Position[]): void {
    this.additions++
    this.fetcher.add(positions)
  }

  /** The next piece of what is there, null where that is used up. */
  take(): Piece | null {
    const { answer } = this
    if (answer === null) return null
    const partitions: Fetched[] = []
    for (let bytes = 0; bytes < PIECE_BYTES && answer.partitions.length > 0; ) {
      const fetched = answer.partitions.shift() as Fetched
      if (!this.progress.has(fetched.position)) continue
      partitions.push(fetched)
      bytes += fetched.records?.length ?? 0
    }
    if (answer.partitions.length > 0) return { partitions, done: () => {} }
    this.answer = null
    if (partitions.length > 0) return { partitions, done: () => answer.done() }
    answer.done()
    return null
  }

  /** Resolves to true when there may be another piece, or none will come; to false where nothing had to be done. */
  async fetch(): Promise<boolean> {
    if (this.fetching || this.ended || this.progress.size === 0) return false
    this.fetching = true
    const { additions } = this
    try {
      this.answer = await this.fetcher.next()
      if (this.answer === null) this.dryAfter = additions
    } finally {
      this.fetching = false
    }
    return true
  }
}
