// Whole numbers and lists of them, as options take them.

import { UsageError } from '../errors.ts'

export interface Range {
  min?: number
  max?: number
}

/** A parser of whole decimal numbers within a range. */
export function integer({ min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER }: Range = {}) {
  return (text: string): number => {
    const value = Number(text)
    if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new UsageError(`'${text}' is not a whole number`)
    if (value < min) throw new UsageError(`${text} is less than ${min}`)
    if (value > max) throw new UsageError(`${text} is more than ${max}`)
    return value
  }
}

/** No list of partitions or brokers is longer; keeps `0-999999999` from filling the memory. */
const longestList = 100_000

/** Numbers and ranges: `0,3,5-7` gives 0 3 5 6 7, in the order given, each once. */
export function parseIntegerList(text: string): number[] {
  const values = new Set<number>()
  for (const item of text.split(',')) {
    const match = /^\s*(\d{1,9})\s*(?:-\s*(\d{1,9}))?\s*$/.exec(item)
    if (match === null) {
      throw new UsageError(`'${text}' is not a list of numbers`, { hint: 'lists are written 0,3,5-7' })
    }
    const first = Number(match[1])
    const last = match[2] === undefined ? first : Number(match[2])
    if (last < first) throw new UsageError(`the range ${item.trim()} runs backwards`)
    if (values.size + last - first >= longestList)
      throw new UsageError(`'${text}' has more than ${longestList} numbers`)
    for (let value = first; value <= last; value++) values.add(value)
  }
  return [...values]
}
