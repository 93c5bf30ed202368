// Who may be in groups, see them, and keep offsets in them.

import { AclOperation, AclResource } from '../../../protocol/acl.ts'
import { OffsetCommit } from '../../../protocol/apis/08-offset-commit.ts'
import {
  OffsetFetch,
  type OffsetFetchRequest,
  type OffsetFetchRequestGroup,
} from '../../../protocol/apis/09-offset-fetch.ts'
import { FindCoordinator } from '../../../protocol/apis/10-find-coordinator.ts'
import { JoinGroup } from '../../../protocol/apis/11-join-group.ts'
import { Heartbeat } from '../../../protocol/apis/12-heartbeat.ts'
import { LeaveGroup } from '../../../protocol/apis/13-leave-group.ts'
import { SyncGroup } from '../../../protocol/apis/14-sync-group.ts'
import { DescribeGroups } from '../../../protocol/apis/15-describe-groups.ts'
import { ListGroups } from '../../../protocol/apis/16-list-groups.ts'
import { DeleteGroups } from '../../../protocol/apis/42-delete-groups.ts'
import { OffsetDelete } from '../../../protocol/apis/47-offset-delete.ts'
import { ConsumerGroupHeartbeat } from '../../../protocol/apis/68-consumer-group-heartbeat.ts'
import { ConsumerGroupDescribe } from '../../../protocol/apis/69-consumer-group-describe.ts'
import { ZERO_UUID } from '../../../protocol/codec.ts'
import { NOT_ASKED } from '../../authorized-operations.ts'
import {
  type Access,
  type AnyGuard,
  allowedInCluster,
  code,
  defineGuard,
  failure,
  mayInCluster,
  nameOf,
  split,
  then,
  topicCheck,
} from '../guard.ts'

const { group: GROUP, topic: TOPIC } = AclResource
const { read, describe } = AclOperation
const REFUSED = code('GROUP_AUTHORIZATION_FAILED')
const TOPIC_REFUSED = code('TOPIC_AUTHORIZATION_FAILED')
/** From this version on offsets come by the topic's id. */
const BY_ID = 10

const offsetCommit = defineGuard(OffsetCommit, (request, access, next, { broker, version }) => {
  const { groupId, topics } = request
  const failed = (list: typeof topics, errorCode: number) =>
    list.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    }))
  if (!access.may(read, GROUP, groupId)) return { topics: failed(topics, REFUSED) }
  const may = topicCheck(access, read)
  const [allowed, refused] = split(topics, (topic) => {
    const name = nameOf(broker.metadata.image, version >= BY_ID, topic)
    return name === undefined || may(name)
  })
  if (refused.length === 0) return next(request)
  return then(next({ ...request, topics: allowed }), (response) => ({
    ...response,
    topics: [...(response.topics ?? []), ...failed(refused, TOPIC_REFUSED)],
  }))
})

const none = { committedOffset: -1, committedLeaderEpoch: -1, metadata: '' }

function unread(partitions: readonly number[], errorCode: number) {
  return partitions.map((partitionIndex) => ({ partitionIndex, ...none, errorCode }))
}

const offsetFetch = defineGuard(OffsetFetch, (request, access, next, context) => {
  const { version, broker } = context
  const { image } = broker.metadata
  const may = topicCheck(access, describe)
  if (version < 8) {
    const { groupId, topics } = request
    if (!access.may(describe, GROUP, groupId)) return refusedFetch(request, version)
    if (topics === null) return then(next(request), (response) => ({ ...response, topics: seen(response.topics, may) }))
    const [allowed, refused] = split(topics, ({ name }) => may(name))
    if (refused.length === 0) return next(request)
    const errors = refused.map(({ name, partitionIndexes }) => ({
      name,
      partitions: unread(partitionIndexes, TOPIC_REFUSED),
    }))
    return then(next({ ...request, topics: allowed }), (response) => ({
      ...response,
      topics: [...(response.topics ?? []), ...errors],
    }))
  }
  const [groups, hidden] = split(request.groups, ({ groupId }) => access.may(describe, GROUP, groupId))
  const nameIn = (topic: { name: string; topicId: string }) =>
    nameOf(image, version >= BY_ID && topic.topicId !== ZERO_UUID, topic)
  const isVisible = (topic: { name: string; topicId: string }) => {
    const name = nameIn(topic)
    return name === undefined || may(name)
  }
  const wanted = groups.map((group): OffsetFetchRequestGroup => {
    return group.topics === null ? group : { ...group, topics: group.topics.filter(isVisible) }
  })
  return then(next({ ...request, groups: wanted }), (response) => ({
    ...response,
    groups: [
      ...(response.groups ?? []).map((answer, index) => {
        const { topics } = groups[index]
        if (topics === null) {
          const shown = answer.topics?.filter(({ name = '', topicId = ZERO_UUID }) => isVisible({ name, topicId }))
          return { ...answer, topics: shown }
        }
        if (answer.errorCode) return answer
        const refused = topics.filter((topic) => !isVisible(topic))
        const errors = refused.map(({ name, topicId, partitionIndexes }) => ({
          name,
          topicId,
          partitions: unread(partitionIndexes, TOPIC_REFUSED),
        }))
        return { ...answer, topics: [...(answer.topics ?? []), ...errors] }
      }),
      ...hidden.map(({ groupId }) => ({ groupId, errorCode: REFUSED })),
    ],
  }))
})

/** Up to version 1 each partition has the error, then the answer as a whole. */
function refusedFetch({ topics }: OffsetFetchRequest, version: number) {
  if (version >= 2) return { errorCode: REFUSED }
  const list = (topics ?? []).map(({ name, partitionIndexes }) => ({
    name,
    partitions: unread(partitionIndexes, REFUSED),
  }))
  return { topics: list }
}

function seen<Topic extends { readonly name?: string }>(
  topics: readonly Topic[] | undefined,
  may: (name: string) => boolean,
) {
  return topics?.filter(({ name }) => may(name ?? ''))
}

const KEY_TYPES = [
  { resourceType: GROUP, error: 'GROUP_AUTHORIZATION_FAILED' },
  { resourceType: AclResource.transactionalId, error: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED' },
] as const
const SHARE = 2
const NOWHERE = { nodeId: -1, host: '', port: -1 }

const findCoordinator = defineGuard(FindCoordinator, (request, access, next, { version }) => {
  const { keyType, key, coordinatorKeys } = request
  if (keyType === SHARE && version >= 6 && !mayInCluster(access, AclOperation.clusterAction)) {
    const refused = { ...NOWHERE, ...failure('CLUSTER_AUTHORIZATION_FAILED') }
    return { coordinators: coordinatorKeys.map((each) => ({ key: each, ...refused })) }
  }
  const rule = KEY_TYPES[keyType]
  if (rule === undefined) return next(request)
  const may = (name: string) => access.may(describe, rule.resourceType, name)
  if (version < 4) return may(key) ? next(request) : { ...NOWHERE, ...failure(rule.error) }
  const [allowed, refused] = split(coordinatorKeys, may)
  if (refused.length === 0) return next(request)
  const errors = refused.map((each) => ({ key: each, ...NOWHERE, errorCode: code(rule.error), errorMessage: '' }))
  if (allowed.length === 0) return { coordinators: errors }
  return then(next({ ...request, coordinatorKeys: allowed }), (response) => ({
    ...response,
    coordinators: [...(response.coordinators ?? []), ...errors],
  }))
})

const joinGroup = defineGuard(JoinGroup, (request, access, next, { version }) => {
  if (access.may(read, GROUP, request.groupId)) return next(request)
  return { errorCode: REFUSED, protocolName: version >= 7 ? null : '' }
})

const syncGroup = defineGuard(SyncGroup, (request, access, next, { version }) => {
  // Kafka looks at this first.
  const isOdd = version >= 5 && (request.protocolType === null || request.protocolName === null)
  if (isOdd || access.may(read, GROUP, request.groupId)) return next(request)
  return { errorCode: REFUSED }
})

const heartbeat = defineGuard(Heartbeat, (request, access, next) =>
  access.may(read, GROUP, request.groupId) ? next(request) : { errorCode: REFUSED },
)

const leaveGroup = defineGuard(LeaveGroup, (request, access, next) =>
  access.may(read, GROUP, request.groupId) ? next(request) : { errorCode: REFUSED },
)

const describeGroups = defineGuard(DescribeGroups, (request, access, next) => {
  const [allowed, refused] = split(request.groups, (groupId) => access.may(describe, GROUP, groupId))
  return then(next({ ...request, groups: allowed }), (response) => ({
    ...response,
    groups: [...(response.groups ?? []).map((group) => withOperations(group, access)), ...refused.map(unseenGroup)],
  }))
})

function unseenGroup(groupId: string) {
  return { groupId, errorCode: REFUSED }
}

/** What the client may do with a group, where it has asked for that. */
function withOperations<Group extends { readonly groupId?: string; readonly authorizedOperations?: number }>(
  group: Group,
  access: Access,
): Group {
  if ((group.authorizedOperations ?? NOT_ASKED) === NOT_ASKED) return group
  return { ...group, authorizedOperations: access.operations(GROUP, group.groupId ?? '') }
}

const listGroups = defineGuard(ListGroups, (request, access, next) => {
  if (allowedInCluster(access, describe)) return next(request)
  return then(next(request), (response) => ({
    ...response,
    groups: response.groups?.filter(({ groupId }) => access.allows(describe, GROUP, groupId ?? '')),
  }))
})

const deleteGroups = defineGuard(DeleteGroups, (request, access, next) => {
  const [allowed, refused] = split(request.groupsNames, (groupId) => access.may(AclOperation.delete, GROUP, groupId))
  if (refused.length === 0) return next(request)
  return then(next({ ...request, groupsNames: allowed }), (response) => ({
    ...response,
    results: [...(response.results ?? []), ...[...new Set(refused)].map(unseenGroup)],
  }))
})

const offsetDelete = defineGuard(OffsetDelete, (request, access, next) => {
  if (!access.may(AclOperation.delete, GROUP, request.groupId)) return { errorCode: REFUSED }
  const may = topicCheck(access, read)
  const [allowed, refused] = split(request.topics, ({ name }) => may(name))
  if (refused.length === 0) return next(request)
  const topics = refused.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: TOPIC_REFUSED })),
  }))
  return then(next({ ...request, topics: allowed }), (response) =>
    response.errorCode ? response : { ...response, topics: [...(response.topics ?? []), ...topics] },
  )
})

const consumerGroupHeartbeat = defineGuard(ConsumerGroupHeartbeat, (request, access, next) => {
  if (!access.may(read, GROUP, request.groupId)) return { errorCode: REFUSED }
  const names = request.subscribedTopicNames ?? []
  return names.every((name) => access.may(describe, TOPIC, name)) ? next(request) : { errorCode: TOPIC_REFUSED }
})

/** Why a group is not shown: its members read topics that the client may not see. */
const UNSEEN_TOPICS = 'The group has described topic(s) that the client is not authorized to describe.'

const consumerGroupDescribe = defineGuard(ConsumerGroupDescribe, (request, access, next) => {
  const [allowed, refused] = split(request.groupIds, (groupId) => access.may(describe, GROUP, groupId))
  const may = topicCheck(access, describe)
  return then(next({ ...request, groupIds: allowed }), (response) => ({
    ...response,
    groups: [
      ...(response.groups ?? []).map((group) => {
        const members = group.members ?? []
        const names = members.flatMap(({ assignment, targetAssignment }) =>
          [assignment, targetAssignment].flatMap(
            (each) => each?.topicPartitions?.map(({ topicName = '' }) => topicName) ?? [],
          ),
        )
        if (names.every(may)) return withOperations(group, access)
        return { groupId: group.groupId, errorCode: TOPIC_REFUSED, errorMessage: UNSEEN_TOPICS }
      }),
      ...refused.map(unseenGroup),
    ],
  }))
})

export const groupGuards: AnyGuard[] = [
  offsetCommit,
  offsetFetch,
  findCoordinator,
  joinGroup,
  syncGroup,
  heartbeat,
  leaveGroup,
  describeGroups,
  listGroups,
  deleteGroups,
  offsetDelete,
  consumerGroupHeartbeat,
  consumerGroupDescribe,
]
