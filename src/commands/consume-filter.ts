// The flags that choose records, and the test that they make.

import { UsageError } from '../errors.ts'
import { parseRegex } from '../filter/bytes-matcher.ts'
import type { Decode, Expression } from '../filter/expression.ts'
import { allOf, headerMatches, keyMatches, type RecordTest, valueMatches } from '../filter/record-filter.ts'
import { TimeLimit, takesLinearTime } from '../filter/time-limit.ts'
import type { DecodedText, PartText } from '../output/record-format.ts'
import { parseJsonExact } from '../util/json.ts'
import { defineFlags, type FlagValues } from './command.ts'

export const filterFlags = defineFlags({
  where: {
    value: 'EXPR',
    category: 'Filters',
    doc: "Only records for which this CEL expression is true: 'value.amount > 100'",
  },
  grep: {
    value: 'REGEX',
    parse: parseRegex,
    category: 'Filters',
    doc: 'Only records whose value matches; /REGEX/i ignores case',
  },
  key: { value: 'REGEX', parse: parseRegex, category: 'Filters', doc: 'Only records whose key matches' },
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
  const tests: RecordTest[] = flags.header.map(({ name, pattern }) => headerMatches(name, pattern))
  if (flags.key !== undefined)
    tests.push(decoded === undefined ? keyMatches(flags.key) : textMatches(decoded.key, flags.key))
  if (flags.grep !== undefined)
    tests.push(decoded === undefined ? valueMatches(flags.grep) : textMatches(decoded.value, flags.grep))
  let expression: Expression | undefined
  if (flags.where !== undefined) {
    const { compileExpression, decodeJson } = await import('../filter/expression.ts')
    expression = compileExpression(flags.where, decoded && decodedValues(decoded, decodeJson))
    tests.push(expression.test)
  }
  const patterns = [flags.key, flags.grep, ...flags.header.map(({ pattern }) => pattern)]
  const isBounded = patterns.every((pattern) => pattern == null || takesLinearTime(pattern.source, pattern.flags))
  return {
    test: allOf(tests),
    limit: isBounded && expression?.isBounded !== false ? null : new TimeLimit(),
    report() {
      if (expression === undefined || expression.unevaluated.count === 0) return null
      const { count, reason, where } = expression.unevaluated
      const what = count === 1 ? '1 record was' : `${count.toLocaleString('en')} records were`
      return `${what} left out because --where can't be evaluated for them (${reason}), the first at ${where}`
    },
  }
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
