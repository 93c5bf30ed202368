// The memory of `ktool serve` stays bounded, whatever its clients do: 200 that never read what they asked for, and 50 that
// write as fast as they can.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import test from 'node:test'
import { Produce } from '../../../src/protocol/apis/00-produce.ts'
import { Fetch } from '../../../src/protocol/apis/01-fetch.ts'
import { encodeRequest } from '../../../src/protocol/frame.ts'
import { batchOf, createTopic, RawClient } from '../../broker/harness.ts'
import { serve } from '../peers/ktool.ts'

const skip = process.platform === 'linux' ? false : 'the memory of a process is read from /proc'

const mostMiB = (pid: number) =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

const megabytes = batchOf(['m'.repeat(1_000_000)])
const produceBody = (topicId: string) => ({
  acks: -1,
  timeoutMs: 1000,
  topicData: [{ topicId, partitionData: [{ index: 0, records: megabytes }] }],
})

test('200 readers that never read and 50 writers that never wait', { skip }, async (t) => {
  const broker = await serve()
  t.after(() => broker.wipe())
  const pid = broker.process.pid as number
  const client = new RawClient(broker.port)
  t.after(() => client.socket.destroy())
  const topicId = await createTopic(client, 'memory')
  for (let i = 0; i < 20; i++) await client.call(Produce, 13, produceBody(topicId))
  const connect = async () => {
    const socket = net.connect(broker.port, '127.0.0.1')
    t.after(() => socket.destroy())
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }

  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 20 << 20 }]
  const wanted = { maxWaitMs: 0, minBytes: 1, maxBytes: 50 << 20, sessionEpoch: -1, topics: [{ topicId, partitions }] }
  const fetch = Buffer.concat(encodeRequest(Fetch, 17, 1, 'slow', wanted))
  for (let i = 0; i < 200; i++) {
    const socket = await connect()
    socket.pause()
    socket.write(fetch)
  }
  await client.call(Fetch, 17, wanted)
  const afterReaders = mostMiB(pid)
  // 20 MB for each would be 4 GB. The first few get theirs, the others a batch, most of which the system holds.
  assert.ok(afterReaders < 250, `${afterReaders} MiB`)

  const frame = Buffer.concat(encodeRequest(Produce, 13, 1, 'flood', produceBody(topicId)))
  const writers = await Promise.all(Array.from({ length: 50 }, connect))
  await Promise.all(
    writers.map(async (socket) => {
      socket.resume()
      for (let i = 0; i < 8; i++) await new Promise((resolve) => socket.write(frame, resolve))
    }),
  )
  const end = async () => (await client.call(Fetch, 17, wanted)).responses[0].partitions[0].highWatermark
  while ((await end()) < 20 + 50 * 8) await new Promise(setImmediate)
  const afterWriters = mostMiB(pid)
  assert.ok(afterWriters < 400, `${afterWriters} MiB`)
  t.diagnostic(`${afterReaders.toFixed()} MiB with the readers, ${afterWriters.toFixed()} MiB with the writers`)
})
