// Questions to several brokers: what fails is told beside what was answered, and asked again where that may help.

import assert from 'node:assert/strict'
import test from 'node:test'
import { askLeaders } from '../../../src/client/admin/ask-leaders.ts'
import { eachBroker } from '../../../src/client/admin/each-broker.ts'
import { describeLogDirs } from '../../../src/client/admin/log-dirs.ts'
import { describeProducers, findHangingTransactions } from '../../../src/client/admin/producers.ts'
import { describeTransactions, terminateTransaction } from '../../../src/client/admin/transactions.ts'
import { UnknownTopicError } from '../../../src/client/cluster.ts'
import { keyOf } from '../../../src/client/group/partitions.ts'
import { KtoolError, UnreachableError } from '../../../src/errors.ts'
import { errorCode, KafkaError } from '../../../src/protocol/errors.ts'
import { openTransaction } from '../open-transaction.ts'
import { withBroker } from '../with-broker.ts'

const at = (topic: string, partition: number) => ({ topic, partition })

test('leaders are asked again for partitions that have moved, and only for those', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([{ name: 'a', partitions: 3 }])
  const asked: string[][] = []
  const answers = await askLeaders<string>(client.cluster, [at('a', 0), at('a', 1), at('a', 2)], async (_, some) => {
    asked.push(some.map(keyOf))
    return new Map<string, string | KtoolError>(
      some.map((partition) => {
        const key = keyOf(partition)
        if (key === 'a:1' && asked.length < 3) return [key, new KafkaError(errorCode('NOT_LEADER_OR_FOLLOWER'), key)]
        return key === 'a:2' ? [key, new KafkaError(errorCode('TOPIC_AUTHORIZATION_FAILED'), key)] : [key, 'fine']
      }),
    )
  })
  assert.deepEqual(asked, [['a:0', 'a:1', 'a:2'], ['a:1'], ['a:1']])
  assert.deepEqual([answers.get('a:0'), answers.get('a:1')], ['fine', 'fine'])
  assert.ok(answers.get('a:2') instanceof KafkaError)
})

test('what is left out of an answer, or is not there, is an error of that partition alone', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([{ name: 'a', partitions: 1 }])
  const answers = await askLeaders<string | null>(client.cluster, [at('a', 0), at('a', 7), at('b', 0)], async () => {
    return new Map([['a:0', null]])
  })
  assert.equal(answers.get('a:0'), null)
  assert.match(String(answers.get('a:7')), /has no partition 7/)
  assert.ok(answers.get('b:0') instanceof UnknownTopicError)
  const nothing = await askLeaders(client.cluster, [at('a', 0)], async () => new Map())
  assert.match(String(nothing.get('a:0')), /left it out of its answer/)
})

test('what stays wrong is told when the time is over; a cluster that is gone is an error of the whole', async (t) => {
  const { client, broker } = await withBroker(t, { options: { apiTimeoutMs: 200, requestTimeoutMs: 200 } })
  await client.admin.createTopics([{ name: 'a', partitions: 2 }])
  const moved = new KafkaError(errorCode('NOT_LEADER_OR_FOLLOWER'), 'a')
  const answers = await askLeaders(client.cluster, [at('a', 0), at('a', 1)], async () => {
    return new Map<string, KtoolError | string>([
      ['a:0', moved],
      ['a:1', 'fine'],
    ])
  })
  assert.deepEqual([answers.get('a:0'), answers.get('a:1')], [moved, 'fine'])
  assert.equal((await eachBroker(client.cluster, async (one) => one.id)).size, 1)

  const [id] = (await client.cluster.allBrokers()).map((one) => one.id)
  await broker.close()
  const gone = await describeLogDirs(client.cluster, { ids: [id], once: true })
  assert.ok(gone.get(id) instanceof UnreachableError)
  client.cluster.forget('a')
  await assert.rejects(describeProducers(client.cluster, [at('a', 0)]), UnreachableError)
})

test('a transaction that its coordinator knows does not hang, however old; ids are ended by force', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([{ name: 'a', partitions: 2 }])
  const before = await openTransaction(client, 'old', at('a', 1), { timestamp: 1000 })
  const found = await findHangingTransactions(client.cluster, [at('a', 0), at('a', 1)], 60_000)
  assert.deepEqual(found, { hanging: [], errors: [] })

  const after = await terminateTransaction(client.cluster, 'old')
  assert.ok(after.producerId !== before.producerId || after.producerEpoch > before.producerEpoch)
  const described = await describeTransactions(client.cluster, ['old', 'unknown'])
  assert.match(String(described.get('unknown')), /there is no transactional id unknown/)
  const transaction = described.get('old')
  assert.ok(transaction !== undefined && !(transaction instanceof KtoolError))
  assert.deepEqual([transaction.state, transaction.partitions], ['Empty', []])
  const producers = (await describeProducers(client.cluster, [at('a', 1)])).get('a:1')
  assert.ok(Array.isArray(producers))
  assert.deepEqual(
    producers.map(({ transactionStartOffset }) => transactionStartOffset),
    [null],
  )
})
