// A million keyed lines through a broker and out again, by ktool and by its peers: none lost, doubled or changed, each key's
// in order, each record in the partition where Java's producer puts its key.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { checkLines, lineCount } from '../data.ts'
import { dumpLog } from '../dump-log.ts'
import { kafkaTool } from '../peers/kafka.ts'
import { kcat } from '../peers/kcat.ts'
import { ktool, serve } from '../peers/ktool.ts'
import { type RunResult, succeeded } from '../peers/run.ts'
import { createTopic, folder, javaPartitions, linesFile, realKafka, tab } from '../shared.ts'

const partitionCount = 12
const placedFormat = `%p\\t%k\\t%s\\n`

/** Runs a reader into a file, checks the file, and removes it. */
async function check(name: string, read: (outputFile: string) => Promise<RunResult>, placed: boolean): Promise<void> {
  const output = join(folder, name)
  succeeded(await read(output), name)
  checkLines(output, placed ? { partitions: await javaPartitions() } : {})
  rmSync(output)
}

function produceByKtool(bootstrap: string, topic: string): Promise<RunResult> {
  return ktool(['produce', topic, '-b', bootstrap, '-K', tab], { inputFile: linesFile(), timeout: 120_000 })
}

const readByKtool = (t: TestContext, bootstrap: string, topic: string) =>
  t.test('ktool consume gives them back', () =>
    check(
      'ktool-consume',
      (outputFile) =>
        ktool(['consume', topic, '-b', bootstrap, '-e', '-f', '%k\\t%s\\n'], { outputFile, timeout: 120_000 }),
      false,
    ),
  )

const readByKcat = (t: TestContext, bootstrap: string, topic: string) =>
  t.test("kcat finds each where Java's producer would have put it", () =>
    check(
      'kcat-consume',
      (outputFile) =>
        kcat(bootstrap, ['-C', '-e', '-q', '-t', topic, '-f', placedFormat], { outputFile, timeout: 120_000 }),
      true,
    ),
  )

test('a million lines through a real Kafka', async (t) => {
  const { bootstrap } = await realKafka()
  await createTopic(bootstrap, 'million', partitionCount)
  await t.test('ktool produce sends them', async () => {
    succeeded(await produceByKtool(bootstrap, 'million'), 'ktool produce')
  })
  await readByKtool(t, bootstrap, 'million')
  await readByKcat(t, bootstrap, 'million')
})

test('a million lines through ktool serve', async (t) => {
  const broker = await serve()
  t.after(() => broker.wipe())
  const { bootstrap } = broker
  // Small segments, so that there are many of them.
  const segments = ['segment.bytes=2097152']

  await t.test('written by ktool', async (t) => {
    await createTopic(bootstrap, 'by-ktool', partitionCount, segments)
    await t.test('ktool produce sends them', async () => {
      succeeded(await produceByKtool(bootstrap, 'by-ktool'), 'ktool produce')
    })
    await readByKtool(t, bootstrap, 'by-ktool')
    await readByKcat(t, bootstrap, 'by-ktool')
    await t.test("Kafka's console consumer reads them", () => readByJava(bootstrap, 'by-ktool'))
  })

  await t.test('written by kcat', async (t) => {
    await createTopic(bootstrap, 'by-kcat', partitionCount)
    // Without idempotence librdkafka gives up the order when it has to send a batch again.
    const how = ['-X', 'topic.partitioner=murmur2_random', '-X', 'enable.idempotence=true']
    const options = { inputFile: linesFile(), timeout: 120_000 }
    succeeded(await kcat(bootstrap, ['-P', '-t', 'by-kcat', '-K', tab, ...how], options), 'kcat')
    await readByKtool(t, bootstrap, 'by-kcat')
    await readByKcat(t, bootstrap, 'by-kcat')
  })

  await t.test("written by Kafka's console producer", async (t) => {
    await createTopic(bootstrap, 'by-java', partitionCount)
    const how = ['--bootstrap-server', bootstrap, '--topic', 'by-java', '--reader-property', 'parse.key=true']
    const options = { inputFile: linesFile(), timeout: 120_000, fast: true }
    const written = await kafkaTool('console-producer', [...how, '--reader-property', `key.separator=${tab}`], options)
    succeeded(written, 'the console producer')
    assert.equal(written.stderr, '')
    await readByKtool(t, bootstrap, 'by-java')
    await readByKcat(t, bootstrap, 'by-java')
  })

  await t.test("Kafka's dump-log reads the segments without a complaint", async () => {
    await broker.stop()
    assert.equal(broker.process.exitCode, 0)
    const { files, records } = await dumpLog(broker.data, 'by-ktool')
    assert.ok(files > 3 * 4 * partitionCount, `segments did not roll: ${files} files`)
    assert.equal(records, lineCount)
  })
})

/**
 * Reads a topic with Kafka's console consumer, a partition at a time, two at once: without a group, as one that assigns
 * partitions would need all of a broker's group APIs.
 */
async function readByJava(bootstrap: string, topic: string): Promise<void> {
  const sizes = await partitionSizes(bootstrap, topic)
  const outputs = sizes.map((_, partition) => join(folder, `java-${partition}`))
  const waiting = [...sizes.entries()]
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [partition, size] = next
      const where = ['--bootstrap-server', bootstrap, '--topic', topic, '--partition', String(partition)]
      const what = ['--offset', 'earliest', '--max-messages', String(size), '--timeout-ms', '20000']
      const how = ['--formatter-property', 'print.key=true', '--formatter-property', 'print.partition=true']
      const output = { outputFile: outputs[partition]!, timeout: 120_000 }
      const read = await kafkaTool('console-consumer', [...where, ...what, ...how], output)
      succeeded(read, `the console consumer on partition ${partition}`)
    }
  }
  await Promise.all([worker(), worker()])
  checkLines(outputs, { partitions: await javaPartitions() })
  for (const output of outputs) rmSync(output)
}

/** The number of records of each partition, by Kafka's own tool. */
async function partitionSizes(bootstrap: string, topic: string): Promise<number[]> {
  const asked = await kafkaTool('get-offsets', ['--bootstrap-server', bootstrap, '--topic', topic])
  const sizes: number[] = []
  for (const row of succeeded(asked, 'kafka-get-offsets').stdout.trim().split('\n')) {
    const [, partition, offset] = row.split(':')
    sizes[Number(partition)] = Number(offset)
  }
  assert.equal(sizes.length, partitionCount)
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    lineCount,
  )
  return sizes
}
