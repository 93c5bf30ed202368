// ktool schemas list: subjects with their latest versions.

import { KtoolError } from '../../errors.ts'
import { namePattern, selectByName } from '../../util/name-pattern.ts'
import { defineCommand } from '../command.ts'
import { registryFlags, withRegistry } from '../registry-flags.ts'

interface Subject {
  subject: string
  /** Numbers of the versions. */
  versions: number[]
  /** Of the latest version; null where all are deleted. */
  id: number | null
  type: string | null
}

export const command = defineCommand({
  path: 'schemas list',
  summary: 'List the subjects of a schema registry',
  description: 'Lists subjects with their versions, and the id and type of the latest one, sorted by name.',
  args: {
    patterns: {
      value: 'PATTERN',
      doc: 'Subject, glob or /regex/',
      optional: true,
      repeatable: true,
      complete: 'subject',
    },
  },
  flags: { deleted: { doc: 'Those that are soft-deleted, too' }, ...registryFlags },
  examples: [
    { line: 'ktool schemas list', doc: 'All subjects of the registry on this machine' },
    { line: "ktool schemas list 'orders-*' --registry https://registry.example:8081", doc: 'Some of another one' },
  ],
  async run(context, { patterns }, { deleted, registry }) {
    await withRegistry(context, registry, async (client) => {
      const names = (await client.subjects({ deleted })).map((name) => ({ name }))
      const { items, unmatched } = selectByName(names, patterns.map(namePattern))
      const rows = context.rows<Subject, Omit<Subject, 'versions'> & { versions: string }>({
        columns: [{ key: 'subject' }, { key: 'versions' }, { key: 'id' }, { key: 'type' }],
        rows: (item) => [{ ...item, versions: item.versions.join(',') }],
      })
      for (const { name } of items) {
        const versions = await client.versions(name, { deleted })
        const latest = await client.version(name, versions[versions.length - 1], { deleted })
        await rows.add({ subject: name, versions, id: latest.id, type: latest.schemaType })
      }
      await rows.end()
      for (const { text } of unmatched) context.fail(new KtoolError(`no subject is ${text}`))
    })
    return undefined
  },
})
