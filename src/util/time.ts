// Points in time: ISO-8601 (`2026-01-31T12:00:00.000Z`; without a zone it is UTC, as in Kafka's tools), a date only
// (midnight UTC), `@epoch-ms`, relative to now (`-1h`, `-PT5M`), or `now`.

import { UsageError } from '../errors.ts'
import { parseDuration } from './duration.ts'

const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:(Z)|([+-])(\d\d):?(\d\d)?)?)?$/i

/** Largest number of milliseconds from the epoch that a JavaScript date can hold. */
const limit = 8_640_000_000_000_000

/** Milliseconds since the epoch. Throws a UsageError. */
export function parseTime(text: string, now: number = Date.now()): number {
  const trimmed = text.trim()
  if (trimmed === 'now') return now
  if (trimmed.startsWith('-')) return relative(trimmed, now)
  const time = /^@\d+$/.test(trimmed) ? Number(trimmed.slice(1)) : isoTime(trimmed)
  if (time === undefined || time > limit) throw notATime(text)
  return time
}

function relative(text: string, now: number): number {
  try {
    return now - parseDuration(text.slice(1))
  } catch {
    throw notATime(text)
  }
}

function isoTime(text: string): number | undefined {
  const match = iso.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((digits) => Number(digits ?? 0))
  const ms = Math.trunc(Number(`0.${match[7] ?? 0}`) * 1000 + 1e-6)
  const zone = (match[9] === '-' ? -1 : 1) * (Number(match[10] ?? 0) * 60 + Number(match[11] ?? 0))
  if (hour > 23 || minute > 59 || second > 59 || Math.abs(zone) > 18 * 60) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  // A day that the month doesn't have rolls over into another one.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  return date.getTime() + ((hour * 60 + minute - zone) * 60 + second) * 1000 + ms
}

function notATime(text: string): UsageError {
  return new UsageError(`'${text}' is not a time`, {
    hint: 'times are ISO-8601 (2026-01-31T12:00:00Z, 2026-01-31), @EPOCH-MS, -1h, or now; without a zone they are UTC',
  })
}
