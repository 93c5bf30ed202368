// Groups as an administrator sees them: which there are, what they are doing, where they are. Everything is asked of the
// groups' coordinators, in one request for all groups of each.

import { ExitCode, KtoolError } from '../errors.ts'
import { OffsetFetch } from '../protocol/apis/09-offset-fetch.ts'
import { ListGroups } from '../protocol/apis/16-list-groups.ts'
import { DeleteGroups } from '../protocol/apis/42-delete-groups.ts'
import { OffsetDelete } from '../protocol/apis/47-offset-delete.ts'
import { DescribeShareGroupOffsets } from '../protocol/apis/90-describe-share-group-offsets.ts'
import { AlterShareGroupOffsets } from '../protocol/apis/91-alter-share-group-offsets.ts'
import { DeleteShareGroupOffsets } from '../protocol/apis/92-delete-share-group-offsets.ts'
import { check, KafkaError } from '../protocol/errors.ts'
import type { Broker } from './broker.ts'
import type { Cluster } from './cluster.ts'
import { Coordinator, findCoordinators } from './coordinator.ts'
import { type CommittedOffset, commitOffsets } from './group/offsets.ts'
import { byTopic, keyOf, type PartitionName } from './group/partitions.ts'
import { describers } from './group-descriptions.ts'
import { retry } from './retry.ts'

export const groupTypes = ['classic', 'consumer', 'share', 'streams'] as const
export type GroupType = (typeof groupTypes)[number]

export interface GroupListing {
  groupId: string
  type: GroupType
  /** `consumer`, `connect` … as the members say; empty for a group that only has offsets. */
  protocolType: string
  /** Stable, Empty, PreparingRebalance …; null where the broker is too old to tell (before 2.6). */
  state: string | null
  /** Id of the broker that coordinates it. */
  coordinator: number
}

export interface GroupMember {
  memberId: string
  instanceId: string | null
  clientId: string
  host: string
  /** Null with the classic protocol. */
  memberEpoch: number | null
  /** What it reads now, and what the coordinator wants it to read; the latter null where there is no such difference. */
  assignment: PartitionName[]
  targetAssignment: PartitionName[] | null
  /** Only of members of streams groups (KIP-1071). */
  streams?: StreamsMember
}

export interface StreamsMember {
  /** Members with the same one run in one program. */
  processId: string
  topologyEpoch: number
  tasks: StreamsTasks
  targetTasks: StreamsTasks
}

export type StreamsTasks = Record<'active' | 'standby' | 'warmup', { subtopology: string; partitions: number[] }[]>

export interface GroupDescription extends GroupListing {
  state: string
  coordinatorHost: string
  coordinatorPort: number
  assignor: string | null
  /** Null with the classic protocol. */
  groupEpoch: number | null
  assignmentEpoch: number | null
  members: GroupMember[]
}

export class Groups {
  private readonly cluster: Cluster

  constructor(cluster: Cluster) {
    this.cluster = cluster
  }

  /** All groups, by name. Brokers that can't be asked leave their error in `errors`. */
  async list(): Promise<{ groups: GroupListing[]; errors: KtoolError[] }> {
    const errors: KtoolError[] = []
    const lists = await Promise.all(
      (await this.cluster.allBrokers()).map((broker) =>
        this.listOf(broker).catch((error) => {
          if (!(error instanceof KtoolError)) throw error
          errors.push(error)
          return []
        }),
      ),
    )
    return { groups: lists.flat().sort((a, b) => (a.groupId < b.groupId ? -1 : 1)), errors }
  }

  private listOf(broker: Broker): Promise<GroupListing[]> {
    return retry(this.cluster.options, async () => {
      const { errorCode, groups } = await broker.request(ListGroups, {})
      check(errorCode, `listing the groups of ${broker.name}`)
      return groups.map(({ groupId, groupType, groupState, protocolType }) => ({
        groupId,
        type: typeOf(groupType),
        protocolType,
        state: groupState || null,
        coordinator: broker.id,
      }))
    })
  }

  /** Of groups that are not in the list those that the user may not see, with the error. */
  async denied(groupIds: readonly string[]): Promise<Map<string, KafkaError>> {
    if (groupIds.length === 0) return new Map()
    const coordinators = await findCoordinators(this.cluster, groupIds)
    return new Map(
      [...coordinators].filter(
        (pair): pair is [string, KafkaError] => pair[1] instanceof KafkaError && pair[1].exitCode === ExitCode.denied,
      ),
    )
  }

  /** Descriptions by id, or what is wrong. */
  async describe(groups: readonly GroupListing[]): Promise<Map<string, GroupDescription | KtoolError>> {
    const found = new Map<string, GroupDescription | KtoolError>()
    await this.atCoordinators(groups, found, async (broker, listings) => {
      for (const [type, some] of Map.groupBy(listings, ({ type }) => type)) {
        const byId = new Map(some.map((listing) => [listing.groupId, listing]))
        for (const described of await describers[type](broker, [...byId.keys()])) {
          const { groupId, errorCode, errorMessage, ...rest } = described
          const listing = byId.get(groupId)
          if (listing === undefined) continue
          const { host: coordinatorHost, port: coordinatorPort } = broker.address
          found.set(
            groupId,
            errorCode === 0
              ? { ...listing, ...rest, coordinatorHost, coordinatorPort }
              : new KafkaError(errorCode, `describing group ${groupId}`, errorMessage),
          )
        }
      }
    })
    return found
  }

  /** What each group has committed (a share group: where it begins), or what is wrong. */
  async offsets(groups: readonly GroupListing[]): Promise<Map<string, CommittedOffset[] | KtoolError>> {
    const found = new Map<string, CommittedOffset[] | KtoolError>()
    await this.atCoordinators(groups, found, async (broker, listings) => {
      const share = listings.filter(({ type }) => type === 'share').map(({ groupId }) => groupId)
      const others = listings.filter(({ type }) => type !== 'share').map(({ groupId }) => groupId)
      if (share.length > 0) for (const [id, offsets] of await shareOffsets(broker, share)) found.set(id, offsets)
      if (others.length === 0) return
      await broker.connection()
      // Before version 8 a request asks for one group.
      const chunks = broker.supports(OffsetFetch, 8) ? [others] : others.map((id) => [id])
      for (const ids of chunks) for (const [id, offsets] of await committed(broker, ids)) found.set(id, offsets)
    })
    return found
  }

  /** Sets offsets. The map has an entry for each that was refused; the others are set. */
  async setOffsets(group: GroupListing, offsets: readonly CommittedOffset[]): Promise<Map<string, KafkaError>> {
    if (group.type === 'share') return this.setShareOffsets(group.groupId, offsets)
    const coordinator = new Coordinator(this.cluster, group.groupId)
    try {
      return await commitOffsets(this.cluster, coordinator, offsets)
    } finally {
      coordinator.close()
    }
  }

  private async setShareOffsets(
    groupId: string,
    offsets: readonly CommittedOffset[],
  ): Promise<Map<string, KafkaError>> {
    const starts = new Map(offsets.map((row) => [keyOf(row), row.offset]))
    const topics = [...byTopic(offsets)].map(([topicName, partitions]) => ({
      topicName,
      partitions: partitions.map((partition) => ({
        partitionIndex: partition,
        startOffset: starts.get(keyOf({ topic: topicName, partition })) as number,
      })),
    }))
    const answer = await this.ask(groupId, (coordinator) =>
      coordinator.request(AlterShareGroupOffsets, { groupId, topics }, ({ errorCode }) => [errorCode]),
    )
    check(answer.errorCode, `offsets of share group ${groupId}`, answer.errorMessage)
    return refusals(
      answer.responses.flatMap(({ topicName: topic, partitions }) =>
        partitions.map(({ partitionIndex: partition, errorCode }) => ({ topic, partition, errorCode })),
      ),
      groupId,
    )
  }

  /** Deletes groups without members. Null by id, or what is wrong. */
  async delete(groups: readonly GroupListing[]): Promise<Map<string, KtoolError | null>> {
    const found = new Map<string, KtoolError | null>()
    await this.atCoordinators(groups, found, async (broker, listings) => {
      const { results } = await broker.request(DeleteGroups, { groupsNames: listings.map(({ groupId }) => groupId) })
      for (const { groupId, errorCode } of results) {
        found.set(groupId, errorCode === 0 ? null : new KafkaError(errorCode, `deleting group ${groupId}`))
      }
    })
    return found
  }

  /**
   * Deletes offsets. The map has an entry for each that was not. Of a share group those of whole topics go, whichever
   * partitions are given.
   */
  async deleteOffsets(
    { groupId, type }: Pick<GroupListing, 'groupId' | 'type'>,
    partitions: readonly PartitionName[],
  ): Promise<Map<string, KafkaError>> {
    if (type === 'share') return this.deleteShareOffsets(groupId, partitions)
    const topics = [...byTopic(partitions)].map(([name, numbers]) => ({
      name,
      partitions: numbers.map((partitionIndex) => ({ partitionIndex })),
    }))
    const answer = await this.ask(groupId, (coordinator) =>
      coordinator.request(OffsetDelete, { groupId, topics }, ({ errorCode }) => [errorCode]),
    )
    check(answer.errorCode, `offsets of group ${groupId}`)
    return refusals(
      answer.topics.flatMap(({ name: topic, partitions: rows }) =>
        rows.map(({ partitionIndex: partition, errorCode }) => ({ topic, partition, errorCode })),
      ),
      groupId,
    )
  }

  private async deleteShareOffsets(groupId: string, partitions: readonly PartitionName[]) {
    const topics = [...byTopic(partitions)].map(([topicName]) => ({ topicName }))
    const answer = await this.ask(groupId, (coordinator) =>
      coordinator.request(DeleteShareGroupOffsets, { groupId, topics }, ({ errorCode }) => [errorCode]),
    )
    check(answer.errorCode, `offsets of share group ${groupId}`, answer.errorMessage)
    const codes = new Map(answer.responses.map(({ topicName, errorCode }) => [topicName, errorCode]))
    return refusals(
      partitions.map((partition) => ({ ...partition, errorCode: codes.get(partition.topic) ?? 0 })),
      groupId,
    )
  }

  private async ask<T>(groupId: string, work: (coordinator: Coordinator) => Promise<T>): Promise<T> {
    const coordinator = new Coordinator(this.cluster, groupId)
    try {
      return await retry(this.cluster.options, () => work(coordinator))
    } finally {
      coordinator.close()
    }
  }

  /** Has each coordinator work on its groups; where that fails, all of its groups get the error. */
  private async atCoordinators(
    groups: readonly GroupListing[],
    found: Map<string, unknown>,
    work: (broker: Broker, groups: GroupListing[]) => Promise<void>,
  ): Promise<void> {
    await Promise.all(
      [...Map.groupBy(groups, ({ coordinator }) => coordinator)].map(async ([id, listings]) => {
        try {
          await retry(this.cluster.options, async () => work(await this.cluster.broker(id), listings))
        } catch (error) {
          if (!(error instanceof KtoolError)) throw error
          for (const { groupId } of listings) found.set(groupId, error)
        }
      }),
    )
  }
}

/** Brokers before 3.8 know none but classic ones, and say nothing. */
function typeOf(text: string): GroupType {
  return groupTypes.find((type) => type === text.toLowerCase()) ?? 'classic'
}

function refusals(rows: readonly (PartitionName & { errorCode: number })[], groupId: string): Map<string, KafkaError> {
  return new Map(
    rows
      .filter(({ errorCode }) => errorCode !== 0)
      .map((row) => [keyOf(row), new KafkaError(row.errorCode, `offset of group ${groupId} in ${keyOf(row)}`)]),
  )
}

/** Those that are there, by topic and partition. */
function inOrder(offsets: readonly CommittedOffset[]): CommittedOffset[] {
  return offsets
    .filter(({ offset }) => offset >= 0)
    .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
}

async function committed(broker: Broker, ids: string[]): Promise<[string, CommittedOffset[] | KafkaError][]> {
  const answer = await broker.request(
    OffsetFetch,
    (version) =>
      version < 8
        ? { groupId: ids[0], topics: null, requireStable: false }
        : { groups: ids.map((groupId) => ({ groupId, topics: null })), requireStable: false },
    // Version 2 is the first to tell all offsets of a group, 10 tells topics by their ids.
    { minVersion: 2, maxVersion: 9 },
  )
  const groups = answer.groups.length > 0 ? answer.groups : [{ ...answer, groupId: ids[0] }]
  return groups.map(({ groupId, errorCode, topics }) => {
    if (errorCode !== 0) return [groupId, new KafkaError(errorCode, `offsets of group ${groupId}`)]
    const offsets = topics.flatMap(({ name: topic, partitions }) =>
      partitions.map(({ partitionIndex: partition, committedOffset: offset, committedLeaderEpoch, metadata }) => ({
        topic,
        partition,
        offset,
        leaderEpoch: committedLeaderEpoch,
        metadata,
      })),
    )
    return [groupId, inOrder(offsets)]
  })
}

async function shareOffsets(broker: Broker, ids: string[]): Promise<[string, CommittedOffset[] | KafkaError][]> {
  const { groups } = await broker.request(DescribeShareGroupOffsets, {
    groups: ids.map((groupId) => ({ groupId, topics: null })),
  })
  return groups.map(({ groupId, errorCode, errorMessage, topics }) => {
    if (errorCode !== 0) return [groupId, new KafkaError(errorCode, `offsets of share group ${groupId}`, errorMessage)]
    const offsets = topics.flatMap(({ topicName: topic, partitions }) =>
      partitions.map(({ partitionIndex: partition, startOffset: offset, leaderEpoch, lag }) => ({
        topic,
        partition,
        offset,
        leaderEpoch,
        metadata: null,
        // Version 0 does not tell.
        lag: lag < 0 ? null : lag,
      })),
    )
    return [groupId, inOrder(offsets)]
  })
}
