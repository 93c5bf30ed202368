import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { FilePool, PooledFile } from '../../src/storage/file-pool.ts'
import { Flusher } from '../../src/storage/flusher.ts'
import { Periodic } from '../../src/storage/periodic.ts'
import { temporaryDirectory } from './helpers.ts'

test('no more files are open than the limit, and all can be read and written all the time', (t) => {
  const dir = temporaryDirectory(t)
  const pool = new FilePool(3)
  const files = Array.from({ length: 10 }, (_, i) => new PooledFile(pool, join(dir, String(i))))
  for (const file of files) file.create()
  for (let round = 0; round < 5; round++) {
    for (const [i, file] of files.entries()) {
      file.write(Buffer.from(`${round}-${i};`), 0, 4, round * 4)
      assert.ok(pool.openFiles <= 3)
    }
  }
  const bytes = Buffer.alloc(100)
  for (const [i, file] of files.entries()) {
    assert.equal(file.read(bytes, 0, 100, 4), 16)
    assert.equal(bytes.toString('latin1', 0, 16), [1, 2, 3, 4].map((round) => `${round}-${i};`).join(''))
    file.close()
  }
  assert.equal(pool.openFiles, 0)
})

test('a file that is being read or synced stays open until that is done', async (t) => {
  const dir = temporaryDirectory(t)
  const pool = new FilePool(1)
  const [first, second] = ['a', 'b'].map((name) => new PooledFile(pool, join(dir, name)))
  first.create()
  second.create()
  first.write(Buffer.from('content'), 0, 7, 0)
  const bytes = Buffer.alloc(7)
  const reading = first.readAsync(bytes, 0, 7, 0)
  second.write(Buffer.from('other'), 0, 5, 0)
  first.close()
  assert.equal(await reading, 7)
  assert.equal(bytes.toString(), 'content')
  assert.equal(pool.openFiles, 1)
  await second.sync()
  assert.equal(readFileSync(join(dir, 'b'), 'utf8'), 'other')
})

test('flushes that are asked for during one are done together in the next', { timeout: 60_000 }, async () => {
  const flushed: number[] = []
  let finish: () => void = () => {}
  const flusher = new Flusher((upTo) => {
    flushed.push(upTo)
    return new Promise((resolve) => {
      finish = resolve
    })
  })
  const first = flusher.flush(1)
  const later = [flusher.flush(2), flusher.flush(5), flusher.flush(3)]
  finish()
  await first
  while (flushed.length < 2) await new Promise((resolve) => setImmediate(resolve))
  finish()
  await Promise.all(later)
  assert.deepEqual(flushed, [1, 5])
})

test('a flush that fails does not stop the next one', async () => {
  let round = 0
  const flusher = new Flusher(async () => {
    if (round++ === 0) throw new Error('EIO')
  })
  const first = flusher.flush(1)
  const second = flusher.flush(2)
  await assert.rejects(first, /EIO/)
  await second
})

test('periodic work is not begun again while it is under way, and its failures are told', {
  timeout: 60_000,
}, async () => {
  const failures: string[] = []
  const periodic = new Periodic((error) => failures.push(error.message))
  let active = 0
  let runs = 0
  periodic.every(1, async () => {
    assert.equal(++active, 1)
    await new Promise((resolve) => setTimeout(resolve, 5))
    active--
    if (++runs === 2) throw new Error('second')
  })
  while (runs < 3) await new Promise((resolve) => setTimeout(resolve, 1))
  periodic.stop()
  await periodic.idle()
  assert.equal(active, 0)
  assert.deepEqual(failures, ['second'])
})
