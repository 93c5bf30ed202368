// JSON lines: the envelope that `consume --json` writes (output/record-json.ts), read back without loss; also objects that
// people write, with as little as a value.
//
//   {"key":"k","value":"v"}   {"value":{"any":"JSON"}}   {"key":"AP8=","keyEncoding":"base64","value":null}
//
// What `kcat -J` writes is read too: value and timestamp have other names there, headers are names and values in turn.

import { isUtf8 } from 'node:buffer'
import { encodeHeaders, type Header } from '../records/headers.ts'
import { parseJsonKeepingNumbers } from '../util/json.ts'
import { type InputRecord, InputRecordError, recordOf } from './input-record.ts'
import { memberText } from './json-member.ts'
import { ParsedLineReader } from './parsed.ts'

const NEWLINE = Buffer.from('\n')
/** What an object may hold; the ones that a broker gives are read over. */
const FIELDS = new Set([
  ...['topic', 'partition', 'offset', 'timestamp', 'timestampType', 'headers', 'leaderEpoch'],
  ...['key', 'keyEncoding', 'keySchemaId', 'keyError', 'value', 'valueEncoding', 'valueSchemaId', 'valueError'],
])
const FIELDS_OF_KCAT = new Set(['payload', 'ts', 'tstype', 'broker'])
const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

export class JsonLineReader extends ParsedLineReader {
  private readonly asJson: { key: boolean; value: boolean }
  private readonly fixedKey: Buffer | null

  /** `asJson`: which parts are to be JSON text, a string in quotes too. `fixedKey`: of records that say nothing of a key. */
  constructor(asJson = { key: false, value: false }, fixedKey: Buffer | null = null) {
    super(NEWLINE)
    this.asJson = asJson
    this.fixedKey = fixedKey
  }

  protected parse(buffer: Buffer, start: number, end: number, number: number): InputRecord {
    const wrong: Wrong = (problem, hint = 'each line is an object such as {"key":"k","value":"v"}') => {
      throw new InputRecordError(number, problem, hint)
    }
    if (!isUtf8(buffer.subarray(start, end))) wrong('it is not UTF-8', AS_BASE64)
    const text = buffer.toString('utf8', start, end)
    const record = parseObject(text, wrong)
    const { topic, partition, headers } = record
    for (const field of Object.keys(record)) {
      if (!FIELDS.has(field) && !FIELDS_OF_KCAT.has(field)) {
        wrong(`'${field}' is not a field of a record`, `fields are ${[...FIELDS].join(', ')}`)
      }
    }
    const value = oneOf('value', 'payload', record, wrong)
    const timestamp = oneOf('timestamp', 'ts', record, wrong)
    if (!('key' in record || value in record)) wrong('it has neither a key nor a value')
    if (topic !== undefined && typeof topic !== 'string') wrong('its topic is not a string')
    if (partition !== undefined && !(Number.isInteger(partition) && (partition as number) >= 0)) {
      wrong('its partition is not a whole number')
    }
    const key = record.key === undefined ? this.fixedKey : this.bytesOf('key', 'key', record, text, wrong)
    return recordOf(number, key, this.bytesOf('value', value, record, text, wrong), {
      topic: topic as string | undefined,
      partition: partition as number | undefined,
      timestamp: timestampOf(timestamp, record, text, wrong),
      headers: headers === undefined || headers === null ? null : headersOf(headers, text, wrong),
    })
  }

  /** Text, base64 where the encoding says so; any other JSON stands for its own text. */
  private bytesOf(
    part: 'key' | 'value',
    member: string,
    record: Record<string, unknown>,
    text: string,
    wrong: Wrong,
  ): Buffer | null {
    const value = record[member]
    if (value === undefined || value === null) return null
    const encoding = record[`${part}Encoding`]
    if (typeof value === 'string' && (encoding === 'base64' || !this.asJson[part])) {
      return textOf(value, encoding, part, wrong)
    }
    checkEncoding(encoding, part, wrong)
    return encoding === 'base64' ? wrong(`its ${part} is not base64`) : Buffer.from(memberText(text, member) as string)
  }
}

/** Which of two names for the same is there. */
function oneOf(name: string, other: string, record: Record<string, unknown>, wrong: Wrong): string {
  if (!(other in record)) return name
  return name in record ? wrong(`'${name}' and '${other}' are the same`) : other
}

const AS_BASE64 = 'bytes that are no text are written in base64: {"value":"/w==","valueEncoding":"base64"}'

type Wrong = (problem: string, hint?: string) => never

function parseObject(text: string, wrong: Wrong): Record<string, unknown> {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    return wrong(`it is not JSON: ${(error as Error).message}`)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return wrong('it is not a JSON object')
  return parsed as Record<string, unknown>
}

function textOf(value: string, encoding: unknown, what: string, wrong: Wrong): Buffer {
  checkEncoding(encoding, what, wrong)
  if (encoding === 'base64') return isBase64(value) ? Buffer.from(value, 'base64') : wrong(`its ${what} is not base64`)
  if (!value.isWellFormed()) wrong(`its ${what} has half of a surrogate pair, which no bytes stand for`, AS_BASE64)
  return Buffer.from(value)
}

function checkEncoding(encoding: unknown, what: string, wrong: Wrong): void {
  if (encoding === undefined || encoding === 'text' || encoding === 'base64') return
  wrong(`the encoding of its ${what} is ${JSON.stringify(encoding)}, known are "text" and "base64"`)
}

/** By itself, as a regular expression for groups of four takes a stack that grows with the text. */
function isBase64(text: string): boolean {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return text.length % 4 === 0 && !/[^A-Za-z0-9+/]/.test(padding === 0 ? text : text.slice(0, -padding))
}

/** Milliseconds, all 64 bits of them; or a time as text. */
function timestampOf(
  member: string,
  record: Record<string, unknown>,
  text: string,
  wrong: Wrong,
): number | bigint | undefined {
  const value = record[member]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') {
    const time = Date.parse(value)
    return Number.isNaN(time) ? wrong(`its timestamp '${value}' is not a time`) : time
  }
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  const digits = typeof value === 'number' ? (memberText(text, member) as string) : ''
  if (!/^-?\d+$/.test(digits)) return wrong('its timestamp is not a whole number')
  const exact = BigInt(digits)
  if (exact < INT64.min || exact > INT64.max) return wrong('its timestamp has more than 64 bits')
  return exact
}

/** Pairs [name, value], in order; [name, value, encoding, name's encoding] where they are not text; or an object. */
function headersOf(parsed: unknown, text: string, wrong: Wrong): Buffer {
  return encodeHeaders(
    exactPairs(pairsOf(parsed, wrong), text, wrong).map(([name, value, encoding, nameEncoding]): Header => {
      const isNull = value === null || value === undefined
      return {
        key: textOf(name, nameEncoding, 'header name', wrong),
        value: isNull ? null : textOf(value as string, encoding, `header ${name}`, wrong),
      }
    }),
  )
}

/** The pairs with values that are no strings as their JSON text. */
function exactPairs(pairs: Pair[], text: string, wrong: Wrong): Pair[] {
  const isText = (value: unknown) => value === null || value === undefined || typeof value === 'string'
  if (pairs.every(([, value]) => isText(value))) return pairs
  try {
    const exact = pairsOf(parseJsonKeepingNumbers(memberText(text, 'headers') as string), wrong)
    return exact.map(([name, value, ...more]) => {
      if (isText(value)) return [name, value, ...more]
      return more[0] === 'base64' ? wrong(`its header ${name} is not base64`) : [name, JSON.stringify(value), ...more]
    })
  } catch (error) {
    if (error instanceof RangeError) return wrong('its headers are nested too deeply')
    throw error
  }
}

type Pair = [name: string, value: unknown, encoding?: unknown, nameEncoding?: unknown]

function pairsOf(headers: unknown, wrong: Wrong): Pair[] {
  const pairs: unknown = Array.isArray(headers)
    ? inPairs(headers)
    : typeof headers === 'object'
      ? Object.entries(headers as object)
      : wrong('its headers are neither a list of pairs nor an object')
  for (const pair of pairs as unknown[]) {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string' || pair.length > 4) {
      wrong('a header is not a pair [name, value]')
    }
  }
  return pairs as Pair[]
}

/** Names and values in turn as pairs; pairs as they are. */
function inPairs(headers: readonly unknown[]): readonly unknown[] {
  if (typeof headers[0] !== 'string' || headers.length % 2 === 1) return headers
  return Array.from({ length: headers.length / 2 }, (_, i) => headers.slice(2 * i, 2 * i + 2))
}
