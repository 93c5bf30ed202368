// The records of `_schemas`: JSON keys and values, byte for byte in the form of Confluent's registry, as compaction goes by
// the bytes of the key and another registry may take the topic over.
//
//   {"keytype":"SCHEMA","subject":"s","version":1,"magic":1}   {"subject","version","id","schemaType"?,"references"?,"schema","deleted"}
//   {"keytype":"CONFIG","subject":"s"|null,"magic":0}          {"subject"?,"compatibilityLevel","normalize"?}
//   {"keytype":"MODE","subject":"s"|null,"magic":0}            {"subject"?,"mode"}
//   {"keytype":"DELETE_SUBJECT","subject":"s","magic":0}       {"subject","version"}      all up to this version
//   {"keytype":"CLEAR_SUBJECT","subject":"s","magic":0}        {"subject"}                all of them, for good
//   {"keytype":"NOOP","magic":0}                               null

import type { Reference, SchemaType } from '../schema.ts'

export interface StoredSchema {
  subject: string
  version: number
  id: number
  schemaType: SchemaType
  references: readonly Reference[]
  schema: string
  deleted: boolean
  /** What another registry keeps besides, such as `metadata` and `ruleSet`. */
  more: Readonly<Record<string, unknown>>
}

export interface StoredLevel {
  compatibilityLevel?: string
  normalize?: boolean
}

/** One change; a null value takes it back. */
export type Change =
  | { type: 'SCHEMA'; subject: string; version: number; value: StoredSchema | null }
  | { type: 'CONFIG'; subject: string | null; value: StoredLevel | null }
  | { type: 'MODE'; subject: string | null; value: string | null }
  | { type: 'DELETE_SUBJECT'; subject: string; version: number }
  | { type: 'CLEAR_SUBJECT'; subject: string }

export interface StoreRecord {
  key: Buffer
  value: Buffer | null
}

export function recordOf(change: Change): StoreRecord {
  const { type, subject } = change
  const json = (key: object, value: object | null): StoreRecord => ({
    key: Buffer.from(JSON.stringify(key)),
    value: value === null ? null : Buffer.from(JSON.stringify(value)),
  })
  const own = subject === null ? {} : { subject }
  switch (type) {
    case 'SCHEMA': {
      const { version, value } = change
      return json({ keytype: type, subject, version, magic: 1 }, value === null ? null : schemaValue(value))
    }
    case 'CONFIG':
      return json({ keytype: type, subject, magic: 0 }, change.value === null ? null : { ...own, ...change.value })
    case 'MODE':
      return json({ keytype: type, subject, magic: 0 }, change.value === null ? null : { ...own, mode: change.value })
    case 'DELETE_SUBJECT':
      return json({ keytype: type, subject, magic: 0 }, { subject, version: change.version })
    case 'CLEAR_SUBJECT':
      return json({ keytype: type, subject, magic: 0 }, { subject })
  }
}

function schemaValue({ subject, version, id, schemaType, references, schema, deleted, more }: StoredSchema): object {
  return {
    subject,
    version,
    id,
    ...(schemaType === 'AVRO' ? {} : { schemaType }),
    ...(references.length === 0 ? {} : { references }),
    ...more,
    schema,
    deleted,
  }
}

const OWN = new Set(['subject', 'version', 'id', 'schemaType', 'references', 'schema', 'deleted', 'md5'])

/** Undefined for records that say nothing. Throws where a record is none of a registry. */
export function changeOf(key: Buffer, value: Buffer | null): Change | undefined {
  const { keytype, subject, version } = JSON.parse(key.toString()) as Record<string, unknown>
  const json = value === null ? null : (JSON.parse(value.toString()) as Record<string, unknown>)
  switch (keytype) {
    case 'SCHEMA': {
      const [name, number] = [text(subject), whole(version)]
      if (json === null) return { type: keytype, subject: name, version: number, value: null }
      const { schemaType = 'AVRO', references } = json
      const stored: StoredSchema = {
        subject: name,
        version: number,
        id: whole(json['id']),
        schemaType: schemaType as SchemaType,
        references: Array.isArray(references) ? (references as Reference[]) : [],
        schema: text(json['schema']),
        deleted: json['deleted'] === true,
        more: Object.fromEntries(Object.entries(json).filter(([name]) => !OWN.has(name))),
      }
      return { type: keytype, subject: name, version: number, value: stored }
    }
    case 'CONFIG': {
      const { subject: _, ...level } = json ?? {}
      return { type: keytype, subject: orNull(subject), value: json === null ? null : (level as StoredLevel) }
    }
    case 'MODE':
      return { type: keytype, subject: orNull(subject), value: json === null ? null : text(json['mode']) }
    case 'DELETE_SUBJECT':
      return json === null ? undefined : { type: keytype, subject: text(subject), version: whole(json['version']) }
    case 'CLEAR_SUBJECT':
      return json === null ? undefined : { type: keytype, subject: text(subject) }
  }
  return undefined
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  throw new Error(`${JSON.stringify(value)} is no text`)
}

function whole(value: unknown): number {
  if (Number.isInteger(value)) return value as number
  throw new Error(`${JSON.stringify(value)} is no number`)
}

function orNull(value: unknown): string | null {
  return value === null || value === undefined ? null : text(value)
}
