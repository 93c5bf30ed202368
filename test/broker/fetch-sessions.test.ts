// Fetch sessions: what comes and goes with them. What they answer is compared with a real Kafka among the interop tests.

import assert from 'node:assert/strict'
import test from 'node:test'
import { FetchSessions } from '../../src/broker/fetch-sessions.ts'
import type { Input } from '../../src/protocol/api.ts'
import { Produce } from '../../src/protocol/apis/00-produce.ts'
import { Fetch, type FetchRequest, type FetchResponse } from '../../src/protocol/apis/01-fetch.ts'
import { batchOf, createTopic, start } from './harness.ts'

const VERSION = 16
const ID = 'AAAAAAAAAAAAAAAAAAAAZg'
const LARGEST = 0x7fff_ffff

const partition = (index: number, fetchOffset = 0) =>
  ({ partition: index, fetchOffset }) as FetchRequest['topics'][0]['partitions'][0]

function request(sessionId: number, sessionEpoch: number, partitions: readonly number[] = []): FetchRequest {
  const topics =
    partitions.length === 0 ? [] : [{ topic: '', topicId: ID, partitions: partitions.map((each) => partition(each)) }]
  return { sessionId, sessionEpoch, topics, forgottenTopicsData: [] } as unknown as FetchRequest
}

/** Answers all partitions asked for, with records for those in `ready`; remembers in which order they were asked for. */
function server(ready: ReadonlySet<number> = new Set()) {
  const asked: number[][] = []
  const next = ({ topics }: FetchRequest): Input<FetchResponse> => {
    asked.push(topics.flatMap(({ partitions }) => partitions.map((each) => each.partition)))
    return {
      responses: topics.map(({ topic, topicId, partitions }) => ({
        topic,
        topicId,
        partitions: partitions.map(({ partition: partitionIndex }) => ({
          partitionIndex,
          highWatermark: 5,
          logStartOffset: 0,
          records: Buffer.alloc(ready.has(partitionIndex) ? 10 : 0),
        })),
      })),
    }
  }
  return { asked, next }
}

const sessionOf = (answer: unknown) => (answer as Input<FetchResponse>).sessionId ?? 0
const codeOf = (answer: unknown) => (answer as Input<FetchResponse>).errorCode ?? 0

test('there are as many as there are slots; who was not used for two minutes makes room', () => {
  let now = 0
  const sessions = new FetchSessions(2, () => now)
  const { next } = server()
  const begin = () => sessionOf(sessions.answer(request(0, 0, [0]), VERSION, next))
  const [first, second] = [begin(), begin()]
  assert.ok(first > 0 && second > 0 && first !== second)
  assert.equal(begin(), 0)
  now = 100_000
  assert.equal(sessionOf(sessions.answer(request(first, 1), VERSION, next)), first)
  now = 121_000
  const third = begin()
  assert.ok(third > 0)
  assert.equal(sessions.size, 2)
  assert.equal(codeOf(sessions.answer(request(second, 1), VERSION, next)), 70)
  assert.equal(codeOf(sessions.answer(request(first, 2), VERSION, next)), 0)
  sessions.answer(request(first, -1), VERSION, next)
  assert.equal(sessions.size, 1)
})

test('after the largest epoch comes 1', () => {
  const sessions = new FetchSessions(1, Date.now)
  const { next } = server()
  const id = sessionOf(sessions.answer(request(0, 0, [0]), VERSION, next))
  Object.assign([...(sessions as unknown as { sessions: Map<number, { epoch: number }> }).sessions.values()][0], {
    epoch: LARGEST,
  })
  assert.equal(codeOf(sessions.answer(request(id, LARGEST), VERSION, next)), 0)
  assert.equal(codeOf(sessions.answer(request(id, 1), VERSION, next)), 0)
})

test('who was answered with records is asked for last', () => {
  const sessions = new FetchSessions(1, Date.now)
  const { next, asked } = server(new Set([0, 1]))
  const id = sessionOf(sessions.answer(request(0, 0, [0, 1, 2, 3]), VERSION, next))
  sessions.answer(request(id, 1), VERSION, next)
  sessions.answer(request(id, 2, [4]), VERSION, next)
  assert.deepEqual(asked, [
    [0, 1, 2, 3],
    [2, 3, 0, 1],
    [2, 3, 0, 1, 4],
  ])
})

test('a session is by name or by id, and never both', () => {
  const sessions = new FetchSessions(1, Date.now)
  const { next } = server()
  const id = sessionOf(sessions.answer(request(0, 0, [0]), VERSION, next))
  assert.equal(codeOf(sessions.answer(request(id, 1), 12, next)), 106)
})

test('of two requests at the same time the first one is refused', async () => {
  const sessions = new FetchSessions(1, Date.now)
  const { next } = server()
  const id = sessionOf(sessions.answer(request(0, 0, [0]), VERSION, next))
  let release = () => {}
  const waiting = sessions.answer(request(id, 1), VERSION, async (each) => {
    await new Promise<void>((resolve) => {
      release = resolve
    })
    return next(each)
  })
  assert.equal(codeOf(sessions.answer(request(id, 2), VERSION, next)), 0)
  release()
  assert.equal(codeOf(await waiting), 71)
})

test('who is above its quota is told of its session only, and gets what it missed later', () => {
  const sessions = new FetchSessions(2, Date.now)
  const { next } = server(new Set([0]))
  const first = sessions.answer(request(0, 0, [0]), VERSION, next) as Input<FetchResponse>
  assert.deepEqual(sessions.throttled(request(0, 0), first), {})
  assert.equal(sessions.size, 0)
  const id = sessionOf(sessions.answer(request(0, 0, [0]), VERSION, next))
  const second = sessions.answer(request(id, 1), VERSION, next) as Input<FetchResponse>
  assert.deepEqual(sessions.throttled(request(id, 1), second), { sessionId: id })
  const third = sessions.answer(request(id, 2), VERSION, next) as Input<FetchResponse>
  assert.equal(third.responses?.[0]?.partitions?.[0]?.records?.length, 10)
})

test('a fetch of a session waits for records in any of its partitions', async (t) => {
  const { client, connect } = await start(t)
  const topicId = await createTopic(client, 'orders', 3)
  const reader = connect()
  const partitions = [0, 1, 2].map((index) => partition(index)).map((each) => ({ ...each, partitionMaxBytes: 1 << 20 }))
  const wanted = { minBytes: 1, maxBytes: 1 << 20 }
  const { sessionId, responses } = await reader.call(Fetch, VERSION, {
    ...wanted,
    sessionEpoch: 0,
    maxWaitMs: 0,
    topics: [{ topicId, partitions }],
  })
  assert.equal(responses[0].partitions.length, 3)
  const waiting = reader.call(Fetch, VERSION, { ...wanted, sessionId, sessionEpoch: 1, maxWaitMs: 60_000, topics: [] })
  const topicData = [{ name: 'orders', partitionData: [{ index: 1, records: batchOf(['a']) }] }]
  await client.call(Produce, 9, { acks: -1, timeoutMs: 1000, topicData })
  const answer = await waiting
  assert.equal(answer.sessionId, sessionId)
  assert.deepEqual(
    answer.responses.map(({ partitions: all }) => all.map(({ partitionIndex }) => partitionIndex)),
    [[1]],
  )
})
