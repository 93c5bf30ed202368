// A partition's folder as a broker leaves it, for the tests of dump: made by the storage layer itself.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { rebuildIndexes } from '../../../src/commands/dump/rebuild.ts'
import { BatchBuilder } from '../../../src/records/builder.ts'
import { codecByName } from '../../../src/records/compression/index.ts'
import { buildEndTransaction } from '../../../src/records/control.ts'
import { makeDirectory } from '../../../src/util/make-directory.ts'
import { temporaryDirectory } from '../../storage/helpers.ts'

export const BASE = 1000
const CODECS = ['none', 'gzip', 'none', 'lz4', 'snappy', 'zstd']

/** orders-0 with one segment of `count` batches in a log directory; each batch is of one producer, the last ends its transaction. */
export async function partitionFolder(
  t: TestContext,
  count = 40,
): Promise<{ folder: string; log: string; bytes: Buffer }> {
  const directory = temporaryDirectory(t)
  const folder = join(directory, 'orders-0')
  await makeDirectory(folder)
  writeFileSync(join(directory, 'cleaner-offset-checkpoint'), '0\n0\n')
  writeFileSync(join(folder, 'leader-epoch-checkpoint'), `0\n1\n3 ${BASE}\n`)
  const builder = new BatchBuilder(1 << 20)
  const batches: Buffer[] = []
  let offset = BASE
  let sequence = 0
  const producer = { producerId: 7, producerEpoch: 0, partitionLeaderEpoch: 3 }
  for (let i = 0; i < count; i++) {
    builder.reset()
    const records = 1 + (i % 5)
    for (let r = 0; r < records; r++) {
      const key = `k${offset + r}`
      const source = Buffer.from(`${key}value ${offset + r} ${'x'.repeat(200)}`)
      builder.tryAppend(1_700_000_000_000 + offset + r, source, 0, key.length, key.length, source.length)
    }
    const codec = codecByName(CODECS[i % CODECS.length])
    const fields = { ...producer, baseOffset: offset, baseSequence: sequence, transactional: true, codec }
    batches.push(Buffer.from(builder.close(fields)))
    offset += records
    sequence += records
  }
  const end = { committed: true, coordinatorEpoch: 0, timestamp: 1_700_000_100_000, producerId: 7, producerEpoch: 0 }
  batches.push(Buffer.from(buildEndTransaction(builder, end, { baseOffset: offset, partitionLeaderEpoch: 3 })))
  const log = join(folder, `${String(BASE).padStart(20, '0')}.log`)
  const bytes = Buffer.concat(batches)
  writeFileSync(log, bytes)
  await rebuildIndexes(log, folder)
  return { folder, log, bytes }
}
