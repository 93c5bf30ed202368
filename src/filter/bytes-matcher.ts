// Regular expressions on bytes. One that is plain text needs no string made of each record: it is searched for in the
// bytes of the whole batch, and each place found serves all records up to it.

import { UsageError } from '../errors.ts'
import type { RecordCursor } from '../records/cursor.ts'
import { takesLinearTime } from './time-limit.ts'

/** Whether the bytes from `start` to `end` of the cursor's record match. */
export type BytesMatcher = (cursor: RecordCursor, start: number, end: number) => boolean

/** A regular expression as options take it: `REGEX` or `/REGEX/flags`. Throws a UsageError. */
export function parseRegex(text: string): RegExp {
  const [, body, flags] = /^\/(.*)\/([a-z]*)$/s.exec(text) ?? [undefined, text, '']
  const odd = /[^imsuv]/.exec(flags)
  if (odd !== null) {
    throw new UsageError(`the flag ${odd[0]} has no meaning in '${text}'`, { hint: 'i, m, s, u and v have' })
  }
  takesLinearTime(body, flags)
  try {
    return new RegExp(body, flags)
  } catch (error) {
    throw new UsageError(`'${text}' is not a regular expression: ${(error as Error).message}`, { cause: error })
  }
}

export function bytesMatcher(pattern: RegExp): BytesMatcher {
  const { source, flags } = pattern
  if (flags === '' && source !== '(?:)' && !/[\\^$.|?*+()[\]{}]/.test(source)) return textSearch(Buffer.from(source))
  return ({ bytes }, start, end) => pattern.test(bytes.toString('utf8', start, end))
}

function textSearch(text: Buffer): BytesMatcher {
  let bytes: Buffer | null = null
  let opened = -1
  let from = 0
  /** The first place of the text at or after `from`. */
  let found = 0
  return (cursor, start, end) => {
    if (cursor.bytes !== bytes || cursor.opened !== opened || start < from || start > found) {
      bytes = cursor.bytes
      opened = cursor.opened
      from = start
      found = bytes.indexOf(text, start)
      if (found < 0) found = Number.POSITIVE_INFINITY
    }
    return found + text.length <= end
  }
}
