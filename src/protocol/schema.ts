// The shape of a wire schema: data, not code.
//
// A schema is a list of fields, each [name, type, versions, options]. Types are the primitive kinds below, a nested list of
// fields (a struct), or { of: … } (an array of either). Versions are written as in Kafka's own definitions: '3+', '0-12', '4'.

export type Kind =
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  /** 64 bits that are no number that counts something: a bigint. */
  | 'int64Exact'
  | 'float64'
  | 'bool'
  | 'uuid'
  | 'string'
  | 'bytes'
  | 'records'

export type FieldType = Kind | readonly Field[] | { readonly of: Kind | readonly Field[] }

export interface FieldOptions {
  /** Versions in which null is allowed. */
  readonly nullable?: string
  /** Tag number, and the versions in which the field travels in the tagged section (KIP-482). */
  readonly tag?: number
  readonly tagged?: string
  /** The value when absent, where it is not the zero of its type. */
  readonly default?: string | number | boolean | null
  /** May be dropped silently when the version has no such field. */
  readonly ignorable?: true
}

export type Field = readonly [name: string, type: FieldType, versions: string, options?: FieldOptions]

export interface MessageSchema {
  readonly name: string
  /** Lowest and highest version. */
  readonly versions: readonly [min: number, max: number]
  /** First version with compact encodings and tagged fields; null where there is none. */
  readonly flexible: number | null
  readonly fields: readonly Field[]
}

/** Whether `versions` ('3+', '0-12', '4', 'none') holds `version`. */
export function inVersions(versions: string | undefined, version: number): boolean {
  if (versions === undefined || versions === 'none') return false
  const [min, max] = versions.endsWith('+')
    ? [Number(versions.slice(0, -1)), Number.POSITIVE_INFINITY]
    : versions.includes('-')
      ? versions.split('-').map(Number)
      : [Number(versions), Number(versions)]
  return version >= min && version <= max
}
