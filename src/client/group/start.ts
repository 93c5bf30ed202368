// Where a member begins in partitions that it is given: at what the group has committed, else where it was told to.

import { errorCode, KafkaError } from '../../protocol/errors.ts'
import { type Cluster, UnknownTopicError } from '../cluster.ts'
import type { ReadOptions } from '../consumer.ts'
import type { CoordinatorLink } from '../coordinator.ts'
import { Position } from '../fetched.ts'
import { retry } from '../retry.ts'
import { type Bounds, type OffsetSpec, partitionBounds, resolveOffsets } from '../start-offset.ts'
import { fetchOffsets, type MemberIdentity } from './offsets.ts'
import { keyOf, type PartitionName } from './partitions.ts'
import type { Reading } from './progress.ts'

const UNKNOWN_TOPIC_OR_PARTITION = errorCode('UNKNOWN_TOPIC_OR_PARTITION')

/** The partitions with the place to begin at; those of a topic that is gone are left out. */
export async function startReadings(
  cluster: Cluster,
  coordinator: CoordinatorLink,
  partitions: readonly PartitionName[],
  { start, until, exitEof, isolation }: ReadOptions,
  member: () => MemberIdentity,
  recall: (partition: PartitionName) => Reading | undefined,
): Promise<Reading[]> {
  const present = await existing(cluster, partitions)
  const asked = present.filter((partition) => recall(partition) === undefined)
  const committed = new Map(
    (await fetchOffsets(cluster, coordinator, asked, { requireStable: isolation === 1, member })).map((offset) => [
      keyOf(offset),
      offset,
    ]),
  )
  const fresh = asked.filter((partition) => (committed.get(keyOf(partition))?.offset ?? -1) < 0)
  const ends = until !== undefined || exitEof === true
  const bounds = new Map<string, Bounds>()
  for (const row of await partitionBounds(cluster, ends ? present : fresh, isolation)) bounds.set(keyOf(row), row)
  const resolve = async (spec: OffsetSpec, which: readonly PartitionName[]) => {
    const rows = which.map((partition) => bounds.get(keyOf(partition)) as Bounds)
    const offsets = rows.length === 0 ? [] : await resolveOffsets(cluster, spec, rows)
    return new Map(which.map((partition, i) => [keyOf(partition), offsets[i]]))
  }
  const starts = await resolve(start, fresh)
  const stops = until === undefined ? undefined : await resolve(until, present)
  return present.map(({ topic, partition }) => {
    const key = keyOf({ topic, partition })
    const known = recall({ topic, partition })
    const told = committed.get(key)
    const begin = known?.used ?? starts.get(key) ?? told?.offset ?? 0
    const stop = Math.min(stops?.get(key) ?? Infinity, exitEof ? (bounds.get(key)?.latest ?? Infinity) : Infinity)
    const position = new Position(topic, partition, begin, stop)
    const leaderEpoch = known?.leaderEpoch ?? told?.leaderEpoch ?? -1
    position.leaderEpoch = leaderEpoch
    return { topic, partition, position, used: begin, leaderEpoch, committed: known?.committed ?? told?.offset ?? -1 }
  })
}

/** Who shared the partitions out may know newer ones than this client: it looks again until it sees them. */
async function existing(cluster: Cluster, partitions: readonly PartitionName[]): Promise<PartitionName[]> {
  const gone = new Set<string>()
  await retry(cluster.options, async (attempt) => {
    for (const { topic: name, partition } of partitions) {
      if (gone.has(name)) continue
      if (attempt > 1) cluster.forget(name)
      try {
        const topic = await cluster.topic(name)
        if (topic.partitions[partition] === undefined) {
          cluster.forget(name)
          throw new KafkaError(UNKNOWN_TOPIC_OR_PARTITION, `partition ${partition} of ${name}`)
        }
      } catch (error) {
        if (!(error instanceof UnknownTopicError)) throw error
        gone.add(name)
      }
    }
  })
  return partitions.filter(({ topic }) => !gone.has(topic))
}
