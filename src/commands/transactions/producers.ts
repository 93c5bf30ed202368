// ktool transactions producers.

import { knownBroker } from '../../client/admin/known-broker.ts'
import { describeProducers, type ProducerState } from '../../client/admin/producers.ts'
import { keyOf } from '../../client/group/partitions.ts'
import { KtoolError } from '../../errors.ts'
import { defineCommand } from '../command.ts'
import { forPeople, type Shown } from '../for-people.ts'
import { selectPartitions } from '../partitions/select.ts'

type Row = ProducerState & { topic: string; partition: number }

export const command = defineCommand({
  path: 'transactions producers',
  summary: 'Show the producers that write to partitions',
  description:
    'Shows the producers with ids (idempotent and transactional ones) that the log of a partition knows, and where the ' +
    'transaction begins that one has open there.',
  args: {
    partitions: {
      value: 'TOPIC[:PARTITIONS]',
      doc: 'Topic, with partitions such as 0,3-5',
      repeatable: true,
      complete: 'topic',
    },
  },
  flags: {
    broker: { value: 'ID', complete: 'broker', doc: 'Ask this broker, which has replicas, and not the leaders' },
  },
  examples: [{ line: 'ktool transactions producers orders:0', doc: 'Of one partition' }],
  async run(context, { partitions: names }, { broker }) {
    const client = await context.client()
    const { time } = forPeople(context)
    const { partitions } = await selectPartitions(context, client, names)
    const id = broker === undefined ? undefined : await knownBroker(client.cluster, broker)
    const found = await describeProducers(client.cluster, partitions, id)
    const rows = context.rows<Row, Shown<Row>>({
      columns: [
        { key: 'topic' },
        { key: 'partition' },
        { key: 'producerId' },
        { key: 'producerEpoch', title: 'EPOCH' },
        { key: 'coordinatorEpoch' },
        { key: 'lastSequence' },
        { key: 'lastTimestamp', title: 'LAST-WRITE' },
        { key: 'transactionStartOffset', title: 'OPEN-FROM-OFFSET' },
      ],
      rows: (row) => [{ ...row, lastTimestamp: time(row.lastTimestamp) }],
    })
    for (const { topic, partition } of partitions) {
      const producers = found.get(keyOf({ topic, partition })) ?? new KtoolError(`nobody told of ${topic}-${partition}`)
      if (producers instanceof KtoolError) context.fail(producers)
      else for (const producer of producers) await rows.add({ topic, partition, ...producer })
    }
    await rows.end()
  },
})
