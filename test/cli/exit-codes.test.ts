// The exit codes of an operator's commands, through the real program: what is done in part, what matches nothing, what is not
// allowed, who does not answer, and lag.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { manifest } from '../../src/cli/manifest.ts'
import { type Ended, ktool } from './run.ts'
import { served } from './served.ts'

const folder = mkdtempSync(join(tmpdir(), 'ktool-codes-'))
const users = join(folder, 'users')
writeFileSync(users, 'admin=planted-admin\nbob=planted-bob\n', { mode: 0o600 })
const authorizer = 'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer'
const broker = served(
  ...['--users', users, '-X', authorizer, '-X', 'super.users=User:admin', '-X', 'node.id=1'],
  ...['--topic', 'orders:2', '--topic', 'other:1'],
)

const as = (user: string): Record<string, string> => ({
  ...broker.env,
  KTOOL_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
  KTOOL_SASL_MECHANISM: 'SCRAM-SHA-512',
  KTOOL_SASL_USERNAME: user,
  KTOOL_SASL_PASSWORD: `planted-${user}`,
  XDG_CONFIG_HOME: folder,
})

const run = (user: string, line: string, stdin?: string): Promise<Ended> =>
  ktool(line.split(' '), { env: as(user), stdin })

let ready: Promise<void> | undefined

/** Two groups and a transactional id. */
function made(): Promise<void> {
  ready ??= (async () => {
    for (const line of [
      'groups reset-offsets billing -t orders --to-earliest --execute',
      'groups reset-offsets billing-eu -t orders:0 --to-earliest --execute',
    ]) {
      const { code, stderr } = await run('admin', line)
      assert.equal(code, 0, stderr)
    }
    const produced = await run('admin', 'produce orders -p 0 --transactional-id tx', 'a\nb\nc\n')
    assert.equal(produced.code, 0, produced.stderr)
  })()
  return ready
}

after(() => rmSync(folder, { recursive: true }))

/** A few at a time: each is a process. */
async function each(lines: readonly string[], check: (line: string) => Promise<void>): Promise<void> {
  const left = [...lines]
  const worker = async () => {
    for (let line = left.shift(); line !== undefined; line = left.shift()) await check(line)
  }
  await Promise.all([worker(), worker(), worker(), worker()])
}

test('where some of it fails the rest is done, and the exit code is 1', async () => {
  await made()
  const lines = {
    'topics describe orders nope': /^orders\t/,
    'topics create made orders': /^made\tcreated/,
    'topics delete other nope --yes': /^other\tdeleted/,
    'topics alter-configs orders nope --set retention.ms=3600000': /^orders\tretention.ms\tset/,
    'configs describe topic orders nope --all': /^topic\torders\t/,
    'configs describe broker 1 7 --all': /^broker\t1\t/,
    'configs alter topic orders nope --set segment.ms=3600000': /^topic\torders\t/,
    'groups describe billing nope': /^billing\torders\t0/,
    'groups describe billing nope --members': /^$/,
    'groups describe billing nope --state': /^billing\tclassic\tEmpty/,
    'groups export billing nope': /^orders,0,0\n/,
    'groups reset-offsets billing nope --all-topics --to-latest': /^billing\torders\t0/,
    'groups reset-offsets billing-eu -t orders --shift-by 1': /^billing-eu\torders\t0\t0\t1\t1/,
    'groups delete-offsets billing -t orders:0,7 --dry-run': /^billing\torders\t0\t0\twould-delete\n$/,
    'groups delete billing-eu nope --dry-run': /^billing-eu\twould-delete\n$/,
    'offsets list orders nope': /^orders\t0\t/,
    'offsets list orders:0,9': /^orders\t0\t/,
    'records delete orders:0,9 --before 1': /^orders\t0\t/,
    'transactions describe tx nope': /^tx\t/,
    'transactions producers orders nope': /^orders\t0\t/,
    'partitions reassign --from-file PLAN': /^$/,
  } as const
  const plan = join(folder, 'plan.json')
  const partitions = [0, 9].map((partition) => ({ topic: 'orders', partition, replicas: [1] }))
  writeFileSync(plan, JSON.stringify({ version: 1, partitions }))
  await each(Object.keys(lines), async (line) => {
    const { code, stdout, stderr } = await run('admin', line.replace('PLAN', plan))
    assert.deepEqual([code, stderr.startsWith('ktool: ')], [1, true], `${line}\n${stderr}`)
    assert.match(stdout, lines[line as keyof typeof lines], line)
    assert.match(stderr, /nope|orders|\b[79]\b/, line)
  })
})

test('where nothing matches the exit code is 1, and a list is empty', async () => {
  await made()
  const lines = [
    ...['topics describe zzz*', 'topics delete zzz* --yes', 'topics alter-configs zzz* --set retention.ms=1 --yes'],
    ...['groups describe zzz*', 'groups export /^zzz/', 'groups delete zzz* --yes', 'groups delete nope'],
    ...['groups reset-offsets zzz* --all-topics --to-latest', 'groups delete-offsets zzz* -t orders --yes'],
    ...['offsets list zzz*', 'records delete zzz* --before latest', 'configs describe topic zzz*'],
    ...['transactions describe nope', 'transactions producers zzz*', 'partitions reassign zzz*'],
    ...['partitions elect-leaders zzz*', 'users delete nope --yes', 'acls remove --topic nope --yes'],
  ]
  await each(lines, async (line) => {
    const { code, stdout, stderr } = await run('admin', line)
    assert.deepEqual([code, stdout], [1, ''], line)
    assert.match(stderr, /^ktool: (no |there )/, line)
  })
  await each(['topics list zzz*', 'groups list zzz*', 'transactions list --state Ongoing'], async (line) => {
    assert.deepEqual(await run('admin', line), { code: 0, stdout: '', stderr: '' }, line)
  })
})

test('what is not allowed is 4', async () => {
  await made()
  const lines = [
    ...[
      'topics describe orders',
      'topics create x -p 1',
      'topics delete orders',
      'topics add-partitions orders --total 5',
    ],
    ...[
      'topics alter-configs orders --set retention.ms=1',
      'configs describe topic orders',
      'configs describe broker 1',
    ],
    ...['configs alter broker 1 --set log.cleaner.backoff.ms=14000', 'offsets list orders'],
    ...['records delete orders --before 0 --execute', 'groups describe billing', 'groups describe billing --members'],
    ...['groups describe billing --state', 'groups reset-offsets billing -t orders --to-earliest --execute'],
    ...['groups export billing', 'groups delete billing', 'groups delete-offsets billing -t orders'],
    ...['quotas describe', 'quotas alter --client etl --set producer_byte_rate=1000', 'acls list'],
    ...['acls add --topic made --operation read --allow-principal alice', 'acls remove --topic orders --yes'],
    ...['users list', 'users delete admin --yes', 'cluster health', 'cluster quorum', 'brokers log-dirs'],
    ...[
      'transactions describe tx',
      'transactions producers orders',
      'transactions abort orders:0 --start-offset 0 --yes',
    ],
    ...[
      'transactions terminate tx --yes',
      'partitions reassign orders',
      'partitions reassignments',
      'partitions cancel',
    ],
    'partitions elect-leaders orders',
  ]
  await each(lines, async (line) => {
    const { code, stderr } = await run('bob', line)
    assert.equal(code, 4, `${line}\n${stderr}`)
    assert.match(stderr, /^ktool: .*_AUTHORIZATION_FAILED/, line)
  })
  const wrong = await ktool(['topics', 'list'], { env: { ...as('bob'), KTOOL_SASL_PASSWORD: 'wrong' } })
  assert.deepEqual([wrong.code, wrong.stdout], [4, ''])
  // Nothing of it was done.
  assert.match((await run('admin', 'topics list')).stdout, /^orders\t2\t/m)
  assert.match((await run('admin', 'groups export billing')).stdout, /^orders,0,0\n/)
})

test('who does not answer is 3, whatever is asked', async () => {
  // A port that was free a moment ago is soon somebody else's; this one is nobody's.
  const nobody = '127.0.0.1:1'
  const nouns = /^(topics|groups|offsets|records|configs|quotas|acls|users|cluster|brokers|transactions|partitions) /
  const more: Record<string, string> = {
    'topics create': 'x',
    'topics delete': 'x',
    'topics alter-configs': 'x --set retention.ms=1',
    'topics add-partitions': 'x --total 2',
    'groups reset-offsets': 'x -t x --to-latest',
    'groups export': 'x',
    'groups import': `x ${join(folder, 'offsets.csv')}`,
    'groups delete': 'x',
    'groups delete-offsets': 'x -t x',
    'offsets list': 'x',
    'records delete': 'x --before 1',
    'configs describe': 'topic x',
    'configs alter': 'topic x --set retention.ms=1',
    'quotas alter': '--client x --set producer_byte_rate=1',
    'acls add': '--topic x --operation read --allow-principal x',
    'acls remove': '--topic x --yes',
    'users set': `x --password-file ${users}`,
    'users delete': 'x --yes',
    'transactions describe': 'x',
    'transactions producers': 'x',
    'transactions abort': 'x:0 --start-offset 0 --yes',
    'transactions terminate': 'x --yes',
    'partitions reassign': 'x',
  }
  writeFileSync(join(folder, 'offsets.csv'), 'orders,0,1\n')
  const paths = manifest.map(({ path }) => path).filter((path) => nouns.test(path))
  await each(paths, async (path) => {
    const args = [...path.split(' '), ...(more[path]?.split(' ') ?? []), '-b', nobody, '--timeout', '500ms']
    const { code, stderr } = await ktool(args, { env: { XDG_CONFIG_HOME: folder } })
    assert.equal(code, 3, `${path}\n${stderr}`)
    assert.ok(stderr.includes(nobody), `${path}\n${stderr}`)
  })
})

test('lag: 1 above the limit, 0 up to it, and the rest of the answer stands', async () => {
  await made()
  const line = 'groups describe billing -t orders'
  assert.match((await run('admin', line)).stdout, /^billing\torders\t0\t0\t4\t4/)
  const codes: [limit: string, code: number][] = [
    ['3', 1],
    ['>3', 1],
    ['4', 0],
  ]
  for (const [limit, expected] of codes) {
    const { code, stdout, stderr } = await run('admin', `${line} --fail-if-lag ${limit}`)
    assert.deepEqual([code, stdout.split('\n').length], [expected, 3], limit)
    assert.equal(stderr, expected === 1 ? '1 partition has a lag of more than 3\n' : '')
  }
  // A group that can't be looked at is no lag of 0.
  assert.equal((await run('admin', 'groups describe nope --fail-if-lag 100')).code, 1)
  assert.equal((await run('bob', 'groups describe billing --fail-if-lag 100')).code, 4)
})
