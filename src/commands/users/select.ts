// Users by the names and patterns of an argument list.

import type { ScramUser } from '../../client/admin/scram-users.ts'
import { KtoolError } from '../../errors.ts'
import { namePattern, selectByName } from '../../util/name-pattern.ts'
import { didYouMean } from '../../util/nearest.ts'

/** The users that the arguments choose; without arguments all. An error for each argument that chooses none. */
export function selectUsers(all: readonly ScramUser[], names: readonly string[]) {
  const named = all.map((each) => ({ ...each, name: each.user }))
  const { items, unmatched, byPattern } = selectByName(named, names.map(namePattern))
  const known = all.map(({ user }) => user)
  const errors = unmatched.map(({ text, literal }) => {
    const hint = (literal ? didYouMean(text, known) : undefined) ?? '`ktool users list` shows all'
    return new KtoolError(literal ? `there is no user ${text}` : `no user matches ${text}`, { hint })
  })
  return { users: items.map(({ name: _, ...user }): ScramUser => user), errors, byPattern }
}
