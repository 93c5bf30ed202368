// ktool transactions list.

import { listTransactions, type TransactionListing, transactionStates } from '../../client/admin/transactions.ts'
import { parseDuration } from '../../util/duration.ts'
import { namePattern, selectByName } from '../../util/name-pattern.ts'
import { integer } from '../../util/numbers.ts'
import { defineCommand } from '../command.ts'

export const command = defineCommand({
  path: 'transactions list',
  summary: 'List transactional ids',
  description:
    'Lists transactional ids with their coordinator, their producer and the state of their last transaction.',
  args: {
    patterns: {
      value: 'PATTERN',
      doc: 'Transactional id, glob or /regex/',
      optional: true,
      repeatable: true,
      complete: 'transaction',
    },
  },
  flags: {
    state: { value: 'STATE', choices: transactionStates, repeatable: true, doc: 'Only those in this state' },
    producerId: {
      value: 'ID',
      parse: integer({ min: 0 }),
      repeatable: true,
      doc: 'Only those of this producer',
    },
    longerThan: { value: 'DURATION', parse: parseDuration, doc: 'Only those with a transaction open for longer' },
  },
  examples: [
    { line: 'ktool transactions list', doc: 'All' },
    { line: 'ktool transactions list --state Ongoing --longer-than 1m', doc: 'What takes long' },
  ],
  async run(context, { patterns }, { state, producerId, longerThan }) {
    const { cluster } = await context.client()
    const filter = { states: state, producerIds: producerId, longerThanMs: longerThan }
    const { transactions, errors } = await listTransactions(cluster, filter)
    for (const error of errors) context.fail(error)
    const named = transactions.map((transaction) => ({ name: transaction.transactionalId, transaction }))
    const rows = context.rows<TransactionListing>({
      columns: [{ key: 'transactionalId' }, { key: 'coordinator' }, { key: 'producerId' }, { key: 'state' }],
    })
    for (const { transaction } of selectByName(named, patterns.map(namePattern)).items) await rows.add(transaction)
    await rows.end()
  },
})
