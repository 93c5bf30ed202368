// Whether messages written by one .proto file can be read by another, with the kinds of difference and the rules of
// Confluent's registry (SchemaDiff, FieldSchemaDiff): fields are known by their numbers, types by their names.

import protobuf from 'protobufjs'
import type { Difference } from '../difference.ts'
import type { ProtoFile } from './protobuf.ts'

/** Scalars that are read as one another. */
const KINDS: Record<string, string> = {
  int32: 'GENERAL_NUMBER',
  uint32: 'GENERAL_NUMBER',
  int64: 'GENERAL_NUMBER',
  uint64: 'GENERAL_NUMBER',
  bool: 'GENERAL_NUMBER',
  sint32: 'SIGNED_NUMBER',
  sint64: 'SIGNED_NUMBER',
  string: 'STRING_OR_BYTES',
  bytes: 'STRING_OR_BYTES',
  fixed32: 'FIXED32',
  sfixed32: 'FIXED32',
  fixed64: 'FIXED64',
  sfixed64: 'FIXED64',
  float: 'FLOAT',
  double: 'DOUBLE',
}

/** What keeps `reader` from reading all that `writer` writes. */
export function protobufDifferences(reader: ProtoFile, writer: ProtoFile): Difference[] {
  const found: Difference[] = []
  const add = (type: string, path: string, detail: string) => {
    const words = type.toLowerCase().replaceAll('_', ' ')
    found.push({ type, path, text: `The {reader} schema differs at path '${path}': ${words}`, detail })
  }
  if (reader.package !== writer.package) add('PACKAGE_CHANGED', '#/', `${writer.package} became ${reader.package}`)
  const names = (file: ProtoFile) => (type: string) =>
    file.package !== '' && type.startsWith(`.${file.package}.`) ? type.slice(file.package.length + 2) : type.slice(1)
  const checker = new Checker(add, names(reader), names(writer))
  checker.messages(writer.messages, reader.messages, '#')
  return found
}

type Add = (type: string, path: string, detail: string) => void

class Checker {
  private readonly add: Add
  private readonly nameInReader: (type: string) => string
  private readonly nameInWriter: (type: string) => string
  /** Types of imported files, which are compared where they are used. */
  private readonly seen = new Set<string>()

  constructor(add: Add, nameInReader: (type: string) => string, nameInWriter: (type: string) => string) {
    this.add = add
    this.nameInReader = nameInReader
    this.nameInWriter = nameInWriter
  }

  messages(before: readonly protobuf.Type[], after: readonly protobuf.Type[], path: string): void {
    for (const old of before) {
      const fresh = after.find(({ name }) => name === old.name)
      const at = `${path}/${old.name}`
      if (fresh === undefined) this.add('MESSAGE_REMOVED', at, old.name)
      else this.message(old, fresh, at)
    }
  }

  private message(old: protobuf.Type, fresh: protobuf.Type, path: string): void {
    const key = `${old.fullName} ${fresh.fullName}`
    if (this.seen.has(key)) return
    this.seen.add(key)
    const inner = (type: protobuf.Type) => type.nestedArray.filter((each) => each instanceof protobuf.Type)
    this.messages(inner(old), inner(fresh), path)
    const [was, now] = [fieldsOf(old), fieldsOf(fresh)]
    for (const [id, field] of was) {
      const at = `${path}/${id}`
      const other = now.get(id)
      if (other !== undefined) this.field(field, other, at)
      else if (field.required) this.add('REQUIRED_FIELD_REMOVED', at, field.name)
      else if (oneofOf(field) !== undefined && oneofNamed(fresh, oneofOf(field)?.name)) {
        this.add('ONEOF_FIELD_REMOVED', at, field.name)
      }
    }
    for (const [id, field] of now) {
      if (!was.has(id) && field.required) this.add('REQUIRED_FIELD_ADDED', `${path}/${id}`, field.name)
    }
    this.oneofs(old, fresh, was, path)
  }

  /** Fields that were on their own, and are in a oneof now: one alone may be. */
  private oneofs(
    old: protobuf.Type,
    fresh: protobuf.Type,
    was: ReadonlyMap<number, protobuf.Field>,
    path: string,
  ): void {
    for (const oneof of realOneofs(fresh)) {
      const at = `${path}/${oneof.name}`
      const moved = oneof.fieldsArray.filter(
        ({ id }) => was.has(id) && oneofOf(was.get(id) as protobuf.Field) === undefined,
      )
      const isNew = !oneofNamed(old, oneof.name)
      if (moved.length > 1 && isNew)
        this.add('MULTIPLE_FIELDS_MOVED_TO_ONEOF', at, moved.map(({ name }) => name).join(', '))
      if (moved.length > 0 && !isNew)
        this.add('FIELD_MOVED_TO_EXISTING_ONEOF', at, moved.map(({ name }) => name).join(', '))
    }
  }

  private field(old: protobuf.Field, fresh: protobuf.Field, path: string): void {
    const [was, now] = [kindOf(old), kindOf(fresh)]
    if (was !== now) {
      // An enum is a number on the wire.
      const isNumber = (kind: string, field: protobuf.Field) =>
        kind === 'enum' || KINDS[field.type] === 'GENERAL_NUMBER'
      if (isNumber(was, old) && isNumber(now, fresh)) return
      this.add('FIELD_KIND_CHANGED', path, `${was} became ${now}`)
      return
    }
    if (old.repeated !== fresh.repeated && now !== 'map') {
      const isText = now === 'message' || KINDS[fresh.type] === 'STRING_OR_BYTES'
      if (!isText) this.add('FIELD_NUMERIC_LABEL_CHANGED', path, fresh.name)
    }
    if (now === 'map') {
      const [oldMap, newMap] = [old, fresh] as unknown as [protobuf.MapField, protobuf.MapField]
      if (KINDS[oldMap.keyType] !== KINDS[newMap.keyType]) {
        this.add('FIELD_SCALAR_KIND_CHANGED', `${path}/key`, `${oldMap.keyType} became ${newMap.keyType}`)
      }
      if (old.resolvedType === null && fresh.resolvedType === null) this.scalar(old, fresh, `${path}/value`)
      else this.named(old, fresh, `${path}/value`)
    } else if (now === 'scalar') this.scalar(old, fresh, path)
    else this.named(old, fresh, path)
  }

  private scalar(old: protobuf.Field, fresh: protobuf.Field, path: string): void {
    if (KINDS[old.type] !== KINDS[fresh.type]) {
      this.add('FIELD_SCALAR_KIND_CHANGED', path, `${old.type} became ${fresh.type}`)
    }
  }

  private named(old: protobuf.Field, fresh: protobuf.Field, path: string): void {
    const [was, now] = [old.resolvedType, fresh.resolvedType]
    const [oldName, newName] = [
      was === null ? old.type : this.nameInWriter(was.fullName),
      now === null ? fresh.type : this.nameInReader(now.fullName),
    ]
    if (oldName !== newName) this.add('FIELD_NAMED_TYPE_CHANGED', path, `${oldName} became ${newName}`)
    else if (was instanceof protobuf.Type && now instanceof protobuf.Type) this.message(was, now, path)
  }
}

function fieldsOf(type: protobuf.Type): Map<number, protobuf.Field> {
  return new Map(type.fieldsArray.map((field) => [field.id, field]))
}

function kindOf(field: protobuf.Field): 'map' | 'message' | 'enum' | 'scalar' {
  if (field instanceof protobuf.MapField) return 'map'
  if (field.resolvedType instanceof protobuf.Type) return 'message'
  return field.resolvedType instanceof protobuf.Enum ? 'enum' : 'scalar'
}

/** Without those that stand for a proto3 `optional`. */
function realOneofs(type: protobuf.Type): protobuf.OneOf[] {
  return type.oneofsArray.filter(
    ({ fieldsArray }) => !(fieldsArray.length === 1 && fieldsArray[0].options?.['proto3_optional'] === true),
  )
}

function oneofNamed(type: protobuf.Type, name: string | undefined): boolean {
  return realOneofs(type).some((oneof) => oneof.name === name)
}

function oneofOf(field: protobuf.Field): protobuf.OneOf | undefined {
  const { partOf, parent } = field
  if (partOf === null || !(parent instanceof protobuf.Type)) return undefined
  return realOneofs(parent).includes(partOf) ? partOf : undefined
}
