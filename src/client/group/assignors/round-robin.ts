// Deals all partitions of all topics out in a circle of the members, leaving out those that did not subscribe to the
// topic. The same result as Kafka's RoundRobinAssignor.

import { type Assignment, type Assignor, compare, type GroupMember, type GroupTopics, inOrder } from './assignor.ts'

export const roundRobin: Assignor = {
  name: 'roundrobin',
  cooperative: false,

  assign(members: readonly GroupMember[], topics: GroupTopics): Assignment {
    const assignment: Assignment = new Map(members.map(({ id }) => [id, []]))
    const circle = inOrder(members).map(({ id, topics }) => ({ id, topics: new Set(topics) }))
    let next = 0
    for (const [topic, partitions] of [...topics].sort(([a], [b]) => compare(a, b))) {
      if (!circle.some((member) => member.topics.has(topic))) continue
      for (const partition of partitions.keys()) {
        while (!circle[next].topics.has(topic)) next = (next + 1) % circle.length
        assignment.get(circle[next].id)?.push({ topic, partition })
        next = (next + 1) % circle.length
      }
    }
    return assignment
  },
}
