// Another target assignment: what each member shall have in the group's new epoch (Kafka: TargetAssignmentBuilder).

import { javaHash } from '../../coordinator-log.ts'
import type { ConsumerGroupRecord } from '../records.ts'
import { type Assignment, NOTHING, sameAssignment } from './assignment.ts'
import type { MemberSpec, ServerAssignor } from './assignors/assignor.ts'
import type { ConsumerGroup } from './group.ts'
import { grownCapacity, hashOrder } from './java-order.ts'
import type { ConsumerMember } from './member.ts'
import { targetEpochRecord, targetRecord } from './records.ts'
import { isHomogeneous, topicsOf } from './subscriptions.ts'
import type { Topics } from './topics.ts'

export interface TargetRequest {
  readonly group: ConsumerGroup
  readonly epoch: number
  /** As they will be. */
  readonly members: readonly ConsumerMember[]
  readonly assignor: ServerAssignor
  readonly topics: Topics
  readonly now: number
}

/** The records of the new target, and what each member shall have. */
export function newTarget({ group, epoch, members, assignor, topics, now }: TargetRequest): {
  records: ConsumerGroupRecord[]
  targets: ReadonlyMap<string, Assignment>
} {
  const byId = new Map(members.map((member) => [member.id, member]))
  const ids = hashOrder(byId.keys(), javaHash, grownCapacity(byId.size))
  const specs = new Map(
    ids.map((id): [string, MemberSpec] => {
      const member = byId.get(id) as ConsumerMember
      return [
        id,
        {
          instanceId: member.instanceId,
          topicIds: topics.idsOf(topicsOf(member, group.resolved)),
          assignment: group.targets.get(id) ?? group.targetOf(member),
        },
      ]
    }),
  )
  const given = new Map<string, Set<number>>()
  for (const assignment of group.targets.values()) {
    for (const [topicId, partitions] of assignment) {
      const all = given.get(topicId)
      if (all === undefined) given.set(topicId, new Set(partitions))
      else for (const partition of partitions) all.add(partition)
    }
  }
  const targets = assignor.assign({
    members: specs,
    isHomogeneous: isHomogeneous(members, group.resolved),
    isAssigned: (topicId, partition) => given.get(topicId)?.has(partition) ?? false,
    partitionCount: (topicId) => topics.partitionCount(topicId),
  })
  const records: ConsumerGroupRecord[] = []
  for (const id of ids) {
    const before = group.targets.get(id)
    const after = targets.get(id) ?? NOTHING
    if (before === undefined || !sameAssignment(before, after)) records.push(targetRecord(group.id, id, after))
  }
  records.push(targetEpochRecord(group.id, epoch, now))
  return { records, targets }
}
