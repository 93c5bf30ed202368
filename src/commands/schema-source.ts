// Schemas as command lines name them: FILE, ID, SUBJECT or SUBJECT@VERSION, each with #MESSAGE after it for Protobuf.

import { existsSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { UsageError } from '../errors.ts'
import type { RegistryClient } from '../registry/client.ts'
import { InvalidSchemaError } from '../registry/errors.ts'
import type { ParsedSchema, Reference, SchemaSource, SchemaType } from '../registry/schema.ts'
import { fileProblem } from '../util/file-problem.ts'

export type SchemaName =
  | { kind: 'file'; path: string; message: string | undefined }
  | { kind: 'id'; id: number; message: string | undefined }
  | { kind: 'subject'; subject: string; version: number | 'latest'; message: string | undefined }

const TYPES: Record<string, SchemaType> = { '.avsc': 'AVRO', '.json': 'JSON', '.proto': 'PROTOBUF' }

/** Throws a UsageError for a file that is not there. */
export function parseSchemaName(text: string): SchemaName {
  const [, name, message] = /^(.+?)(?:#([\w.]+))?$/.exec(text) ?? [undefined, text, undefined]
  if (/^\d{1,10}$/.test(name)) return { kind: 'id', id: Number(name), message }
  const version = /^(.+)@(\d{1,10}|latest)$/.exec(name)
  if (version !== null) {
    return {
      kind: 'subject',
      subject: version[1],
      version: version[2] === 'latest' ? 'latest' : Number(version[2]),
      message,
    }
  }
  if (existsSync(name)) return { kind: 'file', path: name, message }
  if (extname(name) in TYPES || name.includes('/')) {
    throw new UsageError(`no such schema file: ${name}`, { hint: 'a schema is a FILE, an ID or SUBJECT@VERSION' })
  }
  return { kind: 'subject', subject: name, version: 'latest', message }
}

/** The type of a file's schema by the end of its name; Avro where that says nothing. */
export function typeOfFile(path: string): SchemaType {
  return TYPES[extname(path).toLowerCase()] ?? 'AVRO'
}

/** Reads a schema's file. Throws a UsageError. */
export async function readSchemaFile(
  client: RegistryClient,
  path: string,
  type: SchemaType | undefined,
  references: readonly Reference[],
): Promise<SchemaSource> {
  let schema: string
  try {
    schema = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(fileProblem(error, path, 'schema file'))
  }
  return { schemaType: type ?? typeOfFile(path), schema, references: await numbered(client, references) }
}

/** References to latest versions get their numbers. */
async function numbered(client: RegistryClient, references: readonly Reference[]): Promise<Reference[]> {
  return Promise.all(
    references.map(async (reference) => {
      if (reference.version !== -1) return reference
      return { ...reference, version: (await client.version(reference.subject, 'latest')).version }
    }),
  )
}

/** The schema of a file, ready for use; an error names the file. */
export async function parseFile(client: RegistryClient, path: string, source: SchemaSource): Promise<ParsedSchema> {
  try {
    return await client.parse(source)
  } catch (error) {
    if (!(error instanceof InvalidSchemaError)) throw error
    throw new UsageError(`the schema ${path} is wrong: ${error.message}`, { cause: error })
  }
}
