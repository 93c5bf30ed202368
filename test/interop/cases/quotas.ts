// Clients that are held to a quota take the same time on a real Kafka and on ktool serve.

import assert from 'node:assert/strict'
import test from 'node:test'
import type { KafkaTool } from '../peers/kafka.ts'
import { kafkaTool } from '../peers/kafka.ts'
import { ktool, serve } from '../peers/ktool.ts'
import { succeeded } from '../peers/run.ts'
import { createTopic, realKafka } from '../shared.ts'

const topic = 'quotas'
/** Bytes a second; what goes beyond ten seconds of it has to wait, for so long that the start of a tool counts for little. */
const rate = 500_000
const records = 10_000
const recordBytes = 1000

const alter = async (bootstrap: string, client: string, ...change: string[]) =>
  succeeded(await ktool(['quotas', 'alter', '--client', client, ...change, '-b', bootstrap]), 'quotas')

/** Milliseconds of a tool's whole run. */
async function time(tool: KafkaTool, args: string[]): Promise<number> {
  return succeeded(await kafkaTool(tool, args, { fast: true }), tool).ms
}

test('producers and consumers with a quota end at about the time at which they end with Kafka', async (t) => {
  const kafka = await realKafka()
  const broker = await serve()
  t.after(() => broker.wipe())
  const took = await Promise.all(
    [kafka.bootstrap, broker.bootstrap].map(async (bootstrap) => {
      await createTopic(bootstrap, topic, 1)
      await alter(bootstrap, 'quota-producer', '--set', `producer_byte_rate=${rate}`)
      await alter(bootstrap, 'quota-consumer', '--set', `consumer_byte_rate=${rate}`)
      const on = ['--bootstrap-server', bootstrap, '--topic', topic]
      const size = ['--num-records', String(records), '--record-size', String(recordBytes), '--throughput', '-1']
      const produced = await time('producer-perf', [...on, ...size, '--command-property', 'client.id=quota-producer'])
      const consumed = await time('consumer-perf', [
        ...on,
        '--num-records',
        String(records),
        '--command-property',
        'client.id=quota-consumer',
        '--timeout',
        '30000',
      ])
      await alter(bootstrap, 'quota-producer', '--unset', 'producer_byte_rate')
      await alter(bootstrap, 'quota-consumer', '--unset', 'consumer_byte_rate')
      return { produced, consumed }
    }),
  )
  const [theirs, ours] = took as [(typeof took)[0], (typeof took)[0]]
  const shown = JSON.stringify({ theirs, ours })
  const free = (10 * rate) / recordBytes
  const atLeast = ((records - free) * recordBytes * 1000) / rate
  for (const { produced, consumed } of took) assert.ok(produced > atLeast && consumed > atLeast, shown)
  for (const what of ['produced', 'consumed'] as const) {
    const ratio = ours[what] / theirs[what]
    assert.ok(ratio > 0.75 && ratio < 1.3, shown)
  }
  t.diagnostic(shown)
})
