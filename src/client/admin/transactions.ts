// Transactions as their coordinators know them (KIP-664): list, describe, and end one by force.

import { KtoolError } from '../../errors.ts'
import { DescribeTransactions } from '../../protocol/apis/65-describe-transactions.ts'
import { ListTransactions } from '../../protocol/apis/66-list-transactions.ts'
import { check, errorCode, KafkaError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { findCoordinators } from '../coordinator.ts'
import type { PartitionName } from '../group/partitions.ts'
import type { ProducerIdentity } from '../producer-batch.ts'
import { isRetriable, retry } from '../retry.ts'
import { Transaction } from '../transaction.ts'
import { eachBroker } from './each-broker.ts'

/** Kafka's TransactionState, as the protocol writes them. */
export const transactionStates = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'PrepareEpochFence',
  'Dead',
] as const

export interface TransactionListing {
  transactionalId: string
  /** Broker id. */
  coordinator: number
  producerId: number
  state: string
}

export interface TransactionDescription extends TransactionListing {
  producerEpoch: number
  timeoutMs: number
  /** Milliseconds; null where none is open. */
  startTimestamp: number | null
  partitions: PartitionName[]
}

export interface TransactionFilter {
  states?: readonly string[]
  producerIds?: readonly number[]
  /** Milliseconds that it has been open (version 1, KIP-994). */
  longerThanMs?: number
}

/** All transactional ids that the filter leaves, by name. A broker that does not answer is an error beside them. */
export async function listTransactions(
  cluster: Cluster,
  { states = [], producerIds = [], longerThanMs }: TransactionFilter = {},
): Promise<{ transactions: TransactionListing[]; errors: KtoolError[] }> {
  const answers = await eachBroker(cluster, async (broker) => {
    const answer = await broker.request(
      ListTransactions,
      { stateFilters: states, producerIdFilters: producerIds, durationFilter: longerThanMs ?? -1 },
      { minVersion: longerThanMs === undefined ? undefined : 1 },
    )
    check(answer.errorCode, `transactions of broker ${broker.id}`)
    return answer.transactionStates.map(({ transactionalId, producerId, transactionState: state }) => ({
      transactionalId,
      coordinator: broker.id,
      producerId,
      state,
    }))
  })
  const all = [...answers.values()]
  return {
    transactions: all
      .flatMap((answer) => (answer instanceof KtoolError ? [] : answer))
      .sort((a, b) => (a.transactionalId < b.transactionalId ? -1 : 1)),
    errors: all.filter((answer) => answer instanceof KtoolError),
  }
}

const NOT_FOUND = errorCode('TRANSACTIONAL_ID_NOT_FOUND')

/** Transactions by transactional id, asked of their coordinators at once, and again where one has moved. */
export async function describeTransactions(
  cluster: Cluster,
  ids: readonly string[],
): Promise<Map<string, TransactionDescription | KtoolError>> {
  const found = new Map<string, TransactionDescription | KtoolError>()
  const isOpen = (id: string) => {
    const answer = found.get(id)
    return answer === undefined || (answer instanceof KtoolError && isRetriable(answer))
  }
  const attempt = async () => {
    const coordinators = await findCoordinators(cluster, ids.filter(isOpen), 'transaction')
    const byBroker = new Map<number, string[]>()
    for (const [id, broker] of coordinators) {
      if (broker instanceof KtoolError) found.set(id, broker)
      else byBroker.set(broker, [...(byBroker.get(broker) ?? []), id])
    }
    await Promise.all(
      [...byBroker].map(async ([broker, some]) => {
        try {
          await ask(cluster, broker, some, found)
        } catch (error) {
          if (!(error instanceof KtoolError)) throw error
          for (const id of some) found.set(id, error)
        }
      }),
    )
    const open = ids.find(isOpen)
    if (open !== undefined) throw found.get(open) ?? new KafkaError(-1, `transaction ${open}`, 'nobody told of it')
  }
  if (ids.length === 0) return found
  await retry(cluster.options, attempt).catch((error) => {
    // What stayed open has its error in the map, unless nobody could be asked at all.
    if (!isRetriable(error) || ids.some((id) => !found.has(id))) throw error
  })
  return found
}

async function ask(
  cluster: Cluster,
  brokerId: number,
  transactionalIds: readonly string[],
  found: Map<string, TransactionDescription | KtoolError>,
): Promise<void> {
  const broker = await cluster.broker(brokerId)
  const answer = await broker.request(DescribeTransactions, { transactionalIds })
  for (const row of answer.transactionStates) {
    const { transactionalId } = row
    if (row.errorCode === NOT_FOUND) {
      const hint = '`ktool transactions list` shows all'
      found.set(transactionalId, new KtoolError(`there is no transactional id ${transactionalId}`, { hint }))
    } else if (row.errorCode !== 0) {
      found.set(transactionalId, new KafkaError(row.errorCode, `transaction ${transactionalId}`))
    } else {
      found.set(transactionalId, {
        transactionalId,
        coordinator: brokerId,
        producerId: row.producerId,
        producerEpoch: row.producerEpoch,
        state: row.transactionState,
        timeoutMs: row.transactionTimeoutMs,
        startTimestamp: row.transactionStartTimeMs < 0 ? null : row.transactionStartTimeMs,
        partitions: row.topics.flatMap(({ topic, partitions }) =>
          partitions.map((partition) => ({ topic, partition })),
        ),
      })
    }
  }
}

/**
 * Aborts what a transactional id has open and fences off whoever uses it, by taking its place as a producer (KIP-939).
 * Returns the producer that the id has now.
 */
export function terminateTransaction(cluster: Cluster, transactionalId: string): Promise<ProducerIdentity> {
  return new Transaction(cluster, transactionalId, cluster.options.requestTimeoutMs).initial()
}
