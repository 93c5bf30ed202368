import assert from 'node:assert/strict'
import test from 'node:test'
import { UsageError } from '../../src/errors.ts'
import { namePattern, selectByName } from '../../src/util/name-pattern.ts'

test('literals, globs and regular expressions', () => {
  const cases: [pattern: string, matching: string[], other: string[]][] = [
    ['orders', ['orders'], ['orders2', 'Orders']],
    ['orders-*', ['orders-1', 'orders-'], ['orders', 'x-orders-1']],
    ['*', ['a', '.hidden', '__consumer_offsets'], []],
    ['a?', ['ab'], ['a', 'abc']],
    ['{a,b}.v[12]', ['a.v1', 'b.v2'], ['c.v1', 'a.v3']],
    ['/^a.c$/', ['abc', 'a.c'], ['xabc', 'abcd']],
    ['/v[0-9]+/', ['a.v10'], ['a.v']],
    ['/', ['/'], ['a']],
  ]
  for (const [text, matching, other] of cases) {
    const pattern = namePattern(text)
    for (const name of matching) assert.ok(pattern.matches(name), `${text} ${name}`)
    for (const name of other) assert.ok(!pattern.matches(name), `${text} not ${name}`)
  }
  assert.ok(namePattern('a.b_c-d').literal)
  assert.ok(!namePattern('a*').literal)
  assert.ok(!namePattern('/a/').literal)
})

test('a wrong regular expression is a usage error', () => {
  assert.throws(() => namePattern('/(/'), UsageError)
})

test('a selection keeps the order, holds each once, and tells what matched nothing', () => {
  const items = ['a1', 'a2', 'b', '__x'].map((name) => ({ name }))
  const names = (patterns: string[]) => {
    const { items: chosen, unmatched, byPattern } = selectByName(items, patterns.map(namePattern))
    return { chosen: chosen.map((item) => item.name), unmatched: unmatched.map((pattern) => pattern.text), byPattern }
  }
  assert.deepEqual(names([]), { chosen: ['a1', 'a2', 'b', '__x'], unmatched: [], byPattern: false })
  assert.deepEqual(names(['b', 'a*', 'a1']), { chosen: ['a1', 'a2', 'b'], unmatched: [], byPattern: true })
  assert.deepEqual(names(['c', 'c*', 'b']), { chosen: ['b'], unmatched: ['c', 'c*'], byPattern: true })
  assert.deepEqual(names(['b']), { chosen: ['b'], unmatched: [], byPattern: false })
})

test('an expression that takes too long is told, not waited for', () => {
  assert.throws(() => namePattern('/^(a+)+$/').matches(`${'a'.repeat(60)}b`), /takes too long to match/)
})
