// A consumer group as ConsumerGroupDescribe shows it (Kafka: ConsumerGroup.asDescribedGroup).

import type { Input } from '../../../protocol/api.ts'
import type { DescribedGroup } from '../../../protocol/apis/69-consumer-group-describe.ts'
import { NOTHING } from './assignment.ts'
import { type ConsumerGroup, preferredAssignor } from './group.ts'
import type { Topics } from './topics.ts'

const CLASSIC = 0
const CONSUMER = 1

type Partitions = ReadonlyMap<string, { keys(): IterableIterator<number> }>

export function describeGroup(group: ConsumerGroup, topics: Topics, defaultAssignor: string): Input<DescribedGroup> {
  return {
    groupId: group.id,
    groupState: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.targetEpoch,
    assignorName: preferredAssignor(group.members.values()) ?? defaultAssignor,
    members: [...group.members.values()].map((member) => ({
      memberId: member.id,
      instanceId: member.instanceId,
      rackId: member.rackId,
      memberEpoch: member.epoch,
      clientId: member.clientId,
      clientHost: member.clientHost,
      subscribedTopicNames: [...member.topicNames],
      subscribedTopicRegex: member.expression,
      assignment: { topicPartitions: named([member.assigned, member.revoking], topics) },
      targetAssignment: { topicPartitions: named([group.targets.get(member.id) ?? NOTHING], topics) },
      memberType: member.classic === null ? CONSUMER : CLASSIC,
    })),
  }
}

/** Topics that are gone are left out. */
function named(assignments: readonly Partitions[], topics: Topics) {
  const byTopic = new Map<string, number[]>()
  for (const assignment of assignments) {
    for (const [topicId, partitions] of assignment) {
      byTopic.set(topicId, [...(byTopic.get(topicId) ?? []), ...partitions.keys()])
    }
  }
  return [...byTopic].flatMap(([topicId, partitions]) => {
    const topic = topics.withId(topicId)
    return topic === undefined ? [] : [{ topicId, topicName: topic.name, partitions }]
  })
}
