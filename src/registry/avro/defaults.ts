// Defaults of fields: JSON that has to fit the type, without the names of union branches and with bytes as text of the
// characters U+0000 to U+00FF.

import type { AvroSchema } from './schema.ts'

const INT = 2 ** 31
const LONG = 2 ** 63

/** What is wrong with a default, or undefined. (Avro: Schema.isValidDefault) */
export function defaultProblem(schema: AvroSchema, json: unknown): string | undefined {
  return fits(schema, json) ? undefined : `${JSON.stringify(json)} not a ${JSON.stringify(nameOf(schema))}`
}

/** The branch of a union that a default is of. */
export function defaultBranch(branches: readonly AvroSchema[], json: unknown): number {
  return branches.findIndex((branch) => fits(branch, json))
}

function fits(schema: AvroSchema, json: unknown): boolean {
  switch (schema.type) {
    case 'null':
      return json === null
    case 'boolean':
      return typeof json === 'boolean'
    case 'int':
      return Number.isInteger(json) && (json as number) >= -INT && (json as number) < INT
    case 'long':
      return Number.isInteger(json) && (json as number) >= -LONG && (json as number) <= LONG
    case 'float':
    case 'double':
      return typeof json === 'number' || json === 'NaN' || json === 'Infinity' || json === '-Infinity'
    case 'string':
      return typeof json === 'string'
    case 'enum':
      return typeof json === 'string' && schema.symbols.includes(json)
    case 'bytes':
      return isLatin1(json)
    case 'fixed':
      return isLatin1(json) && json.length === schema.size
    case 'array':
      return Array.isArray(json) && json.every((item) => fits(schema.items, item))
    case 'map':
      return isObject(json) && Object.values(json).every((value) => fits(schema.values, value))
    case 'record':
      return (
        isObject(json) &&
        schema.fields.every(({ name, type, hasDefault }) =>
          Object.hasOwn(json, name) ? fits(type, json[name]) : hasDefault,
        )
      )
    case 'union':
      return schema.branches.some((branch) => fits(branch, json))
  }
}

export function isLatin1(json: unknown): json is string {
  return typeof json === 'string' && !/[^\0-\xff]/.test(json)
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function nameOf(schema: AvroSchema): unknown {
  if (schema.type === 'union') return schema.branches.map(nameOf)
  return 'fullName' in schema ? schema.fullName : schema.type
}
