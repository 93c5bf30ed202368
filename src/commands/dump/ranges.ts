// Ranges of offsets and times on the command line: FROM:TO without TO, either side may be left out; one offset alone is that
// record. Times have colons themselves: the one is meant that leaves a time on both sides, or `..`.

import { UsageError } from '../../errors.ts'
import { parseTime } from '../../util/time.ts'

/** [from, to) */
export interface Range {
  from: number
  to: number
}

export function parseOffsetRange(text: string): Range {
  const single = offset(text)
  if (single !== undefined) return { from: single, to: single + 1 }
  return parseRange(text, offset, 'offsets, such as 100:200, 100: or 100')
}

export function parseTimeRange(text: string): Range {
  return parseRange(text, time, 'times, such as 2026-01-31T12:00..2026-01-31T13:00, -1h: or @1700000000000:')
}

function parseRange(text: string, parse: (side: string) => number | undefined, what: string): Range {
  const found: Range[] = []
  for (const { index, 0: separator } of text.matchAll(/\.\.|:/g)) {
    const [left, right] = [text.slice(0, index), text.slice(index + separator.length)]
    if (left === '' && right === '') continue
    const from = left === '' ? Number.NEGATIVE_INFINITY : parse(left)
    const to = right === '' ? Number.POSITIVE_INFINITY : parse(right)
    if (from !== undefined && to !== undefined) found.push({ from, to })
  }
  if (found.length !== 1) throw new UsageError(`'${text}' is not a range of ${what}`)
  if (found[0].to < found[0].from) throw new UsageError(`the range ${text} runs backwards`)
  return found[0]
}

function offset(text: string): number | undefined {
  return /^\d{1,16}$/.test(text) ? Number(text) : undefined
}

function time(text: string): number | undefined {
  try {
    return parseTime(text)
  } catch {
    return undefined
  }
}
