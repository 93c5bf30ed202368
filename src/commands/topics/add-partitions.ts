// ktool topics add-partitions.

import { KtoolError } from '../../errors.ts'
import { integer } from '../../util/numbers.ts'
import { defineCommand } from '../command.ts'

interface Row {
  name: string
  result: 'extended' | 'would-extend'
  before: number
  partitions: number
}

export const command = defineCommand({
  path: 'topics add-partitions',
  summary: 'Give a topic more partitions',
  description:
    'Raises the number of partitions of a topic. It can never be lowered again, and records with keys go to other ' +
    'partitions from then on: those written before stay where they are.',
  args: { name: { value: 'NAME', doc: 'Topic', complete: 'topic' } },
  flags: {
    total: {
      value: 'N',
      parse: integer({ min: 1, max: 0x7fff_ffff }),
      required: true,
      doc: 'Number of partitions that the topic has afterwards',
    },
    dryRun: { doc: 'Let the broker check, and change nothing' },
  },
  examples: [
    { line: 'ktool topics add-partitions orders --total 24', doc: 'From any smaller number to 24' },
    { line: 'ktool topics add-partitions orders --total 24 --dry-run', doc: 'Only check' },
  ],
  async run(context, { name }, { total, dryRun }) {
    const client = await context.client()
    const topic = await client.cluster.topic(name, { fresh: true })
    const result = (await client.admin.createPartitions([{ name, total }], { validateOnly: dryRun })).get(name)
    if (result !== null) throw result ?? new KtoolError(`the broker said nothing of topic ${name}`)
    const rows = context.rows<Row>({
      columns: [{ key: 'name', title: 'TOPIC' }, { key: 'result' }, { key: 'before' }, { key: 'partitions' }],
    })
    const before = topic.partitions.length
    await rows.add({ name, result: dryRun ? 'would-extend' : 'extended', before, partitions: total })
    await rows.end()
    if (!dryRun) {
      context.warn(
        `records of ${name} with keys go to other partitions now than those already written with the same keys`,
      )
    }
  },
})
