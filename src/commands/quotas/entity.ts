// The options that name whom quotas are for, shared by `quotas describe` and `quotas alter`.

import type { QuotaEntity, QuotaType } from '../../client/admin/quotas.ts'
import { UsageError } from '../../errors.ts'
import { defineFlags, type FlagValues } from '../command.ts'

export const entityFlags = defineFlags({
  user: { value: 'NAME', doc: 'Of this user' },
  client: { value: 'ID', doc: 'Of this client id' },
  ip: { value: 'ADDRESS', doc: 'Of this IP address' },
  default: {
    value: 'TYPE',
    choices: ['user', 'client', 'ip'],
    repeatable: true,
    doc: 'Of the users, client ids or IP addresses that have none of their own',
  },
})

/** What the options name. Throws a UsageError where they name a type twice, or what cannot go together. */
export function entityOf(flags: FlagValues<typeof entityFlags>): QuotaEntity {
  const entity: QuotaEntity = {}
  for (const type of ['user', 'client', 'ip'] satisfies QuotaType[]) {
    if (flags[type] !== undefined) entity[type] = flags[type]
    if (!flags.default.includes(type)) continue
    if (entity[type] !== undefined) throw new UsageError(`give --${type} or --default ${type}, not both`)
    entity[type] = null
  }
  if (entity.ip !== undefined && Object.keys(entity).length > 1) {
    throw new UsageError('an IP address has quotas of its own only, not together with users or clients')
  }
  return entity
}

/** How the flat forms show a default. */
export const DEFAULT = '(default)'

/** The cells of an entity: a name, DEFAULT, or null where the type is not part of it. */
export function entityCells(entity: QuotaEntity) {
  const cell = (name: string | null | undefined) => (name === null ? DEFAULT : (name ?? null))
  return { user: cell(entity.user), client: cell(entity.client), ip: cell(entity.ip) }
}
