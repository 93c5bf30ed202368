// Producers as the logs of partitions know them (KIP-664), and transactions that hang there: open in a log, and known to no
// coordinator any more, so that nobody will ever end them and readers of committed records stand still before them.

import { KtoolError } from '../../errors.ts'
import { WriteTxnMarkers } from '../../protocol/apis/27-write-txn-markers.ts'
import { DescribeProducers } from '../../protocol/apis/61-describe-producers.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { Broker } from '../broker.ts'
import type { Cluster } from '../cluster.ts'
import { byTopic, keyOf, type PartitionName } from '../group/partitions.ts'
import { askLeaders, type LeaderAnswers } from './ask-leaders.ts'
import { describeTransactions, listTransactions } from './transactions.ts'

export interface ProducerState {
  producerId: number
  producerEpoch: number
  /** -1 where it has written nothing but markers. */
  lastSequence: number
  /** Milliseconds, -1 where it has written nothing. */
  lastTimestamp: number
  /** Of the coordinator that wrote the last marker, -1 without one. */
  coordinatorEpoch: number
  /** First offset of the transaction that is open; null where none is. */
  transactionStartOffset: number | null
}

/** Producers by keyOf(partition), asked of the leaders, or of one broker that has replicas. */
export async function describeProducers(
  cluster: Cluster,
  partitions: readonly PartitionName[],
  brokerId?: number,
): Promise<LeaderAnswers<ProducerState[]>> {
  if (partitions.length === 0) return new Map()
  if (brokerId !== undefined) return producersOf(await cluster.broker(brokerId), partitions)
  return askLeaders(cluster, partitions, producersOf)
}

async function producersOf(
  broker: Broker,
  partitions: readonly PartitionName[],
): Promise<LeaderAnswers<ProducerState[]>> {
  const answer = await broker.request(DescribeProducers, {
    topics: [...byTopic(partitions)].map(([name, partitionIndexes]) => ({ name, partitionIndexes })),
  })
  const found: LeaderAnswers<ProducerState[]> = new Map()
  for (const { name: topic, partitions } of answer.topics) {
    for (const row of partitions) {
      const key = keyOf({ topic, partition: row.partitionIndex })
      found.set(
        key,
        row.errorCode === 0
          ? row.activeProducers.map(({ currentTxnStartOffset: start, ...producer }) => ({
              ...producer,
              transactionStartOffset: start < 0 ? null : start,
            }))
          : new KafkaError(row.errorCode, `producers of ${key}`, row.errorMessage),
      )
    }
  }
  return found
}

export interface HangingTransaction extends PartitionName {
  producerId: number
  producerEpoch: number
  coordinatorEpoch: number
  startOffset: number
  lastTimestamp: number
}

/**
 * Transactions that hang in these partitions: open, without a record for longer than any transaction may last, and with no
 * coordinator that still counts the partition to one of the producer. (Kafka: TransactionsCommand.FindHangingTransactions.)
 */
export async function findHangingTransactions(
  cluster: Cluster,
  partitions: readonly PartitionName[],
  longestMs: number,
  brokerId?: number,
): Promise<{ hanging: HangingTransaction[]; errors: KtoolError[] }> {
  const states = await describeProducers(cluster, partitions, brokerId)
  const errors = [...states.values()].filter((answer) => answer instanceof KtoolError)
  const before = Date.now() - longestMs
  const open = partitions.flatMap(({ topic, partition }) => {
    const producers = states.get(keyOf({ topic, partition }))
    if (!Array.isArray(producers)) return []
    return producers.flatMap(
      ({ producerId, producerEpoch, coordinatorEpoch, lastTimestamp, transactionStartOffset }) =>
        transactionStartOffset === null || lastTimestamp > before
          ? []
          : [
              {
                topic,
                partition,
                producerId,
                producerEpoch,
                coordinatorEpoch,
                startOffset: transactionStartOffset,
                lastTimestamp,
              },
            ],
    )
  })
  if (open.length === 0) return { hanging: [], errors }
  const producerIds = [...new Set(open.map(({ producerId }) => producerId))]
  const listed = await listTransactions(cluster, { producerIds })
  // Without all coordinators a transaction may only seem to have none.
  if (listed.errors.length > 0) return { hanging: [], errors: [...errors, ...listed.errors] }
  const ids = listed.transactions.map(({ transactionalId }) => transactionalId)
  const described = await describeTransactions(cluster, ids)
  const coordinated = new Set<string>()
  const unsure = new Set<number>()
  for (const { transactionalId, producerId } of listed.transactions) {
    const transaction = described.get(transactionalId)
    if (transaction instanceof KafkaError) {
      errors.push(transaction)
      unsure.add(producerId)
    } else if (transaction !== undefined && !(transaction instanceof KtoolError)) {
      for (const each of transaction.partitions) coordinated.add(`${producerId} ${keyOf(each)}`)
    }
  }
  const hanging = open.filter(
    (each) => !unsure.has(each.producerId) && !coordinated.has(`${each.producerId} ${keyOf(each)}`),
  )
  return { hanging, errors }
}

/** Ends a transaction in one partition with a marker that no coordinator writes any more. */
export async function abortTransaction(
  cluster: Cluster,
  {
    topic,
    partition,
    producerId,
    producerEpoch,
    coordinatorEpoch,
  }: Omit<HangingTransaction, 'startOffset' | 'lastTimestamp'>,
): Promise<void> {
  const answers = await askLeaders(cluster, [{ topic, partition }], async (leader) => {
    const answer = await leader.request(WriteTxnMarkers, {
      markers: [
        {
          producerId,
          producerEpoch,
          // A producer without a marker so far has no epoch to go on from.
          coordinatorEpoch: Math.max(coordinatorEpoch, 0),
          transactionResult: false,
          topics: [{ name: topic, partitionIndexes: [partition] }],
        },
      ],
    })
    const code = answer.markers[0]?.topics[0]?.partitions[0]?.errorCode ?? -1
    const what = `aborting the transaction of producer ${producerId} in ${keyOf({ topic, partition })}`
    return new Map([[keyOf({ topic, partition }), code === 0 ? null : new KafkaError(code, what)]])
  })
  const error = answers.get(keyOf({ topic, partition }))
  if (error instanceof KtoolError) throw error
}
