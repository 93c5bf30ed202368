// The authorizer by itself, and the gate before every API.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import { type Broker, startBroker } from '../../src/broker/broker.ts'
import { BrokerConfigs } from '../../src/broker/configs/broker-configs.ts'
import { handlers } from '../../src/broker/handlers/index.ts'
import { MetadataImage, RecordType } from '../../src/broker/metadata-image.ts'
import { createAcls, deleteAcls, findAcls } from '../../src/broker/security/acls.ts'
import { Authorizer, authorizerOf } from '../../src/broker/security/authorizer.ts'
import { guards, OPEN_APIS } from '../../src/broker/security/guards/index.ts'
import { type Acl, AclOperation, AclPattern, AclPermission, AclResource, aclName } from '../../src/protocol/acl.ts'
import { Metadata } from '../../src/protocol/apis/03-metadata.ts'
import { ConsumerGroupHeartbeat } from '../../src/protocol/apis/68-consumer-group-heartbeat.ts'
import { ConsumerGroupDescribe } from '../../src/protocol/apis/69-consumer-group-describe.ts'
import { createTopic, start } from './harness.ts'

const STANDARD = 'org.apache.kafka.metadata.authorizer.StandardAuthorizer'
const { read, write, describe, all } = AclOperation
const { topic: TOPIC, cluster: CLUSTER } = AclResource
const alice = { principal: 'User:alice', host: '10.0.0.1' }

const allow = (acl: Partial<Acl> = {}): Acl => ({
  resourceType: TOPIC,
  resourceName: 'orders',
  patternType: AclPattern.literal,
  principal: 'User:alice',
  host: '*',
  operation: read,
  permissionType: AclPermission.allow,
  ...acl,
})
const deny = (acl: Partial<Acl> = {}) => allow({ permissionType: AclPermission.deny, ...acl })

function withAcls(acls: readonly Acl[], options: Partial<ConstructorParameters<typeof Authorizer>[1]> = {}) {
  const image = new MetadataImage()
  for (const [index, acl] of acls.entries()) {
    image.replay({ type: RecordType.acl, version: 0, value: { ...acl, id: `id-${index}` } })
  }
  return { image, authorizer: new Authorizer(image, { superUsers: [], allowsUnknown: false, ...options }) }
}

/** Kafka's rules once more, by looking at each ACL. */
function expected(acls: readonly Acl[], operation: number, name: string, allowsUnknown: boolean): boolean {
  const own = acls.filter(
    ({ resourceType, patternType, resourceName }) =>
      resourceType === TOPIC &&
      (patternType === AclPattern.prefixed
        ? name.startsWith(resourceName)
        : resourceName === name || resourceName === '*'),
  )
  const matching = own.filter(
    (acl) =>
      (acl.principal === alice.principal || acl.principal === 'User:*') &&
      (acl.host === '*' || acl.host === alice.host),
  )
  const is = (acl: Acl) => acl.operation === operation || acl.operation === all
  const implied = (acl: Acl) =>
    is(acl) ||
    (operation === describe && [3, 4, 6, 7].includes(acl.operation)) ||
    (operation === AclOperation.describeConfigs && acl.operation === AclOperation.alterConfigs)
  if (matching.some((acl) => acl.permissionType === AclPermission.deny && is(acl))) return false
  if (matching.some((acl) => acl.permissionType === AclPermission.allow && implied(acl))) return true
  return own.length === 0 && allowsUnknown
}

const someAcl = fc.record({
  resourceType: fc.constantFrom(TOPIC, TOPIC, CLUSTER),
  resourceName: fc.constantFrom('a', 'ab', 'abc', 'b', '*'),
  patternType: fc.constantFrom<number>(AclPattern.literal, AclPattern.prefixed),
  principal: fc.constantFrom('User:alice', 'User:bob', 'User:*', 'Group:*'),
  host: fc.constantFrom('*', '10.0.0.1', '10.0.0.2'),
  operation: fc.constantFrom<number>(...Object.values(AclOperation)),
  permissionType: fc.constantFrom<number>(AclPermission.allow, AclPermission.allow, AclPermission.deny),
})

test('rules together, against looking at each of them', () => {
  const names = fc.constantFrom('a', 'ab', 'abc', 'abcd', 'b', 'c', '*')
  const operations = fc.constantFrom<number>(...Object.values(AclOperation).filter((code) => code !== all))
  fc.assert(
    fc.property(fc.array(someAcl, { maxLength: 8 }), operations, names, fc.boolean(), (acls, operation, name, open) => {
      const { authorizer } = withAcls(acls, { allowsUnknown: open })
      assert.equal(authorizer.allows(alice, operation, TOPIC, name), expected(acls, operation, name, open))
    }),
    { numRuns: 3000 },
  )
})

test('super users may do everything, and nobody else without an ACL', () => {
  const { authorizer } = withAcls([deny({ principal: 'User:*', resourceName: '*', operation: all })], {
    superUsers: ['User:alice'],
  })
  assert.equal(authorizer.allows(alice, write, TOPIC, 'orders'), true)
  assert.equal(authorizer.allows({ ...alice, principal: 'User:Alice' }, write, TOPIC, 'orders'), false)
  assert.equal(authorizer.allowsAny(alice, write, TOPIC), true)
  assert.equal(authorizer.operations(alice, TOPIC, 'x'), 0b1101_1111_1000)
})

test('any resource of a type', () => {
  const may = (...acls: Acl[]) => withAcls(acls).authorizer.allowsAny(alice, write, TOPIC)
  const written = { operation: write }
  assert.equal(may(), false)
  assert.equal(may(allow(written)), true)
  assert.equal(may(allow({ operation: all })), true)
  assert.equal(may(allow({ operation: AclOperation.alter })), false)
  assert.equal(may(allow({ ...written, host: '10.9.9.9' })), false)
  assert.equal(may(allow(written), deny(written)), false)
  assert.equal(may(allow(written), deny({ ...written, resourceName: '*' })), false)
  assert.equal(may(allow(written), deny({ ...written, resourceName: 'ord', patternType: AclPattern.prefixed })), false)
  assert.equal(may(allow({ ...written, patternType: AclPattern.prefixed }), deny(written)), true)
  assert.equal(may(allow({ ...written, resourceName: '*' }), deny(written)), true)
})

test('the index follows the ACLs', () => {
  const { image, authorizer } = withAcls([allow()])
  assert.equal(authorizer.allows(alice, read, TOPIC, 'orders'), true)
  image.replay({ type: RecordType.removeAcl, version: 0, value: { id: 'id-0' } })
  assert.equal(authorizer.allows(alice, read, TOPIC, 'orders'), false)
  image.replay({ type: RecordType.acl, version: 0, value: { ...allow({ resourceName: '*' }), id: 'other' } })
  assert.equal(authorizer.allows(alice, read, TOPIC, 'orders'), true)
})

test('what the configs say', () => {
  const of = (configs: Record<string, string>) =>
    authorizerOf(new BrokerConfigs(new Map(Object.entries(configs))), new MetadataImage())
  assert.equal(of({}), null)
  assert.throws(() => of({ 'authorizer.class.name': 'com.example.Own' }), { name: 'UsageError', message: /no Java/ })
  const standard = { 'authorizer.class.name': STANDARD }
  assert.throws(() => of({ ...standard, 'super.users': 'admin' }), /admin, which is no principal/)
  assert.equal(
    of({ ...standard, 'super.users': ' User:alice ; User:CN=a,O=b ' })?.allows(alice, read, TOPIC, 'x'),
    true,
  )
  assert.equal(of({ ...standard, 'allow.everyone.if.no.acl.found': 'TRUE' })?.allows(alice, read, TOPIC, 'x'), true)
  assert.equal(of(standard)?.allows(alice, read, TOPIC, 'x'), false)
})

test('every API has its rule, so that none is open because somebody forgot it', () => {
  for (const [key, { api }] of handlers) {
    assert.notEqual(guards.has(key), OPEN_APIS.has(key), `${api.name} has no guard, or two`)
  }
  assert.equal(aclName(AclOperation, AclOperation.describeConfigs), 'DESCRIBE_CONFIGS')
})

const secured = { properties: { 'authorizer.class.name': STANDARD, 'super.users': 'User:admin' } }

test('rules of the groups of KIP-848', async (t) => {
  const acls = [allow({ resourceType: AclResource.group, resourceName: 'g' }), allow({ resourceName: 'seen' })]
  const { authorizer } = withAcls(acls)
  const access = {
    may: (operation: number, type: number, name: string) => authorizer.allows(alice, operation, type, name),
    allows: (operation: number, type: number, name: string) => authorizer.allows(alice, operation, type, name),
    mayAny: () => false,
    operations: (type: number, name: string) => authorizer.operations(alice, type, name),
  }
  const { broker } = await start(t)
  const check = (api: { key: number }, request: object, answer: object) =>
    guards.get(api.key)?.check(request, access, () => answer, { broker, version: 1 } as never)
  const beat = (groupId: string, subscribedTopicNames: string[] | null) =>
    check(ConsumerGroupHeartbeat, { groupId, subscribedTopicNames }, { memberEpoch: 1 })
  assert.deepEqual(beat('g', ['seen']), { memberEpoch: 1 })
  assert.deepEqual(beat('g', null), { memberEpoch: 1 })
  assert.equal((beat('g', ['seen', 'hidden']) as { errorCode: number }).errorCode, 29)
  assert.equal((beat('h', ['seen']) as { errorCode: number }).errorCode, 30)
  const group = (groupId: string, topicName: string) => ({
    groupId,
    authorizedOperations: 1,
    members: [{ assignment: { topicPartitions: [{ topicName }] } }],
  })
  const described = check(
    ConsumerGroupDescribe,
    { groupIds: ['g', 'other'] },
    { groups: [group('g', 'seen'), group('g', 'hidden')] },
  ) as { groups: { groupId: string; errorCode?: number; authorizedOperations?: number }[] }
  assert.deepEqual(
    described.groups.map((each) => [each.groupId, each.errorCode, each.authorizedOperations]),
    [
      ['g', undefined, (1 << read) | (1 << describe)],
      ['g', 29, undefined],
      ['other', 30, undefined],
    ],
  )
})

const everything = {
  resourceTypeFilter: 1,
  resourceNameFilter: null,
  patternTypeFilter: 1,
  principalFilter: null,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
}

test('ACLs and credentials are kept, in the log and in snapshots', async (t) => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'ktool-acls-'))
  t.after(() => rmSync(dataDirectory, { recursive: true }))
  const run = async <T>(work: (broker: Broker) => Promise<T>): Promise<T> => {
    const broker = (await startBroker({ ...secured, dataDirectory })) as Broker
    try {
      return await work(broker)
    } finally {
      await broker.close()
    }
  }
  const wanted = [allow(), deny({ patternType: AclPattern.prefixed }), allow({ host: '10.0.0.1' })]
  const credential = { name: 'eve', mechanism: 1, iterations: 4096, salt: Buffer.from('s') }
  await run(async ({ metadata }) => {
    assert.deepEqual(await createAcls(metadata, [...wanted, wanted[0]]), [null, null, null, null])
    assert.equal(metadata.image.acls.size, 3)
    const value = { ...credential, storedKey: Buffer.from('k'), serverKey: Buffer.from('k') }
    metadata.append([{ type: RecordType.scramCredential, version: 0, value }])
    await metadata.flush()
  })
  const kept = ({ metadata: { image } }: Broker) =>
    findAcls(image.acls.values(), everything).map(({ id: _, ...acl }) => acl)
  await run(async (broker) => {
    assert.deepEqual(kept(broker), wanted)
    await broker.metadata.snapshot()
  })
  await run(async (broker) => {
    assert.deepEqual(kept(broker), wanted)
    assert.equal(broker.metadata.image.scramCredentials.size, 1)
    await deleteAcls(broker.metadata, [{ ...everything, patternTypeFilter: 2, resourceNameFilter: 'orders-eu' }])
  })
  await run(async (broker) => assert.deepEqual(kept(broker), [wanted[0], wanted[2]]))
})

test('an authorizer that lets nobody in says so', async () => {
  const said = async (properties: Record<string, string>) => {
    const warnings: string[] = []
    const log = { note() {}, verbose() {}, warn: (text: string) => warnings.push(text) }
    await (
      await startBroker({ memory: true, log, properties: { 'authorizer.class.name': STANDARD, ...properties } })
    ).close()
    return warnings
  }
  assert.deepEqual(await said({}), ['there are no ACLs and no super.users: nobody may do anything, not even make ACLs'])
  assert.deepEqual(await said({ 'super.users': 'User:admin' }), [])
  assert.deepEqual(await said({ 'allow.everyone.if.no.acl.found': 'true' }), [])
})

test('without a login clients are User:ANONYMOUS', async (t) => {
  const { broker, client } = await start(t, { ...secured, topics: [{ name: 'orders' }, { name: 'other' }] })
  const topics = async () => (await client.call(Metadata, 12, { topics: null })).topics.map(({ name }) => name).sort()
  assert.deepEqual(await topics(), [])
  await createAcls(broker.metadata, [allow({ principal: 'User:ANONYMOUS' })])
  assert.deepEqual(await topics(), ['orders'])
  await assert.rejects(createTopic(client, 'new'), /Authorization failed/)
})

test('an IPv6 address of an ACL may be written in any way', () => {
  const who = { principal: 'User:alice', host: 'fd00:0:0:0:0:0:0:2' }
  for (const host of ['fd00::2', 'FD00:0::2', 'fd00:0:0:0:0:0:0:2']) {
    const { authorizer } = withAcls([allow({ host })])
    assert.ok(authorizer.allows(who, read, TOPIC, 'orders'))
    assert.ok(!authorizer.allows({ ...who, host: 'fd00:0:0:0:0:0:0:3' }, read, TOPIC, 'orders'))
  }
})
