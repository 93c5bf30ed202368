// JSON values to Avro bytes: a schema becomes functions once. Taken are Avro's JSON encoding, where a union's value is
// {"branch": value}, and the plain form that people write; a field that is missing gets its default; logical types are read
// from their text (see decoder.ts) or from the number or text that they stand on. What does not fit is told with its path.

import { plainJson } from '../../util/json.ts'
import { didYouMean, nearest } from '../../util/nearest.ts'
import { DoesNotFitError, InvalidSchemaError } from '../errors.ts'
import { defaultBranch, isLatin1 } from './defaults.ts'
import {
  isUuid,
  parseDate,
  parseDecimal,
  parseIsoDuration,
  parseTimeOfDay,
  parseTimestamp,
  twosComplement,
} from './logical.ts'
import {
  type AvroSchema,
  branchName,
  type Field,
  type FixedSchema,
  type RecordSchema,
  type UnionSchema,
} from './schema.ts'

type Encode = (w: AvroWriter, value: unknown) => void
type Json = Record<string, unknown>

const FIRST_SPACE = 64 * 1024
const MOST_BYTES = 256 << 20
const MOST_NESTING = 1000
const LONGEST_VARINT = 10
const SHORT_TEXT = 32
/** So many decimal digits every double keeps. */
const EXACT_DIGITS = 15
const INT_MIN = -0x8000_0000
const INT_MAX = 0x7fff_ffff
const LONG_MIN = -(2n ** 63n)
const LONG_MAX = 2n ** 63n - 1n

/** The bytes that are written, and where in the value the encoder is. One is used for any number of records. */
export class AvroWriter {
  /** The bytes are there from 0 to `used`. */
  out: Buffer = Buffer.allocUnsafeSlow(FIRST_SPACE)
  used = 0
  /** Names and indexes that lead to the value. */
  readonly path: (string | number)[] = []
  depth = 0

  fail(problem: string): never {
    let path = ''
    for (let i = 0; i < this.depth; i++) {
      const step = this.path[i]
      if (typeof step === 'number') path += `[${step}]`
      else path += path === '' ? step : `.${step}`
    }
    throw new DoesNotFitError(path, problem)
  }

  expected(what: string, value: unknown): never {
    this.fail(`expected ${what}, got ${shown(value)}`)
  }

  step(to: string | number): void {
    if (this.depth >= MOST_NESTING) this.fail(`it is nested more than ${MOST_NESTING} times`)
    this.path[this.depth++] = to
  }

  room(bytes: number): void {
    const needed = this.used + bytes
    if (needed <= this.out.length) return
    if (needed > MOST_BYTES) this.fail('the record is larger than 256 MiB')
    const out = Buffer.allocUnsafeSlow(Math.min(MOST_BYTES, 2 * needed))
    this.out.copy(out, 0, 0, this.used)
    this.out = out
  }

  byte(value: number): void {
    this.room(1)
    this.out[this.used++] = value
  }

  raw(bytes: Buffer): void {
    this.room(bytes.length)
    this.out.set(bytes, this.used)
    this.used += bytes.length
  }

  /** A whole number up to 2^53, zig-zag. */
  long(value: number): void {
    this.room(LONGEST_VARINT)
    const { out } = this
    let { used } = this
    if (value >= -0x4000_0000 && value < 0x4000_0000) {
      let bits = (value << 1) ^ (value >> 31)
      for (; bits > 0x7f; bits >>>= 7) out[used++] = (bits & 0x7f) | 0x80
      out[used++] = bits
    } else if (Math.abs(value) < 2 ** 52) {
      let bits = value < 0 ? -2 * value - 1 : 2 * value
      for (; bits >= 0x1000_0000; bits = Math.floor(bits / 128)) out[used++] = (bits % 128) | 0x80
      for (; bits > 0x7f; bits >>>= 7) out[used++] = (bits & 0x7f) | 0x80
      out[used++] = bits
    } else {
      this.bigLong(BigInt(value))
      return
    }
    this.used = used
  }

  bigLong(value: bigint): void {
    this.room(LONGEST_VARINT)
    let bits = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
    for (; bits > 0x7fn; bits >>= 7n) this.out[this.used++] = Number(bits & 0x7fn) | 0x80
    this.out[this.used++] = Number(bits)
  }

  string(value: string): void {
    const { length } = value
    if (length <= SHORT_TEXT) {
      this.room(length + 1)
      const { out } = this
      let at = this.used + 1
      let i = 0
      for (let code = 0; i < length && (code = value.charCodeAt(i)) < 0x80; i++) out[at++] = code
      if (i === length) {
        out[this.used] = length << 1
        this.used = at
        return
      }
    }
    const bytes = Buffer.byteLength(value)
    this.long(bytes)
    this.room(bytes)
    this.used += this.out.write(value, this.used)
  }
}

/** Writes one value after what is in the writer. Throws a DoesNotFitError. */
export type AvroEncoder = (writer: AvroWriter, value: unknown) => void

/** `root` is what the value itself is called in paths. */
export function avroEncoder(schema: AvroSchema, root: string): AvroEncoder {
  const encode = new Compiler().compile(schema)
  return (writer, value) => {
    writer.depth = 0
    writer.step(root)
    encode(writer, value)
  }
}

class Compiler {
  private readonly records = new Map<RecordSchema, { encode: Encode }>()

  compile(schema: AvroSchema): Encode {
    switch (schema.type) {
      case 'null':
        return (w, value) => {
          if (value !== null) return w.expected('null', value)
        }
      case 'boolean':
        return (w, value) => {
          if (typeof value !== 'boolean') return w.expected('boolean', value)
          w.byte(value ? 1 : 0)
        }
      case 'int':
      case 'long':
        return whole(schema.type, schema.logical)
      case 'float':
        return (w, value) => {
          w.room(4)
          w.used = w.out.writeFloatLE(numberOf(w, value, 'float'), w.used)
        }
      case 'double':
        return (w, value) => {
          w.room(8)
          w.used = w.out.writeDoubleLE(numberOf(w, value, 'double'), w.used)
        }
      case 'string': {
        const mustBeUuid = schema.logical?.kind === 'uuid'
        return (w, value) => {
          if (typeof value !== 'string') return w.expected('string', value)
          if (mustBeUuid && !isUuid(value)) return w.expected('uuid', value)
          w.string(value)
        }
      }
      case 'bytes':
        return bytes(schema.logical)
      case 'fixed':
        return fixed(schema)
      case 'enum': {
        const indexes = new Map(schema.symbols.map((symbol, i) => [symbol, i]))
        return (w, value) => {
          const index = indexes.get(value as string)
          if (index === undefined) {
            const hint = typeof value === 'string' ? didYouMean(value, schema.symbols) : undefined
            return w.fail(
              `expected a symbol of ${schema.fullName}, got ${shown(value)}${hint === undefined ? '' : `; ${hint}`}`,
            )
          }
          w.long(index)
        }
      }
      case 'array':
        return this.array(schema.items)
      case 'map':
        return this.map(schema.values)
      case 'union':
        return this.union(schema)
      case 'record':
        return this.record(schema)
    }
  }

  private array(items: AvroSchema): Encode {
    const encode = this.compile(items)
    return (w, value) => {
      if (!Array.isArray(value)) return w.expected('array', value)
      const { length } = value
      if (length > 0) {
        w.long(length)
        for (let i = 0; i < length; i++) {
          w.step(i)
          encode(w, value[i])
          w.depth--
        }
      }
      w.byte(0)
    }
  }

  private map(values: AvroSchema): Encode {
    const encode = this.compile(values)
    return (w, value) => {
      if (!isObject(value)) return w.expected('map', value)
      const keys = Object.keys(value)
      if (keys.length > 0) {
        w.long(keys.length)
        for (const key of keys) {
          w.step(key)
          w.string(key)
          encode(w, value[key])
          w.depth--
        }
      }
      w.byte(0)
    }
  }

  private record(schema: RecordSchema): Encode {
    const known = this.records.get(schema)
    if (known !== undefined) return (w, value) => known.encode(w, value)
    const entry: { encode: Encode } = { encode: () => {} }
    this.records.set(schema, entry)
    const { fields, fullName } = schema
    const { length } = fields
    const names = fields.map((field) => field.name)
    const encoders = fields.map(({ type }) => this.compile(type))
    // Made when first needed: a default may be of the type that is being compiled.
    const defaults: (Buffer | undefined)[] = []
    const defaultOf = (w: AvroWriter, i: number, value: Json): Buffer => {
      if (!fields[i].hasDefault) {
        const others = Object.keys(value).filter((key) => !names.includes(key))
        const slip = nearest(names[i], others)[0]
        if (slip !== undefined) unknownField(w, schema, { [slip]: null })
        w.step(names[i])
        w.fail(`is missing, and ${fullName} has no default for it`)
      }
      return (defaults[i] ??= this.defaultBytes(fields[i]))
    }
    entry.encode = (w, value) => {
      if (!isObject(value)) return w.expected(`record ${fullName}`, value)
      let found = 0
      for (let i = 0; i < length; i++) {
        const field = value[names[i]]
        if (field === undefined || !Object.hasOwn(value, names[i])) w.raw(defaultOf(w, i, value))
        else {
          found++
          w.step(names[i])
          encoders[i](w, field)
          w.depth--
        }
      }
      if (found !== Object.keys(value).length) unknownField(w, schema, value)
    }
    return entry.encode
  }

  private union({ branches }: UnionSchema): Encode {
    const encoders = branches.map((branch) => this.compile(branch))
    const names = new Map(branches.map((branch, i) => [branchName(branch), i]))
    // A branch may be named without its namespace where that is clear.
    for (const [i, branch] of branches.entries()) {
      if ('fullName' in branch && !names.has(branch.name)) names.set(branch.name, i)
    }
    const nullAt = branches.findIndex(({ type }) => type === 'null')
    const list = branches.map((branch) => ('fullName' in branch ? branch.fullName : branch.type)).join(', ')
    const branch = (w: AvroWriter, i: number, value: unknown) => {
      w.long(i)
      encoders[i](w, value)
    }
    /** Whether the value is that of the branch; what was written of it otherwise is gone. */
    const tries = (w: AvroWriter, i: number, value: unknown): boolean => {
      const { used, depth } = w
      try {
        branch(w, i, value)
        return true
      } catch (error) {
        if (!(error instanceof DoesNotFitError)) throw error
        w.used = used
        w.depth = depth
        return false
      }
    }
    const candidates = [false, true].map((isNull) =>
      branches.flatMap((each, i) => ((each.type === 'null') === isNull ? [i] : [])),
    )[0]
    return (w, value) => {
      if (value === null) {
        if (nullAt < 0) return w.expected(`one of ${list}`, value)
        w.long(nullAt)
        return
      }
      let named = -1
      if (isObject(value)) {
        const keys = Object.keys(value)
        named = keys.length === 1 ? (names.get(keys[0]) ?? -1) : -1
        if (named >= 0) {
          if (tries(w, named, value[keys[0]])) return
        }
      }
      const fitting = candidates.filter((i) => mayBe(branches[i], value))
      if (fitting.length === 1 && named < 0) return branch(w, fitting[0], value)
      for (const i of fitting) if (tries(w, i, value)) return
      if (named >= 0) {
        // Its own error says more.
        const [key] = Object.keys(value as Json)
        w.step(key)
        branch(w, named, (value as Json)[key])
      }
      w.expected(`one of ${list}`, value)
    }
  }

  private defaultBytes({ type, default: json }: Field): Buffer {
    const writer = new AvroWriter()
    this.writeDefault(writer, type, plainJson(json))
    return Buffer.from(writer.out.subarray(0, writer.used))
  }

  /** Defaults are in a form of their own: bytes as text, unions without names, no text for logical types. */
  private writeDefault(w: AvroWriter, schema: AvroSchema, json: unknown): void {
    switch (schema.type) {
      case 'union': {
        const i = defaultBranch(schema.branches, json)
        if (i < 0) throw new InvalidSchemaError(`a default ${JSON.stringify(json)} fits no branch of its union`)
        w.long(i)
        this.writeDefault(w, schema.branches[i], json)
        return
      }
      case 'record':
        for (const { name, type, default: fallback } of schema.fields) {
          const given = (json as Json)[name]
          this.writeDefault(w, type, given === undefined ? plainJson(fallback) : given)
        }
        return
      case 'array': {
        const items = json as unknown[]
        if (items.length > 0) w.long(items.length)
        for (const item of items) this.writeDefault(w, schema.items, item)
        w.byte(0)
        return
      }
      case 'map': {
        const entries = Object.entries(json as Json)
        if (entries.length > 0) w.long(entries.length)
        for (const [key, value] of entries) {
          w.string(key)
          this.writeDefault(w, schema.values, value)
        }
        w.byte(0)
        return
      }
      case 'bytes':
      case 'fixed': {
        const bytes = Buffer.from(json as string, 'latin1')
        if (schema.type === 'bytes') w.long(bytes.length)
        w.raw(bytes)
        return
      }
      default:
        this.compile({ ...schema, logical: undefined })(w, json)
    }
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether JSON of this kind can be of a type at all. */
function mayBe(schema: AvroSchema, value: unknown): boolean {
  const { type } = schema
  switch (typeof value) {
    case 'boolean':
      return type === 'boolean'
    case 'number':
    case 'bigint':
      return type === 'int' || type === 'long' || type === 'float' || type === 'double' || isDecimal(schema)
    case 'string':
      if (type === 'float' || type === 'double') return isSpecial(value)
      return (
        type === 'string' || type === 'bytes' || type === 'fixed' || type === 'enum' || schema.logical !== undefined
      )
    default:
      if (Array.isArray(value)) return type === 'array'
      return type === 'record' || type === 'map'
  }
}

function isDecimal({ logical }: AvroSchema): boolean {
  return logical?.kind === 'decimal'
}

function isSpecial(value: unknown): boolean {
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity'
}

function numberOf(w: AvroWriter, value: unknown, what: string): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint' || isSpecial(value)) return Number(value)
  return w.expected(what, value)
}

function unknownField(w: AvroWriter, { fields, fullName }: RecordSchema, value: Json): never {
  const names = fields.map(({ name }) => name)
  const key = Object.keys(value).find((each) => !names.includes(each)) as string
  const hint = didYouMean(key, names)
  w.step(key)
  return w.fail(`${fullName} has no such field${hint === undefined ? '' : `; ${hint}`}`)
}

function whole(type: 'int' | 'long', logical: AvroSchema['logical']): Encode {
  const number =
    type === 'int'
      ? (w: AvroWriter, value: unknown, what: string) => {
          if (typeof value !== 'number' || !Number.isInteger(value)) return w.expected(what, value)
          if (value < INT_MIN || value > INT_MAX) return w.fail(`${value} has more than 32 bits`)
          w.long(value)
        }
      : (w: AvroWriter, value: unknown, what: string) => {
          if (typeof value === 'number' && Number.isSafeInteger(value)) return w.long(value)
          if (typeof value === 'number' && Number.isInteger(value)) value = BigInt(value)
          if (typeof value !== 'bigint') return w.expected(what, value)
          if (value < LONG_MIN || value > LONG_MAX) return w.fail(`${value} has more than 64 bits`)
          w.bigLong(value)
        }
  const fromText = textForm(logical)
  if (fromText === undefined) return (w, value) => number(w, value, type)
  const { parse, what } = fromText
  return (w, value) => {
    if (typeof value !== 'string') return number(w, value, `${what} or ${type}`)
    const parsed = parse(value)
    if (parsed === undefined) return w.expected(what, value)
    if (typeof parsed === 'number') w.long(parsed)
    else if (parsed < LONG_MIN || parsed > LONG_MAX) w.fail(`${shown(value)} does not fit into 64 bits`)
    else w.bigLong(parsed)
  }
}

const FINEST = { 3: 'milliseconds', 6: 'microseconds', 9: 'nanoseconds' }

function textForm(
  logical: AvroSchema['logical'],
): { parse: (text: string) => number | bigint | undefined; what: string } | undefined {
  switch (logical?.kind) {
    case 'date':
      return { parse: parseDate, what: 'date such as "2026-01-31"' }
    case 'time': {
      const { digits } = logical
      return { parse: (text) => parseTimeOfDay(text, digits), what: `time of a day in ${FINEST[digits]}` }
    }
    case 'timestamp': {
      const { digits } = logical
      return { parse: (text) => parseTimestamp(text, digits, false), what: `timestamp in ${FINEST[digits]}` }
    }
    case 'local-timestamp': {
      const { digits } = logical
      const what = `timestamp without a zone in ${FINEST[digits]}`
      return { parse: (text) => parseTimestamp(text, digits, true), what }
    }
  }
  return undefined
}

function bytes(logical: AvroSchema['logical']): Encode {
  if (logical?.kind !== 'decimal') {
    return (w, value) => {
      if (!isLatin1(value)) return w.expected('bytes as text of the characters U+0000 to U+00FF', value)
      w.long(value.length)
      w.raw(Buffer.from(value, 'latin1'))
    }
  }
  const { precision, scale } = logical
  return (w, value) => {
    const bytes = twosComplement(decimalOf(w, value, precision, scale))
    w.long(bytes.length)
    w.raw(bytes)
  }
}

function decimalOf(w: AvroWriter, value: unknown, precision: number, scale: number): bigint {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') {
    w.expected('decimal such as "12.30"', value)
  }
  // A number that has more digits than all doubles have may have lost some.
  if (typeof value === 'number' && !Number.isSafeInteger(value) && digitsOf(value) > EXACT_DIGITS) {
    w.fail(`${value} has too many digits for a number of JSON; write it as text`)
  }
  const parsed = parseDecimal(String(value), precision, scale)
  if (typeof parsed === 'string') return w.fail(`the decimal ${shown(value)} ${parsed}`)
  return parsed
}

function digitsOf(value: number): number {
  return String(value).replace(/e.*/, '').replaceAll(/\D/g, '').replace(/^0+/, '').length
}

function fixed({ size, logical, fullName }: FixedSchema): Encode {
  const plain: Encode = (w, value) => {
    if (!isLatin1(value) || value.length !== size) return w.expected(`${fullName}, text of ${size} bytes`, value)
    w.raw(Buffer.from(value, 'latin1'))
  }
  switch (logical?.kind) {
    case 'decimal': {
      const { precision, scale } = logical
      return (w, value) => w.raw(twosComplement(decimalOf(w, value, precision, scale), size))
    }
    case 'uuid':
      return (w, value) => {
        if (typeof value === 'string' && isUuid(value)) w.raw(Buffer.from(value.replaceAll('-', ''), 'hex'))
        else plain(w, value)
      }
    case 'duration':
      return (w, value) => {
        const parsed = typeof value === 'string' ? parseIsoDuration(value) : undefined
        if (parsed === undefined) plain(w, value)
        else w.raw(parsed)
      }
  }
  return plain
}

const MOST_SHOWN = 60

/** A value in an error: its text, shortened. */
function shown(value: unknown): string {
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value, bigintText) ?? String(value))
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text
}

function bigintText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
