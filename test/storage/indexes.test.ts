import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import { OffsetIndex } from '../../src/storage/offset-index.ts'
import { TimeIndex } from '../../src/storage/time-index.ts'
import { TransactionIndex } from '../../src/storage/transaction-index.ts'
import { temporaryDirectory } from './helpers.ts'

const BASE = 1000

test('an offset index finds the last entry at or before an offset, in memory and in its file', (t) => {
  const dir = temporaryDirectory(t)
  const steps = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 200 })
  let number = 0
  fc.assert(
    fc.property(steps, fc.integer({ min: -10, max: 3000 }), (gaps, distance) => {
      const path = join(dir, `${number++}.index`)
      const index = new OffsetIndex(path, BASE)
      const entries: { offset: number; position: number }[] = []
      let offset = BASE - 1
      for (const gap of gaps) {
        offset += gap
        entries.push({ offset, position: (offset - BASE) * 100 })
        index.append(offset, (offset - BASE) * 100)
      }
      const expected = entries.findLast((entry) => entry.offset <= BASE + distance)
      assert.deepEqual(index.lookup(BASE + distance), expected)
      assert.equal(index.problem(1_000_000), undefined)
      index.file.close()
      assert.equal(statSync(path).size, entries.length * 8)
      assert.deepEqual(index.lookup(BASE + distance), expected)
      assert.deepEqual(new OffsetIndex(path, BASE).lookup(BASE + distance), expected)
    }),
    { numRuns: 60 },
  )
})

test('an offset index forgets what is cut off and goes on from there', (t) => {
  const path = join(temporaryDirectory(t), 'i.index')
  const index = new OffsetIndex(path, BASE)
  for (let i = 0; i < 10; i++) index.append(BASE + i * 10, i * 4096)
  index.file.close()
  index.truncateTo(BASE + 50)
  index.append(BASE + 55, 20_500)
  index.file.close()
  const bytes = readFileSync(path)
  assert.equal(bytes.length, 6 * 8)
  assert.equal(bytes.readInt32BE(40), 55)
  assert.equal(bytes.readInt32BE(44), 20_500)
  assert.deepEqual(index.last(), { offset: BASE + 55, position: 20_500 })
})

test('an index is full when it has as many entries as its file may have', (t) => {
  const dir = temporaryDirectory(t)
  const offsets = new OffsetIndex(join(dir, 'i.index'), 0)
  const times = new TimeIndex(join(dir, 'i.timeindex'), 0)
  for (let i = 0; i < 2; i++) {
    assert.equal(offsets.isFull(20), false)
    assert.equal(times.isFull(36), false)
    offsets.append(i, i)
    times.maybeAppend(i, i)
  }
  assert.equal(offsets.isFull(20), true)
  assert.equal(times.isFull(36), true)
})

test('entries that do not rise, or point behind the log, are a problem', (t) => {
  const dir = temporaryDirectory(t)
  const offsets = new OffsetIndex(join(dir, 'i.index'), 0)
  offsets.append(5, 100)
  assert.equal(offsets.problem(101), undefined)
  assert.match(offsets.problem(100) ?? '', /behind/)
  offsets.append(5, 200)
  assert.match(offsets.problem(1000) ?? '', /entry 1/)
})

test('a time index takes rising timestamps only', (t) => {
  const path = join(temporaryDirectory(t), 'i.timeindex')
  const index = new TimeIndex(path, BASE)
  assert.equal(index.lastTimestamp, -1)
  assert.equal(index.lastOffset, BASE)
  index.maybeAppend(-1, BASE)
  index.maybeAppend(500, BASE + 1)
  index.maybeAppend(500, BASE + 2)
  index.maybeAppend(400, BASE + 3)
  index.maybeAppend(900, BASE + 4)
  index.file.close()
  assert.equal(statSync(path).size, 24)
  const again = new TimeIndex(path, BASE)
  assert.equal(again.lastTimestamp, 900)
  assert.equal(again.lookup(499), BASE)
  assert.equal(again.lookup(500), BASE + 1)
  assert.equal(again.lookup(10_000), BASE + 4)
  again.truncateTo(BASE + 4)
  assert.equal(again.lastTimestamp, 500)
  assert.equal(again.problem(), undefined)
})

test('a transaction index finds what overlaps and says when no later segment can', (t) => {
  const path = join(temporaryDirectory(t), 'i.txnindex')
  const index = new TransactionIndex(path)
  const found: Parameters<TransactionIndex['collect']>[2] = []
  assert.equal(index.collect(0, 100, found), false)
  const first = { producerId: 7, firstOffset: 10, lastOffset: 20, lastStableOffset: 15 }
  const second = { producerId: 8, firstOffset: 15, lastOffset: 40, lastStableOffset: 41 }
  index.append(first)
  index.append(second)
  assert.equal(statSync(path).size, 68)
  assert.equal(index.collect(0, 12, found), true)
  assert.deepEqual(found, [first])
  found.length = 0
  assert.equal(index.collect(21, 100, found), false)
  assert.deepEqual(found, [second])
  const again = new TransactionIndex(path)
  again.truncateTo(40)
  assert.deepEqual(again.all(), [first])
  assert.match(again.problem(30) ?? '', /before the segment/)
})
