// Durations as people and Kafka's tools write them: `250ms 5s 10m 2h 7d`, several in a row (`1h30m`), or ISO-8601
// (`PT5M`, `P1DT2H`, `P2W`); 0 needs no unit. Months and years have no fixed length and are refused.

import { UsageError } from '../errors.ts'

const unitMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

const number = '(\\d+(?:\\.\\d+)?)'
const part = new RegExp(`${number}(ms|s|m|h|d|w)`, 'g')
const short = new RegExp(`^(?:${number}(?:ms|s|m|h|d|w))+$`)
const iso = new RegExp(`^P(?=.)(?:${number}W)?(?:${number}D)?(?:T(?=.)(?:${number}H)?(?:${number}M)?(?:${number}S)?)?$`)

/** Milliseconds, rounded to whole ones. Throws a UsageError. */
export function parseDuration(text: string): number {
  const ms = shortDuration(text.trim()) ?? isoDuration(text.trim().toUpperCase())
  if (ms === undefined) {
    throw new UsageError(`'${text}' is not a duration`, {
      hint: 'durations are written 250ms, 5s, 10m, 2h, 7d, or as ISO-8601: PT5M, P1DT2H',
    })
  }
  if (!Number.isSafeInteger(ms)) throw new UsageError(`the duration '${text}' is too long`)
  return ms
}

function shortDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!short.test(text)) return undefined
  let ms = 0
  for (const [, amount, unit] of text.matchAll(part)) ms += Number(amount) * unitMs[unit]
  return Math.round(ms)
}

function isoDuration(text: string): number | undefined {
  const match = iso.exec(text)
  if (match === null) return undefined
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((amount) => Number(amount ?? 0))
  return Math.round(weeks * unitMs.w + days * unitMs.d + hours * unitMs.h + minutes * unitMs.m + seconds * unitMs.s)
}
