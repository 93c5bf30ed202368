// The flags that choose records, and the test that they make.

import { UsageError } from '../errors.ts'
import { parseRegex } from '../filter/bytes-matcher.ts'
import type { Expression } from '../filter/expression.ts'
import { allOf, headerMatches, keyMatches, type RecordTest, valueMatches } from '../filter/record-filter.ts'
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
  /** What to say in the end. */
  report(): string | null
}

export async function recordFilter(flags: FlagValues<typeof filterFlags>): Promise<Filter> {
  const tests: RecordTest[] = flags.header.map(({ name, pattern }) => headerMatches(name, pattern))
  if (flags.key !== undefined) tests.push(keyMatches(flags.key))
  if (flags.grep !== undefined) tests.push(valueMatches(flags.grep))
  let expression: Expression | undefined
  if (flags.where !== undefined) {
    const { compileExpression } = await import('../filter/expression.ts')
    expression = compileExpression(flags.where)
    tests.push(expression.test)
  }
  return {
    test: allOf(tests),
    report() {
      if (expression === undefined || expression.unevaluated.count === 0) return null
      const { count, reason, where } = expression.unevaluated
      const what = count === 1 ? '1 record was' : `${count.toLocaleString('en')} records were`
      return `${what} left out because --where can't be evaluated for them (${reason}), the first at ${where}`
    },
  }
}

function headerCondition(text: string): { name: string; pattern: RegExp | null } {
  const at = text.indexOf('=')
  if (at === 0) throw new UsageError(`the header '${text}' has no name`)
  return at < 0 ? { name: text, pattern: null } : { name: text.slice(0, at), pattern: parseRegex(text.slice(at + 1)) }
}
