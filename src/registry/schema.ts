// A schema of any kind: what the registry, the commands and the codecs of records work with.

import type { AvroReader } from './avro/decoder.ts'
import type { AvroWriter } from './avro/encoder.ts'
import type { Difference } from './difference.ts'
import { InvalidSchemaError } from './errors.ts'

export const schemaTypes = ['AVRO', 'JSON', 'PROTOBUF'] as const

export type SchemaType = (typeof schemaTypes)[number]

/** A schema that another one uses; `name` is what it is called there. */
export interface Reference {
  name: string
  subject: string
  version: number
}

/** A schema as registries take it. */
export interface SchemaSource {
  schemaType: SchemaType
  schema: string
  references: readonly Reference[]
}

/** A reference with its text; those that it needs itself come before it. */
export interface ResolvedReference {
  name: string
  schema: string
}

/** Writes a record's JSON into the reader (see `AvroReader`); throws an UndecodableError. */
export type RecordDecoder = (reader: AvroReader, source: Buffer, start: number, end: number) => void

/** Writes a value's bytes, after the id of the schema, into the writer; throws a DoesNotFitError. */
export type RecordEncoder = (writer: AvroWriter, value: unknown) => void

export interface ParsedSchema {
  readonly type: SchemaType
  /** As it is kept. */
  readonly canonical: string
  /** The same for schemas that differ only in ways without a meaning. */
  normalized(): string
  /** What a record of it is called; undefined where it has no name. `message` chooses one of several (Protobuf). */
  recordName(message?: string): string | undefined
  /** What keeps this schema from reading all that `writer` writes. They are of the same type. */
  differences(writer: ParsedSchema): Difference[]
  decoder(): RecordDecoder
  /** `root` is what the value is called in errors. Throws a UsageError where there is no such message. */
  encoder(root: string, message?: string): RecordEncoder
}

/** Parses the text of a schema. Throws an InvalidSchemaError. */
export async function parseSchema(
  { schemaType, schema }: Pick<SchemaSource, 'schemaType' | 'schema'>,
  references: readonly ResolvedReference[] = [],
): Promise<ParsedSchema> {
  switch (schemaType) {
    case 'AVRO':
      return (await import('./avro/avro.ts')).parseAvroSchema(schema, references)
    case 'JSON':
      return (await import('./json/json-schema.ts')).parseJsonSchema(schema, references)
    case 'PROTOBUF':
      return (await import('./protobuf/protobuf.ts')).parseProtobuf(schema, references)
    default:
      throw new InvalidSchemaError(`${schemaType} is no type of schema; they are ${schemaTypes.join(', ')}`)
  }
}
