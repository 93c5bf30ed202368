// What `ktool groups reset-offsets` is going to do: for each partition from where to where. Making the plan changes nothing.

import type { Cluster } from '../../client/cluster.ts'
import { keyOf, type PartitionName } from '../../client/group/partitions.ts'
import { OffsetTime, tryListOffsets } from '../../client/list-offsets.ts'
import { noPartition } from '../../client/no-partition.ts'
import { KtoolError } from '../../errors.ts'
import type { TopicPartitions } from '../../util/topic-partitions.ts'

/** Where to. */
export type Target =
  | { kind: 'earliest' }
  | { kind: 'latest' }
  /** Where it is; the end where it is nowhere. */
  | { kind: 'current' }
  | { kind: 'offset'; offset: number }
  | { kind: 'shift'; by: number }
  /** The first record that is not older; the end where there is none. */
  | { kind: 'time'; timestamp: number }
  /** Offsets of their own, from a file or another group. */
  | { kind: 'given'; offsets: ReadonlyMap<string, number> }

export interface PlannedOffset extends PartitionName {
  /** Null where nothing is committed. */
  from: number | null
  to: number
  /** Of the log, when the plan was made. */
  earliest: number
  latest: number
  /** What the target was before it was brought into the log, null where it was in it. */
  asked: number | null
}

export interface Plan {
  offsets: PlannedOffset[]
  /** Partitions that can't be reset. */
  errors: KtoolError[]
}

/** Brings a target into the log. */
export function clamp(target: number, earliest: number, latest: number): { to: number; asked: number | null } {
  const to = Math.min(Math.max(target, earliest), latest)
  return { to, asked: to === target ? null : target }
}

/** The partitions that the options choose, for a group that has committed `committed`. */
export async function partitionsOf(
  cluster: Cluster,
  chosen: readonly TopicPartitions[] | null,
  committed: readonly PartitionName[],
): Promise<PartitionName[]> {
  if (chosen === null) return [...committed]
  const partitions = new Map<string, PartitionName>()
  for (const { topic, partitions: numbers } of chosen) {
    const { length } = (await cluster.topic(topic)).partitions
    for (const partition of numbers ?? Array(length).keys()) {
      if (partition >= length) {
        throw noPartition(topic, partition, length)
      }
      partitions.set(keyOf({ topic, partition }), { topic, partition })
    }
  }
  return [...partitions.values()]
}

export async function makePlan(
  cluster: Cluster,
  partitions: readonly PartitionName[],
  committed: ReadonlyMap<string, number>,
  target: Target,
): Promise<Plan> {
  const sorted = [...partitions].sort((a, b) =>
    a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
  )
  const ask = (timestamp: number) =>
    tryListOffsets(
      cluster,
      sorted.map(({ topic, partition }) => ({ topic, partition, timestamp })),
    )
  const [earliest, latest, byTime] = await Promise.all([
    ask(OffsetTime.earliest),
    ask(OffsetTime.latest),
    target.kind === 'time' ? ask(target.timestamp) : null,
  ])
  const plan: Plan = { offsets: [], errors: [] }
  for (const [i, partition] of sorted.entries()) {
    const [first, end, found] = [earliest[i], latest[i], byTime?.[i]]
    const failed = [first, end, found].find((answer) => answer instanceof KtoolError)
    if (first instanceof KtoolError || end instanceof KtoolError || found instanceof KtoolError) {
      plan.errors.push(failed as KtoolError)
      continue
    }
    const from = committed.get(keyOf(partition)) ?? null
    const wanted = targetOf(target, partition, from, first.offset, end.offset, found?.offset)
    if (wanted instanceof KtoolError) {
      plan.errors.push(wanted)
      continue
    }
    const bounds = { earliest: first.offset, latest: end.offset }
    plan.offsets.push({ ...partition, from, ...bounds, ...clamp(wanted, first.offset, end.offset) })
  }
  return plan
}

function targetOf(
  target: Target,
  partition: PartitionName,
  from: number | null,
  earliest: number,
  latest: number,
  found: number | undefined,
): number | KtoolError {
  const what = `partition ${partition.partition} of ${partition.topic}`
  switch (target.kind) {
    case 'earliest':
      return earliest
    case 'latest':
      return latest
    case 'current':
      return from ?? latest
    case 'offset':
      return target.offset
    case 'shift':
      return from === null ? new KtoolError(`${what}: nothing is committed that could be shifted`) : from + target.by
    case 'time':
      return found === undefined || found < 0 ? latest : found
    case 'given':
      return target.offsets.get(keyOf(partition)) ?? new KtoolError(`${what}: no offset is given for it`)
  }
}
