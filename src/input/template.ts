// Input by a template that names the fields of a record's text and what stands between them: '%k\t%v\n'.
//
//   %k key   %v %s value   %h headers as name=value,…   %t topic   %p partition   %T timestamp in ms
//   %o %e and other fields that a broker gives are read and left out

import { UsageError } from '../errors.ts'
import { encodeHeaders, type Header } from '../records/headers.ts'
import { unescapeBytes } from '../util/escapes.ts'
import { type InputRecord, InputRecordError, recordOf } from './input-record.ts'
import { ParsedLineReader } from './parsed.ts'

const FIELDS: Readonly<Record<string, string>> = {
  k: 'key',
  v: 'value',
  s: 'value',
  h: 'headers',
  t: 'topic',
  p: 'partition',
  T: 'timestamp',
  o: 'offset',
  e: 'leader epoch',
  P: 'producer id',
}

interface Part {
  field: string
  /** What ends the field. */
  until: Buffer
  /** Where nothing ends it, the record has no such field. */
  isOptional?: boolean
}

export interface TemplateOptions {
  key?: Buffer
  emptyIsNull?: boolean
}

/** A template as text. Throws a UsageError. */
export function templateParts(template: string): { before: Buffer; parts: Part[] } {
  const pieces = template.split(/%(.)/s)
  const before = unescapeBytes(pieces[0])
  const parts: Part[] = []
  for (let i = 1; i < pieces.length; i += 2) {
    const field = pieces[i]
    if (field === '%')
      throw new UsageError('%% is not possible in an input template', { hint: 'write \\x25 for a percent sign' })
    if (FIELDS[field] === undefined) {
      throw new UsageError(`%${field} is not a field of a record`, {
        hint: `fields are ${Object.keys(FIELDS)
          .map((known) => `%${known}`)
          .join(' ')}`,
      })
    }
    const until = unescapeBytes(pieces[i + 1])
    if (until.length === 0) {
      throw new UsageError(`nothing ends %${field} in the template '${template}'`, {
        hint: 'put something between fields, and at the end such as \\n',
      })
    }
    parts.push({ field, until })
  }
  if (parts.length === 0)
    throw new UsageError(`the template '${template}' names no field`, { hint: "try '%k\\t%v\\n'" })
  return { before, parts }
}

export class TemplateReader extends ParsedLineReader {
  private readonly before: Buffer
  private readonly parts: Part[]
  private readonly options: TemplateOptions

  constructor({ before, parts }: { before: Buffer; parts: Part[] }, options: TemplateOptions = {}) {
    super((parts.at(-1) as Part).until)
    this.before = before
    this.parts = parts
    this.options = options
  }

  protected parse(buffer: Buffer, start: number, end: number, number: number): InputRecord {
    const record = buffer.subarray(start, end)
    if (record.indexOf(this.before) !== 0) {
      throw new InputRecordError(number, `it does not begin with '${this.before}'`)
    }
    let at = this.before.length
    let key = this.options.key ?? null
    let value: Buffer | null = null
    const more: { topic?: string; partition?: number; timestamp?: number; headers?: Buffer } = {}
    for (const [index, { field, until, isOptional }] of this.parts.entries()) {
      const last = index === this.parts.length - 1
      const stop = last ? record.length : record.indexOf(until, at)
      if (stop < 0) {
        if (isOptional) continue
        throw new InputRecordError(number, `nothing ends its ${FIELDS[field]}: no '${until}' after byte ${at}`)
      }
      const bytes = record.subarray(at, stop)
      at = stop + until.length
      if (field === 'k') key = bytes
      else if (field === 'v' || field === 's') value = bytes
      else if (field === 'h') more.headers = encodeHeaders(parseHeaders(bytes))
      else if (field === 't') more.topic = bytes.toString()
      else if (field === 'p') more.partition = wholeNumber(bytes, number, FIELDS.p)
      else if (field === 'T') more.timestamp = wholeNumber(bytes, number, FIELDS.T)
    }
    const orNull = (bytes: Buffer | null) => (this.options.emptyIsNull && bytes?.length === 0 ? null : bytes)
    return recordOf(number, orNull(key), orNull(value), more)
  }
}

/** `name=value,name=value`; a name alone has a null value. */
function parseHeaders(bytes: Buffer): Header[] {
  const headers: Header[] = []
  for (let at = 0; at < bytes.length; ) {
    const comma = bytes.indexOf(0x2c, at)
    const end = comma < 0 ? bytes.length : comma
    const pair = bytes.subarray(at, end)
    const equals = pair.indexOf(0x3d)
    headers.push(
      equals < 0 ? { key: pair, value: null } : { key: pair.subarray(0, equals), value: pair.subarray(equals + 1) },
    )
    at = end + 1
  }
  return headers
}

function wholeNumber(bytes: Buffer, number: number, what: string): number {
  const text = bytes.toString()
  const value = Number(text)
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InputRecordError(number, `its ${what} '${text}' is not a whole number`)
  }
  return value
}
