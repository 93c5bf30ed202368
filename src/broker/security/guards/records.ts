// Who may write, read and delete records, and ask where they are.

import { AclOperation, AclResource } from '../../../protocol/acl.ts'
import { Produce, type ProduceRequest } from '../../../protocol/apis/00-produce.ts'
import { Fetch } from '../../../protocol/apis/01-fetch.ts'
import { ListOffsets } from '../../../protocol/apis/02-list-offsets.ts'
import { DeleteRecords } from '../../../protocol/apis/21-delete-records.ts'
import { OffsetForLeaderEpoch } from '../../../protocol/apis/23-offset-for-leader-epoch.ts'
import { DescribeProducers } from '../../../protocol/apis/61-describe-producers.ts'
import { type ErrorName, ProtocolError } from '../../../protocol/errors.ts'
import { isTransactional, RECORDS_AT } from '../../../records/batch.ts'
import { topicNameProblem } from '../../topic-names.ts'
import {
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

const NO_RECORDS = Buffer.alloc(0)
/** From this version on topics come by id. */
const BY_ID = 13

const produce = defineGuard(Produce, (request, access, next, { broker, version }) => {
  const { topicData, transactionalId } = request
  if (isInTransaction(request)) {
    const { write } = AclOperation
    if (transactionalId === null || !access.may(write, AclResource.transactionalId, transactionalId)) {
      return refusedProduce(request, topicData, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
    }
  }
  const may = topicCheck(access, AclOperation.write)
  const [allowed, refused] = split(topicData, (topic) => {
    const name = nameOf(broker.metadata.image, version >= BY_ID, topic)
    return name === undefined || may(name)
  })
  if (refused.length === 0) return next(request)
  const { responses } = refusedProduce(request, refused, 'TOPIC_AUTHORIZATION_FAILED')
  if (allowed.length === 0) return { responses }
  return then(next({ ...request, topicData: allowed }), (response) => ({
    ...response,
    responses: [...(response.responses ?? []), ...responses],
  }))
})

/** Throws where the client waits for no answer: a closed connection has to tell it. */
function refusedProduce({ acks }: ProduceRequest, topics: ProduceRequest['topicData'], error: ErrorName) {
  if (acks === 0) throw new ProtocolError(`a produce request without acknowledgement failed: ${error}`)
  const none = { errorCode: code(error), baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1 }
  return {
    responses: topics.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }) => ({ index, ...none })),
    })),
  }
}

function isInTransaction({ topicData }: ProduceRequest): boolean {
  return topicData.some(({ partitionData }) =>
    partitionData.some(
      ({ records }) => records !== null && records.length >= RECORDS_AT && isTransactional(records, 0),
    ),
  )
}

const fetch = defineGuard(Fetch, (request, access, next, { broker, version }) => {
  const { topics, replicaId, replicaState } = request
  const isFollower = Math.max(replicaId, replicaState.replicaId) >= 0
  const mayRead = topicCheck(access, AclOperation.read)
  const mayFollow = !isFollower || mayInCluster(access, AclOperation.clusterAction)
  const [allowed, refused] = split(topics, ({ topic, topicId }) => {
    if (isFollower) return mayFollow
    const name = nameOf(broker.metadata.image, version >= BY_ID, { name: topic, topicId })
    return name === undefined || mayRead(name)
  })
  if (refused.length === 0) return next(request)
  const none = { highWatermark: -1, lastStableOffset: -1, logStartOffset: -1, records: NO_RECORDS }
  const responses = refused.map(({ topic, topicId, partitions }) => ({
    topic,
    topicId,
    partitions: partitions.map(({ partition: partitionIndex }) => ({
      partitionIndex,
      errorCode: code('TOPIC_AUTHORIZATION_FAILED'),
      ...none,
      abortedTransactions: [],
    })),
  }))
  return then(next({ ...request, topics: allowed }), (response) => ({
    ...response,
    responses: [...(response.responses ?? []), ...responses],
  }))
})

const listOffsets = defineGuard(ListOffsets, (request, access, next) => {
  const may = topicCheck(access, AclOperation.describe)
  const [allowed, refused] = split(request.topics, ({ name }) => may(name))
  if (refused.length === 0) return next(request)
  const errorCode = code('TOPIC_AUTHORIZATION_FAILED')
  const topics = refused.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  }))
  return then(next({ ...request, topics: allowed }), (response) => ({
    ...response,
    topics: [...(response.topics ?? []), ...topics],
  }))
})

const deleteRecords = defineGuard(DeleteRecords, (request, access, next) => {
  const may = topicCheck(access, AclOperation.delete)
  const [allowed, refused] = split(request.topics, ({ name }) => may(name))
  if (refused.length === 0) return next(request)
  const none = { lowWatermark: -1, errorCode: code('TOPIC_AUTHORIZATION_FAILED') }
  const topics = refused.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, ...none })),
  }))
  return then(next({ ...request, topics: allowed }), (response) => ({
    ...response,
    topics: [...(response.topics ?? []), ...topics],
  }))
})

const offsetForLeaderEpoch = defineGuard(OffsetForLeaderEpoch, (request, access, next) => {
  if (allowedInCluster(access, AclOperation.clusterAction)) return next(request)
  const may = topicCheck(access, AclOperation.describe)
  const [allowed, refused] = split(request.topics, ({ topic }) => may(topic))
  if (refused.length === 0) return next(request)
  const none = { errorCode: code('TOPIC_AUTHORIZATION_FAILED'), leaderEpoch: -1, endOffset: -1 }
  const topics = refused.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition }) => ({ partition, ...none })),
  }))
  return then(next({ ...request, topics: allowed }), (response) => ({
    ...response,
    topics: [...(response.topics ?? []), ...topics],
  }))
})

const describeProducers = defineGuard(DescribeProducers, (request, access, next) => {
  const may = topicCheck(access, AclOperation.read)
  const [allowed, refused] = split(request.topics, ({ name }) => topicNameProblem(name) !== undefined || may(name))
  if (refused.length === 0) return next(request)
  const topics = refused.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      ...failure('TOPIC_AUTHORIZATION_FAILED'),
    })),
  }))
  return then(next({ ...request, topics: allowed }), (response) => ({
    ...response,
    topics: [...(response.topics ?? []), ...topics],
  }))
})

export const recordGuards: AnyGuard[] = [
  produce,
  fetch,
  listOffsets,
  deleteRecords,
  offsetForLeaderEpoch,
  describeProducers,
]
