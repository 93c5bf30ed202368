// Logical types: what they stand on, and their text. A logical type that is unknown, or does not fit the type that it is
// on, does not count, as the specification wants it.

import type { Properties } from './schema.ts'

export type Logical =
  | { readonly kind: 'date' }
  /** Digits of a second: 3 for milliseconds, 6, 9. */
  | { readonly kind: 'time' | 'timestamp' | 'local-timestamp'; readonly digits: 3 | 6 | 9 }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'duration' }

const DIGITS: Record<string, 3 | 6 | 9> = { millis: 3, micros: 6, nanos: 9 }
const UUID_BYTES = 16
const DURATION_BYTES = 12

/** `size` is that of a fixed. */
export function logicalOf(type: string, properties: Properties, size: number): Logical | undefined {
  const name = properties['logicalType']
  if (typeof name !== 'string') return undefined
  switch (name) {
    case 'date':
      return type === 'int' ? { kind: 'date' } : undefined
    case 'time-millis':
      return type === 'int' ? { kind: 'time', digits: 3 } : undefined
    case 'time-micros':
      return type === 'long' ? { kind: 'time', digits: 6 } : undefined
    case 'uuid':
      return type === 'string' || (type === 'fixed' && size === UUID_BYTES) ? { kind: 'uuid' } : undefined
    case 'duration':
      return type === 'fixed' && size === DURATION_BYTES ? { kind: 'duration' } : undefined
    case 'decimal':
      return type === 'bytes' || type === 'fixed' ? decimalOf(type, properties, size) : undefined
  }
  const match = /^(local-timestamp|timestamp)-(millis|micros|nanos)$/.exec(name)
  if (match === null || type !== 'long') return undefined
  return { kind: match[1] as 'timestamp', digits: DIGITS[match[2]] }
}

function decimalOf(type: string, properties: Properties, size: number): Logical | undefined {
  const precision = Number(properties['precision'])
  const scale = Number(properties['scale'] ?? 0)
  if (!Number.isInteger(precision) || precision < 1 || !Number.isInteger(scale) || scale < 0 || scale > precision) {
    return undefined
  }
  const most = type === 'fixed' ? Math.floor(Math.log10(2) * (8 * size - 1)) : Number.POSITIVE_INFINITY
  return precision > most ? undefined : { kind: 'decimal', precision, scale }
}

const pad = (value: number | bigint, digits: number) => String(value).padStart(digits, '0')
/** Of the years 0001 to 9999, which ISO-8601 writes with four digits. */
export const FIRST_DAY = -719_162
export const LAST_DAY = 2_932_896
export const DAY_SECONDS = 86_400

/** Days since 1970; undefined where the text is no date. */
export function parseDate(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (match === null) return undefined
  const days = Date.parse(`${text}T00:00:00Z`) / (DAY_SECONDS * 1000)
  // A day that the month does not have becomes one of the next.
  return !Number.isNaN(days) && new Date(days * DAY_SECONDS * 1000).toISOString().startsWith(text) ? days : undefined
}

/** The fraction of a second with so many digits; undefined where it has more that are not 0. */
function fractionOf(text: string | undefined, digits: number): bigint | undefined {
  const given = (text ?? '').replace(/0+$/, '')
  return given.length > digits ? undefined : BigInt(given.padEnd(digits, '0'))
}

/** Undefined where the text is no time of a day, or finer than the digits. */
export function parseTimeOfDay(text: string, digits: 3 | 6 | 9): number | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?$/.exec(text)
  const fraction = match === null ? undefined : fractionOf(match[4], digits)
  if (match === null || fraction === undefined) return undefined
  return (Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0)) * 10 ** digits + Number(fraction)
}

const TIMESTAMP =
  /^(\d{4}-\d\d-\d\d)(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/i

/** Undefined where the text is no time, or finer than the digits. Without a zone it is UTC; `local` allows none. */
export function parseTimestamp(text: string, digits: 3 | 6 | 9, local: boolean): bigint | undefined {
  const match = TIMESTAMP.exec(text)
  if (match === null) return undefined
  const [, date, hours = '0', minutes = '0', seconds = '0', fractionText, zone] = match
  const days = parseDate(date)
  const fraction = fractionOf(fractionText, digits)
  if (days === undefined || fraction === undefined || (local && zone !== undefined)) return undefined
  const whole = days * DAY_SECONDS + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) - offsetOf(zone)
  return BigInt(whole) * 10n ** BigInt(digits) + fraction
}

/** Seconds east of UTC. */
function offsetOf(zone: string | undefined): number {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone ?? '')
  if (match === null) return 0
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60)
}

/** Big-endian two's complement to decimal text, such as `-12.340`. */
export function decimalText(bytes: Buffer, start: number, end: number, scale: number): string {
  let unscaled = 0n
  if (end - start <= 6 && end > start) unscaled = BigInt(bytes.readIntBE(start, end - start))
  else if (end > start) {
    unscaled = BigInt.asIntN(8 * (end - start), BigInt(`0x${bytes.toString('hex', start, end)}`))
  }
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** The unscaled value of decimal text; a text says what is wrong with it. */
export function parseDecimal(text: string, precision: number, scale: number): bigint | string {
  const match = /^([+-])?(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/i.exec(text)
  if (match === null || `${match[2]}${match[3] ?? ''}` === '') return 'is no decimal number'
  const [, sign, whole, fraction = '', exponent = '0'] = match
  const zeros = scale + Number(exponent) - fraction.length
  let digits = (whole + fraction).replace(/^0+(?=.)/, '')
  if (digits === '0') return 0n
  if (zeros < 0) {
    if (!/^0*$/.test(digits.slice(zeros)) || -zeros > digits.length)
      return `has more than ${scale} digits after the point`
    digits = digits.slice(0, zeros)
  } else if (zeros > 0) {
    if (digits.length + zeros > precision) return `has more than ${precision} digits`
    digits = digits.padEnd(digits.length + zeros, '0')
  }
  if (digits.length > precision) return `has more than ${precision} digits`
  const value = BigInt(digits === '' ? '0' : digits)
  return sign === '-' ? -value : value
}

/** The shortest two's complement, or one of `size` bytes. */
export function twosComplement(value: bigint, size?: number): Buffer {
  let bytes = size
  if (bytes === undefined) {
    bytes = 1
    while (BigInt.asIntN(8 * bytes, value) !== value) bytes++
  }
  return Buffer.from(
    BigInt.asUintN(8 * bytes, value)
      .toString(16)
      .padStart(2 * bytes, '0'),
    'hex',
  )
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function isUuid(text: string): boolean {
  return UUID.test(text)
}

/** `5f4e…-…` of 16 bytes. */
export function uuidText(bytes: Buffer, start: number): string {
  const hex = bytes.toString('hex', start, start + UUID_BYTES)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** Months, days and milliseconds, little-endian each, as ISO-8601: `P1M2DT3.500S`. */
export function durationText(bytes: Buffer, start: number): string {
  const [months, days, ms] = [0, 4, 8].map((at) => bytes.readUInt32LE(start + at))
  return `P${months}M${days}DT${Math.floor(ms / 1000)}.${pad(ms % 1000, 3)}S`
}

const DURATION =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,3}))?S)?)?$/

export function parseIsoDuration(text: string): Buffer | undefined {
  const match = DURATION.exec(text)
  if (match === null || text === 'P' || text.endsWith('T')) return undefined
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1, 8).map((part) => Number(part ?? 0))
  const ms = ((hours * 60 + minutes) * 60 + seconds) * 1000 + Number((match[8] ?? '').padEnd(3, '0'))
  const parts = [years * 12 + months, weeks * 7 + days, ms]
  if (parts.some((part) => part > 0xffff_ffff)) return undefined
  const bytes = Buffer.alloc(DURATION_BYTES)
  for (const [i, part] of parts.entries()) bytes.writeUInt32LE(part, 4 * i)
  return bytes
}
