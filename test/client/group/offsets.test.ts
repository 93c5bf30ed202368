// Offsets of groups on a broker, in every version of the requests.

import assert from 'node:assert/strict'
import test from 'node:test'
import type { Cluster } from '../../../src/client/cluster.ts'
import { Coordinator, type CoordinatorLink } from '../../../src/client/coordinator.ts'
import { type CommittedOffset, commitOffsets, fetchOffsets } from '../../../src/client/group/offsets.ts'
import { OffsetCommit } from '../../../src/protocol/apis/08-offset-commit.ts'
import { OffsetFetch } from '../../../src/protocol/apis/09-offset-fetch.ts'
import { errorCode } from '../../../src/protocol/errors.ts'
import { withBroker } from '../with-broker.ts'
import { code, FakeCoordinator, fakeCluster } from './fake-coordinator.ts'

/** A coordinator of which the client believes that it knows no later version. */
class OldCoordinator extends Coordinator {
  readonly version: number

  constructor(cluster: Cluster, group: string, version: number) {
    super(cluster, group)
    this.version = version
  }

  override request: CoordinatorLink['request'] = (api, body, codes, options = {}) =>
    Coordinator.prototype.request.call(this, api, body as never, codes as never, {
      ...options,
      maxVersion: Math.min(this.version, options.maxVersion ?? this.version),
    }) as never
}

test('what is committed is fetched, in every version', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([
    { name: 'a', partitions: 2 },
    { name: 'b', partitions: 1 },
  ])
  const { cluster } = client
  for (let version = OffsetCommit.minVersion; version <= OffsetCommit.maxVersion; version++) {
    const coordinator = new OldCoordinator(cluster, `g${version}`, version)
    const leaderEpoch = version >= 6 ? 0 : -1
    const offset = (topic: string, partition: number, at: number): CommittedOffset => ({
      topic,
      partition,
      offset: at,
      leaderEpoch,
      metadata: `at ${at}`,
    })
    const committed = [offset('b', 0, 7), offset('a', 1, version)]
    assert.deepEqual(await commitOffsets(cluster, coordinator, committed), new Map())
    for (let reading = OffsetFetch.minVersion; reading <= OffsetFetch.maxVersion; reading++) {
      const reader = new OldCoordinator(cluster, `g${version}`, reading)
      const asked = [
        { topic: 'a', partition: 0 },
        { topic: 'a', partition: 1 },
        { topic: 'b', partition: 0 },
      ]
      const epoch = (row: CommittedOffset) => ({ ...row, leaderEpoch: reading >= 5 ? row.leaderEpoch : -1 })
      const nothing = { topic: 'a', partition: 0, offset: -1, leaderEpoch: -1 }
      const [none, ...found] = await fetchOffsets(cluster, reader, asked, { requireStable: true })
      assert.deepEqual({ ...none, metadata: '' }, { ...nothing, metadata: '' }, `versions ${version}, ${reading}`)
      assert.deepEqual(found, [epoch(committed[1]), epoch(committed[0])], `versions ${version}, ${reading}`)
      if (reading >= 2) {
        const all = await fetchOffsets(cluster, reader, null)
        assert.deepEqual(
          all.sort((x, y) => (x.topic < y.topic ? -1 : 1)),
          found,
        )
      }
    }
  }
})

test('a partition that is not there is refused alone', async (t) => {
  const { client } = await withBroker(t)
  await client.admin.createTopics([{ name: 'a', partitions: 1 }])
  const coordinator = new Coordinator(client.cluster, 'g')
  const at = (topic: string, partition: number) => ({ topic, partition, offset: 1, leaderEpoch: -1, metadata: '' })
  const refused = await commitOffsets(client.cluster, coordinator, [at('a', 0), at('a', 9), at('gone', 0)])
  assert.deepEqual([...refused].map(([key, { errorName }]) => [key, errorName]).sort(), [
    ['a:9', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['gone:0', 'UNKNOWN_TOPIC_OR_PARTITION'],
  ])
  const [{ offset }] = await fetchOffsets(client.cluster, coordinator, [{ topic: 'a', partition: 0 }])
  assert.equal(offset, 1)
})

const cluster = fakeCluster(new Map([['t', { id: 'AAAAAAAAAAAAAAAAAAAAAQ', partitions: 1 }]]))
const partitions = (row: object) => [{ topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partitions: [{ partitionIndex: 0, ...row }] }]
const offset = { topic: 't', partition: 0, offset: 5, leaderEpoch: 2, metadata: '' }

test('between two generations, and with an epoch that is over, it is tried again as the member that it is by then', async () => {
  for (const name of ['REBALANCE_IN_PROGRESS', 'STALE_MEMBER_EPOCH'] as const) {
    const fake = new FakeCoordinator()
      .on('OffsetCommit', { topics: partitions(code(name)) }, { topics: partitions({}) })
      .on(
        'OffsetFetch',
        { groups: [{ groupId: 'g', ...code(name) }] },
        { groups: [{ groupId: 'g', topics: partitions({ committedOffset: 5 }) }] },
      )
    let generation = 3
    const member = () => ({ memberId: 'me', generation: generation++, instanceId: null })
    assert.deepEqual(await commitOffsets(cluster, fake, [offset], { member }), new Map())
    assert.equal(fake.last('OffsetCommit').generationIdOrMemberEpoch, 4)
    const [found] = await fetchOffsets(cluster, fake, [offset], { member })
    assert.equal(found.offset, 5)
    assert.equal(fake.last('OffsetFetch').groups[0].memberEpoch, 6)
  }
})

test('offsets that a transaction is about to commit are waited for', async () => {
  const fake = new FakeCoordinator().on(
    'OffsetFetch',
    { groups: [{ groupId: 'g', topics: partitions(code('UNSTABLE_OFFSET_COMMIT')) }] },
    { groups: [{ groupId: 'g', topics: partitions({ committedOffset: 9 }) }] },
  )
  const [found] = await fetchOffsets(cluster, fake, [offset], { requireStable: true })
  assert.equal(found.offset, 9)
  assert.equal(fake.last('OffsetFetch').requireStable, true)
})

test('trying ends when the time is over, and at once for what can not get better', async () => {
  const again = new FakeCoordinator().on('OffsetCommit', { topics: partitions(code('REBALANCE_IN_PROGRESS')) })
  await assert.rejects(commitOffsets(cluster, again, [offset], { timeoutMs: 250 }), /REBALANCE_IN_PROGRESS/)
  assert.ok(again.requests.length > 1)
  const refused = new FakeCoordinator().on('OffsetCommit', { topics: partitions(code('ILLEGAL_GENERATION')) })
  const errors = await commitOffsets(cluster, refused, [offset])
  assert.equal(errors.get('t:0')?.code, errorCode('ILLEGAL_GENERATION'))
  const denied = new FakeCoordinator().on('OffsetFetch', { groups: [{ ...code('GROUP_AUTHORIZATION_FAILED') }] })
  await assert.rejects(fetchOffsets(cluster, denied, [offset]), /GROUP_AUTHORIZATION_FAILED/)
})
