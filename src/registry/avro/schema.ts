// Avro schemas: what they are made of, and how the JSON of one becomes that (https://avro.apache.org/docs/1.12.0/specification/).
// Named types know themselves by full name, so that a schema may contain itself.

import { parseJsonKeepingNumbers, plainJson } from '../../util/json.ts'
import { InvalidSchemaError } from '../errors.ts'
import { defaultProblem } from './defaults.ts'
import { type Logical, logicalOf } from './logical.ts'

export const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const

export type Primitive = (typeof primitives)[number]

/** Attributes that the specification does not define, or that a logical type has; numbers as they were written. */
export type Properties = Readonly<Record<string, unknown>>

interface Common {
  readonly properties: Properties
  /** Where the logical type is known and fits the type; others do not count. */
  readonly logical?: Logical | undefined
}

export interface PrimitiveSchema extends Common {
  readonly type: Primitive
}

interface Named extends Common {
  /** Simple name, and the namespace; '' for none. */
  readonly name: string
  readonly namespace: string
  readonly fullName: string
  /** Full names. */
  readonly aliases: readonly string[]
  readonly doc?: string | undefined
}

export interface Field {
  readonly name: string
  readonly type: AvroSchema
  readonly doc?: string | undefined
  readonly hasDefault: boolean
  /** JSON; numbers as they were written (see `plainJson`). */
  readonly default: unknown
  readonly order?: string | undefined
  readonly aliases: readonly string[]
  readonly properties: Properties
}

export interface RecordSchema extends Named {
  readonly type: 'record'
  readonly isError: boolean
  /** Empty until the record is read to its end. */
  readonly fields: readonly Field[]
}

export interface EnumSchema extends Named {
  readonly type: 'enum'
  readonly symbols: readonly string[]
  readonly default?: string | undefined
}

export interface FixedSchema extends Named {
  readonly type: 'fixed'
  readonly size: number
}

export interface ArraySchema extends Common {
  readonly type: 'array'
  readonly items: AvroSchema
}

export interface MapSchema extends Common {
  readonly type: 'map'
  readonly values: AvroSchema
}

export interface UnionSchema extends Common {
  readonly type: 'union'
  readonly branches: readonly AvroSchema[]
}

export type NamedSchema = RecordSchema | EnumSchema | FixedSchema
export type AvroSchema = PrimitiveSchema | NamedSchema | ArraySchema | MapSchema | UnionSchema

/** Named types by their full names: what one schema text may use of those before it. */
export type Names = Map<string, NamedSchema>

const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u
const MOST_NESTING = 200
const MOST_FIXED = 0x7fff_ffff
const DEFINED: Record<string, ReadonlySet<string>> = {
  record: new Set(['type', 'name', 'namespace', 'doc', 'aliases', 'fields']),
  enum: new Set(['type', 'name', 'namespace', 'doc', 'aliases', 'symbols', 'default']),
  fixed: new Set(['type', 'name', 'namespace', 'doc', 'aliases', 'size']),
  array: new Set(['type', 'items']),
  map: new Set(['type', 'values']),
  field: new Set(['name', 'type', 'doc', 'default', 'order', 'aliases']),
}
const JUST_TYPE = new Set(['type'])

/**
 * Reads the text of a schema; `names` has the types of its references and gets those that it defines. Throws an
 * InvalidSchemaError that says where it is wrong.
 */
export function parseAvro(text: string, names: Names = new Map()): AvroSchema {
  let json: unknown
  try {
    json = parseJsonKeepingNumbers(text)
  } catch (error) {
    throw new InvalidSchemaError(`it is not JSON: ${(error as Error).message}`)
  }
  return new Parser(names).read(json, '', 0)
}

class Parser {
  private readonly names: Names

  constructor(names: Names) {
    this.names = names
  }

  read(json: unknown, namespace: string, depth: number): AvroSchema {
    if (depth > MOST_NESTING) throw new InvalidSchemaError(`it is nested more than ${MOST_NESTING} times`)
    if (typeof json === 'string') return this.named(json, namespace, {})
    if (Array.isArray(json)) return this.union(json, namespace, depth)
    if (typeof json !== 'object' || json === null) throw new InvalidSchemaError(`no type: ${JSON.stringify(json)}`)
    const object = json as Record<string, unknown>
    const { type } = object
    switch (type) {
      case 'record':
      case 'error':
        return this.record(object, namespace, depth)
      case 'enum':
        return this.enum(object, namespace)
      case 'fixed':
        return this.fixed(object, namespace)
      case 'array':
        if (!('items' in object)) throw new InvalidSchemaError('an array has no items')
        return {
          type,
          items: this.read(object['items'], namespace, depth + 1),
          properties: propertiesOf(object, type),
        }
      case 'map':
        if (!('values' in object)) throw new InvalidSchemaError('a map has no values')
        return {
          type,
          values: this.read(object['values'], namespace, depth + 1),
          properties: propertiesOf(object, type),
        }
    }
    if (type === undefined) throw new InvalidSchemaError(`no type: ${short(json)}`)
    if (typeof type !== 'string') return this.read(type, namespace, depth + 1)
    return this.named(type, namespace, propertiesOf(object, ''))
  }

  /** A primitive, or a type that was defined before. */
  private named(name: string, namespace: string, properties: Properties): AvroSchema {
    const primitive = primitives.find((each) => each === name)
    if (primitive !== undefined) {
      return { type: primitive, properties, logical: logicalOf(primitive, properties, 0) }
    }
    const known =
      this.names.get(name.includes('.') || namespace === '' ? name : `${namespace}.${name}`) ?? this.names.get(name)
    if (known === undefined) throw new InvalidSchemaError(`Undefined name: ${JSON.stringify(name)}`)
    return known
  }

  private union(json: readonly unknown[], namespace: string, depth: number): UnionSchema {
    const branches = json.map((each) => this.read(each, namespace, depth + 1))
    const seen = new Set<string>()
    for (const branch of branches) {
      if (branch.type === 'union') throw new InvalidSchemaError('Nested union: a union can not be in a union')
      const name = branchName(branch)
      if (seen.has(name)) throw new InvalidSchemaError(`Duplicate in union: ${name}`)
      seen.add(name)
    }
    return { type: 'union', branches, properties: {} }
  }

  private record(object: Record<string, unknown>, outer: string, depth: number): RecordSchema {
    const fields: Field[] = []
    const record: RecordSchema = {
      ...this.head(object, outer),
      type: 'record',
      isError: object['type'] === 'error',
      fields,
      properties: propertiesOf(object, 'record'),
    }
    this.define(record)
    const list = object['fields']
    if (!Array.isArray(list)) throw new InvalidSchemaError(`record ${record.fullName} has no fields`)
    const seen = new Set<string>()
    for (const each of list) {
      const field = this.field(each, record, depth)
      if (seen.has(field.name))
        throw new InvalidSchemaError(`Duplicate field ${field.name} in record ${record.fullName}`)
      seen.add(field.name)
      fields.push(field)
    }
    return record
  }

  private field(json: unknown, record: RecordSchema, depth: number): Field {
    const inside = `record ${record.fullName}`
    if (typeof json !== 'object' || json === null) throw new InvalidSchemaError(`a field of ${inside} is no object`)
    const object = json as Record<string, unknown>
    const name = checkedName(object['name'], `field of ${inside}`)
    if (!('type' in object)) throw new InvalidSchemaError(`field ${name} of ${inside} has no type`)
    const type = this.read(object['type'], record.namespace, depth + 1)
    const hasDefault = 'default' in object
    if (hasDefault) {
      const problem = defaultProblem(type, plainJson(object['default']))
      if (problem !== undefined) throw new InvalidSchemaError(`Invalid default for field ${name}: ${problem}`)
    }
    return {
      name,
      type,
      doc: textOf(object['doc']),
      hasDefault,
      default: object['default'],
      order: textOf(object['order']),
      aliases: namesOf(object['aliases'], `aliases of field ${name}`),
      properties: propertiesOf(object, 'field'),
    }
  }

  private enum(object: Record<string, unknown>, outer: string): EnumSchema {
    const head = this.head(object, outer)
    const symbols = namesOf(object['symbols'], `symbols of enum ${head.fullName}`)
    if (!Array.isArray(object['symbols'])) throw new InvalidSchemaError(`enum ${head.fullName} has no symbols`)
    for (const symbol of symbols) checkedName(symbol, `symbol of enum ${head.fullName}`)
    if (new Set(symbols).size < symbols.length) {
      throw new InvalidSchemaError(`Duplicate enum symbol in ${head.fullName}`)
    }
    const fallback = textOf(object['default'])
    if (fallback !== undefined && !symbols.includes(fallback)) {
      throw new InvalidSchemaError(`The Enum Default: ${fallback} is not in the enum symbol set of ${head.fullName}`)
    }
    const schema: EnumSchema = {
      ...head,
      type: 'enum',
      symbols,
      default: fallback,
      properties: propertiesOf(object, 'enum'),
    }
    this.define(schema)
    return schema
  }

  private fixed(object: Record<string, unknown>, outer: string): FixedSchema {
    const head = this.head(object, outer)
    const size = plainJson(object['size'])
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > MOST_FIXED) {
      throw new InvalidSchemaError(`fixed ${head.fullName} has no size`)
    }
    const properties = propertiesOf(object, 'fixed')
    const schema: FixedSchema = {
      ...head,
      type: 'fixed',
      size,
      properties,
      logical: logicalOf('fixed', properties, size),
    }
    this.define(schema)
    return schema
  }

  private head(object: Record<string, unknown>, outer: string) {
    const given = object['name']
    if (typeof given !== 'string') throw new InvalidSchemaError(`No name in schema: ${short(object)}`)
    const dot = given.lastIndexOf('.')
    const name = checkedName(given.slice(dot + 1), 'type')
    const namespace = dot >= 0 ? given.slice(0, dot) : (textOf(object['namespace']) ?? outer)
    if (namespace !== '') for (const part of namespace.split('.')) checkedName(part, 'namespace')
    const qualified = (text: string) => (text.includes('.') || namespace === '' ? text : `${namespace}.${text}`)
    if (namespace === '' && (primitives as readonly string[]).includes(name)) {
      throw new InvalidSchemaError(`Schemas may not be named after primitives: ${name}`)
    }
    return {
      name,
      namespace,
      fullName: qualified(name),
      doc: textOf(object['doc']),
      aliases: namesOf(object['aliases'], `aliases of ${name}`).map(qualified),
    }
  }

  private define(schema: NamedSchema): void {
    if (this.names.has(schema.fullName)) throw new InvalidSchemaError(`Can't redefine: ${schema.fullName}`)
    this.names.set(schema.fullName, schema)
  }
}

/** What a union's branch is called in Avro's JSON encoding. */
export function branchName(schema: AvroSchema): string {
  return 'fullName' in schema ? schema.fullName : schema.type
}

function checkedName(name: unknown, what: string): string {
  if (typeof name === 'string' && NAME.test(name)) return name
  throw new InvalidSchemaError(
    name === undefined ? `a ${what} has no name` : `Illegal initial character or character: ${what} ${short(name)}`,
  )
}

function namesOf(json: unknown, what: string): string[] {
  if (json === undefined || json === null) return []
  if (Array.isArray(json) && json.every((each) => typeof each === 'string')) return json
  throw new InvalidSchemaError(`the ${what} are no list of names`)
}

function textOf(json: unknown): string | undefined {
  return typeof json === 'string' ? json : undefined
}

function propertiesOf(object: Record<string, unknown>, type: string): Properties {
  const defined = DEFINED[type] ?? JUST_TYPE
  const entries = Object.entries(object).filter(([key]) => !defined.has(key))
  return entries.length === 0 ? NONE : Object.fromEntries(entries)
}

const NONE: Properties = {}

function short(json: unknown): string {
  const text = JSON.stringify(json) ?? String(json)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
