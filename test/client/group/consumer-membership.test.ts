import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { ConsumerMembership, type ConsumerOptions } from '../../../src/client/group/consumer-membership.ts'
import type { MembershipEvents } from '../../../src/client/group/membership.ts'
import { type KtoolError, UnreachableError } from '../../../src/errors.ts'
import { code, FakeCoordinator, type FakeTopic, fakeCluster } from './fake-coordinator.ts'

const T = 'AAAAAAAAAAAAAAAAAAAAAQ'
const U = 'AAAAAAAAAAAAAAAAAAAAAg'

interface Setup {
  options?: Partial<ConsumerOptions>
  topics?: Map<string, FakeTopic>
  subscribed?: string[]
  events?: (fake: FakeCoordinator) => MembershipEvents
}

function start(t: TestContext, fake: FakeCoordinator, setup: Setup = {}) {
  const topics = setup.topics ?? new Map([['t', { id: T, partitions: 4 }]])
  const membership = new ConsumerMembership(
    fakeCluster(topics),
    fake,
    setup.subscribed ?? ['t'],
    { serverAssignor: null, rebalanceTimeoutMs: 1000, instanceId: null, rackId: null, ...setup.options },
    setup.events?.(fake) ?? fake.events(),
  )
  let failure: Error | null = null
  const running = membership.run().catch((error) => {
    failure = error
    fake.note('failed')
  })
  t.after(async () => {
    await membership.leave(1000)
    await running
  })
  return { membership, failure: () => failure as Error | null, running }
}

const API = 'ConsumerGroupHeartbeat'
const at = (memberEpoch: number, ...partitions: number[]) => ({
  memberEpoch,
  heartbeatIntervalMs: 2,
  assignment: { topicPartitions: partitions.length === 0 ? [] : [{ topicId: T, partitions }] },
})
const still = (memberEpoch: number) => ({ memberEpoch, heartbeatIntervalMs: 2, assignment: null })
const beats = (fake: FakeCoordinator) => fake.requests.filter(({ api }) => api === API).map(({ request }) => request)
const news = (fake: FakeCoordinator) => fake.log.filter((text) => !text.startsWith(API) && text !== 'quiet')

test('a member says everything when it joins, then only what is new', async (t) => {
  const fake = new FakeCoordinator().on(API, at(1, 0, 2), still(1))
  const options = { serverAssignor: 'range', rackId: 'near', instanceId: 'one' }
  const { membership } = start(t, fake, { options })
  await fake.until('quiet', 2)
  const [first, second, third] = beats(fake)
  assert.deepEqual(first, {
    groupId: 'g',
    memberId: membership.identity().memberId,
    memberEpoch: 0,
    instanceId: 'one',
    rackId: 'near',
    rebalanceTimeoutMs: 1000,
    subscribedTopicNames: ['t'],
    subscribedTopicRegex: null,
    serverAssignor: 'range',
    topicPartitions: [],
  })
  const nothing = { rackId: null, rebalanceTimeoutMs: -1, subscribedTopicNames: null, serverAssignor: null }
  const owned = [{ topicId: T, partitions: [0, 2] }]
  assert.deepEqual(second, { ...first, ...nothing, memberEpoch: 1, topicPartitions: owned })
  assert.deepEqual(third, { ...first, ...nothing, memberEpoch: 1, topicPartitions: null })
  assert.deepEqual(news(fake), ['assign t 0,2', 'all t 0,2'])
  assert.equal(membership.describe(), 'epoch 1')
  assert.match(membership.identity().memberId, /^[\w-]{22}$/)
})

test('a member gives up first, tells so, and heartbeats go on meanwhile', async (t) => {
  let release = () => {}
  const reading = new Promise<void>((resolve) => {
    release = resolve
  })
  const fake = new FakeCoordinator().on(API, at(1, 0, 1), at(1, 0), still(1))
  start(t, fake, { events: (to) => to.events({ revoke: () => reading }) })
  await fake.until('revoke t 1')
  await fake.until(`${API} epoch 1`, beats(fake).length + 3)
  assert.equal(beats(fake).at(-1).topicPartitions, null)
  fake.on(API, at(2, 0, 3), still(2))
  release()
  await fake.until('all t 0,3')
  await fake.until('quiet')
  assert.deepEqual(news(fake).slice(2), [
    ...['revoke t 1', 'revoked t 1', 'assign no partitions', 'all t 0'],
    ...['assign t 3', 'all t 0,3'],
  ])
  const owned = beats(fake).flatMap(({ topicPartitions }) => topicPartitions ?? [])
  assert.deepEqual(owned.at(-1), { topicId: T, partitions: [0, 3] })
})

test('an assignment that comes while the last one is worked on is taken up after it', async (t) => {
  let release = () => {}
  const working = new Promise<void>((resolve) => {
    release = resolve
  })
  const fake = new FakeCoordinator().on(API, at(1, 0, 1), at(2, 1, 2), still(2))
  start(t, fake, {
    events: (to) => {
      const usual = to.events()
      const assign: MembershipEvents['assign'] = async (partitions, all) => {
        await usual.assign(partitions, all)
        await working
      }
      return { ...usual, assign }
    },
  })
  await fake.until(`${API} epoch 2`)
  release()
  await fake.until('quiet')
  const owned = beats(fake).flatMap(({ topicPartitions }) => topicPartitions ?? [])
  assert.deepEqual(owned.at(-1), { topicId: T, partitions: [1, 2] })
  assert.equal(news(fake).at(-1), 'all t 1-2')
})

for (const name of ['FENCED_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID'] as const) {
  test(`after ${name} all is lost, and the member joins again with its id`, async (t) => {
    const fake = new FakeCoordinator().on(API, at(3, 0, 1), still(3), code(name), at(5, 1), still(5))
    const { membership } = start(t, fake)
    await fake.until('all t 1')
    await fake.until('quiet')
    assert.deepEqual(news(fake).slice(2), [`lost (${name}) t 0-1`, 'assign t 1', 'all t 1'])
    const again = beats(fake).findLast(({ memberEpoch }) => memberEpoch === 0)
    assert.deepEqual(again.topicPartitions, [])
    assert.deepEqual(again.subscribedTopicNames, ['t'])
    assert.equal(again.memberId, membership.identity().memberId)
  })
}

test('fenced while it gives up partitions: what it was to keep is not begun again', async (t) => {
  let release = () => {}
  const reading = new Promise<void>((resolve) => {
    release = resolve
  })
  const fake = new FakeCoordinator().on(API, at(1, 0, 1), at(1, 0), code('FENCED_MEMBER_EPOCH'), still(4))
  start(t, fake, { events: (to) => to.events({ revoke: () => reading }) })
  await fake.until(/^lost/)
  await fake.until(`${API} epoch 4`)
  release()
  await fake.until('revoked t 1')
  await fake.until('quiet', 2)
  assert.equal(news(fake).at(-1), 'revoked t 1')
  fake.on(API, at(4, 2), still(4))
  await fake.until('all t 2')
})

test('a topic that has no name yet is looked for again', async (t) => {
  const topics = new Map([['t', { id: T, partitions: 4 }]])
  const both = { topicPartitions: [T, U].map((topicId) => ({ topicId, partitions: [0] })) }
  const fake = new FakeCoordinator().on(API, { ...still(1), assignment: both }, still(1))
  start(t, fake, { topics, subscribed: ['t', 'u'] })
  await fake.until('all t 0')
  topics.set('u', { id: U, partitions: 1 })
  await fake.until('all t 0; u 0')
  await fake.until('quiet')
  const owned = beats(fake).flatMap(({ topicPartitions }) => (topicPartitions?.length > 0 ? [topicPartitions] : []))
  assert.deepEqual(owned, [[{ topicId: T, partitions: [0] }], both.topicPartitions])
})

test('a topic that was made anew is another one', async (t) => {
  const topics = new Map([['t', { id: T, partitions: 1 }]])
  const fake = new FakeCoordinator().on(API, at(1, 0), still(1))
  start(t, fake, { topics })
  await fake.until('quiet')
  topics.set('t', { id: U, partitions: 1 })
  const anew = { ...still(2), assignment: { topicPartitions: [{ topicId: U, partitions: [0] }] } }
  fake.on(API, anew, still(2))
  await fake.until('all t 0', 2)
  assert.deepEqual(news(fake).slice(2), ['revoke t 0', 'revoked t 0', 'assign t 0', 'all t 0'])
})

test('after a lost answer everything is said again', async (t) => {
  const lost = new UnreachableError('the connection was lost')
  const fake = new FakeCoordinator().on(API, lost, at(1, 0), still(1), lost, still(1))
  const { failure } = start(t, fake)
  await fake.until('quiet', 2)
  const full = beats(fake).filter(({ subscribedTopicNames }) => subscribedTopicNames !== null)
  assert.deepEqual(
    full.map(({ memberEpoch, topicPartitions }) => [memberEpoch, topicPartitions]),
    [
      [0, []],
      [0, []],
      [1, [{ topicId: T, partitions: [0] }]],
    ],
  )
  assert.equal(failure(), null)
})

test('new topics are told at once', async (t) => {
  const fake = new FakeCoordinator().on(API, at(1, 0), { ...still(1), heartbeatIntervalMs: 60_000 })
  const { membership } = start(t, fake)
  await fake.until(`${API} epoch 1`)
  await membership.refresh(['t'])
  await membership.refresh(['t', 'u'])
  await fake.until(`${API} epoch 1`, 2)
  assert.deepEqual(beats(fake).at(-1).subscribedTopicNames, ['t', 'u'])
})

for (const [instanceId, epoch] of [
  [null, -1],
  ['one', -2],
] as const) {
  test(`leaving is epoch ${epoch} ${instanceId === null ? '' : 'for a static member'}`, async (t) => {
    const fake = new FakeCoordinator().on(API, at(1, 0), still(1))
    const { membership, running } = start(t, fake, { options: { instanceId } })
    await fake.until('quiet')
    await membership.leave(1000)
    await running
    assert.equal(beats(fake).at(-1).memberEpoch, epoch)
    assert.equal(beats(fake).at(-1).instanceId, instanceId)
    const { length } = fake.log
    await membership.leave(1000)
    assert.equal(fake.log.length, length)
  })
}

test('brokers that make the ids themselves (version 0)', async (t) => {
  const fake = new FakeCoordinator().on(API, { ...at(1, 0), memberId: 'yours' }, still(1))
  fake.versions[API] = 0
  const { membership } = start(t, fake)
  await fake.until('quiet')
  assert.deepEqual(
    beats(fake)
      .slice(0, 2)
      .map(({ memberId }) => memberId),
    ['', 'yours'],
  )
  assert.equal(membership.identity().memberId, 'yours')
})

test('what can not get better ends it, with what to do', async (t) => {
  for (const [name, hint] of [
    ['UNRELEASED_INSTANCE_ID', /group\.instance\.id one/],
    ['FENCED_INSTANCE_ID', /group\.instance\.id one/],
    ['UNSUPPORTED_VERSION', /--group-protocol classic/],
    ['GROUP_ID_NOT_FOUND', /--group-protocol classic/],
    ['UNSUPPORTED_ASSIGNOR', /^$/],
  ] as const) {
    const fake = new FakeCoordinator().on(API, { ...code(name), errorMessage: 'as the broker says' })
    const { failure, running } = start(t, fake, { options: { instanceId: 'one' } })
    await running
    assert.match(failure()?.message ?? '', new RegExp(`${name}.*as the broker says`))
    assert.match((failure() as KtoolError).hint ?? '', hint)
  }
})
