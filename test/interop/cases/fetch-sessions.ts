// Fetch sessions: the same requests to Kafka and to the bundled broker, the same answers.

import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Input } from '../../../src/protocol/api.ts'
import { Produce } from '../../../src/protocol/apis/00-produce.ts'
import { Fetch, type FetchRequest } from '../../../src/protocol/apis/01-fetch.ts'
import { DeleteTopics } from '../../../src/protocol/apis/20-delete-topics.ts'
import { DeleteRecords } from '../../../src/protocol/apis/21-delete-records.ts'
import { errorName } from '../../../src/protocol/errors.ts'
import { batchOf, createTopic, RawClient } from '../../broker/harness.ts'
import { serve } from '../peers/ktool.ts'
import { realKafka } from '../shared.ts'

const topic = 'fetch-sessions'
const UNKNOWN_ID = Buffer.alloc(16, 9).toString('base64url')

/** What a broker answers to a session of fetches, by name or by id. */
async function session(port: number, version: number): Promise<string[]> {
  const client = new RawClient(port)
  // The records are old: without this they would go with the next look at the retention.
  const topicId = await createTopic(client, topic, 3, { 'retention.ms': '-1' })
  const log: string[] = []
  const known: number[] = []
  const produce = async (index: number) => {
    const topicData = [{ name: topic, partitionData: [{ index, records: batchOf(['a', 'b'], {}, 1_700_000_000_000) }] }]
    const { responses } = await client.call(Produce, 9, { acks: -1, timeoutMs: 10_000, topicData })
    assert.equal(responses[0].partitionResponses[0].errorCode, 0)
  }
  const wanted = (partitions: readonly (readonly [partition: number, fetchOffset: number])[], id = topicId) => [
    {
      topic: version >= 13 ? '' : topic,
      topicId: id,
      partitions: partitions.map(([partition, fetchOffset]) => ({
        partition,
        fetchOffset,
        partitionMaxBytes: 1 << 20,
      })),
    },
  ]
  const fetch = async (sessionEpoch: number, body: Input<FetchRequest> = {}, sessionId = known.at(-1) ?? 0) => {
    const common = { maxWaitMs: 0, minBytes: 0, maxBytes: 1 << 20 }
    const answer = await client.call(Fetch, version, { ...common, sessionId, sessionEpoch, ...body })
    if (answer.sessionId !== 0 && !known.includes(answer.sessionId)) known.push(answer.sessionId)
    const partitions = answer.responses.flatMap(({ partitions: all }) =>
      all.map((each) =>
        [
          each.partitionIndex,
          errorName(each.errorCode),
          `${each.logStartOffset}..${each.highWatermark}`,
          `${each.records?.length ?? 'no'} bytes`,
        ].join(' '),
      ),
    )
    log.push(`${errorName(answer.errorCode)} session ${known.indexOf(answer.sessionId)}: ${partitions.join(', ')}`)
  }
  const forget = (partitions: number[]) => [{ topic: version >= 13 ? '' : topic, topicId, partitions }]

  // A Kafka leads the partitions a moment after they were made.
  const all = wanted([0, 1, 2].map((partition) => [partition, 0] as const))
  const isLed = async () => {
    const { responses } = await client.call(Fetch, version, { maxWaitMs: 0, sessionEpoch: -1, topics: all })
    return responses[0].partitions.every(({ errorCode }) => errorCode === 0)
  }
  for (const deadline = Date.now() + 20_000; !(await isLed()); await sleep(20)) assert.ok(Date.now() < deadline)

  await fetch(1, {}, 77)
  await fetch(
    0,
    {
      topics: wanted([
        [0, 0],
        [1, 0],
      ]),
    },
    0,
  )
  await fetch(1)
  await produce(1)
  await fetch(2)
  await fetch(3, { topics: wanted([[1, 2]]) })
  await fetch(4)
  await fetch(4)
  await fetch(9)
  await fetch(5, { topics: wanted([[2, 0]]) })
  await produce(0)
  await produce(2)
  await fetch(6)
  await produce(1)
  await fetch(7)
  await fetch(8, {
    topics: wanted([
      [0, 2],
      [2, 2],
    ]),
    forgottenTopicsData: forget([1]),
  })
  await fetch(9)
  await client.call(DeleteRecords, 2, {
    topics: [{ name: topic, partitions: [{ partitionIndex: 2, offset: 1 }] }],
    timeoutMs: 5000,
  })
  await fetch(10)
  await fetch(11, { topics: wanted([[2, 0]]) })
  await fetch(12)
  await fetch(13, { topics: wanted([[2, 2]]) })
  await fetch(14, { topics: wanted([[7, 0]]) })
  await fetch(15)
  if (version >= 13) {
    await fetch(16, { topics: wanted([[0, 0]], UNKNOWN_ID), forgottenTopicsData: forget([7]) })
    await fetch(17)
  } else {
    await fetch(16)
    await fetch(17)
  }
  // All of it once more, as a new session that takes the old one's place; and one that is emptied.
  await fetch(0, {
    topics: wanted([
      [0, 0],
      [1, 0],
      [2, 2],
    ]),
  })
  await fetch(1, { forgottenTopicsData: forget([0, 1, 2]) })
  await fetch(2)
  await fetch(0, { topics: wanted([[0, 0]]) }, 0)
  await fetch(-1, { topics: wanted([[0, 0]]) })
  await fetch(1)
  await fetch(0, {}, 0)
  await fetch(1)
  await client.call(DeleteTopics, 6, { topics: [{ name: null, topicId }], timeoutMs: 5000 })
  client.socket.destroy()
  return log
}

test('sessions of fetches, by the name and by the id of topics', async (t) => {
  const kafka = await realKafka()
  const broker = await serve()
  t.after(() => broker.wipe())
  for (const version of [12, 16]) {
    const theirs = await session(kafka.port, version)
    assert.deepEqual(await session(broker.port, version), theirs, `version ${version}`)
    assert.ok(theirs.some((line) => line.includes('INVALID_FETCH_SESSION_EPOCH')))
  }
})
