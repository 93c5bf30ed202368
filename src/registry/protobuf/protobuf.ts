// Protobuf as one of the types of schemas, on protobufjs: a .proto file as text, or as the base64 of its descriptor, which
// some clients register.

import protobuf from 'protobufjs'
import descriptor from 'protobufjs/ext/descriptor/index.js'
import { UsageError } from '../../errors.ts'
import { nearest } from '../../util/nearest.ts'
import type { AvroReader } from '../avro/decoder.ts'
import type { AvroWriter } from '../avro/encoder.ts'
import { InvalidSchemaError, UndecodableError } from '../errors.ts'
import type { ParsedSchema, ResolvedReference } from '../schema.ts'
import { messageIndexBytes, readMessageIndexes } from '../wire.ts'
import { protobufDifferences } from './compatibility.ts'
import { fromJson, toJson } from './json.ts'
import { printProto } from './print.ts'

interface ParsedProtobuf extends ParsedSchema {
  readonly file: ProtoFile
}

/** What one file defines; the types are resolved against the files that it imports. */
export interface ProtoFile {
  readonly package: string
  readonly syntax: string
  readonly imports: readonly string[]
  readonly publicImports: readonly string[]
  readonly messages: readonly protobuf.Type[]
  readonly enums: readonly protobuf.Enum[]
}

const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/

/** Throws an InvalidSchemaError. */
export function parseProtobuf(text: string, references: readonly ResolvedReference[]): ParsedSchema {
  const root = new protobuf.Root()
  const added = new Set<string>()
  const load = (source: string, name: string): Loaded => {
    const loaded = read(source, root)
    for (const each of loaded.imports) {
      const known = protobuf.common.get(each)
      if (known === null || added.has(each) || references.some((reference) => reference.name === each)) continue
      added.add(each)
      root.addJSON(known.nested ?? {})
      for (const inner of WELL_KNOWN_IMPORTS[each] ?? []) {
        if (added.has(inner)) continue
        added.add(inner)
        root.addJSON(protobuf.common.get(inner)?.nested ?? {})
      }
    }
    added.add(name)
    return loaded
  }
  let file: ProtoFile
  try {
    for (const { name, schema } of references) load(schema, name)
    const loaded = load(text, '')
    root.resolveAll()
    const space = loaded.package === '' ? root : (root.lookup(loaded.package) as protobuf.Namespace)
    file = {
      package: loaded.package,
      syntax: loaded.syntax,
      imports: loaded.imports,
      publicImports: [],
      messages: loaded.messages.map((name) => space.get(name) as protobuf.Type),
      enums: loaded.enums.map((name) => space.get(name) as protobuf.Enum),
    }
  } catch (error) {
    throw new InvalidSchemaError((error as Error).message)
  }
  const isText = !isDescriptor(text)
  const parsed: ParsedProtobuf = {
    type: 'PROTOBUF',
    file,
    canonical: isText ? `${text.trim()}\n` : printProto(file),
    normalized: () => printProto(file),
    recordName: (name) => chosen(file, name).type.fullName.slice(1),
    differences: (writer) => protobufDifferences(file, (writer as ParsedProtobuf).file),
    decoder: () => decoder(file),
    encoder: (path, name) => encoder(file, path, name),
  }
  return parsed
}

/** What the well-known files need themselves. */
const WELL_KNOWN_IMPORTS: Record<string, readonly string[]> = {
  'google/protobuf/api.proto': [
    'google/protobuf/source_context.proto',
    'google/protobuf/type.proto',
    'google/protobuf/any.proto',
  ],
  'google/protobuf/type.proto': ['google/protobuf/source_context.proto', 'google/protobuf/any.proto'],
}

interface Loaded {
  package: string
  syntax: string
  imports: string[]
  messages: string[]
  enums: string[]
}

function isDescriptor(text: string): boolean {
  return !/[;{]/.test(text) && BASE64.test(text)
}

/** Adds a file to the root, and says what it has in it, in its order. */
function read(source: string, root: protobuf.Root): Loaded {
  // Alone first: the root may have types of other files in the same package.
  const alone = new protobuf.Root()
  if (isDescriptor(source)) {
    const file = descriptor.FileDescriptorProto.decode(Buffer.from(source, 'base64')) as unknown as {
      name?: string
      package?: string
      syntax?: string
      dependency?: string[]
    }
    const set = { file: [file] } as never
    const described = (protobuf.Root as unknown as { fromDescriptor(set: never): protobuf.Root }).fromDescriptor(set)
    root.addJSON(described.toJSON().nested ?? {})
    return contents(described, file.package ?? '', file.syntax ?? 'proto2', file.dependency ?? [])
  }
  const options = { keepCase: true, preferTrailingComment: false }
  const parsed = protobuf.parse(source, alone, options)
  protobuf.parse(source, root, options)
  const syntax = /^\s*(?:\/\/[^\n]*\n|\/\*[\s\S]*?\*\/|\s)*syntax\s*=\s*["'](\w+)["']/.exec(source)?.[1] ?? 'proto2'
  return contents(alone, parsed.package ?? '', syntax, parsed.imports ?? [])
}

function contents(root: protobuf.Root, name: string, syntax: string, imports: string[]): Loaded {
  const space = name === '' ? root : root.lookup(name)
  const nested = space instanceof protobuf.Namespace ? space.nestedArray : []
  return {
    package: name,
    syntax,
    imports,
    messages: nested.filter((each) => each instanceof protobuf.Type).map((each) => each.name),
    enums: nested.filter((each) => each instanceof protobuf.Enum).map((each) => each.name),
  }
}

/** Messages in their order; those inside of one come with it. */
function innerMessages(type: protobuf.Type): protobuf.Type[] {
  return type.nestedArray.filter((each) => each instanceof protobuf.Type)
}

/** A message by its name, with or without the package; the first one by default. Throws a UsageError. */
function chosen(file: ProtoFile, name: string | undefined): { type: protobuf.Type; indexes: number[] } {
  const all: { type: protobuf.Type; indexes: number[] }[] = []
  const visit = (types: readonly protobuf.Type[], before: readonly number[]) => {
    for (const [i, type] of types.entries()) {
      all.push({ type, indexes: [...before, i] })
      visit(innerMessages(type), [...before, i])
    }
  }
  visit(file.messages, [])
  const named = (type: protobuf.Type) => {
    const full = type.fullName.slice(1)
    return [full, file.package === '' ? full : full.slice(file.package.length + 1)]
  }
  const found = name === undefined ? all[0] : all.find(({ type }) => named(type).includes(name))
  if (found !== undefined) return found
  if (name === undefined) throw new UsageError('the Protobuf schema has no message')
  const names = all.map(({ type }) => named(type)[1])
  const near = nearest(name, names)[0]
  throw new UsageError(`the Protobuf schema has no message ${name}`, {
    hint: near === undefined ? `its messages are ${names.join(', ')}` : `did you mean ${near}?`,
  })
}

function decoder(file: ProtoFile) {
  const types = new Map<string, protobuf.Type>()
  return (reader: AvroReader, source: Buffer, start: number, end: number): void => {
    const { indexes, end: at } = readMessageIndexes(source, start, end)
    const key = indexes.join()
    let type = types.get(key)
    if (type === undefined) {
      let level = file.messages
      for (const index of indexes) {
        type = level[index]
        if (type === undefined) throw new UndecodableError(`the schema has no message ${key}`)
        level = innerMessages(type)
      }
      types.set(key, type as protobuf.Type)
    }
    const message = type as protobuf.Type
    let json: unknown
    try {
      json = toJson(message, message.decode(source.subarray(at, end)))
    } catch (error) {
      throw new UndecodableError(`it is no ${message.name}: ${(error as Error).message}`)
    }
    reader.literal(Buffer.from(JSON.stringify(json)))
  }
}

function encoder(file: ProtoFile, root: string, name: string | undefined) {
  const { type, indexes } = chosen(file, name)
  const prefix = messageIndexBytes(indexes)
  return (writer: AvroWriter, value: unknown): void => {
    const message = fromJson(type, value, root)
    writer.raw(prefix)
    writer.raw(Buffer.from(type.encode(message as protobuf.Message).finish()))
  }
}
