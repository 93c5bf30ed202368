// Kafka's checkpoint files: lines of text with a version and a count in front.
//
//   0                     version
//   2                     number of entries
//   orders 0 1250         offset checkpoint: topic partition offset
//   orders 1 980
//
// In a data directory: recovery-point-offset-checkpoint, log-start-offset-checkpoint, replication-offset-checkpoint (the
// high watermarks) and cleaner-offset-checkpoint. A partition's leader-epoch-checkpoint has lines `epoch startOffset`.
// (Kafka: CheckpointFile, OffsetCheckpointFile, LeaderEpochCheckpointFile.)

import { readFileSync } from 'node:fs'
import { CorruptError } from '../errors.ts'
import { replaceFile } from './atomic-file.ts'
import { errnoOf } from './storage-error.ts'

export const RECOVERY_POINTS = 'recovery-point-offset-checkpoint'
export const LOG_START_OFFSETS = 'log-start-offset-checkpoint'
export const HIGH_WATERMARKS = 'replication-offset-checkpoint'
export const CLEANER_OFFSETS = 'cleaner-offset-checkpoint'

const VERSION = 0

/** The entries of a checkpoint as text. */
export function formatCheckpoint(entries: readonly string[]): string {
  return `${[VERSION, entries.length, ...entries].join('\n')}\n`
}

/** The entry lines of a checkpoint, each split at its blanks. Empty for a missing or empty file. Throws a CorruptError. */
export function readCheckpoint(path: string, fields: number): string[][] {
  const lines = readLines(path)
  if (lines.length === 0) return []
  if (lines[0] !== String(VERSION)) throw new CorruptError(`${path} has the unknown version '${lines[0].slice(0, 20)}'`)
  const count = Number(lines[1])
  if (count !== lines.length - 2) throw new CorruptError(`${path} says ${lines[1]} entries and has ${lines.length - 2}`)
  return lines.slice(2).map((line) => {
    const words = line.split(/\s+/)
    if (words.length !== fields) throw new CorruptError(`${path} has a malformed line '${line.slice(0, 80)}'`)
    return words
  })
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split(/\r?\n/)
      .filter((line) => line !== '')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return []
    throw error
  }
}

/** One of a data directory's four offset checkpoints. */
export class OffsetCheckpoint {
  readonly path: string
  #written: string | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.path = path
  }

  /** Offsets by folder name (`topic-partition`). Empty for a missing file. Throws a CorruptError. */
  read(): Map<string, number> {
    const offsets = new Map<string, number>()
    for (const [topic, partition, offset] of readCheckpoint(this.path, 3)) {
      const value = Number(offset)
      if (!/^\d+$/.test(partition) || !Number.isSafeInteger(value) || value < 0) {
        throw new CorruptError(`${this.path} has a malformed line '${topic} ${partition} ${offset}'`)
      }
      offsets.set(`${topic}-${Number(partition)}`, value)
    }
    return offsets
  }

  /** Replaces the file durably, unless it would say the same as the last time. */
  write(offsets: Iterable<readonly [topic: string, partition: number, offset: number]>): Promise<void> {
    const entries: string[] = []
    for (const [topic, partition, offset] of offsets) entries.push(`${topic} ${partition} ${offset}`)
    const text = formatCheckpoint(entries)
    // One after the other, so that the last one stays.
    this.#last = this.#last.catch(() => {}).then(() => this.#replace(text))
    return this.#last
  }

  async #replace(text: string): Promise<void> {
    if (text === this.#written) return
    await replaceFile(this.path, text)
    this.#written = text
  }
}
