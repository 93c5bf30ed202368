// kill -9 of `ktool serve` in the middle of a load: what it acknowledged is there after a restart, in order, unchanged.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { eachLine, line } from '../data.ts'
import { dumpLog } from '../dump-log.ts'
import { client } from '../peers/kafkajs.ts'
import { kcat } from '../peers/kcat.ts'
import { ktool, type Serve, serve } from '../peers/ktool.ts'
import { type RunResult, succeeded } from '../peers/run.ts'
import { createTopic, folder } from '../shared.ts'

const topic = 'crash'
const partitionCount = 4
const batchSize = 300
/** Acknowledged batches after which the broker is killed, one after the other on the same data. */
const rounds = [20, 70, 150]

/** A batch that was acknowledged: its first record's offset, and the indexes of its lines. */
interface Acknowledged {
  partition: number
  offset: number
  first: number
}

/** Sends batches, one writer a partition, until the broker is killed after `count` acknowledgements. */
async function load(broker: Serve, firstIndex: number, count: number): Promise<{ acks: Acknowledged[]; next: number }> {
  const producer = client(broker.bootstrap).producer({ allowAutoTopicCreation: false })
  await producer.connect()
  const acks: Acknowledged[] = []
  let next = firstIndex
  let killed: Promise<void> | undefined
  const writer = async (partition: number) => {
    while (!killed) {
      const first = next
      next += batchSize
      const messages = Array.from({ length: batchSize }, (_, at) => ({ partition, value: line(first + at) }))
      const sent = await producer.send({ topic, messages, acks: -1 }).catch((error: Error) => {
        if (!killed) throw error
        return []
      })
      for (const { baseOffset } of sent) acks.push({ partition, offset: Number(baseOffset), first })
      if (acks.length >= count) killed ??= broker.stop('SIGKILL')
    }
  }
  await Promise.all(Array.from({ length: partitionCount }, (_, partition) => writer(partition)))
  await killed
  await producer.disconnect()
  return { acks, next }
}

/** Reads everything, partition by partition, as lines by offset. */
async function stored(name: string, read: (outputFile: string) => Promise<RunResult>): Promise<string[][]> {
  const output = join(folder, name)
  succeeded(await read(output), name)
  const partitions: string[][] = Array.from({ length: partitionCount }, () => [])
  eachLine(output, (bytes, start, end) => {
    const [partition, offset, ...rest] = bytes.toString('utf8', start, end).split('\t')
    const lines = partitions[Number(partition)]!
    assert.equal(Number(offset), lines.length, `${name}: offsets of partition ${partition} follow each other`)
    lines.push(rest.join('\t'))
  })
  return partitions
}

function check(partitions: string[][], acks: Acknowledged[]): void {
  for (const { partition, offset, first } of acks) {
    for (let at = 0; at < batchSize; at++) {
      assert.equal(
        partitions[partition]![offset + at],
        line(first + at),
        `partition ${partition}, offset ${offset + at}`,
      )
    }
  }
  // What was not acknowledged may be there or not, but whole, once, and in its place.
  for (const lines of partitions) {
    const indexes = lines.map((text) => Number(/\t(\d{7}) /.exec(text)?.[1]))
    for (const [at, index] of indexes.entries()) {
      assert.equal(lines[at], line(index))
      if (at > 0) assert.ok(index > indexes[at - 1]!, `line ${index} comes after ${indexes[at - 1]}`)
    }
  }
}

test('kill -9 of ktool serve under load loses nothing that was acknowledged', async (t) => {
  let broker = await serve()
  t.after(() => broker.wipe())
  await createTopic(broker.bootstrap, topic, partitionCount, ['segment.bytes=1048576'])
  const acks: Acknowledged[] = []
  let next = 0
  for (const [round, count] of rounds.entries()) {
    const loaded = await load(broker, next, count)
    acks.push(...loaded.acks)
    next = loaded.next
    broker = await serve({ data: broker.data })
    const { bootstrap } = broker
    await t.test(`after ${count} more batches, read by ktool`, async () => {
      const how = ['consume', topic, '-b', bootstrap, '-e', '-f', '%p\\t%o\\t%s\\n']
      check(await stored(`crash-ktool-${round}`, (outputFile) => ktool(how, { outputFile })), acks)
    })
    await t.test(`after ${count} more batches, read by kcat`, async () => {
      const how = ['-C', '-e', '-q', '-t', topic, '-f', '%p\\t%o\\t%s\\n']
      check(await stored(`crash-kcat-${round}`, (outputFile) => kcat(bootstrap, how, { outputFile })), acks)
    })
  }
  await t.test('the files are sound', async () => {
    await broker.stop()
    const { records } = await dumpLog(broker.data, topic)
    assert.ok(records >= acks.length * batchSize)
  })
})
