import assert from 'node:assert/strict'
import test from 'node:test'
import { type Fetched, Position } from '../../src/client/fetched.ts'
import { RecordReader } from '../../src/client/record-reader.ts'
import { CorruptError } from '../../src/errors.ts'
import { batchOf } from '../broker/harness.ts'

function fetched(records: Buffer): Fetched {
  return { position: new Position('t', 0, 2), records, from: 0, next: 2, leaderEpoch: 0, aborted: null }
}

async function values(records: Buffer, checkCrcs: boolean, checked = 0): Promise<string[]> {
  const reader = new RecordReader({ checkCrcs, committedOnly: false })
  const seen: string[] = []
  await reader.read(
    { ...fetched(records), checked },
    {
      visit: ({ cursor }) => {
        seen.push(cursor.bytes.toString('utf8', cursor.valueStart, cursor.valueEnd))
        return true
      },
    },
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
  // Nor is what was checked on its way looked at again; what follows is.
  assert.deepEqual(await values(damaged, true, damaged.length), ['first', 'recond'])
  await assert.rejects(values(Buffer.concat([batch, damaged]), true, batch.length), CorruptError)
})
