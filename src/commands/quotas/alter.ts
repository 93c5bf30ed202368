// ktool quotas alter.

import type { QuotaType } from '../../client/admin/quotas.ts'
import { UsageError } from '../../errors.ts'
import { keyValue } from '../../util/key-value.ts'
import { defineCommand } from '../command.ts'
import { changeQuotas, type QuotaChange, quotaOperations } from './change.ts'
import { entityCells, entityFlags, entityOf } from './entity.ts'

type Row = Omit<QuotaChange, 'entity'> & ReturnType<typeof entityCells>

export const command = defineCommand({
  path: 'quotas alter',
  summary: 'Change quotas of a user, a client, both together, or an IP address',
  description:
    'Sets quotas and takes them away. Rates are bytes per second, request_percentage is of one thread, ' +
    'controller_mutation_rate partitions per second, connection_creation_rate connections per second.',
  flags: {
    ...entityFlags,
    set: { value: 'QUOTA=NUMBER', parse: keyValue, repeatable: true, doc: 'Set a quota' },
    unset: { value: 'QUOTA', repeatable: true, doc: 'Take a quota away' },
    dryRun: { doc: 'Let the broker check, show what would change, and change nothing' },
  },
  examples: [
    { line: 'ktool quotas alter --user alice --set producer_byte_rate=1048576', doc: 'A user writes 1 MiB a second' },
    {
      line: 'ktool quotas alter --user alice --client etl --set request_percentage=50',
      doc: 'A user with a client id',
    },
    { line: 'ktool quotas alter --default ip --unset connection_creation_rate', doc: 'No limit by default' },
  ],
  async run(context, _, flags) {
    const entity = entityOf(flags)
    const types = Object.keys(entity) as QuotaType[]
    if (types.length === 0) {
      throw new UsageError('nobody is named', { hint: 'give --user, --client, --ip or --default TYPE' })
    }
    const operations = quotaOperations(types, flags)
    const rows = context.rows<QuotaChange, Row>({
      columns: [
        { key: 'user' },
        { key: 'client' },
        { key: 'ip' },
        { key: 'quota' },
        { key: 'before' },
        { key: 'after' },
        { key: 'result' },
      ],
      rows: ({ entity, ...change }) => [{ ...entityCells(entity), ...change }],
    })
    const client = await context.client()
    for (const change of await changeQuotas(context, client, [entity], operations, flags.dryRun)) await rows.add(change)
    await rows.end()
  },
})
