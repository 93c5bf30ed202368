// A transaction with one record in a partition, left open. Without `join` its coordinator never hears of the partition,
// as with the brokers and producers before KIP-890.

import { askLeaders } from '../../src/client/admin/ask-leaders.ts'
import type { Client } from '../../src/client/client.ts'
import { keyOf, type PartitionName } from '../../src/client/group/partitions.ts'
import { Transaction } from '../../src/client/transaction.ts'
import { KtoolError } from '../../src/errors.ts'
import { Produce } from '../../src/protocol/apis/00-produce.ts'
import { KafkaError } from '../../src/protocol/errors.ts'
import { BatchBuilder } from '../../src/records/builder.ts'

export async function openTransaction(
  { cluster }: Client,
  transactionalId: string,
  where: PartitionName,
  { join = true, timestamp = Date.now() } = {},
): Promise<{ producerId: number; producerEpoch: number }> {
  const transaction = new Transaction(cluster, transactionalId, 600_000)
  const { producerId, producerEpoch } = await transaction.initial()
  if (join) await transaction.join(where.topic, where.partition)
  const builder = new BatchBuilder(1000)
  const value = Buffer.from('open')
  builder.tryAppend(timestamp, value, -1, -1, 0, value.length)
  const records = builder.close({ producerId, producerEpoch, baseSequence: 0, transactional: true })
  const answers = await askLeaders(cluster, [where], async (leader) => {
    const topicData = [{ name: where.topic, partitionData: [{ index: where.partition, records }] }]
    const { responses } = await leader.request(
      Produce,
      { transactionalId, acks: -1, timeoutMs: 10_000, topicData },
      transaction.produceOptions,
    )
    const { errorCode } = responses[0].partitionResponses[0]
    return new Map([[keyOf(where), errorCode === 0 ? null : new KafkaError(errorCode, 'producing')]])
  })
  const error = answers.get(keyOf(where))
  if (error instanceof KtoolError) throw error
  return { producerId, producerEpoch }
}
