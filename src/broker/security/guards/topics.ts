// Who may see, make and delete topics.

import { AclOperation, AclResource } from '../../../protocol/acl.ts'
import { Metadata, type MetadataRequestTopic } from '../../../protocol/apis/03-metadata.ts'
import { CreateTopics } from '../../../protocol/apis/19-create-topics.ts'
import { type DeleteTopicState, DeleteTopics } from '../../../protocol/apis/20-delete-topics.ts'
import { CreatePartitions } from '../../../protocol/apis/37-create-partitions.ts'
import { DescribeTopicPartitions } from '../../../protocol/apis/75-describe-topic-partitions.ts'
import { ZERO_UUID } from '../../../protocol/codec.ts'
import { repeated } from '../../../util/repeated.ts'
import { NOT_ASKED } from '../../authorized-operations.ts'
import { CLUSTER_METADATA_TOPIC, isInternalTopic } from '../../topic-names.ts'
import { type AnyGuard, allowedInCluster, code, defineGuard, failure, split, then, topicCheck } from '../guard.ts'
import { clusterOperations } from './cluster.ts'

const { topic: TOPIC } = AclResource

const metadata = defineGuard(Metadata, (request, access, next, { broker, version }) => {
  const { topics: wanted, includeTopicAuthorizedOperations } = request
  const { image } = broker.metadata
  const isAll = wanted === null || (version === 0 && wanted.length === 0)
  const maySee = topicCheck(access, AclOperation.describe, isAll ? 'allows' : 'may')
  const byId = wanted?.some(({ topicId }) => topicId !== ZERO_UUID) ?? false
  const nameFor = ({ name, topicId }: MetadataRequestTopic) => (byId ? image.topicsById.get(topicId)?.name : name)
  const [visible, hidden] = split(wanted ?? [], (topic) => {
    const name = nameFor(topic)
    return name === undefined || name === null || maySee(name)
  })
  const mayCreate = request.allowAutoTopicCreation && broker.configs.boolean('auto.create.topics.enable') && !byId
  const mayCreateAll = !mayCreate || allowedInCluster(access, AclOperation.create)
  const [allowed, unmade] = split(visible, ({ name }) => {
    return mayCreateAll || name === null || image.topics.has(name) || access.may(AclOperation.create, TOPIC, name)
  })
  const errorCode = code('TOPIC_AUTHORIZATION_FAILED')
  const refused = [
    ...unique(hidden).map(({ name, topicId }) => ({ errorCode, name: byId ? null : name, topicId })),
    ...unique(unmade).map(({ name }) => ({ errorCode, name, isInternal: isInternalTopic(name ?? '') })),
  ]
  const answer = next(isAll ? request : { ...request, topics: allowed })
  return then(answer, (response) => {
    // Of an empty list version 0 makes all topics.
    const answered = !isAll && allowed.length === 0 ? [] : (response.topics ?? [])
    const shown = isAll ? answered.filter(({ name }) => maySee(name ?? '')) : answered
    return {
      ...response,
      topics: [
        ...shown.map((topic) =>
          includeTopicAuthorizedOperations && topic.name
            ? { ...topic, topicAuthorizedOperations: access.operations(TOPIC, topic.name) }
            : topic,
        ),
        ...refused,
      ],
      clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? clusterOperations(access) : NOT_ASKED,
    }
  })
})

function unique(topics: readonly MetadataRequestTopic[]): MetadataRequestTopic[] {
  return [...new Map(topics.map((topic) => [`${topic.topicId} ${topic.name}`, topic])).values()]
}

const describeTopicPartitions = defineGuard(DescribeTopicPartitions, (request, access, next, { broker }) => {
  const isAll = request.topics.length === 0
  const all = isAll ? [...broker.metadata.image.topics.keys()].map((name) => ({ name })) : request.topics
  const may = topicCheck(access, AclOperation.describe, isAll ? 'allows' : 'may')
  const from = request.cursor?.topicName ?? ''
  const [allowed, refused] = split(all, ({ name }) => may(name))
  const hidden = [...new Set(refused.map(({ name }) => name))].filter((name) => !isAll && name >= from)
  const unseen = hidden.map((name) => ({ errorCode: code('TOPIC_AUTHORIZATION_FAILED'), name }))
  if (allowed.length === 0) return { topics: unseen }
  return then(next(refused.length === 0 ? request : { ...request, topics: allowed }), (response) => ({
    ...response,
    topics: [
      ...(response.topics ?? []).map((topic) => ({
        ...topic,
        topicAuthorizedOperations: access.operations(TOPIC, topic.name ?? ''),
      })),
      ...unseen,
    ],
  }))
})

const createTopics = defineGuard(CreateTopics, (request, access, next) => {
  const mayAll = allowedInCluster(access, AclOperation.create)
  const mayCreate = topicCheck(access, AclOperation.create)
  const maySeeConfigs = topicCheck(access, AclOperation.describeConfigs, 'allows')
  const twice = repeated(request.topics.map(({ name }) => name))
  const [allowed, refused] = split(request.topics, ({ name }) => {
    return mayAll || twice.has(name) || name === CLUSTER_METADATA_TOPIC || mayCreate(name)
  })
  const errorCode = code('TOPIC_AUTHORIZATION_FAILED')
  return then(next({ ...request, topics: allowed }), (response) => ({
    ...response,
    topics: [
      ...(response.topics ?? []).map((topic) => {
        if (topic.errorCode || maySeeConfigs(topic.name ?? '')) return topic
        return { ...topic, topicConfigErrorCode: errorCode, numPartitions: -1, replicationFactor: -1, configs: [] }
      }),
      ...refused.map(({ name }) => ({ name, errorCode, errorMessage: 'Authorization failed.', configs: [] })),
    ],
  }))
})

const deleteTopics = defineGuard(DeleteTopics, (request, access, next, { broker, version }) => {
  if (!broker.configs.boolean('delete.topic.enable') || allowedInCluster(access, AclOperation.delete))
    return next(request)
  const { image } = broker.metadata
  const maySee = topicCheck(access, AclOperation.describe)
  const mayDelete = topicCheck(access, AclOperation.delete)
  const wanted: DeleteTopicState[] =
    version >= 6 ? request.topics : request.topicNames.map((name) => ({ name, topicId: ZERO_UUID }))
  const twice = repeated(wanted.map(({ name, topicId }) => name ?? topicId))
  const [allowed, refused] = split(wanted, ({ name, topicId }) => {
    // What is no topic's name or id, or is named twice, has other errors.
    if ((name !== null) === (topicId !== ZERO_UUID) || twice.has(name ?? topicId)) return true
    if (name === null) {
      const known = image.topicsById.get(topicId)
      return known === undefined || mayDelete(known.name)
    }
    return maySee(name) && (!image.topics.has(name) || mayDelete(name))
  })
  if (refused.length === 0) return next(request)
  const part = { ...request, topics: version >= 6 ? allowed : [], topicNames: version >= 6 ? [] : namesOf(allowed) }
  return then(next(part), (response) => ({
    ...response,
    responses: [
      ...(response.responses ?? []),
      ...refused.map(({ name, topicId }) => {
        const known = image.topicsById.get(topicId)?.name
        const shown = name ?? (known !== undefined && maySee(known) ? known : null)
        return { name: shown, topicId, ...failure('TOPIC_AUTHORIZATION_FAILED') }
      }),
    ],
  }))
})

function namesOf(topics: readonly DeleteTopicState[]): string[] {
  return topics.map(({ name }) => name ?? '')
}

const createPartitions = defineGuard(CreatePartitions, (request, access, next) => {
  const may = topicCheck(access, AclOperation.alter)
  const twice = repeated(request.topics.map(({ name }) => name))
  const [allowed, refused] = split(request.topics, ({ name }) => twice.has(name) || may(name))
  if (refused.length === 0) return next(request)
  const errorCode = code('TOPIC_AUTHORIZATION_FAILED')
  return then(next({ ...request, topics: allowed }), (response) => ({
    ...response,
    results: [...(response.results ?? []), ...refused.map(({ name }) => ({ name, errorCode }))],
  }))
})

export const topicGuards: AnyGuard[] = [metadata, describeTopicPartitions, createTopics, deleteTopics, createPartitions]
