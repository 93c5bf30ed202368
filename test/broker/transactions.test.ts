// Transactions in both forms of the protocol: what readers see, fencing, offsets, time limits, restarts.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Broker } from '../../src/broker/broker.ts'
import { Produce } from '../../src/protocol/apis/00-produce.ts'
import { Fetch } from '../../src/protocol/apis/01-fetch.ts'
import { OffsetFetch } from '../../src/protocol/apis/09-offset-fetch.ts'
import { FindCoordinator } from '../../src/protocol/apis/10-find-coordinator.ts'
import { InitProducerId } from '../../src/protocol/apis/22-init-producer-id.ts'
import { AddPartitionsToTxn } from '../../src/protocol/apis/24-add-partitions-to-txn.ts'
import { AddOffsetsToTxn } from '../../src/protocol/apis/25-add-offsets-to-txn.ts'
import { EndTxn } from '../../src/protocol/apis/26-end-txn.ts'
import { WriteTxnMarkers } from '../../src/protocol/apis/27-write-txn-markers.ts'
import { TxnOffsetCommit } from '../../src/protocol/apis/28-txn-offset-commit.ts'
import { DescribeTransactions } from '../../src/protocol/apis/65-describe-transactions.ts'
import { ListTransactions } from '../../src/protocol/apis/66-list-transactions.ts'
import { batchOf, createTopic, type RawClient, start } from './harness.ts'

const ID = 'tx'
const TOPIC = 'orders'
const GROUP = 'readers'
const CONCURRENT = 51

interface Producer {
  producerId: number
  producerEpoch: number
}

interface InitOptions {
  id?: string
  expected?: Producer
  timeoutMs?: number
  version?: number
}

function tryInit(client: RawClient, { id = ID, expected, timeoutMs = 60_000, version = 5 }: InitOptions = {}) {
  const before = expected ?? { producerId: -1, producerEpoch: -1 }
  return client.call(InitProducerId, version, { transactionalId: id, transactionTimeoutMs: timeoutMs, ...before })
}

async function init(client: RawClient, options: InitOptions = {}): Promise<Producer> {
  for (;;) {
    const { errorCode, producerId, producerEpoch } = await tryInit(client, options)
    if (errorCode === CONCURRENT) continue
    assert.equal(errorCode, 0)
    return { producerId, producerEpoch }
  }
}

async function add(client: RawClient, producer: Producer, id = ID, version = 3) {
  const answer = await client.call(AddPartitionsToTxn, version, {
    v3AndBelowTransactionalId: id,
    v3AndBelowProducerId: producer.producerId,
    v3AndBelowProducerEpoch: producer.producerEpoch,
    v3AndBelowTopics: [{ name: TOPIC, partitions: [0] }],
  })
  return answer.resultsByTopicV3AndBelow[0].resultsByPartition[0].partitionErrorCode
}

async function produce(
  client: RawClient,
  producer: Producer,
  baseSequence: number,
  version = 11,
  id: string | null = ID,
) {
  const records = batchOf(['a', 'b'], { ...producer, baseSequence, transactional: true })
  const topicData = [{ name: TOPIC, partitionData: [{ index: 0, records }] }]
  const request = { transactionalId: id, acks: -1, timeoutMs: 1000, topicData }
  const { responses } = await client.call(Produce, version, request)
  return responses[0].partitionResponses[0].errorCode
}

async function end(client: RawClient, producer: Producer, committed: boolean, version = 4) {
  return client.call(EndTxn, version, { transactionalId: ID, ...producer, committed })
}

/** The largest offset that is decided, the aborted transactions, and whether anything came. */
async function committed(client: RawClient, fetchOffset = 0) {
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }]
  const request = { maxWaitMs: 0, minBytes: 1, isolationLevel: 1, topics: [{ topic: TOPIC, partitions }] }
  const { lastStableOffset, abortedTransactions } = (await client.call(Fetch, 12, request)).responses[0].partitions[0]
  return [lastStableOffset, abortedTransactions?.map(({ firstOffset }) => firstOffset)]
}

async function stateOf(client: RawClient, id = ID) {
  const { transactionStates } = await client.call(DescribeTransactions, 0, { transactionalIds: [id] })
  const { errorCode, transactionState, producerEpoch } = transactionStates[0]
  return errorCode === 0 ? [transactionState, producerEpoch] : errorCode
}

async function commitOffset(client: RawClient, producer: Producer, committedOffset: number, version = 3) {
  const partitions = [{ partitionIndex: 0, committedOffset, committedMetadata: 'm' }]
  const request = { transactionalId: ID, groupId: GROUP, ...producer, generationId: -1, memberId: '' }
  const topics = [{ name: TOPIC, partitions }]
  return (await client.call(TxnOffsetCommit, version, { ...request, topics })).topics[0].partitions[0].errorCode
}

async function offset(client: RawClient, requireStable = true) {
  const groups = [{ groupId: GROUP, topics: [{ name: TOPIC, partitionIndexes: [0] }] }]
  const answer = await client.call(OffsetFetch, 8, { requireStable, groups })
  const { errorCode, committedOffset } = answer.groups[0].topics[0].partitions[0]
  return errorCode === 0 ? committedOffset : -errorCode
}

async function begin(t: Parameters<typeof start>[0], options: Parameters<typeof start>[1] = {}) {
  const started = await start(t, options)
  await createTopic(started.client, TOPIC)
  return started
}

test('the coordinator of transactions is this broker', async (t) => {
  const { broker, client } = await start(t)
  const { coordinators } = await client.call(FindCoordinator, 4, { keyType: 1, coordinatorKeys: [ID] })
  assert.deepEqual([coordinators[0].errorCode, coordinators[0].nodeId], [0, 1])
  assert.equal(broker.metadata.image.topics.get('__transaction_state')?.partitions.length, 50)
})

test('with partitions that are added first: nothing is decided before the end, and aborted records are named', async (t) => {
  const { client } = await begin(t)
  const producer = await init(client)
  assert.equal(await produce(client, producer, 0), 120)
  assert.equal(await produce(client, producer, 0, 10), 48)
  assert.equal(await produce(client, producer, 0, 11, null), 53)
  assert.equal((await end(client, producer, true)).errorCode, 48)
  assert.equal(await add(client, producer), 0)
  assert.equal(await produce(client, producer, 0), 0)
  assert.deepEqual(await committed(client), [0, []])
  assert.equal((await end(client, producer, true)).errorCode, 0)
  assert.deepEqual(await committed(client), [3, []])
  assert.equal((await end(client, producer, true)).errorCode, 0)
  assert.equal((await end(client, producer, false)).errorCode, 48)
  assert.equal(await add(client, producer), 0)
  assert.equal(await produce(client, producer, 2), 0)
  assert.equal((await end(client, producer, false)).errorCode, 0)
  assert.deepEqual(await committed(client), [6, [3]])
  assert.deepEqual(await stateOf(client), ['CompleteAbort', 0])
})

test('with partitions that come with the records: each end raises the epoch', async (t) => {
  const { client } = await begin(t)
  const first = await init(client)
  assert.equal((await end(client, first, true, 5)).errorCode, 48)
  assert.equal(await produce(client, first, 0, 12), 0)
  assert.deepEqual(await stateOf(client), ['Ongoing', 0])
  const { errorCode, producerId, producerEpoch } = await end(client, first, true, 5)
  assert.deepEqual([errorCode, producerId, producerEpoch], [0, first.producerId, 1])
  assert.deepEqual(await committed(client), [3, []])
  // The same end again: its answer may have been lost.
  assert.equal((await end(client, first, true, 5)).producerEpoch, 1)
  assert.equal((await end(client, first, false, 5)).errorCode, 48)
  assert.equal(await produce(client, first, 2, 12), 47)
  const second = { producerId, producerEpoch }
  assert.equal(await produce(client, second, 0, 12), 0)
  assert.equal((await end(client, second, false, 5)).producerEpoch, 2)
  assert.deepEqual(await committed(client), [6, [3]])
  // One that nothing was written in may be aborted.
  assert.equal((await end(client, { producerId, producerEpoch: 2 }, false, 5)).producerEpoch, 3)
})

test('a producer that begins aborts what the one before has left, and fences it', async (t) => {
  const { client } = await begin(t)
  for (const version of [11, 12]) {
    const old = await init(client)
    if (version < 12) await add(client, old)
    assert.equal(await produce(client, old, 0, version), 0)
    assert.equal((await tryInit(client)).errorCode, CONCURRENT)
    const next = await init(client)
    assert.ok(next.producerEpoch > old.producerEpoch)
    assert.equal(await produce(client, old, 2, version), 47)
    assert.equal((await end(client, old, true, version === 11 ? 4 : 5)).errorCode, 90)
    assert.equal((await end(client, old, true, 1)).errorCode, 47)
  }
  assert.deepEqual(await committed(client), [6, [0, 3]])
})

test('a producer that goes on after an error keeps its id; one that was replaced does not', async (t) => {
  const { client } = await begin(t)
  const first = await init(client)
  const second = await init(client, { expected: first })
  assert.deepEqual(second, { ...first, producerEpoch: 1 })
  assert.deepEqual(await init(client, { expected: first }), second)
  await init(client)
  assert.equal((await tryInit(client, { expected: first })).errorCode, 90)
  assert.equal((await tryInit(client, { expected: first, version: 3 })).errorCode, 47)
  const stranger = { producerId: first.producerId + 99, producerEpoch: 0 }
  assert.equal((await tryInit(client, { expected: stranger })).errorCode, 90)
  assert.equal((await tryInit(client, { id: '' })).errorCode, 42)
  assert.equal((await tryInit(client, { timeoutMs: 0 })).errorCode, 50)
  assert.equal((await tryInit(client, { timeoutMs: 900_001 })).errorCode, 50)
})

test('a producer whose epochs are used up gets another id', async (t) => {
  const { broker, client } = await begin(t)
  const first = await init(client)
  const transaction = broker.transactions.transactions.get(ID)!
  transaction.data = { ...transaction.data, epoch: 0x7ffd }
  const last = await init(client)
  assert.deepEqual(last, { ...first, producerEpoch: 0x7ffe })
  assert.equal(await produce(client, last, 0, 12), 0)
  const next = await end(client, last, true, 5)
  assert.ok(next.producerId !== first.producerId)
  assert.equal(next.producerEpoch, 0)
  assert.deepEqual(await committed(client), [3, []])
  // Asked again, it answers the same.
  const again = await end(client, last, true, 5)
  assert.deepEqual([again.errorCode, again.producerId, again.producerEpoch], [0, next.producerId, 0])
  transaction.data = { ...transaction.data, epoch: 0x7ffe }
  const other = await init(client)
  assert.ok(other.producerId !== next.producerId)
})

test('offsets count when their transaction is committed, and are not told before to those who want stable ones', async (t) => {
  const { client } = await begin(t)
  const producer = await init(client)
  assert.equal(await commitOffset(client, producer, 5), 48)
  const request = { transactionalId: ID, ...producer, groupId: GROUP }
  assert.equal((await client.call(AddOffsetsToTxn, 3, request)).errorCode, 0)
  assert.equal(await commitOffset(client, producer, 5), 0)
  assert.deepEqual([await offset(client), await offset(client, false)], [-88, -1])
  await end(client, producer, true)
  assert.equal(await offset(client), 5)
  const next = await init(client)
  assert.equal(await commitOffset(client, next, 50, 5), 0)
  assert.deepEqual([await offset(client), await offset(client, false)], [-88, 5])
  await end(client, next, false, 5)
  assert.equal(await offset(client), 5)
  assert.equal(await commitOffset(client, next, 50, 5), 47)
})

test('a transaction that takes too long is aborted', async (t) => {
  const properties = { 'transaction.abort.timed.out.transaction.cleanup.interval.ms': '5' }
  const { client } = await begin(t, { properties })
  const producer = await init(client, { timeoutMs: 1 })
  assert.equal(await produce(client, producer, 0, 12), 0)
  while ((await committed(client))[0] !== 3) await pause(1)
  assert.deepEqual(await committed(client), [3, [0]])
  assert.equal((await end(client, producer, true, 5)).errorCode, 48)
})

test('transactions are listed by state, producer and name', async (t) => {
  const { client } = await begin(t)
  const { producerId } = await init(client, { id: 'idle' })
  await produce(client, await init(client), 0, 12)
  const none = { stateFilters: [], producerIdFilters: [], durationFilter: -1 }
  const list = async (filter: object) => {
    const { errorCode, transactionStates } = await client.call(ListTransactions, 2, { ...none, ...filter })
    return errorCode === 0 ? transactionStates.map(({ transactionalId }) => transactionalId) : errorCode
  }
  assert.deepEqual(await list({}), ['idle', ID])
  assert.deepEqual(await list({ stateFilters: ['Ongoing'] }), [ID])
  assert.deepEqual(await list({ stateFilters: ['Foo'] }), [])
  assert.deepEqual(await list({ producerIdFilters: [producerId] }), ['idle'])
  assert.deepEqual(await list({ durationFilter: 1_000_000 }), ['idle'])
  assert.deepEqual(await list({ transactionalIdPattern: 'i.*' }), ['idle'])
  assert.equal(await list({ transactionalIdPattern: '(' }), 128)
  assert.equal(await stateOf(client, 'nobody'), 105)
})

test('a pattern that would take forever is refused', async (t) => {
  const { client } = await begin(t)
  await init(client, { id: 'a'.repeat(60) })
  const answer = await client.call(ListTransactions, 2, { durationFilter: -1, transactionalIdPattern: '(a+)+b' })
  assert.equal(answer.errorCode, 128)
})

test('an operator can end a transaction in a partition', async (t) => {
  const { client } = await begin(t)
  const producer = await init(client)
  await produce(client, producer, 0, 12)
  const write = async (partition: number) => {
    const topics = [{ name: TOPIC, partitionIndexes: [partition] }]
    const marker = { ...producer, transactionResult: false, coordinatorEpoch: 0, topics }
    const { markers } = await client.call(WriteTxnMarkers, 1, { markers: [marker] })
    return markers[0].topics[0].partitions[0].errorCode
  }
  assert.deepEqual([await write(0), await write(9)], [0, 3])
  assert.deepEqual(await committed(client), [3, [0]])
})

/** As a crash leaves it: nothing is written at the end. */
function crash(broker: Broker): void {
  broker.groups.close()
  broker.transactions.close()
  broker.logs.abandon()
}

test('after a restart an open transaction is open, its offsets wait, and what was decided is completed', async (t) => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'ktool-broker-'))
  const { broker, client } = await begin(t, { dataDirectory })
  const done = await init(client)
  assert.equal(await commitOffset(client, done, 5, 5), 0)
  const { producerId, producerEpoch } = await end(client, done, true, 5)
  const open = { producerId, producerEpoch }
  assert.equal(await produce(client, open, 0, 12), 0)
  assert.equal(await commitOffset(client, open, 7, 5), 0)
  // Another one's decision is on record, its markers are not.
  const decided = await init(client, { id: 'decided' })
  const write = broker.markers.write
  broker.markers.write = () => {
    throw new Error('the disk is gone')
  }
  assert.equal(await produce(client, decided, 0, 12, 'decided'), 0)
  const request = { transactionalId: 'decided', ...decided, committed: true }
  assert.equal((await client.call(EndTxn, 5, request)).errorCode, 0)
  broker.markers.write = write
  crash(broker)

  const again = await start(t, { dataDirectory })
  t.after(() => rmSync(dataDirectory, { recursive: true, force: true }))
  assert.deepEqual(await stateOf(again.client), ['Ongoing', 1])
  assert.deepEqual(await stateOf(again.client, 'decided'), ['CompleteCommit', 1])
  assert.deepEqual(await committed(again.client), [0, []])
  assert.deepEqual([await offset(again.client), await offset(again.client, false)], [-88, 5])
  assert.equal(await produce(again.client, open, 2, 12), 0)
  assert.equal((await end(again.client, open, true, 5)).errorCode, 0)
  assert.deepEqual(await committed(again.client), [8, []])
  assert.equal(await offset(again.client), 7)
})
