// The package as a program imports it: built, by its name.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import { cpuMs } from './cpu-time.ts'

const root = join(import.meta.dirname, '..')
const { exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const { startBroker }: typeof import('../src/index.ts') = await import(join(root, entries['.'].default))

test('a broker in this process, for a client in it', async () => {
  const broker = await startBroker({ topics: { orders: 3 } })
  const kafka = new Kafka({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  const producer = kafka.producer()
  await Promise.all([admin.connect(), producer.connect()])
  assert.equal((await admin.fetchTopicMetadata({ topics: ['orders'] })).topics[0].partitions.length, 3)
  const [sent] = await producer.send({ topic: 'orders', messages: [{ key: 'k', value: 'v', partition: 1 }] })
  assert.equal(sent.baseOffset, '0')
  await Promise.all([admin.disconnect(), producer.disconnect()])
  await broker.close()
})

test('it starts with less than 100 ms of work, and several run side by side', async () => {
  const brokers = []
  let fastest = Number.POSITIVE_INFINITY
  for (let i = 0; i < 3; i++) {
    const begun = cpuMs()
    brokers.push(await startBroker())
    fastest = Math.min(fastest, cpuMs() - begun)
  }
  assert.ok(fastest < 100, `${fastest} ms`)
  assert.equal(new Set(brokers.map(({ port }) => port)).size, 3)
  await Promise.all(brokers.map((broker) => broker.close()))
})

test('its data can be kept, and only one has it at a time', async () => {
  const data = mkdtempSync(join(tmpdir(), 'ktool-library-'))
  const said: string[] = []
  const broker = await startBroker({ data, topics: { kept: 1 }, log: (level, text) => said.push(`${level} ${text}`) })
  await assert.rejects(startBroker({ data }), /in use/)
  await broker.close()
  const again = await startBroker({ data })
  assert.equal(again.clusterId, broker.clusterId)
  await again.close()
  rmSync(data, { recursive: true })
})

test('types are beside it', () => {
  const types = readFileSync(join(root, entries['.'].types), 'utf8')
  assert.match(types, /export declare function startBroker\(options\?: BrokerOptions\): Promise<Broker>/)
  assert.doesNotMatch(types, /import /)
})
