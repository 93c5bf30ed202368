// ktool transactions describe.

import { describeTransactions, type TransactionDescription } from '../../client/admin/transactions.ts'
import { KtoolError } from '../../errors.ts'
import { defineCommand } from '../command.ts'
import { forPeople, type Shown } from '../for-people.ts'

type Row = Shown<Omit<TransactionDescription, 'partitions'>> & { partitions: string[] }

export const command = defineCommand({
  path: 'transactions describe',
  summary: 'Show the transactions of transactional ids',
  description:
    'Shows the state of the transaction of each transactional id, since when it is open, and its partitions.',
  args: { ids: { value: 'ID', doc: 'Transactional id', repeatable: true, complete: 'transaction' } },
  examples: [{ line: 'ktool transactions describe billing-1', doc: 'One of them' }],
  async run(context, { ids }) {
    const { cluster } = await context.client()
    const { time } = forPeople(context)
    const found = await describeTransactions(cluster, [...new Set(ids)])
    const rows = context.rows<TransactionDescription, Row>({
      columns: [
        { key: 'transactionalId' },
        { key: 'coordinator' },
        { key: 'producerId' },
        { key: 'producerEpoch', title: 'EPOCH' },
        { key: 'state' },
        { key: 'timeoutMs' },
        { key: 'startTimestamp', title: 'OPEN-SINCE' },
        { key: 'partitions' },
      ],
      rows: ({ partitions, startTimestamp, ...rest }) => [
        {
          ...rest,
          startTimestamp: time(startTimestamp),
          partitions: partitions.map(({ topic, partition }) => `${topic}-${partition}`),
        },
      ],
    })
    for (const id of new Set(ids)) {
      const transaction = found.get(id) ?? new KtoolError(`nobody told of the transactional id ${id}`)
      if (transaction instanceof KtoolError) context.fail(transaction)
      else await rows.add(transaction)
    }
    await rows.end()
  },
})
