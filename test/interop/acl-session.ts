// A session of calls by several principals, for a broker with an authorizer: administration of ACLs and SCRAM users, and each
// API by those who may and those who may not. Run against two brokers, the answers have to be the same.

import { once } from 'node:events'
import type { Api, Input } from '../../src/protocol/api.ts'
import { Produce } from '../../src/protocol/apis/00-produce.ts'
import { Fetch } from '../../src/protocol/apis/01-fetch.ts'
import { ListOffsets } from '../../src/protocol/apis/02-list-offsets.ts'
import { Metadata } from '../../src/protocol/apis/03-metadata.ts'
import { OffsetCommit } from '../../src/protocol/apis/08-offset-commit.ts'
import { OffsetFetch } from '../../src/protocol/apis/09-offset-fetch.ts'
import { FindCoordinator } from '../../src/protocol/apis/10-find-coordinator.ts'
import { JoinGroup } from '../../src/protocol/apis/11-join-group.ts'
import { Heartbeat } from '../../src/protocol/apis/12-heartbeat.ts'
import { LeaveGroup } from '../../src/protocol/apis/13-leave-group.ts'
import { SyncGroup } from '../../src/protocol/apis/14-sync-group.ts'
import { DescribeGroups } from '../../src/protocol/apis/15-describe-groups.ts'
import { ListGroups } from '../../src/protocol/apis/16-list-groups.ts'
import { SaslHandshake } from '../../src/protocol/apis/17-sasl-handshake.ts'
import { CreateTopics } from '../../src/protocol/apis/19-create-topics.ts'
import { DeleteTopics } from '../../src/protocol/apis/20-delete-topics.ts'
import { DeleteRecords } from '../../src/protocol/apis/21-delete-records.ts'
import { InitProducerId } from '../../src/protocol/apis/22-init-producer-id.ts'
import { OffsetForLeaderEpoch } from '../../src/protocol/apis/23-offset-for-leader-epoch.ts'
import { AddPartitionsToTxn } from '../../src/protocol/apis/24-add-partitions-to-txn.ts'
import { AddOffsetsToTxn } from '../../src/protocol/apis/25-add-offsets-to-txn.ts'
import { EndTxn } from '../../src/protocol/apis/26-end-txn.ts'
import { WriteTxnMarkers } from '../../src/protocol/apis/27-write-txn-markers.ts'
import { TxnOffsetCommit } from '../../src/protocol/apis/28-txn-offset-commit.ts'
import { DescribeAcls } from '../../src/protocol/apis/29-describe-acls.ts'
import { CreateAcls } from '../../src/protocol/apis/30-create-acls.ts'
import { DeleteAcls } from '../../src/protocol/apis/31-delete-acls.ts'
import { DescribeConfigs } from '../../src/protocol/apis/32-describe-configs.ts'
import { AlterConfigs } from '../../src/protocol/apis/33-alter-configs.ts'
import { AlterReplicaLogDirs } from '../../src/protocol/apis/34-alter-replica-log-dirs.ts'
import { DescribeLogDirs } from '../../src/protocol/apis/35-describe-log-dirs.ts'
import { SaslAuthenticate } from '../../src/protocol/apis/36-sasl-authenticate.ts'
import { CreatePartitions } from '../../src/protocol/apis/37-create-partitions.ts'
import { CreateDelegationToken } from '../../src/protocol/apis/38-create-delegation-token.ts'
import { DescribeDelegationToken } from '../../src/protocol/apis/41-describe-delegation-token.ts'
import { DeleteGroups } from '../../src/protocol/apis/42-delete-groups.ts'
import { ElectLeaders } from '../../src/protocol/apis/43-elect-leaders.ts'
import { IncrementalAlterConfigs } from '../../src/protocol/apis/44-incremental-alter-configs.ts'
import { AlterPartitionReassignments } from '../../src/protocol/apis/45-alter-partition-reassignments.ts'
import { ListPartitionReassignments } from '../../src/protocol/apis/46-list-partition-reassignments.ts'
import { OffsetDelete } from '../../src/protocol/apis/47-offset-delete.ts'
import { DescribeClientQuotas } from '../../src/protocol/apis/48-describe-client-quotas.ts'
import { AlterClientQuotas } from '../../src/protocol/apis/49-alter-client-quotas.ts'
import { DescribeUserScramCredentials } from '../../src/protocol/apis/50-describe-user-scram-credentials.ts'
import { AlterUserScramCredentials } from '../../src/protocol/apis/51-alter-user-scram-credentials.ts'
import { DescribeQuorum } from '../../src/protocol/apis/55-describe-quorum.ts'
import { UpdateFeatures } from '../../src/protocol/apis/57-update-features.ts'
import { DescribeCluster } from '../../src/protocol/apis/60-describe-cluster.ts'
import { DescribeProducers } from '../../src/protocol/apis/61-describe-producers.ts'
import { UnregisterBroker } from '../../src/protocol/apis/64-unregister-broker.ts'
import { DescribeTransactions } from '../../src/protocol/apis/65-describe-transactions.ts'
import { ListTransactions } from '../../src/protocol/apis/66-list-transactions.ts'
import { ConsumerGroupHeartbeat } from '../../src/protocol/apis/68-consumer-group-heartbeat.ts'
import { ConsumerGroupDescribe } from '../../src/protocol/apis/69-consumer-group-describe.ts'
import { ListConfigResources } from '../../src/protocol/apis/74-list-config-resources.ts'
import { DescribeTopicPartitions } from '../../src/protocol/apis/75-describe-topic-partitions.ts'
import { AddRaftVoter } from '../../src/protocol/apis/80-add-raft-voter.ts'
import { RemoveRaftVoter } from '../../src/protocol/apis/81-remove-raft-voter.ts'
import { batchOf, RawClient } from '../broker/harness.ts'

export interface Endpoints {
  /** Where clients log in with PLAIN. */
  sasl: number
  /** Where they are User:ANONYMOUS. */
  plain: number
  /** By user. `admin` is a super user. */
  passwords: Readonly<Record<string, string>>
}

export interface Answer {
  what: string
  answer: unknown
}

const resource = { topic: 2, group: 3, cluster: 4, transactionalId: 5, user: 7 }
const pattern = { any: 1, match: 2, literal: 3, prefixed: 4 }
const operation = {
  any: 1,
  all: 2,
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  clusterAction: 9,
  describeConfigs: 10,
  alterConfigs: 11,
  idempotentWrite: 12,
}
const permission = { any: 1, deny: 2, allow: 3 }

type Creation = Input<import('../../src/protocol/apis/30-create-acls.ts').AclCreation>

function acl(
  who: string,
  what: keyof typeof operation,
  type: keyof typeof resource,
  name: string,
  more: Creation = {},
): Creation {
  return {
    resourceType: resource[type],
    resourceName: name,
    resourcePatternType: pattern.literal,
    principal: `User:${who}`,
    host: '*',
    operation: operation[what],
    permissionType: permission.allow,
    ...more,
  }
}

const deny = { permissionType: permission.deny }
const prefixed = { resourcePatternType: pattern.prefixed }
const everything = {
  resourceTypeFilter: 1,
  resourceNameFilter: null,
  patternTypeFilter: pattern.any,
  principalFilter: null,
  hostFilter: null,
  operation: operation.any,
  permissionType: permission.any,
}

class Session {
  readonly answers: Answer[] = []
  private readonly endpoints: Endpoints
  private readonly clients = new Map<string, RawClient>()

  constructor(endpoints: Endpoints) {
    this.endpoints = endpoints
  }

  /** A call by a user; `ANONYMOUS` comes without a login. */
  async call<Request, Response>(
    user: string,
    api: Api<Request, Response>,
    version: number,
    body: Input<Request>,
  ): Promise<Response> {
    const client = this.clients.get(user) ?? (await this.open(user))
    this.clients.set(user, client)
    return client.call(api, version, body).catch((error) => {
      this.clients.delete(user)
      throw error
    })
  }

  /** A call whose answer counts. */
  async ask<Request, Response>(
    what: string,
    user: string,
    api: Api<Request, Response>,
    version: number,
    body: Input<Request>,
  ): Promise<void> {
    let answer: unknown
    try {
      answer = normal(await this.call(user, api, version, body))
    } catch (error) {
      answer = (error as Error).message
    }
    this.answers.push({ what: `${user}: ${api.name} ${version}, ${what}`, answer })
  }

  close(): void {
    for (const { socket } of this.clients.values()) socket.destroy()
  }

  private async open(user: string): Promise<RawClient> {
    const { sasl, plain, passwords } = this.endpoints
    const client = new RawClient(user === 'ANONYMOUS' ? plain : sasl)
    await once(client.socket, 'connect')
    if (user === 'ANONYMOUS') return client
    await client.call(SaslHandshake, 1, { mechanism: 'PLAIN' })
    const { errorCode } = await client.call(SaslAuthenticate, 2, {
      authBytes: Buffer.from(`\0${user}\0${passwords[user]}`),
    })
    if (errorCode !== 0) throw new Error(`${user} does not get in`)
    return client
  }
}

/** Fields that differ between any two brokers. */
const OWN = new Set(
  'throttleTimeMs clusterId host port topicId producerId producerEpoch logDir totalBytes usableBytes'
    .split(' ')
    .concat(
      'logAppendTimeMs memberId leader transactionStartTimeMs lastTimestamp memberMetadata clientHost nodes'.split(' '),
      'currentLeader nodeEndpoints logEndOffset highWatermark partitionSize isCordoned lastFetchTimestamp'.split(' '),
      'lastCaughtUpTimestamp replicaDirectoryId leaderEpoch coordinatorEpoch'.split(' '),
    ),
)

/** An answer as it is compared: without what is each broker's own, lists in one order. */
function normal(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return `${value.length} bytes`
  if (Array.isArray(value)) {
    return value.map(normal).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([name]) => !OWN.has(name))
  return Object.fromEntries(
    fields.map(([name, each]) => {
      // Kafka shows the whole request as Java prints it.
      if (name === 'errorMessage')
        return [name, each && String(each).replace(/^Request .* (?=needs [A-Z_]+ permission)/, '')]
      return [name, normal(each)]
    }),
  )
}

export async function aclSession(endpoints: Endpoints): Promise<Answer[]> {
  const session = new Session(endpoints)
  try {
    const ids = await prepare(session)
    await administer(session)
    await topics(session, ids)
    await records(session, ids)
    await groups(session, ids)
    await transactions(session)
    await cluster(session)
    await rules(session)
    await destroy(session, ids)
    return session.answers
  } finally {
    session.close()
  }
}

const names = ['open', 'hidden', 'read-1', 'read-2', 'write-1', 'both']

/** Topics with a record each, and everybody's rights. Returns the topics' ids. */
async function prepare(session: Session): Promise<Record<string, string>> {
  const ids: Record<string, string> = {}
  const wanted = names.map((name) => ({ name, numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }))
  const made = await session.call('admin', CreateTopics, 7, { topics: wanted, timeoutMs: 10_000 })
  for (const { name, topicId } of made.topics) ids[name] = topicId
  await settled(session)
  for (const name of names) {
    const topicData = () => [{ name, partitionData: [{ index: 0, records: batchOf(['k:v']) }] }]
    const produce = () => session.call('admin', Produce, 9, { acks: 1, timeoutMs: 5000, topicData: topicData() })
    while ((await produce()).responses[0]?.partitionResponses[0]?.errorCode !== 0);
  }
  const creations = [
    acl('alice', 'read', 'topic', 'read-', prefixed),
    acl('alice', 'all', 'topic', 'both'),
    acl('alice', 'write', 'topic', 'write-1'),
    acl('alice', 'read', 'group', 'alice-', prefixed),
    acl('alice', 'write', 'transactionalId', 'alice-tx'),
    acl('alice', 'delete', 'group', 'alice-gone'),
    acl('bob', 'describe', 'topic', '*'),
    acl('bob', 'describeConfigs', 'topic', 'open'),
    acl('bob', 'alterConfigs', 'topic', 'both'),
    acl('bob', 'describe', 'group', '*'),
    acl('bob', 'describe', 'transactionalId', '*'),
    acl('bob', 'describe', 'cluster', 'kafka-cluster'),
    acl('bob', 'delete', 'topic', 'write-', prefixed),
    acl('carol', 'all', 'topic', '*'),
    acl('carol', 'read', 'topic', 'hidden', deny),
    acl('carol', 'write', 'topic', 'read-', { ...prefixed, ...deny }),
    acl('carol', 'all', 'group', '*'),
    acl('carol', 'all', 'transactionalId', '*'),
    acl('carol', 'create', 'cluster', 'kafka-cluster'),
    acl('carol', 'alter', 'cluster', 'kafka-cluster'),
    acl('carol', 'alterConfigs', 'cluster', 'kafka-cluster'),
    acl('dave', 'all', 'topic', '*', { host: '10.1.2.3' }),
    acl('dave', 'create', 'topic', 'dave-', prefixed),
    acl('dave', 'idempotentWrite', 'cluster', 'kafka-cluster'),
    acl('*', 'describe', 'topic', 'open'),
    acl('ANONYMOUS', 'read', 'topic', 'open'),
  ]
  await allow(session, creations)
  for (const keyType of [0, 1]) await coordinator(session, keyType)
  const producer = { transactionalId: null, transactionTimeoutMs: 1000, producerId: -1, producerEpoch: -1 }
  while ((await session.call('admin', InitProducerId, 4, producer)).errorCode !== 0);
  return ids
}

/** Makes ACLs and waits until the broker goes by them. */
async function allow(session: Session, creations: readonly Creation[]): Promise<void> {
  await session.call('admin', CreateAcls, 3, { creations })
  const filters = creations.map(filterOf)
  while ((await Promise.all(filters.map((each) => count(session, each)))).includes(0));
}

async function disallow(session: Session, creations: readonly Creation[]): Promise<void> {
  const filters = creations.map(filterOf)
  await session.call('admin', DeleteAcls, 3, { filters })
  while ((await Promise.all(filters.map((each) => count(session, each)))).some((found) => found > 0));
}

async function count(session: Session, filter: ReturnType<typeof filterOf>): Promise<number> {
  return (await session.call('admin', DescribeAcls, 3, filter)).resources.length
}

function filterOf(creation: Creation) {
  const { resourceType = 0, resourceName = '', resourcePatternType = 0, principal = '', host = '' } = creation
  return {
    resourceTypeFilter: resourceType,
    resourceNameFilter: resourceName,
    patternTypeFilter: resourcePatternType,
    principalFilter: principal,
    hostFilter: host,
    operation: creation.operation ?? 0,
    permissionType: creation.permissionType ?? 0,
  }
}

/** Kafka makes partitions, and the topics of coordinators, after it has answered. */
async function settled(session: Session): Promise<void> {
  for (;;) {
    const { topics } = await session.call('admin', Metadata, 12, { topics: names.map((name) => ({ name })) })
    if (
      topics.every((topic) => topic.partitions.length > 0 && topic.partitions.every((each) => each.errorCode === 0))
    ) {
      return
    }
  }
}

async function coordinator(session: Session, keyType: number): Promise<void> {
  for (;;) {
    const { coordinators } = await session.call('admin', FindCoordinator, 4, { keyType, coordinatorKeys: ['x'] })
    if (coordinators[0]?.errorCode === 0) return
  }
}

async function administer(session: Session): Promise<void> {
  const { ask } = bound(session)
  await ask('all', 'admin', DescribeAcls, 3, everything)
  await ask('nobody may', 'alice', DescribeAcls, 3, everything)
  await ask('may describe', 'bob', DescribeAcls, 2, everything)
  await ask('matching', 'bob', DescribeAcls, 3, {
    ...everything,
    resourceTypeFilter: resource.topic,
    resourceNameFilter: 'read-1',
    patternTypeFilter: pattern.match,
  })
  await ask('a name and a principal', 'bob', DescribeAcls, 1, {
    ...everything,
    resourceNameFilter: 'open',
    principalFilter: 'User:*',
  })
  await ask('an operation that is not', 'bob', DescribeAcls, 3, { ...everything, operation: 99 })
  const wrong: Creation[] = [
    acl('eve', 'all', 'cluster', 'other'),
    acl('eve', 'all', 'topic', ''),
    acl('eve', 'any', 'topic', 'x'),
    acl('eve', 'read', 'topic', 'x', { resourcePatternType: pattern.match }),
    acl('eve', 'read', 'topic', 'x', { permissionType: permission.any }),
    acl('eve', 'read', 'topic', 'x', { resourceType: 1 }),
  ]
  for (const [index, creation] of wrong.entries()) {
    await ask(`wrong ${index}`, 'admin', CreateAcls, 3, { creations: [creation] })
  }
  for (const principal of ['eve', '', ':', 'User:', ':eve']) {
    await ask(`'${principal}' as a principal`, 'admin', CreateAcls, 3, {
      creations: [acl('', 'read', 'topic', 'x', { principal })],
    })
  }
  await ask('good and any', 'admin', CreateAcls, 3, {
    creations: [acl('eve', 'read', 'topic', 'y'), acl('eve', 'any', 'topic', 'y')],
  })
  for (const odd of [{ resourceType: 99 }, { resourcePatternType: 99 }, { permissionType: 99 }, { resourceType: 0 }]) {
    await ask(`unknown ${JSON.stringify(odd)}`, 'admin', CreateAcls, 3, {
      creations: [acl('eve', 'read', 'topic', 'x', odd)],
    })
  }
  await ask('unknown', 'admin', CreateAcls, 3, { creations: [acl('eve', 'read', 'topic', 'x', { operation: 99 })] })
  await ask('nothing known', 'admin', DescribeAcls, 3, { ...everything, operation: 0 })
  await ask('nothing known', 'admin', DeleteAcls, 3, { filters: [{ ...everything, patternTypeFilter: 0 }] })
  await ask('good, bad, and the same again', 'carol', CreateAcls, 3, {
    creations: [acl('eve', 'read', 'topic', 'x'), acl('eve', 'read', 'topic', ''), acl('eve', 'read', 'topic', 'x')],
  })
  await ask('refused', 'bob', CreateAcls, 2, { creations: [acl('bob', 'all', 'topic', '*')] })
  await ask('refused', 'bob', DeleteAcls, 3, { filters: [{ ...everything, principalFilter: 'User:eve' }] })
  await ask('two filters', 'carol', DeleteAcls, 3, {
    filters: [
      { ...everything, principalFilter: 'User:eve' },
      { ...everything, principalFilter: 'User:nobody' },
    ],
  })
  await ask('unknown', 'admin', DeleteAcls, 3, { filters: [{ ...everything, resourceTypeFilter: 99 }] })
  const credential = {
    mechanism: 1,
    iterations: 4096,
    salt: Buffer.from('salt'),
    saltedPassword: Buffer.from('salted'),
  }
  await ask('set', 'carol', AlterUserScramCredentials, 0, {
    deletions: [],
    upsertions: [
      { name: 'eve', ...credential },
      { name: 'mallory', ...credential, iterations: 4095 },
      { name: 'trent', ...credential, iterations: 16_385 },
      { name: '', ...credential },
      { name: 'oscar', ...credential, mechanism: 7 },
    ],
  })
  await ask('refused', 'alice', AlterUserScramCredentials, 0, {
    deletions: [],
    upsertions: [{ name: 'a', ...credential }],
  })
  await ask('two mechanisms', 'admin', AlterUserScramCredentials, 0, {
    deletions: [],
    upsertions: [
      { name: 'eve', ...credential },
      { name: 'eve', ...credential, mechanism: 2 },
    ],
  })
  await ask('twice', 'admin', AlterUserScramCredentials, 0, {
    deletions: [{ name: 'eve', mechanism: 1 }],
    upsertions: [{ name: 'eve', ...credential }],
  })
  await session.call('admin', AlterUserScramCredentials, 0, {
    deletions: [],
    upsertions: [{ name: 'eve', ...credential, mechanism: 2 }],
  })
  const eve = { users: [{ name: 'eve' }] }
  const known = () => session.call('admin', DescribeUserScramCredentials, 0, eve)
  while ((await known()).results[0]?.credentialInfos.length !== 2);
  await ask('all', 'bob', DescribeUserScramCredentials, 0, { users: [] })
  await ask('some', 'bob', DescribeUserScramCredentials, 0, {
    users: [{ name: 'eve' }, { name: 'nobody' }, { name: 'nobody' }, { name: 'other' }],
  })
  await ask('refused', 'alice', DescribeUserScramCredentials, 0, { users: [{ name: 'eve' }] })
  await ask('delete', 'admin', AlterUserScramCredentials, 0, {
    deletions: [
      { name: 'eve', mechanism: 1 },
      { name: 'nobody', mechanism: 2 },
    ],
    upsertions: [],
  })
}

async function topics(session: Session, ids: Record<string, string>): Promise<void> {
  const { ask } = bound(session)
  const operations = { includeTopicAuthorizedOperations: true }
  for (const user of ['alice', 'bob', 'carol', 'dave', 'ANONYMOUS']) {
    const ownTopics = await session.call(user, Metadata, 12, { topics: null, ...operations })
    const shown = ownTopics.topics.filter(({ name }) => !name?.startsWith('__'))
    session.answers.push({ what: `${user}: all topics`, answer: normal(shown) })
    await ask('named', user, Metadata, 9, {
      topics: [...names, 'dave-new', 'no-such', 'b@d'].map((name) => ({ name })),
      allowAutoTopicCreation: false,
      ...operations,
      includeClusterAuthorizedOperations: true,
    })
  }
  await ask('by id', 'alice', Metadata, 12, {
    topics: [ids['both'], ids['hidden'], 'AAAAAAAAAAAAAAAAAAAAAQ'].map((topicId) => ({ topicId, name: null })),
  })
  await ask('none that may be seen', 'alice', Metadata, 4, { topics: [{ name: 'hidden' }] })
  await ask('none that may be seen', 'alice', Metadata, 0, { topics: [{ name: 'hidden' }] })
  await ask('one that would be made', 'alice', Metadata, 9, { topics: [{ name: 'read-3' }] })
  await ask('one that would be made', 'bob', Metadata, 9, { topics: [{ name: 'read-3' }, { name: 'b@d' }] })
  await ask('some', 'alice', DescribeTopicPartitions, 0, { topics: names.map((name) => ({ name })) })
  await ask('all', 'alice', DescribeTopicPartitions, 0, { topics: [] })
  await ask('none', 'dave', DescribeTopicPartitions, 0, { topics: [{ name: 'hidden' }] })
  for (const user of ['alice', 'bob', 'dave']) {
    const topic = (name: string) => ({ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] })
    const list = ['dave-1', 'other', '__cluster_metadata', 'x', 'x'].map(topic)
    await ask('some', user, CreateTopics, 7, { topics: list, timeoutMs: 5000, validateOnly: true })
  }
  const shown = await session.call('carol', CreateTopics, 6, {
    topics: [{ name: 'carols', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
    timeoutMs: 5000,
    validateOnly: true,
  })
  session.answers.push({ what: 'carol: sees configs', answer: normal({ ...shown.topics[0], configs: [] }) })
  await ask('more', 'alice', CreatePartitions, 3, {
    topics: ['both', 'hidden', 'both'].map((name) => ({ name, count: 3, assignments: null })),
    timeoutMs: 5000,
    validateOnly: true,
  })
  await ask('refused', 'bob', CreatePartitions, 3, {
    topics: [{ name: 'open', count: 3, assignments: null }],
    timeoutMs: 5000,
    validateOnly: true,
  })
  const configs = [2, 4, 8, 16, 32].map((resourceType) => ({
    resourceType,
    resourceName: resourceType === 2 ? 'open' : resourceType < 16 ? '1' : 'x',
    configurationKeys: ['retention.ms'],
  }))
  for (const user of ['bob', 'alice']) {
    // Kafka's loggers are its own.
    const resources = user === 'bob' ? configs : configs.filter(({ resourceType }) => resourceType !== 8)
    await ask('each kind', user, DescribeConfigs, 4, { resources })
  }
  const change = { name: 'retention.ms', configOperation: 0, value: '1000' }
  const changes = configs.map(({ resourceType, resourceName }) => ({ resourceType, resourceName, configs: [change] }))
  const own = { resourceType: 2, resourceName: 'both', configs: [change] }
  for (const user of ['bob', 'alice']) {
    await ask('each kind', user, IncrementalAlterConfigs, 1, { resources: [...changes, own], validateOnly: true })
    const legacy = [...changes.filter(({ resourceType }) => resourceType !== 8), own].map((each) => ({
      ...each,
      configs: [{ name: 'retention.ms', value: '1000' }],
    }))
    await ask('each kind', user, AlterConfigs, 2, { resources: legacy, validateOnly: true })
  }
  for (const user of ['bob', 'alice', 'carol']) await ask('all', user, ListConfigResources, 1, { resourceTypes: [2] })
}

async function records(session: Session, ids: Record<string, string>): Promise<void> {
  const { ask } = bound(session)
  const partition = () => ({ index: 0, records: batchOf(['a']) })
  for (const user of ['alice', 'carol', 'dave']) {
    await ask('by name', user, Produce, 9, {
      acks: 1,
      timeoutMs: 5000,
      topicData: [...names, 'no-such'].map((name) => ({
        name,
        partitionData: [partition(), { ...partition(), index: 7 }],
      })),
    })
  }
  await ask('by id', 'alice', Produce, 13, {
    acks: -1,
    timeoutMs: 5000,
    topicData: [ids['both'] as string, ids['hidden'] as string, 'AAAAAAAAAAAAAAAAAAAAAQ'].map((topicId) => ({
      topicId,
      partitionData: [partition()],
    })),
  })
  const transactional = {
    index: 0,
    records: batchOf(['t'], { transactional: true, producerId: 1, producerEpoch: 0, baseSequence: 0 }),
  }
  for (const transactionalId of ['alice-tx', 'other', null]) {
    await ask(`in the transaction of ${transactionalId}`, 'bob', Produce, 9, {
      acks: -1,
      timeoutMs: 5000,
      transactionalId,
      topicData: [
        { name: 'both', partitionData: [transactional] },
        { name: 'open', partitionData: [partition()] },
      ],
    })
  }
  const unheard = await session
    .call('bob', Produce, 9, { acks: 0, timeoutMs: 5000, topicData: [{ name: 'open', partitionData: [partition()] }] })
    .catch((error: Error) => error.message)
  session.answers.push({ what: 'bob: Produce without an answer', answer: unheard })
  const wanted = { partition: 0, fetchOffset: 0, partitionMaxBytes: 100_000 }
  for (const user of ['alice', 'bob', 'carol', 'ANONYMOUS']) {
    await ask('by name', user, Fetch, 12, {
      maxWaitMs: 0,
      minBytes: 0,
      topics: [...names, 'no-such'].map((topic) => ({ topic, partitions: [wanted] })),
    })
  }
  await ask('by id', 'alice', Fetch, 13, {
    maxWaitMs: 0,
    minBytes: 0,
    topics: [ids['both'], ids['hidden'], 'AAAAAAAAAAAAAAAAAAAAAQ'].map((topicId) => ({
      topicId,
      partitions: [wanted],
    })),
  })
  for (const user of ['alice', 'bob', 'carol']) {
    const at = names.map((name) => ({ name, partitions: [{ partitionIndex: 0, timestamp: -2 }] }))
    await ask('earliest', user, ListOffsets, 7, { replicaId: -1, topics: at })
  }
  for (const user of ['alice', 'bob']) {
    await ask('ends', user, OffsetForLeaderEpoch, 4, {
      replicaId: -1,
      topics: ['hidden', 'both', 'no-such'].map((topic) => ({
        topic,
        partitions: [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch: 0 }],
      })),
    })
    await ask('some', user, DeleteRecords, 2, {
      topics: ['hidden', 'both', 'no-such'].map((name) => ({ name, partitions: [{ partitionIndex: 0, offset: 1 }] })),
      timeoutMs: 5000,
    })
    await ask('some', user, DescribeProducers, 0, {
      topics: ['hidden', 'read-2', 'no-such', 'b@d'].map((name) => ({ name, partitionIndexes: [1] })),
    })
  }
}

async function groups(session: Session, ids: Record<string, string>): Promise<void> {
  const { ask } = bound(session)
  const member = { memberId: '', generationIdOrMemberEpoch: -1 }
  const offset = { partitionIndex: 0, committedOffset: 1, committedMetadata: 'm' }
  const commit = (groupId: string) => ({
    groupId,
    ...member,
    topics: names.map((name) => ({ name, partitions: [offset] })),
  })
  await session.call('admin', OffsetCommit, 9, commit('alice-1'))
  await session.call('admin', OffsetCommit, 9, commit('alice-gone'))
  await session.call('admin', OffsetCommit, 9, commit('bobs'))
  for (const user of ['alice', 'bob', 'carol']) {
    await ask('own and others', user, FindCoordinator, 4, { keyType: 0, coordinatorKeys: ['alice-1', 'bobs'] })
    await ask('of transactions', user, FindCoordinator, 4, { keyType: 1, coordinatorKeys: ['alice-tx', 'bobs'] })
    await ask('offsets', user, OffsetCommit, 9, commit('alice-1'))
    await ask('offsets', user, OffsetCommit, 8, commit('bobs'))
    await ask('own, others', user, OffsetFetch, 8, {
      groups: [
        { groupId: 'alice-1', topics: names.map((name) => ({ name, partitionIndexes: [0] })) },
        { groupId: 'bobs', topics: null },
        { groupId: 'alice-gone', topics: null },
      ],
    })
    await ask('all', user, ListGroups, 4, {})
    await ask('some', user, DescribeGroups, 6, { groups: ['alice-1', 'bobs', 'no'], includeAuthorizedOperations: true })
  }
  await ask('a share group', 'alice', FindCoordinator, 6, {
    keyType: 2,
    coordinatorKeys: ['g:AAAAAAAAAAAAAAAAAAAAAQ:0'],
  })
  await ask('others', 'alice', FindCoordinator, 3, { keyType: 0, key: 'bobs' })
  await ask('by id', 'alice', OffsetCommit, 10, {
    groupId: 'alice-1',
    ...member,
    topics: [ids['both'], ids['hidden'], 'AAAAAAAAAAAAAAAAAAAAAQ'].map((topicId) => ({
      topicId,
      partitions: [offset],
    })),
  })
  await ask('by id', 'alice', OffsetFetch, 10, {
    groups: [
      {
        groupId: 'alice-1',
        topics: [ids['both'], ids['hidden'], 'AAAAAAAAAAAAAAAAAAAAAQ'].map((topicId) => ({
          topicId,
          partitionIndexes: [0],
        })),
      },
    ],
  })
  for (const version of [1, 5, 7]) {
    const wanted = { topics: ['both', 'hidden'].map((name) => ({ name, partitionIndexes: [0] })) }
    await ask('own', 'alice', OffsetFetch, version, { groupId: 'alice-1', ...wanted })
    await ask('of others', 'alice', OffsetFetch, version, { groupId: 'bobs', ...wanted })
  }
  await ask('all of others', 'alice', OffsetFetch, 7, { groupId: 'bobs', topics: null })
  const protocols = [{ name: 'range', metadata: Buffer.from('m') }]
  const join = {
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    memberId: '',
    protocolType: 'consumer',
    protocols,
  }
  await ask('refused', 'alice', JoinGroup, 9, { groupId: 'bobs', ...join })
  await ask('refused', 'alice', JoinGroup, 5, { groupId: 'bobs', ...join })
  await ask('taken', 'alice', JoinGroup, 5, { groupId: 'alice-2', ...join })
  await ask('refused', 'alice', SyncGroup, 4, { groupId: 'bobs', generationId: 1, memberId: 'x' })
  await ask('refused', 'alice', Heartbeat, 4, { groupId: 'bobs', generationId: 1, memberId: 'x' })
  await ask('refused', 'alice', LeaveGroup, 5, { groupId: 'bobs', members: [{ memberId: 'x' }] })
  await ask('refused', 'alice', LeaveGroup, 2, { groupId: 'bobs', memberId: 'x' })
  const heartbeat = (groupId: string, memberId: string, subscription: object) => ({
    groupId,
    memberId,
    memberEpoch: 0,
    rebalanceTimeoutMs: 10_000,
    topicPartitions: [],
    ...subscription,
  })
  const none = { subscribedTopicNames: null, subscribedTopicRegex: null }
  const joined = async (what: string, groupId: string, subscription: object) =>
    ask(
      what,
      'alice',
      ConsumerGroupHeartbeat,
      1,
      heartbeat(groupId, 'AAAAAAAAAAAAAAAAAAAAAg', { ...none, ...subscription }),
    )
  await joined('of others', 'bobs-848', { subscribedTopicNames: ['both'] })
  await joined('topics of others', 'alice-848', { subscribedTopicNames: ['both', 'hidden'] })
  await joined('own', 'alice-848', { subscribedTopicNames: ['both'] })
  await joined('by expression', 'alice-re', { subscribedTopicRegex: '(both|hidden|read-1)' })
  const assigned = async () => {
    const { groups } = await session.call('admin', ConsumerGroupDescribe, 1, { groupIds: ['alice-re'] })
    return groups[0]?.members[0]?.targetAssignment.topicPartitions ?? []
  }
  const beat = { memberEpoch: 0, topicPartitions: null, rebalanceTimeoutMs: -1, ...none }
  for (let epoch = 1; (await assigned()).length === 0; ) {
    const next = { ...heartbeat('alice-re', 'AAAAAAAAAAAAAAAAAAAAAg', beat), memberEpoch: epoch }
    epoch = (await session.call('alice', ConsumerGroupHeartbeat, 1, next)).memberEpoch
  }
  session.answers.push({
    what: 'topics of an expression',
    answer: (await assigned()).map((each) => each.topicName).sort(),
  })
  for (const user of ['alice', 'bob', 'dave']) {
    await ask('some', user, ConsumerGroupDescribe, 1, {
      groupIds: ['alice-848', 'alice-1', 'no'],
      includeAuthorizedOperations: true,
    })
  }
  for (const user of ['alice', 'bob']) {
    await ask('offsets', user, OffsetDelete, 0, {
      groupId: 'alice-gone',
      topics: ['both', 'hidden'].map((name) => ({ name, partitions: [{ partitionIndex: 0 }] })),
    })
    await ask('groups', user, DeleteGroups, 2, { groupsNames: ['alice-gone', 'alice-1', 'bobs'] })
  }
}

async function transactions(session: Session): Promise<void> {
  const { ask } = bound(session)
  const none = { transactionTimeoutMs: 60_000, producerId: -1, producerEpoch: -1 }
  for (const user of ['alice', 'bob', 'carol', 'dave', 'ANONYMOUS']) {
    await ask('idempotent', user, InitProducerId, 4, { transactionalId: null, ...none })
  }
  await ask('refused', 'bob', InitProducerId, 4, { transactionalId: 'alice-tx', ...none })
  await ask('taken', 'alice', InitProducerId, 4, { transactionalId: 'alice-tx', ...none })
  const { producerId, producerEpoch } = await session.call('admin', InitProducerId, 4, {
    transactionalId: 'alice-tx',
    ...none,
  })
  const own = { producerId, producerEpoch }
  const add = (transactionalId: string, wanted: string[]) => ({
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
    v3AndBelowTopics: wanted.map((name) => ({ name, partitions: [0, 1] })),
  })
  await ask('refused', 'bob', AddPartitionsToTxn, 3, add('alice-tx', ['both']))
  await ask('some', 'alice', AddPartitionsToTxn, 3, add('alice-tx', ['both', 'hidden', 'no-such']))
  await ask('own', 'alice', AddPartitionsToTxn, 3, add('alice-tx', ['both', 'write-1']))
  await ask('for brokers', 'alice', AddPartitionsToTxn, 4, {
    transactions: [
      { transactionalId: 'alice-tx', ...own, verifyOnly: true, topics: [{ name: 'both', partitions: [0] }] },
    ],
  })
  await ask('refused', 'bob', AddOffsetsToTxn, 3, { transactionalId: 'alice-tx', ...own, groupId: 'alice-1' })
  await ask('of another group', 'alice', AddOffsetsToTxn, 3, { transactionalId: 'alice-tx', ...own, groupId: 'bobs' })
  await ask('own', 'alice', AddOffsetsToTxn, 3, { transactionalId: 'alice-tx', ...own, groupId: 'alice-1' })
  const offsets = (transactionalId: string, groupId: string) => ({
    transactionalId,
    groupId,
    ...own,
    topics: ['both', 'hidden', 'read-1'].map((name) => ({
      name,
      partitions: [{ partitionIndex: 0, committedOffset: 1 }],
    })),
  })
  await ask('refused', 'bob', TxnOffsetCommit, 3, offsets('alice-tx', 'alice-1'))
  await ask('of another group', 'alice', TxnOffsetCommit, 3, offsets('alice-tx', 'bobs'))
  await ask('own', 'alice', TxnOffsetCommit, 3, offsets('alice-tx', 'alice-1'))
  for (const user of ['alice', 'bob', 'dave']) {
    await ask('some', user, DescribeTransactions, 0, { transactionalIds: ['alice-tx', 'other'] })
    await ask('all', user, ListTransactions, 1, {})
  }
  await ask('refused', 'bob', EndTxn, 3, { transactionalId: 'alice-tx', ...own, committed: true })
  await ask('own', 'alice', EndTxn, 3, { transactionalId: 'alice-tx', ...own, committed: false })
  for (const user of ['alice', 'bob']) {
    await ask('refused', user, WriteTxnMarkers, 1, {
      markers: [{ producerId: 9, producerEpoch: 1, topics: [{ name: 'both', partitionIndexes: [0, 1] }] }],
    })
  }
}

async function cluster(session: Session): Promise<void> {
  const { ask } = bound(session)
  for (const user of ['alice', 'bob', 'carol']) {
    await ask('all', user, DescribeCluster, 1, { includeClusterAuthorizedOperations: true })
    const quotas = { entries: [{ entity: [{ entityType: 'user', entityName: 'alice' }], ops: [] }], validateOnly: true }
    await ask('a quota', user, AlterClientQuotas, 1, quotas)
    await ask('quotas', user, DescribeClientQuotas, 1, { components: [], strict: false })
    await ask('some', user, ElectLeaders, 2, { electionType: 0, topicPartitions: [{ topic: 'both', partitions: [0] }] })
    const partitions = [{ partitionIndex: 0, replicas: [1] }]
    await ask('one', user, AlterPartitionReassignments, 0, {
      timeoutMs: 5000,
      topics: [{ name: 'no-such', partitions }],
    })
    await ask('all', user, ListPartitionReassignments, 0, { timeoutMs: 5000, topics: null })
    const feature = { feature: 'metadata.version', maxVersionLevel: 1, upgradeType: 1 }
    if (user !== 'carol') await ask('one', user, UpdateFeatures, 1, { featureUpdates: [feature], validateOnly: true })
  }
  const moved = { dirs: [{ path: '/tmp', topics: [{ name: 'both', partitions: [0, 1] }] }] }
  await ask('refused', 'alice', AlterReplicaLogDirs, 2, moved)
  await ask('refused', 'alice', UnregisterBroker, 0, { brokerId: 9 })
  const voter = { clusterId: null, voterId: 9, voterDirectoryId: 'AAAAAAAAAAAAAAAAAAAAAQ' }
  await ask('refused', 'alice', AddRaftVoter, 0, { ...voter, timeoutMs: 1000, listeners: [] })
  await ask('refused', 'alice', RemoveRaftVoter, 0, voter)
  const token = { renewers: [], maxLifetimeMs: -1 }
  await ask('own', 'alice', CreateDelegationToken, 3, token)
  for (const ownerPrincipalName of ['alice', 'bob']) {
    const owner = { ownerPrincipalType: 'User', ownerPrincipalName }
    await ask(`of ${ownerPrincipalName}`, 'alice', CreateDelegationToken, 3, { ...token, ...owner })
  }
  await ask('of bob', 'ANONYMOUS', CreateDelegationToken, 3, {
    ...token,
    ownerPrincipalType: 'User',
    ownerPrincipalName: 'bob',
  })
  await ask('none', 'alice', DescribeDelegationToken, 3, { owners: null })
  await ask('refused', 'alice', UpdateFeatures, 2, { featureUpdates: [], validateOnly: true })
  await ask('refused', 'alice', ElectLeaders, 2, { electionType: 0, topicPartitions: null })
  await ask('refused', 'alice', ElectLeaders, 0, { topicPartitions: [{ topic: 'both', partitions: [0] }] })
  await ask('refused', 'alice', DescribeLogDirs, 4, { topics: null })
  await ask('refused', 'alice', DescribeLogDirs, 1, { topics: null })
  await ask('some', 'bob', DescribeLogDirs, 4, { topics: [{ topic: 'both', partitions: [0] }] })
  const quorum = { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] }
  await ask('refused', 'alice', DescribeQuorum, 2, quorum)
  await ask('taken', 'bob', DescribeQuorum, 1, quorum)
}

/** How rules come together: one topic, one user, and what changes from rule to rule. */
async function rules(session: Session): Promise<void> {
  const reads = async (what: string, ...creations: Creation[]) => {
    await allow(session, creations)
    const bits = []
    for (const user of ['frank', 'ANONYMOUS']) {
      const { topics } = await session.call(user, Metadata, 9, {
        topics: ['rule', 'rule-2', 'other-rule'].map((name) => ({ name })),
        allowAutoTopicCreation: false,
        includeTopicAuthorizedOperations: true,
      })
      bits.push(...topics.map((each) => [each.name, each.errorCode, each.topicAuthorizedOperations]).sort())
      const own = await session.call(user, InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1000 })
      bits.push([user, own.errorCode])
    }
    session.answers.push({ what: `rules: ${what}`, answer: bits })
    await disallow(session, creations)
  }
  await reads('none')
  for (const what of Object.keys(operation).filter((name) => name !== 'any') as (keyof typeof operation)[]) {
    if (what === 'clusterAction' || what === 'idempotentWrite') continue
    await reads(`allow ${what}`, acl('frank', what, 'topic', 'rule'))
    await reads(`all but ${what}`, acl('frank', 'all', 'topic', 'rule'), acl('frank', what, 'topic', 'rule', deny))
  }
  await reads(
    'allow prefixed, deny literal',
    acl('frank', 'all', 'topic', 'ru', prefixed),
    acl('frank', 'all', 'topic', 'rule', deny),
  )
  await reads(
    'allow literal, deny prefixed',
    acl('frank', 'all', 'topic', 'rule'),
    acl('frank', 'write', 'topic', 'r', { ...deny, ...prefixed }),
  )
  await reads(
    'allow all topics, deny prefixed',
    acl('frank', 'write', 'topic', '*'),
    acl('frank', 'write', 'topic', 'rule-', { ...deny, ...prefixed }),
  )
  await reads('deny all topics', acl('frank', 'write', 'topic', 'rule'), acl('frank', 'write', 'topic', '*', deny))
  await reads('a star as a prefix', acl('frank', 'read', 'topic', '*', prefixed))
  await reads('everybody', acl('*', 'read', 'topic', 'rule'))
  await reads('everybody but one', acl('*', 'read', 'topic', 'rule'), acl('frank', 'read', 'topic', 'rule', deny))
  await reads('nobody but one', acl('frank', 'read', 'topic', 'rule'), acl('*', 'read', 'topic', 'rule', deny))
  await reads('this host', acl('frank', 'read', 'topic', 'rule', { host: '127.0.0.1' }))
  await reads('another host', acl('frank', 'read', 'topic', 'rule', { host: '127.0.0.2' }))
  await reads(
    'not from this host',
    acl('frank', 'all', 'topic', 'rule'),
    acl('frank', 'write', 'topic', 'rule', { ...deny, host: '127.0.0.1' }),
  )
  await reads('another type of principal', acl('frank', 'read', 'topic', 'rule', { principal: 'Group:frank' }))
  await reads('every type of principal', acl('frank', 'read', 'topic', 'rule', { principal: 'Group:*' }))
}

async function destroy(session: Session, ids: Record<string, string>): Promise<void> {
  const { ask } = bound(session)
  const list = [
    ...['open', 'write-1', 'write-9', 'hidden'].map((name) => ({ name })),
    { name: null, topicId: ids['both'] },
  ]
  const more = [
    { name: null, topicId: ids['hidden'] },
    { name: null, topicId: 'AAAAAAAAAAAAAAAAAAAAAQ' },
  ]
  await ask('some', 'dave', DeleteTopics, 6, { topics: [...list, ...more], timeoutMs: 5000 })
  await ask('some', 'bob', DeleteTopics, 6, { topics: [...list, ...more], timeoutMs: 5000 })
  await ask('by name', 'alice', DeleteTopics, 5, {
    topicNames: ['hidden', 'both', 'read-1', 'read-9'],
    timeoutMs: 5000,
  })
  const filters = [{ ...everything, resourceTypeFilter: resource.topic }]
  await ask('all of topics', 'admin', DeleteAcls, 3, { filters })
  while ((await session.call('admin', DescribeAcls, 3, filters[0])).resources.length > 0);
  await ask('all that is left', 'admin', DescribeAcls, 3, everything)
}

/** `ask` on its own. */
function bound(session: Session) {
  return { ask: session.ask.bind(session) as Session['ask'] }
}
