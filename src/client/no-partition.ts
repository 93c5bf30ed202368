// The error for a partition that a topic does not have.

import { KtoolError } from '../errors.ts'

/** `count`: how many it has. */
export function noPartition(topic: string, partition: number, count: number): KtoolError {
  return new KtoolError(`topic ${topic} has no partition ${partition}`, { hint: partitionsText(count) })
}

export function partitionsText(count: number): string {
  return count === 1 ? 'it has partition 0 only' : `its partitions are 0 to ${count - 1}`
}
