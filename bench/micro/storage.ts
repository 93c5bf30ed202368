// Micro benchmarks of the log, in a temporary folder: appends of large and of tiny batches, reads of what was appended,
// the check after a crash. One line each:
//   node bench/micro/storage.ts [FOLDER]

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setBaseOffset, setPartitionLeaderEpoch, writeCrc } from '../../src/records/batch.ts'
import { BatchBuilder } from '../../src/records/builder.ts'
import { FilePool } from '../../src/storage/file-pool.ts'
import type { Log } from '../../src/storage/log.ts'
import { logConfig } from '../../src/storage/log-config.ts'
import { loadLog } from '../../src/storage/log-loader.ts'

const LINE = Buffer.from('x'.repeat(99))
const dir = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'ktool-bench-'))
const environment = { pool: new FilePool(), now: Date.now, report: () => {}, onWrite: () => {} }

function open(name: string, clean: boolean): Promise<Log> {
  const config = logConfig({ maxMessageBytes: 2 << 20 })
  return loadLog({ dir: join(dir, name), topic: name, partition: 0, config, environment, clean })
}

function batchOf(records: number, producerId = -1): Buffer {
  const builder = new BatchBuilder(2 << 20)
  const now = Date.now()
  for (let i = 0; i < records; i++) builder.tryAppend(now, LINE, 0, 10, 10, LINE.length)
  const fields = producerId === -1 ? {} : { producerId, producerEpoch: 0, baseSequence: 0 }
  return Buffer.from(builder.close(fields))
}

function print(name: string, seconds: number, bytes: number, batches: number): void {
  const rate = `${(bytes / seconds / 1e6).toFixed(0)} MB/s`
  console.log(
    `${name.padEnd(44)} ${rate.padStart(11)} ${((seconds / batches) * 1e6).toFixed(1).padStart(9)} us per batch`,
  )
}

function appendMany(
  log: Log,
  name: string,
  batch: Buffer,
  times: number,
  next?: (batch: Buffer, i: number) => void,
): void {
  const start = performance.now()
  for (let i = 0; i < times; i++) {
    setBaseOffset(batch, 0, 0)
    setPartitionLeaderEpoch(batch, 0, -1)
    next?.(batch, i)
    log.append(batch, { leaderEpoch: 0 })
  }
  print(name, (performance.now() - start) / 1000, batch.length * times, times)
}

function readMany(log: Log, name: string, maxBytes: number): void {
  const target = Buffer.allocUnsafeSlow(2 << 20)
  const allocate = (bytes: number): Buffer => (bytes <= target.length ? target.subarray(0, bytes) : Buffer.alloc(bytes))
  const start = performance.now()
  let bytes = 0
  let reads = 0
  for (let offset = log.startOffset; offset < log.endOffset; reads++) {
    const { records, nextOffset } = log.read(offset, maxBytes, { allocate })
    bytes += records.length
    offset = nextOffset
  }
  print(name, (performance.now() - start) / 1000, bytes, reads)
}

try {
  const large = await open('large', true)
  appendMany(large, 'append, batches of 1 MB', batchOf(9500), 1000)
  readMany(large, 'read on, 1 MB at a time', 1 << 20)
  const small = await open('small', true)
  appendMany(small, 'append, batches of 1 record', batchOf(1), 500_000)
  readMany(small, 'read on, 1 MB of batches of 1 record', 1 << 20)
  readMany(small, 'read on, 16 KB of batches of 1 record', 16 << 10)
  const idempotent = await open('idempotent', true)
  appendMany(idempotent, 'append, 1 record, idempotent producer', batchOf(1, 7), 200_000, (batch, i) => {
    batch.writeInt32BE(i, 53)
    writeCrc(batch, 0)
  })
  const random = performance.now()
  for (let i = 0; i < 20_000; i++) small.read((i * 7919) % small.endOffset, 1000)
  print('read anywhere, 1 KB', (performance.now() - random) / 1000, 20_000 * 1000, 20_000)
  for (const log of [large, small]) {
    log.abandon()
    const start = performance.now()
    const { bytes } = await open(log.topic, false)
    print(`check after a crash, ${log.topic} batches`, (performance.now() - start) / 1000, bytes, 1)
  }
} finally {
  rmSync(dir, { recursive: true })
}
