// kill -9 of `ktool serve` at random moments, while it works and while it starts, under a load that goes on: no acknowledged
// record is lost or doubled, no committed offset lost, no aborted record seen by a committed reader.
//
//   KILLS=200 SEED=7 node --test test/interop/cases/kill.ts
//
// The seed decides when to kill, the sizes, codecs and ends of transactions; it is printed.

import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Coordinator } from '../../../src/client/coordinator.ts'
import { Position } from '../../../src/client/fetched.ts'
import { Fetcher } from '../../../src/client/fetcher.ts'
import { fetchOffsets } from '../../../src/client/group/offsets.ts'
import { RecordReader } from '../../../src/client/record-reader.ts'
import { partitionBounds } from '../../../src/client/start-offset.ts'
import { seeded } from '../../protocol/random-value.ts'
import { dumpLog } from '../dump-log.ts'
import { Load, partitionCount, textOf, topic, transactionalGroup } from '../load.ts'
import { serve } from '../peers/ktool.ts'
import { freePorts } from '../peers/run.ts'
import { createTopic } from '../shared.ts'
import { slowAnswers } from '../slow-answers.ts'

const kills = Number(process.env['KILLS'] ?? 20)
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9))

/** Small segments and frequent checkpoints, so that kills come into rolls, compaction and checkpoints as well. */
const settings = Object.entries({
  'log.segment.bytes': '1048576',
  'offsets.topic.segment.bytes': '1048576',
  'transaction.state.log.segment.bytes': '1048576',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.num.partitions': '4',
  'log.flush.offset.checkpoint.interval.ms': '700',
  'replica.high.watermark.checkpoint.interval.ms': '300',
  'log.cleaner.backoff.ms': '400',
  'log.cleaner.min.cleanable.ratio': '0.01',
  'log.segment.delete.delay.ms': '500',
}).flatMap(([key, value]) => ['-X', `${key}=${value}`])

/** Shows each record of the topic as it is read with or without what is not committed. */
async function readAll(
  load: Load,
  committed: boolean,
  visit: (text: string, partition: number, offset: number) => void,
) {
  const { cluster } = load.client('check')
  const isolation = committed ? 1 : 0
  const partitions = Array.from({ length: partitionCount }, (_, partition) => ({ topic, partition }))
  const bounds = await partitionBounds(cluster, partitions, isolation)
  const fetcher = new Fetcher(cluster, { isolation, maxWaitMs: 50 }, () => {})
  fetcher.add(bounds.map(({ partition, latest }) => new Position(topic, partition, 0, latest)))
  const reader = new RecordReader({ checkCrcs: true, committedOnly: committed })
  for (let answer = await fetcher.next(); answer !== null; answer = await fetcher.next()) {
    for (const fetched of answer.partitions) {
      await reader.read(fetched, {
        visit: (view) => {
          visit(textOf(view), view.partition, view.cursor.offset)
          return true
        },
      })
    }
    answer.done()
  }
}

test(`${kills} times kill -9 under load, SEED=${seed}`, { timeout: 60_000 + kills * 5000 }, async (t) => {
  const random = seeded(seed)
  const [port] = (await freePorts(1)) as [number]
  const listen = `127.0.0.1:${port}`
  // Else an answer is there before a kill can come between what was done and its answer.
  const way = await slowAnswers(port, () => (random() < 0.7 ? random() * 12 : 0))
  t.after(() => way.close())
  const args = [...settings, '--advertise', `127.0.0.1:${way.port}`]
  let broker = await serve({ listen, args })
  t.after(() => broker.wipe())
  await createTopic(listen, topic, partitionCount, ['segment.bytes=1048576'])
  const load = new Load(way.port, seed)
  await load.start()
  for (let kill = 0; kill < kills; kill++) {
    await sleep(random() * 600)
    await broker.stop('SIGKILL')
    // Some kills come while it starts.
    for (const { data } = broker; random() < 0.2; ) {
      const ms = random() * 300
      await serve({ listen, data, args, killAfterMs: ms }).then(
        (started) => started.stop('SIGKILL'),
        () => {},
      )
    }
    broker = await serve({ listen, data: broker.data, args })
  }
  await load.finish()
  const { told } = load

  await t.test('nothing failed', () => assert.deepEqual(told.problems, []))

  const committed = new Map<string, number>()
  await t.test('records are there once, in their place and order', async () => {
    const last = new Map<string, number>()
    const wrong: string[] = []
    await readAll(load, true, (text, partition, offset) => {
      committed.set(text, (committed.get(text) ?? 0) + 1)
      const [kind, writer, number] = text.split(' ')
      if (kind !== 'w') return
      const place = told.acknowledged[Number(writer)].get(Number(number))
      if (place !== undefined && place.offset >= 0 && (place.partition !== partition || place.offset !== offset)) {
        wrong.push(`${text} is at ${partition}:${offset}, told was ${place.partition}:${place.offset}`)
      }
      const before = last.get(`${writer} ${partition}`) ?? -1
      if (Number(number) <= before) wrong.push(`${text} comes after ${before} at ${partition}:${offset}`)
      last.set(`${writer} ${partition}`, Number(number))
    })
    assert.deepEqual(wrong.slice(0, 20), [])
    const doubled = [...committed].filter(([, count]) => count > 1)
    assert.deepEqual(doubled, [])
    for (const [writer, acknowledged] of told.acknowledged.entries()) {
      assert.equal(acknowledged.size, told.begun[writer])
      for (const number of acknowledged.keys())
        assert.ok(committed.has(`w ${writer} ${number}`), `w ${writer} ${number}`)
    }
  })

  await t.test('transactions are there as a whole or not at all', async () => {
    const counts = new Map<string, { found: number; of: number }>()
    for (const text of committed.keys()) {
      const [kind, writer, number, , of] = text.split(' ')
      if (kind !== 't') continue
      const key = `${writer} ${number}`
      counts.set(key, { found: (counts.get(key)?.found ?? 0) + 1, of: Number(of) })
    }
    for (const [writer, outcomes] of told.transactions.entries()) {
      for (const [number, outcome] of outcomes.entries()) {
        const { found, of } = counts.get(`${writer} ${number}`) ?? { found: 0, of: 0 }
        const shown = `transaction ${writer} ${number} is ${outcome}, ${found} of ${of} records show`
        assert.ok(outcome !== 'aborted' || found === 0, shown)
        assert.ok(outcome !== 'committed' || (found === of && found > 0), shown)
      }
    }
    const client = load.client('check')
    const partitions = told.transactions.map((_, partition) => ({ topic, partition }))
    const offsets = await fetchOffsets(
      client.cluster,
      new Coordinator(client.cluster, transactionalGroup),
      partitions,
      {
        requireStable: true,
      },
    )
    for (const { partition, offset } of offsets) {
      assert.equal(offset, told.transactions[partition].lastIndexOf('committed') + 1, `of writer ${partition}`)
    }
  })

  await t.test('committed offsets are there', async () => {
    const { cluster } = load.client('check')
    for (const [group, { acknowledged, sent }] of told.commits) {
      const [{ offset }] = await fetchOffsets(cluster, new Coordinator(cluster, group), [{ topic, partition: 0 }])
      assert.ok(offset >= acknowledged && offset <= sent, `${group}: ${offset}, acknowledged ${acknowledged}`)
    }
  })

  await t.test('members of groups of both protocols see all that is committed, and nothing else', async () => {
    const all = Object.values(told.seen)
    const isMissing = () => all.some((seen) => seen.size < committed.size)
    for (const deadline = Date.now() + 20_000; isMissing() && Date.now() < deadline; ) await sleep(20)
    await load.close()
    assert.deepEqual(told.problems, [])
    for (const seen of all) {
      const missing = [...committed.keys()].filter((text) => !seen.has(text))
      const tooMuch = [...seen].filter((text) => !committed.has(text))
      assert.deepEqual({ missing, tooMuch }, { missing: [], tooMuch: [] })
    }
  })

  await t.test('topics that were created are there', async () => {
    const client = load.client('check')
    const names = new Set((await client.cluster.allTopics()).map(({ name }) => name))
    client.close()
    assert.deepEqual(
      told.topics.filter((name) => !names.has(name)),
      [],
    )
  })

  await t.test('the files are sound', async () => {
    await broker.stop()
    assert.ok((await dumpLog(broker.data, topic)).records >= committed.size)
  })
  t.diagnostic(
    `${committed.size} records, ${told.transactions.map((each) => each.length).join('+')} transactions, ` +
      `${[...told.commits.values()].map(({ sent }) => sent).join('+')} commits, ${told.topics.length} topics`,
  )
})
