// ktool users delete.

import { deleteScramUsers, listScramUsers, scramMechanisms } from '../../client/admin/scram-users.ts'
import { ExitCode } from '../../errors.ts'
import { defineCommand } from '../command.ts'
import { selectUsers } from './select.ts'

interface Row {
  user: string
  mechanism: string
  result: 'deleted' | 'would-delete'
}

export const command = defineCommand({
  path: 'users delete',
  summary: 'Delete users, who can log in no more',
  description:
    'Takes the passwords of users away, for all mechanisms or those that are named. Who is logged in stays so. Asks on a ' +
    'terminal; where a pattern chooses the users and nobody can be asked, --yes is needed. ACLs and quotas stay.',
  args: { names: { value: 'USER', doc: 'User, glob or /regex/', repeatable: true } },
  flags: {
    mechanism: { value: 'MECHANISM', choices: scramMechanisms, repeatable: true, doc: 'Only for this mechanism' },
    ifExists: { doc: 'No error for users that do not exist' },
    dryRun: { doc: 'Show who would be deleted, and delete nobody' },
  },
  examples: [
    { line: 'ktool users delete alice', doc: 'One user' },
    { line: 'ktool users delete etl --mechanism SCRAM-SHA-256', doc: 'One mechanism of a user' },
    { line: "ktool users delete 'test-*' --dry-run", doc: 'Whom a pattern would delete' },
  ],
  asks: true,
  async run(context, { names }, { mechanism, ifExists, dryRun }) {
    const { cluster } = await context.client()
    const { users, errors, byPattern } = selectUsers(await listScramUsers(cluster), names)
    if (!ifExists) for (const error of errors) context.fail(error)
    const isWanted = (name: string) => mechanism.length === 0 || mechanism.some((each) => each === name)
    const chosen = users
      .map(({ user, credentials }) => ({
        user,
        mechanisms: credentials.map((each) => each.mechanism).filter(isWanted),
      }))
      .filter(({ mechanisms }) => mechanisms.length > 0)
    const rows = context.rows<Row>({ columns: [{ key: 'user' }, { key: 'mechanism' }, { key: 'result' }] })
    const show = async ({ user, mechanisms }: (typeof chosen)[number], result: Row['result']) => {
      for (const each of mechanisms) await rows.add({ user, mechanism: each, result })
    }
    if (dryRun) for (const each of chosen) await show(each, 'would-delete')
    else if (chosen.length > 0) {
      const list = chosen.slice(0, 10).map(({ user }) => user)
      const more = chosen.length > 10 ? ` and ${chosen.length - 10} more` : ''
      const question = `Delete ${chosen.length === 1 ? 'user' : `${chosen.length} users`} ${list.join(', ')}${more}?`
      if (!(await context.confirm(question, { required: byPattern }))) {
        context.note('nobody was deleted')
        return ExitCode.failure
      }
      const results = await deleteScramUsers(cluster, chosen)
      for (const [index, each] of chosen.entries()) {
        const error = results[index]
        if (error === null) await show(each, 'deleted')
        else context.fail(error)
      }
    }
    await rows.end()
    return undefined
  },
})
