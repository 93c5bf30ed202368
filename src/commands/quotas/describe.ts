// ktool quotas describe.

import { describeQuotas, type EntityQuotas, type QuotaType } from '../../client/admin/quotas.ts'
import { UsageError } from '../../errors.ts'
import { defineCommand } from '../command.ts'
import { entityCells, entityFlags, entityOf } from './entity.ts'

interface Row {
  user: string | null
  client: string | null
  ip: string | null
  quota: string
  value: number
}

export const command = defineCommand({
  path: 'quotas describe',
  summary: 'Show quotas of users, clients and IP addresses',
  description:
    'Shows all quotas, or those of the entities that have what the options name: --user alice finds the quotas of alice ' +
    'and those of alice with a client id. --only leaves the first.',
  flags: { ...entityFlags, only: { doc: 'Nothing but what is named' } },
  examples: [
    { line: 'ktool quotas describe', doc: 'All quotas' },
    { line: 'ktool quotas describe --user alice', doc: 'Those that concern a user' },
    { line: 'ktool quotas describe --default user --default client --only', doc: 'Of any user with any client id' },
  ],
  async run(context, _, { only, ...flags }) {
    const entity = entityOf(flags)
    if (only && Object.keys(entity).length === 0) throw new UsageError('--only needs a name or --default')
    const client = await context.client()
    const rows = context.rows<EntityQuotas, Row>({
      columns: [{ key: 'user' }, { key: 'client' }, { key: 'ip' }, { key: 'quota' }, { key: 'value' }],
      rows: ({ entity, quotas }) =>
        Object.entries(quotas).map(([quota, value]) => ({ ...entityCells(entity), quota, value })),
    })
    const filter = new Map(Object.entries(entity) as [QuotaType, string | null][])
    for (const found of await describeQuotas(client.cluster, filter, only)) await rows.add(found)
    await rows.end()
  },
})
