import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { CorruptError } from '../../src/errors.ts'
import { OffsetCheckpoint } from '../../src/storage/checkpoint-file.ts'
import { temporaryDirectory } from './helpers.ts'

test('an offset checkpoint has the form of Kafka and reads back', async (t) => {
  const dir = temporaryDirectory(t)
  const checkpoint = new OffsetCheckpoint(join(dir, 'recovery-point-offset-checkpoint'))
  await checkpoint.write([
    ['orders', 0, 1250],
    ['a-b.c_d', 11, 0],
  ])
  assert.equal(readFileSync(checkpoint.path, 'utf8'), '0\n2\norders 0 1250\na-b.c_d 11 0\n')
  assert.deepEqual(
    [...checkpoint.read()],
    [
      ['orders-0', 1250],
      ['a-b.c_d-11', 0],
    ],
  )
  assert.deepEqual(readdirSync(dir), ['recovery-point-offset-checkpoint'])
})

test('what has not changed is not written again', async (t) => {
  const checkpoint = new OffsetCheckpoint(join(temporaryDirectory(t), 'c'))
  await checkpoint.write([['orders', 0, 1]])
  const { ino } = statSync(checkpoint.path)
  await checkpoint.write([['orders', 0, 1]])
  assert.equal(statSync(checkpoint.path).ino, ino)
  await checkpoint.write([['orders', 0, 2]])
  assert.equal(checkpoint.read().get('orders-0'), 2)
})

test('a missing or empty checkpoint has no entries; a damaged one is an error that names it', (t) => {
  const checkpoint = new OffsetCheckpoint(join(temporaryDirectory(t), 'c'))
  assert.equal(checkpoint.read().size, 0)
  writeFileSync(checkpoint.path, '')
  assert.equal(checkpoint.read().size, 0)
  const damaged = [
    '1\n0\n',
    '0\n2\norders 0 1\n',
    '0\n1\norders 0\n',
    '0\n1\norders x 1\n',
    '0\n1\norders 0 -1\n',
    '\0\0',
  ]
  for (const text of damaged) {
    writeFileSync(checkpoint.path, text)
    assert.throws(
      () => checkpoint.read(),
      (error: Error) => error instanceof CorruptError && error.message.includes(checkpoint.path),
      JSON.stringify(text),
    )
  }
})
