import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import test from 'node:test'
import type { Partition } from '../../src/broker/partitions.ts'
import { readTopic } from '../client/reading.ts'
import { withBroker } from '../client/with-broker.ts'
import { batchOf } from './harness.ts'

test('a damaged segment is named once, and ends the reading of its partition', async (t) => {
  const { broker, client } = await withBroker(t)
  const warned: string[] = []
  broker.log.warn = (text) => warned.push(text)
  broker.controller.ensureTopic('orders', 1)
  const { log } = broker.partitions.get('orders', 0) as Partition
  log.append(batchOf(['a']), { leaderEpoch: 0 })
  const { path } = log.segments.active.file
  writeFileSync(path, Buffer.alloc(log.bytes, 0xff), { flag: 'r+' })
  for (let i = 0; i < 2; i++) {
    await assert.rejects(readTopic(client, 'orders'), {
      name: 'CorruptError',
      message: 'partition 0 of orders: the broker finds its log damaged at offset 0',
    })
  }
  assert.deepEqual(warned, [`${path} is damaged: there is no record batch at 0`])
})
