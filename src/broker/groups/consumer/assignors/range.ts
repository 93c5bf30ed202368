// The range assignor: each topic's partitions are cut into as many ranges as there are subscribers, the first ones longer by
// one where they don't come out even; members in the order of their ids, static ones first. Topics with equal numbers of
// partitions are so aligned. (Kafka: assignor.RangeAssignor.)

import type { MemberSpec, MutableAssignment, ServerAssignor } from './assignor.ts'

export const range: ServerAssignor = {
  name: 'range',
  assign({ members, partitionCount }) {
    const subscribers = new Map<string, number>()
    for (const { topicIds } of members.values()) {
      for (const topicId of topicIds) subscribers.set(topicId, (subscribers.get(topicId) ?? 0) + 1)
    }
    const progress = new Map<string, { next: number; longer: number }>()
    const result = new Map<string, MutableAssignment>()
    for (const [memberId, { topicIds }] of [...members].sort(byInstanceThenId)) {
      const assignment: MutableAssignment = new Map()
      for (const topicId of topicIds) {
        const count = partitionCount(topicId)
        const among = subscribers.get(topicId) as number
        let topic = progress.get(topicId)
        if (topic === undefined) progress.set(topicId, (topic = { next: 0, longer: count % among }))
        const end = topic.next + Math.floor(count / among) + (topic.longer-- > 0 ? 1 : 0)
        if (end > topic.next) {
          const first = topic.next
          assignment.set(topicId, new Set(Array.from({ length: end - first }, (_, i) => first + i)))
        }
        topic.next = end
      }
      result.set(memberId, assignment)
    }
    return result
  },
}

function byInstanceThenId([idA, a]: readonly [string, MemberSpec], [idB, b]: readonly [string, MemberSpec]): number {
  if (a.instanceId !== null && b.instanceId !== null) return a.instanceId < b.instanceId ? -1 : 1
  if (a.instanceId !== null) return -1
  if (b.instanceId !== null) return 1
  return idA < idB ? -1 : 1
}
