// JSON Schema as one of the types of schemas: ajv validates what is produced. Records are JSON text as it is.

import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { bigintsAsRaw, parseJsonKeepingNumbers } from '../../util/json.ts'
import type { AvroReader } from '../avro/decoder.ts'
import type { AvroWriter } from '../avro/encoder.ts'
import { DoesNotFitError, InvalidSchemaError, UndecodableError } from '../errors.ts'
import type { ParsedSchema, ResolvedReference } from '../schema.ts'
import { jsonSchemaDifferences } from './compatibility.ts'

export type JsonSchema = boolean | { readonly [key: string]: unknown }

interface ParsedJson extends ParsedSchema {
  readonly json: JsonSchema
  readonly references: ReadonlyMap<string, JsonSchema>
}

const OPTIONS: Options = { strict: false, allErrors: false, logger: false, validateFormats: true }
const NEWLINE = 0x0a

/** Throws an InvalidSchemaError. */
export function parseJsonSchema(text: string, resolved: readonly ResolvedReference[]): ParsedSchema {
  const written = parsed(text)
  const json = JSON.parse(JSON.stringify(written)) as JsonSchema
  const references = new Map(
    resolved.map(({ name, schema }) => [name, JSON.parse(JSON.stringify(parsed(schema))) as JsonSchema]),
  )
  // What is no schema is found out when its validator is made.
  const validate = validator(json, references)
  const schema: ParsedJson = {
    type: 'JSON',
    json,
    references,
    canonical: JSON.stringify(written),
    normalized: () => JSON.stringify(sorted(written)),
    recordName: () => (typeof json === 'object' && typeof json['title'] === 'string' ? json['title'] : undefined),
    differences: (writer) => {
      const old = writer as ParsedJson
      return jsonSchemaDifferences({ schema: json, references }, { schema: old.json, references: old.references })
    },
    decoder: () => decode,
    encoder: (root) => encoder(validate, root),
  }
  return schema
}

function parsed(text: string): unknown {
  let json: unknown
  try {
    json = parseJsonKeepingNumbers(text)
  } catch (error) {
    throw new InvalidSchemaError(`it is not JSON: ${(error as Error).message}`)
  }
  if (typeof json === 'boolean' || (typeof json === 'object' && json !== null && !Array.isArray(json))) return json
  throw new InvalidSchemaError('a JSON Schema is an object, or true, or false')
}

/** Keys in order, those whose order has no meaning. */
function sorted(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(sorted)
  // Numbers as they were written are objects too, without keys of their own.
  if (typeof json !== 'object' || json === null || 'rawJSON' in json) return json
  const entries = Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, value]) => [key, sorted(value)]))
}

function validator(json: JsonSchema, references: ReadonlyMap<string, JsonSchema>): ValidateFunction {
  const dialect = typeof json === 'object' ? String(json['$schema'] ?? '') : ''
  const ajv = dialect.includes('2020-12')
    ? new Ajv2020(OPTIONS)
    : dialect.includes('2019-09')
      ? new Ajv2019(OPTIONS)
      : new Ajv(OPTIONS)
  formats.default(ajv as never)
  // The dialects up to draft 7, and what names none that is known, are read alike.
  const isOlder = !/2019-09|2020-12/.test(dialect)
  const readable = (schema: JsonSchema) => (isOlder ? asDraft7(schema) : schema) as object
  try {
    const base = typeof json === 'object' && typeof json['$id'] === 'string' ? json['$id'] : undefined
    for (const [name, schema] of references) {
      const key = base !== undefined && URL.canParse(name, base) ? new URL(name, base).href : name
      // A key wins over the identity that the schema has for itself.
      const own = readable(schema) as Record<string, unknown>
      const { $id: _, id: __, $schema: ___, ...rest } = own
      ajv.addSchema(rest, key)
    }
    return ajv.compile(readable(json))
  } catch (error) {
    throw new InvalidSchemaError((error as Error).message)
  }
}

/** Draft 4 has `id`, and booleans that make bounds exclusive. */
function asDraft7(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(asDraft7)
  if (typeof schema !== 'object' || schema === null) return schema
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === '$schema') continue
    if (key === 'id' && typeof value === 'string') result['$id'] = value
    else result[key] = asDraft7(value)
  }
  for (const [bound, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ]) {
    if (result[exclusive] === true) {
      result[exclusive] = result[bound]
      delete result[bound]
    } else if (result[exclusive] === false) delete result[exclusive]
  }
  return result
}

/** The text itself, on one line; it has to be JSON, as it becomes part of more. */
function decode(reader: AvroReader, source: Buffer, start: number, end: number): void {
  const text = source.toString('utf8', start, end)
  let json: unknown
  const lines = source.subarray(start, end).includes(NEWLINE)
  try {
    json = lines ? parseJsonKeepingNumbers(text) : JSON.parse(text)
  } catch {
    // Why not would have parts of the bytes in it.
    throw new UndecodableError('it is not JSON')
  }
  const bytes = lines ? Buffer.from(JSON.stringify(json)) : source.subarray(start, end)
  reader.literal(bytes)
}

function encoder(validate: ValidateFunction, root: string) {
  return (writer: AvroWriter, value: unknown): void => {
    const text = JSON.stringify(value, bigintsAsRaw)
    // The validator knows no bigints.
    if (!validate(hasBigint(value) ? JSON.parse(text) : value)) throw unfit(validate.errors?.[0], root)
    writer.raw(Buffer.from(text))
  }
}

function hasBigint(value: unknown): boolean {
  if (typeof value === 'bigint') return true
  return typeof value === 'object' && value !== null && Object.values(value).some(hasBigint)
}

function unfit(error: ErrorObject | undefined, root: string): DoesNotFitError {
  let path = root
  for (const step of (error?.instancePath ?? '').split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    path += /^\d+$/.test(name) ? `[${name}]` : `.${name}`
  }
  const allowed = error?.keyword === 'enum' ? `: ${JSON.stringify(error.params['allowedValues'])}` : ''
  const extra = error?.keyword === 'additionalProperties' ? `: ${error.params['additionalProperty']}` : ''
  return new DoesNotFitError(path, `${error?.message ?? 'is not valid'}${allowed}${extra}`)
}
