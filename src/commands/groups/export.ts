// ktool groups export: what groups have committed, for a file.

import { Groups } from '../../client/groups.ts'
import { KtoolError } from '../../errors.ts'
import { write } from '../../output/write.ts'
import { defineCommand } from '../command.ts'
import { offsetsCsv } from './offsets-file.ts'
import { selectGroups } from './select.ts'

export const command = defineCommand({
  path: 'groups export',
  summary: 'Print what groups have committed, to go back to it later',
  description:
    "Prints committed offsets in the CSV of Kafka's own tool (topic,partition,offset; with the group in front where " +
    'there are several), or with --json as objects. `ktool groups reset-offsets --from-file` takes both.',
  args: { names: { value: 'GROUP', doc: 'Group, glob or /regex/', repeatable: true, complete: 'group' } },
  examples: [
    { line: 'ktool groups export billing > billing.csv', doc: 'To a file' },
    { line: "ktool groups export 'billing-*' --json", doc: 'Several, as objects' },
  ],
  async run(context, { names }) {
    const groups = new Groups((await context.client()).cluster)
    const { groups: chosen, errors } = await selectGroups(context, groups, names)
    for (const error of errors) context.fail(error)
    const committed = await groups.offsets(chosen)
    const offsets = chosen.flatMap(({ groupId }) => {
      const known = committed.get(groupId) ?? []
      if (known instanceof KtoolError) context.fail(known)
      return known instanceof KtoolError
        ? []
        : known.map(({ topic, partition, offset }) => ({ groupId, topic, partition, offset }))
    })
    if (!context.formGiven) {
      await write(context.stdout, offsetsCsv(offsets))
      return undefined
    }
    const rows = context.rows<(typeof offsets)[number]>({
      columns: [{ key: 'groupId', title: 'GROUP' }, { key: 'topic' }, { key: 'partition' }, { key: 'offset' }],
    })
    for (const row of offsets) await rows.add(row)
    await rows.end()
    return undefined
  },
})
