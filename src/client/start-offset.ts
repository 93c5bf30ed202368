// Where reading begins and ends, as the user says it, and the offsets that this means in each partition.

import { UsageError } from '../errors.ts'
import { parseTime } from '../util/time.ts'
import type { Cluster } from './cluster.ts'
import { type IsolationLevel, listOffsets, OffsetTime } from './list-offsets.ts'

export type OffsetSpec =
  | { kind: 'beginning' }
  | { kind: 'end' }
  | { kind: 'offset'; offset: number }
  /** The last `count` records of each partition. */
  | { kind: 'last'; count: number }
  /** The first record at or after a time. */
  | { kind: 'time'; timestamp: number }

const OFFSETS = 'offsets are beginning, end, a number, -N for the last N, or @TIME such as @2026-01-31T12:00 or @-1h'

/** beginning, end, N, -N or @TIME; kcat's s@MS too. Throws a UsageError. */
export function parseOffsetSpec(text: string): OffsetSpec {
  if (text === 'beginning' || text === 'earliest') return { kind: 'beginning' }
  if (text === 'end' || text === 'latest') return { kind: 'end' }
  if (/^-\d+$/.test(text)) return { kind: 'last', count: safe(text.slice(1)) }
  if (/^\d+$/.test(text)) return { kind: 'offset', offset: safe(text) }
  // With s in front as in kcat, where e is the end: that one has an option of its own.
  const time = /^s?@(.+)$/.exec(text)
  if (time) return { kind: 'time', timestamp: parseTime(/^\d+$/.test(time[1]) ? `@${time[1]}` : time[1]) }
  throw new UsageError(`'${text}' is not an offset`, {
    hint: text.startsWith('e@') ? `where to end is --until ${text.slice(1)}` : OFFSETS,
  })
}

function safe(digits: string): number {
  const value = Number(digits)
  if (!Number.isSafeInteger(value)) throw new UsageError(`${digits} is larger than any offset`)
  return value
}

export interface PartitionName {
  topic: string
  partition: number
}

export interface Bounds extends PartitionName {
  earliest: number
  latest: number
}

/** The offsets there are; up to the last stable offset where `isolation` is 1. */
export async function partitionBounds(
  cluster: Cluster,
  partitions: readonly PartitionName[],
  isolation: IsolationLevel,
): Promise<Bounds[]> {
  const at = (timestamp: number) => partitions.map(({ topic, partition }) => ({ topic, partition, timestamp }))
  const [earliest, latest] = await Promise.all([
    listOffsets(cluster, at(OffsetTime.earliest)),
    listOffsets(cluster, at(OffsetTime.latest), isolation),
  ])
  return partitions.map(({ topic, partition }, i) => ({
    topic,
    partition,
    earliest: earliest[i].offset,
    latest: latest[i].offset,
  }))
}

/** The offset that `spec` means in each partition. */
export async function resolveOffsets(cluster: Cluster, spec: OffsetSpec, bounds: readonly Bounds[]): Promise<number[]> {
  switch (spec.kind) {
    case 'beginning':
      return bounds.map(({ earliest }) => earliest)
    case 'end':
      return bounds.map(({ latest }) => latest)
    case 'offset':
      return bounds.map(() => spec.offset)
    case 'last':
      return bounds.map(({ earliest, latest }) => Math.max(earliest, latest - spec.count))
    case 'time': {
      const { timestamp } = spec
      const found = await listOffsets(
        cluster,
        bounds.map(({ topic, partition }) => ({ topic, partition, timestamp })),
      )
      // No record is that late: what comes next will be.
      return found.map(({ offset }, i) => (offset < 0 ? bounds[i].latest : offset))
    }
  }
}
