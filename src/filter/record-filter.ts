// Which records are wanted. A test looks at a record in its place, before anything of it is formatted.

import type { RecordView } from '../records/view.ts'
import { type BytesMatcher, bytesMatcher } from './bytes-matcher.ts'

export type RecordTest = (view: RecordView) => boolean

/** Records whose value matches; a null value never does. */
export function valueMatches(pattern: RegExp): RecordTest {
  const matcher = bytesMatcher(pattern)
  return ({ cursor }) => cursor.valueStart >= 0 && matcher(cursor, cursor.valueStart, cursor.valueEnd)
}

/** Records whose key matches; a null key never does. */
export function keyMatches(pattern: RegExp): RecordTest {
  const matcher = bytesMatcher(pattern)
  return ({ cursor }) => cursor.keyStart >= 0 && matcher(cursor, cursor.keyStart, cursor.keyEnd)
}

/** Records with a header of this name, and where there is a pattern, one whose value matches. */
export function headerMatches(name: string, pattern: RegExp | null): RecordTest {
  const wanted = Buffer.from(name)
  const matcher: BytesMatcher | null = pattern === null ? null : bytesMatcher(pattern)
  return ({ cursor }) => {
    cursor.rewindHeaders()
    while (cursor.nextHeader()) {
      const { bytes, headerKeyStart, headerKeyEnd, headerValueStart, headerValueEnd } = cursor
      if (headerKeyEnd - headerKeyStart !== wanted.length) continue
      if (bytes.compare(wanted, 0, wanted.length, headerKeyStart, headerKeyEnd) !== 0) continue
      if (matcher === null || (headerValueStart >= 0 && matcher(cursor, headerValueStart, headerValueEnd))) return true
    }
    return false
  }
}

/** Records that pass all of the tests; null where there is none. */
export function allOf(tests: readonly RecordTest[]): RecordTest | null {
  if (tests.length <= 1) return tests[0] ?? null
  return (view) => tests.every((test) => test(view))
}
