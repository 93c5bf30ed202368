// ktool schemas mode: whether a registry takes schemas.

import { UsageError } from '../../errors.ts'
import { defineCommand } from '../command.ts'
import { registryFlags, withRegistry } from '../registry-flags.ts'
import { parseSubjectAlone } from './subject.ts'

interface Row {
  subject: string | null
  mode: string
  source: 'subject' | 'global'
}

export const command = defineCommand({
  path: 'schemas mode',
  summary: 'Show or set whether a registry takes schemas',
  description:
    'Shows the mode of a subject, or without one that of all. READWRITE is the usual one; READONLY refuses new schemas; ' +
    'IMPORT takes schemas with the ids and versions that they have elsewhere, into an empty registry or subject.',
  args: { subject: { value: 'SUBJECT', doc: 'One subject', optional: true, complete: 'subject' } },
  flags: {
    set: {
      value: 'MODE',
      choices: ['READWRITE', 'READONLY', 'READONLY_OVERRIDE', 'IMPORT'],
      doc: 'The mode from now on',
    },
    unset: { doc: 'No mode of its own from now on' },
    force: { doc: 'IMPORT also where there are schemas already' },
    ...registryFlags,
  },
  examples: [
    { line: 'ktool schemas mode', doc: 'The global one' },
    { line: 'ktool schemas mode orders-value --set READONLY', doc: 'No new versions of one subject' },
  ],
  async run(context, { subject: text }, { set, unset, force, registry }) {
    if (set !== undefined && unset) throw new UsageError('--set and --unset exclude each other')
    const subject = text === undefined ? undefined : parseSubjectAlone(text)
    if (unset && subject === undefined) throw new UsageError('--unset is for a subject')
    await withRegistry(context, registry, async (client) => {
      if (set !== undefined) await client.setMode(subject, set, force)
      if (unset && subject !== undefined) await client.deleteMode(subject)
      const own = subject === undefined ? undefined : await client.mode(subject)
      const mode = own ?? (await client.mode(undefined)) ?? 'READWRITE'
      const rows = context.rows<Row>({ columns: [{ key: 'subject' }, { key: 'mode' }, { key: 'source' }] })
      await rows.add({ subject: subject ?? null, mode, source: own === undefined ? 'global' : 'subject' })
      await rows.end()
    })
    return undefined
  },
})
