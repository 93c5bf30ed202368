// ktool partitions elect-leaders.

import { electLeaders } from '../../client/admin/elections.ts'
import { keyOf, type PartitionName } from '../../client/group/partitions.ts'
import { ExitCode, KtoolError } from '../../errors.ts'
import { defineCommand } from '../command.ts'
import { type SelectedPartition, selectPartitions } from './select.ts'

interface Row extends PartitionName {
  /** Broker id before, null where there is none. */
  leader: number | null
  /** The preferred leader; null in an unclean election, where it is whoever is there. */
  to: number | null
  replicas: number[]
  isr: number[]
  result: 'planned' | 'elected' | 'not-needed'
}

export const command = defineCommand({
  path: 'partitions elect-leaders',
  summary: 'Give partitions back to their preferred leaders',
  description:
    'Shows the partitions that are led by another broker than the first of their replicas, and changes nothing. ' +
    '--execute lets these lead again. With --type unclean it is the partitions without a leader: any replica that is ' +
    'there takes over, and records that it does not have are lost.',
  args: {
    partitions: {
      value: 'TOPIC[:PARTITIONS]',
      doc: 'Topic, glob or /regex/, with partitions such as 0,3-5; all without one',
      optional: true,
      repeatable: true,
      complete: 'topic',
    },
  },
  flags: {
    type: { value: 'TYPE', choices: ['preferred', 'unclean'], default: 'preferred', doc: 'Kind of election' },
    execute: { doc: 'Hold the elections' },
  },
  examples: [
    { line: 'ktool partitions elect-leaders', doc: 'What would change in the cluster' },
    { line: 'ktool partitions elect-leaders --execute', doc: 'After a broker has come back' },
    { line: 'ktool partitions elect-leaders orders:3 --type unclean --execute', doc: 'Lose records, but go on' },
  ],
  asks: true,
  async run(context, { partitions: names }, { type, execute }) {
    const client = await context.client()
    const selected = await selectPartitions(context, client, names)
    const isUnclean = type === 'unclean'
    const wanted = selected.partitions.filter(({ leader, replicas }) =>
      isUnclean ? leader < 0 : leader !== replicas[0],
    )
    const rows = context.rows<Row>({
      columns: [
        { key: 'topic' },
        { key: 'partition' },
        { key: 'leader' },
        { key: 'to' },
        { key: 'replicas', align: 'left' },
        { key: 'isr', align: 'left' },
        { key: 'result' },
      ],
    })
    const row = ({ topic, partition, leader, replicas, isr }: SelectedPartition, result: Row['result']): Row => ({
      topic,
      partition,
      leader: leader < 0 ? null : leader,
      to: isUnclean ? null : replicas[0],
      replicas,
      isr,
      result,
    })
    if (!execute) {
      for (const partition of wanted) await rows.add(row(partition, 'planned'))
      await rows.end()
      if (wanted.length > 0) context.note('nothing was changed; --execute does it')
      return
    }
    if (wanted.length > 0) {
      const many = wanted.length === 1 ? 'a partition' : `${wanted.length} partitions`
      const question = `Elect leaders of ${many} that may lack records, which are then lost?`
      if (isUnclean && !(await context.confirm(question, { required: selected.byPattern }))) {
        context.note('nothing was changed')
        return ExitCode.failure
      }
      const results = await electLeaders(client.cluster, type, wanted)
      for (const partition of wanted) {
        const result = results.get(keyOf(partition)) as 'elected' | 'not-needed' | KtoolError
        if (result instanceof KtoolError) context.fail(result)
        else await rows.add(row(partition, result))
      }
    }
    await rows.end()
  },
})
