// ktool users list.

import { listScramUsers, type ScramUser } from '../../client/admin/scram-users.ts'
import { defineCommand } from '../command.ts'
import { selectUsers } from './select.ts'

interface Row {
  user: string
  mechanism: string
  iterations: number
}

export const command = defineCommand({
  path: 'users list',
  summary: 'List users that log in with SCRAM',
  description:
    'Lists the users that the cluster keeps itself, with their mechanisms. Nobody gets to see passwords or keys.',
  args: { names: { value: 'USER', doc: 'User, glob or /regex/', optional: true, repeatable: true } },
  examples: [
    { line: 'ktool users list', doc: 'All users' },
    { line: "ktool users list 'etl-*' --json", doc: 'Those that a pattern chooses' },
  ],
  async run(context, { names }) {
    const { users, errors } = selectUsers(await listScramUsers((await context.client()).cluster), names)
    for (const error of errors) context.fail(error)
    const rows = context.rows<ScramUser, Row>({
      columns: [{ key: 'user' }, { key: 'mechanism' }, { key: 'iterations' }],
      rows: ({ user, credentials }) => credentials.map((credential) => ({ user, ...credential })),
    })
    for (const user of users) await rows.add(user)
    await rows.end()
  },
})
