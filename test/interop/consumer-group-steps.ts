// Steps with groups of the consumer protocol, request by request, and what a broker answers to each in a form that is the
// same for any broker: names instead of topic ids, partitions in order. Two brokers are alike when their logs are.

import { setTimeout as sleep } from 'node:timers/promises'
import { encodeAssignment, encodeSubscription } from '../../src/client/group/consumer-protocol.ts'
import type { Input } from '../../src/protocol/api.ts'
import { OffsetCommit } from '../../src/protocol/apis/08-offset-commit.ts'
import { OffsetFetch } from '../../src/protocol/apis/09-offset-fetch.ts'
import { FindCoordinator } from '../../src/protocol/apis/10-find-coordinator.ts'
import { JoinGroup } from '../../src/protocol/apis/11-join-group.ts'
import { Heartbeat } from '../../src/protocol/apis/12-heartbeat.ts'
import { LeaveGroup } from '../../src/protocol/apis/13-leave-group.ts'
import { SyncGroup } from '../../src/protocol/apis/14-sync-group.ts'
import { DescribeGroups } from '../../src/protocol/apis/15-describe-groups.ts'
import { ListGroups } from '../../src/protocol/apis/16-list-groups.ts'
import { CreateTopics } from '../../src/protocol/apis/19-create-topics.ts'
import { DeleteTopics } from '../../src/protocol/apis/20-delete-topics.ts'
import { CreatePartitions } from '../../src/protocol/apis/37-create-partitions.ts'
import { DeleteGroups } from '../../src/protocol/apis/42-delete-groups.ts'
import { IncrementalAlterConfigs } from '../../src/protocol/apis/44-incremental-alter-configs.ts'
import { OffsetDelete } from '../../src/protocol/apis/47-offset-delete.ts'
import {
  ConsumerGroupHeartbeat,
  type ConsumerGroupHeartbeatRequest,
} from '../../src/protocol/apis/68-consumer-group-heartbeat.ts'
import { ConsumerGroupDescribe } from '../../src/protocol/apis/69-consumer-group-describe.ts'
import { errorName } from '../../src/protocol/errors.ts'
import type { RawClient } from '../broker/harness.ts'

const GROUP_RESOURCE = 32
const SET = 0
/** How the groups begin that are no part of the steps. */
export const PROBE = 'probe-of-'
/** How often is asked again for what comes by itself, and how long. */
const PAUSE_MS = 100
const PATIENCE_MS = 60_000
/** Members that say nothing for a while stay in their groups, however long the other steps take. */
const FOREVER_MS = 600_000

type Partitions = Record<string, number[]>

/** What a member asks for or has, by name. */
type Beat = Omit<Input<ConsumerGroupHeartbeatRequest>, 'groupId' | 'topicPartitions'> & { owns?: Partitions | null }

export class Steps {
  readonly log: string[] = []
  private client: RawClient
  /** Of groups and topics. */
  private readonly prefix: string
  private readonly probe: string
  private changes = 0
  private readonly names = new Map<string, string>()
  private readonly ids = new Map<string, string>()

  constructor(client: RawClient, prefix: string) {
    this.client = client
    this.prefix = prefix
    this.probe = PROBE + prefix
  }

  /** Goes on with another broker that has the same topics. */
  reconnect(client: RawClient): Promise<void> {
    this.client = client
    return this.ready()
  }

  /**
   * Waits until the coordinator of groups has heard of all that was changed before: of a config of a group that only serves
   * for this, which is changed last and shows in heartbeats.
   */
  private async heard(resources: ReturnType<typeof groupResource>[] = []): Promise<void> {
    const heartbeatMs = 5000 + ++this.changes
    const configs = { 'consumer.heartbeat.interval.ms': String(heartbeatMs) }
    const request = { resources: [...resources, groupResource(this.probe, configs)] }
    const { responses } = await this.client.call(IncrementalAlterConfigs, 1, request)
    for (const { errorCode, errorMessage } of responses) if (errorCode !== 0) throw new Error(`${errorMessage}`)
    const beat = {
      groupId: this.probe,
      memberId: 'probe',
      rebalanceTimeoutMs: FOREVER_MS,
      subscribedTopicNames: ['nothing'],
      topicPartitions: [],
    }
    await this.until('the configs are heard of', async () => {
      return (await this.client.call(ConsumerGroupHeartbeat, 1, beat)).heartbeatIntervalMs === heartbeatMs
    })
  }

  /** Waits until the coordinator of groups is at work. */
  async ready(): Promise<void> {
    await this.until('the coordinator is there', async () => {
      await this.client.call(FindCoordinator, 4, { keyType: 0, coordinatorKeys: [this.prefix] })
      const { groups } = await this.client.call(ConsumerGroupDescribe, 0, { groupIds: [`${this.prefix}none`] })
      return errorName(groups[0].errorCode) === 'GROUP_ID_NOT_FOUND'
    })
  }

  async createTopic(topic: string, numPartitions: number): Promise<void> {
    await this.ready()
    const name = this.prefix + topic
    const request = { topics: [{ name, numPartitions, replicationFactor: 1 }], timeoutMs: 10_000 }
    const { topics } = await this.client.call(CreateTopics, 7, request)
    if (topics[0].errorCode !== 0) throw new Error(`${name}: ${topics[0].errorMessage}`)
    this.names.set(topics[0].topicId, topic)
    this.ids.set(topic, topics[0].topicId)
    // A broker may hear of it a little later.
    await this.until(`${topic} is heard of`, async () => {
      return (await this.commitAs('probe', topic, '', -1)) !== 'UNKNOWN_TOPIC_OR_PARTITION'
    })
    await this.heard()
  }

  async deleteTopic(topic: string): Promise<void> {
    await this.client.call(DeleteTopics, 5, { topicNames: [this.prefix + topic], timeoutMs: 10_000 })
  }

  async grow(topic: string, count: number): Promise<void> {
    const topics = [{ name: this.prefix + topic, count, assignments: null }]
    await this.client.call(CreatePartitions, 3, { topics, timeoutMs: 10_000 })
  }

  /** Lets a group make assignments as often as it likes. */
  async configure(group: string, configs: Record<string, string> = {}): Promise<void> {
    await this.heard([groupResource(this.prefix + group, { 'consumer.assignment.interval.ms': '0', ...configs })])
  }

  /** A heartbeat; returns and logs the answer. */
  async beat(group: string, beat: Beat, version = 1) {
    const answer = await this.beatQuietly(group, beat, version)
    this.note(`${group}: ${JSON.stringify(beat)}`, answer)
    return answer
  }

  /** Beats until an answer brings what is expected, and logs the last. */
  async beatUntil(group: string, beat: Beat, isDone: (partitions: Partitions | null) => boolean): Promise<number> {
    let answer = await this.beatQuietly(group, beat, 1)
    await this.until(`${beat.memberId} has what is expected`, async () => {
      if (isDone(answer.assignment)) return true
      answer = await this.beatQuietly(group, { ...beat, memberEpoch: answer.epoch }, 1)
      return isDone(answer.assignment)
    })
    this.note(`${group}: beats of ${beat.memberId}`, answer)
    return answer.epoch
  }

  /** Waits until a group has come to an epoch by itself: expressions are looked up beside the answers. */
  async untilEpoch(group: string, epoch: number): Promise<void> {
    await this.until(`${group} is at epoch ${epoch}`, async () => {
      const { groups } = await this.client.call(ConsumerGroupDescribe, 1, { groupIds: [this.prefix + group] })
      return groups[0].groupEpoch >= epoch
    })
  }

  async describe(group: string): Promise<void> {
    const [found] = (await this.client.call(ConsumerGroupDescribe, 1, { groupIds: [this.prefix + group] })).groups
    this.note(`describe ${group}`, {
      error: errorName(found.errorCode),
      message: this.plain(found.errorMessage),
      state: found.groupState,
      epoch: found.groupEpoch,
      assignmentEpoch: found.assignmentEpoch,
      assignor: found.assignorName,
      members: found.members
        .map(({ assignment, targetAssignment, subscribedTopicNames, subscribedTopicRegex, ...member }) => ({
          ...member,
          names: subscribedTopicNames.map((name) => this.plain(name)).sort(),
          expression: this.plain(subscribedTopicRegex),
          has: this.named(assignment.topicPartitions),
          shallHave: this.named(targetAssignment.topicPartitions),
        }))
        .sort((a, b) => (a.memberId < b.memberId ? -1 : 1)),
    })
  }

  /** As the APIs of before see it. */
  async describeClassic(group: string, version = 6): Promise<void> {
    const [found] = (await this.client.call(DescribeGroups, version, { groups: [this.prefix + group] })).groups
    this.note(`classic describe ${group}`, {
      error: errorName(found.errorCode),
      message: this.plain(found.errorMessage),
      state: found.groupState,
      type: found.protocolType,
      protocol: found.protocolData,
      members: found.members.length,
    })
  }

  async list(states: string[], types: string[]): Promise<void> {
    const request = { statesFilter: states, typesFilter: types }
    const { groups } = await this.client.call(ListGroups, 5, request)
    const own = groups.filter(({ groupId }) => groupId.startsWith(this.prefix))
    this.note(
      `list ${states} ${types}`,
      own
        .map(({ groupId, ...rest }) => ({ id: this.plain(groupId), ...rest }))
        .sort((a, b) => (a.id! < b.id! ? -1 : 1)),
    )
  }

  async commit(group: string, topic: string, memberId: string, epoch: number, version = 9, partition = 0) {
    const error = await this.commitAs(group, topic, memberId, epoch, version, partition)
    this.note(
      `commit ${group} ${topic}-${partition} as ${memberId.replace(/-.*-.*/, '…')} of ${epoch}, version ${version}`,
      error,
    )
  }

  async fetch(group: string, topic: string, memberId: string | null, memberEpoch: number, version = 9): Promise<void> {
    const topics = [{ name: this.prefix + topic, topicId: this.ids.get(topic), partitionIndexes: [0] }]
    const groups = [{ groupId: this.prefix + group, memberId, memberEpoch, topics: topics.map(atVersion(version)) }]
    const [found] = (await this.client.call(OffsetFetch, version, { groups })).groups
    this.note(`fetch ${group} as ${memberId} of ${memberEpoch}, version ${version}`, {
      error: errorName(found.errorCode),
      offsets: found.topics.flatMap(({ partitions }) => partitions.map(({ committedOffset }) => committedOffset)),
    })
  }

  async deleteOffset(group: string, topic: string): Promise<void> {
    const topics = [{ name: this.prefix + topic, partitions: [{ partitionIndex: 0 }] }]
    const { errorCode, topics: answers } = await this.client.call(OffsetDelete, 0, {
      groupId: this.prefix + group,
      topics,
    })
    const codes = answers.flatMap(({ partitions }) => partitions.map((each) => errorName(each.errorCode)))
    this.note(`delete offsets of ${group} in ${topic}`, [errorName(errorCode), codes])
  }

  async deleteGroup(group: string): Promise<void> {
    const { results } = await this.client.call(DeleteGroups, 2, { groupsNames: [this.prefix + group] })
    this.note(`delete ${group}`, errorName(results[0].errorCode))
  }

  /** A join by the classic protocol, with a second request where the first one brings the member's id. */
  async join(
    group: string,
    memberId: string,
    topics: string[],
    owns: Partitions = {},
    instanceId: string | null = null,
  ) {
    const owned = Object.entries(owns).flatMap(([topic, list]) =>
      list.map((partition) => ({ topic: this.prefix + topic, partition })),
    )
    const names = topics.map((topic) => this.prefix + topic)
    const metadata = encodeSubscription({ topics: names, userData: null, owned, generation: -1, rackId: null })
    const request = {
      groupId: this.prefix + group,
      sessionTimeoutMs: FOREVER_MS,
      rebalanceTimeoutMs: FOREVER_MS,
      memberId,
      groupInstanceId: instanceId,
      protocolType: 'consumer',
      protocols: [{ name: 'cooperative-sticky', metadata }],
    }
    let answer = await this.client.call(JoinGroup, 9, request)
    if (answer.memberId !== '' && errorName(answer.errorCode) === 'MEMBER_ID_REQUIRED') {
      answer = await this.client.call(JoinGroup, 9, { ...request, memberId: answer.memberId })
    }
    this.note(`join ${group} ${topics}`, {
      error: errorName(answer.errorCode),
      generation: answer.generationId,
      type: answer.protocolType,
      protocol: answer.protocolName,
      members: answer.members.length,
    })
    return answer
  }

  /** A sync; who leads gives all members these partitions. */
  async sync(group: string, memberId: string, generationId: number, gives?: Record<string, Partitions>) {
    const assignments = Object.entries(gives ?? {}).map(([id, owned]) => ({
      memberId: id,
      assignment: encodeAssignment(
        Object.entries(owned).flatMap(([topic, list]) =>
          list.map((partition) => ({ topic: this.prefix + topic, partition })),
        ),
      ),
    }))
    const answer = await this.client.call(SyncGroup, 5, {
      groupId: this.prefix + group,
      generationId,
      memberId,
      protocolType: 'consumer',
      protocolName: 'cooperative-sticky',
      assignments,
    })
    const bytes = answer.assignment.toString('hex').replaceAll(Buffer.from(this.prefix).toString('hex'), '')
    this.note(`sync ${group}`, [errorName(answer.errorCode), bytes.length, answer.protocolName])
  }

  async beatClassic(group: string, memberId: string, generationId: number): Promise<string> {
    const { errorCode } = await this.client.call(Heartbeat, 4, { groupId: this.prefix + group, memberId, generationId })
    this.note(`classic heartbeat ${group} of ${generationId}`, errorName(errorCode))
    return errorName(errorCode)
  }

  async leaveClassic(group: string, members: { memberId: string; groupInstanceId?: string | null }[]): Promise<void> {
    const answer = await this.client.call(LeaveGroup, 5, { groupId: this.prefix + group, members })
    this.note(`classic leave ${group}`, [
      errorName(answer.errorCode),
      answer.members.map(({ errorCode }) => errorName(errorCode)),
    ])
  }

  private async beatQuietly(group: string, { owns, ...beat }: Beat, version: number) {
    const answer = await this.client.call(ConsumerGroupHeartbeat, version, {
      ...beat,
      groupId: group === '' ? '' : this.prefix + group,
      subscribedTopicNames: beat.subscribedTopicNames?.map((name) => this.prefix + name) ?? null,
      subscribedTopicRegex: beat.subscribedTopicRegex?.replace('PREFIX', this.prefix) ?? null,
      topicPartitions:
        owns === undefined || owns === null
          ? null
          : Object.entries(owns).map(([topic, partitions]) => ({ topicId: this.ids.get(topic) ?? '', partitions })),
    })
    return {
      error: errorName(answer.errorCode),
      message: this.plain(answer.errorMessage),
      id: answer.memberId,
      epoch: answer.memberEpoch,
      interval: answer.heartbeatIntervalMs,
      assignment: answer.assignment && this.named(answer.assignment.topicPartitions),
    }
  }

  private async commitAs(group: string, topic: string, memberId: string, epoch: number, version = 9, partition = 0) {
    const row = { name: this.prefix + topic, topicId: this.ids.get(topic), partitions: [] as object[] }
    row.partitions.push({ partitionIndex: partition, committedOffset: 5, committedMetadata: 'note' })
    const { topics } = await this.client.call(OffsetCommit, version, {
      groupId: this.prefix + group,
      generationIdOrMemberEpoch: epoch,
      memberId,
      topics: [row].map(atVersion(version)),
    })
    return errorName(topics[0].partitions[0].errorCode)
  }

  private async until(what: string, isDone: () => Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + PATIENCE_MS; !(await isDone()); await sleep(PAUSE_MS)) {
      if (Date.now() > deadline) throw new Error(`not so in a minute: ${what}; so far\n${this.log.join('\n')}`)
    }
  }

  private named(topics: readonly { topicId: string; partitions: readonly number[] }[]): Partitions {
    const rows = topics.map(({ topicId, partitions }) => {
      return [this.names.get(topicId) ?? topicId, partitions.toSorted((a, b) => a - b)] as const
    })
    return Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  private plain(text: string | null): string | null {
    return text?.replaceAll(this.prefix, '') ?? null
  }

  private note(step: string, answer: unknown): void {
    this.log.push(`${step} -> ${JSON.stringify(answer)}`)
  }
}

function groupResource(resourceName: string, configs: Record<string, string>) {
  const changes = Object.entries(configs).map(([name, value]) => ({ name, configOperation: SET, value }))
  return { resourceType: GROUP_RESOURCE, resourceName, configs: changes }
}

/** Topics have a name, or an id from version 10 on. */
const atVersion =
  (version: number) =>
  <T extends { name?: string; topicId?: string }>({ name, topicId, ...row }: T) =>
    version >= 10 ? { ...row, topicId } : { ...row, name }

export const join = (memberId: string, names: string[], more: Beat = {}): Beat => ({
  memberId,
  memberEpoch: 0,
  rebalanceTimeoutMs: FOREVER_MS,
  subscribedTopicNames: names,
  owns: {},
  ...more,
})

const has = (topic: string) => (partitions: Partitions | null) => partitions !== null && topic in partitions

/** Each kind of step, by name. */
export const scenarios: Readonly<Record<string, (steps: Steps) => Promise<void>>> = {
  async 'what a heartbeat must not say'(s) {
    await s.createTopic('t', 2)
    const beat = join('m', ['t'])
    await s.beat('', beat)
    await s.beat('a', { ...beat, memberId: '' })
    await s.beat('a', { ...beat, memberId: ' ' })
    await s.beat('a', { ...beat, instanceId: '' })
    await s.beat('a', { ...beat, rackId: ' ' })
    await s.beat('a', { ...beat, rebalanceTimeoutMs: -1 })
    await s.beat('a', { ...beat, owns: null })
    await s.beat('a', { ...beat, owns: { t: [0] } })
    await s.beat('a', { ...beat, subscribedTopicNames: null })
    await s.beat('a', { ...beat, memberEpoch: -2 })
    await s.beat('a', { ...beat, memberEpoch: -3 })
    await s.beat('a', { ...beat, serverAssignor: 'best' })
    await s.beat('a', { ...beat, memberEpoch: 3 })
    await s.beat('a', { ...beat, memberEpoch: -1 })
    await s.beat('a', { ...beat, subscribedTopicRegex: 'a(' })
    await s.beat('a', { ...beat, subscribedTopicRegex: '(?=a)' })
    await s.beat('a', { ...beat, memberId: '', memberEpoch: 1 }, 0)
    await s.describe('a')
    await s.describe('')
    await s.beat('a', beat)
    await s.beat('a', { memberId: 'other', memberEpoch: 1 })
    await s.beat('a', { memberId: 'm', memberEpoch: 2 })
    await s.beat('a', { memberId: 'other', memberEpoch: -1 })
    await s.beat('a', { memberId: 'm', memberEpoch: 1, instanceId: 'box' })
    await s.beat('a', { memberId: 'm', memberEpoch: -1, instanceId: 'box' })
    await s.commit('classic', 't', '', -1)
    await s.describe('classic')
    await s.beat('classic', { memberId: 'm', memberEpoch: 1 })
    await s.beat('classic', { memberId: 'm', memberEpoch: -1 })
  },

  async 'two members share, one leaves'(s) {
    await s.createTopic('t', 5)
    await s.configure('g')
    await s.beat('g', join('a', ['t']))
    await s.beat('g', { memberId: 'a', memberEpoch: 2, owns: { t: [0, 1, 2, 3, 4] } })
    await s.describe('g')
    await s.describeClassic('g')
    await s.describeClassic('g', 5)
    await s.beat('g', join('b', ['t']))
    await s.describe('g')
    await s.beat('g', { memberId: 'a', memberEpoch: 2 })
    await s.beat('g', { memberId: 'a', memberEpoch: 2 })
    await s.beat('g', { memberId: 'b', memberEpoch: 3 })
    await s.describe('g')
    await s.list(['reconciling'], ['consumer'])
    await s.beat('g', { memberId: 'a', memberEpoch: 2, owns: { t: [0, 1, 2] } })
    await s.beat('g', { memberId: 'a', memberEpoch: 2, owns: { t: [0, 1, 2] } })
    await s.beat('g', { memberId: 'a', memberEpoch: 2, owns: { t: [0, 1, 2, 3] } })
    await s.beat('g', { memberId: 'a', memberEpoch: 2 })
    await s.beat('g', { memberId: 'b', memberEpoch: 3, owns: {} })
    await s.beat('g', {
      memberId: 'b',
      memberEpoch: 3,
      owns: { t: [3, 4] },
      rebalanceTimeoutMs: 5,
      subscribedTopicNames: ['t'],
    })
    await s.describe('g')
    await s.list(['Stable'], [])
    await s.list([], ['classic'])
    await s.commit('g', 't', 'a', 3)
    await s.commit('g', 't', 'a', 2)
    await s.commit('g', 't', 'a', 1)
    await s.commit('g', 't', 'a', 4)
    await s.commit('g', 't', 'b', 2)
    await s.commit('g', 't', 'b', 3, 8)
    await s.commit('g', 't', 'nobody', 3)
    await s.commit('g', 't', '', -1)
    await s.commit('g', 't', 'a', 3, 10)
    await s.commit('nothing', 't', 'a', 3)
    await s.commit('nothing', 't', 'a', 3, 8)
    await s.fetch('g', 't', 'a', 3)
    await s.fetch('g', 't', 'a', 2)
    await s.fetch('g', 't', 'nobody', 3)
    await s.fetch('g', 't', null, -1)
    await s.fetch('g', 't', 'a', 3, 10)
    await s.deleteOffset('g', 't')
    await s.deleteGroup('g')
    await s.beat('g', { memberId: 'b', memberEpoch: -1 })
    await s.describe('g')
    await s.beat('g', { memberId: 'a', memberEpoch: 3 })
    await s.beat('g', { memberId: 'a', memberEpoch: 4 })
    await s.beat('g', join('a', ['t']))
    await s.beat('g', { memberId: 'a', memberEpoch: -1 })
    await s.describe('g')
    await s.list(['empty'], ['consumer', 'classic'])
    await s.deleteOffset('g', 't')
    await s.commit('g', 't', '', -1)
    await s.commit('g', 't', 'a', 4)
    await s.beat('g', join('c', ['t']))
    await s.beat('g', { memberId: 'c', memberEpoch: -1 })
    await s.deleteGroup('g')
    await s.describe('g')
    await s.fetch('g', 't', null, -1)
  },

  async 'many members, uniform'(s) {
    await s.createTopic('t', 11)
    await s.configure('g')
    const ids = ['x', 'member-1', 'member-2', 'q', 'a-b-c', 'zz', 'b']
    for (const [i, id] of ids.entries()) await s.beat('g', join(id, ['t'], { rackId: `rack-${i % 2}` }))
    await s.describe('g')
    for (const id of ids.slice(0, 4)) await s.beat('g', { memberId: id, memberEpoch: -1 })
    await s.beat('g', join('late', ['t']))
    await s.describe('g')
  },

  async 'members that want different topics'(s) {
    await s.createTopic('t', 7)
    await s.createTopic('u', 4)
    for (const serverAssignor of ['uniform', 'range']) {
      const group = `g-${serverAssignor}`
      await s.configure(group)
      await s.beat(group, join('a', ['t', 'u'], { serverAssignor }))
      await s.beat(group, join('b', ['t', 'nowhere'], { serverAssignor }))
      await s.beat(group, join('c', ['u'], { serverAssignor }))
      await s.describe(group)
      await s.beat(group, { memberId: 'b', memberEpoch: 3, subscribedTopicNames: [] })
      await s.describe(group)
      await s.beat(group, { memberId: 'c', memberEpoch: 4, subscribedTopicNames: ['t'], owns: {} })
      await s.describe(group)
    }
    await s.configure('votes')
    for (const [id, serverAssignor] of [
      ['a', 'range'],
      ['b', 'uniform'],
      ['c', 'range'],
    ]) {
      await s.beat('votes', join(id, ['t'], { serverAssignor }))
    }
    await s.describe('votes')
  },

  async 'static members'(s) {
    await s.createTopic('t', 4)
    await s.configure('g')
    await s.beat('g', join('a', ['t'], { instanceId: 'one' }))
    await s.beat('g', join('b', ['t'], { instanceId: 'two' }))
    await s.beat('g', join('c', ['t'], { instanceId: 'one' }))
    await s.beat('g', { memberId: 'c', memberEpoch: 2, instanceId: 'one' })
    await s.beat('g', { memberId: 'c', memberEpoch: -1, instanceId: 'one' })
    await s.beat('g', { memberId: 'a', memberEpoch: 2, instanceId: 'three' })
    await s.beat('g', { memberId: 'a', memberEpoch: 2, instanceId: 'one' })
    await s.beat('g', { memberId: 'a', memberEpoch: 2, instanceId: 'one', owns: { t: [0, 1] } })
    await s.beat('g', { memberId: 'b', memberEpoch: 3, instanceId: 'two', owns: {} })
    await s.describe('g')
    await s.beat('g', { memberId: 'b', memberEpoch: -2, instanceId: 'two' })
    await s.describe('g')
    await s.beat('g', { memberId: 'a', memberEpoch: 3, instanceId: 'one', owns: { t: [0, 1] } })
    await s.beat('g', join('d', ['t'], { instanceId: 'two' }))
    await s.describe('g')
    await s.beat('g', { memberId: 'b', memberEpoch: 3, instanceId: 'two' })
    await s.beat('g', { memberId: 'd', memberEpoch: -1, instanceId: 'two' })
    await s.describe('g')
    await s.beat('g', { memberId: 'a', memberEpoch: -1 })
    await s.describe('g')
  },

  async 'regular expressions'(s) {
    await s.createTopic('red-1', 2)
    await s.createTopic('red-2', 5)
    await s.createTopic('blue', 4)
    await s.configure('g')
    const expression = { subscribedTopicNames: null, subscribedTopicRegex: 'PREFIX(red.*|green)' }
    await s.beat('g', join('a', [], expression))
    const epoch = await s.beatUntil('g', { memberId: 'a', memberEpoch: 1 }, has('red-1'))
    await s.describe('g')
    await s.beat('g', join('b', [], { ...expression, subscribedTopicRegex: 'PREFIX.*2' }))
    await s.beat('g', { memberId: 'a', memberEpoch: epoch, subscribedTopicRegex: '[' })
    await s.beat('g', { memberId: 'a', memberEpoch: epoch, subscribedTopicRegex: '', subscribedTopicNames: ['blue'] })
    await s.describe('g')
    await s.beat('g', join('c', ['blue'], { subscribedTopicRegex: 'PREFIXred-1' }))
    await s.untilEpoch('g', 5)
    await s.beat('g', { memberId: 'b', memberEpoch: -1 })
    await s.describe('g')
    await s.configure('h')
    const blue = { subscribedTopicNames: null, subscribedTopicRegex: 'PREFIXb(l|u|e)+' }
    await s.beat('h', join('a', [], blue))
    const last = await s.beatUntil('h', { memberId: 'a', memberEpoch: 1 }, has('blue'))
    await s.beat('h', join('b', [], blue))
    await s.beat('h', { memberId: 'a', memberEpoch: last, owns: { blue: [0, 1] } })
    await s.describe('h')
  },

  async 'topics that grow, go and come'(s) {
    await s.createTopic('t', 2)
    await s.configure('g')
    await s.beat('g', join('a', ['t', 'later']))
    await s.beat('g', { memberId: 'a', memberEpoch: 2, owns: { t: [0, 1] } })
    await s.grow('t', 4)
    await s.beatUntil('g', { memberId: 'a', memberEpoch: 2 }, (has) => has?.['t']?.length === 4)
    await s.describe('g')
    await s.createTopic('later', 1)
    await s.beatUntil('g', { memberId: 'a', memberEpoch: 3 }, has('later'))
    await s.describe('g')
    await s.deleteTopic('t')
    await s.beatUntil('g', { memberId: 'a', memberEpoch: 4 }, (has) => has !== null && !('t' in has))
    await s.beat('g', { memberId: 'a', memberEpoch: 4, owns: { later: [0] } })
    await s.describe('g')
  },

  async 'a classic group becomes a consumer group and is one again'(s) {
    await s.createTopic('t', 4)
    await s.configure('g')
    const first = await s.join('g', '', ['t'])
    const id = first.memberId
    await s.sync('g', id, 1, { [id]: { t: [0, 1, 2, 3] } })
    await s.describe('g')
    await s.beat('g', join('new', ['t']))
    await s.list(['reconciling', 'stable', 'assigning'], ['consumer'])
    await s.describeClassic('g')
    await s.beatClassic('g', id, 1)
    await s.commit('g', 't', id, 1, 8)
    const again = await s.join('g', id, ['t'], { t: [0, 1, 2, 3] })
    await s.sync('g', id, again.generationId)
    await s.sync('g', id, 7)
    await s.beatClassic('g', id, again.generationId)
    const last = await s.join('g', id, ['t'], { t: [0, 1] })
    await s.sync('g', id, last.generationId)
    await s.beatClassic('g', id, last.generationId)
    await s.beatClassic('g', id, 1)
    await s.beatClassic('g', 'nobody', 1)
    await s.beatClassic('g', 'new', 2)
    await s.beat('g', { memberId: 'new', memberEpoch: 2, owns: {} })
    await s.commit('g', 't', id, last.generationId, 8)
    await s.fetch('g', 't', null, -1)
    await s.beat('g', { memberId: 'new', memberEpoch: -1 })
    await s.list([], ['classic', 'consumer'])
    await s.beatClassic('g', id, last.generationId)
    const back = await s.join('g', id, ['t'], { t: [0, 1] })
    await s.sync('g', id, back.generationId, { [id]: { t: [0, 1, 2, 3] } })
    await s.describeClassic('g')
    await s.beatClassic('g', id, back.generationId)
    await s.leaveClassic('g', [{ memberId: id }])
    await s.beat('g', join('only', ['t']))
    await s.leaveClassic('g', [{ memberId: 'only' }, { memberId: 'nobody' }, { memberId: '', groupInstanceId: 'box' }])
    await s.list([], [])
    await s.join('g', '', ['t'])
    await s.list([], [])
  },

  async 'a classic group that can not become a consumer group'(s) {
    await s.createTopic('t', 2)
    const { memberId } = await s.join('g', '', ['t'])
    await s.beat('g', { memberId: 'm', memberEpoch: 1 })
    await s.beat('g', { memberId: 'm', memberEpoch: -1 })
    await s.leaveClassic('g', [{ memberId }])
    await s.beat('g', join('m', ['t']))
    await s.describe('g')
  },

  async 'static members of both kinds'(s) {
    await s.createTopic('t', 4)
    await s.configure('g')
    await s.beat('g', join('a', ['t'], { instanceId: 'one' }))
    const classic = await s.join('g', '', ['t'], {}, 'one')
    await s.list([], [])
    await s.describeClassic('g')
    await s.beat('g', { memberId: 'a', memberEpoch: 2, instanceId: 'one' })
    await s.sync('g', classic.memberId, classic.generationId)
    await s.beat('g', join('b', ['t'], { instanceId: 'one' }))
    await s.describe('g')
    await s.beatClassic('g', classic.memberId, classic.generationId)
  },
}
