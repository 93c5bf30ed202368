import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { LeaderEpochs } from '../../src/storage/leader-epochs.ts'
import { temporaryDirectory } from './helpers.ts'

const FILE = 'leader-epoch-checkpoint'

test('epochs are kept in a file of the form of Kafka', (t) => {
  const dir = temporaryDirectory(t)
  const epochs = new LeaderEpochs(dir)
  assert.equal(epochs.latest, undefined)
  assert.equal(epochs.assign(0, 0), true)
  assert.equal(epochs.assign(0, 10), false)
  assert.equal(epochs.assign(2, 100), true)
  assert.equal(readFileSync(join(dir, FILE), 'utf8'), '0\n2\n0 0\n2 100\n')
  assert.deepEqual(new LeaderEpochs(dir).entries, epochs.entries)
})

test('an entry takes the place of those that contradict it', (t) => {
  const epochs = new LeaderEpochs(temporaryDirectory(t))
  epochs.assign(0, 0)
  epochs.assign(1, 10)
  epochs.assign(2, 20)
  epochs.assign(3, 10)
  assert.deepEqual(epochs.entries, [
    { epoch: 0, startOffset: 0 },
    { epoch: 3, startOffset: 10 },
  ])
})

test('the end of an epoch is the start of the next one', (t) => {
  const epochs = new LeaderEpochs(temporaryDirectory(t))
  assert.equal(epochs.endOffsetFor(0, 7), undefined)
  epochs.assign(1, 10)
  epochs.assign(3, 50)
  assert.deepEqual(epochs.endOffsetFor(3, 70), { epoch: 3, endOffset: 70 })
  assert.deepEqual(epochs.endOffsetFor(2, 70), { epoch: 1, endOffset: 50 })
  assert.deepEqual(epochs.endOffsetFor(1, 70), { epoch: 1, endOffset: 50 })
  assert.deepEqual(epochs.endOffsetFor(0, 70), { epoch: 0, endOffset: 10 })
  assert.equal(epochs.endOffsetFor(4, 70), undefined)
  assert.equal(epochs.endOffsetFor(-1, 70), undefined)
  assert.equal(epochs.epochFor(9), undefined)
  assert.equal(epochs.epochFor(49), 1)
  assert.equal(epochs.epochFor(50), 3)
})

test('cutting the log cuts the epochs', (t) => {
  const dir = temporaryDirectory(t)
  const epochs = new LeaderEpochs(dir)
  for (const [epoch, offset] of [
    [0, 0],
    [1, 10],
    [2, 20],
  ])
    epochs.assign(epoch, offset)
  epochs.truncateFromEnd(20)
  epochs.truncateFromStart(5)
  const expected = [
    { epoch: 0, startOffset: 5 },
    { epoch: 1, startOffset: 10 },
  ]
  assert.deepEqual(epochs.entries, expected)
  epochs.truncateFromStart(12)
  assert.deepEqual(epochs.entries, [{ epoch: 1, startOffset: 12 }])
  assert.deepEqual(new LeaderEpochs(dir).entries, epochs.entries)
})

test('a damaged file counts as empty', (t) => {
  const dir = temporaryDirectory(t)
  writeFileSync(join(dir, FILE), '0\n7\n0 0\n')
  assert.deepEqual(new LeaderEpochs(dir).entries, [])
})
