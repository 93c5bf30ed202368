// Records of users by their schemas: those of a registry, of the log that a registry keeps them in, or of files. The last two
// need no network.

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../errors.ts'
import type { SchemaFinder, Wanted } from '../../registry/record-decoding.ts'
import type { ParsedSchema } from '../../registry/schema.ts'
import { fileProblem } from '../../util/file-problem.ts'
import { type Context, defineFlags, type FlagValues } from '../command.ts'
import { type Decoding, decodeFlags, decodingBy, wantedParts } from '../consume-schemas.ts'
import { registryClient } from '../registry-flags.ts'
import { type DecoderName, decoderNames } from './decoder.ts'

/** The folder of the topic that registries keep their schemas in. */
const SCHEMAS_LOG = '_schemas-0'

/** A schema of a file, for the records that name `id`, or where it is undefined for all. */
interface SchemaFile {
  id: number | undefined
  path: string
}

const category = 'Schemas'

export const schemaFlags = defineFlags({
  decode: {
    value: 'KIND',
    choices: [...decoderNames, 'key', 'value', 'both', 'none'],
    defaultDoc: 'by the name of the folder',
    doc: 'What the records are of, or which part to decode by the schemas of a registry',
  },
  avro: decodeFlags.avro,
  registry: {
    value: 'URL|DIRECTORY',
    category,
    complete: 'directory',
    defaultDoc: decodeFlags.registry.defaultDoc,
    doc: 'Schema registry to ask (env: KTOOL_REGISTRY), or the folder of its log, _schemas-0',
  },
  valueSchema: {
    value: '[ID=]FILE',
    parse: parseSchemaFile,
    repeatable: true,
    category,
    complete: 'file',
    doc: "Decode values by a file's schema; with ID= those that name this id",
  },
  keySchema: {
    value: '[ID=]FILE',
    parse: parseSchemaFile,
    repeatable: true,
    category,
    complete: 'file',
    doc: 'The same for keys',
  },
  reference: {
    value: 'NAME=FILE',
    parse: parseReferenceFile,
    repeatable: true,
    category,
    doc: 'A file whose schema the other files use under this name',
  },
})

export type SchemaFlags = FlagValues<typeof schemaFlags>

/** Whether a registry may have to be asked, so that its settings are needed. */
export function mayAskRegistry(flags: SchemaFlags): boolean {
  return flags.registry !== undefined || flags.avro || partOf(flags.decode) !== undefined
}

/** Null where no part of the records is to be decoded by a schema. */
export async function schemaDecoding(context: Context, flags: SchemaFlags): Promise<Decoding | null> {
  const { decode, avro, registry, keySchema, valueSchema } = flags
  const part = partOf(decode)
  const hasFiles = keySchema.length + valueSchema.length > 0
  if (decode !== undefined && part === undefined && (avro || hasFiles)) {
    throw new UsageError(`--decode ${decode} and ${avro ? '--avro' : 'schemas'} exclude each other`)
  }
  const parts = wantedParts({ decode: part, avro })
  if (parts === null && !hasFiles) {
    if (registry === undefined && flags.reference.length === 0) return null
    throw new UsageError('only what is decoded needs schemas', { hint: 'say what with --decode value' })
  }
  const files = {
    key: await parsedFiles(keySchema, flags.reference),
    value: await parsedFiles(valueSchema, flags.reference),
  }
  const rest = mayAskRegistry(flags) ? await registrySource(context, registry) : NO_REGISTRY
  const wanted = (files: readonly unknown[], otherwise: Wanted | undefined): Wanted =>
    files.length > 0 ? 'always' : (otherwise ?? 'never')
  return decodingBy(
    context,
    { key: wanted(keySchema, parts?.key), value: wanted(valueSchema, parts?.value) },
    async (id, part) => files[part].get(id) ?? files[part].get(undefined) ?? rest.find(id, part),
    rest.close,
  )
}

/** The kinds of records that Kafka itself writes; undefined for what has schemas of users. */
export function kindOf(decode: SchemaFlags['decode']): DecoderName | 'none' | undefined {
  return partOf(decode) === undefined ? (decode as DecoderName | 'none' | undefined) : undefined
}

function partOf(decode: SchemaFlags['decode']): 'key' | 'value' | 'both' | undefined {
  return decode === 'key' || decode === 'value' || decode === 'both' ? decode : undefined
}

interface Source {
  find: SchemaFinder
  close(): void
}

const NO_REGISTRY: Source = { find: async (id) => `no file is given for schema ${id}`, close() {} }

async function registrySource(context: Context, registry: string | undefined): Promise<Source> {
  const folder = registry === undefined ? undefined : schemasFolder(registry)
  if (folder !== undefined) {
    const { storedSchemas } = await import('./stored-schemas.ts')
    return { find: await storedSchemas(folder, (text) => context.warn(text)), close() {} }
  }
  const { registrySchemas } = await import('../../registry/record-decoding.ts')
  const client = await registryClient(context, registry)
  return { find: registrySchemas(client), close: () => client.close() }
}

/** The folder of the log, which may be given by the log directory that it is in; undefined for an address. */
function schemasFolder(registry: string): string | undefined {
  const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  if (isFolder(registry)) {
    const within = join(registry, SCHEMAS_LOG)
    return isFolder(within) ? within : registry
  }
  if (!registry.includes('/') || registry.includes('://')) return undefined
  throw new UsageError(`there is no folder ${registry}`, { hint: 'the address of a registry begins with http://' })
}

/** Throws a UsageError that names the file. */
async function parsedFiles(
  files: readonly SchemaFile[],
  references: readonly { name: string; path: string }[],
): Promise<ReadonlyMap<number | undefined, ParsedSchema>> {
  const parsed = new Map<number | undefined, ParsedSchema>()
  if (files.length === 0) return parsed
  const { typeOfFile } = await import('../schema-source.ts')
  const { parseSchema } = await import('../../registry/schema.ts')
  const { InvalidSchemaError } = await import('../../registry/errors.ts')
  for (const { id, path } of files) {
    if (parsed.has(id)) {
      const which = id === undefined ? 'all records' : `schema ${id}`
      throw new UsageError(`there are two files for ${which}`, { hint: 'say which is for which with ID=FILE' })
    }
    const schemaType = typeOfFile(path)
    const used = references.filter((each) => typeOfFile(each.path) === schemaType)
    const schema = { schemaType, schema: textOf(path) }
    try {
      parsed.set(
        id,
        await parseSchema(
          schema,
          used.map(({ name, path }) => ({ name, schema: textOf(path) })),
        ),
      )
    } catch (error) {
      if (!(error instanceof InvalidSchemaError)) throw error
      throw new UsageError(`the schema ${path} is wrong: ${error.message}`, { cause: error })
    }
  }
  return parsed
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(fileProblem(error, path, 'schema file'))
  }
}

function parseSchemaFile(text: string): SchemaFile {
  const [, id, path] = /^(?:(\d{1,10})=)?(.+)$/s.exec(text) ?? []
  if (path === undefined) throw new UsageError('the name of the schema file is empty')
  return { id: id === undefined ? undefined : Number(id), path }
}

function parseReferenceFile(text: string): { name: string; path: string } {
  const at = text.indexOf('=')
  if (at > 0 && at < text.length - 1) return { name: text.slice(0, at), path: text.slice(at + 1) }
  throw new UsageError(`'${text}' is not NAME=FILE`, { hint: 'such as com.shop.Money=money.avsc' })
}
