import assert from 'node:assert/strict'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import test from 'node:test'
import { randomBytes, randomUuid, uuidBytes } from '../../src/util/random.ts'

test('random bytes are as many as asked for, and other ones each time', () => {
  for (const size of [0, 1, 4, 16, 256]) assert.equal(randomBytes(size).length, size)
  assert.notDeepEqual(randomBytes(16), randomBytes(16))
  assert.notDeepEqual(randomBytes(16), Buffer.alloc(16))
})

test('UUIDs are of version 4 and variant 1', () => {
  const uuids = Array.from({ length: 100 }, randomUuid)
  for (const uuid of uuids) assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(new Set(uuids).size, uuids.length)
  const bytes = uuidBytes()
  assert.deepEqual([bytes.length, bytes[6] >> 4, bytes[8] >> 6], [16, 4, 2])
})

test('a system without a file of random bytes gives them otherwise', (t) => {
  t.mock.method(fs, 'openSync', () => {
    throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
  })
  syncBuiltinESMExports()
  t.after(() => {
    t.mock.restoreAll()
    syncBuiltinESMExports()
  })
  assert.notDeepEqual(randomBytes(16), randomBytes(16))
  assert.match(randomUuid(), /^[0-9a-f]{8}-/)
})
