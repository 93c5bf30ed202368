// The topics commands of the real program against the bundled broker.

import assert from 'node:assert/strict'
import test from 'node:test'
import { clientOf } from './client-of.ts'
import { type Ended, ktool } from './run.ts'
import { served } from './served.ts'

const { env } = served()
const client = clientOf(env)
const make = (...names: string[]) => client().admin.createTopics(names.map((name) => ({ name, partitions: 1 })))
const remove = (...names: string[]) => client().admin.deleteTopics(names)

const topics = (...args: string[]): Promise<Ended> => ktool(['topics', ...args], { env })

async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await topics(...args)
  assert.deepEqual([code, stderr], [0, ''], args.join(' '))
  return stdout
}

async function rows<Row>(...args: string[]): Promise<Row[]> {
  return JSON.parse(await done(...args, '--json'))
}

const names = async (...args: string[]) => (await rows<{ name: string }>('list', ...args)).map(({ name }) => name)

test('create, list, describe, extend and delete', async () => {
  const created = await rows<{ topicId: string }>('create', 'life.a', 'life.b', '-p', '3', '-c', 'retention.ms=60000')
  assert.deepEqual(
    created.map((row) => ({ ...row, topicId: row.topicId.length })),
    ['life.a', 'life.b'].map((name) => ({ name, result: 'created', partitions: 3, replicationFactor: 1, topicId: 22 })),
  )
  assert.equal(await done('list', 'life.*'), 'life.a\t3\t1\nlife.b\t3\t1\n')
  assert.deepEqual(await names('/^life/'), ['life.a', 'life.b'])
  assert.deepEqual(await names('life.b', 'no-such-*'), ['life.b'])
  const partly = await topics('list', 'life.c', 'life.b')
  assert.deepEqual([partly.code, partly.stdout], [1, 'life.b\t3\t1\n'])
  assert.match(partly.stderr, /^ktool: there is no topic life\.c\n {2}did you mean life\.[ab]/)

  const [described] = await rows<Record<string, unknown>>('describe', 'life.a')
  const { partitions, ...topic } = described as { partitions: Record<string, unknown>[] }
  assert.deepEqual(topic, {
    name: 'life.a',
    topicId: created[0].topicId,
    internal: false,
    partitionCount: 3,
    replicationFactor: 1,
    configs: { 'retention.ms': '60000' },
  })
  assert.deepEqual(
    partitions.map(({ partition }) => partition),
    [0, 1, 2],
  )
  const [{ leader }] = partitions
  assert.equal(typeof leader, 'number')
  assert.match(
    await done('describe', 'life.a', '--output', 'table'),
    /^life\.a\n3 partitions, replication factor 1, id \S{22}\nretention\.ms=60000\n\nPARTITION +LEADER +LEADER-EPOCH +REPLICAS +ISR\n +0 +\d/,
  )

  const extended = await topics('add-partitions', 'life.a', '--total', '5')
  assert.deepEqual([extended.code, extended.stdout], [0, 'life.a\textended\t3\t5\n'])
  assert.match(extended.stderr, /^warning: records of life\.a with keys go to other partitions/)
  assert.equal(await done('list', 'life.a'), 'life.a\t5\t1\n')

  assert.equal(await done('delete', 'life.a'), 'life.a\tdeleted\n')
  assert.equal(await done('delete', 'life.*', '--yes'), 'life.b\tdeleted\n')
  assert.deepEqual(await names('life.*'), [])
})

test('one item fails, the others go on, and the exit code is 1', async () => {
  await make('part.a')
  const created = await topics('create', 'part.a', 'part.b', 'bad name')
  assert.equal(created.code, 1)
  assert.match(created.stdout, /^part\.b\tcreated\t\d+\t1\t\S+\n$/)
  assert.match(
    created.stderr,
    /^ktool: topic part\.a: TOPIC_ALREADY_EXISTS .*\n {2}.*--if-not-exists.*\nktool: topic bad name: INVALID_TOPIC/,
  )

  const described = await topics('describe', 'part.b', 'prt.a', 'none*', '--output', 'csv')
  assert.equal(described.code, 1)
  assert.equal(described.stdout.split('\r\n')[1].split(',')[0], 'part.b')
  assert.match(described.stderr, /there is no topic prt\.a\n {2}did you mean part\.a/)
  assert.match(described.stderr, /no topic matches none\*\n/)

  const deleted = await topics('delete', 'part.a', 'part.x', 'part.b')
  assert.deepEqual([deleted.code, deleted.stdout], [1, 'part.a\tdeleted\npart.b\tdeleted\n'])
  assert.match(deleted.stderr, /^ktool: there is no topic part\.x\n/)
})

test('commands that may run twice', async () => {
  await done('create', 'twice')
  assert.equal(await done('create', 'twice', '--if-not-exists'), 'twice\texists\t-\t-\t-\n')
  await done('delete', 'twice')
  assert.equal(await done('delete', 'twice', '--if-exists'), 'twice\tabsent\n')
})

test('a dry run changes nothing', async () => {
  assert.match(await done('create', 'dry', '--dry-run', '-p', '2'), /^dry\twould-create\t2\t1\t-\n$/)
  assert.deepEqual(await names('dry*'), [])
  await client().admin.createTopics([{ name: 'dry', partitions: 2 }])
  assert.equal(await done('add-partitions', 'dry', '--total', '4', '--dry-run'), 'dry\twould-extend\t2\t4\n')
  assert.equal(await done('delete', 'dry*', '--dry-run'), 'dry\twould-delete\n')
  assert.equal(await done('list', 'dry'), 'dry\t2\t1\n')
  await remove('dry')
})

test('a pattern deletes only what was agreed to', async () => {
  await make('agree.a', 'agree.b')
  const { code, stdout, stderr } = await topics('delete', 'agree.*')
  assert.deepEqual([code, stdout], [2, ''])
  assert.match(stderr, /^ktool: Delete 2 topics agree\.a, agree\.b with all records\?.*\n {2}.*--yes/)
  assert.deepEqual(await names('agree.*'), ['agree.a', 'agree.b'])
  await remove('agree.a', 'agree.b')
})

test('replicas by hand', async () => {
  await make('leader')
  const [{ partitions }] = await rows<{ partitions: { leader: number }[] }>('describe', 'leader')
  const [{ leader }] = partitions
  assert.match(await done('create', 'hand', '--replica-assignment', `${leader},${leader}`), /^hand\tcreated\t2\t1\t/)
  for (const [assignment, message] of [
    ['1:1', /names a broker twice/],
    ['1,1:2', /another number of replicas/],
    ['x', /not a whole number/],
  ] as const) {
    const { code, stderr } = await topics('create', 'hand2', '--replica-assignment', assignment)
    assert.equal(code, 2)
    assert.match(stderr, message)
  }
  assert.equal((await topics('create', 'hand2', '--replica-assignment', '1', '-p', '1')).code, 2)
  await remove('hand', 'leader')
})

test('filters of describe', async () => {
  await client().admin.createTopics([
    { name: 'filter.plain', partitions: 2 },
    { name: 'filter.own', partitions: 1, configs: { 'cleanup.policy': 'compact' } },
  ])
  const [own, ...others] = await rows<Record<string, unknown>>('describe', 'filter.*', '--with-overrides')
  assert.deepEqual([Object.keys(own).includes('partitions'), others], [false, []])
  assert.deepEqual(own.configs, { 'cleanup.policy': 'compact' })
  assert.equal(await done('describe', 'filter.*', '--with-overrides'), 'filter.own\t1\t1\tcleanup.policy=compact\n')
  for (const filter of ['--under-replicated', '--unavailable', '--under-min-isr']) {
    assert.equal(await done('describe', 'filter.*', filter), '', filter)
  }
  assert.equal((await done('describe', 'filter.*', '--at-min-isr')).split('\n').length, 4)
  await remove('filter.plain', 'filter.own')
})

test('internal topics are left out unless they are meant', async () => {
  await make('plain', '__transaction_state')
  const described = async (...args: string[]) =>
    (await rows<{ name: string }>('describe', ...args)).map(({ name }) => name)
  assert.deepEqual(await described(), ['plain'])
  assert.deepEqual(await described('--internal'), ['__transaction_state', 'plain'])
  assert.deepEqual(await described('__transaction_state'), ['__transaction_state'])
  assert.deepEqual(await described('--at-min-isr'), ['__transaction_state', 'plain'])
  const { code, stderr } = await topics('describe', '__*')
  assert.equal(code, 1)
  assert.match(stderr, /no topic matches __\*\n {2}it matches internal topics; name them in full\n/)
  await remove('plain', '__transaction_state')
})

test('alter-configs sets, takes away, adds and subtracts, and shows before and after', async () => {
  await done('create', 'alter', '-c', 'retention.ms=60000')
  const alter = ['alter-configs', 'alter', '--set', 'retention.ms=70000', '--append', 'cleanup.policy=compact']
  const would =
    'alter\tretention.ms\tset\t60000\t70000\twould-alter\n' +
    'alter\tcleanup.policy\tappend\tdelete\tdelete,compact\twould-alter\n'
  assert.equal(await done(...alter, '--dry-run'), would)
  assert.equal(await done('describe', 'alter', '--with-overrides'), 'alter\t1\t1\tretention.ms=60000\n')
  assert.equal(await done(...alter), would.replaceAll('would-alter', 'altered'))
  const configs = async () => (await rows<{ configs: object }>('describe', 'alter'))[0].configs
  assert.deepEqual(await configs(), { 'cleanup.policy': 'delete,compact', 'retention.ms': '70000' })
  assert.match(await done(...alter), /^(.*\tunchanged\n){2}$/)
  assert.deepEqual(
    await rows('alter-configs', 'alter', '--unset', 'retention.ms', '--subtract', 'cleanup.policy=delete'),
    [
      {
        type: 'topic',
        name: 'alter',
        config: 'retention.ms',
        operation: 'unset',
        before: '70000',
        after: null,
        sensitive: false,
        result: 'altered',
      },
      {
        type: 'topic',
        name: 'alter',
        config: 'cleanup.policy',
        operation: 'subtract',
        before: 'delete,compact',
        after: 'compact',
        sensitive: false,
        result: 'altered',
      },
    ],
  )
  assert.deepEqual(await configs(), { 'cleanup.policy': 'compact' })
  await remove('alter')
})

test('alter-configs refuses what is wrong, topic by topic, whole', async () => {
  await make('wrong.a', 'wrong.b')
  const refused = async (code: number, message: RegExp, ...args: string[]) => {
    const ended = await topics('alter-configs', ...args)
    assert.equal(ended.code, code)
    assert.match(ended.stderr, message)
    return ended.stdout
  }
  await refused(1, /no config retention\.sm\n {2}did you mean 'retention\.ms'/, 'wrong.a', '--set', 'retention.sm=1')
  await refused(1, /INVALID_CONFIG .*retention\.ms/, 'wrong.a', '--set', 'retention.ms=soon', '--dry-run')
  await refused(1, /INVALID_CONFIG/, 'wrong.a', '--set', 'segment.ms=9000', '--set', 'retention.ms=soon')
  await refused(2, /nothing to change/, 'wrong.a')
  await refused(2, /retention\.ms is named twice/, 'wrong.a', '--set', 'retention.ms=1', '--unset', 'retention.ms')
  await refused(2, /topics wrong\.a, wrong\.b\?/, 'wrong.*', '--set', 'retention.ms=1')
  assert.equal(await done('describe', 'wrong.*', '--with-overrides'), '')
  const out = await refused(1, /there is no topic wrong\.c/, 'wrong.a', 'wrong.c', '--set', 'segment.ms=9000')
  assert.equal(out, 'wrong.a\tsegment.ms\tset\t604800000\t9000\taltered\n')
  await done('alter-configs', 'wrong.*', '--set', 'segment.ms=8000', '--yes')
  assert.equal((await done('describe', 'wrong.*', '--with-overrides')).split('\n').length, 3)
  await remove('wrong.a', 'wrong.b')
})

test('names are completed from the cluster, quietly', async () => {
  await make('complete.me')
  const { code, stdout, stderr } = await ktool(['__complete', 'topic', '--timeout', '5s'], { env })
  assert.deepEqual([code, stdout.split('\n').includes('complete.me'), stderr], [0, true, ''])
  await remove('complete.me')
})
