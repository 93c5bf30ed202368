// What coordinators say of their groups: each type has a request of its own, and all give the same description.

import { DescribeGroups } from '../protocol/apis/15-describe-groups.ts'
import { ConsumerGroupDescribe } from '../protocol/apis/69-consumer-group-describe.ts'
import { ShareGroupDescribe } from '../protocol/apis/77-share-group-describe.ts'
import { type Assignment, StreamsGroupDescribe, type TaskIds } from '../protocol/apis/89-streams-group-describe.ts'
import type { Broker } from './broker.ts'
import { decodeAssignment, PROTOCOL_TYPE } from './group/consumer-protocol.ts'
import type { PartitionName } from './group/partitions.ts'
import type { GroupDescription, GroupListing, GroupType, StreamsTasks } from './groups.ts'

/** What a group type's request for descriptions has in common. */
type Described = Omit<GroupDescription, keyof GroupListing | 'coordinatorHost' | 'coordinatorPort'> & {
  groupId: string
  state: string
  errorCode: number
  errorMessage: string | null
}

/** Descriptions of groups of one type by their coordinator. */
export const describers: Record<GroupType, (broker: Broker, ids: string[]) => Promise<Described[]>> = {
  async classic(broker, ids) {
    const { groups } = await broker.request(DescribeGroups, { groups: ids })
    return groups.map(({ groupState: state, protocolData, protocolType, members, ...group }) => ({
      groupId: group.groupId,
      errorCode: group.errorCode,
      errorMessage: group.errorMessage,
      state,
      assignor: protocolData || null,
      groupEpoch: null,
      assignmentEpoch: null,
      members: members.map(({ memberId, groupInstanceId: instanceId, clientId, clientHost, memberAssignment }) => ({
        memberId,
        instanceId,
        clientId,
        host: clientHost,
        memberEpoch: null,
        // What members of other protocols (Connect's workers) are given is their own business.
        assignment: protocolType === PROTOCOL_TYPE ? decodeAssignment(memberAssignment) : [],
        targetAssignment: null,
      })),
    }))
  },

  async consumer(broker, ids) {
    const { groups } = await broker.request(ConsumerGroupDescribe, { groupIds: ids })
    return groups.map((group) =>
      described(group, (member) => ({
        ...sharedMember(member),
        instanceId: member.instanceId,
        assignment: assigned(member.assignment),
        targetAssignment: assigned(member.targetAssignment),
      })),
    )
  },

  async share(broker, ids) {
    const { groups } = await broker.request(ShareGroupDescribe, { groupIds: ids })
    return groups.map((group) =>
      described(group, (member) => ({
        ...sharedMember(member),
        instanceId: null,
        assignment: assigned(member.assignment),
        targetAssignment: null,
      })),
    )
  },

  async streams(broker, ids) {
    const { groups } = await broker.request(StreamsGroupDescribe, { groupIds: ids })
    return groups.map((group) => {
      // A task reads the partition of its number of each topic that its part of the topology begins with.
      const sources = new Map(
        group.topology?.subtopologies?.map(({ subtopologyId, sourceTopics, repartitionSourceTopics }) => [
          subtopologyId,
          [...sourceTopics, ...repartitionSourceTopics.map(({ name }) => name)],
        ]),
      )
      const partitionsOf = ({ activeTasks }: Assignment) =>
        activeTasks.flatMap(({ subtopologyId, partitions }) =>
          (sources.get(subtopologyId) ?? []).flatMap((topic) => partitions.map((partition) => ({ topic, partition }))),
        )
      return described(group, (member) => ({
        ...sharedMember(member),
        instanceId: member.instanceId,
        assignment: partitionsOf(member.assignment),
        targetAssignment: partitionsOf(member.targetAssignment),
        streams: {
          processId: member.processId,
          topologyEpoch: member.topologyEpoch,
          tasks: tasksOf(member.assignment),
          targetTasks: tasksOf(member.targetAssignment),
        },
      }))
    })
  },
}

function tasksOf({ activeTasks, standbyTasks, warmupTasks }: Assignment): StreamsTasks {
  const sorted = (tasks: TaskIds[]) =>
    tasks
      .map(({ subtopologyId, partitions }) => ({
        subtopology: subtopologyId,
        partitions: partitions.toSorted(byNumber),
      }))
      .sort((a, b) => (a.subtopology < b.subtopology ? -1 : 1))
  return { active: sorted(activeTasks), standby: sorted(standbyTasks), warmup: sorted(warmupTasks) }
}

const byNumber = (a: number, b: number) => a - b

function described<Member>(
  group: Pick<Described, 'groupId' | 'errorCode' | 'errorMessage' | 'groupEpoch' | 'assignmentEpoch'> & {
    groupState: string
    assignorName?: string
    members: Member[]
  },
  describe: (member: Member) => Described['members'][number],
): Described {
  const { groupId, errorCode, errorMessage, groupEpoch, assignmentEpoch, groupState: state, assignorName } = group
  const members = group.members.map(describe)
  return {
    groupId,
    errorCode,
    errorMessage,
    groupEpoch,
    assignmentEpoch,
    state,
    assignor: assignorName || null,
    members,
  }
}

function sharedMember(member: { memberId: string; clientId: string; clientHost: string; memberEpoch: number }) {
  const { memberId, clientId, clientHost: host, memberEpoch } = member
  return { memberId, clientId, host, memberEpoch }
}

function assigned({
  topicPartitions,
}: {
  topicPartitions: { topicName: string; partitions: number[] }[]
}): PartitionName[] {
  return topicPartitions.flatMap(({ topicName: topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  )
}
