// Messages as JSON text, letter for letter as Kafka's generated JsonConverters and Jackson write them: what a version does
// not have is left out, and so are tagged fields at their default; bytes are base64.

import { type Field, type FieldOptions, type FieldType, inVersions, type MessageSchema } from './schema.ts'

/** A field's value in the place of the message's own; undefined: as it is. `path` has the names down to it. */
export type Replace = (path: string, value: unknown) => string | undefined

export function messageJson(schema: MessageSchema, version: number, value: object, replace?: Replace): string {
  return struct(schema.fields, version, value as Record<string, unknown>, replace, '')
}

function struct(
  fields: readonly Field[],
  version: number,
  value: Record<string, unknown>,
  replace: Replace | undefined,
  path: string,
): string {
  const parts: string[] = []
  for (const [name, type, versions, options] of fields) {
    if (!inVersions(versions, version)) continue
    const field = value[name]
    const isTagged = options?.tag !== undefined && inVersions(options.tagged, version)
    if (isTagged && isDefault(type, options, field)) continue
    const place = path === '' ? name : `${path}.${name}`
    parts.push(`${jsonString(name)}:${replace?.(place, field) ?? one(type, version, field, replace, place)}`)
  }
  return `{${parts.join(',')}}`
}

function one(type: FieldType, version: number, value: unknown, replace: Replace | undefined, path: string): string {
  if (value === null || value === undefined) return 'null'
  if (typeof type !== 'string') {
    if (!('of' in type)) return struct(type, version, value as Record<string, unknown>, replace, path)
    return `[${(value as unknown[]).map((item) => one(type.of, version, item, replace, path)).join(',')}]`
  }
  switch (type) {
    case 'bytes':
    case 'records':
      return `"${Buffer.concat([value as Buffer].flat()).toString('base64')}"`
    case 'string':
    case 'uuid':
      return jsonString(value as string)
    case 'float64':
      return javaDouble(value as number)
    default:
      return String(value)
  }
}

function isDefault(type: FieldType, options: FieldOptions | undefined, value: unknown): boolean {
  const fallback = options?.default
  if (fallback !== undefined)
    return typeof value === 'bigint' ? value === BigInt(fallback as string) : value === fallback
  if (value === null || value === undefined) return false
  if (typeof type === 'string') {
    if (type === 'uuid') return /^A+$/.test(value as string)
    return typeof value === 'object' ? (value as Buffer).length === 0 : !value
  }
  if ('of' in type) return (value as unknown[]).length === 0
  return type.every(([name, inner, , more]) => isDefault(inner, more, (value as Record<string, unknown>)[name]))
}

/** As Jackson escapes. */
export function jsonString(text: string): string {
  return JSON.stringify(text).replaceAll(/\\u00[01][0-9a-f]/g, (code) => `\\u${code.slice(2).toUpperCase()}`)
}

/** Java's Double.toString: a point always, and an exponent from 10^7 on and below 10^-3. */
function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`
  const size = Math.abs(value)
  if (size === 0 || (size >= 1e-3 && size < 1e7)) return Number.isInteger(value) ? `${value}.0` : String(value)
  const [mantissa, exponent] = value.toExponential().split('e')
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`
}
