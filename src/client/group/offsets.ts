// The offsets that a group has committed: read and written at its coordinator, in all versions of the two requests (one
// group or several, topics by name or from version 10 by id).

import { OffsetCommit, type OffsetCommitResponse } from '../../protocol/apis/08-offset-commit.ts'
import { OffsetFetch, type OffsetFetchResponse } from '../../protocol/apis/09-offset-fetch.ts'
import { ZERO_UUID } from '../../protocol/codec.ts'
import { errorCode, KafkaError } from '../../protocol/errors.ts'
import { type Cluster, UnknownTopicError } from '../cluster.ts'
import type { CoordinatorLink } from '../coordinator.ts'
import { retry } from '../retry.ts'
import { byTopic, keyOf, type PartitionName } from './partitions.ts'

export interface CommittedOffset extends PartitionName {
  /** Of the next record to read; -1 where nothing is committed. */
  offset: number
  /** Of the last record that was read, -1 where it is not known (KIP-320). */
  leaderEpoch: number
  metadata: string | null
  /** Of share groups, as their coordinator counts it: without what is done behind `offset`. Null where it does not tell. */
  lag?: number | null
}

/** As whom a request is made: a member, or with the defaults somebody from outside the group. */
export interface MemberIdentity {
  memberId: string
  /** Generation of a classic group, epoch of a member with the consumer protocol, -1 from outside. */
  generation: number
  instanceId: string | null
}

export const outsider: MemberIdentity = { memberId: '', generation: -1, instanceId: null }

export interface OffsetsOptions {
  /** Who asks, looked at anew with every attempt: an epoch may have moved on. */
  member?: () => MemberIdentity
  /** How long to try again, where that may help. Default: the client's time for an operation. */
  timeoutMs?: number
}

/** Version 8 asks for several groups, 9 knows member epochs, 10 topic ids. */
const GROUPS = 8
const TOPIC_IDS = 10

const UNKNOWN_TOPIC_ID = errorCode('UNKNOWN_TOPIC_ID')
const between = new Set([errorCode('STALE_MEMBER_EPOCH'), errorCode('REBALANCE_IN_PROGRESS')])

/** The group is between two generations, or the next heartbeat brings the member's new epoch: soon it may do. */
class BetweenError extends KafkaError {
  override readonly retriable = true
}

/**
 * What the group has committed for the partitions, in their order; for null whatever it has. With `requireStable` it
 * waits for transactions that are about to commit other offsets (KIP-447).
 */
export async function fetchOffsets(
  cluster: Cluster,
  coordinator: CoordinatorLink,
  partitions: readonly PartitionName[] | null,
  { requireStable = false, member = () => outsider, timeoutMs }: OffsetsOptions & { requireStable?: boolean } = {},
): Promise<CommittedOffset[]> {
  if (partitions?.length === 0) return []
  const topics = partitions === null ? null : byTopic(partitions)
  const groupId = coordinator.key
  return retry(withTime(cluster, timeoutMs), async () => {
    const ids = topics === null ? null : await topicIds(cluster, topics.keys())
    const rows = topics && [...topics].map(([name, partitionIndexes]) => ({ name, partitionIndexes }))
    const { memberId, generation } = member()
    const answer = await coordinator.request(
      OffsetFetch,
      (version) =>
        version < GROUPS
          ? { groupId, topics: rows, requireStable: version >= 7 && requireStable }
          : {
              groups: [
                {
                  groupId,
                  memberId: memberId || null,
                  memberEpoch: memberId === '' ? -1 : generation,
                  topics: rows?.map((row) => ({ ...row, topicId: ids?.get(row.name) ?? ZERO_UUID })) ?? null,
                },
              ],
              requireStable,
            },
      fetchCodes,
      { maxVersion: ids === null ? TOPIC_IDS - 1 : undefined },
    )
    const fetched = new Map<string, CommittedOffset>()
    const { code, topics: answered } = groupOf(answer)
    throwBetween(code, groupId)
    if (code !== 0) throw new KafkaError(code, `offsets of group ${groupId}`)
    for (const row of answered) {
      const topic = row.name || nameOf(row.topicId, ids)
      for (const {
        partitionIndex: partition,
        committedOffset,
        committedLeaderEpoch,
        metadata,
        errorCode,
      } of row.partitions) {
        if (errorCode === UNKNOWN_TOPIC_ID) cluster.forget(topic)
        if (errorCode !== 0)
          throw new KafkaError(errorCode, `offset of group ${groupId} in ${keyOf({ topic, partition })}`)
        const offset = { topic, partition, offset: committedOffset, leaderEpoch: committedLeaderEpoch, metadata }
        fetched.set(keyOf(offset), offset)
      }
    }
    if (partitions === null) return [...fetched.values()]
    const nothing = { offset: -1, leaderEpoch: -1, metadata: null }
    return partitions.map(
      ({ topic, partition }) => fetched.get(keyOf({ topic, partition })) ?? { topic, partition, ...nothing },
    )
  })
}

/** Commits offsets. The map has an entry for each that was refused; the others are committed. */
export async function commitOffsets(
  cluster: Cluster,
  coordinator: CoordinatorLink,
  offsets: readonly CommittedOffset[],
  { member = () => outsider, timeoutMs }: OffsetsOptions = {},
): Promise<Map<string, KafkaError>> {
  if (offsets.length === 0) return new Map()
  const groupId = coordinator.key
  const { requestTimeoutMs } = cluster.options
  const byKey = new Map(offsets.map((offset) => [keyOf(offset), offset]))
  const topics = byTopic(offsets)
  return retry(withTime(cluster, timeoutMs), async () => {
    const ids = await topicIds(cluster, topics.keys())
    const { memberId, generation, instanceId } = member()
    const answer = await coordinator.request(
      OffsetCommit,
      {
        groupId,
        memberId,
        generationIdOrMemberEpoch: generation,
        groupInstanceId: instanceId,
        topics: [...topics].map(([name, partitions]) => ({
          name,
          topicId: ids?.get(name) ?? ZERO_UUID,
          partitions: partitions.map((partition) => {
            const { offset, leaderEpoch, metadata } = byKey.get(keyOf({ topic: name, partition })) as CommittedOffset
            return {
              partitionIndex: partition,
              committedOffset: offset,
              committedLeaderEpoch: leaderEpoch,
              committedMetadata: metadata ?? '',
            }
          }),
        })),
      },
      commitCodes,
      {
        minVersion: instanceId === null ? undefined : 7,
        maxVersion: ids === null ? TOPIC_IDS - 1 : undefined,
        timeoutMs: Math.min(requestTimeoutMs, timeoutMs ?? requestTimeoutMs),
      },
    )
    const refused = new Map<string, KafkaError>()
    for (const row of answer.topics) {
      const topic = row.name || nameOf(row.topicId, ids)
      for (const { partitionIndex: partition, errorCode } of row.partitions) {
        throwBetween(errorCode, groupId)
        const what = `committing ${keyOf({ topic, partition })} for group ${groupId}`
        if (errorCode === UNKNOWN_TOPIC_ID) {
          cluster.forget(topic)
          throw new KafkaError(errorCode, what)
        }
        if (errorCode !== 0) refused.set(keyOf({ topic, partition }), new KafkaError(errorCode, what))
      }
    }
    return refused
  })
}

/** Ids by topic, null where one has none: a topic that is gone, or a broker from before topic ids. */
async function topicIds(cluster: Cluster, topics: Iterable<string>): Promise<Map<string, string> | null> {
  const ids = new Map<string, string>()
  for (const name of topics) {
    const topic = await cluster.topic(name).catch((error) => {
      if (error instanceof UnknownTopicError || error instanceof KafkaError) return null
      throw error
    })
    if (topic === null || topic.topicId === ZERO_UUID) return null
    ids.set(name, topic.topicId)
  }
  return ids
}

function nameOf(topicId: string, ids: Map<string, string> | null): string {
  for (const [name, id] of ids ?? []) if (id === topicId) return name
  return ''
}

function throwBetween(code: number, groupId: string): void {
  if (between.has(code)) throw new BetweenError(code, `group ${groupId}`)
}

function withTime(cluster: Cluster, timeoutMs = cluster.options.apiTimeoutMs): Cluster['options'] {
  return { ...cluster.options, apiTimeoutMs: timeoutMs }
}

/** The one group of the answer, whichever version it has. */
function groupOf({ groups, errorCode, topics }: OffsetFetchResponse) {
  const [group] = groups
  if (group !== undefined) return { code: group.errorCode, topics: group.topics }
  return { code: errorCode, topics: topics.map((topic) => ({ ...topic, topicId: ZERO_UUID })) }
}

function* fetchCodes(answer: OffsetFetchResponse): Generator<number> {
  const { code, topics } = groupOf(answer)
  yield code
  for (const { partitions } of topics) for (const { errorCode } of partitions) yield errorCode
}

function* commitCodes({ topics }: OffsetCommitResponse): Generator<number> {
  for (const { partitions } of topics) for (const { errorCode } of partitions) yield errorCode
}
