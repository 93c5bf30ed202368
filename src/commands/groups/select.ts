// Groups by the names and patterns of an argument list.

import type { GroupListing, Groups } from '../../client/groups.ts'
import { KtoolError } from '../../errors.ts'
import { namePattern, selectByName } from '../../util/name-pattern.ts'
import { nearest } from '../../util/nearest.ts'
import type { Context } from '../command.ts'

/** A group that is not there. */
export class UnknownGroupError extends KtoolError {
  readonly groupId: string
  /** What may have been meant. */
  readonly near: readonly string[]

  constructor(groupId: string, near: readonly string[]) {
    const hint = near.length > 0 ? `did you mean ${near.join(' or ')}? ` : ''
    super(`there is no group ${groupId}`, { hint: `${hint}\`ktool groups list\` shows all` })
    this.groupId = groupId
    this.near = near
  }
}

export interface SelectedGroups {
  groups: GroupListing[]
  /** The names that are not there; those that may not be looked at and patterns that match nothing are among `errors` only. */
  unknown: UnknownGroupError[]
  errors: KtoolError[]
  byPattern: boolean
}

/** The groups that the arguments choose; without arguments all. Brokers that can't be asked are reported. */
export async function selectGroups(
  context: Context,
  groups: Groups,
  names: readonly string[],
): Promise<SelectedGroups> {
  const { groups: all, errors: failures } = await groups.list()
  for (const error of failures) context.fail(error)
  const named = all.map((group) => ({ ...group, name: group.groupId }))
  const { items, unmatched, byPattern } = selectByName(named, names.map(namePattern))
  const ids = all.map(({ groupId }) => groupId)
  const literals = unmatched.filter(({ literal }) => literal).map(({ text }) => text)
  const denied = await groups.denied(literals)
  const unknown = literals
    .filter((text) => !denied.has(text))
    .map((text) => new UnknownGroupError(text, nearest(text, ids)))
  const errors = unmatched
    .filter(({ literal }) => !literal)
    .map(({ text }) => new KtoolError(`no group matches ${text}`, { hint: '`ktool groups list` shows all' }))
  return {
    groups: items.map(({ name: _, ...group }) => group),
    unknown,
    errors: [...unknown, ...denied.values(), ...errors],
    byPattern,
  }
}
