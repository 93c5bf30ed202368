// Avro as one of the types of schemas.

import type { ParsedSchema, ResolvedReference } from '../schema.ts'
import { avroDifferences } from './compatibility.ts'
import { avroDecoder } from './decoder.ts'
import { avroEncoder } from './encoder.ts'
import { printAvro } from './print.ts'
import { type AvroSchema, type Names, parseAvro } from './schema.ts'

interface ParsedAvro extends ParsedSchema {
  readonly avro: AvroSchema
}

/** Throws an InvalidSchemaError. */
export function parseAvroSchema(text: string, references: readonly ResolvedReference[]): ParsedSchema {
  const names: Names = new Map()
  for (const { schema } of references) parseAvro(schema, names)
  const known = new Set(names.keys())
  const avro = parseAvro(text, names)
  const parsed: ParsedAvro = {
    type: 'AVRO',
    avro,
    canonical: printAvro(avro, { known }),
    normalized: () => printAvro(avro, { known, normalized: true }),
    recordName: () => ('fullName' in avro ? avro.fullName : undefined),
    differences: (writer) => avroDifferences(avro, (writer as ParsedAvro).avro),
    decoder: () => avroDecoder(avro),
    encoder: (root) => avroEncoder(avro, root),
  }
  return parsed
}
