// The records of consumer groups, as Kafka's coordinator writes them (GroupCoordinatorRecordHelpers).

import type { ConsumerGroupRecord } from '../records.ts'
import { type Assignment, type OwnedPartitions, toTopicPartitions } from './assignment.ts'
import type { ResolvedExpression } from './group.ts'
import type { ConsumerMember } from './member.ts'

export function epochRecord(groupId: string, epoch: number, metadataHash: bigint): ConsumerGroupRecord {
  return { type: 'epoch', key: { groupId }, value: { epoch, metadataHash } }
}

export function memberRecord(groupId: string, member: ConsumerMember): ConsumerGroupRecord {
  const { classic } = member
  return {
    type: 'member',
    key: { groupId, memberId: member.id },
    value: {
      instanceId: member.instanceId,
      rackId: member.rackId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      subscribedTopicNames: [...member.topicNames].sort(),
      subscribedTopicRegex: member.expression,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      serverAssignor: member.assignor,
      classicMemberMetadata: classic && {
        sessionTimeoutMs: classic.sessionTimeoutMs,
        supportedProtocols: [...classic.protocols],
      },
    },
  }
}

export function targetRecord(groupId: string, memberId: string, assignment: Assignment): ConsumerGroupRecord {
  return { type: 'target', key: { groupId, memberId }, value: { topicPartitions: toTopicPartitions(assignment) } }
}

export function targetEpochRecord(groupId: string, epoch: number, timestamp: number): ConsumerGroupRecord {
  return {
    type: 'targetEpoch',
    key: { groupId },
    value: { assignmentEpoch: epoch, assignmentTimestamp: timestamp },
  }
}

export function currentRecord(groupId: string, member: ConsumerMember): ConsumerGroupRecord {
  return {
    type: 'current',
    key: { groupId, memberId: member.id },
    value: {
      memberEpoch: member.epoch,
      previousMemberEpoch: member.previousEpoch,
      state: member.state,
      assignedPartitions: withEpochs(member.assigned),
      partitionsPendingRevocation: withEpochs(member.revoking),
    },
  }
}

function withEpochs(owned: OwnedPartitions) {
  return toTopicPartitions(owned).map(({ topicId, partitions }) => ({
    topicId,
    partitions,
    assignmentEpochs: partitions.map((each) => owned.get(topicId)?.get(each) as number),
  }))
}

export function expressionRecord(
  groupId: string,
  regularExpression: string,
  { topics, version, timestamp }: ResolvedExpression,
): ConsumerGroupRecord {
  return {
    type: 'expression',
    key: { groupId, regularExpression },
    value: { topics: [...topics].sort(), version, timestamp },
  }
}

export function expressionTombstone(groupId: string, regularExpression: string): ConsumerGroupRecord {
  return { type: 'expression', key: { groupId, regularExpression }, value: null }
}

/** In the order that Kafka asks for: what a member has, what it shall have, the member. */
export function memberTombstones(groupId: string, memberId: string): ConsumerGroupRecord[] {
  const key = { groupId, memberId }
  return [
    { type: 'current', key, value: null },
    { type: 'target', key, value: null },
    { type: 'member', key, value: null },
  ]
}

/** What takes the whole group away. `ids` are its members. */
export function groupTombstones(
  groupId: string,
  ids: readonly string[],
  expressions: Iterable<string>,
): ConsumerGroupRecord[] {
  const of = (type: 'current' | 'target' | 'member') =>
    ids.map((memberId): ConsumerGroupRecord => ({ type, key: { groupId, memberId }, value: null }))
  return [
    ...of('current'),
    ...of('target'),
    { type: 'targetEpoch', key: { groupId }, value: null },
    ...of('member'),
    ...[...expressions].map((each) => expressionTombstone(groupId, each)),
    { type: 'partitionMetadata', key: { groupId }, value: null },
    { type: 'epoch', key: { groupId }, value: null },
  ]
}
