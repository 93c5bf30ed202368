// ktool schemas check: whether a schema is compatible, and why not.

import { ExitCode } from '../../errors.ts'
import type { RegistryClient } from '../../registry/client.ts'
import type { ParsedSchema, SchemaSource } from '../../registry/schema.ts'
import { defineCommand } from '../command.ts'
import { referenceFlags, registryFlags, withRegistry } from '../registry-flags.ts'
import { parseSubject, sourceFlags } from './subject.ts'

interface Row {
  /** Where in the schema. */
  path: string
  /** Its kind, under the name that Apache Avro or Confluent's registry has for it. */
  problem: string
  explanation: string
  /** Which version does not go with it; null where the registry says it in its own words. */
  version: number | null
}

export const command = defineCommand({
  path: 'schemas check',
  summary: 'Tell whether a schema is compatible with a subject, and why not',
  description:
    'Asks the registry whether the schema of a file could be registered under a subject; nothing is changed. With a ' +
    'version it is compared to that one alone. What is in the way is listed with its place; the exit code is 1 then.',
  args: {
    subject: { value: 'SUBJECT', doc: 'SUBJECT or SUBJECT@VERSION', complete: 'subject' },
    file: { value: 'FILE', doc: 'Avro (.avsc), JSON Schema (.json) or Protobuf (.proto)', complete: 'file' },
  },
  flags: { ...sourceFlags, ...referenceFlags, ...registryFlags },
  examples: [
    { line: 'ktool schemas check orders-value order.avsc', doc: 'As registering would' },
    { line: 'ktool schemas check orders-value@1 order.avsc', doc: 'With one version' },
  ],
  async run(context, { subject: text, file }, { type, normalize, reference, registry }) {
    const { subject, version } = parseSubject(text)
    const { readSchemaFile, parseFile } = await import('../schema-source.ts')
    return withRegistry(context, registry, async (client) => {
      const source = await readSchemaFile(client, file, type, reference)
      const schema = await parseFile(client, file, source)
      const { isCompatible, messages } = await client.check(subject, source, version, { normalize })
      const rows = context.rows<Row>({
        columns: [{ key: 'path' }, { key: 'problem' }, { key: 'explanation' }, { key: 'version', mayBeEmpty: true }],
      })
      if (!isCompatible) {
        const found = await explained(client, subject, version, source, schema)
        const said = messages.map((message) => ({ path: '', problem: '', explanation: message, version: null }))
        for (const row of found.length > 0 ? found : said) await rows.add(row)
      }
      await rows.end()
      context.note(isCompatible ? `${file} is compatible with ${text}` : `${file} is not compatible with ${text}`)
      return isCompatible ? ExitCode.ok : ExitCode.failure
    })
  },
})

/** The reasons by our own rules, which tell places and kinds; the verdict is the registry's. */
async function explained(
  client: RegistryClient,
  subject: string,
  version: number | 'latest' | undefined,
  source: SchemaSource,
  schema: ParsedSchema,
): Promise<Row[]> {
  const { differenceText } = await import('../../registry/difference.ts')
  const level = (await client.level(subject)) ?? (await client.level(undefined)) ?? 'BACKWARD'
  const versions =
    version !== undefined
      ? [version]
      : level.endsWith('_TRANSITIVE')
        ? (await client.versions(subject)).toReversed()
        : (['latest'] as const)
  for (const each of versions) {
    const registered = await client.version(subject, each)
    if (registered.schemaType !== source.schemaType) {
      const explanation = `The type of the schema was ${registered.schemaType}, and is ${source.schemaType} now`
      return [{ path: '/', problem: 'TYPE_CHANGED', explanation, version: registered.version }]
    }
    const old = await client.parse(registered)
    const rows = (found: ReturnType<ParsedSchema['differences']>, readerIs: 'new' | 'old') =>
      found.map((difference) => ({
        path: difference.path,
        problem: difference.type,
        explanation: differenceText(difference, readerIs),
        version: registered.version,
      }))
    const all = [
      ...(level.startsWith('FORWARD') ? [] : rows(schema.differences(old), 'new')),
      ...(level.startsWith('BACKWARD') ? [] : rows(old.differences(schema), 'old')),
    ]
    if (all.length > 0) return all
  }
  return []
}
