import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { DirectoryLockedError } from '../../src/storage/directory-lock.ts'
import { logConfig } from '../../src/storage/log-config.ts'
import { LogManager, type LogManagerOptions, type Schedule } from '../../src/storage/log-manager.ts'
import { readMetaProperties, writeMetaProperties } from '../../src/storage/meta-properties.ts'
import { readTopicId, writeTopicId } from '../../src/storage/partition-metadata.ts'
import { append, makeBatch, temporaryDirectory, valuesOf } from './helpers.ts'

const TOPIC_ID = 'OVnX1tqTS-Ssu6iK5ty0-A'
const config = logConfig({ segmentBytes: 1000, fileDeleteDelayMs: 0 })

async function start(t: TestContext, options: LogManagerOptions, schedule: Schedule = {}): Promise<LogManager> {
  const manager = new LogManager(options)
  t.after(() => manager.abandon())
  await manager.load(() => config, schedule)
  return manager
}

const value = (text: string): Buffer => makeBatch({ records: [{ value: text }] })

test('logs are there again after a clean stop and after a crash', async (t) => {
  const dir = join(temporaryDirectory(t), 'data')
  let manager = await start(t, { dir })
  assert.equal(manager.cleanShutdownEpoch, undefined)
  append(manager.create('orders', 0, config, TOPIC_ID), value('a'))
  append(manager.create('a-b', 12, config, TOPIC_ID), value('b'))
  await manager.close(190)
  assert.equal(readFileSync(join(dir, '.kafka_cleanshutdown'), 'utf8'), '{"version":0,"brokerEpoch":190}')
  assert.equal(readFileSync(join(dir, 'recovery-point-offset-checkpoint'), 'utf8'), '0\n2\norders 0 1\na-b 12 1\n')
  assert.equal(readFileSync(join(dir, 'replication-offset-checkpoint'), 'utf8'), '0\n2\norders 0 1\na-b 12 1\n')
  assert.equal(readFileSync(join(dir, 'orders-0/partition.metadata'), 'utf8'), `version: 0\ntopic_id: ${TOPIC_ID}`)

  manager = await start(t, { dir })
  assert.equal(manager.cleanShutdownEpoch, 190)
  assert.equal(existsSync(join(dir, '.kafka_cleanshutdown')), false)
  assert.deepEqual(valuesOf(manager.get('a-b', 12)!), ['b'])
  append(manager.get('orders', 0)!, value('c'))
  manager.abandon()

  manager = await start(t, { dir })
  assert.equal(manager.cleanShutdownEpoch, undefined)
  assert.deepEqual(valuesOf(manager.get('orders', 0)!), ['a', 'c'])
})

test('a log start within a segment outlives a stop', async (t) => {
  const dir = temporaryDirectory(t)
  let manager = await start(t, { dir })
  const log = manager.create('orders', 0, config, TOPIC_ID)
  for (let i = 0; i < 5; i++) append(log, value(String(i)))
  log.deleteRecordsBefore(3)
  await manager.close()
  assert.equal(readFileSync(join(dir, 'log-start-offset-checkpoint'), 'utf8'), '0\n1\norders 0 3\n')
  manager = await start(t, { dir })
  assert.equal(manager.get('orders', 0)!.startOffset, 3)
  assert.deepEqual(valuesOf(manager.get('orders', 0)!), ['3', '4'])
})

test('a deleted partition is renamed at once and removed later; its name is free again', {
  timeout: 60_000,
}, async (t) => {
  const dir = temporaryDirectory(t)
  const manager = await start(t, { dir })
  const name = `${'t'.repeat(249)}`
  const log = manager.create(name, 3, config, TOPIC_ID)
  append(log, value('old'))
  let woken = false
  log.listeners.add(() => {
    woken = log.closed
  })
  manager.delete(name, 3)
  assert.ok(woken)
  assert.equal(manager.get(name, 3), undefined)
  const [retired] = readdirSync(dir).filter((entry) => /-3\.[0-9a-f]{32}-delete$/.test(entry))
  assert.equal(retired.length, 255)
  append(manager.create(name, 3, config, TOPIC_ID), value('new'))
  while (existsSync(join(dir, retired))) await delay(5)
  assert.deepEqual(valuesOf(manager.get(name, 3)!), ['new'])
})

test('what a stopped deletion left is removed by the next start', { timeout: 60_000 }, async (t) => {
  const dir = temporaryDirectory(t)
  mkdirSync(join(dir, 'orders-0.0123456789abcdef0123456789abcdef-delete'))
  t.mock.timers.enable({ apis: ['setTimeout'] })
  await start(t, { dir })
  t.mock.timers.tick(60_000)
  t.mock.timers.reset()
  while (readdirSync(dir).some((name) => name.endsWith('-delete'))) await delay(5)
})

test('folders of topics that are gone are set aside, and described by their topic id', async (t) => {
  const dir = temporaryDirectory(t)
  let manager = await start(t, { dir })
  append(manager.create('gone', 0, config, TOPIC_ID), value('a'))
  append(manager.create('kept', 0, config, TOPIC_ID), value('b'))
  await manager.close()
  manager = new LogManager({ dir })
  t.after(() => manager.abandon())
  await manager.load(({ topic }, topicId) => {
    assert.equal(topicId, TOPIC_ID)
    return topic === 'kept' ? config : undefined
  })
  assert.deepEqual(
    [...manager.logs].map((log) => log.name),
    ['kept-0'],
  )
  assert.ok(readdirSync(dir).some((name) => /^gone-0\.[0-9a-f]{32}-stray$/.test(name)))
})

test('a log that can not be opened is named, and the others are served', async (t) => {
  const dir = temporaryDirectory(t)
  let manager = await start(t, { dir })
  append(manager.create('good', 0, config, TOPIC_ID), value('a'))
  append(manager.create('bad', 0, config, TOPIC_ID), value('b'))
  await manager.close()
  writeFileSync(join(dir, 'bad-0/partition.metadata'), 'version: 7')
  const reports: string[] = []
  manager = await start(t, { dir, report: (_, message) => reports.push(message) })
  assert.deepEqual([...manager.failures.keys()], ['bad-0'])
  assert.match(reports.join('\n'), /bad-0.*partition\.metadata/)
  assert.deepEqual(valuesOf(manager.get('good', 0)!), ['a'])
  await manager.close()
  assert.equal(existsSync(join(dir, '.kafka_cleanshutdown')), false)
})

test('damaged checkpoints are left out, and the logs checked instead', async (t) => {
  const dir = temporaryDirectory(t)
  let manager = await start(t, { dir })
  append(manager.create('orders', 0, config, TOPIC_ID), value('a'))
  await manager.close()
  writeFileSync(join(dir, 'recovery-point-offset-checkpoint'), '\0\0\0')
  const reports: string[] = []
  manager = await start(t, { dir, report: (_, message) => reports.push(message) })
  assert.deepEqual(valuesOf(manager.get('orders', 0)!), ['a'])
  assert.match(reports.join('\n'), /recovery-point-offset-checkpoint/)
})

test('a stop before the logs were loaded leaves the directory as it was', async (t) => {
  const dir = temporaryDirectory(t)
  const manager = await start(t, { dir })
  append(manager.create('orders', 0, config, TOPIC_ID), value('a'))
  await manager.close(7)
  const before = readdirSync(dir).map((name) => [
    name,
    name.includes('-0') ? '' : readFileSync(join(dir, name), 'utf8'),
  ])
  await new LogManager({ dir }).close(8)
  const after = readdirSync(dir).map((name) => [name, name.includes('-0') ? '' : readFileSync(join(dir, name), 'utf8')])
  assert.deepEqual(after, before)
})

test('the metadata log is kept apart', async (t) => {
  const dir = temporaryDirectory(t)
  let manager = new LogManager({ dir })
  append(await manager.openMetadataLog(), value('topic'), { origin: 'raft', leaderEpoch: 1 })
  await manager.load(() => config)
  await manager.close()
  assert.equal(readFileSync(join(dir, 'recovery-point-offset-checkpoint'), 'utf8'), '0\n0\n')
  assert.equal(readTopicId(join(dir, '__cluster_metadata-0')), 'AAAAAAAAAAAAAAAAAAAAAQ')
  manager = new LogManager({ dir })
  t.after(() => manager.abandon())
  assert.deepEqual(valuesOf(await manager.openMetadataLog()), ['topic'])
})

test('flush.ms is honoured', { timeout: 60_000 }, async (t) => {
  const manager = await start(t, { dir: temporaryDirectory(t) }, { flushCheckMs: 5 })
  const log = manager.create('orders', 0, logConfig({ flushMs: 1 }), TOPIC_ID)
  append(log, value('a'))
  while (log.recoveryPoint < 1) await delay(2)
})

test('a checkpoint that can not be written is named, and written when it can', { timeout: 60_000 }, async (t) => {
  const dir = temporaryDirectory(t)
  const told = Promise.withResolvers<string>()
  const report = (level: string, message: string) => told.resolve(`${level}: ${message}`)
  const manager = await start(t, { dir, report }, { highWatermarkCheckpointMs: 5 })
  const checkpoint = join(dir, 'replication-offset-checkpoint')
  mkdirSync(`${checkpoint}.tmp`)
  append(manager.create('orders', 0, config, TOPIC_ID), value('a'))
  assert.match(await told.promise, /^error: can't write .*replication-offset-checkpoint: EISDIR/)
  assert.equal(existsSync(checkpoint), false)
  rmdirSync(`${checkpoint}.tmp`)
  while (!existsSync(checkpoint)) await delay(2)
  assert.equal(readFileSync(checkpoint, 'utf8'), '0\n1\norders 0 1\n')
})

test('a second broker in this or another process is refused, and told of the first', async (t) => {
  const dir = temporaryDirectory(t)
  const isRefused = (pid: number) => (error: Error) =>
    error instanceof DirectoryLockedError && error.message.includes(dir) && error.message.includes(`process ${pid}`)
  const first = new LogManager({ dir })
  assert.throws(() => new LogManager({ dir }), isRefused(process.pid))
  await first.close()

  const child = fork(join(import.meta.dirname, 'hold-directory.ts'), [dir], { stdio: 'inherit' })
  await once(child, 'message')
  assert.throws(() => new LogManager({ dir }), isRefused(child.pid ?? 0))
  child.kill('SIGKILL')
  await once(child, 'exit')
  const next = new LogManager({ dir })
  await next.close()
})

test('a broker in memory leaves nothing, even when it was killed', async (t) => {
  const manager = await start(t, { ephemeral: true })
  append(manager.create('orders', 0, config, TOPIC_ID), value('a'))
  assert.deepEqual(valuesOf(manager.get('orders', 0)!), ['a'])
  await manager.close()
  assert.equal(existsSync(manager.dir), false)

  const child = fork(join(import.meta.dirname, 'hold-directory.ts'), [], { stdio: 'inherit' })
  const [dir] = (await once(child, 'message')) as [string]
  assert.ok(existsSync(dir))
  child.kill('SIGKILL')
  await once(child, 'exit')
  const next = new LogManager({ ephemeral: true })
  assert.equal(existsSync(dir), false)
  await next.close()
})

test('a directory that can not be written says so', { skip: process.getuid?.() === 0 }, (t) => {
  const dir = temporaryDirectory(t)
  chmodSync(dir, 0o500)
  assert.throws(() => new LogManager({ dir: join(dir, 'data') }), /can't make the data directory/)
  assert.throws(() => new LogManager({ dir }), /can't lock/)
})

test('meta.properties and partition.metadata read back, from Kafka too, and say what is wrong with them', async (t) => {
  const dir = temporaryDirectory(t)
  assert.equal(readMetaProperties(dir), undefined)
  assert.equal(readTopicId(dir), undefined)
  const meta = { clusterId: 'vrUQUVQiSGi8topx0rDROA', nodeId: 3, directoryId: 'LuZPslhguF7EdIOx8oZMVQ' }
  await writeMetaProperties(dir, meta)
  assert.deepEqual(readMetaProperties(dir), meta)
  const path = join(dir, 'meta.properties')
  writeFileSync(path, '#\n#Fri Nov 20 23:42:48 UTC 2026\nnode.id=1\ndirectory.id=d\nversion=1\ncluster.id=c\n')
  assert.deepEqual(readMetaProperties(dir), { clusterId: 'c', nodeId: 1, directoryId: 'd' })
  writeFileSync(path, 'version=2\n')
  assert.throws(() => readMetaProperties(dir), { message: /meta\.properties has the unknown version '2'/ })
  writeTopicId(dir, TOPIC_ID)
  assert.equal(readTopicId(dir), TOPIC_ID)
  writeFileSync(join(dir, 'partition.metadata'), '')
  assert.equal(readTopicId(dir), undefined)
})
