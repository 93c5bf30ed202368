import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import type { Assignor } from '../../../src/client/group/assignors/assignor.ts'
import { cooperativeSticky } from '../../../src/client/group/assignors/cooperative-sticky.ts'
import { range } from '../../../src/client/group/assignors/range.ts'
import { sticky } from '../../../src/client/group/assignors/sticky.ts'
import { ClassicMembership, type ClassicOptions } from '../../../src/client/group/classic-membership.ts'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../src/client/group/consumer-protocol.ts'
import type { MembershipEvents } from '../../../src/client/group/membership.ts'
import type { PartitionName } from '../../../src/client/group/partitions.ts'
import { type KtoolError, UnreachableError } from '../../../src/errors.ts'
import { code, FakeCoordinator, type FakeTopic, fakeCluster, named } from './fake-coordinator.ts'

interface Setup {
  assignors?: Assignor[]
  options?: Partial<ClassicOptions>
  topics?: Map<string, FakeTopic>
  events?: (fake: FakeCoordinator) => MembershipEvents
  apiTimeoutMs?: number
}

function start(t: TestContext, fake: FakeCoordinator, setup: Setup = {}) {
  const topics = setup.topics ?? new Map([['t', { id: 'id', partitions: 4 }]])
  const membership = new ClassicMembership(
    fakeCluster(topics, { apiTimeoutMs: setup.apiTimeoutMs ?? 60_000 }),
    fake,
    ['t'],
    {
      assignors: setup.assignors ?? [range],
      sessionTimeoutMs: 1000,
      heartbeatIntervalMs: 2,
      rebalanceTimeoutMs: 1000,
      instanceId: null,
      rackId: null,
      ...setup.options,
    },
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

const joined = (generationId: number, more: object = {}) => ({
  generationId,
  memberId: 'me',
  leader: 'other',
  protocolName: 'range',
  protocolType: 'consumer',
  ...more,
})
const given = (...partitions: number[]) => ({ assignment: encodeAssignment(named('t', ...partitions)) })
const told = (fake: FakeCoordinator, index = 0) =>
  decodeSubscription(fake.last('JoinGroup').protocols[index].metadata as Buffer)
const requests = (fake: FakeCoordinator) => fake.log.filter((text) => text !== 'Heartbeat' && text !== 'quiet')

test('a member joins with the id that it is told, and reads what it is given', async (t) => {
  const fake = new FakeCoordinator()
    .on('JoinGroup', { ...code('MEMBER_ID_REQUIRED'), memberId: 'me' }, joined(1))
    .on('SyncGroup', given(0, 2))
  const { membership } = start(t, fake, { options: { rackId: 'near' } })
  await fake.until('quiet', 2)
  assert.deepEqual(requests(fake), ["JoinGroup ''", "JoinGroup 'me'", 'SyncGroup', 'assign t 0,2', 'all t 0,2'])
  assert.deepEqual(membership.identity(), { memberId: 'me', generation: 1, instanceId: null })
  assert.equal(membership.describe(), 'generation 1, range')
  assert.ok(membership.quietBeats >= 2)
  assert.deepEqual(told(fake), { topics: ['t'], userData: null, owned: [], generation: -1, rackId: 'near' })
  await membership.leave(1000)
  assert.deepEqual(fake.last('LeaveGroup').members[0].memberId, 'me')
})

test('the leader shares out for all members, those it understands', async (t) => {
  const member = (memberId: string, topics: string[]) => ({
    memberId,
    metadata: encodeSubscription({ topics, userData: null, owned: [], generation: -1, rackId: null }),
  })
  const members = [member('me', ['t', 'gone']), member('you', ['t']), { memberId: 'odd', metadata: Buffer.from('?') }]
  const fake = new FakeCoordinator().on('JoinGroup', joined(1, { leader: 'me', members })).on('SyncGroup', given(0, 1))
  start(t, fake)
  await fake.until('quiet')
  const shared = fake
    .last('SyncGroup')
    .assignments.map(({ memberId, assignment }: { memberId: string; assignment: Buffer }) => [
      memberId,
      decodeAssignment(assignment),
    ])
  assert.deepEqual(Object.fromEntries(shared), { me: named('t', 0, 1), you: named('t', 2, 3), odd: [] })
})

test('a leader that is told to leave the assignment alone does so, and still watches the partitions', async (t) => {
  const topics = new Map([['t', { id: 'id', partitions: 4 }]])
  const metadata = encodeSubscription({ topics: ['t'], userData: null, owned: [], generation: -1, rackId: null })
  const lead = { leader: 'me', skipAssignment: true, members: [{ memberId: 'me', metadata }] }
  const fake = new FakeCoordinator().on('JoinGroup', joined(1, lead), joined(2, lead)).on('SyncGroup', given(0))
  const { membership } = start(t, fake, { topics })
  await fake.until('quiet')
  assert.deepEqual(fake.last('SyncGroup').assignments, [])
  await membership.refresh(['t'])
  assert.equal(fake.count("JoinGroup 'me'"), 0)
  topics.set('t', { id: 'id', partitions: 5 })
  await membership.refresh(['t'])
  await fake.until("JoinGroup 'me'")
})

test('an eager member gives everything up before it joins again, and heartbeats go on meanwhile', async (t) => {
  let release = () => {}
  const reading = new Promise<void>((resolve) => {
    release = resolve
  })
  const fake = new FakeCoordinator()
    .on('JoinGroup', joined(1), joined(2))
    .on('SyncGroup', given(0, 1), given(1))
    .on('Heartbeat', {}, code('REBALANCE_IN_PROGRESS'))
  start(t, fake, { events: (to) => to.events({ revoke: () => reading }) })
  await fake.until('revoke t 0-1')
  const before = fake.count('Heartbeat')
  await fake.until('Heartbeat', before + 3)
  assert.equal(fake.count("JoinGroup 'me'"), 0)
  fake.on('Heartbeat', {})
  release()
  await fake.until('all t 1')
  assert.deepEqual(requests(fake).slice(-6), [
    'revoke t 0-1',
    'revoked t 0-1',
    "JoinGroup 'me'",
    'SyncGroup',
    'assign t 1',
    'all t 1',
  ])
  assert.deepEqual(told(fake).owned, [])
})

test('a cooperative member reads on, gives up what it must, and joins again so that another gets it', async (t) => {
  const cooperative = (generation: number) => joined(generation, { protocolName: 'cooperative-sticky' })
  const fake = new FakeCoordinator()
    .on('JoinGroup', cooperative(1), cooperative(2), cooperative(3))
    .on('SyncGroup', given(0, 1, 2), given(0, 2), given(0, 2, 3))
    .on('Heartbeat', {}, code('REBALANCE_IN_PROGRESS'), {})
  start(t, fake, { assignors: [cooperativeSticky] })
  await fake.until('all t 0,2-3')
  assert.deepEqual(requests(fake), [
    "JoinGroup ''",
    'SyncGroup',
    'assign t 0-2',
    'all t 0-2',
    "JoinGroup 'me'",
    'SyncGroup',
    'revoke t 1',
    'revoked t 1',
    'assign no partitions',
    'all t 0,2',
    "JoinGroup 'me'",
    'SyncGroup',
    'assign t 3',
    'all t 0,2-3',
  ])
  assert.deepEqual(told(fake).owned, named('t', 0, 2))
  assert.equal(told(fake).generation, 2)
})

test('with an eager assignor on offer a member gives up everything, whichever the group uses', async (t) => {
  const fake = new FakeCoordinator()
    .on('JoinGroup', joined(1, { protocolName: 'cooperative-sticky' }), joined(2, { protocolName: 'sticky' }))
    .on('SyncGroup', given(0, 1))
    .on('Heartbeat', code('REBALANCE_IN_PROGRESS'), {})
  start(t, fake, { assignors: [cooperativeSticky, sticky] })
  await fake.until('all t 0-1', 2)
  assert.ok(fake.log.indexOf('revoked t 0-1') < fake.log.indexOf("JoinGroup 'me'"))
  assert.deepEqual(told(fake).owned, [])
  assert.deepEqual(told(fake, 1).userData, sticky.userData?.(named('t', 0, 1), 1))
})

for (const [name, id] of [
  ['UNKNOWN_MEMBER_ID', ''],
  ['ILLEGAL_GENERATION', 'me'],
] as const) {
  test(`after ${name} all is lost, and the member joins again as '${id}'`, async (t) => {
    const fake = new FakeCoordinator()
      .on('JoinGroup', joined(1), joined(7))
      .on('SyncGroup', given(0, 1), given(3))
      .on('Heartbeat', code(name), {})
    start(t, fake, { assignors: [cooperativeSticky, range] })
    await fake.until('all t 3')
    assert.deepEqual(requests(fake).slice(4), [
      `lost (${name}) t 0-1`,
      `JoinGroup '${id}'`,
      'SyncGroup',
      'assign t 3',
      'all t 3',
    ])
    assert.deepEqual(told(fake).owned, [])
    assert.equal(told(fake).generation, -1)
  })
}

test('the group goes on without a member that does not give up its partitions in time', async (t) => {
  let release = () => {}
  const reading = new Promise<void>((resolve) => {
    release = resolve
  })
  const fake = new FakeCoordinator()
    .on('JoinGroup', joined(1), joined(5))
    .on('SyncGroup', given(0, 1), given(2))
    .on('Heartbeat', code('REBALANCE_IN_PROGRESS'), code('UNKNOWN_MEMBER_ID'), {})
  start(t, fake, { events: (to) => to.events({ revoke: () => reading }) })
  await fake.until('lost (UNKNOWN_MEMBER_ID) t 0-1')
  release()
  await fake.until('all t 2')
  assert.equal(fake.count("JoinGroup ''"), 2)
})

test('another rebalance during SyncGroup: the member joins again with nothing more to give up', async (t) => {
  const fake = new FakeCoordinator()
    .on('JoinGroup', joined(1), joined(2), joined(3))
    .on('SyncGroup', given(0), code('REBALANCE_IN_PROGRESS'), given(1))
    .on('Heartbeat', code('REBALANCE_IN_PROGRESS'), {})
  start(t, fake)
  await fake.until('all t 1')
  assert.equal(fake.count('revoke t 0'), 1)
  assert.equal(fake.count('SyncGroup'), 3)
})

test('a static member does not leave, and is told when another has its id', async (t) => {
  const fake = new FakeCoordinator().on('JoinGroup', joined(1)).on('SyncGroup', given(0))
  const { membership } = start(t, fake, { options: { instanceId: 'one' } })
  await fake.until('quiet')
  assert.equal(fake.last('JoinGroup').groupInstanceId, 'one')
  assert.equal(fake.last('Heartbeat').groupInstanceId, 'one')
  await membership.leave(1000)
  assert.equal(fake.last('LeaveGroup'), undefined)

  const other = new FakeCoordinator()
    .on('JoinGroup', joined(1))
    .on('SyncGroup', given(0))
    .on('Heartbeat', code('FENCED_INSTANCE_ID'))
  const { failure } = start(t, other, { options: { instanceId: 'one' } })
  await other.until('failed')
  assert.match(failure()?.message ?? '', /FENCED_INSTANCE_ID/)
  assert.match((failure() as KtoolError).hint ?? '', /group\.instance\.id one/)
  const beats = other.count('Heartbeat')
  await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal(other.count('Heartbeat'), beats)
})

test('topics that come make the member join again, those that are the same do not', async (t) => {
  const fake = new FakeCoordinator().on('JoinGroup', joined(1)).on('SyncGroup', given(0))
  const { membership } = start(t, fake)
  await fake.until('quiet')
  await membership.refresh(['t'])
  await membership.refresh(['t', 'u'])
  await fake.until("JoinGroup 'me'")
  assert.deepEqual(told(fake).topics, ['t', 'u'])
  await fake.until('all t 0', 2)
  assert.equal(fake.count("JoinGroup 'me'"), 1)
})

test('topics that change while a member joins are not forgotten', async (t) => {
  let answer = (_: object) => {}
  const waiting = new Promise<object>((resolve) => {
    answer = resolve
  })
  const fake = new FakeCoordinator().on('JoinGroup', waiting, joined(2)).on('SyncGroup', given(0))
  const { membership } = start(t, fake)
  await fake.until("JoinGroup ''")
  await membership.refresh(['t', 'u'])
  answer(joined(1))
  await fake.until("JoinGroup 'me'")
  assert.deepEqual(told(fake).topics, ['t', 'u'])
})

test('a lost connection is tried again; an assignment whose offsets could not be had is asked for again', async (t) => {
  const lost = new UnreachableError('the connection was lost')
  const fake = new FakeCoordinator()
    .on('JoinGroup', lost, joined(1), lost, joined(2))
    .on('SyncGroup', lost, given(0, 1))
    .on('Heartbeat', lost, {}, lost, {})
  let failures = 1
  const events = (to: FakeCoordinator): MembershipEvents => {
    const usual = to.events()
    return {
      ...usual,
      assign: async (partitions: readonly PartitionName[], all) => {
        if (failures-- > 0) throw new UnreachableError('no offsets')
        return usual.assign(partitions, all)
      },
    }
  }
  const { failure } = start(t, fake, { assignors: [cooperativeSticky, range], events })
  await fake.until('all t 0-1')
  await fake.until('quiet', 3)
  assert.equal(failure(), null)
  assert.equal(fake.count('assign t 0-1'), 1)
})

test('what can not get better ends it', async (t) => {
  for (const name of ['GROUP_AUTHORIZATION_FAILED', 'INCONSISTENT_GROUP_PROTOCOL', 'GROUP_MAX_SIZE_REACHED'] as const) {
    const fake = new FakeCoordinator().on('JoinGroup', code(name))
    const { failure, running } = start(t, fake)
    await running
    assert.match(failure()?.message ?? '', new RegExp(name))
  }
  const fake = new FakeCoordinator().on('JoinGroup', joined(1, { protocolName: 'unheard of' }))
  const { failure, running } = start(t, fake)
  await running
  assert.match(failure()?.message ?? '', /unheard of/)
})

test('a coordinator that can not be had from the beginning is waited for, but not for ever', async (t) => {
  const fake = new FakeCoordinator().on('JoinGroup', new UnreachableError('nobody there'))
  const { failure, running } = start(t, fake, { apiTimeoutMs: 250 })
  await running
  assert.match(failure()?.message ?? '', /nobody there/)
  assert.ok(fake.count("JoinGroup ''") > 1)
})
