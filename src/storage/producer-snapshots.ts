// The producer snapshot files of one partition: which there are, taking one, loading the newest that is whole.

import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DELETED_SUFFIX, fileNameOf, parseLogFile, SNAPSHOT_SUFFIX } from './log-files.ts'
import { readSnapshot, type SnapshotEntry, writeSnapshot } from './producer-snapshot.ts'
import type { ProducerState } from './producer-state.ts'
import { errnoOf } from './storage-error.ts'

export class ProducerSnapshots {
  #dir: string
  #offsets: number[]
  /** Offset of the one that was taken or loaded last. */
  #latestTaken = 0

  /** `names`: of the files in the folder. */
  constructor(dir: string, names: readonly string[]) {
    this.#dir = dir
    const files = names.map(parseLogFile)
    const snapshots = files.filter((file) => file?.suffix === SNAPSHOT_SUFFIX && file.state === '')
    this.#offsets = snapshots.map((file) => file?.offset ?? 0).sort((a, b) => a - b)
  }

  /** In rising order. */
  get offsets(): readonly number[] {
    return this.#offsets
  }

  /** Writes the state as of its end offset; its path, or undefined when the last one taken is as new. */
  take(state: ProducerState): string | undefined {
    const offset = state.endOffset
    if (offset <= this.#latestTaken) return undefined
    writeSnapshot(this.#path(offset), state.snapshot())
    if (!this.#offsets.includes(offset)) this.#offsets = [...this.#offsets, offset].sort((a, b) => a - b)
    this.#latestTaken = offset
    return this.#path(offset)
  }

  /**
   * Loads the newest one that is at most as new as `endOffset` and newer than `startOffset` into the state. Newer ones,
   * older ones and damaged ones are deleted. Without any the state is empty as of `startOffset`.
   */
  loadLatest(
    state: ProducerState,
    startOffset: number,
    endOffset: number,
    nowMs: number,
    expirationMs: number,
    warn: (message: string) => void,
  ): void {
    for (const offset of this.#offsets) if (offset > endOffset || offset <= startOffset) this.remove(offset)
    for (const offset of this.#offsets.toReversed()) {
      const entries = this.#read(offset, warn)
      if (entries === undefined) continue
      state.load(entries, offset, nowMs, expirationMs)
      this.#latestTaken = offset
      return
    }
    state.clear(startOffset)
    this.#latestTaken = startOffset
  }

  /** The log begins later now. */
  onLogStart(startOffset: number): void {
    this.#latestTaken = this.#offsets.at(-1) ?? startOffset
  }

  remove(offset: number): void {
    this.#offsets = this.#offsets.filter((other) => other !== offset)
    rmSync(this.#path(offset), { force: true })
  }

  /** Sets the file aside; its path, to delete it later. */
  retire(offset: number): string | undefined {
    if (!this.#offsets.includes(offset)) return undefined
    this.#offsets = this.#offsets.filter((other) => other !== offset)
    const retired = this.#path(offset) + DELETED_SUFFIX
    try {
      renameSync(this.#path(offset), retired)
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined
      throw error
    }
    return retired
  }

  /**
   * Deletes those beyond the log's end, and those that belong to no segment but for the newest: that is the one of a clean
   * stop.
   */
  removeStray(baseOffsets: ReadonlySet<number>, endOffset: number): void {
    for (const offset of this.#offsets) if (offset > endOffset) this.remove(offset)
    const stray = this.#offsets.filter((offset) => !baseOffsets.has(offset))
    const newest = stray.at(-1)
    const last = Math.max(...baseOffsets)
    for (const offset of stray) if (offset !== newest || offset < last) this.remove(offset)
  }

  clear(): void {
    for (const offset of this.#offsets) this.remove(offset)
    this.#latestTaken = 0
  }

  moved(dir: string): void {
    this.#dir = dir
  }

  #read(offset: number, warn: (message: string) => void): SnapshotEntry[] | undefined {
    try {
      return readSnapshot(this.#path(offset))
    } catch (error) {
      warn(`leaving a producer snapshot out: ${(error as Error).message}`)
      this.remove(offset)
      return undefined
    }
  }

  #path(offset: number): string {
    return join(this.#dir, fileNameOf(offset) + SNAPSHOT_SUFFIX)
  }
}
