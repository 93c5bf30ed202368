// Regular expressions of topic names: what re2j matches and refuses, in bounded time.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { Regex } from '../../../src/broker/groups/consumer/regex/regex.ts'
import { RegexError } from '../../../src/broker/groups/consumer/regex/syntax.ts'
import { cpuMs } from '../../cpu-time.ts'

const names = [
  ...['orders', 'Orders', 'orders-eu', 'orders.v1', 'a', 'aa', 'aaa', 'ab', 'b', 'k', 'K', 's', '_x', 'x1', '1', '...'],
  ...['a-b', '__consumer_offsets', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab', 'foo', 'foobar', 'bar', 'FOO_bar-9.z'],
]

test('each expression matches the names that it matches in re2j, or is refused in the same words', () => {
  const lines = readFileSync(join(import.meta.dirname, 'golden/expressions.jsonl'), 'utf8')
    .trim()
    .split('\n')
  for (const line of lines) {
    const [pattern, expected] = JSON.parse(line) as [string, string]
    const outcome = () => {
      try {
        const regex = new Regex(pattern)
        return names.map((name) => (regex.matches(name) ? '1' : '0')).join('')
      } catch (error) {
        assert.ok(error instanceof RegexError, pattern)
        return `error: ${error.message}`
      }
    }
    assert.equal(outcome(), expected, pattern)
  }
})

test('expressions over which a backtracking engine would sit forever take no time', () => {
  const name = 'a'.repeat(249)
  const begun = cpuMs()
  for (const pattern of ['(a+)+b', '(a|a)*b', '(a|aa)+b', '(.*)*\\.(.*)*', '((a{0,60}){0,60})b', '(|a|)+b']) {
    assert.equal(new Regex(pattern).matches(name), false, pattern)
  }
  assert.ok(cpuMs() - begun < 2000)
})

test('what would be too large, or goes too deep, is refused', () => {
  assert.throws(() => new Regex('((a{1000}){1000}){1000}'), { message: 'expression is too large' })
  assert.throws(() => new Regex('('.repeat(100_000)), { message: 'expression nests too deeply' })
})
