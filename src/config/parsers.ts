// Text to value for the kinds of settings there are. All throw a UsageError that says what was expected.

import { UsageError } from '../errors.ts'
import { parseDuration } from '../util/duration.ts'
import { integer } from '../util/numbers.ts'
import { parseSize } from '../util/size.ts'

/** Kafka keeps times and sizes in 32 bits; a Node timer can't wait for longer either. */
const largest = 0x7fff_ffff

const int32 = integer({ min: 0, max: largest })

/** A whole number of milliseconds, as Kafka writes it, or a duration with a unit. */
export function milliseconds(text: string): number {
  return int32(/^\s*[+-]?\d+\s*$/.test(text) ? text : String(parseDuration(text)))
}

/** A number of bytes, or a size with a unit. */
export function bytes(text: string): number {
  return int32(/^\s*[+-]?\d+\s*$/.test(text) ? text : String(parseSize(text)))
}

export function boolean(text: string): boolean {
  const value = text.trim().toLowerCase()
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0') return false
  throw new UsageError(`'${text}' is neither true nor false`)
}

/** Undefined for no text. */
export function optional<Value>(parse: (text: string) => Value): (text: string) => Value | undefined {
  return (text) => (text.trim() === '' ? undefined : parse(text))
}

export function string(text: string): string {
  return text.trim()
}

/** A parser of one of `values`. */
export function oneOf<const Value extends string>(...values: Value[]) {
  return (text: string): Value => {
    const value = values.find((candidate) => candidate === text.trim().toLowerCase())
    if (value === undefined) throw new UsageError(`'${text}' is not one of ${values.join(', ')}`)
    return value
  }
}

/** The same for words that Kafka writes in capitals. */
export function oneOfCapitals<const Value extends string>(...values: Value[]) {
  return (text: string): Value => {
    const value = values.find((candidate) => candidate === text.trim().toUpperCase())
    if (value !== undefined) return value
    throw new UsageError(`'${text}' is not one of ${values.filter((word) => word !== '').join(', ')}`)
  }
}

/** A password or the like: blanks at its ends belong to it. */
export function secret(text: string): string {
  return text
}

/** How many replicas must have a record: `all` is -1. */
export function acks(text: string): -1 | 0 | 1 {
  return { all: -1, '-1': -1, '1': 1, '0': 0 }[oneOf('all', '-1', '1', '0')(text)] as -1 | 0 | 1
}

export interface HostAndPort {
  host: string
  port: number
}

const defaultPort = 9092

/** `host[:port],…`, IPv6 addresses in brackets, Kafka's `PLAINTEXT://` in front allowed. */
export function servers(text: string): HostAndPort[] {
  // A comma at the end, as lists put together by scripts have it.
  return text.replace(/,\s*$/, '').split(',').map(server)
}

function server(text: string): HostAndPort {
  const match = /^\s*(?:[A-Z_]+:\/\/)?(?:\[([0-9a-f:.%]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?\s*$/i.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = match?.[3] === undefined ? defaultPort : Number(match[3])
  if (host === undefined || port < 1 || port > 65535) {
    throw new UsageError(`'${text}' is not HOST:PORT`, {
      hint: 'servers are written host:9092, several with commas between them, IPv6 as [::1]:9092',
    })
  }
  return { host, port }
}

/** Cipher suites: Java's lists have commas between them, OpenSSL's colons. */
export function cipherNames(text: string): string[] {
  return names(text.replaceAll(':', ','))
}

/** Names with commas between them. */
export function names(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

const STRATEGIES = {
  topicnamestrategy: 'topic',
  recordnamestrategy: 'record',
  topicrecordnamestrategy: 'topic-record',
} as const

/** A strategy by its short name or by that of Confluent's class. */
export function subjectStrategy(text: string): 'topic' | 'record' | 'topic-record' {
  const name = text.trim().toLowerCase().split('.').pop() as keyof typeof STRATEGIES
  return STRATEGIES[name] ?? oneOf('topic', 'record', 'topic-record')(text)
}

/** URLs with their passwords masked. */
export function withoutPasswords(text: string): string {
  return text.replace(/(\/\/[^/:@,]*):[^/@,]*@/g, '$1:****@')
}
