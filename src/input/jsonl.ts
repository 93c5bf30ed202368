// JSON lines: the envelope that `consume --json` writes (output/record-json.ts), read back without loss; also objects that
// people write, with as little as a value.
//
//   {"key":"k","value":"v"}   {"value":{"any":"JSON"}}   {"key":"AP8=","keyEncoding":"base64","value":null}

import { encodeHeaders, type Header } from '../records/builder.ts'
import { isRawNumber, parseJsonForStringify } from '../util/json.ts'
import { type InputRecord, InputRecordError, recordOf } from './input-record.ts'
import { ParsedLineReader } from './parsed.ts'

const NEWLINE = Buffer.from('\n')
/** What an object may hold; the ones that a broker gives are read over. */
const FIELDS = new Set([
  ...['topic', 'partition', 'offset', 'timestamp', 'timestampType', 'headers', 'leaderEpoch'],
  ...['key', 'keyEncoding', 'keySchemaId', 'keyError', 'value', 'valueEncoding', 'valueSchemaId', 'valueError'],
])
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

export class JsonLineReader extends ParsedLineReader {
  private readonly asJson: { key: boolean; value: boolean }

  /** `asJson`: which parts are to be JSON text, a string in quotes too. */
  constructor(asJson = { key: false, value: false }) {
    super(NEWLINE)
    this.asJson = asJson
  }

  protected parse(buffer: Buffer, start: number, end: number, number: number): InputRecord {
    const wrong: Wrong = (problem, hint = 'each line is an object such as {"key":"k","value":"v"}') => {
      throw new InputRecordError(number, problem, hint)
    }
    const text = buffer.toString('utf8', start, end)
    const record = parseObject(text, wrong)
    const { topic, partition, headers } = record
    for (const field of Object.keys(record)) {
      if (!FIELDS.has(field)) wrong(`'${field}' is not a field of a record`, `fields are ${[...FIELDS].join(', ')}`)
    }
    if (!('key' in record || 'value' in record)) wrong('it has neither a key nor a value')
    if (topic !== undefined && typeof topic !== 'string') wrong('its topic is not a string')
    if (partition !== undefined && !(Number.isInteger(partition) && (partition as number) >= 0)) {
      wrong('its partition is not a whole number')
    }
    return recordOf(
      number,
      bytesOf(record.key, record.keyEncoding, 'key', wrong, this.asJson.key),
      bytesOf(record.value, record.valueEncoding, 'value', wrong, this.asJson.value),
      {
        topic: topic as string | undefined,
        partition: partition as number | undefined,
        timestamp: timestampOf(record.timestamp, text, wrong),
        headers: headers === undefined || headers === null ? null : headersOf(headers, wrong),
      },
    )
  }
}

type Wrong = (problem: string, hint?: string) => never

function parseObject(text: string, wrong: Wrong): Record<string, unknown> {
  let parsed: unknown
  try {
    parsed = parseJsonForStringify(text)
  } catch (error) {
    return wrong(`it is not JSON: ${(error as Error).message}`)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return wrong('it is not a JSON object')
  return parsed as Record<string, unknown>
}

/** Text, base64 where the encoding says so; any other JSON stands for its own text. */
function bytesOf(value: unknown, encoding: unknown, what: string, wrong: Wrong, asJson = false): Buffer | null {
  if (value === undefined || value === null) return null
  if (encoding !== undefined && encoding !== 'text' && encoding !== 'base64') {
    wrong(`the encoding of its ${what} is ${JSON.stringify(encoding)}, known are "text" and "base64"`)
  }
  if (encoding !== 'base64') return Buffer.from(typeof value === 'string' && !asJson ? value : JSON.stringify(value))
  if (typeof value !== 'string' || !BASE64.test(value)) return wrong(`its ${what} is not base64`)
  return Buffer.from(value, 'base64')
}

/** Milliseconds, all 64 bits of them; or a time as text. */
function timestampOf(value: unknown, text: string, wrong: Wrong): number | bigint | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') {
    const time = Date.parse(value)
    return Number.isNaN(time) ? wrong(`its timestamp '${value}' is not a time`) : time
  }
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  if (typeof value !== 'number' && !isRawNumber(value)) return wrong('its timestamp is not a whole number')
  const exact = exactNumber(text, 'timestamp')
  if (exact === undefined) return wrong('its timestamp is not a whole number')
  if (exact < INT64.min || exact > INT64.max) return wrong('its timestamp has more than 64 bits')
  return exact
}

/** The digits of a number that JSON.parse had to round. */
function exactNumber(text: string, field: string): bigint | undefined {
  let found: bigint | undefined
  JSON.parse(text, function (this: unknown, key, value, context?: { source?: string }) {
    if (key === field && typeof value === 'number' && /^-?\d+$/.test(context?.source ?? '')) {
      found = BigInt(context?.source as string)
    }
    return value
  } as (key: string, value: unknown) => unknown)
  return found
}

/** Pairs [name, value], in order; [name, value, encoding, name's encoding] where they are not text; or an object. */
function headersOf(headers: unknown, wrong: Wrong): Buffer {
  const pairs = Array.isArray(headers)
    ? headers
    : typeof headers === 'object'
      ? Object.entries(headers as object)
      : null
  if (pairs === null) return wrong('its headers are neither a list of pairs nor an object')
  return encodeHeaders(
    pairs.map((pair): Header => {
      if (!Array.isArray(pair) || typeof pair[0] !== 'string' || pair.length > 4) {
        return wrong('a header is not a pair [name, value]')
      }
      const [name, value, encoding, nameEncoding] = pair
      return {
        key: bytesOf(name, nameEncoding, 'header name', wrong) as Buffer,
        value: bytesOf(value, encoding, `header ${name}`, wrong),
      }
    }),
  )
}
