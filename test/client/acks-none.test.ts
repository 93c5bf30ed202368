// Without acknowledgements (acks=0): a broker that is slow to read gets each batch as it was appended.

import assert from 'node:assert/strict'
import net from 'node:net'
import test from 'node:test'
import { Client } from '../../src/client/client.ts'
import { Producer } from '../../src/client/producer.ts'
import { FrameAssembler } from '../../src/net/frames.ts'
import type { AnyApi } from '../../src/protocol/api.ts'
import { apis } from '../../src/protocol/apis/index.ts'
import { encodeResponse, readRequestBody, readRequestHeader } from '../../src/protocol/frame.ts'
import { Reader } from '../../src/protocol/reader.ts'
import { isValid } from '../../src/records/batch.ts'
import { readRecords } from '../../src/records/plain.ts'

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
  const server = net.createServer((socket) => {
    const frames = new FrameAssembler(1 << 28, (frame) => {
      const reader = new Reader(frame)
      const { apiKey, apiVersion, correlationId } = readRequestHeader(reader)
      const api = apis.get(apiKey) as AnyApi
      // biome-ignore lint/suspicious/noExplicitAny: a broker for any request
      const body = readRequestBody(api, apiVersion, reader) as any
      if (apiKey === 0) {
        for (const topic of body.topicData) for (const row of topic.partitionData) take(row.index, row.records)
        return
      }
      const { port } = server.address() as net.AddressInfo
      const answer =
        apiKey === 18
          ? {
              apiKeys: [...apis.values()].map(({ key, minVersion, maxVersion }) => ({
                apiKey: key,
                minVersion,
                maxVersion,
              })),
            }
          : {
              brokers: [{ nodeId: 1, host: '127.0.0.1', port }],
              clusterId: 'c',
              controllerId: 1,
              topics: [
                {
                  name: 't',
                  topicId: 'BBBBBBBBBBBBBBBBBBBBBQ',
                  partitions: partitions.map((partitionIndex) => ({ partitionIndex, leaderId: 1, leaderEpoch: 0 })),
                },
              ],
            }
      socket.write(Buffer.concat(encodeResponse(api as never, apiVersion, correlationId, answer as never)))
    })
    socket.on('data', (chunk) => frames.push(chunk as Buffer)).on('error', () => {})
    // It stands still, then reads, in turn.
    const turns = setInterval(() => (socket.isPaused() ? socket.resume() : socket.pause()), 50)
    socket.on('close', () => clearInterval(turns))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as net.AddressInfo
  const client = new Client({ bootstrapServers: [{ host: '127.0.0.1', port }] })
  t.after(() => client.close())
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
