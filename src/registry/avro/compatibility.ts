// Whether data written with one schema can be read with another: the rules of schema resolution, with the reasons where
// it can't be. The verdicts and kinds of reason are those of Apache Avro (Java: SchemaCompatibility).

import type { Difference } from '../difference.ts'
import type { AvroSchema, EnumSchema, Field, FixedSchema, NamedSchema, RecordSchema, UnionSchema } from './schema.ts'

/** Which written types a reader's type takes besides its own. */
const PROMOTIONS: Record<string, readonly string[]> = {
  long: ['int'],
  float: ['int', 'long'],
  double: ['int', 'long', 'float'],
  bytes: ['string'],
  string: ['bytes'],
}

/** What keeps `reader` from reading all that `writer` writes; nothing where it can. */
export function avroDifferences(reader: AvroSchema, writer: AvroSchema): Difference[] {
  return new Checker().check(reader, writer, '')
}

class Checker {
  /** Pairs that were looked at, or are being looked at: a type may contain itself. */
  private readonly known = new Map<AvroSchema, Map<AvroSchema, Difference[]>>()

  check(reader: AvroSchema, writer: AvroSchema, path: string): Difference[] {
    let results = this.known.get(reader)
    if (results === undefined) this.known.set(reader, (results = new Map()))
    const before = results.get(writer)
    if (before !== undefined) return before
    results.set(writer, [])
    const found = this.compare(reader, writer, path)
    results.set(writer, found)
    return found
  }

  private compare(reader: AvroSchema, writer: AvroSchema, path: string): Difference[] {
    if (writer.type === 'union') {
      if (reader.type === 'union') return this.unions(reader, writer, path)
      return writer.branches.flatMap((branch, i) => this.check(reader, branch, `${path}/${i}`))
    }
    if (reader.type === 'union') {
      const fits = reader.branches.some((branch) => this.check(branch, writer, path).length === 0)
      return fits ? [] : [lacksBranch(writer, path)]
    }
    switch (reader.type) {
      case 'array':
        if (writer.type !== 'array') break
        return this.check(reader.items, writer.items, `${path}/items`)
      case 'map':
        if (writer.type !== 'map') break
        return this.check(reader.values, writer.values, `${path}/values`)
      case 'fixed':
        if (writer.type !== 'fixed') break
        return [...nameDifference(reader, writer, path), ...sizeDifference(reader, writer, path)]
      case 'enum':
        if (writer.type !== 'enum') break
        return [...nameDifference(reader, writer, path), ...symbolDifference(reader, writer, path)]
      case 'record':
        if (writer.type !== 'record') break
        return [...nameDifference(reader, writer, path), ...this.fields(reader, writer, `${path}/fields`)]
      default:
        if (reader.type === writer.type || PROMOTIONS[reader.type]?.includes(writer.type)) return []
    }
    return [typeMismatch(reader, writer, path)]
  }

  private unions(reader: UnionSchema, writer: UnionSchema, path: string): Difference[] {
    return writer.branches.flatMap((branch, i) =>
      this.check(reader, branch, `${path}/${i}`).length === 0 ? [] : [lacksBranch(branch, `${path}/${i}`)],
    )
  }

  private fields(reader: RecordSchema, writer: RecordSchema, path: string): Difference[] {
    return reader.fields.flatMap((field, i) => {
      const written = writtenField(writer, field)
      const at = `${path}/${i}`
      if (written !== undefined) return this.check(field.type, written.type, `${at}/type`)
      if (field.hasDefault) return []
      // Avro looks at a default of the enum, and then compares it to the record: never the same.
      if (field.type.type === 'enum' && field.type.default !== undefined) {
        return [typeMismatch(field.type, writer, `${at}/type`)]
      }
      return [
        {
          type: 'READER_FIELD_MISSING_DEFAULT_VALUE',
          path: at,
          text: `The field '${field.name}' at path '${at}' in the {reader} schema has no default value and is missing in the {writer} schema`,
          detail: field.name,
        },
      ]
    })
  }
}

/** The field that a reader's one gets its values from, by its name or one of its aliases. */
function writtenField({ fields }: RecordSchema, { name, aliases }: Field): Field | undefined {
  return fields.find((field) => field.name === name) ?? fields.find((field) => aliases.includes(field.name))
}

/** Names are compared without their namespaces; an alias of the reader's is one of its names. */
function nameDifference(reader: NamedSchema, writer: NamedSchema, path: string): Difference[] {
  if (reader.name === writer.name || reader.aliases.includes(writer.fullName)) return []
  const at = `${path}/name`
  return [
    {
      type: 'NAME_MISMATCH',
      path: at,
      text: `The name of the schema has changed (path '${at}')`,
      detail: `expected: ${writer.fullName}`,
    },
  ]
}

function sizeDifference(reader: FixedSchema, writer: FixedSchema, path: string): Difference[] {
  if (reader.size === writer.size) return []
  const at = `${path}/size`
  return [
    {
      type: 'FIXED_SIZE_MISMATCH',
      path: at,
      text: `The size of FIXED type field at path '${at}' in the {reader} schema does not match with the {writer} schema`,
      detail: `expected: ${writer.size}, found: ${reader.size}`,
    },
  ]
}

function symbolDifference(reader: EnumSchema, writer: EnumSchema, path: string): Difference[] {
  const missing = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol)).sort()
  if (missing.length === 0 || reader.default !== undefined) return []
  const at = `${path}/symbols`
  const detail = `[${missing.join(', ')}]`
  return [
    {
      type: 'MISSING_ENUM_SYMBOLS',
      path: at,
      text: `The {reader} schema is missing enum symbols '${detail}' at path '${at}' in the {writer} schema`,
      detail,
    },
  ]
}

function lacksBranch(writer: AvroSchema, path: string): Difference {
  const at = path === '' ? '/' : path
  return {
    type: 'MISSING_UNION_BRANCH',
    path: at,
    text: `The {reader} schema is missing a type inside a union field at path '${at}' in the {writer} schema`,
    detail: `reader union lacking writer type: ${writer.type.toUpperCase()}`,
  }
}

function typeMismatch(reader: AvroSchema, writer: AvroSchema, path: string): Difference {
  const at = path === '' ? '/' : path
  return {
    type: 'TYPE_MISMATCH',
    path: at,
    text: `The type (path '${at}') of a field in the {reader} schema does not match with the {writer} schema`,
    detail: `reader type: ${reader.type.toUpperCase()} not compatible with writer type: ${writer.type.toUpperCase()}`,
  }
}
