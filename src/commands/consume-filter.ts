// The flags that choose records, and the test that they make.

import { UsageError } from '../errors.ts'
import { parseRegex } from '../filter/bytes-matcher.ts'
import type { Decode, Expression, Unevaluated } from '../filter/expression.ts'
import { allOf, headerMatches, keyMatches, type RecordTest, valueMatches } from '../filter/record-filter.ts'
import { TimeLimit, takesLinearTime } from '../filter/time-limit.ts'
import type { DecodedText, PartText } from '../output/record-format.ts'
import { parseJsonExact } from '../util/json.ts'
import { defineFlags, type FlagValues } from './command.ts'

export const filterFlags = defineFlags({
  where: {
    value: 'EXPR',
    repeatable: true,
    category: 'Filters',
    doc: "Only records for which this CEL expression is true: 'value.amount > 100'",
  },
  grep: {
    value: 'REGEX',
    parse: parseRegex,
    repeatable: true,
    category: 'Filters',
    doc: 'Only records whose value matches; /REGEX/i ignores case',
  },
  key: {
    value: 'REGEX',
    parse: parseRegex,
    repeatable: true,
    category: 'Filters',
    doc: 'Only records whose key matches',
  },
  header: {
    value: 'NAME[=REGEX]',
    parse: headerCondition,
    repeatable: true,
    category: 'Filters',
    doc: 'Only records with this header, and a value that matches',
  },
})

export interface Filter {
  /** Null where all records are wanted. */
  test: RecordTest | null
  /** What the test is to run in, where nothing else ends a regular expression that takes too long. */
  limit: TimeLimit | null
  /** What to say in the end. */
  report(): string | null
}

/** Keys and values as text that filters look at, where they are decoded. */
type Decoded = DecodedText & { readonly key: { isJson: boolean }; readonly value: { isJson: boolean } }

export async function recordFilter(flags: FlagValues<typeof filterFlags>, decoded?: Decoded): Promise<Filter> {
  const { key, grep, header, where } = flags
  const tests: RecordTest[] = [
    ...header.map(({ name, pattern }) => headerMatches(name, pattern)),
    ...key.map((pattern) => (decoded === undefined ? keyMatches(pattern) : textMatches(decoded.key, pattern))),
    ...grep.map((pattern) => (decoded === undefined ? valueMatches(pattern) : textMatches(decoded.value, pattern))),
  ]
  let expressions: Expression[] = []
  if (where.length > 0) {
    const { compileExpression, decodeJson } = await import('../filter/expression.ts')
    expressions = where.map((text) => compileExpression(text, decoded && decodedValues(decoded, decodeJson)))
    tests.push(...expressions.map(({ test }) => test))
  }
  const patterns = [...key, ...grep, ...header.map(({ pattern }) => pattern)]
  const isBounded =
    patterns.every((pattern) => pattern == null || takesLinearTime(pattern.source, pattern.flags)) &&
    expressions.every((expression) => expression.isBounded)
  return {
    test: allOf(tests),
    limit: isBounded ? null : new TimeLimit(),
    report() {
      const { count, reason, where } = expressions.map(({ unevaluated }) => unevaluated).reduce(both, NONE)
      if (count === 0) return null
      const what = count === 1 ? '1 record was' : `${count.toLocaleString('en')} records were`
      return `${what} left out because --where can't be evaluated for them (${reason}), the first at ${where}`
    },
  }
}

const NONE: Unevaluated = { count: 0, reason: '', where: '' }

/** A record that one expression leaves out is not seen by the others. */
function both(one: Unevaluated, other: Unevaluated): Unevaluated {
  return { ...(one.count > 0 ? one : other), count: one.count + other.count }
}

function textMatches(part: PartText, pattern: RegExp): RecordTest {
  return () => part.start >= 0 && pattern.test(part.bytes.toString('utf8', part.start, part.end))
}

/** What --where sees: decoded parts as the JSON that they are. */
function decodedValues(decoded: Decoded, decodeJson: (bytes: Buffer, start: number, end: number) => unknown): Decode {
  return (_view, name) => {
    const part = decoded[name]
    if (part.start < 0) return null
    if (!part.isJson) return decodeJson(part.bytes, part.start, part.end)
    return parseJsonExact(part.bytes.toString('utf8', part.start, part.end))
  }
}

function headerCondition(text: string): { name: string; pattern: RegExp | null } {
  const at = text.indexOf('=')
  if (at === 0) throw new UsageError(`the header '${text}' has no name`)
  return at < 0 ? { name: text, pattern: null } : { name: text.slice(0, at), pattern: parseRegex(text.slice(at + 1)) }
}
