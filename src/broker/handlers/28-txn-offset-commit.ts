// TxnOffsetCommit: a group's offsets as a part of a transaction. Versions: 3 group members (KIP-447); 5 brings the group into
// the transaction (KIP-890).

import { TxnOffsetCommit, type TxnOffsetCommitRequest } from '../../protocol/apis/28-txn-offset-commit.ts'
import type { ErrorName } from '../../protocol/errors.ts'
import { ApiError, answerOf } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import type { CommittedOffset, OffsetKey } from '../groups/offsets.ts'
import { defineHandler } from '../handler.ts'
import type { TopicImage } from '../metadata-image.ts'
import { GROUP_METADATA_TOPIC } from '../topic-names.ts'
import { metadataProblem, partitionProblem } from './08-offset-commit.ts'

const ADDS_GROUP = 5
const KNOWS_ABORTABLE = 4

export const handler = defineHandler({
  api: TxnOffsetCommit,
  versions: [0, 5],
  async handle(request, { broker, version }) {
    const now = Date.now()
    const { image } = broker.metadata
    const offsets: (OffsetKey & CommittedOffset)[] = []
    const problems = new Map<string, number>()
    for (const { name, partitions } of request.topics) {
      const topic = image.topics.get(name)
      for (const { partitionIndex: partition, committedOffset: offset, ...each } of partitions) {
        const problem = partitionProblem(topic, partition, version) || metadataProblem(broker, each.committedMetadata)
        if (problem !== 0) problems.set(`${name}-${partition}`, problem)
        else {
          offsets.push({
            topic: name,
            topicId: (topic as TopicImage).id,
            partition,
            offset,
            leaderEpoch: each.committedLeaderEpoch,
            metadata: each.committedMetadata ?? '',
            commitTimestamp: now,
            expireTimestamp: -1,
          })
        }
      }
    }
    let failure = 0
    try {
      const { groupId, generationId: epoch, memberId, groupInstanceId: instanceId } = request
      if (groupId === '') throw new ApiError('INVALID_GROUP_ID')
      const committer = { memberId, instanceId, epoch, version: undefined }
      broker.groups.checkTransactionalCommit(groupId, committer, offsets)
      await admit(broker, request, version)
      const producer = { id: request.producerId, epoch: request.producerEpoch }
      await broker.groups.commitInTransaction(groupId, producer, offsets)
    } catch (error) {
      failure = answerOf(error).errorCode
    }
    return {
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({
          partitionIndex,
          errorCode: failure || (problems.get(`${name}-${partitionIndex}`) ?? 0),
        })),
      })),
    }
  },
})

/** Throws an ApiError unless the group is in the producer's transaction, or gets in now. */
async function admit(broker: Broker, request: TxnOffsetCommitRequest, version: number): Promise<void> {
  const { transactionalId, producerId, producerEpoch, groupId } = request
  const partition = broker.groups.partitionFor(groupId)
  const producer = { id: producerId, epoch: producerEpoch }
  try {
    if (version >= ADDS_GROUP) {
      const partitions = new Map([[GROUP_METADATA_TOPIC, new Set([partition])]])
      await broker.transactions.addPartitions(transactionalId, producer, partitions, 2)
    } else broker.transactions.verifyPartition(transactionalId, producer, GROUP_METADATA_TOPIC, partition)
  } catch (error) {
    throw error instanceof ApiError ? new ApiError(notAdmitted(error.error, version)) : error
  }
}

function notAdmitted(error: ErrorName, version: number): ErrorName {
  if (error === 'PRODUCER_FENCED') return 'INVALID_PRODUCER_EPOCH'
  if (error === 'TRANSACTION_ABORTABLE' && version < KNOWS_ABORTABLE) return 'INVALID_TXN_STATE'
  return error
}
