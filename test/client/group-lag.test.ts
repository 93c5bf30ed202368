// Where groups are: few requests for many groups, and what is gone does not stop the rest.

import assert from 'node:assert/strict'
import test from 'node:test'
import { Broker } from '../../src/client/broker.ts'
import { describeGroups, type GroupLag } from '../../src/client/group-lag.ts'
import { type GroupListing, Groups } from '../../src/client/groups.ts'
import { withBroker } from './with-broker.ts'

const newGroup = (groupId: string): GroupListing => ({
  groupId,
  type: 'classic',
  protocolType: '',
  state: 'Empty',
  coordinator: -1,
})

test('many groups take one request of each kind to a coordinator and a leader', async (t) => {
  const { client } = await withBroker(t)
  const names = Array.from({ length: 10 }, (_, i) => `t${i}`)
  await client.admin.createTopics(names.map((name) => ({ name, partitions: 10 })))
  const groups = new Groups(client.cluster)
  for (let i = 0; i < 50; i++) {
    const offsets = Array.from({ length: 10 }, (_, partition) => ({
      topic: names[i % 10],
      partition,
      offset: 0,
      leaderEpoch: -1,
      metadata: null,
    }))
    await groups.setOffsets(newGroup(`g${i}`), offsets)
  }

  const asked: string[] = []
  const { request } = Broker.prototype
  t.mock.method(Broker.prototype, 'request', function (this: Broker, ...args: Parameters<typeof request>) {
    asked.push(args[0].name)
    return request.apply(this, args)
  })
  const { groups: all } = await groups.list()
  // A coordinator forgets the offsets of a topic that goes, but not at the same moment.
  const gone = ['gone', 'gone-too'].map((topic) => ({
    topic,
    partition: 0,
    offset: 1,
    leaderEpoch: -1,
    metadata: null,
  }))
  const offsets = groups.offsets.bind(groups)
  t.mock.method(groups, 'offsets', async (listings: GroupListing[]) => {
    const found = await offsets(listings)
    for (const rows of found.values()) if (Array.isArray(rows)) rows.push(...gone)
    return found
  })
  const described = await describeGroups(client.cluster, groups, all)
  assert.deepEqual(asked.sort(), ['DescribeGroups', 'ListGroups', 'ListOffsets', 'Metadata', 'OffsetFetch'])

  assert.equal(described.size, 50)
  for (const [id, lag] of described) {
    const { offsets } = lag as GroupLag
    assert.deepEqual(
      offsets.map(({ topic, lag, problem }) => [topic, lag, problem]),
      [
        ...gone.map(({ topic }) => [topic, null, 'the topic is gone']),
        ...Array.from({ length: 10 }, () => [`t${Number(id.slice(1)) % 10}`, 0, null]),
      ],
      id,
    )
  }
})
