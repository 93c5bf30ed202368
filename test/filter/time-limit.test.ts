import assert from 'node:assert/strict'
import test from 'node:test'
import { Position } from '../../src/client/fetched.ts'
import { RecordReader } from '../../src/client/record-reader.ts'
import { UsageError } from '../../src/errors.ts'
import { parseRegex } from '../../src/filter/bytes-matcher.ts'
import { compileExpression } from '../../src/filter/expression.ts'
import { type RecordTest, valueMatches } from '../../src/filter/record-filter.ts'
import { TimeLimit, takesLinearTime } from '../../src/filter/time-limit.ts'
import { batchOf } from '../broker/harness.ts'

const HOSTILE = `${'a'.repeat(10_000)}!`

/** The values that pass, of the records of a partition. */
async function passing(values: string[], test: RecordTest, limit: TimeLimit | null = null): Promise<string[]> {
  const reader = new RecordReader({ checkCrcs: false, committedOnly: false, limit })
  const position = new Position('t', 0, values.length)
  const found: string[] = []
  await reader.read(
    { position, records: batchOf(values), from: 0, next: values.length, leaderEpoch: 0, aborted: null },
    {
      visit: (view) => {
        const { bytes, valueStart, valueEnd } = view.cursor
        if (test(view)) found.push(bytes.toString('utf8', valueStart, valueEnd))
        return true
      },
    },
  )
  return found
}

test('an expression that would backtrack for years comes to its end', async () => {
  for (const text of ['(a+)+$', '^(a|a)*$', '/^(\\w+\\s?)*$/s', '(.*a){12}$']) {
    const pattern = parseRegex(text)
    assert.ok(takesLinearTime(pattern.source, pattern.flags), text)
    assert.deepEqual(await passing([HOSTILE, 'aaaa aaaa aaaaaaaaa', 'aa aaaaaaaaaaa'], valueMatches(pattern)), [
      ...(text.startsWith('^(a') ? [] : ['aaaa aaaa aaaaaaaaa', 'aa aaaaaaaaaaa']),
    ])
  }
  assert.deepEqual(await passing([HOSTILE, 'aa'], compileExpression('value.matches("(a+)+$")').test), ['aa'])
})

test('one that only backtracking understands is ended, and the record is named', async () => {
  for (const text of ['/(a+)+$/i', '/(a+)+$/u', '(a+)+\\1$', '(?=a)(a+)+$', '(a{1,20}){1,20}$']) {
    const pattern = parseRegex(text)
    assert.ok(!takesLinearTime(pattern.source, pattern.flags), text)
    const limited = passing(['b', 'aa', HOSTILE, 'a'], valueMatches(pattern), new TimeLimit(50))
    await assert.rejects(limited, (error: UsageError) => {
      assert.ok(error instanceof UsageError)
      assert.match(error.message, /takes more than 0\.05 s at offset 2 of partition 0 of t$/)
      return true
    })
    assert.deepEqual(await passing(['b', 'aa'], valueMatches(pattern), new TimeLimit()), ['aa'])
  }
})

test('conditions with a regular expression are ended as well, as the expression may be out of a record', async () => {
  const { test: matches, isBounded } = compileExpression('value.matches("(?=a)(a+)+$")')
  assert.ok(!isBounded)
  await assert.rejects(passing([HOSTILE], matches, new TimeLimit(50)), UsageError)
  assert.ok(compileExpression('value == "a"').isBounded)
})

test('what is without repetitions needs no watchdog', () => {
  assert.ok(takesLinearTime('error|warn(ing)?', 'i'))
  assert.ok(!takesLinearTime('error.*', 'i'))
})
