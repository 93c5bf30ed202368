// Format strings for records, kcat's and more, compiled once into straight-line code.
//
//   %s %v value   %k key   %S value length   %K key length (-1: null)   %R value length as 4 bytes
//   %t topic   %p partition   %o offset   %T timestamp in ms   %e leader epoch   %P producer id   %% a percent sign
//   %h headers as name=value,…   %h{NAME} value of the first header NAME
//   %d{iso} timestamp as ISO-8601   %k{hex} %v{base64} %v{json} other forms of the bytes
//   \n \r \t \0 \e \\ \xNN \NNN

import { UsageError } from '../errors.ts'
import { leaderEpochOf, producerIdOf, type RecordView } from '../records/view.ts'
import { unescapeBytes } from '../util/escapes.ts'
import { nearest } from '../util/nearest.ts'
import { FixedText } from './fixed-text.ts'
import { jsonBytes } from './record-json.ts'
import type { RecordSink } from './record-sink.ts'

const NULL = new FixedText('NULL')
const FORMS = ['hex', 'base64', 'json']
const TOKENS = 'svkSKRtpoTePhd%'

/** Source text of what a token does, over `v` (view), `c` (its cursor), `w` (sink) and the helpers. */
const SIMPLE: Record<string, string> = {
  t: 'w.text(v.topic)',
  p: 'w.integer(v.partition)',
  o: 'w.integer(c.offset)',
  T: 'helpers.timestamp(w, c)',
  e: 'w.integer(helpers.leaderEpochOf(v))',
  P: 'w.integer(helpers.producerIdOf(v))',
  h: 'helpers.headers(w, c)',
  '%': 'w.byte(37)',
}

/** Writes one record, its end of line included. */
export type RecordWriter = (view: RecordView, sink: RecordSink) => void

/** Text that stands for the bytes of a key or value. */
export interface PartText {
  readonly bytes: Buffer
  /** -1 for null. */
  readonly start: number
  readonly end: number
}

/** Keys and values of the record, where they are decoded. */
export interface DecodedText {
  readonly key: PartText
  readonly value: PartText
}

export interface FormatOptions {
  /** Print NULL for null keys and values (kcat's -Z). */
  showNull?: boolean
  /** What is printed in the place of keys and values. */
  decoded?: DecodedText | undefined
}

/** The byte behind each value, where a format is nothing but the value and that; undefined for others. */
export function valueDelimiter(format: string): number | undefined {
  const rest = /^%[sv]([^%{].*)$/s.exec(format)?.[1]
  const bytes = rest === undefined || rest.includes('%') ? undefined : unescapeBytes(rest)
  return bytes?.length === 1 ? bytes[0] : undefined
}

/** Compiles a format. Throws a UsageError that names the place. */
export function compileFormat(format: string, { showNull = false, decoded }: FormatOptions = {}): RecordWriter {
  const literals: FixedText[] = []
  const lines: string[] = []
  const literal = (text: string) => {
    if (text === '') return
    const bytes = unescapeBytes(text)
    lines.push(
      bytes.length === 1 ? `w.byte(${bytes[0]})` : `w.fixed(literals[${literals.push(new FixedText(bytes)) - 1}])`,
    )
  }
  let at = 0
  for (const match of format.matchAll(/%(.?)(?:\{([^}]*)\})?/gs)) {
    literal(format.slice(at, match.index))
    const [whole, token, argument] = match
    const usesArgument = argument !== undefined && 'svkhd'.includes(token)
    at = match.index + (usesArgument || argument === undefined ? whole.length : 1 + token.length)
    const isDecoded = decoded !== undefined
    lines.push(tokenSource(token, usesArgument ? argument : undefined, { showNull, isDecoded }, literals))
  }
  literal(format.slice(at))
  const body = `return (v, w) => { const c = v.cursor; ${lines.join('; ')} }`
  return new Function('helpers', 'literals', 'd', body)(helpers, literals, decoded) as RecordWriter
}

function tokenSource(
  token: string,
  argument: string | undefined,
  { showNull, isDecoded }: { showNull: boolean; isDecoded: boolean },
  literals: FixedText[],
): string {
  const part = token === 'k' || token === 'K' ? 'key' : 'value'
  const [bytes, start, end] = isDecoded
    ? [`d.${part}.bytes`, `d.${part}.start`, `d.${part}.end`]
    : ['c.bytes', `c.${part}Start`, `c.${part}End`]
  if (token === 'S' || token === 'K') return `w.integer(${start} < 0 ? -1 : ${end} - ${start})`
  if (token === 'R') return `helpers.length32(w, ${start} < 0 ? -1 : ${end} - ${start})`
  if (token === 'h' && argument !== undefined) {
    return `helpers.header(w, c, literals[${literals.push(new FixedText(argument)) - 1}].bytes)`
  }
  if (token === 'd') {
    if (argument === undefined) throw new UsageError('%d needs a time format', { hint: 'use %d{iso}, or %T for ms' })
    if (argument !== 'iso') throw new UsageError(`%d{${argument}} is not a time format`, { hint: 'use %d{iso}' })
    return 'helpers.iso(w, c)'
  }
  if (token === 's' || token === 'v' || token === 'k') {
    const whenNull = showNull ? ' else w.fixed(helpers.NULL)' : ''
    if (argument === undefined) {
      return `if (${start} >= 0) w.range(${bytes}, ${start}, ${end});${whenNull}`
    }
    if (!FORMS.includes(argument)) {
      const near = nearest(argument, FORMS)[0]
      throw new UsageError(`%${token}{${argument}} is not a form of a ${part}`, {
        hint: near ? `did you mean %${token}{${near}}?` : `use ${FORMS.map((form) => `%${token}{${form}}`).join(', ')}`,
      })
    }
    const written = `helpers.${argument}(w, ${bytes}, ${start}, ${end})`
    return argument === 'json' ? written : `if (${start} >= 0) ${written};${whenNull}`
  }
  const source = SIMPLE[token]
  if (source === undefined) {
    throw new UsageError(token === '' ? 'the format ends in a single %' : `%${token} is not a format token`, {
      hint: `known are ${[...TOKENS].map((known) => `%${known}`).join(' ')}; write %% for a percent sign`,
    })
  }
  return source
}

type Cursor = RecordView['cursor']

const helpers = {
  NULL,
  leaderEpochOf,
  producerIdOf,
  json: jsonBytes,

  timestamp(sink: RecordSink, cursor: Cursor): void {
    const { timestamp } = cursor
    if (Number.isSafeInteger(timestamp)) sink.integer(timestamp)
    else sink.text(String(cursor.timestampExact))
  },

  /** Nothing where the record has no time. */
  iso(sink: RecordSink, cursor: Cursor): void {
    const { timestamp } = cursor
    if (timestamp === -1) return
    const date = new Date(timestamp)
    sink.text(Number.isNaN(date.getTime()) ? String(cursor.timestampExact) : date.toISOString())
  },

  length32(sink: RecordSink, length: number): void {
    sink.byte((length >> 24) & 0xff)
    sink.byte((length >> 16) & 0xff)
    sink.byte((length >> 8) & 0xff)
    sink.byte(length & 0xff)
  },

  hex(sink: RecordSink, bytes: Buffer, start: number, end: number): void {
    sink.text(bytes.toString('hex', start, end))
  },

  base64(sink: RecordSink, bytes: Buffer, start: number, end: number): void {
    sink.text(bytes.toString('base64', start, end))
  },

  headers(sink: RecordSink, cursor: Cursor): void {
    cursor.rewindHeaders()
    for (let first = true; cursor.nextHeader(); first = false) {
      if (!first) sink.byte(0x2c)
      sink.range(cursor.bytes, cursor.headerKeyStart, cursor.headerKeyEnd)
      sink.byte(0x3d)
      if (cursor.headerValueStart < 0) sink.fixed(NULL)
      else sink.range(cursor.bytes, cursor.headerValueStart, cursor.headerValueEnd)
    }
  },

  header(sink: RecordSink, cursor: Cursor, name: Buffer): void {
    cursor.rewindHeaders()
    while (cursor.nextHeader()) {
      if (cursor.bytes.compare(name, 0, name.length, cursor.headerKeyStart, cursor.headerKeyEnd) !== 0) continue
      if (cursor.headerValueStart >= 0) sink.range(cursor.bytes, cursor.headerValueStart, cursor.headerValueEnd)
      return
    }
  },
}
