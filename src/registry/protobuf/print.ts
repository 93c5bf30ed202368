// A .proto file out of what it defines, in one form for all that mean the same: types in their order, fields by number.

import protobuf from 'protobufjs'
import type { ProtoFile } from './protobuf.ts'

export function printProto(file: ProtoFile): string {
  const lines = [`syntax = "${file.syntax}";`]
  if (file.package !== '') lines.push(`package ${file.package};`)
  lines.push('')
  for (const path of [...file.imports].sort()) lines.push(`import "${path}";`)
  if (file.imports.length > 0) lines.push('')
  for (const type of file.messages) lines.push(...message(type, file), '')
  for (const each of file.enums) lines.push(...enumeration(each), '')
  return `${lines.join('\n').trim()}\n`
}

function message(type: protobuf.Type, file: ProtoFile): string[] {
  const lines = [`message ${type.name} {`]
  const oneofs = type.oneofsArray.filter((oneof) => !isSynthetic(oneof))
  const inOneof = new Set(oneofs.flatMap(({ fieldsArray }) => fieldsArray))
  const fields = type.fieldsArray.filter((each) => !inOneof.has(each)).sort((a, b) => a.id - b.id)
  for (const reserved of type.reserved ?? []) {
    const text =
      typeof reserved === 'string'
        ? `"${reserved}"`
        : reserved[0] === reserved[1]
          ? `${reserved[0]}`
          : `${reserved[0]} to ${reserved[1] >= 0x1fff_ffff ? 'max' : reserved[1]}`
    lines.push(`  reserved ${text};`)
  }
  for (const each of fields) lines.push(`  ${field(each, file, false)}`)
  for (const oneof of oneofs) {
    lines.push(`  oneof ${oneof.name} {`)
    for (const each of [...oneof.fieldsArray].sort((a, b) => a.id - b.id)) lines.push(`    ${field(each, file, true)}`)
    lines.push('  }')
  }
  for (const inner of type.nestedArray) {
    if (inner instanceof protobuf.Type) lines.push(...message(inner, file).map((line) => `  ${line}`))
    if (inner instanceof protobuf.Enum) lines.push(...enumeration(inner).map((line) => `  ${line}`))
  }
  lines.push('}')
  return lines
}

/** Made for a proto3 `optional`. */
function isSynthetic(oneof: protobuf.OneOf): boolean {
  return oneof.fieldsArray.length === 1 && oneof.fieldsArray[0].options?.['proto3_optional'] === true
}

function field(each: protobuf.Field, { syntax }: ProtoFile, isInOneof: boolean): string {
  const type = each.resolvedType?.fullName ?? each.type
  const options = Object.entries(each.options ?? {})
    .filter(([key]) => ['default', 'packed', 'deprecated', 'json_name'].includes(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([key, value]) =>
        `${key} = ${typeof value === 'string' && each.type === 'string' ? JSON.stringify(value) : value}`,
    )
  const end = `${each.name} = ${each.id}${options.length === 0 ? '' : ` [${options.join(', ')}]`};`
  if (each instanceof protobuf.MapField) return `map<${each.keyType}, ${type}> ${end}`
  if (each.repeated) return `repeated ${type} ${end}`
  if (isInOneof) return `${type} ${end}`
  if (each.required) return `required ${type} ${end}`
  const isOptional = syntax === 'proto2' || each.options?.['proto3_optional'] === true
  return `${isOptional ? 'optional ' : ''}${type} ${end}`
}

function enumeration(each: protobuf.Enum): string[] {
  const values = Object.entries(each.values).map(([name, value]) => `  ${name} = ${value};`)
  const alias = each.options?.['allow_alias'] === true ? ['  option allow_alias = true;'] : []
  return [`enum ${each.name} {`, ...alias, ...values, '}']
}
