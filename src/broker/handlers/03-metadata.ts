// Metadata: the node, and topics with their partitions. Versions: 1 null for all topics, controller; 2 cluster id; 4 may
// forbid auto-creation; 8 authorized operations (of the cluster up to 10); 10 topic ids; 12 ids alone; 13 an error for all.

import { Metadata, type MetadataRequestTopic } from '../../protocol/apis/03-metadata.ts'
import { ZERO_UUID } from '../../protocol/codec.ts'
import { type ErrorName, errorCode } from '../../protocol/errors.ts'
import { CLUSTER_OPERATIONS, NOT_ASKED, TOPIC_OPERATIONS } from '../authorized-operations.ts'
import type { Broker } from '../broker.ts'
import { defineHandler } from '../handler.ts'
import type { TopicImage } from '../metadata-image.ts'
import { isInternalTopic, topicNameProblem } from '../topic-names.ts'

export const handler = defineHandler({
  api: Metadata,
  versions: [0, 13],
  handle(request, { broker, connection, version }) {
    const { topics: wanted } = request
    if (wanted?.some(({ name }) => name === null) && version < 12) return refused(wanted, 'INVALID_REQUEST')
    if (wanted?.some(({ topicId }) => topicId !== ZERO_UUID) && version < 12) return refused(wanted, 'INVALID_REQUEST')
    if (wanted?.some(({ name, topicId }) => name === null && topicId === ZERO_UUID)) {
      return refused(wanted, 'UNKNOWN_SERVER_ERROR')
    }
    const operations = request.includeTopicAuthorizedOperations ? TOPIC_OPERATIONS : NOT_ASKED
    const isAll = wanted === null || (version === 0 && wanted.length === 0)
    const topics = isAll
      ? [...broker.metadata.image.topics.values()].map((topic) => describe(topic, operations, broker))
      : answers(wanted, request.allowAutoTopicCreation, operations, broker)
    const { host, port } = broker.addressFor(connection)
    const response = {
      brokers: [{ nodeId: broker.nodeId, host, port, rack: broker.configs.get('broker.rack') }],
      clusterId: broker.clusterId,
      controllerId: broker.nodeId,
      topics,
      clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? CLUSTER_OPERATIONS : NOT_ASKED,
    }
    // What was made for this request, or is being made for another one, is there after a crash once it has been seen.
    const { metadata } = broker
    return metadata.isDurable ? response : metadata.flush().then(() => response)
  },
})

function answers(wanted: readonly MetadataRequestTopic[], mayCreate: boolean, operations: number, broker: Broker) {
  // Once a topic is asked for by its id, names count no more.
  const ids = wanted.filter(({ topicId }) => topicId !== ZERO_UUID).map(({ topicId }) => topicId)
  if (ids.length > 0) {
    return [...new Set(ids)].map((id) => {
      const topic = broker.metadata.image.topicsById.get(id)
      return topic === undefined
        ? { errorCode: errorCode('UNKNOWN_TOPIC_ID'), name: null, topicId: id }
        : describe(topic, operations, broker)
    })
  }
  const names = [...new Set(wanted.map(({ name }) => name as string))]
  return names.map((name) => {
    const topic = broker.metadata.image.topics.get(name)
    if (topic !== undefined) return describe(topic, operations, broker)
    if (topicNameProblem(name) !== undefined) return { errorCode: errorCode('INVALID_TOPIC_EXCEPTION'), name }
    const created =
      mayCreate && broker.configs.boolean('auto.create.topics.enable') && broker.controller.autoCreate(name)
    if (created) return describe(created, operations, broker)
    return { errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION'), name, isInternal: isInternalTopic(name) }
  })
}

function describe(topic: TopicImage, topicAuthorizedOperations: number, broker: Broker) {
  return {
    name: topic.name,
    topicId: topic.id,
    isInternal: isInternalTopic(topic.name),
    partitions: topic.partitions.map(({ partition, leader, leaderEpoch, replicas, isr }) => {
      const available = leader === broker.nodeId
      return {
        errorCode: available ? 0 : errorCode('LEADER_NOT_AVAILABLE'),
        partitionIndex: partition,
        leaderId: available ? leader : -1,
        leaderEpoch,
        replicaNodes: replicas,
        isrNodes: isr,
        offlineReplicas: replicas.filter((id) => id !== broker.nodeId),
      }
    }),
    topicAuthorizedOperations,
  }
}

/** The whole request is refused: every topic gets the error. */
function refused(wanted: readonly MetadataRequestTopic[], error: ErrorName) {
  return {
    controllerId: -1,
    topics: wanted.map(({ name, topicId }) => ({ errorCode: errorCode(error), name: name ?? '', topicId })),
    errorCode: errorCode(error),
  }
}
