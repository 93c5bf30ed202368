// Clients of other families: each program (test/interop/clients/) does the same with Kafka and with the bundled broker, and
// prints the same. Topics and their configs, producers of every kind, transactions, groups of the protocols it has, and what
// goes wrong.

import assert from 'node:assert/strict'
import test from 'node:test'
import { type Command, go, node, python } from '../clients/set-up.ts'
import { serve } from '../peers/ktool.ts'
import { run, succeeded } from '../peers/run.ts'
import { realKafka } from '../shared.ts'

const programs: Readonly<Record<string, () => Promise<Command>>> = {
  'librdkafka (confluent-kafka)': () => python('confluent.py', ['confluent-kafka==2.16.1']),
  'kafka-python': () => python('kafka_python.py', ['kafka-python[snappy,lz4,zstd]==3.0.12']),
  aiokafka: () => python('aiokafka_.py', ['aiokafka[snappy,lz4,zstd]==0.14.0']),
  kafkajs: () => node('kafkajs.mjs', ['kafkajs@2.2.4']),
  '@platformatic/kafka': () => node('platformatic.mjs', ['@platformatic/kafka@2.12.1']),
  'franz-go': () => go('franz'),
  sarama: () => go('sarama'),
}

for (const [name, setUp] of Object.entries(programs)) {
  test(`${name}: the same with Kafka and with ktool serve`, async (t) => {
    const [command, ...args] = await setUp()
    const kafka = await realKafka()
    const broker = await serve({ args: ['-X', 'group.initial.rebalance.delay.ms=0'] })
    t.after(() => broker.wipe())
    const printed: string[][] = []
    for (const { bootstrap } of [kafka, broker]) {
      const prefix = `${name.replace(/\W+/g, '')}-`
      const result = await run(command as string, [...args, bootstrap, prefix], { timeout: 180_000 })
      const lines = succeeded(result, name).stdout.trimEnd().split('\n')
      assert.equal(lines.at(-1), 'done')
      printed.push(lines)
    }
    assert.deepEqual(printed[1], printed[0])
  })
}
