// The same commands against brokers of different age: ktool speaks the newest version of each API that both sides know.

import assert from 'node:assert/strict'
import test from 'node:test'
import { ktool } from '../peers/ktool.ts'
import { type RunOptions, succeeded } from '../peers/run.ts'
import { realKafka } from '../shared.ts'

for (const version of ['4.3.1', '3.9.2'] as const) {
  test(`topics, produce and consume on Kafka ${version}`, async (t) => {
    const kafka = await realKafka(version)
    const topic = 'negotiated'
    const call = async (args: readonly string[], options?: RunOptions) => {
      const result = await ktool([...args, '-b', kafka.bootstrap], options)
      return succeeded(result, `ktool ${args.join(' ')}`).stdout
    }
    const described = async () => JSON.parse(await call(['topics', 'describe', topic, '--output', 'jsonl']))
    const kafkaSays = async (...args: string[]) => {
      const result = await kafka.tool('topics', ['--bootstrap-server', kafka.bootstrap, ...args])
      return succeeded(result, 'kafka-topics').stdout
    }

    await t.test('create', async () => {
      await call(['topics', 'create', topic, '-p', '3', '-c', 'retention.ms=7200000'])
      const text = await kafkaSays('--describe', '--topic', topic)
      assert.match(text, /PartitionCount: 3\s.*Configs: .*retention\.ms=7200000/)
    })
    await t.test('list', async () => {
      const names = (await call(['topics', 'list'])).trim().split('\n')
      assert.ok(
        names.some((row) => row.split('\t')[0] === topic),
        names.join('\n'),
      )
      assert.deepEqual(
        names.map((row) => row.split('\t')[0]),
        (await kafkaSays('--list', '--exclude-internal')).trim().split('\n').sort(),
      )
    })
    await t.test('describe', async () => {
      const topicDescribed = await described()
      const text = await kafkaSays('--describe', '--topic', topic)
      assert.equal(topicDescribed.topicId, /TopicId: (\S+)/.exec(text)?.[1])
      assert.equal(topicDescribed.configs['retention.ms'], '7200000')
      assert.deepEqual(
        topicDescribed.partitions.map((row: Record<string, unknown>) => [row['partition'], row['leader'], row['isr']]),
        [0, 1, 2].map((partition) => [partition, 1, [1]]),
      )
    })
    await t.test('add-partitions', async () => {
      await call(['topics', 'add-partitions', topic, '--total', '4'])
      assert.equal((await described()).partitions.length, 4)
    })
    for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
      await t.test(`produce and consume, ${codec}`, async () => {
        const name = `${topic}-${codec}`
        await call(['topics', 'create', name, '-p', '2'])
        const lines = Array.from({ length: 2_000 }, (_, index) => `key-${index % 50}:value ${index} ${codec}`)
        await call(['produce', name, '-K', ':', '-z', codec], { input: lines.join('\n') })
        const read = (await call(['consume', name, '-e', '-f', '%k:%s\\n'])).trimEnd().split('\n')
        const order = (text: string) => Number(text.split(' ')[1])
        assert.deepEqual(
          read.sort((a, b) => order(a) - order(b)),
          lines,
        )
      })
    }
    await t.test('offsets and limits of consume', async () => {
      const name = `${topic}-one`
      await call(['topics', 'create', name])
      await call(['produce', name], { input: 'a\nb\nc\nd\ne\n' })
      const consume = async (...args: string[]) => (await call(['consume', name, ...args])).split('\n').join('')
      assert.equal(await consume('-e'), 'abcde')
      assert.equal(await consume('-e', '-o', '3'), 'de')
      assert.equal(await consume('-e', '-o', '-2'), 'de')
      assert.equal(await consume('-e', '-o', 'end'), '')
      assert.equal(await consume('-c', '2'), 'ab')
      assert.equal(await consume('-c', '1', '-o', '2', '-p', '0'), 'c')
    })
    await t.test('delete', async () => {
      await call(['topics', 'delete', topic, '--yes'])
      assert.doesNotMatch(await kafkaSays('--list'), new RegExp(`^${topic}$`, 'm'))
    })
  })
}
