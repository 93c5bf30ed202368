// The uniform assignor: every member gets as many partitions as any other, or one more, and keeps of what it has what it
// can. (Kafka: assignor.UniformAssignor, UniformHomogeneousAssignmentBuilder.)

import type { Assignment } from '../assignment.ts'
import { copiedCapacity, grownCapacity, hashOrder, uuidHash } from '../java-order.ts'
import { copyOf, type GroupSpec, give, type MemberSpec, type ServerAssignor, take } from './assignor.ts'
import { assignHeterogeneous } from './uniform-heterogeneous.ts'

export const uniform: ServerAssignor = {
  name: 'uniform',
  assign: (group) => (group.isHomogeneous ? assignHomogeneous(group) : assignHeterogeneous(group)),
}

type TopicPartition = readonly [topicId: string, partition: number]

function assignHomogeneous(group: GroupSpec): Map<string, Assignment> {
  const { members, partitionCount } = group
  const result = new Map<string, Assignment>()
  const { topicIds } = members.values().next().value as MemberSpec
  if (topicIds.size === 0) return result
  const free: TopicPartition[] = []
  let total = 0
  for (const topicId of hashOrder(topicIds, uuidHash, copiedCapacity(topicIds.size))) {
    const count = partitionCount(topicId)
    total += count
    for (let partition = 0; partition < count; partition++) {
      if (!group.isAssigned(topicId, partition)) free.push([topicId, partition])
    }
  }
  const share = Math.floor(total / members.size)
  /** So many members are to have one more than their share. */
  let extras = total % members.size
  let membersLeft = members.size
  const unfilled: { memberId: string; missing: number }[] = []
  for (const [memberId, { assignment }] of members) {
    let isExtra = extras > 0
    const kept = keep(assignment, topicIds, share + (isExtra ? 1 : 0), free)
    let { missing } = kept
    // One that does not fill its extra place leaves it to the members that come, while there are enough of them.
    if (missing > 0 && isExtra && membersLeft > extras) {
      missing--
      isExtra = false
    }
    if (missing > 0) unfilled.push({ memberId, missing })
    if (isExtra) extras--
    membersLeft--
    result.set(memberId, kept.assignment)
  }
  let next = 0
  for (const { memberId, missing } of unfilled) {
    const assignment = copyOf(result.get(memberId) as Assignment)
    for (const [topicId, partition] of free.slice(next, next + missing)) give(assignment, topicId, partition)
    next += missing
    result.set(memberId, assignment)
  }
  return result
}

/** What a member keeps of its partitions within a quota, and how many it could have more. The others become free. */
function keep(
  assignment: Assignment,
  topicIds: ReadonlySet<string>,
  quota: number,
  free: TopicPartition[],
): { assignment: Assignment; missing: number } {
  let missing = quota
  let changed: ReturnType<typeof copyOf> | undefined
  for (const topicId of hashOrder(assignment.keys(), uuidHash, grownCapacity(assignment.size))) {
    const partitions = assignment.get(topicId) as ReadonlySet<number>
    if (!topicIds.has(topicId)) {
      changed ??= copyOf(assignment)
      changed.delete(topicId)
    } else if (partitions.size <= missing) missing -= partitions.size
    else {
      changed ??= copyOf(assignment)
      for (const partition of hashOrder(partitions, (each) => each, copiedCapacity(partitions.size))) {
        if (missing > 0) missing--
        else {
          take(changed, topicId, partition)
          free.push([topicId, partition])
        }
      }
    }
  }
  return { assignment: changed ?? assignment, missing }
}
