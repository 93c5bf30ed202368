// AddPartitionsToTxn: takes partitions into a transaction. From version 4 on for several transactions at once, which brokers
// ask each other, also only whether they are in (KIP-890).

import {
  AddPartitionsToTxn,
  type AddPartitionsToTxnTopic,
  type AddPartitionsToTxnTransaction,
} from '../../protocol/apis/24-add-partitions-to-txn.ts'
import { type ErrorName, errorCode } from '../../protocol/errors.ts'
import { answerOf } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import { defineHandler } from '../handler.ts'
import { producerErrorCode } from '../producer-error.ts'

const KNOWS_FENCED = 2
const BATCHED = 4

export const handler = defineHandler({
  api: AddPartitionsToTxn,
  versions: [0, 5],
  async handle(request, { broker, version }) {
    if (version < BATCHED) {
      const transaction = {
        transactionalId: request.v3AndBelowTransactionalId,
        producerId: request.v3AndBelowProducerId,
        producerEpoch: request.v3AndBelowProducerEpoch,
        topics: request.v3AndBelowTopics,
        verifyOnly: false,
      }
      return { resultsByTopicV3AndBelow: await add(transaction, broker, version) }
    }
    const resultsByTransaction = []
    for (const transaction of request.transactions) {
      const topicResults = await (transaction.verifyOnly
        ? verify(transaction, broker)
        : add(transaction, broker, version))
      resultsByTransaction.push({ transactionalId: transaction.transactionalId, topicResults })
    }
    return { resultsByTransaction }
  },
})

async function add(transaction: AddPartitionsToTxnTransaction, broker: Broker, version: number) {
  const { transactionalId, topics } = transaction
  const { image } = broker.metadata
  const isUnknown = (name: string, index: number) => image.topics.get(name)?.partitions[index] === undefined
  if (topics.some(({ name, partitions }) => partitions.some((index) => isUnknown(name, index)))) {
    return results(topics, (name, index) =>
      code(isUnknown(name, index) ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'OPERATION_NOT_ATTEMPTED'),
    )
  }
  let result = 0
  try {
    const partitions = new Map(topics.map(({ name, partitions }) => [name, new Set(partitions)]))
    const clientVersion = version >= BATCHED ? 2 : 0
    await broker.transactions.addPartitions(transactionalId, producerOf(transaction), partitions, clientVersion)
  } catch (error) {
    result = producerErrorCode(error, version >= KNOWS_FENCED)
  }
  return results(topics, () => result)
}

function verify(transaction: AddPartitionsToTxnTransaction, broker: Broker) {
  return results(transaction.topics, (name, index) => {
    try {
      broker.transactions.verifyPartition(transaction.transactionalId, producerOf(transaction), name, index)
      return 0
    } catch (error) {
      return answerOf(error).errorCode
    }
  })
}

function producerOf({ producerId, producerEpoch }: AddPartitionsToTxnTransaction) {
  return { id: producerId, epoch: producerEpoch }
}

function results(topics: readonly AddPartitionsToTxnTopic[], codeFor: (name: string, partition: number) => number) {
  return topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: codeFor(name, partitionIndex),
    })),
  }))
}

const code = (name: ErrorName) => errorCode(name)
