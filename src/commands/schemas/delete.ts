// ktool schemas delete.

import { ExitCode } from '../../errors.ts'
import { defineCommand } from '../command.ts'
import { registryFlags, withRegistry } from '../registry-flags.ts'
import { parseSubject } from './subject.ts'

interface Row {
  subject: string
  version: number
  result: 'soft-deleted' | 'deleted'
}

export const command = defineCommand({
  path: 'schemas delete',
  summary: 'Delete a subject or one of its versions',
  description:
    'Deletes all versions of a subject, or one. That is a soft delete: the schema can still be had by its id, and ' +
    'records can be read. --permanent, after a soft delete, takes it away for good: records that name it can not be ' +
    'decoded any more. Asks on a terminal.',
  args: { subject: { value: 'SUBJECT', doc: 'SUBJECT or SUBJECT@VERSION', complete: 'subject' } },
  flags: { permanent: { doc: 'For good, what was soft-deleted before' }, ...registryFlags },
  examples: [
    { line: 'ktool schemas delete orders-value@2', doc: 'One version' },
    { line: 'ktool schemas delete orders-value', doc: 'All of them' },
    { line: 'ktool schemas delete orders-value --permanent --yes', doc: 'For good, without a question' },
  ],
  asks: true,
  async run(context, { subject: text }, { permanent, registry }) {
    const { subject, version } = parseSubject(text)
    const question = `Delete ${version === undefined ? 'all versions of ' : ''}${text}${permanent ? ' for good' : ''}?`
    if (!(await context.confirm(question))) {
      context.note('nothing was deleted')
      return ExitCode.failure
    }
    await withRegistry(context, registry, async (client) => {
      const rows = context.rows<Row>({ columns: [{ key: 'subject' }, { key: 'version' }, { key: 'result' }] })
      for (const each of await client.delete(subject, version, permanent)) {
        await rows.add({ subject, version: each, result: permanent ? 'deleted' : 'soft-deleted' })
      }
      await rows.end()
    })
    return undefined
  },
})
