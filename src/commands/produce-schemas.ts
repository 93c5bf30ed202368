// Producing by a schema: the flags, and what encodes keys and values.

import { KtoolError, UsageError } from '../errors.ts'
import type { RegistryClient } from '../registry/client.ts'
import type { PartEncoding, RecordEncoding } from '../registry/record-encoding.ts'
import type { ParsedSchema, SchemaSource } from '../registry/schema.ts'
import { type Context, defineFlags, type FlagValues } from './command.ts'
import { referenceFlags, registryClient, registryFlags } from './registry-flags.ts'

export const schemaFlags = defineFlags({
  valueSchema: {
    value: 'SCHEMA',
    category: 'Schemas',
    complete: 'file',
    doc: 'Values are JSON to be encoded by this schema: FILE, ID or SUBJECT@VERSION; for Protobuf with #MESSAGE after it',
  },
  keySchema: { value: 'SCHEMA', category: 'Schemas', complete: 'file', doc: 'The same for keys' },
  ...referenceFlags,
  subjectStrategy: {
    value: 'STRATEGY',
    choices: ['topic', 'record', 'topic-record'],
    category: 'Schemas',
    defaultDoc: 'topic, or value.subject.name.strategy',
    doc: "What the subjects of FILEs' schemas are named after",
  },
  noRegister: { category: 'Schemas', doc: "FILEs' schemas have to be registered already" },
  ...registryFlags,
})

type Flags = FlagValues<typeof schemaFlags>
type Part = 'key' | 'value'

/** Null where no part has a schema. */
export async function recordEncoding(
  context: Context,
  topic: string | null,
  flags: Flags,
): Promise<RecordEncoding | null> {
  if (flags.keySchema === undefined && flags.valueSchema === undefined) {
    const unused = flags.registry ?? flags.subjectStrategy ?? flags.reference[0] ?? (flags.noRegister || undefined)
    if (unused !== undefined)
      throw new UsageError('only records with a schema need a registry', { hint: 'name one with --value-schema' })
    return null
  }
  const { RecordEncoding } = await import('../registry/record-encoding.ts')
  const client = await registryClient(context, flags.registry)
  try {
    const of = (part: Part, name: string | undefined) =>
      name === undefined ? undefined : partEncoding(context, client, part, name, topic, flags)
    return new RecordEncoding(await of('key', flags.keySchema), await of('value', flags.valueSchema))
  } finally {
    client.close()
  }
}

async function partEncoding(
  context: Context,
  client: RegistryClient,
  part: Part,
  text: string,
  topic: string | null,
  flags: Flags,
): Promise<PartEncoding> {
  const { parseFile, parseSchemaName, readSchemaFile } = await import('./schema-source.ts')
  const name = parseSchemaName(text)
  const encoding = (schemaId: number, schema: ParsedSchema): PartEncoding => ({
    schemaId,
    encode: schema.encoder(part, name.message),
    isText: schema.type === 'AVRO' && /^(?:"string"|\{"type":"string"\W)/.test(schema.canonical),
  })
  if (name.kind === 'id') return encoding(name.id, await client.parsedSchema(name.id))
  if (name.kind === 'subject') {
    const registered = await client.version(name.subject, name.version)
    return encoding(registered.id, await client.parse(registered))
  }
  const source = await readSchemaFile(client, name.path, undefined, flags.reference)
  const schema = await parseFile(client, name.path, source)
  const { settings } = context
  const ofPart = part === 'key' ? settings['key.subject.name.strategy'] : settings['value.subject.name.strategy']
  const strategy = flags.subjectStrategy ?? ofPart
  const subject = subjectOf(strategy, part, topic, schema.recordName(name.message))
  const normalize = settings['normalize.schemas']
  const id =
    flags.noRegister || !settings['auto.register.schemas']
      ? await registeredId(client, subject, source, normalize, name.path)
      : await client.register(subject, source, { normalize })
  return encoding(id, schema)
}

async function registeredId(
  client: RegistryClient,
  subject: string,
  source: SchemaSource,
  normalize: boolean,
  path: string,
): Promise<number> {
  try {
    return (await client.lookup(subject, source, { normalize })).id
  } catch (error) {
    if (!(error instanceof KtoolError && 'status' in error && error.status === 404)) throw error
    throw new KtoolError(`the schema ${path} is not registered under ${subject}`, {
      hint: `\`ktool schemas register ${subject} ${path}\` does it, and so does producing without --no-register`,
      cause: error,
    })
  }
}

/** Throws a UsageError where the strategy wants what is not there. */
function subjectOf(
  strategy: 'topic' | 'record' | 'topic-record',
  part: Part,
  topic: string | null,
  record: string | undefined,
): string {
  if (strategy !== 'record' && topic === null) {
    throw new UsageError('a subject is named after one topic, and here each record names its own', {
      hint: 'give --subject-strategy record, or an ID or SUBJECT@VERSION in the place of the file',
    })
  }
  if (strategy === 'topic') return `${topic}-${part}`
  if (record === undefined) {
    throw new UsageError(`the schema of the ${part} has no name to name a subject after`, {
      hint: 'give --subject-strategy topic',
    })
  }
  return strategy === 'record' ? record : `${topic}-${record}`
}
