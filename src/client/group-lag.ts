// How far groups are and how far behind: what they have committed and are given, against the ends of the partitions. All
// groups together take one request to each coordinator and each leader.

import { KtoolError } from '../errors.ts'
import { errorCode } from '../protocol/errors.ts'
import { type Cluster, UnknownTopicError } from './cluster.ts'
import { keyOf, type PartitionName } from './group/partitions.ts'
import type { GroupDescription, GroupListing, GroupMember, Groups } from './groups.ts'
import { OffsetTime, tryListOffsets } from './list-offsets.ts'

const UNKNOWN_TOPIC = errorCode('UNKNOWN_TOPIC_OR_PARTITION')

export interface PartitionLag extends PartitionName {
  /** Null where nothing is committed. */
  currentOffset: number | null
  /** Leader epoch of the last record that was read, null where it was not committed. */
  leaderEpoch: number | null
  /** Null where it can't be had; `problem` says why. */
  logEndOffset: number | null
  lag: number | null
  metadata: string | null
  /** The member that reads it. */
  memberId: string | null
  instanceId: string | null
  clientId: string | null
  host: string | null
  problem: string | null
}

export interface GroupLag extends Omit<GroupDescription, 'members' | 'protocolType'> {
  memberCount: number
  offsets: PartitionLag[]
}

export function totalLag({ offsets }: Pick<GroupLag, 'offsets'>): number {
  return offsets.reduce((sum, { lag }) => sum + (lag ?? 0), 0)
}

/** By group id, in the order given: where it is, or what is wrong with it. */
export async function describeGroups(
  cluster: Cluster,
  groups: Groups,
  listings: readonly GroupListing[],
): Promise<Map<string, GroupLag | KtoolError>> {
  const [descriptions, offsets] = await Promise.all([groups.describe(listings), groups.offsets(listings)])
  const partitions = new Map<string, PartitionName>()
  for (const committed of offsets.values()) {
    if (!(committed instanceof KtoolError)) for (const row of committed) partitions.set(keyOf(row), row)
  }
  for (const group of descriptions.values()) {
    if (group instanceof KtoolError) continue
    for (const { assignment } of group.members) for (const row of assignment) partitions.set(keyOf(row), row)
  }
  const ends = await endsOf(cluster, [...partitions.values()])
  const described = new Map<string, GroupLag | KtoolError>()
  for (const { groupId } of listings) {
    const group = descriptions.get(groupId) ?? new KtoolError(`the coordinator said nothing of group ${groupId}`)
    const committed = offsets.get(groupId) ?? []
    if (group instanceof KtoolError || committed instanceof KtoolError) {
      described.set(groupId, group instanceof KtoolError ? group : (committed as KtoolError))
      continue
    }
    const { members, protocolType: _, ...rest } = group
    const owners = new Map(members.flatMap((member) => member.assignment.map((row) => [keyOf(row), member])))
    const known = new Map(committed.map((row) => [keyOf(row), row]))
    const names = new Map(
      [...committed, ...members.flatMap(({ assignment }) => assignment)].map((row) => [keyOf(row), row]),
    )
    const rows = [...names].map(([key, { topic, partition }]): PartitionLag => {
      const { offset, leaderEpoch, metadata, lag } = known.get(key) ?? NOTHING
      const end = ends.get(key)
      const logEndOffset = typeof end === 'number' ? end : null
      const currentOffset = offset < 0 ? null : offset
      return {
        topic,
        partition,
        currentOffset,
        leaderEpoch: leaderEpoch < 0 ? null : leaderEpoch,
        logEndOffset,
        lag: lag === undefined ? distance(currentOffset, logEndOffset) : lag,
        metadata: metadata || null,
        ...ownerOf(owners.get(key)),
        problem: typeof end === 'string' ? end : null,
      }
    })
    rows.sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
    described.set(groupId, { ...rest, memberCount: members.length, offsets: rows })
  }
  return described
}

const NOTHING = { offset: -1, leaderEpoch: -1, metadata: null, lag: undefined }

function distance(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : Math.max(0, to - from)
}

function ownerOf(member: GroupMember | undefined) {
  const { memberId = null, instanceId = null, clientId = null, host = null } = member ?? {}
  return { memberId, instanceId, clientId, host }
}

/** The end of each partition by its key, or why there is none. */
async function endsOf(cluster: Cluster, partitions: readonly PartitionName[]): Promise<Map<string, number | string>> {
  const ends = new Map<string, number | string>()
  const topics = [...new Set(partitions.map(({ topic }) => topic))]
  // All of them in one request; what fails is looked at for each below, unless it is gone.
  const answered = topics.length > 0 ? (await cluster.fetchMetadata(topics)).topics : []
  const gone = new Set(answered.filter((row) => row.errorCode === UNKNOWN_TOPIC).map(({ name }) => name))
  const present: PartitionName[] = []
  for (const [topic, rows] of Map.groupBy(partitions, ({ topic }) => topic)) {
    try {
      if (gone.has(topic)) throw new UnknownTopicError(topic)
      const { length } = (await cluster.topic(topic)).partitions
      for (const row of rows) {
        if (row.partition < length) present.push(row)
        else ends.set(keyOf(row), 'the topic has fewer partitions')
      }
    } catch (error) {
      if (!(error instanceof KtoolError)) throw error
      const problem = error instanceof UnknownTopicError ? 'the topic is gone' : error.message
      for (const row of rows) ends.set(keyOf(row), problem)
    }
  }
  const answers = await tryListOffsets(
    cluster,
    present.map(({ topic, partition }) => ({ topic, partition, timestamp: OffsetTime.latest })),
  )
  for (const [i, answer] of answers.entries()) {
    ends.set(keyOf(present[i]), answer instanceof KtoolError ? answer.message : answer.offset)
  }
  return ends
}
