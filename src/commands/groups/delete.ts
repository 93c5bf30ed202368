// ktool groups delete.

import { Groups } from '../../client/groups.ts'
import { ExitCode, KtoolError } from '../../errors.ts'
import { defineCommand } from '../command.ts'
import { selectGroups } from './select.ts'

interface Row {
  groupId: string
  result: 'deleted' | 'absent' | 'would-delete'
}

export const command = defineCommand({
  path: 'groups delete',
  summary: 'Delete groups with their offsets',
  description:
    'Deletes groups that nobody reads with, and all that they have committed. Asks on a terminal; where a pattern ' +
    'chooses the groups and nobody can be asked, --yes is needed.',
  args: { names: { value: 'GROUP', doc: 'Group, glob or /regex/', repeatable: true, complete: 'group' } },
  flags: {
    ifExists: { doc: 'No error for groups that do not exist' },
    dryRun: { doc: 'Show what would be deleted, and delete nothing' },
  },
  examples: [
    { line: 'ktool groups delete billing', doc: 'One group' },
    { line: "ktool groups delete 'console-consumer-*' --dry-run", doc: 'What a pattern would delete' },
  ],
  asks: true,
  async run(context, { names }, { ifExists, dryRun }) {
    const groups = new Groups((await context.client()).cluster)
    const { groups: chosen, unknown, errors, byPattern } = await selectGroups(context, groups, names)
    const rows = context.rows<Row>({ columns: [{ key: 'groupId', title: 'GROUP' }, { key: 'result' }] })
    for (const error of errors) if (!ifExists) context.fail(error)
    if (ifExists) for (const { groupId } of unknown) await rows.add({ groupId, result: 'absent' })
    if (dryRun) for (const { groupId } of chosen) await rows.add({ groupId, result: 'would-delete' })
    else if (chosen.length > 0) {
      const ids = chosen.map(({ groupId }) => groupId)
      const list = ids.slice(0, 10).join(', ') + (ids.length > 10 ? ` and ${ids.length - 10} more` : '')
      const question = `Delete ${ids.length === 1 ? 'group' : `${ids.length} groups`} ${list} with all offsets?`
      if (!(await context.confirm(question, { required: byPattern }))) {
        context.note('nothing was deleted')
        return ExitCode.failure
      }
      const results = await groups.delete(chosen)
      for (const groupId of ids) {
        const error = results.get(groupId)
        if (error === null) await rows.add({ groupId, result: 'deleted' })
        else context.fail(error ?? new KtoolError(`the coordinator said nothing of group ${groupId}`))
      }
    }
    await rows.end()
    return undefined
  },
})
