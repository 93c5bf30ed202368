// Compiles a schema and a version into straight-line JavaScript, once, on first use: one function per struct. Measured
// against walking the schema at run time this decodes five times faster, and compiling one message costs 0.1 ms.
// The source text is built from the generated schemas only, never from input.

import { ProtocolError } from './errors.ts'
import type { Reader } from './reader.ts'
import { type Field, type FieldOptions, type FieldType, inVersions, type Kind, type MessageSchema } from './schema.ts'
import { Writer } from './writer.ts'

type Struct = readonly Field[]

/** Least bytes a value of each kind takes, for the check of array counts. */
const LEAST_BYTES: Record<Kind, number> = {
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  int64Exact: 8,
  float64: 8,
  bool: 1,
  uuid: 16,
  string: 1,
  bytes: 1,
  records: 1,
}

export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA'

export function compileReader(schema: MessageSchema, version: number): (reader: Reader) => unknown {
  return new ReaderSource(schema, version).compile()
}

export function compileWriter(schema: MessageSchema, version: number): (writer: Writer, value: unknown) => void {
  return new WriterSource(schema, version).compile()
}

class Source {
  protected readonly functions: string[] = []
  protected readonly schema: MessageSchema
  protected readonly version: number
  protected readonly flexible: boolean

  constructor(schema: MessageSchema, version: number) {
    this.schema = schema
    this.version = version
    this.flexible = schema.flexible !== null && version >= schema.flexible
  }

  /** Wraps the functions made so far; `root` is the name of the one to return. */
  protected build(root: string, extras: Record<string, unknown>): never {
    const body = `'use strict'\n${this.functions.join('\n')}\nreturn ${root}`
    return new Function(...Object.keys(extras), body)(...Object.values(extras)) as never
  }

  /** Name of the reader's or writer's method for a kind, given the version's encoding and whether null may occur. */
  protected method(kind: Kind, nullable: boolean): string {
    if (kind !== 'string' && kind !== 'bytes' && kind !== 'records') return kind
    const base = kind === 'string' ? 'String' : 'Bytes'
    const name = `${this.flexible ? 'compact' : ''}${nullable ? 'Nullable' : ''}${base}`
    return name[0].toLowerCase() + name.slice(1)
  }

  protected isHere([, , versions]: Field): boolean {
    return inVersions(versions, this.version)
  }

  protected isTagged([, , , options]: Field): boolean {
    return options?.tag !== undefined && inVersions(options.tagged, this.version)
  }

  protected isNullable(options: FieldOptions | undefined): boolean {
    return inVersions(options?.nullable, this.version)
  }

  protected leastBytes(type: FieldType): number {
    if (typeof type === 'string') return type === 'string' && !this.flexible ? 2 : LEAST_BYTES[type]
    if (!isStruct(type)) return 1
    let sum = this.flexible ? 1 : 0
    for (const field of type) {
      if (this.isHere(field) && !this.isTagged(field)) sum += this.leastBytes(field[1])
    }
    return Math.max(sum, 1)
  }
}

class ReaderSource extends Source {
  compile(): (reader: Reader) => unknown {
    return this.build(this.struct(this.schema.fields), { Buffer })
  }

  /** Adds a function that reads a struct and returns its name. */
  private struct(fields: Struct): string {
    const values: string[] = []
    const tagged: string[] = []
    for (const field of fields) {
      const [name, type, , options] = field
      if (!this.isHere(field)) values.push(`${name}: ${defaultOf(type, options)}`)
      else if (this.isTagged(field)) {
        values.push(`${name}: ${defaultOf(type, options)}`)
        const read = this.value(type, this.isNullable(options), true)
        tagged.push(`case ${options?.tag}: o.${name} = ${read}; r.expectPosition(end); break`)
      } else values.push(`${name}: ${this.value(type, this.isNullable(options))}`)
    }
    const object = `{ ${values.join(', ')} }`
    const name = `s${this.functions.length}`
    if (!this.flexible) this.functions.push(`function ${name}(r) { return ${object} }`)
    else if (tagged.length === 0) {
      this.functions.push(`function ${name}(r) { const o = ${object}; r.skipTags(); return o }`)
    } else {
      this.functions.push(
        `function ${name}(r) { const o = ${object}; for (let left = r.uvarint(); left > 0; left--) {` +
          ` const tag = r.uvarint(), size = r.uvarint(), end = r.position + size;` +
          ` switch (tag) { ${tagged.join('; ')}; default: r.take(size) } } return o }`,
      )
    }
    return name
  }

  /** An expression that reads one value. */
  private value(type: FieldType, nullable: boolean, isTagged = false): string {
    if (typeof type === 'string') return `r.${this.method(type, nullable)}()`
    if (!isStruct(type)) return `${this.array(type.of, nullable)}(r)`
    const struct = this.struct(type)
    if (!nullable) return `${struct}(r)`
    // A nullable struct is preceded by a byte: -1 for null, 1 for present (KIP-893); in a tagged field 0 is for null.
    return isTagged ? `(r.uvarint() === 0 ? null : ${struct}(r))` : `(r.int8() < 0 ? null : ${struct}(r))`
  }

  private array(element: Kind | Struct, nullable: boolean): string {
    const read = this.value(element, false)
    const length = this.flexible ? 'compactArrayLength' : 'arrayLength'
    const name = `a${this.functions.length}`
    this.functions.push(
      `function ${name}(r) { const n = r.${length}(${this.leastBytes(element)});` +
        ` if (n < 0) ${nullable ? 'return null' : "r.unexpectedNull('array')"};` +
        ` const a = new Array(n); for (let i = 0; i < n; i++) a[i] = ${read}; return a }`,
    )
    return name
  }
}

class WriterSource extends Source {
  compile(): (writer: Writer, value: unknown) => void {
    const root = this.struct(this.schema.fields)
    const cannotCarry = (field: string): never => {
      throw new ProtocolError(`${this.schema.name} version ${this.version} can't carry ${field}`)
    }
    const noNull = (field: string): never => {
      throw new ProtocolError(`${this.schema.name} version ${this.version}: ${field} must not be null`)
    }
    return this.build(root, { Buffer, cannotCarry, noNull, writeTagged })
  }

  private struct(fields: Struct): string {
    const lines: string[] = []
    const tagged: { tag: number; set: string; line: string }[] = []
    for (const field of fields) {
      const [name, type, , options] = field
      const fallback = defaultOf(type, options)
      if (!this.isHere(field)) {
        if (!options?.ignorable) lines.push(`if (${isSet(`o.${name}`, type, fallback)}) cannotCarry('${name}')`)
      } else if (this.isTagged(field)) {
        const tag = options?.tag as number
        const nullable = this.isNullable(options)
        const write = this.value(`o.${name}`, type, nullable, name, true)
        tagged.push({
          tag,
          set: isSet(`o.${name}`, type, fallback, nullable),
          line: `writeTagged(w, ${tag}, (w) => { ${write} })`,
        })
      } else {
        lines.push(`let ${name}_ = o.${name}; if (${name}_ === undefined) ${name}_ = ${fallback}`)
        lines.push(this.value(`${name}_`, type, this.isNullable(options), name))
      }
    }
    if (this.flexible) {
      tagged.sort((a, b) => a.tag - b.tag)
      if (tagged.length === 0) lines.push('w.uvarint(0)')
      else {
        lines.push(`let tags = 0; ${tagged.map(({ set }, i) => `const t${i} = ${set}; if (t${i}) tags++`).join('; ')}`)
        lines.push(`w.uvarint(tags); ${tagged.map(({ line }, i) => `if (t${i}) ${line}`).join('; ')}`)
      }
    }
    const name = `s${this.functions.length}`
    this.functions.push(`function ${name}(w, o) { ${lines.join('; ')} }`)
    return name
  }

  /** A statement that writes the value of an expression. */
  private value(expression: string, type: FieldType, nullable: boolean, field: string, isTagged = false): string {
    const guard = nullable ? '' : `if (${expression} === null) noNull('${field}'); `
    if (typeof type === 'string') {
      const canBeNull = type === 'string' || type === 'bytes' || type === 'records'
      return `${canBeNull ? guard : ''}w.${this.method(type, nullable)}(${expression})`
    }
    if (!isStruct(type)) {
      const length = this.flexible ? 'w.compactArrayLength' : 'w.arrayLength'
      const index = `i_${field}`
      const items = `a_${field}`
      const element = this.value(`${items}[${index}]`, type.of, false, field)
      const loop =
        `const ${items} = ${expression}; ${length}(${items}.length); ` +
        `for (let ${index} = 0; ${index} < ${items}.length; ${index}++) { ${element} }`
      return nullable ? `if (${expression} === null) ${length}(-1); else { ${loop} }` : `${guard}{ ${loop} }`
    }
    const struct = this.struct(type)
    return nullable
      ? `if (${expression} === null) w.int8(${isTagged ? 0 : -1}); else { w.int8(1); ${struct}(w, ${expression}) }`
      : `${guard}${struct}(w, ${expression})`
  }
}

/** Writes a tagged field: its tag, its size, its bytes. */
function writeTagged(writer: Writer, tag: number, write: (writer: Writer) => void): void {
  const field = new Writer()
  write(field)
  writer.uvarint(tag)
  writer.uvarint(field.length)
  writer.raw(field.finish())
}

function isStruct(type: FieldType): type is Struct {
  return Array.isArray(type)
}

/** Source text of a field's default value. */
function defaultOf(type: FieldType, options: FieldOptions | undefined): string {
  if (options?.default !== undefined) return JSON.stringify(options.default)
  if (typeof type !== 'string') {
    if (!isStruct(type)) return '[]'
    return `{ ${type.map(([name, inner, , innerOptions]) => `${name}: ${defaultOf(inner, innerOptions)}`).join(', ')} }`
  }
  switch (type) {
    case 'string':
      return "''"
    case 'bool':
      return 'false'
    case 'uuid':
      return `'${ZERO_UUID}'`
    case 'int64Exact':
      return '0n'
    case 'bytes':
    case 'records':
      return 'Buffer.alloc(0)'
    default:
      return '0'
  }
}

/** Source text of a test whether a value is given and differs from its default. */
function isSet(expression: string, type: FieldType, fallback: string, nullable = false): string {
  if (nullable && fallback !== 'null') return `${expression} === null || (${isSet(expression, type, fallback)})`
  if (typeof type === 'string' && type !== 'bytes' && type !== 'records') {
    return `${expression} !== undefined && ${expression} !== ${fallback}`
  }
  if (fallback === 'null') return `${expression} !== undefined && ${expression} !== null`
  if (isStruct(type)) {
    const parts = type.map(([name, inner, , options]) =>
      isSet(`${expression}.${name}`, inner, defaultOf(inner, options)),
    )
    return `${expression} !== undefined && ${expression} !== null && (${parts.map((part) => `(${part})`).join(' || ')})`
  }
  return `${expression} !== undefined && ${expression} !== null && ${expression}.length !== 0`
}
