// Run by recovery.test.ts: appends to the log in the folder named, says each value that was appended, and waits to be killed.

import { writeSync } from 'node:fs'
import { FilePool } from '../../src/storage/file-pool.ts'
import { logConfig } from '../../src/storage/log-config.ts'
import { loadLog } from '../../src/storage/log-loader.ts'
import { makeBatch } from './helpers.ts'

const environment = { pool: new FilePool(), now: Date.now, report: () => {}, onWrite: () => {} }
const config = logConfig({ segmentBytes: 20_000 })
const log = await loadLog({ dir: process.argv[2], topic: 'orders', partition: 0, config, environment, clean: true })
for (let i = 0; ; i++) {
  const value = `${i}-${'x'.repeat((i * 37) % 200)}`
  log.append(makeBatch({ records: [{ value }] }), { leaderEpoch: 0 })
  writeSync(1, `${value}\n`)
  // The roll's flush gets its turn, so that the kill may come in it.
  if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
}
