// ktool schemas lookup: under which version and id a schema is registered.

import { defineCommand } from '../command.ts'
import { referenceFlags, registryFlags, withRegistry } from '../registry-flags.ts'
import { parseSubjectAlone, sourceFlags } from './subject.ts'

interface Row {
  subject: string
  version: number
  id: number
}

export const command = defineCommand({
  path: 'schemas lookup',
  summary: 'Tell the version and id that a schema has under a subject',
  description: 'Looks the schema of a file up in a subject. Where the subject does not have it the exit code is 1.',
  args: {
    subject: { value: 'SUBJECT', doc: 'Subject to look in', complete: 'subject' },
    file: { value: 'FILE', doc: 'Avro (.avsc), JSON Schema (.json) or Protobuf (.proto)', complete: 'file' },
  },
  flags: { deleted: { doc: 'Soft-deleted versions, too' }, ...sourceFlags, ...referenceFlags, ...registryFlags },
  examples: [{ line: 'ktool schemas lookup orders-value order.avsc', doc: 'Whether it is registered, and as what' }],
  async run(context, { subject: text, file }, { deleted, type, normalize, reference, registry }) {
    const subject = parseSubjectAlone(text)
    const { readSchemaFile } = await import('../schema-source.ts')
    await withRegistry(context, registry, async (client) => {
      const source = await readSchemaFile(client, file, type, reference)
      const { version, id } = await client.lookup(subject, source, { normalize, deleted })
      const rows = context.rows<Row>({ columns: [{ key: 'subject' }, { key: 'version' }, { key: 'id' }] })
      await rows.add({ subject, version, id })
      await rows.end()
    })
    return undefined
  },
})
