// ktool partitions reassignments.

import { listReassignments, type Reassignment } from '../../client/admin/reassignments.ts'
import { keyOf } from '../../client/group/partitions.ts'
import { defineCommand } from '../command.ts'
import { selectPartitions } from './select.ts'

export const command = defineCommand({
  path: 'partitions reassignments',
  summary: 'List the reassignments that are under way',
  description: 'Lists partitions that are being moved, with the replicas that come and those that go.',
  args: {
    partitions: {
      value: 'TOPIC[:PARTITIONS]',
      doc: 'Topic, glob or /regex/, with partitions such as 0,3-5',
      optional: true,
      repeatable: true,
      complete: 'topic',
    },
  },
  examples: [{ line: 'ktool partitions reassignments', doc: 'All' }],
  async run(context, { partitions: names }) {
    const client = await context.client()
    const selected = names.length === 0 ? undefined : await selectPartitions(context, client, names)
    const chosen = selected && new Set(selected.partitions.map(keyOf))
    const rows = context.rows<Reassignment>({
      columns: [
        { key: 'topic' },
        { key: 'partition' },
        { key: 'replicas', align: 'left' },
        { key: 'adding', align: 'left' },
        { key: 'removing', align: 'left' },
      ],
    })
    for (const reassignment of await listReassignments(client.cluster)) {
      if (chosen === undefined || chosen.has(keyOf(reassignment))) await rows.add(reassignment)
    }
    await rows.end()
  },
})
