// ktool transactions find-hanging.

import { knownBroker } from '../../client/admin/known-broker.ts'
import { findHangingTransactions, type HangingTransaction } from '../../client/admin/producers.ts'
import { parseDuration } from '../../util/duration.ts'
import { defineCommand } from '../command.ts'
import { forPeople, type Shown } from '../for-people.ts'
import { selectPartitions } from '../partitions/select.ts'

export const command = defineCommand({
  path: 'transactions find-hanging',
  summary: 'Find transactions that nobody will end',
  description:
    'Finds transactions that are open in a partition, silent for longer than a transaction may last, and known to no ' +
    'coordinator. Consumers of committed records stand still before them until they are aborted.',
  args: {
    partitions: {
      value: 'TOPIC[:PARTITIONS]',
      doc: 'Topic, glob or /regex/, with partitions such as 0,3-5; all topics without one',
      optional: true,
      repeatable: true,
      complete: 'topic',
    },
  },
  flags: {
    broker: { value: 'ID', complete: 'broker', doc: 'Only the replicas of this broker' },
    maxTransactionTimeout: {
      value: 'DURATION',
      parse: parseDuration,
      default: 15 * 60_000,
      defaultDoc: '15m, as transaction.max.timeout.ms',
      doc: 'How long a transaction may last at most',
    },
  },
  examples: [
    { line: 'ktool transactions find-hanging', doc: 'In the whole cluster' },
    { line: "ktool transactions find-hanging 'orders-*' --max-transaction-timeout 5m", doc: 'In some topics' },
  ],
  async run(context, { partitions: names }, { broker, maxTransactionTimeout }) {
    const client = await context.client()
    const { time } = forPeople(context)
    const selected = await selectPartitions(context, client, names)
    const id = broker === undefined ? undefined : await knownBroker(client.cluster, broker)
    // A partition without a leader has nobody to ask, and `cluster health` tells of it.
    const partitions = selected.partitions.filter(({ leader, replicas }) =>
      id === undefined ? leader >= 0 : replicas.includes(id),
    )
    const { hanging, errors } = await findHangingTransactions(client.cluster, partitions, maxTransactionTimeout, id)
    for (const error of errors) context.fail(error)
    const rows = context.rows<HangingTransaction, Shown<HangingTransaction>>({
      columns: [
        { key: 'topic' },
        { key: 'partition' },
        { key: 'producerId' },
        { key: 'producerEpoch', title: 'EPOCH' },
        { key: 'coordinatorEpoch' },
        { key: 'startOffset' },
        { key: 'lastTimestamp', title: 'LAST-WRITE' },
      ],
      rows: (row) => [{ ...row, lastTimestamp: time(row.lastTimestamp) }],
    })
    for (const transaction of hanging) await rows.add(transaction)
    await rows.end()
    if (hanging.length > 0) {
      const [{ topic, partition, startOffset }] = hanging
      context.note(`to end one: ktool transactions abort ${topic}:${partition} --start-offset ${startOffset}`)
    }
  },
})
