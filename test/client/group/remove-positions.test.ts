// Partitions that are taken away from a fetcher while it reads.

import assert from 'node:assert/strict'
import test from 'node:test'
import type { Client } from '../../../src/client/client.ts'
import { Position } from '../../../src/client/fetched.ts'
import { Fetcher } from '../../../src/client/fetcher.ts'
import { withBroker } from '../with-broker.ts'
import { write } from './writing.ts'

async function twoPartitions(client: Client) {
  await client.admin.createTopics([{ name: 't', partitions: 2 }])
  await write(client, 't', [
    ['a', 'b'],
    ['c', 'd'],
  ])
  return [new Position('t', 0, 0), new Position('t', 1, 0)]
}

test('the others are read on, and what comes later is not that of the removed ones', async (t) => {
  const { client } = await withBroker(t)
  const [gone, kept] = await twoPartitions(client)
  const fetcher = new Fetcher(client.cluster, { maxWaitMs: 20 }, () => {})
  fetcher.add([gone, kept])
  while (gone.next < 2 || kept.next < 2) await fetcher.next()
  fetcher.remove([gone])
  await write(client, 't', [['e'], ['f']])
  const seen: Position[] = []
  // The fetch that was on its way at the time may still bring something.
  for (let answer = await fetcher.next(); kept.next < 3; answer = await fetcher.next()) {
    seen.push(...(answer?.partitions ?? []).map(({ position }) => position))
  }
  const answer = await fetcher.next()
  assert.deepEqual(
    answer?.partitions.map(({ position }) => position),
    [kept],
  )
  assert.ok(seen.includes(kept))
  fetcher.close()
})

test('the pieces tell where they end', async (t) => {
  const { client } = await withBroker(t)
  const [first] = await twoPartitions(client)
  const fetcher = new Fetcher(client.cluster, { maxWaitMs: 20 }, () => {})
  fetcher.add([first])
  const [piece] = (await fetcher.next())?.partitions ?? []
  assert.deepEqual([piece.from, piece.next, piece.leaderEpoch], [0, 2, 0])
  const [nothing] = (await fetcher.next())?.partitions ?? []
  assert.deepEqual([nothing.records, nothing.from, nothing.next, nothing.leaderEpoch], [null, 2, 2, 0])
  fetcher.close()
})

test('nothing is left: next() tells so, and what is added later is read', async (t) => {
  const { client } = await withBroker(t)
  const positions = await twoPartitions(client)
  const fetcher = new Fetcher(client.cluster, { maxWaitMs: 20 }, () => {})
  fetcher.add(positions)
  fetcher.remove(positions)
  assert.equal(await fetcher.next(), null)
  fetcher.add([positions[0]])
  await fetcher.next()
  const waiting = fetcher.next()
  fetcher.remove(positions)
  for (let answer = await waiting; answer !== null; answer = await fetcher.next()) answer.done()
  fetcher.add([new Position('t', 1, 0)])
  assert.equal((await fetcher.next())?.partitions[0].position.partition, 1)
  fetcher.close()
})

test('a topic that is gone is told of, where somebody wants to know; else it ends the reading', async (t) => {
  const { client } = await withBroker(t)
  const positions = await twoPartitions(client)
  await client.admin.createTopics([{ name: 'stays', partitions: 1 }])
  await write(client, 'stays', [['x']])
  const gone: string[] = []
  const fetcher = new Fetcher(
    client.cluster,
    { maxWaitMs: 20 },
    () => {},
    ({ partition }, error) => gone.push(`${partition}: ${error.message}`),
  )
  const strict = new Fetcher(client.cluster, { maxWaitMs: 20 }, () => {})
  fetcher.add([...positions, new Position('stays', 0, 0)])
  strict.add([new Position('t', 0, 0)])
  await fetcher.next()
  await client.admin.deleteTopics(['t'])
  while (gone.length < 2) (await fetcher.next())?.done()
  assert.deepEqual(gone.sort(), ['0: there is no topic t', '1: there is no topic t'])
  assert.equal((await fetcher.next())?.partitions[0].position.topic, 'stays')
  await assert.rejects(async () => {
    for (;;) await strict.next()
  }, /there is no topic t/)
  fetcher.close()
})

test('a closed fetcher looks for no leader any more', async (t) => {
  const { client, broker } = await withBroker(t)
  const positions = await twoPartitions(client)
  const fetcher = new Fetcher(client.cluster, { maxWaitMs: 20 }, () => {})
  fetcher.add(positions)
  await fetcher.next()
  await broker.close()
  await assert.rejects(client.cluster.fetchMetadata([]))
  fetcher.close()
  assert.equal(await fetcher.next(), null)
  // What is left would keep this process from ending.
})
