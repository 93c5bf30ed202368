// At which offset each leader epoch of a partition began, kept in its leader-epoch-checkpoint file. A client or a
// follower that knows "offset 10 of epoch 3" learns from this whether the log was cut since (KIP-101, KIP-320).
// (Kafka: LeaderEpochFileCache.)

import { join } from 'node:path'
import { replaceFileSync } from './atomic-file.ts'
import { formatCheckpoint, readCheckpoint } from './checkpoint-file.ts'

const FILE_NAME = 'leader-epoch-checkpoint'

export interface EpochEntry {
  epoch: number
  startOffset: number
}

export class LeaderEpochs {
  #dir: string
  #entries: EpochEntry[] = []
  #unsaved = false

  /** Reads the file; one that is missing or unreadable counts as empty, for the log holds what it said. */
  constructor(dir: string) {
    this.#dir = dir
    try {
      for (const [epoch, offset] of readCheckpoint(join(dir, FILE_NAME), 2)) this.#push(Number(epoch), Number(offset))
    } catch {
      this.#entries = []
    }
  }

  get entries(): readonly EpochEntry[] {
    return this.#entries
  }

  get latest(): EpochEntry | undefined {
    return this.#entries.at(-1)
  }

  /** Notes that `epoch` begins at `startOffset`; true when that was new. */
  assign(epoch: number, startOffset: number): boolean {
    if (!this.#push(epoch, startOffset)) return false
    this.#write()
    return true
  }

  /** As `assign`, without writing: for a scan of the whole log, with `save` at its end. */
  observe(epoch: number, startOffset: number): void {
    if (this.latest === undefined || epoch > this.latest.epoch)
      this.#unsaved = this.#push(epoch, startOffset) || this.#unsaved
  }

  save(): void {
    if (this.#unsaved) this.#write()
  }

  /** The epoch that the record at this offset was written in. */
  epochFor(offset: number): number | undefined {
    return this.#entries.findLast((entry) => entry.startOffset <= offset)?.epoch
  }

  /**
   * The largest epoch that is not above `epoch`, and the offset at which it ended (KIP-320's OffsetForLeaderEpoch). The
   * end of the latest epoch is the log's. Undefined when the epoch is not known here.
   */
  endOffsetFor(epoch: number, logEndOffset: number): { epoch: number; endOffset: number } | undefined {
    const latest = this.latest
    if (latest === undefined || epoch < 0 || epoch > latest.epoch) return undefined
    if (epoch === latest.epoch) return { epoch, endOffset: logEndOffset }
    const next = this.#entries.findIndex((entry) => entry.epoch > epoch)
    const endOffset = this.#entries[next].startOffset
    return { epoch: next === 0 ? epoch : this.#entries[next - 1].epoch, endOffset }
  }

  /** Forgets epochs that begin at or after the new end of the log. */
  truncateFromEnd(endOffset: number): void {
    const kept = this.#entries.filter((entry) => entry.startOffset < endOffset)
    if (kept.length === this.#entries.length) return
    this.#entries = kept
    this.#write()
  }

  /** Forgets epochs that ended before the new start of the log; the one that holds it now begins there. */
  truncateFromStart(startOffset: number): void {
    const first = this.#entries.findLastIndex((entry) => entry.startOffset <= startOffset)
    if (first === -1 || (first === 0 && this.#entries[0].startOffset === startOffset)) return
    this.#entries = this.#entries.slice(first)
    this.#entries[0] = { epoch: this.#entries[0].epoch, startOffset }
    this.#write()
  }

  clear(): void {
    this.#entries = []
    this.#write()
  }

  moved(dir: string): void {
    this.#dir = dir
  }

  /** Entries rise in both: an entry that contradicts later ones replaces them. */
  #push(epoch: number, startOffset: number): boolean {
    if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(startOffset) || epoch < 0 || startOffset < 0) return false
    const latest = this.latest
    if (latest !== undefined && latest.epoch === epoch && startOffset >= latest.startOffset) return false
    this.#entries = this.#entries.filter((entry) => entry.epoch < epoch && entry.startOffset < startOffset)
    this.#entries.push({ epoch, startOffset })
    return true
  }

  #write(): void {
    const lines = this.#entries.map((entry) => `${entry.epoch} ${entry.startOffset}`)
    replaceFileSync(join(this.#dir, FILE_NAME), formatCheckpoint(lines))
    this.#unsaved = false
  }
}
