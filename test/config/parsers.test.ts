import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { acks, boolean, bytes, milliseconds, oneOf, servers } from '../../src/config/parsers.ts'
import { UsageError } from '../../src/errors.ts'

test('times and sizes are plain numbers, or have a unit', () => {
  assert.equal(milliseconds('1500'), 1500)
  assert.equal(milliseconds('5s'), 5000)
  assert.equal(bytes('1048576'), 1048576)
  assert.equal(bytes('1MiB'), 1048576)
  for (const parse of [milliseconds, bytes]) {
    for (const text of ['-1', '2147483648', '', 'x', '1.5']) assert.throws(() => parse(text), UsageError, text)
  }
})

test('booleans, choices and acks', () => {
  assert.deepEqual(['true', 'TRUE ', '1', 'false', '0'].map(boolean), [true, true, true, false, false])
  assert.throws(() => boolean('yes'), UsageError)
  assert.equal(oneOf('none', 'gzip')(' GZIP'), 'gzip')
  assert.throws(() => oneOf('none', 'gzip')('brotli'), /one of none, gzip/)
  assert.deepEqual(['all', '-1', '1', '0'].map(acks), [-1, -1, 1, 0])
  assert.throws(() => acks('2'), UsageError)
})

test('servers', () => {
  assert.deepEqual(servers('kafka-1:9093, 10.0.0.1 ,[::1]:9094,PLAINTEXT://b:1,'), [
    { host: 'kafka-1', port: 9093 },
    { host: '10.0.0.1', port: 9092 },
    { host: '::1', port: 9094 },
    { host: 'b', port: 1 },
  ])
  for (const text of ['', ',', ',a', ':9092', 'a:', 'a:x', 'a:0', 'a:65536', 'a b:1', '::1', 'a:1:2', '[a:1']) {
    assert.throws(() => servers(text), UsageError, text)
  }
})

test('hosts and ports are read back', () => {
  const server = fc.record({ host: fc.domain(), port: fc.integer({ min: 1, max: 65535 }) })
  fc.assert(
    fc.property(fc.array(server, { minLength: 1 }), (list) => {
      const text = list.map(({ host, port }) => `${host}:${port}`).join(',')
      assert.deepEqual(
        servers(text),
        list.map((one) => ({ ...one })),
      )
    }),
  )
})
