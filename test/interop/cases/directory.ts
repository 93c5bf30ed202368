// One data directory for `ktool serve` and Kafka in turn: whoever had it before, and whether stopped or killed, the next one
// has all topics, configs, records, groups, transactions, ACLs, users and quotas, and goes on with what was unfinished.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { dumpEverything } from '../dump-log.ts'
import { startKafka } from '../peers/kafka.ts'
import { serve } from '../peers/ktool.ts'
import { contents, fill, goOn, relayProperties, type Station, type Unfinished } from '../relay.ts'
import { folder } from '../shared.ts'

interface Runner extends Station {
  stop(signal: NodeJS.Signals): Promise<void>
}

type Stage = readonly [who: 'ktool' | 'Kafka', end: 'SIGTERM' | 'SIGKILL']

/** Snapshots of the metadata again and again, and a cleaner that waits for nothing. */
const properties = {
  ...relayProperties,
  'metadata.log.max.record.bytes.between.snapshots': '3000',
  'log.cleaner.backoff.ms': '200',
  'log.cleaner.min.cleanable.ratio': '0.01',
}

async function relay(t: TestContext, stages: readonly Stage[], standalone: boolean): Promise<string> {
  const data = join(mkdtempSync(join(folder, 'relay-')), 'data')
  const run = async (who: Stage[0]): Promise<Runner> => {
    if (who === 'ktool') {
      const broker = await serve({ data, args: Object.entries(properties).flatMap(([k, v]) => ['-X', `${k}=${v}`]) })
      t.after(() => broker.stop('SIGKILL'))
      return broker
    }
    const kafka = await startKafka({ data, properties, standalone })
    t.after(() => kafka.wipe())
    return kafka
  }
  let before: Record<string, unknown> | undefined
  const unfinished: Unfinished[] = []
  for (const [round, [who, end]] of stages.entries()) {
    const runner = await run(who)
    if (before !== undefined) {
      const after = await contents(runner, round)
      const [earlier, ending] = stages[round - 1]!
      const title = `${who} has what ${earlier} had, ended by ${ending}`
      await t.test(`${round}: ${title}`, () => {
        for (const question of Object.keys(after)) assert.deepEqual(after[question], before![question], question)
      })
      await t.test(`${round}: ${who} goes on with what was unfinished`, () => goOn(runner, unfinished.at(-1)!))
    }
    // A Kafka that is killed forgets where a log was cut a while ago.
    unfinished.push(await fill(runner, round, who === 'ktool' || end === 'SIGTERM'))
    before = await contents(runner, round + 1)
    await runner.stop(end)
  }
  t.after(() => rmSync(data, { recursive: true, force: true }))
  return data
}

test('a directory of ktool serve', async (t) => {
  const data = await relay(
    t,
    [
      ['ktool', 'SIGTERM'],
      ['Kafka', 'SIGTERM'],
      ['ktool', 'SIGKILL'],
      ['Kafka', 'SIGKILL'],
      ['ktool', 'SIGTERM'],
    ],
    false,
  )
  await t.test("Kafka's dump-log reads every file of it", async () => {
    const files = await dumpEverything(data)
    for (const kind of ['.log', '.index', '.timeindex', '.snapshot', '.txnindex', '.checkpoint']) {
      assert.ok(
        files.some((name) => name.endsWith(kind)),
        `${kind} among ${files.length} files`,
      )
    }
  })
})

test('a directory of a Kafka that keeps its voters in it', async (t) => {
  await relay(
    t,
    [
      ['Kafka', 'SIGKILL'],
      ['ktool', 'SIGTERM'],
      ['Kafka', 'SIGTERM'],
      ['ktool', 'SIGKILL'],
      ['Kafka', 'SIGTERM'],
    ],
    true,
  )
})
