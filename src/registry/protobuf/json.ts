// Messages to JSON and back, by the rules of Protobuf's JSON mapping: 64-bit numbers as text, bytes as base64, enums by
// name, and forms of their own for the well-known types. Fields have the names of the .proto file; both are read.

import protobuf from 'protobufjs'
import { DoesNotFitError } from '../errors.ts'

type Json = Record<string, unknown>

/** What protobufjs has its 64-bit numbers in. */
const Long = protobuf.util.Long as unknown as {
  fromString(text: string, unsigned?: boolean): object
  fromNumber(value: number): object
}
const LONGS = new Set(['int64', 'uint64', 'sint64', 'fixed64', 'sfixed64'])
const UNSIGNED = new Set(['uint32', 'fixed32', 'uint64', 'fixed64'])
const MOST_NESTING = 200
const WRAPPERS = /^\.google\.protobuf\.(Double|Float|Int64|UInt64|Int32|UInt32|Bool|String|Bytes)Value$/

/** JSON of a message that protobufjs decoded. */
export function toJson(type: protobuf.Type, message: object): unknown {
  const fields = message as Json
  if (WRAPPERS.test(type.fullName)) return scalarToJson(type.fields['value'], fields['value'])
  switch (type.fullName) {
    case '.google.protobuf.Timestamp':
      return timestampText(fields)
    case '.google.protobuf.Duration':
      return durationText(fields)
    case '.google.protobuf.FieldMask':
      return (fields['paths'] as string[]).join(',')
    case '.google.protobuf.Struct':
      return structJson(type, fields)
    case '.google.protobuf.Value':
      return valueJson(type, fields)
    case '.google.protobuf.ListValue': {
      const item = type.fields['values'].resolvedType as protobuf.Type
      return (fields['values'] as object[]).map((each) => toJson(item, each))
    }
  }
  const json: Json = {}
  for (const field of type.fieldsArray) {
    const isSet = Object.hasOwn(fields, field.name)
    if (field instanceof protobuf.MapField) {
      json[field.name] = Object.fromEntries(
        Object.entries((fields[field.name] as Json | undefined) ?? {}).map(([key, value]) => [
          mapKey(field, key),
          fieldToJson(field, value),
        ]),
      )
    } else if (field.repeated) {
      json[field.name] = ((fields[field.name] as unknown[] | undefined) ?? []).map((each) => fieldToJson(field, each))
    } else if (isSet) json[field.name] = fieldToJson(field, fields[field.name])
    // What has a presence and is not there is left out; the others have their default.
    else if (field.partOf === null && !(field.resolvedType instanceof protobuf.Type)) {
      if (!field.hasPresence) json[field.name] = fieldToJson(field, field.defaultValue)
    }
  }
  return json
}

/** protobufjs gives keys of 64 bits as eight characters. */
function mapKey(field: protobuf.MapField, key: string): string {
  if (!LONGS.has(field.keyType) || key.length !== 8) return key
  return String(protobuf.util.longFromHash(key, UNSIGNED.has(field.keyType)))
}

function fieldToJson(field: protobuf.Field, value: unknown): unknown {
  const { resolvedType } = field
  if (resolvedType instanceof protobuf.Type) return toJson(resolvedType, value as object)
  return scalarToJson(field, value)
}

function scalarToJson(field: protobuf.Field, value: unknown): unknown {
  const { resolvedType, type } = field
  if (resolvedType instanceof protobuf.Enum) {
    if (resolvedType.fullName === '.google.protobuf.NullValue') return null
    return resolvedType.valuesById[value as number] ?? value
  }
  if (type === 'bytes') return Buffer.from((value as Uint8Array | string) ?? '').toString('base64')
  if (LONGS.has(type)) return String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (type === 'float') return shortest(value as number)
  return value
}

/** With no more digits than 32 bits need. */
function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}

/** The fraction with three, six or nine digits, or none. */
function fractionText(nanos: number): string {
  if (nanos === 0) return ''
  const digits = String(nanos).padStart(9, '0')
  return `.${digits.replace(/(000){1,2}$/, '')}`
}

function timestampText({ seconds, nanos }: Json): unknown {
  const date = new Date(Number(seconds) * 1000)
  if (Number.isNaN(date.getTime())) return { seconds: String(seconds), nanos }
  return `${date.toISOString().slice(0, -5)}${fractionText(Number(nanos))}Z`
}

function durationText({ seconds, nanos }: Json): string {
  const isNegative = Number(seconds) < 0 || Number(nanos) < 0
  const whole = String(seconds).replace('-', '')
  return `${isNegative ? '-' : ''}${whole}${fractionText(Math.abs(Number(nanos)))}s`
}

function structJson(type: protobuf.Type, { fields }: Json): Json {
  const value = type.fields['fields'].resolvedType as protobuf.Type
  return Object.fromEntries(
    Object.entries((fields as Json | undefined) ?? {}).map(([key, each]) => [key, toJson(value, each as object)]),
  )
}

function valueJson(type: protobuf.Type, fields: Json): unknown {
  const set = type.fieldsArray.find(({ name }) => Object.hasOwn(fields, name))
  return set === undefined || set.name === 'nullValue' || set.name === 'null_value'
    ? null
    : fieldToJson(set, fields[set.name])
}

/** A message for protobufjs to encode. Throws a DoesNotFitError with the path. */
export function fromJson(type: protobuf.Type, json: unknown, path: string, depth = 0): object {
  if (depth > MOST_NESTING) throw new DoesNotFitError(path, `it is nested more than ${MOST_NESTING} times`)
  if (WRAPPERS.test(type.fullName)) return type.create({ value: scalarFromJson(type.fields['value'], json, path) })
  switch (type.fullName) {
    case '.google.protobuf.Timestamp':
      if (typeof json === 'string') return type.create(parseTimestamp(json, path))
      break
    case '.google.protobuf.Duration':
      if (typeof json === 'string') return type.create(parseDuration(json, path))
      break
    case '.google.protobuf.FieldMask':
      if (typeof json === 'string') return type.create({ paths: json === '' ? [] : json.split(',') })
      break
    case '.google.protobuf.Struct': {
      const value = type.fields['fields'].resolvedType as protobuf.Type
      const entries = Object.entries(objectOf(json, type.name, path))
      return type.create({
        fields: Object.fromEntries(
          entries.map(([key, each]) => [key, fromJson(value, each, `${path}.${key}`, depth + 1)]),
        ),
      })
    }
    case '.google.protobuf.Value':
      return type.create(valueFrom(type, json, path, depth))
    case '.google.protobuf.ListValue': {
      if (!Array.isArray(json)) break
      const item = type.fields['values'].resolvedType as protobuf.Type
      return type.create({ values: json.map((each, i) => fromJson(item, each, `${path}[${i}]`, depth + 1)) })
    }
  }
  const object = objectOf(json, type.name, path)
  const fields: Json = {}
  for (const [key, value] of Object.entries(object)) {
    const field = type.fields[key] ?? type.fieldsArray.find(({ name }) => protobuf.util.camelCase(name) === key)
    const at = `${path}.${key}`
    if (field === undefined) throw new DoesNotFitError(at, `${type.name} has no such field`)
    if (value === null && field.resolvedType?.fullName !== '.google.protobuf.Value') continue
    field.resolve()
    if (field.partOf !== null) {
      const other = field.partOf.oneof.find((name) => name !== field.name && name in fields)
      if (other !== undefined) throw new DoesNotFitError(at, `only one of ${other} and ${field.name} can be there`)
    }
    if (field instanceof protobuf.MapField) {
      const entries = Object.entries(objectOf(value, 'map', at))
      fields[field.name] = Object.fromEntries(
        entries.map(([name, each]) => [name, fieldFrom(field, each, `${at}.${name}`, depth)]),
      )
    } else if (field.repeated) {
      if (!Array.isArray(value)) throw expected('array', value, at)
      fields[field.name] = value.map((each, i) => fieldFrom(field, each, `${at}[${i}]`, depth))
    } else fields[field.name] = fieldFrom(field, value, at, depth)
  }
  for (const field of type.fieldsArray) {
    if (field.required && !(field.name in fields)) throw new DoesNotFitError(`${path}.${field.name}`, 'is missing')
  }
  return type.create(fields)
}

function valueFrom(type: protobuf.Type, json: unknown, path: string, depth: number): Json {
  const field = (name: string) => type.fields[name] ?? type.fields[protobuf.util.camelCase(name)]
  const of = (name: string, value: unknown) => ({ [field(name).name]: value })
  if (json === null) return of('null_value', 0)
  if (typeof json === 'boolean') return of('bool_value', json)
  if (typeof json === 'number' || typeof json === 'bigint') return of('number_value', Number(json))
  if (typeof json === 'string') return of('string_value', json)
  const name = Array.isArray(json) ? 'list_value' : 'struct_value'
  return of(name, fromJson(field(name).resolvedType as protobuf.Type, json, path, depth + 1))
}

function fieldFrom(field: protobuf.Field, json: unknown, path: string, depth: number): unknown {
  const { resolvedType } = field
  if (resolvedType instanceof protobuf.Type) return fromJson(resolvedType, json, path, depth + 1)
  return scalarFromJson(field, json, path)
}

function scalarFromJson(field: protobuf.Field, json: unknown, path: string): unknown {
  const { resolvedType, type } = field
  if (resolvedType instanceof protobuf.Enum) {
    if (typeof json === 'number' && Number.isInteger(json)) return json
    const value = typeof json === 'string' ? resolvedType.values[json] : undefined
    if (value === undefined) throw expected(`a name of ${resolvedType.name}`, json, path)
    return value
  }
  switch (type) {
    case 'bool':
      if (typeof json !== 'boolean') throw expected('bool', json, path)
      return json
    case 'string':
      if (typeof json !== 'string') throw expected('string', json, path)
      return json
    case 'bytes':
      if (typeof json !== 'string' || !/^[\w+/-]*={0,2}$/.test(json)) throw expected('bytes as base64', json, path)
      return Buffer.from(json, 'base64')
    case 'float':
    case 'double': {
      const value = typeof json === 'string' && json.trim() !== '' ? Number(json) : json
      if (typeof value === 'bigint') return Number(value)
      if (typeof value !== 'number' || (Number.isNaN(value) && json !== 'NaN')) throw expected(type, json, path)
      return value
    }
  }
  return wholeFrom(type, json, path)
}

function wholeFrom(type: string, json: unknown, path: string): unknown {
  const isWhole =
    typeof json === 'bigint' ||
    (typeof json === 'number' && Number.isInteger(json)) ||
    (typeof json === 'string' && /^-?\d{1,20}$/.test(json))
  if (!isWhole) throw expected(type, json, path)
  const value = BigInt(json as string)
  const bits = LONGS.has(type) ? 64 : 32
  const fits = UNSIGNED.has(type) ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value)
  if (fits !== value) throw new DoesNotFitError(path, `${json} does not fit into ${type}`)
  return bits === 32 ? Number(value) : Long.fromString(String(value), UNSIGNED.has(type))
}

const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i

function parseTimestamp(text: string, path: string): Json {
  const match = TIMESTAMP.exec(text)
  const ms = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3].toUpperCase()}`)
  if (match === null || Number.isNaN(ms)) throw expected('timestamp such as "2026-01-31T13:45:30Z"', text, path)
  return { seconds: longOf(ms / 1000), nanos: Number((match[2] ?? '').padEnd(9, '0')) }
}

function parseDuration(text: string, path: string): Json {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(text)
  if (match === null) throw expected('duration such as "1.5s"', text, path)
  const sign = match[1] === '-' ? -1 : 1
  return { seconds: longOf(sign * Number(match[2])), nanos: sign * Number((match[3] ?? '').padEnd(9, '0')) }
}

function longOf(value: number): unknown {
  return Long.fromNumber(value)
}

function objectOf(json: unknown, what: string, path: string): Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw expected(what, json, path)
  return json as Json
}

function expected(what: string, json: unknown, path: string): DoesNotFitError {
  const text = typeof json === 'bigint' ? String(json) : (JSON.stringify(json) ?? 'nothing')
  return new DoesNotFitError(path, `expected ${what}, got ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`)
}
