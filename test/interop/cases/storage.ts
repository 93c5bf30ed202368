// The files on the disk, beside Kafka's: its dump-log reads ours, its own are opened without a change and written again byte
// for byte, compaction gives the same bytes, and each respects the other's lock.

import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  checkCompaction,
  checkKafkasFiles,
  checkLocks,
  checkOwnFiles,
  type KafkaTools,
} from '../../storage/against-kafka.ts'
import { java, type Kafka, kafkaTool, startKafka } from '../peers/kafka.ts'
import { kcat } from '../peers/kcat.ts'
import { ktool } from '../peers/ktool.ts'
import { succeeded } from '../peers/run.ts'
import { createTopic, folder } from '../shared.ts'

const tools: KafkaTools = async (tool, args) => {
  const { stdout, stderr, code } =
    tool === 'class' ? await java('4.3.1', args[0]!, args.slice(1)) : await kafkaTool('dump-log', args)
  return { stdout, stderr, code: code ?? -1 }
}

function workDir(name: string): string {
  const dir = join(folder, name)
  mkdirSync(dir)
  return dir
}

const NEVER = { 'log.cleaner.backoff.ms': '3600000' }
const SOON = { 'log.cleaner.backoff.ms': '100', 'log.cleaner.min.cleanable.ratio': '0.01' }

/** Topics in a Kafka: `written` by its own producers with and without transactions, `compacted` with keys again and again. */
async function fill({ bootstrap, tool }: Kafka): Promise<void> {
  await createTopic(bootstrap, 'written', 1, ['segment.bytes=1048576'])
  await createTopic(bootstrap, 'compacted', 1, ['segment.bytes=1048576', 'cleanup.policy=compact'])
  const on = ['--bootstrap-server', bootstrap, '--topic', 'written', '--record-size', '900']
  const perf = (...args: string[]) => tool('producer-perf', [...on, '--throughput', '2500', ...args])
  succeeded(await perf('--num-records', '3000', '--command-property', 'batch.size=4000'), 'producer-perf')
  succeeded(await perf('--num-records', '1500', '--transaction-duration-ms', '50'), 'producer-perf in transactions')
  const lines = join(folder, 'storage-lines')
  writeFileSync(lines, Array.from({ length: 3000 }, (_, i) => `value ${i} ${'v'.repeat(i % 700)}\n`).join(''))
  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd']) {
    succeeded(await kcat(bootstrap, ['-P', '-t', 'written', '-z', codec], { inputFile: lines }), `kcat -z ${codec}`)
  }
  const keyed = join(folder, 'storage-keys')
  const line = (i: number) => `key-${(i * 7919) % 400}\t${i % 11 === 0 ? '' : `${i} ${'c'.repeat(600)}`}\n`
  writeFileSync(keyed, Array.from({ length: 5000 }, (_, i) => line(i)).join(''))
  const produce = ['produce', 'compacted', '-K', '\\t', '--lines', keyed, '-b', bootstrap, '-X', 'batch.size=20000']
  succeeded(await ktool([...produce, '-Z']), 'ktool produce')
}

/** Resolves when the cleaner has written how far it is. */
async function compacted({ data }: Kafka): Promise<void> {
  const checkpoint = join(data, 'cleaner-offset-checkpoint')
  const isDone = () => existsSync(checkpoint) && /^compacted 0 [1-9]/m.test(readFileSync(checkpoint, 'utf8'))
  for (const deadline = Date.now() + 30_000; !isDone(); await sleep(50)) assert.ok(Date.now() < deadline)
}

test("Kafka's dump-log reads every file that a log of ours writes", async () => {
  await checkOwnFiles(tools, workDir('own-files'))
})

test("Kafka's files", async (t) => {
  const scratch = workDir('kafkas-files')
  const data = join(scratch, 'data')
  const first = await startKafka({ data, properties: NEVER })
  t.after(() => first.wipe())
  await fill(first)
  await t.test('a directory in use is refused, by either', async () => {
    await checkLocks(tools, data, workDir('locks'))
  })
  await first.stop()
  await t.test('are opened without a change, and written again byte for byte', async () => {
    await checkKafkasFiles(join(data, 'written-0'), workDir('same'))
  })
  const before = join(scratch, 'before')
  cpSync(join(data, 'compacted-0'), before, { recursive: true })
  const second = await startKafka({ data, properties: SOON })
  t.after(() => second.wipe())
  await compacted(second)
  await second.stop()
  await t.test('are compacted to the same bytes', async () => {
    await checkCompaction(before, join(data, 'compacted-0'), workDir('compaction'))
  })
})
