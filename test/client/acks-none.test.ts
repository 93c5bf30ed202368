// Without acknowledgements (acks=0): a broker that is slow to read gets each batch as it was appended, and one that ends the
// connection is heard of.

import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import test from 'node:test'
import { Producer } from '../../src/client/producer.ts'
import { isValid } from '../../src/records/batch.ts'
import { readRecords } from '../../src/records/plain.ts'
import { fakeBroker } from './fake-broker.ts'

const partitions = [0, 1, 2, 3]

test('what is not sent yet is not used again', async (t) => {
  const seen = new Set<string>()
  let wrong = 0
  let told: () => void = () => {}
  const take = (index: number, records: Buffer) => {
    if (!isValid(records, 0)) wrong++
    for (const { value } of readRecords(records)) {
      const text = String(value)
      if (!text.startsWith(`p${index} `) || seen.has(text)) wrong++
      seen.add(text)
    }
    told()
  }
  const client = await fakeBroker(t, {
    partitions,
    answer(_apiKey, { topicData }) {
      for (const topic of topicData) for (const row of topic.partitionData) take(row.index, row.records)
      return undefined
    },
    // It stands still, then reads, in turn.
    connected(socket) {
      const turns = setInterval(() => (socket.isPaused() ? socket.resume() : socket.pause()), 50)
      socket.on('close', () => clearInterval(turns))
    },
  })
  const producer = new Producer(
    client.cluster,
    { acks: 0, idempotence: false, lingerMs: 1, memoryBytes: 100_000, batchBytes: 10_000 },
    { delivered() {}, failed: (_origins, _queue, error) => assert.fail(error) },
  )
  await producer.prepare('t')
  const count = 150_000
  for (let i = 0; i < count; i++) {
    const partition = i % partitions.length
    const value = Buffer.from(`p${partition} ${i} `.padEnd(200, 'x'))
    while (!producer.append('t', partition, 0, value, -1, -1, 0, value.length, i)) await producer.room()
  }
  await producer.flush()
  while (seen.size < count && wrong === 0) await new Promise<void>((resolve) => (told = resolve))
  assert.equal(wrong, 0)
})

test('a connection that is lost is told of, as nothing else tells of it', async (t) => {
  const sockets: Socket[] = []
  const client = await fakeBroker(t, {
    partitions,
    answer() {
      for (const socket of sockets) socket.destroy()
      return undefined
    },
    connected: (socket) => sockets.push(socket),
  })
  const told = Promise.withResolvers<Error>()
  const producer = new Producer(
    client.cluster,
    { acks: 0, idempotence: false, lingerMs: 0 },
    { delivered() {}, failed: (_origins, _queue, error) => assert.fail(error), unknown: told.resolve },
  )
  await producer.prepare('t')
  producer.append('t', 0, 0, Buffer.from('value'), -1, -1, 0, 5, 1)
  await producer.flush()
  assert.match((await told.promise).message, /connection/)
})
