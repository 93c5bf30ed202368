// Who may have producer ids and transactions, and see them.

import { AclOperation, AclResource } from '../../../protocol/acl.ts'
import { InitProducerId } from '../../../protocol/apis/22-init-producer-id.ts'
import { AddPartitionsToTxn, type AddPartitionsToTxnTopic } from '../../../protocol/apis/24-add-partitions-to-txn.ts'
import { AddOffsetsToTxn } from '../../../protocol/apis/25-add-offsets-to-txn.ts'
import { EndTxn } from '../../../protocol/apis/26-end-txn.ts'
import { WriteTxnMarkers } from '../../../protocol/apis/27-write-txn-markers.ts'
import { TxnOffsetCommit, type TxnOffsetCommitRequest } from '../../../protocol/apis/28-txn-offset-commit.ts'
import { DescribeTransactions } from '../../../protocol/apis/65-describe-transactions.ts'
import { ListTransactions } from '../../../protocol/apis/66-list-transactions.ts'
import { isInternalTopic } from '../../topic-names.ts'
import { type AnyGuard, allowedInCluster, code, defineGuard, mayInCluster, split, then, topicCheck } from '../guard.ts'

const { transactionalId: TRANSACTION, group: GROUP, topic: TOPIC } = AclResource
const { write, read, describe, clusterAction, alter } = AclOperation
const REFUSED = code('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
const GROUP_REFUSED = code('GROUP_AUTHORIZATION_FAILED')
const TOPIC_REFUSED = code('TOPIC_AUTHORIZATION_FAILED')
const CLUSTER_REFUSED = code('CLUSTER_AUTHORIZATION_FAILED')

const initProducerId = defineGuard(InitProducerId, (request, access, next) => {
  const { transactionalId } = request
  const none = { producerId: -1, producerEpoch: -1 }
  if (transactionalId !== null) {
    return access.may(write, TRANSACTION, transactionalId) ? next(request) : { errorCode: REFUSED, ...none }
  }
  // Who may write to any topic may do so once only.
  const may = access.mayAny(write, TOPIC) || mayInCluster(access, AclOperation.idempotentWrite)
  return may ? next(request) : { errorCode: CLUSTER_REFUSED, ...none }
})

/** The version from which on only brokers ask. */
const OF_BROKERS = 4

const addPartitions = defineGuard(AddPartitionsToTxn, (request, access, next, { broker, version }) => {
  if (version >= OF_BROKERS) {
    return mayInCluster(access, clusterAction) ? next(request) : { errorCode: CLUSTER_REFUSED }
  }
  const { v3AndBelowTransactionalId: id, v3AndBelowTopics: topics } = request
  if (!access.may(write, TRANSACTION, id)) return { resultsByTopicV3AndBelow: results(topics, () => REFUSED) }
  const may = topicCheck(access, write)
  const refused = new Set(topics.filter(({ name }) => isInternalTopic(name) || !may(name)).map(({ name }) => name))
  if (refused.size === 0) return next(request)
  // With one of them refused none gets in.
  const { image } = broker.metadata
  return {
    resultsByTopicV3AndBelow: results(topics, (name, partition) => {
      if (refused.has(name)) return TOPIC_REFUSED
      const isKnown = image.topics.get(name)?.partitions[partition] !== undefined
      return code(isKnown ? 'OPERATION_NOT_ATTEMPTED' : 'UNKNOWN_TOPIC_OR_PARTITION')
    }),
  }
})

function results(topics: readonly AddPartitionsToTxnTopic[], codeFor: (name: string, partition: number) => number) {
  return topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: codeFor(name, partitionIndex),
    })),
  }))
}

const addOffsets = defineGuard(AddOffsetsToTxn, (request, access, next) => {
  if (!access.may(write, TRANSACTION, request.transactionalId)) return { errorCode: REFUSED }
  return access.may(read, GROUP, request.groupId) ? next(request) : { errorCode: GROUP_REFUSED }
})

const endTxn = defineGuard(EndTxn, (request, access, next) =>
  access.may(write, TRANSACTION, request.transactionalId) ? next(request) : { errorCode: REFUSED },
)

const txnOffsetCommit = defineGuard(TxnOffsetCommit, (request, access, next) => {
  const { transactionalId, groupId, topics } = request
  if (!access.may(write, TRANSACTION, transactionalId)) return { topics: uncommitted(topics, REFUSED) }
  if (!access.may(read, GROUP, groupId)) return { topics: uncommitted(topics, GROUP_REFUSED) }
  const may = topicCheck(access, read)
  const [allowed, refused] = split(topics, ({ name }) => may(name))
  if (refused.length === 0) return next(request)
  const errors = uncommitted(refused, TOPIC_REFUSED)
  if (allowed.length === 0) return { topics: errors }
  return then(next({ ...request, topics: allowed }), (response) => ({
    ...response,
    topics: [...(response.topics ?? []), ...errors],
  }))
})

function uncommitted(topics: TxnOffsetCommitRequest['topics'], errorCode: number) {
  return topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  }))
}

const writeTxnMarkers = defineGuard(WriteTxnMarkers, (request, access, next) => {
  if (allowedInCluster(access, alter) || mayInCluster(access, clusterAction)) return next(request)
  return {
    markers: request.markers.map(({ producerId, topics }) => ({
      producerId,
      topics: topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, errorCode: CLUSTER_REFUSED })),
      })),
    })),
  }
})

const describeTransactions = defineGuard(DescribeTransactions, (request, access, next) => {
  const [allowed, refused] = split(request.transactionalIds, (id) => access.may(describe, TRANSACTION, id))
  const maySee = topicCheck(access, describe, 'allows')
  return then(next({ ...request, transactionalIds: allowed }), (response) => ({
    ...response,
    transactionStates: [
      ...(response.transactionStates ?? []).map((state) => ({
        ...state,
        topics: state.topics?.filter(({ topic }) => maySee(topic ?? '')),
      })),
      ...refused.map((transactionalId) => ({ transactionalId, errorCode: REFUSED })),
    ],
  }))
})

const listTransactions = defineGuard(ListTransactions, (request, access, next) =>
  then(next(request), (response) => ({
    ...response,
    transactionStates: response.transactionStates?.filter(({ transactionalId }) =>
      access.allows(describe, TRANSACTION, transactionalId ?? ''),
    ),
  })),
)

export const transactionGuards: AnyGuard[] = [
  initProducerId,
  addPartitions,
  addOffsets,
  endTxn,
  txnOffsetCommit,
  writeTxnMarkers,
  describeTransactions,
  listTransactions,
]
