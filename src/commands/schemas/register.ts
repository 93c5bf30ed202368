// ktool schemas register.

import { defineCommand } from '../command.ts'
import { referenceFlags, registryFlags, withRegistry } from '../registry-flags.ts'
import { parseSubjectAlone, sourceFlags } from './subject.ts'

interface Row {
  subject: string
  id: number
  version: number
}

export const command = defineCommand({
  path: 'schemas register',
  summary: 'Register a schema under a subject',
  description:
    'Registers the schema of a file as the next version of a subject, unless the subject has it already. The registry ' +
    'refuses what is not compatible, and says why.',
  args: {
    subject: { value: 'SUBJECT', doc: 'Such as orders-value, for the values of the topic orders', complete: 'subject' },
    file: { value: 'FILE', doc: 'Avro (.avsc), JSON Schema (.json) or Protobuf (.proto)', complete: 'file' },
  },
  flags: { ...sourceFlags, ...referenceFlags, ...registryFlags },
  examples: [
    { line: 'ktool schemas register orders-value order.avsc', doc: 'A schema for the values of orders' },
    {
      line: 'ktool schemas register orders-value order.avsc --reference com.shop.Money=money@1',
      doc: 'One that uses another',
    },
  ],
  async run(context, { subject: text, file }, { type, normalize, reference, registry }) {
    const subject = parseSubjectAlone(text)
    const { readSchemaFile } = await import('../schema-source.ts')
    await withRegistry(context, registry, async (client) => {
      const source = await readSchemaFile(client, file, type, reference)
      const id = await client.register(subject, source, { normalize })
      const { version } = await client.lookup(subject, source, { normalize })
      const rows = context.rows<Row>({ columns: [{ key: 'subject' }, { key: 'version' }, { key: 'id' }] })
      await rows.add({ subject, id, version })
      await rows.end()
    })
    return undefined
  },
})
