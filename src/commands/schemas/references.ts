// ktool schemas references: who uses a schema.

import { defineCommand } from '../command.ts'
import { registryFlags, withRegistry } from '../registry-flags.ts'
import { parseSubject } from './subject.ts'

interface Row {
  id: number
  subject: string
  version: number
}

export const command = defineCommand({
  path: 'schemas references',
  summary: 'List the schemas that use a schema',
  description: 'Lists the schemas that name a version of a subject, by default the latest, in their references.',
  args: { subject: { value: 'SUBJECT', doc: 'SUBJECT or SUBJECT@VERSION', complete: 'subject' } },
  flags: { ...registryFlags },
  examples: [{ line: 'ktool schemas references money-value@1', doc: 'What would break without it' }],
  async run(context, { subject: text }, { registry }) {
    const { subject, version = 'latest' } = parseSubject(text)
    await withRegistry(context, registry, async (client) => {
      const rows = context.rows<Row>({ columns: [{ key: 'subject' }, { key: 'version' }, { key: 'id' }] })
      for (const id of await client.referencedBy(subject, version)) {
        for (const user of await client.schemaVersions(id)) await rows.add({ ...user, id })
      }
      await rows.end()
    })
    return undefined
  },
})
