import assert from 'node:assert/strict'
import test from 'node:test'
import { keyValue } from '../../src/util/key-value.ts'

test('a key and a value are split at the first equals sign', () => {
  assert.deepEqual(keyValue('a=b'), ['a', 'b'])
  assert.deepEqual(keyValue(' a =b=c '), ['a', 'b=c '])
  assert.deepEqual(keyValue('a='), ['a', ''])
})

test('the error does not repeat the text, which may be a secret', () => {
  for (const text of ['hunter2', '=hunter2', '']) {
    assert.throws(
      () => keyValue(text),
      (error: Error) => /KEY=VALUE/.test(error.message) && !error.message.includes('hunter2'),
    )
  }
})
