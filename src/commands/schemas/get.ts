// ktool schemas get: a schema by its subject and version, or by its id.

import { write } from '../../output/write.ts'
import type { RegistryClient } from '../../registry/client.ts'
import { defineCommand } from '../command.ts'
import { registryFlags, withRegistry } from '../registry-flags.ts'
import { parseSubject } from './subject.ts'

export const command = defineCommand({
  path: 'schemas get',
  summary: 'Print a schema',
  description:
    'Prints a schema as the registry has it, by its subject and version (by default the latest) or by its id. With ' +
    '--references the schemas that it uses follow; with --json it is one object with all that is known of it.',
  args: { schema: { value: 'SCHEMA', doc: 'SUBJECT, SUBJECT@VERSION or an ID', complete: 'subject' } },
  flags: {
    references: { doc: 'The schemas that it uses, and those that they use, too' },
    deleted: { doc: 'A soft-deleted version, too' },
    ...registryFlags,
  },
  examples: [
    { line: 'ktool schemas get orders-value', doc: 'The latest version' },
    { line: 'ktool schemas get orders-value@2 > order.avsc', doc: 'One version, as a file' },
    { line: 'ktool schemas get 7 --json', doc: 'By its id, with where it is used' },
  ],
  async run(context, { schema: text }, { references: withReferences, deleted, registry }) {
    await withRegistry(context, registry, async (client) => {
      const found = await schemaOf(client, text, deleted)
      const references = withReferences || context.formGiven ? await client.resolve(found.references) : []
      if (context.formGiven) {
        const rows = context.rows<object>({ columns: [] })
        await rows.add({ ...found, references: found.references, resolved: references })
        await rows.end()
        return
      }
      await write(context.stdout, `${found.schema.trimEnd()}\n`)
      for (const { schema } of references) await write(context.stdout, `${schema.trimEnd()}\n`)
    })
    return undefined
  },
})

async function schemaOf(client: RegistryClient, text: string, deleted: boolean) {
  if (/^\d{1,10}$/.test(text)) {
    const id = Number(text)
    return { id, versions: await client.schemaVersions(id, { deleted }), ...(await client.schema(id)) }
  }
  const { subject, version = 'latest' } = parseSubject(text)
  return client.version(subject, version, { deleted })
}
