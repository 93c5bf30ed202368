// ktool partitions cancel.

import { alterReassignments, listReassignments } from '../../client/admin/reassignments.ts'
import { clearThrottles } from '../../client/admin/throttles.ts'
import { keyOf, type PartitionName } from '../../client/group/partitions.ts'
import { KtoolError } from '../../errors.ts'
import { defineCommand } from '../command.ts'
import { selectPartitions } from './select.ts'

interface Row extends PartitionName {
  from: number[]
  to: number[]
  result: 'planned' | 'cancelled'
}

export const command = defineCommand({
  path: 'partitions cancel',
  summary: 'Cancel reassignments that are under way',
  description:
    'Shows the reassignments that would be cancelled, and the replicas that the partitions go back to, and changes ' +
    'nothing. --execute cancels them, and takes their throttles away when nothing else is under way.',
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
    execute: { doc: 'Do it' },
    keepThrottle: { doc: 'Leave the throttles' },
  },
  examples: [
    { line: 'ktool partitions cancel', doc: 'What would be cancelled' },
    { line: 'ktool partitions cancel orders --execute', doc: 'Those of a topic' },
  ],
  async run(context, { partitions: names }, { execute, keepThrottle }) {
    const client = await context.client()
    const { cluster } = client
    const selected = names.length === 0 ? undefined : await selectPartitions(context, client, names)
    const chosen = selected && new Set(selected.partitions.map(keyOf))
    const ongoing = await listReassignments(cluster)
    const cancelled = ongoing.filter((each) => chosen === undefined || chosen.has(keyOf(each)))
    const rows = context.rows<Row>({
      columns: [
        { key: 'topic' },
        { key: 'partition' },
        { key: 'from', align: 'left' },
        { key: 'to', align: 'left' },
        { key: 'result' },
      ],
    })
    const changes = cancelled.map(({ topic, partition }) => ({ topic, partition, replicas: null }))
    const results = execute && changes.length > 0 ? await alterReassignments(cluster, changes) : undefined
    for (const { topic, partition, replicas: from, adding } of cancelled) {
      const error = results?.get(keyOf({ topic, partition }))
      const to = from.filter((id) => !adding.includes(id))
      if (error instanceof KtoolError) context.fail(error)
      else await rows.add({ topic, partition, from, to, result: execute ? 'cancelled' : 'planned' })
    }
    await rows.end()
    if (cancelled.length > 0 && !execute) context.note('nothing was changed; --execute does it')
    if (results !== undefined && !keepThrottle && cancelled.length === ongoing.length) {
      const topics = [...new Set(cancelled.map(({ topic }) => topic))]
      if (await clearThrottles(cluster, topics)) context.note('the throttles were taken away')
    }
  },
})
