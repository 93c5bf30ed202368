// ktool schemas compatibility: which changes of schemas are allowed.

import { UsageError } from '../../errors.ts'
import { defineCommand } from '../command.ts'
import { registryFlags, withRegistry } from '../registry-flags.ts'
import { parseSubjectAlone } from './subject.ts'

interface Row {
  /** null: of all subjects that have none of their own. */
  subject: string | null
  level: string
  /** Whether the subject has it of its own. */
  source: 'subject' | 'global'
}

const levels = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const

export const command = defineCommand({
  path: 'schemas compatibility',
  summary: 'Show or set which changes of schemas are allowed',
  description:
    'Shows the compatibility level of a subject, or without one that of all subjects that have none of their own. ' +
    'BACKWARD: new schemas read what the latest one wrote; FORWARD: the other way round; FULL: both; _TRANSITIVE: with ' +
    'all versions, not the latest alone; NONE: anything goes.',
  args: { subject: { value: 'SUBJECT', doc: 'One subject', optional: true, complete: 'subject' } },
  flags: {
    set: { value: 'LEVEL', choices: levels, doc: 'The level from now on' },
    unset: { doc: 'No level of its own from now on' },
    ...registryFlags,
  },
  examples: [
    { line: 'ktool schemas compatibility', doc: 'The global one' },
    { line: 'ktool schemas compatibility orders-value --set FULL_TRANSITIVE', doc: 'Stricter for one subject' },
    { line: 'ktool schemas compatibility orders-value --unset', doc: 'Back to the global one' },
  ],
  async run(context, { subject: text }, { set, unset, registry }) {
    if (set !== undefined && unset) throw new UsageError('--set and --unset exclude each other')
    const subject = text === undefined ? undefined : parseSubjectAlone(text)
    await withRegistry(context, registry, async (client) => {
      if (set !== undefined) await client.setLevel(subject, set)
      if (unset) await client.deleteLevel(subject)
      const own = subject === undefined ? undefined : await client.level(subject)
      const level = own ?? (await client.level(undefined)) ?? 'BACKWARD'
      const rows = context.rows<Row>({ columns: [{ key: 'subject' }, { key: 'level' }, { key: 'source' }] })
      await rows.add({ subject: subject ?? null, level, source: own === undefined ? 'global' : 'subject' })
      await rows.end()
    })
    return undefined
  },
})
