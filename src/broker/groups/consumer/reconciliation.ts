// The next step of a member from what it has to what it shall have: first it lets go what others shall have, then it moves
// on to the target's epoch and gets what is free, in the end what others have let go. (Kafka: CurrentAssignmentBuilder.)

import { ApiError } from '../../api-error.ts'
import { type Assignment, NOTHING, type OwnedPartitions, type TopicPartitions } from './assignment.ts'
import { type ConsumerMember, MemberState } from './member.ts'

export interface Surroundings {
  readonly targetEpoch: number
  readonly target: Assignment
  /** The member's topics are others than before. */
  readonly isSubscriptionChanged: boolean
  /** The topics that it wants and that are there. */
  readonly topicIds: ReadonlySet<string>
  /** What it says that it has; null where it says nothing. */
  readonly owned: readonly TopicPartitions[] | null
  /** The epoch of who has a partition; -1 for nobody. */
  ownerEpoch(topicId: string, partition: number): number
}

type MutableOwned = Map<string, ReadonlyMap<number, number>>

/** Throws FENCED_MEMBER_EPOCH where the member's state is not known here and it does not begin anew. */
export function nextStep(member: ConsumerMember, around: Surroundings): ConsumerMember {
  switch (member.state) {
    case MemberState.stable:
      if (member.epoch !== around.targetEpoch) return towardsTarget(member, member.epoch, around)
      return around.isSubscriptionChanged ? dropUnwanted(member, around) : member
    case MemberState.unrevoked:
      if (!stillOwns(around.owned, member.revoking)) return towardsTarget(member, member.epoch, around)
      return around.isSubscriptionChanged ? dropUnwanted(member, around) : member
    case MemberState.unreleased:
      return towardsTarget(member, member.epoch, around)
    default:
      if (around.owned?.length === 0) return towardsTarget(member, around.targetEpoch, around)
      throw new ApiError(
        'FENCED_MEMBER_EPOCH',
        'The consumer group member is in a unknown state. The member must abandon all its partitions and rejoin.',
      )
  }
}

function towardsTarget(member: ConsumerMember, epoch: number, around: Surroundings): ConsumerMember {
  const assigned: MutableOwned = new Map()
  const revoking: MutableOwned = new Map()
  const free: [topicId: string, partitions: number[]][] = []
  let waits = false
  for (const topicId of new Set([...around.target.keys(), ...member.assigned.keys()])) {
    const target = (around.topicIds.has(topicId) ? around.target.get(topicId) : undefined) ?? new Set<number>()
    const has = member.assigned.get(topicId) ?? new Map<number, number>()
    const keeps = new Map([...has].filter(([partition]) => target.has(partition)))
    const loses = new Map([...has].filter(([partition]) => !target.has(partition)))
    const missing = [...target].filter((partition) => !has.has(partition))
    const available = missing.filter(
      (partition) =>
        around.ownerEpoch(topicId, partition) === -1 || (member.revoking.get(topicId)?.has(partition) ?? false),
    )
    if (available.length < missing.length) waits = true
    if (keeps.size > 0) assigned.set(topicId, keeps)
    if (loses.size > 0) revoking.set(topicId, loses)
    if (available.length > 0) free.push([topicId, available])
  }
  if (revoking.size > 0 && stillOwns(around.owned, revoking)) {
    return moved(member, MemberState.unrevoked, epoch, assigned, revoking)
  }
  for (const [topicId, partitions] of free) {
    const gets = partitions.map((partition) => [partition, around.targetEpoch] as const)
    assigned.set(topicId, new Map([...(assigned.get(topicId) ?? []), ...gets]))
  }
  return moved(member, waits ? MemberState.unreleased : MemberState.stable, around.targetEpoch, assigned, NOTHING)
}

/** Topics that it no longer wants are taken away before there is another target. */
function dropUnwanted(member: ConsumerMember, { topicIds, owned }: Surroundings): ConsumerMember {
  const unwanted = [...member.assigned].filter(([topicId]) => !topicIds.has(topicId))
  if (unwanted.length === 0) return member
  const assigned = new Map([...member.assigned].filter(([topicId]) => topicIds.has(topicId)))
  const revoking: MutableOwned = new Map(member.revoking)
  for (const [topicId, partitions] of unwanted) {
    revoking.set(topicId, new Map([...(revoking.get(topicId) ?? []), ...partitions]))
  }
  if (stillOwns(owned, revoking)) return moved(member, MemberState.unrevoked, member.epoch, assigned, revoking)
  return { ...member, previousEpoch: member.epoch, assigned }
}

function moved(
  member: ConsumerMember,
  state: number,
  epoch: number,
  assigned: OwnedPartitions,
  revoking: OwnedPartitions,
): ConsumerMember {
  return { ...member, state, epoch, previousEpoch: member.epoch, assigned, revoking }
}

/** Who does not say what it has may have it. */
function stillOwns(owned: readonly TopicPartitions[] | null, revoking: OwnedPartitions): boolean {
  if (owned === null) return true
  return owned.some(({ topicId, partitions }) => {
    const lost = revoking.get(topicId)
    return lost !== undefined && partitions.some((partition) => lost.has(partition))
  })
}
