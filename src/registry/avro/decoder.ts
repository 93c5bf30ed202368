// Avro to JSON text, bytes to bytes: a schema becomes functions once, and a record makes no objects.
//
//   null boolean          as they are              record   object, fields in the order of the schema
//   int long              all digits               enum     its symbol
//   float double          shortest that reads back as the same; "NaN", "Infinity", "-Infinity"
//   bytes fixed           text of the characters U+0000 to U+00FF, as in Avro's JSON encoding
//   array map             array, object            union    null and one other: the value itself; else {"branch": value}
//   date "2026-01-31"   time "13:45:30.123"   timestamp "2026-01-31T13:45:30.123Z"   local-timestamp without the Z
//   decimal "12.30"   uuid as text   duration "P1M2DT3.500S"
//
// Dates and times that ISO-8601 has no four-digit year for stay numbers. The encoder reads all of it back.

import { isUtf8 } from 'node:buffer'
import { RangeCopier } from '../../util/range-copier.ts'
import { UndecodableError } from '../errors.ts'
import { DAY_SECONDS, decimalText, durationText, FIRST_DAY, LAST_DAY, uuidText } from './logical.ts'
import { type AvroSchema, branchName, type FixedSchema, type RecordSchema, type UnionSchema } from './schema.ts'

type Decode = (r: AvroReader) => void

const FIRST_SPACE = 64 * 1024
const MOST_TEXT = 256 << 20
const MOST_NESTING = 1000
const LONGEST_NUMBER = 32
const LONGEST_ESCAPE = 6
const ESCAPES = Array.from({ length: 128 }, (_, byte) =>
  Buffer.from(byte === 0x7f ? '\\u007f' : JSON.stringify(String.fromCharCode(byte)).slice(1, -1)),
)
const LONGEST_TIME = 40
const QUOTE = 0x22
const T = 0x54
const Z = 0x5a
const HEX = Buffer.from('0123456789abcdef')
const copier = new RangeCopier()
const float32 = new Float32Array(1)
const floatBytes = new Uint8Array(float32.buffer)
const float64 = new Float64Array(1)
const doubleBytes = new Uint8Array(float64.buffer)

/** The bytes that are read, and the text that is written. One is used for any number of records. */
export class AvroReader {
  /** The text is there from 0 to `used`. */
  out: Buffer = Buffer.allocUnsafeSlow(FIRST_SPACE)
  used = 0
  source: Buffer = this.out
  at = 0
  end = 0
  depth = 0

  fail(problem: string): never {
    throw new UndecodableError(`${problem} (byte ${this.at})`)
  }

  room(bytes: number): void {
    if (this.used + bytes > this.out.length) this.grow(bytes)
  }

  private grow(bytes: number): void {
    const needed = this.used + bytes
    if (needed > MOST_TEXT) this.fail('its text is longer than 256 MiB')
    const out = Buffer.allocUnsafeSlow(Math.min(MOST_TEXT, 2 * needed))
    this.out.copy(out, 0, 0, this.used)
    this.out = out
  }

  byte(value: number): void {
    if (this.used === this.out.length) this.grow(1)
    this.out[this.used++] = value
  }

  literal(text: Buffer): void {
    const { length } = text
    this.room(length)
    const { out } = this
    let { used } = this
    if (length > 16) out.set(text, used)
    else for (let i = 0; i < length; i++) out[used + i] = text[i]
    used += length
    this.used = used
  }

  text(value: string): void {
    this.room(value.length)
    this.used += this.out.write(value, this.used, 'latin1')
  }

  /** Zig-zag, up to 32 bits. */
  int(): number {
    const { source, end } = this
    let { at } = this
    let bits = 0
    for (let shift = 0; ; shift += 7) {
      if (at >= end) this.fail('it ends within a number')
      const byte = source[at++]
      if (shift === 28 && byte > 0x0f) this.fail('a number is longer than 32 bits')
      bits |= (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    this.at = at
    return (bits >>> 1) ^ -(bits & 1)
  }

  /** Zig-zag, up to 64 bits; a bigint beyond 2^53. */
  long(): number | bigint {
    const { source, end } = this
    let { at } = this
    let bits = 0
    for (let shift = 0; shift < 28; shift += 7) {
      if (at >= end) this.fail('it ends within a number')
      const byte = source[at++]
      bits |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.at = at
        return (bits >>> 1) ^ -(bits & 1)
      }
    }
    // Four bytes are read; the rest as a number of its own, up to 24 bits.
    let high = 0
    for (let shift = 0; shift < 24; shift += 7) {
      if (at >= end) this.fail('it ends within a number')
      const byte = source[at++]
      if (shift === 21 && byte > 7) break
      high |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.at = at
        const value = high * 0x1000_0000 + bits
        return (bits & 1) === 0 ? value / 2 : -(value + 1) / 2
      }
    }
    return this.bigLong()
  }

  private bigLong(): number | bigint {
    let bits = 0n
    for (let shift = 0n; ; shift += 7n) {
      if (this.at >= this.end) this.fail('it ends within a number')
      const byte = this.source[this.at++]
      if (shift === 63n && byte > 1) this.fail('a number is longer than 64 bits')
      bits |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    const value = (bits >> 1n) ^ -(bits & 1n)
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }

  /** A length of bytes that are there. */
  length(): number {
    const length = this.long()
    if (typeof length !== 'number' || length < 0 || length > this.end - this.at) this.fail(`a length of ${length}`)
    return length
  }

  /** A whole number up to 2^53. */
  integer(value: number): void {
    this.room(LONGEST_NUMBER)
    if ((value | 0) !== value) {
      this.used += this.out.write(String(value), this.used, 'latin1')
      return
    }
    const { out } = this
    if (value < 0) {
      out[this.used++] = 0x2d
      value = -value
    }
    let count = 1
    for (let power = 10; value >= power; power *= 10) count++
    let at = this.used + count
    this.used = at
    for (; count > 0; count--) {
      const next = Math.floor(value / 10)
      out[--at] = 0x30 + (value - next * 10)
      value = next
    }
  }

  number(value: number | bigint): void {
    if (typeof value === 'number') this.integer(value)
    else this.text(value.toString())
  }

  /** The next `length` bytes as a JSON string. */
  string(length: number): void {
    this.room(length * LONGEST_ESCAPE + 2)
    const { source, at, out } = this
    const end = at + length
    if (!copier.isAscii(source, at, end) && !isUtf8(source.subarray(at, end))) this.fail('a text is not UTF-8')
    out[this.used++] = 0x22
    this.used = copier.copyEscaped(source, at, end, out, this.used, ESCAPES)
    out[this.used++] = 0x22
    this.at = end
  }

  /** The next `length` bytes as a JSON string with a character for each. */
  latin1(length: number): void {
    this.room(length * LONGEST_ESCAPE + 2)
    const { source, out } = this
    let { at, used } = this
    out[used++] = 0x22
    for (const end = at + length; at < end; at++) {
      const byte = source[at]
      if (byte < 0x80) {
        const escaped = ESCAPES[byte]
        for (let i = 0; i < escaped.length; i++) out[used++] = escaped[i]
      } else {
        out[used++] = 0x5c
        out[used++] = 0x75
        out[used++] = 0x30
        out[used++] = 0x30
        out[used++] = HEX[byte >> 4]
        out[used++] = HEX[byte & 15]
      }
    }
    out[used++] = 0x22
    this.at = at
    this.used = used
  }

  /** A number with exactly so many digits. */
  digits(value: number, count: number): void {
    const { out } = this
    let at = (this.used += count)
    for (; count > 0; count--) {
      const next = Math.floor(value / 10)
      out[--at] = 0x30 + (value - next * 10)
      value = next
    }
  }

  /** `2026-01-31`; the day is one of those that have four digits for the year. */
  date(days: number): void {
    // Days from 0000-03-01, in eras of 400 years; years begin in March, so that a leap day is the last of one.
    const since = days + 719_468
    const era = Math.floor(since / 146_097)
    const day = since - era * 146_097
    const year = Math.floor((day - Math.floor(day / 1460) + Math.floor(day / 36_524) - Math.floor(day / 146_096)) / 365)
    const dayOfYear = day - (365 * year + (year >> 2) - Math.floor(year / 100))
    const month = Math.floor((5 * dayOfYear + 2) / 153)
    this.digits(year + era * 400 + (month >= 10 ? 1 : 0), 4)
    this.out[this.used++] = 0x2d
    this.digits(month < 10 ? month + 3 : month - 9, 2)
    this.out[this.used++] = 0x2d
    this.digits(dayOfYear - Math.floor((153 * month + 2) / 5) + 1, 2)
  }

  /** `13:45:30.123` */
  clock(seconds: number, fraction: number, digits: number): void {
    this.digits(Math.floor(seconds / 3600), 2)
    this.out[this.used++] = 0x3a
    this.digits(Math.floor(seconds / 60) % 60, 2)
    this.out[this.used++] = 0x3a
    this.digits(seconds % 60, 2)
    this.out[this.used++] = 0x2e
    this.digits(fraction, digits)
  }

  /** Text without anything to escape. */
  quoted(text: string): void {
    this.byte(0x22)
    this.text(text)
    this.byte(0x22)
  }

  take(bytes: number): number {
    const { at } = this
    if (bytes > this.end - at) this.fail('it ends too early')
    this.at = at + bytes
    return at
  }

  /** With no more digits than its 32 bits need. */
  readFloat(): number {
    const at = this.take(4)
    for (let i = 0; i < 4; i++) floatBytes[i] = this.source[at + i]
    const [value] = float32
    if (!Number.isFinite(value) || Math.fround(Math.round(value)) === value) return value
    for (let digits = 6; digits < 9; digits++) {
      const short = Number(value.toPrecision(digits))
      if (Math.fround(short) === value) return short
    }
    return Number(value.toPrecision(9))
  }

  readDouble(): number {
    const at = this.take(8)
    for (let i = 0; i < 8; i++) doubleBytes[i] = this.source[at + i]
    return float64[0]
  }

  double(value: number): void {
    if (Number.isFinite(value)) {
      // -0 has no sign as a text.
      if (value === 0) this.text(Object.is(value, -0) ? '-0.0' : '0')
      else this.text(String(value))
    } else this.quoted(String(value))
  }
}

const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')
const NULL = Buffer.from('null')

/** Writes the JSON of one record; the text is then in the reader, from where it was. Throws an UndecodableError. */
export type AvroDecoder = (reader: AvroReader, source: Buffer, start: number, end: number) => void

export function avroDecoder(schema: AvroSchema): AvroDecoder {
  const decode = new Compiler().compile(schema)
  return (reader, source, start, end) => {
    reader.source = source
    reader.at = start
    reader.end = end
    reader.depth = 0
    decode(reader)
    if (reader.at !== end) reader.fail(`${end - reader.at} bytes are left after it`)
  }
}

class Compiler {
  /** Records that are compiled, or being compiled: a type may contain itself. */
  private readonly records = new Map<RecordSchema, { decode: Decode }>()

  compile(schema: AvroSchema): Decode {
    switch (schema.type) {
      case 'null':
        return (r) => r.literal(NULL)
      case 'boolean':
        return (r) => {
          const byte = r.source[r.take(1)]
          if (byte > 1) return r.fail('a boolean is neither true nor false')
          r.literal(byte === 1 ? TRUE : FALSE)
        }
      case 'int':
      case 'long':
        return whole(schema.type, schema.logical)
      case 'float':
        return (r) => r.double(r.readFloat())
      case 'double':
        return (r) => r.double(r.readDouble())
      case 'bytes':
        return bytes(schema.logical)
      case 'string':
        return (r) => r.string(r.length())
      case 'fixed':
        return fixed(schema)
      case 'enum': {
        const texts = schema.symbols.map((symbol) => Buffer.from(JSON.stringify(symbol)))
        return (r) => {
          const text = texts[r.int()]
          if (text === undefined) return r.fail(`enum ${schema.fullName} has no such symbol`)
          r.literal(text)
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

  private array(items: AvroSchema): Decode {
    const decode = this.compile(items)
    return nested((r) => {
      r.byte(0x5b)
      let first = true
      for (let count = blockCount(r); count > 0; count = blockCount(r)) {
        for (; count > 0; count--) {
          if (!first) r.byte(0x2c)
          first = false
          decode(r)
        }
      }
      r.byte(0x5d)
    })
  }

  private map(values: AvroSchema): Decode {
    const decode = this.compile(values)
    return nested((r) => {
      r.byte(0x7b)
      let first = true
      for (let count = blockCount(r); count > 0; count = blockCount(r)) {
        for (; count > 0; count--) {
          if (!first) r.byte(0x2c)
          first = false
          r.string(r.length())
          r.byte(0x3a)
          decode(r)
        }
      }
      r.byte(0x7d)
    })
  }

  private union({ branches }: UnionSchema): Decode {
    const isOptional = branches.length === 2 && branches.some(({ type }) => type === 'null')
    const decoders = branches.map((branch) => {
      const decode = this.compile(branch)
      const name = branchName(branch)
      if (branch.type === 'null' || branches.length === 1) return decode
      const wrapped = wrap(decode, name)
      if (!isOptional) return wrapped
      // What would be taken for a named branch is named.
      if (branch.type === 'record' && branch.fields.some((field) => field.name === name)) return wrapped
      return branch.type === 'map' ? (r: AvroReader) => (hasOneKey(r, name) ? wrapped(r) : decode(r)) : decode
    })
    return (r) => {
      const decode = decoders[r.int()]
      if (decode === undefined) return r.fail('a union has no such branch')
      decode(r)
    }
  }

  private record(schema: RecordSchema): Decode {
    const known = this.records.get(schema)
    if (known !== undefined) return (r) => known.decode(r)
    const entry: { decode: Decode } = { decode: () => {} }
    this.records.set(schema, entry)
    const labels = schema.fields.map(({ name }, i) => Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`))
    const decoders = schema.fields.map(({ type }) => this.compile(type))
    const { length } = decoders
    entry.decode =
      length === 0
        ? (r) => r.literal(EMPTY)
        : nested((r) => {
            for (let i = 0; i < length; i++) {
              r.literal(labels[i])
              decoders[i](r)
            }
            r.byte(0x7d)
          })
    return entry.decode
  }
}

const EMPTY = Buffer.from('{}')

/** Keeps hostile bytes from going deeper than the stack. */
function nested(decode: Decode): Decode {
  return (r) => {
    if (++r.depth > MOST_NESTING) return r.fail(`it is nested more than ${MOST_NESTING} times`)
    decode(r)
    r.depth--
  }
}

function wrap(decode: Decode, name: string): Decode {
  const label = Buffer.from(`{${JSON.stringify(name)}:`)
  return (r) => {
    r.literal(label)
    decode(r)
    r.byte(0x7d)
  }
}

/** The items of the next block of an array or a map; 0 at its end. */
function blockCount(r: AvroReader): number {
  let count = r.long()
  if (typeof count === 'number' && count < 0) {
    count = -count
    r.long()
  }
  // An item has a byte, but for null and records without fields, of which nobody has many.
  if (typeof count !== 'number' || count > Math.max(r.end - r.at, MOST_EMPTY_ITEMS))
    return r.fail(`a block of ${count} items`)
  return count
}

const MOST_EMPTY_ITEMS = 100_000

/** Whether the map that is next has one entry, with this key. */
function hasOneKey(r: AvroReader, key: string): boolean {
  const { at } = r
  let count = r.long()
  if (count === -1) {
    r.long()
    count = 1
  }
  const length = count === 1 ? r.length() : 0
  const is = length === key.length && r.source.toString('latin1', r.at, r.at + length) === key
  r.at = at
  return is
}

function whole(type: 'int' | 'long', logical: AvroSchema['logical']): Decode {
  switch (logical?.kind) {
    case 'date':
      return (r) => date(r, r.int())
    case 'time': {
      const { digits } = logical
      return type === 'int' ? (r) => timeOfDay(r, r.int(), digits) : (r) => timeOfDay(r, r.long(), digits)
    }
    case 'timestamp':
    case 'local-timestamp': {
      const { digits, kind } = logical
      const isUtc = kind === 'timestamp'
      return (r) => timestamp(r, r.long(), digits, isUtc)
    }
  }
  return type === 'int' ? (r) => r.integer(r.int()) : (r) => r.number(r.long())
}

function date(r: AvroReader, days: number): void {
  if (days < FIRST_DAY || days > LAST_DAY) {
    r.integer(days)
    return
  }
  r.room(LONGEST_TIME)
  r.byte(QUOTE)
  r.date(days)
  r.byte(QUOTE)
}

function timeOfDay(r: AvroReader, value: number | bigint, digits: number): void {
  const unit = 10 ** digits
  if (typeof value !== 'number' || value < 0 || value >= DAY_SECONDS * unit) {
    r.number(value)
    return
  }
  const seconds = Math.floor(value / unit)
  r.room(LONGEST_TIME)
  r.byte(QUOTE)
  r.clock(seconds, value - seconds * unit, digits)
  r.byte(QUOTE)
}

function timestamp(r: AvroReader, value: number | bigint, digits: number, isUtc: boolean): void {
  const unit = 10 ** digits
  let seconds: number
  let fraction: number
  if (typeof value === 'number') {
    seconds = Math.floor(value / unit)
    fraction = value - seconds * unit
  } else {
    const rest = ((value % BigInt(unit)) + BigInt(unit)) % BigInt(unit)
    fraction = Number(rest)
    seconds = Number((value - rest) / BigInt(unit))
  }
  const days = Math.floor(seconds / DAY_SECONDS)
  if (days < FIRST_DAY || days > LAST_DAY) {
    r.number(value)
    return
  }
  r.room(LONGEST_TIME)
  r.byte(QUOTE)
  r.date(days)
  r.byte(T)
  r.clock(seconds - days * DAY_SECONDS, fraction, digits)
  if (isUtc) r.byte(Z)
  r.byte(QUOTE)
}

function bytes(logical: AvroSchema['logical']): Decode {
  if (logical?.kind !== 'decimal') return (r) => r.latin1(r.length())
  const { scale } = logical
  return (r) => {
    const length = r.length()
    const at = r.take(length)
    r.quoted(decimalText(r.source, at, at + length, scale))
  }
}

function fixed({ size, logical }: FixedSchema): Decode {
  switch (logical?.kind) {
    case 'decimal': {
      const { scale } = logical
      return (r) => {
        const at = r.take(size)
        r.quoted(decimalText(r.source, at, at + size, scale))
      }
    }
    case 'uuid':
      return (r) => r.quoted(uuidText(r.source, r.take(size)))
    case 'duration':
      return (r) => r.quoted(durationText(r.source, r.take(size)))
  }
  return (r) => {
    r.take(size)
    r.at -= size
    r.latin1(size)
  }
}
