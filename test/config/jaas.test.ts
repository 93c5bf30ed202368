import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parseJaas } from '../../src/config/jaas.ts'

test('module, flag and options, quoted or not', () => {
  const text = `org.apache.kafka.common.security.scram.ScramLoginModule required
    username="al\\"ice" password='p;w =x' tokenauth=true;`
  assert.deepEqual(parseJaas(text), {
    module: 'ScramLoginModule',
    options: { username: 'al"ice', password: 'p;w =x', tokenauth: 'true' },
  })
  assert.deepEqual(parseJaas('a.B Required;'), { module: 'B', options: {} })
})

test('anything else is an error that does not repeat it', () => {
  for (const text of [
    '',
    'hunter2',
    'A required password="hunter2"',
    'A needed x="hunter2";',
    'A required x=hunter2; y',
  ]) {
    assert.throws(
      () => parseJaas(text),
      (error: Error) => error.name === 'UsageError' && !error.message.includes('hunter2'),
    )
  }
})

test('any values come back from their quotes', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-zA-Z_]{1,8}$/), fc.string()), (options) => {
      const pairs = Object.entries(options).map(([key, value]) => `${key}="${value.replaceAll(/["\\]/g, '\\$&')}"`)
      assert.deepEqual({ ...parseJaas(`M required ${pairs.join(' ')};`).options }, { ...options })
    }),
  )
})
