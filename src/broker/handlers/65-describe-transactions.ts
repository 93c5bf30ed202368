// DescribeTransactions: state, producer and partitions of transactional ids (KIP-664).

import { DescribeTransactions } from '../../protocol/apis/65-describe-transactions.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { Broker } from '../broker.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: DescribeTransactions,
  versions: [0, 0],
  handle({ transactionalIds }, { broker }) {
    return { transactionStates: transactionalIds.map((id) => describe(broker, id)) }
  },
})

function describe({ transactions }: Broker, transactionalId: string) {
  if (transactionalId === '') return { transactionalId, errorCode: errorCode('INVALID_REQUEST') }
  const data = transactions.transactions.get(transactionalId)?.data
  if (data === undefined || data.state === 'Dead') {
    return { transactionalId, errorCode: errorCode('TRANSACTIONAL_ID_NOT_FOUND') }
  }
  return {
    transactionalId,
    transactionState: data.state,
    transactionTimeoutMs: data.timeoutMs,
    transactionStartTimeMs: data.startedAt,
    producerId: data.producerId,
    producerEpoch: data.epoch,
    topics: [...data.partitions].map(([topic, partitions]) => ({ topic, partitions: [...partitions] })),
  }
}
