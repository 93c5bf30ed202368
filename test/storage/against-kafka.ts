// Checks of the files against a real Kafka, for the interop tests: they start the broker and pass its tools in.
//
//   checkOwnFiles        Kafka's dump-log reads every file that a log wrote: closed, live and recovered
//   checkKafkasFiles     the files of a partition that Kafka wrote: opened without a change, written again byte for byte
//   checkCompaction      the files of a partition before and after Kafka compacted it: compacted here to the same bytes
//   checkLocks           a ktool and a Kafka refuse each other's data directory

import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deleteHorizon, isControl, setBaseOffset, setPartitionLeaderEpoch } from '../../src/records/batch.ts'
import { codecs } from '../../src/records/compression/index.ts'
import { compact } from '../../src/storage/compaction.ts'
import { DirectoryLockedError } from '../../src/storage/directory-lock.ts'
import type { Log } from '../../src/storage/log.ts'
import { logConfig } from '../../src/storage/log-config.ts'
import { loadLog } from '../../src/storage/log-loader.ts'
import { LogManager } from '../../src/storage/log-manager.ts'
import {
  append,
  endMarker,
  makeBatch,
  NOW,
  producerBatch,
  readAll,
  recordsOf,
  split,
  testEnvironment,
} from './helpers.ts'

/** Runs one of Kafka's tools: `dump-log`, or `class` with the name of a class as the first argument. */
export type KafkaTools = (tool: string, args: string[]) => Promise<{ stdout: string; stderr: string; code: number }>

/** `workDir`: an empty folder. */
export async function checkOwnFiles(kafka: KafkaTools, workDir: string): Promise<void> {
  const closed = join(workDir, 'orders-0')
  const live = join(workDir, 'orders-1')
  const recovered = join(workDir, 'orders-2')
  const log = await open(closed, { segmentBytes: 60_000 }, true)
  fill(log)
  cpSync(closed, live, { recursive: true })
  cpSync(closed, recovered, { recursive: true })
  writeFileSync(
    log.segments.active.file.path.replace(closed, recovered),
    readFileSync(log.segments.active.file.path).subarray(0, -5),
  )
  await log.close()
  assert.ok(log.segments.all.length > 3)
  await (await open(recovered, { segmentBytes: 60_000 }, false)).close()
  for (const dir of [closed, live, recovered]) await dumpAll(kafka, dir, dir === recovered ? undefined : log)
}

/** `partitionDir`: of a partition with `segment.bytes=1048576`, after a clean stop. Only read. */
export async function checkKafkasFiles(partitionDir: string, workDir: string): Promise<void> {
  const config = { segmentBytes: 1 << 20 }
  const clean = join(workDir, 'clean')
  cpSync(partitionDir, clean, { recursive: true })
  const log = await open(clean, config, true)
  const batches = split(readAll(log))
  assert.ok(log.segments.all.length > 1 && batches.length > 100)
  await log.close()
  assertSameFiles(clean, partitionDir)

  const recovered = join(workDir, 'recovered')
  cpSync(partitionDir, recovered, { recursive: true })
  for (const name of readdirSync(recovered)) if (/index$/.test(name)) rmSync(join(recovered, name))
  await (await open(recovered, config, false)).close()
  assertSameFiles(recovered, partitionDir)

  const again = join(workDir, 'again')
  const copy = await open(again, config, true)
  for (const batch of batches) {
    const leaderEpoch = batch.readInt32BE(12)
    const bytes = Buffer.from(batch)
    const origin = isControl(bytes, 0) ? 'coordinator' : 'client'
    setBaseOffset(bytes, 0, 0)
    setPartitionLeaderEpoch(bytes, 0, -1)
    copy.append(bytes, { leaderEpoch, origin })
  }
  await copy.close()
  assertSameFiles(again, partitionDir)
}

/**
 * `before` and `after`: the folder of a partition with `cleanup.policy=compact`, `segment.bytes=1048576`, batches without
 * compression and no transactions, after a clean stop with all segments but the last one not yet compacted, and after the
 * clean stop of a Kafka that compacted them. Only read.
 */
export async function checkCompaction(before: string, after: string, workDir: string): Promise<void> {
  const dir = join(workDir, 'compacted')
  cpSync(before, dir, { recursive: true })
  const log = await open(dir, { segmentBytes: 1 << 20, compact: true, delete: false }, true)
  // Tombstones carry the time of the compaction.
  const horizons = readdirSync(after)
    .filter((name) => name.endsWith('.log'))
    .flatMap((name) => split(readFileSync(join(after, name))).flatMap((batch) => deleteHorizon(batch, 0) ?? []))
  log.environment.now = () => (horizons[0] ?? Date.now()) - log.config.deleteRetentionMs
  const { baseOffset } = log.segments.active
  const { bytesBefore, bytesAfter } = await compact({
    log,
    firstDirtyOffset: 0,
    firstUncleanableOffset: baseOffset,
    mapBytes: 128 << 20,
  })
  assert.ok(bytesAfter < bytesBefore)
  await log.close()
  assertSameFiles(dir, after)
}

/** `runningDir`: the data directory of a Kafka that is running. */
export async function checkLocks(kafka: KafkaTools, runningDir: string, workDir: string): Promise<void> {
  assert.throws(
    () => new LogManager({ dir: runningDir }),
    (error: Error) => error instanceof DirectoryLockedError && error.message.includes(runningDir),
  )
  const dir = join(workDir, 'data')
  const manager = new LogManager({ dir })
  try {
    await manager.format({ clusterId: 'vrUQUVQiSGi8topx0rDROA', nodeId: 1, directoryId: 'LuZPslhguF7EdIOx8oZMVQ' })
    const properties = join(workDir, 'server.properties')
    writeFileSync(
      properties,
      [
        'process.roles=broker,controller',
        'node.id=1',
        'controller.quorum.voters=1@127.0.0.1:1',
        'listeners=PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0',
        'advertised.listeners=PLAINTEXT://127.0.0.1:1,CONTROLLER://127.0.0.1:1',
        'controller.listener.names=CONTROLLER',
        `log.dirs=${dir}`,
        '',
      ].join('\n'),
    )
    const { stdout, stderr, code } = await kafka('class', ['kafka.Kafka', properties])
    assert.notEqual(code, 0)
    assert.match(stdout + stderr, /Failed to acquire lock/)
  } finally {
    manager.abandon()
  }
}

async function open(dir: string, config: Parameters<typeof logConfig>[0], clean: boolean): Promise<Log> {
  mkdirSync(dir, { recursive: true })
  const environment = testEnvironment()
  environment.now = Date.now
  return loadLog({ dir, topic: 'orders', partition: 0, config: logConfig(config), environment, clean })
}

/** Producers, transactions that commit and that abort, all codecs, records with and without keys. */
function fill(log: Log): void {
  for (let i = 0; i < 300; i++) {
    const codec = i % 3 === 0 ? codecs[(i / 3) % codecs.length] : undefined
    const timestamp = NOW + i * 10
    append(log, producerBatch(i % 4, Math.floor(i / 4) * 3, { count: 3, size: (i * 91) % 300, codec, timestamp }))
    if (i % 10 === 4) append(log, producerBatch(99, Math.floor(i / 10), { transactional: true, timestamp }))
    if (i % 10 === 8) append(log, endMarker(99, i % 20 === 8), { origin: 'coordinator' })
    append(log, makeBatch({ records: [{ key: null, value: 'x'.repeat(500), timestamp }] }))
  }
}

async function dumpAll(kafka: KafkaTools, dir: string, log: Log | undefined): Promise<void> {
  const names = readdirSync(dir).filter((name) => /\.(log|index|timeindex|txnindex|snapshot)$/.test(name))
  const files = names
    .sort()
    .map((name) => join(dir, name))
    .join(',')
  const sanity = await kafka('dump-log', ['--print-data-log', '--index-sanity-check', '--files', files])
  const indexes = names.filter((name) => /\.(index|timeindex)$/.test(name))
  // A segment that is being written has its index in memory until it is flushed.
  assert.equal(sanity.stdout.match(/passed sanity check|index is empty/g)?.length, indexes.length)
  if (log !== undefined) {
    const records = recordsOf(readAll(log)).length
    assert.equal(sanity.stdout.match(/^\| offset: /gm)?.length, records)
  }
  const deep = await kafka('dump-log', ['--deep-iteration', '--files', files])
  for (const { stdout, stderr, code } of [sanity, deep]) {
    assert.equal(code, 0, stderr)
    assert.deepEqual(complaints(stdout), [])
  }
}

/** Lines that tell of something wrong. dump-log takes the start of any segment but the first for a gap, of Kafka's too. */
function complaints(output: string): string[] {
  const wrong = /mismatch|corrupt|invalid|not found|out of order|Found |isvalid: false|is followed by|error/i
  return output.split('\n').filter((line) => wrong.test(line) && !/^ {2}-1 is followed by/.test(line))
}

/** But for what the batches do not tell: the topic, and an epoch in which nothing was written yet. */
function assertSameFiles(actual: string, expected: string): void {
  const others = /^partition\.metadata$|^leader-epoch-checkpoint$|\.deleted$/
  const list = (dir: string): string[] =>
    readdirSync(dir)
      .filter((name) => !others.test(name))
      .sort()
  assert.deepEqual(list(actual), list(expected))
  for (const name of list(actual))
    assert.deepEqual(readFileSync(join(actual, name)), readFileSync(join(expected, name)), name)
}
