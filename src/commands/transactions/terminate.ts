// ktool transactions terminate.

import { describeTransactions, terminateTransaction } from '../../client/admin/transactions.ts'
import { ExitCode, KtoolError } from '../../errors.ts'
import { defineCommand } from '../command.ts'

interface Row {
  transactionalId: string
  /** Before. */
  state: string
  producerId: number
  /** After: who wrote with an earlier one is fenced off. */
  producerEpoch: number
  result: 'terminated'
}

export const command = defineCommand({
  path: 'transactions terminate',
  summary: 'End the transaction of a transactional id by force',
  description:
    'Aborts what a transactional id has open and fences off the producer that uses it, by taking its place. Its next ' +
    'request fails; a producer that is started anew goes on. Asks on a terminal.',
  args: { ids: { value: 'ID', doc: 'Transactional id', repeatable: true, complete: 'transaction' } },
  examples: [{ line: 'ktool transactions terminate billing-1', doc: 'A producer that does not end its transaction' }],
  asks: true,
  async run(context, { ids }) {
    const { cluster } = await context.client()
    const unique = [...new Set(ids)]
    const found = await describeTransactions(cluster, unique)
    const rows = context.rows<Row>({
      columns: [
        { key: 'transactionalId' },
        { key: 'state' },
        { key: 'producerId' },
        { key: 'producerEpoch', title: 'EPOCH' },
        { key: 'result' },
      ],
    })
    const known = unique.flatMap((id) => {
      const transaction = found.get(id) ?? new KtoolError(`nobody told of the transactional id ${id}`)
      if (!(transaction instanceof KtoolError)) return [transaction]
      context.fail(transaction)
      return []
    })
    const names = known.map(({ transactionalId }) => transactionalId).join(', ')
    if (known.length > 0 && !(await context.confirm(`End the transaction of ${names} and fence off its producer?`))) {
      context.note('nothing was ended')
      return ExitCode.failure
    }
    for (const { transactionalId, state } of known) {
      try {
        const { producerId, producerEpoch } = await terminateTransaction(cluster, transactionalId)
        await rows.add({ transactionalId, state, producerId, producerEpoch, result: 'terminated' })
      } catch (error) {
        context.fail(error, transactionalId)
      }
    }
    await rows.end()
  },
})
