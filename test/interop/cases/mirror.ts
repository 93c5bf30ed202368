// MirrorMaker 2, with the configuration that comes with Kafka but for how often it looks: records with all they carry,
// configs, partitions that are added, and offsets of groups, which come to the other side translated.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { mirrorMaker, propertiesFile } from '../peers/frameworks.ts'
import { ktool, serve } from '../peers/ktool.ts'
import { succeeded } from '../peers/run.ts'
import { createTopic, folder, realKafka } from '../shared.ts'

const count = 6000

async function ran(bootstrap: string, args: readonly string[], input?: string): Promise<string> {
  const result = await ktool([...args, '-b', bootstrap], input === undefined ? {} : { input })
  return succeeded(result, `ktool ${args.join(' ')}`).stdout
}

/** Everything of a topic but its name, partition by partition. */
async function everything(bootstrap: string, topic: string): Promise<string[]> {
  const text = await ran(bootstrap, ['consume', topic, '-e', '--json'])
  const records = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
  records.sort((a, b) => a.partition - b.partition || a.offset - b.offset)
  return records.map((record) => JSON.stringify({ ...record, topic: '' }))
}

async function mirrors(t: TestContext, name: string, from: string, to: string): Promise<void> {
  const topic = `mirror-${name}`
  const readers = `${topic}-readers`
  const own = { 'cleanup.policy': 'compact', 'max.message.bytes': '2000000', 'segment.ms': '86400000' }
  const settings = Object.entries(own).map(([name, value]) => `${name}=${value}`)
  await createTopic(from, topic, 3, settings)
  const records = (start: number) =>
    Array.from({ length: count }, (_, i) => {
      const key = `key-${(start + i) % 100}`
      const value = (start + i) % 17 === 0 ? null : `value ${start + i} ${'ä'.repeat(i % 50)}`
      return `${JSON.stringify({ key, value, headers: [['n', String(i)]] })}\n`
    }).join('')
  await ran(from, ['produce', topic, '--input', 'jsonl'], records(0))
  // A group that has read a part of it.
  await ran(from, ['consume', topic, '-G', readers, '-c', '1000', '-f', '%s\\n'])

  const config = propertiesFile(join(folder, `${topic}.properties`), {
    clusters: 'A, B',
    'A.bootstrap.servers': from,
    'B.bootstrap.servers': to,
    'A->B.enabled': 'true',
    'A->B.topics': `${topic}.*`,
    'A->B.groups': `${topic}.*`,
    'A->B.sync.group.offsets.enabled': 'true',
    'replication.factor': '1',
    'checkpoints.topic.replication.factor': '1',
    'heartbeats.topic.replication.factor': '1',
    'offset-syncs.topic.replication.factor': '1',
    'offset.storage.replication.factor': '1',
    'status.storage.replication.factor': '1',
    'config.storage.replication.factor': '1',
    'refresh.topics.interval.seconds': '2',
    'refresh.groups.interval.seconds': '2',
    'sync.topic.configs.interval.seconds': '2',
    'emit.checkpoints.interval.seconds': '1',
    'sync.group.offsets.interval.seconds': '1',
    'emit.heartbeats.interval.seconds': '1',
  })
  const mirror = await mirrorMaker(config)
  t.after(() => mirror.stop('SIGKILL'))
  const until = async (what: string, done: () => Promise<boolean>) => {
    for (const deadline = Date.now() + 120_000; !(await done()); await sleep(200)) {
      assert.equal(mirror.process.exitCode, null, mirror.log())
      assert.ok(Date.now() < deadline, `${what}\n${mirror.log().slice(-6000)}`)
    }
  }
  const copy = `A.${topic}`
  const there = async (expected: number) => {
    const topics: { name: string }[] = JSON.parse(await ran(to, ['topics', 'list', '--json']))
    return topics.some(({ name }) => name === copy) && (await everything(to, copy)).length >= expected
  }
  await until('the first records', () => there(count))
  await ran(from, ['produce', topic, '--input', 'jsonl'], records(count))
  await until('more records', () => there(2 * count))
  assert.deepEqual(await everything(to, copy), await everything(from, topic))

  const configs = await ran(to, ['configs', 'describe', 'topic', copy, '--json'])
  const found = Object.fromEntries(
    JSON.parse(configs)[0].configs.map(({ name, value }: { name: string; value: string }) => [name, value]),
  )
  for (const [name, value] of Object.entries(own)) assert.equal(found[name], value, name)

  // The group's offsets are not the same ones there, but none of the records that it has not read is left out.
  const offsets = async (bootstrap: string, of: string) => {
    const [group] = JSON.parse(await ran(bootstrap, ['groups', 'describe', readers, '--json']).catch(() => '[]'))
    const positions: { topic: string; partition: number; currentOffset: number }[] = group?.offsets ?? []
    return new Map(positions.filter((each) => each.topic === of).map((each) => [each.partition, each.currentOffset]))
  }
  const committed = await offsets(from, topic)
  const sum = (of: Map<number, number>) => [...of.values()].reduce((a, b) => a + b, 0)
  await until('offsets of the group', async () => sum(await offsets(to, copy)) > 0)
  for (const [partition, offset] of await offsets(to, copy)) {
    const most = committed.get(partition) ?? 0
    assert.ok(offset <= most, `${offset} of ${most} in partition ${partition}`)
  }

  await ran(from, ['topics', 'add-partitions', topic, '--total', '5'])
  // A broker hears of them a moment after its controller.
  await until('the partitions at the source', async () => {
    const [{ partitionCount }] = JSON.parse(await ran(from, ['topics', 'describe', topic, '--json']))
    return partitionCount === 5
  })
  await ran(from, ['produce', topic, '-p', '4', '-k', 'key'], 'in a new partition\n')
  await until('the new partitions', () => there(2 * count + 1))
  assert.deepEqual(await everything(to, copy), await everything(from, topic))
  const topics: { name: string }[] = JSON.parse(await ran(to, ['topics', 'list', '--json']))
  for (const name of ['A.checkpoints.internal', 'A.heartbeats', 'heartbeats']) {
    assert.ok(
      topics.some((each) => each.name === name),
      name,
    )
  }
  await mirror.stop()
  // The Kafka is not this test's own.
  await ran(from, ['topics', 'delete', topic, 'mm2-offset-syncs.B.internal', '--yes'])
}

test('from a Kafka to ktool serve', async (t) => {
  const broker = await serve()
  t.after(() => broker.wipe())
  await mirrors(t, 'kafka', (await realKafka()).bootstrap, broker.bootstrap)
})

test('from ktool serve to ktool serve', async (t) => {
  const [from, to] = [await serve(), await serve()]
  t.after(() => from.wipe())
  t.after(() => to.wipe())
  await mirrors(t, 'ktool', from.bootstrap, to.bootstrap)
})
