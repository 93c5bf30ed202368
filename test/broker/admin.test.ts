// What admin tools ask of a cluster, as one node answers it: deleted records, directories, elections, quotas, users, features.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { RecordType } from '../../src/broker/metadata-image.ts'
import { Produce } from '../../src/protocol/apis/00-produce.ts'
import { ApiVersions } from '../../src/protocol/apis/18-api-versions.ts'
import { DeleteRecords } from '../../src/protocol/apis/21-delete-records.ts'
import { DescribeAcls } from '../../src/protocol/apis/29-describe-acls.ts'
import { CreateAcls } from '../../src/protocol/apis/30-create-acls.ts'
import { DeleteAcls } from '../../src/protocol/apis/31-delete-acls.ts'
import { AlterReplicaLogDirs } from '../../src/protocol/apis/34-alter-replica-log-dirs.ts'
import { DescribeLogDirs } from '../../src/protocol/apis/35-describe-log-dirs.ts'
import { CreateDelegationToken } from '../../src/protocol/apis/38-create-delegation-token.ts'
import { RenewDelegationToken } from '../../src/protocol/apis/39-renew-delegation-token.ts'
import { ExpireDelegationToken } from '../../src/protocol/apis/40-expire-delegation-token.ts'
import { DescribeDelegationToken } from '../../src/protocol/apis/41-describe-delegation-token.ts'
import { ElectLeaders } from '../../src/protocol/apis/43-elect-leaders.ts'
import { AlterPartitionReassignments } from '../../src/protocol/apis/45-alter-partition-reassignments.ts'
import { ListPartitionReassignments } from '../../src/protocol/apis/46-list-partition-reassignments.ts'
import { DescribeClientQuotas } from '../../src/protocol/apis/48-describe-client-quotas.ts'
import { AlterClientQuotas } from '../../src/protocol/apis/49-alter-client-quotas.ts'
import { DescribeUserScramCredentials } from '../../src/protocol/apis/50-describe-user-scram-credentials.ts'
import { AlterUserScramCredentials } from '../../src/protocol/apis/51-alter-user-scram-credentials.ts'
import { DescribeQuorum } from '../../src/protocol/apis/55-describe-quorum.ts'
import { UpdateFeatures } from '../../src/protocol/apis/57-update-features.ts'
import { DescribeProducers } from '../../src/protocol/apis/61-describe-producers.ts'
import { UnregisterBroker } from '../../src/protocol/apis/64-unregister-broker.ts'
import { AddRaftVoter } from '../../src/protocol/apis/80-add-raft-voter.ts'
import { RemoveRaftVoter } from '../../src/protocol/apis/81-remove-raft-voter.ts'
import { errorName } from '../../src/protocol/errors.ts'
import type { BatchFields } from '../../src/records/builder.ts'
import { batchOf, createTopic, type RawClient, start } from './harness.ts'

async function produce(client: RawClient, name: string, values: string[], fields: BatchFields = {}) {
  const topicData = [{ name, partitionData: [{ index: 0, records: batchOf(values, fields) }] }]
  const { responses } = await client.call(Produce, 9, { acks: -1, timeoutMs: 1000, topicData })
  assert.equal(responses[0].partitionResponses[0].errorCode, 0)
}

test('records are deleted up to an offset, or all of them', async (t) => {
  const { broker, client } = await start(t)
  await createTopic(client, 'orders')
  await createTopic(client, 'compacted', 1, { 'cleanup.policy': 'compact' })
  await produce(client, 'orders', ['a', 'b', 'c'])
  const deleteBefore = async (offset: number, name = 'orders', partitionIndex = 0) => {
    const topics = [{ name, partitions: [{ partitionIndex, offset }] }]
    const { lowWatermark, errorCode } = (await client.call(DeleteRecords, 2, { topics })).topics[0].partitions[0]
    return [lowWatermark, errorCode]
  }
  assert.deepEqual(await deleteBefore(2), [2, 0])
  assert.deepEqual(await deleteBefore(1), [2, 0])
  assert.equal(broker.partitions.get('orders', 0)?.log.startOffset, 2)
  assert.deepEqual(await deleteBefore(-1), [3, 0])
  assert.deepEqual(await deleteBefore(4), [-1, 1])
  assert.deepEqual(await deleteBefore(-5), [-1, 1])
  assert.deepEqual(await deleteBefore(0, 'nope'), [-1, 3])
  assert.deepEqual(await deleteBefore(0, 'orders', 7), [-1, 3])
  assert.deepEqual(await deleteBefore(0, 'compacted'), [-1, 44])
})

test('the data directory is described with what lies in it', async (t) => {
  const { broker, client } = await start(t)
  await createTopic(client, 'orders', 2)
  await createTopic(client, 'other')
  await produce(client, 'orders', ['a'])
  const size = broker.partitions.get('orders', 0)!.log.bytes
  const one = await client.call(DescribeLogDirs, 4, { topics: [{ topic: 'orders', partitions: [0, 7] }] })
  const { logDir, topics, totalBytes, usableBytes } = one.results[0]
  assert.equal(logDir, broker.dataDirectory)
  assert.ok(totalBytes > 0 && usableBytes > 0)
  const partition = { partitionIndex: 0, partitionSize: size, offsetLag: 0, isFutureKey: false }
  assert.deepEqual(topics, [{ name: 'orders', partitions: [partition] }])
  const all = await client.call(DescribeLogDirs, 5, { topics: null })
  assert.deepEqual(
    all.results[0].topics.map(({ name, partitions }) => [name, partitions.length]),
    [
      ['orders', 2],
      ['other', 1],
    ],
  )
})

test('producers are described with their sequence numbers', async (t) => {
  const { client } = await start(t)
  await createTopic(client, 'orders')
  await produce(client, 'orders', ['a', 'b'], { producerId: 7, producerEpoch: 3, baseSequence: 0 })
  const { topics } = await client.call(DescribeProducers, 0, { topics: [{ name: 'orders', partitionIndexes: [0, 9] }] })
  const [found, missing] = topics[0].partitions
  const { lastTimestamp, ...producer } = found.activeProducers[0]
  assert.ok(lastTimestamp > 0)
  const none = { coordinatorEpoch: -1, currentTxnStartOffset: -1 }
  assert.deepEqual(producer, { producerId: 7, producerEpoch: 3, lastSequence: 1, ...none })
  assert.equal(missing.errorCode, 3)
})

test('elections and reassignments have nothing to do', async (t) => {
  const { client } = await start(t)
  await createTopic(client, 'orders')
  const topicPartitions = [{ topic: 'orders', partitions: [0, 7] }]
  const elected = await client.call(ElectLeaders, 2, { electionType: 0, topicPartitions })
  assert.deepEqual(
    elected.replicaElectionResults[0].partitionResult.map(({ errorCode }) => errorCode),
    [84, 3],
  )
  assert.equal((await client.call(ElectLeaders, 2, { electionType: 5, topicPartitions })).errorCode, 42)
  const reassign = async (replicas: number[] | null) => {
    const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, replicas }] }]
    const { responses } = await client.call(AlterPartitionReassignments, 1, { topics })
    return responses[0].partitions[0].errorCode
  }
  assert.deepEqual(
    [await reassign([1]), await reassign([2]), await reassign([]), await reassign(null)],
    [0, 39, 39, 85],
  )
  assert.deepEqual((await client.call(ListPartitionReassignments, 0, { topics: null })).topics, [])
})

test('without an authorizer ACLs are refused', async (t) => {
  const { client } = await start(t)
  const any = { resourceTypeFilter: 1, patternTypeFilter: 1, operation: 1, permissionType: 1 }
  const acl = { resourceType: 2, resourceName: 'x', resourcePatternType: 3, operation: 3, permissionType: 3 }
  assert.equal((await client.call(DescribeAcls, 3, any)).errorCode, 54)
  assert.equal((await client.call(CreateAcls, 3, { creations: [acl, acl] })).results[1].errorCode, 54)
  assert.equal((await client.call(DeleteAcls, 3, { filters: [any] })).filterResults[0].errorCode, 54)
})

type Entity = [type: string, name: string | null][]

async function alterQuota(client: RawClient, parts: Entity, key: string, value: number, remove = false) {
  const entity = parts.map(([entityType, entityName]) => ({ entityType, entityName }))
  const entries = [{ entity, ops: [{ key, value, remove }] }]
  const { errorCode, errorMessage } = (await client.call(AlterClientQuotas, 1, { entries })).entries[0]
  return errorCode === 0 ? 'done' : errorMessage
}

async function quotas(
  client: RawClient,
  components: [type: string, match: number, name: string | null][] = [],
  strict = false,
) {
  const answer = await client.call(DescribeClientQuotas, 1, {
    components: components.map(([entityType, matchType, match]) => ({ entityType, matchType, match })),
    strict,
  })
  if (answer.entries === null) return answer.errorMessage
  return answer.entries.map(({ entity, values }) =>
    [
      ...entity.map((each) => `${each.entityType}=${each.entityName}`),
      ...values.map((each) => `${each.key}:${each.value}`),
    ].join(' '),
  )
}

test('quotas and users are kept over a restart', async (t) => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'ktool-broker-'))
  const { broker, client } = await start(t, { dataDirectory })
  assert.equal(await alterQuota(client, [['user', 'bob']], 'producer_byte_rate', 1000), 'done')
  const both: Entity = [
    ['user', 'bob'],
    ['client-id', 'c'],
  ]
  assert.equal(await alterQuota(client, both, 'request_percentage', 0.5), 'done')
  assert.equal(await alterQuota(client, [['user', null]], 'consumer_byte_rate', 9), 'done')
  assert.equal(await alterQuota(client, [['ip', '127.0.0.1']], 'connection_creation_rate', 7), 'done')
  const upsertions = ['eve', 'zoe'].map((name) => ({
    name,
    mechanism: 1,
    iterations: 4096,
    salt: Buffer.from('salt'),
    saltedPassword: Buffer.alloc(32, 1),
  }))
  await client.call(AlterUserScramCredentials, 0, { upsertions })
  await client.call(AlterUserScramCredentials, 0, { deletions: [{ name: 'zoe', mechanism: 1 }] })
  // What the snapshot holds is read from there.
  await broker.metadata.snapshot()
  await broker.close()

  const again = (await start(t, { dataDirectory })).client
  t.after(() => rmSync(dataDirectory, { recursive: true, force: true }))
  assert.deepEqual(await quotas(again), [
    'user=bob producer_byte_rate:1000',
    'client-id=c user=bob request_percentage:0.5',
    'user=null consumer_byte_rate:9',
    'ip=127.0.0.1 connection_creation_rate:7',
  ])
  assert.deepEqual(await quotas(again, [['user', 0, 'bob']], true), ['user=bob producer_byte_rate:1000'])
  assert.deepEqual(await quotas(again, [['user', 1, null]]), ['user=null consumer_byte_rate:9'])
  assert.equal((await quotas(again, [['user', 2, null]]))?.length, 3)
  assert.equal(await quotas(again, [['foo', 0, 'x']]), 'Unsupported entity type foo')
  assert.equal(await alterQuota(again, [['user', null]], 'consumer_byte_rate', 0, true), 'done')
  assert.deepEqual(await quotas(again, [['user', 1, null]]), [])
  const { results } = await again.call(DescribeUserScramCredentials, 0, { users: null })
  assert.deepEqual(
    results.map(({ user, credentialInfos }) => [user, credentialInfos]),
    [['eve', [{ mechanism: 1, iterations: 4096 }]]],
  )
})

test('quotas and users that Kafka refuses are refused in its words', async (t) => {
  const { client } = await start(t)
  const refused: [Entity, string, number, string][] = [
    [[['user', 'bob']], 'foo', 1, 'Invalid configuration key foo'],
    [[['user', 'bob']], 'producer_byte_rate', 0, 'Quota producer_byte_rate must be greater than 0'],
    [[['user', 'bob']], 'producer_byte_rate', 1.5, 'producer_byte_rate cannot be a fractional value.'],
    [[['user', 'bob']], 'producer_byte_rate', 1e30, 'Proposed value for producer_byte_rate is too large for a LONG.'],
    [[['user', '']], 'producer_byte_rate', 1, 'Empty user not supported'],
    [[['ip', '127.0.0.1']], 'producer_byte_rate', 1, 'Invalid configuration key producer_byte_rate'],
    [[['foo', 'bob']], 'producer_byte_rate', 1, 'Unhandled client quota entity type: foo'],
    [[], 'producer_byte_rate', 1, 'Invalid empty client quota entity'],
  ]
  for (const [entity, key, value, message] of refused) {
    assert.equal(await alterQuota(client, entity, key, value), message)
  }
  const alterUser = async (name: string, mechanism: number, iterations: number) => {
    const saltedPassword = Buffer.alloc(32, 1)
    const upsertions = [{ name, mechanism, iterations, salt: Buffer.from('salt'), saltedPassword }]
    return (await client.call(AlterUserScramCredentials, 0, { upsertions })).results[0].errorMessage
  }
  assert.equal(await alterUser('', 1, 4096), 'Username must not be empty')
  assert.equal(await alterUser('a', 9, 4096), 'Unknown SCRAM mechanism')
  assert.equal(await alterUser('a', 1, 4095), 'Too few iterations')
  assert.equal(await alterUser('a', 2, 16_385), 'Too many iterations')
  const deletions = [{ name: 'nope', mechanism: 1 }]
  assert.equal((await client.call(AlterUserScramCredentials, 0, { deletions })).results[0].errorCode, 91)
  const { results } = await client.call(DescribeUserScramCredentials, 0, { users: [{ name: 'a' }, { name: 'a' }] })
  assert.deepEqual(
    results.map(({ errorCode }) => errorCode),
    [92],
  )
})

test('the quorum is this node', async (t) => {
  const { broker, client } = await start(t)
  const topics = [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }, { partitionIndex: 1 }] }]
  const answer = await client.call(DescribeQuorum, 2, { topics })
  const [found, missing] = answer.topics[0].partitions
  assert.deepEqual([found.leaderId, found.highWatermark], [1, broker.metadata.endOffset])
  assert.deepEqual(
    found.currentVoters.map(({ replicaId }) => replicaId),
    [1],
  )
  assert.equal(missing.errorCode, 3)
})

test('levels of features change all together or not at all', async (t) => {
  const { client } = await start(t)
  const update = async (feature: string, maxVersionLevel: number, upgradeType = 1, validateOnly = false) => {
    const featureUpdates = [{ feature, maxVersionLevel, upgradeType }]
    return (await client.call(UpdateFeatures, 2, { featureUpdates, validateOnly })).errorMessage
  }
  const levelOf = async (name: string) => {
    const versions = await client.call(ApiVersions, 4, { clientSoftwareName: 'test', clientSoftwareVersion: '1' })
    return versions.finalizedFeatures.find((each) => each.name === name)?.maxVersionLevel ?? 0
  }
  const elr = 'eligible.leader.replicas.version'
  assert.match((await update('foo', 1)) ?? '', /Local controller 1 does not support this feature\.$/)
  assert.match((await update('metadata.version', 99)) ?? '', /Local controller 1 only supports versions 7-30$/)
  assert.match(
    (await update('metadata.version', 20, 2)) ?? '',
    /Unsupported metadata\.version downgrade from 30 to 20\./,
  )
  assert.match((await update(elr, 0)) ?? '', /Can't downgrade the version of this feature/)
  assert.equal(await update(elr, 0, 2, true), null)
  assert.equal(await levelOf(elr), 1)
  assert.equal(await update(elr, 0, 2), null)
  assert.equal(await levelOf(elr), 0)
  const old = await client.call(UpdateFeatures, 1, {
    featureUpdates: [{ feature: elr, maxVersionLevel: 1, upgradeType: 1 }],
  })
  assert.deepEqual(
    old.results.map(({ feature, errorCode }) => [feature, errorCode]),
    [[elr, 0]],
  )
})

test('replicas are where they are: in the one data directory', async (t) => {
  const { client } = await start(t)
  await createTopic(client, 'orders', 2)
  const { logDir } = (await client.call(DescribeLogDirs, 4, { topics: null })).results[0]
  const move = async (path: string, partitions: number[]) => {
    const { results } = await client.call(AlterReplicaLogDirs, 2, {
      dirs: [{ path, topics: [{ name: 'orders', partitions }] }],
    })
    return results[0].partitions.map((each) => errorName(each.errorCode))
  }
  assert.deepEqual(await move(logDir, [0, 1, 2]), ['NONE', 'NONE', 'UNKNOWN_TOPIC_OR_PARTITION'])
  assert.deepEqual(await move('/elsewhere', [0, 2]), ['LOG_DIR_NOT_FOUND', 'LOG_DIR_NOT_FOUND'])
})

test('a broker that is gone is unregistered, the one node there is is not', async (t) => {
  const { broker, client } = await start(t)
  const unregister = async (brokerId: number) => {
    const { errorCode, errorMessage } = await client.call(UnregisterBroker, 0, { brokerId })
    return [errorName(errorCode), errorMessage]
  }
  const incarnationId = Buffer.alloc(16, 1).toString('base64url')
  const value = { brokerId: 7, incarnationId, brokerEpoch: 3, endPoints: [], features: [], rack: null, logDirs: [] }
  broker.metadata.append([{ type: RecordType.registerBroker, version: 4, value }])
  assert.deepEqual(await unregister(7), ['NONE', ''])
  assert.deepEqual(await unregister(7), ['BROKER_ID_NOT_REGISTERED', 'Broker ID 7 is not currently registered'])
  assert.deepEqual(await unregister(1), ['INVALID_REQUEST', 'Broker 1 is the only node of this cluster.'])
})

test('voters are static, and there are no delegation tokens', async (t) => {
  const { client } = await start(t)
  const voter = { clusterId: null, voterId: 7, voterDirectoryId: Buffer.alloc(16, 1).toString('base64url') }
  const listeners = [{ name: 'CONTROLLER', host: 'h', port: 1 }]
  const bytes = Buffer.alloc(3)
  const answers = [
    await client.call(AddRaftVoter, 1, { ...voter, listeners }),
    await client.call(AddRaftVoter, 1, voter),
    await client.call(RemoveRaftVoter, 0, voter),
    await client.call(RemoveRaftVoter, 0, { ...voter, clusterId: 'other' }),
    await client.call(CreateDelegationToken, 3, { maxLifetimeMs: -1 }),
    await client.call(RenewDelegationToken, 2, { hmac: bytes, renewPeriodMs: 1 }),
    await client.call(ExpireDelegationToken, 2, { hmac: bytes, expiryTimePeriodMs: 1 }),
    await client.call(DescribeDelegationToken, 3, { owners: null }),
  ]
  assert.deepEqual(
    answers.map(({ errorCode }) => errorName(errorCode)),
    [
      'UNSUPPORTED_VERSION',
      'INVALID_REQUEST',
      'UNSUPPORTED_VERSION',
      'INCONSISTENT_CLUSTER_ID',
      ...Array(4).fill('DELEGATION_TOKEN_REQUEST_NOT_ALLOWED'),
    ],
  )
})
