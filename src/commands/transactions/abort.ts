// ktool transactions abort.

import { abortTransaction, describeProducers } from '../../client/admin/producers.ts'
import type { Client } from '../../client/client.ts'
import { keyOf, type PartitionName } from '../../client/group/partitions.ts'
import { ExitCode, KtoolError, UsageError } from '../../errors.ts'
import { integer } from '../../util/numbers.ts'
import { defineCommand } from '../command.ts'

interface Row extends PartitionName {
  producerId: number
  producerEpoch: number
  startOffset: number | null
  result: 'aborted'
}

export const command = defineCommand({
  path: 'transactions abort',
  summary: 'Abort a transaction that hangs in a partition',
  description:
    'Ends a transaction in one partition with an abort marker, as its coordinator would. Only for one that ' +
    '`transactions find-hanging` finds: for one that lives, its records are lost and the producer fails. Asks on a ' +
    'terminal.',
  args: { partition: { value: 'TOPIC:PARTITION', doc: 'Where it hangs', complete: 'topic' } },
  flags: {
    startOffset: { value: 'OFFSET', parse: integer({ min: 0 }), doc: 'Where the transaction begins' },
    producerId: { value: 'ID', parse: integer({ min: 0 }), doc: 'Its producer, where brokers before 3.0 cannot tell' },
    producerEpoch: { value: 'N', parse: integer({ min: 0, max: 0x7fff }), doc: 'The epoch of that producer' },
    coordinatorEpoch: { value: 'N', parse: integer({ min: 0 }), doc: 'The epoch of its coordinator' },
  },
  examples: [{ line: 'ktool transactions abort orders:3 --start-offset 14208', doc: 'As find-hanging showed it' }],
  asks: true,
  async run(context, { partition: text }, flags) {
    const where = partitionOf(text)
    const { startOffset, producerId, producerEpoch, coordinatorEpoch } = flags
    const given = [producerId, producerEpoch, coordinatorEpoch].filter((value) => value !== undefined).length
    if ((startOffset === undefined) === (given === 0) || (given > 0 && given < 3)) {
      throw new UsageError('give --start-offset, or all of --producer-id, --producer-epoch and --coordinator-epoch')
    }
    const client = await context.client()
    const producer =
      startOffset === undefined
        ? {
            producerId: producerId as number,
            producerEpoch: producerEpoch as number,
            coordinatorEpoch: coordinatorEpoch as number,
          }
        : await producerAt(client, where, startOffset)
    const what = `the transaction of producer ${producer.producerId} in partition ${where.partition} of ${where.topic}`
    if (!(await context.confirm(`Abort ${what}?`))) {
      context.note('nothing was aborted')
      return ExitCode.failure
    }
    await abortTransaction(client.cluster, { ...where, ...producer })
    const rows = context.rows<Row>({
      columns: [
        { key: 'topic' },
        { key: 'partition' },
        { key: 'producerId' },
        { key: 'producerEpoch', title: 'EPOCH' },
        { key: 'startOffset' },
        { key: 'result' },
      ],
    })
    const { coordinatorEpoch: _, ...shown } = producer
    await rows.add({ ...where, ...shown, startOffset: startOffset ?? null, result: 'aborted' })
    await rows.end()
  },
})

function partitionOf(text: string): PartitionName {
  const match = /^(.+):(\d{1,9})$/.exec(text)
  if (match === null) throw new UsageError(`'${text}' is not a partition`, { hint: 'write it as TOPIC:PARTITION' })
  return { topic: match[1], partition: Number(match[2]) }
}

async function producerAt({ cluster }: Client, where: PartitionName, startOffset: number) {
  const producers = (await describeProducers(cluster, [where])).get(keyOf(where))
  if (producers === undefined || producers instanceof KtoolError) {
    throw producers ?? new KtoolError(`nobody told of ${keyOf(where)}`)
  }
  const found = producers.find(({ transactionStartOffset }) => transactionStartOffset === startOffset)
  if (found === undefined) {
    throw new KtoolError(`no transaction is open in ${where.topic} ${where.partition} from offset ${startOffset} on`, {
      hint: `\`ktool transactions producers ${where.topic}:${where.partition}\` shows what is open`,
    })
  }
  const { producerId, producerEpoch, coordinatorEpoch } = found
  return { producerId, producerEpoch, coordinatorEpoch }
}
