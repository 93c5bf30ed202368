// How far each partition that a member has is read: handed out, used, committed. Pure bookkeeping.

import type { Fetched, Position } from '../fetched.ts'
import type { CommittedOffset } from './offsets.ts'
import { keyOf, type PartitionName } from './partitions.ts'

export interface Reading extends PartitionName {
  position: Position
  /** Offset of the first record that was not used yet, and the leader epoch of the one before (-1: not known). */
  used: number
  leaderEpoch: number
  /** As far as the coordinator is known to know, -1 for nothing. */
  committed: number
}

export class Progress {
  private readonly readings = new Map<string, Reading>()
  /** What was given up, and in which generation: who gets it back in the next one goes on where it was. */
  private givenUp = { generation: -1, readings: new Map<string, Reading>() }

  get size(): number {
    return this.readings.size
  }

  has(position: Position): boolean {
    return this.readings.get(keyOf(position))?.position === position
  }

  add(reading: Reading): void {
    this.readings.set(keyOf(reading), reading)
  }

  /** All records of the piece are used, or those before `next`. A partition that was given up meanwhile is left out. */
  passed({ position, next: end, leaderEpoch }: Fetched, next = end): void {
    const reading = this.readings.get(keyOf(position))
    if (reading?.position !== position) return
    reading.used = Math.min(next, position.until)
    if (next === end) reading.leaderEpoch = leaderEpoch
  }

  /** Ends the reading of those of the partitions that are read. */
  take(partitions: readonly PartitionName[]): Reading[] {
    const taken = partitions.flatMap((partition) => this.readings.get(keyOf(partition)) ?? [])
    for (const reading of taken) this.readings.delete(keyOf(reading))
    return taken
  }

  all(): Reading[] {
    return [...this.readings.values()]
  }

  /** Keeps in mind what was given up in a generation; with nothing, forgets. */
  remember(generation: number, readings: readonly Reading[]): void {
    const kept = this.givenUp.generation === generation ? this.givenUp.readings : []
    this.givenUp = {
      generation,
      readings: new Map([...kept, ...readings.map((reading) => [keyOf(reading), reading] as const)]),
    }
  }

  /** How far a partition was read that comes back in the very next generation: nobody else can have had it. */
  recall(partition: PartitionName, generation: number): Reading | undefined {
    return this.givenUp.generation === generation - 1 ? this.givenUp.readings.get(keyOf(partition)) : undefined
  }
}

/** What is to be committed: all that is further than the coordinator knows. */
export function uncommitted(readings: readonly Reading[]): CommittedOffset[] {
  return readings
    .filter(({ used, committed }) => used !== committed)
    .map(({ topic, partition, used, leaderEpoch }) => ({ topic, partition, offset: used, leaderEpoch, metadata: '' }))
}
