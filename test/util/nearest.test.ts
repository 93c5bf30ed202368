import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { didYouMean, distance, nearest } from '../../src/util/nearest.ts'

const word = fc.string({ unit: fc.constantFrom(...'abc'), maxLength: 8 })

test('edits between words', () => {
  assert.equal(distance('topics', 'topics'), 0)
  assert.equal(distance('topcs', 'topics'), 1)
  assert.equal(distance('tpoics', 'topics'), 1)
  assert.equal(distance('', 'abc'), 3)
  assert.equal(distance('kitten', 'sitting'), 3)
})

test('edits are the same both ways, none only for the same word, and at most the longer length', () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      const edits = distance(a, b)
      assert.equal(edits, distance(b, a))
      assert.equal(edits === 0, a === b)
      assert.ok(edits >= Math.abs(a.length - b.length) && edits <= Math.max(a.length, b.length))
    }),
  )
})

test('one edit of any kind is one edit', () => {
  fc.assert(
    fc.property(word, fc.nat(), fc.constantFrom('x', 'y'), (text, position, letter) => {
      const at = position % (text.length + 1)
      assert.equal(distance(text, text.slice(0, at) + letter + text.slice(at)), 1)
      if (at < text.length) assert.equal(distance(text, text.slice(0, at) + letter + text.slice(at + 1)), 1)
    }),
  )
})

test('names that were likely meant, nearest first', () => {
  const names = ['topics', 'produce', 'consume', 'orders', 'orders-dlq', 'borders']
  assert.deepEqual(nearest('topcs', names), ['topics'])
  assert.deepEqual(nearest('ORDERS', names), ['orders', 'borders', 'orders-dlq'])
  assert.deepEqual(nearest('zzz', names), [])
  assert.deepEqual(nearest('', names), [])
  assert.equal(didYouMean('prodce', names), "did you mean 'produce'?")
  assert.equal(didYouMean('zzz', names), undefined)
})

test('very long texts cost nothing', () => {
  assert.deepEqual(nearest('a'.repeat(1_000_000), ['a']), [])
})
