import assert from 'node:assert/strict'
import test from 'node:test'
import { type Fetched, Position } from '../../src/client/fetched.ts'
import { RecordReader } from '../../src/client/record-reader.ts'
import { CorruptError } from '../../src/errors.ts'
import { batchOf } from '../broker/harness.ts'

function fetched(records: Buffer): Fetched {
  return { position: new Position('t', 0, 2), records, from: 0, next: 2, leaderEpoch: 0, aborted: null }
}

async function values(records: Buffer, checkCrcs: boolean): Promise<string[]> {
  const reader = new RecordReader({ checkCrcs, committedOnly: false })
  const seen: string[] = []
  await reader.read(
    fetched(records),
    ({ cursor }) => {
      seen.push(cursor.bytes.toString('utf8', cursor.valueStart, cursor.valueEnd))
      return true
    },
    () => undefined,
  )
  return seen
}

test('a batch that changed on its way is not shown', async () => {
  const batch = batchOf(['first', 'second'])
  assert.deepEqual(await values(batch, true), ['first', 'second'])
  const damaged = Buffer.from(batch)
  damaged[damaged.lastIndexOf('s')] ^= 1
  await assert.rejects(values(damaged, true), CorruptError)
  assert.deepEqual(await values(damaged, false), ['first', 'recond'])
})

test('the event loop turns while much is read, in one partition or in several', async () => {
  const reader = new RecordReader({ checkCrcs: false, committedOnly: false })
  const batch = batchOf(Array.from({ length: 100 }, () => 'x'.repeat(10_000)))
  const turnsWithin = async (partitions: number, batches: number): Promise<number> => {
    const records = Buffer.concat(Array<Buffer>(batches).fill(batch))
    let turns = 0
    let isOver = false
    const count = () => {
      if (isOver) return
      turns++
      setImmediate(count)
    }
    setImmediate(count)
    for (let i = 0; i < partitions; i++) {
      const all = { ...fetched(records), next: 100 }
      assert.ok(
        await reader.read(
          all,
          () => true,
          () => undefined,
        ),
      )
    }
    isOver = true
    return turns
  }
  assert.equal(await turnsWithin(1, 1), 0)
  assert.ok((await turnsWithin(1, 16)) >= 5)
  assert.ok((await turnsWithin(16, 1)) >= 5)
})
