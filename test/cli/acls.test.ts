// The acls and users commands of the real program against the bundled broker with its authorizer; and that no secret gets
// out, whichever way it came in.

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { type Ended, ktool, type RunOptions } from './run.ts'
import { served } from './served.ts'
import { assertTranscript } from './transcript.ts'

const SECRET = 'planted-9f8e7d6c'
const folder = mkdtempSync(join(tmpdir(), 'ktool-acls-'))
const at = (name: string) => join(folder, name)

function file(name: string, ...lines: string[]): string {
  writeFileSync(at(name), lines.map((line) => `${line}\n`).join(''), { mode: 0o600 })
  return at(name)
}

const users = file('users', `admin=${SECRET}-admin`, `alice=${SECRET}-alice`)
const authorizer = 'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer'
const options = ['-v', '--users', users, '-X', authorizer, '-X', 'super.users=User:admin;User:root', '-X', 'node.id=1']
const broker = served('--data', at('data'), ...options)
after(() => rmSync(folder, { recursive: true }))

/** The variables that log a user in. */
const as = (user: string, password = `${SECRET}-${user}`) => ({
  KTOOL_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
  KTOOL_SASL_MECHANISM: 'SCRAM-SHA-512',
  KTOOL_SASL_USERNAME: user,
  KTOOL_SASL_PASSWORD: password,
  XDG_CONFIG_HOME: at('config'),
})

/** All that was printed. */
const seen: string[] = []

async function run(user: string, args: readonly string[], more: RunOptions = {}): Promise<Ended> {
  const ended = await ktool(args, { ...more, env: { ...broker.env, ...as(user), ...more.env } })
  seen.push(ended.stdout, ended.stderr)
  return ended
}

async function done(user: string, args: readonly string[], more: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(user, args, more)
  assert.deepEqual([code, stderr], [0, ''], args.join(' '))
  return stdout
}

async function denied(user: string, args: readonly string[], message: RegExp, more: RunOptions = {}): Promise<void> {
  const { code, stderr } = await run(user, args, more)
  assert.match(stderr, message)
  assert.equal(code, 4)
}

test('ACLs: listed, added, removed, refused', async () => {
  Object.assign(broker.env, as('admin'))
  await assertTranscript('cli/acls.txt', broker.env, [
    'acls list',
    'acls add --allow-principal alice --topic orders --operation read --output table',
    'acls add --allow-principal alice --topic orders --operation read --operation write --output table',
    "acls add --allow-principal '*' --topic orders- --prefixed --operation describe --json",
    'acls add --deny-principal bob --group shop --cluster --operation all --host 10.0.0.1 --host 10.0.0.2 --output table',
    'acls add --allow-principal etl --producer --topic etl- --prefixed --transactional-id etl- --idempotent --output table',
    'acls add --allow-principal shop --consumer --topic orders --group shop --dry-run --output table',
    'acls add --allow-principal Group:admins --token-owner alice --operation describe-tokens --output table',
    'acls list --output table',
    'acls list --topic orders-eu --output table',
    'acls list --topic orders --exact --output csv',
    'acls list --prefixed --output csv',
    'acls list --principal bob --principal alice --operation all --operation write --output jsonl',
    'acls list --deny --host 10.0.0.2 --output yaml',
    'acls remove --topic orders --allow-principal alice --operation write --dry-run --output table',
    'acls remove --topic orders --allow-principal alice --operation write',
    'acls remove --topic orders --allow-principal alice --operation write',
    'acls remove --topic orders --allow-principal alice --operation write --if-exists',
    'acls remove --allow-principal etl --producer --topic etl- --prefixed --transactional-id etl- --idempotent --json',
    'acls remove --principal bob',
    'acls remove --principal bob --yes --output table',
    'acls add --topic orders --operation read',
    'acls add --allow-principal alice --operation read',
    'acls add --allow-principal alice --topic orders',
    'acls add --allow-principal alice --topic orders --operation raed',
    "acls add --allow-principal alice --topic 'orders-*' --operation read",
    'acls add --allow-principal alice --topic orders --consumer',
    'acls add --allow-principal alice --topic orders --producer --operation read',
    'acls add --allow-principal alice --topic orders --operation read --idempotent',
    'acls add --allow-principal :alice --topic orders --operation read',
    'acls remove',
    'acls list --output table',
  ])
})

test('users: set, listed, deleted, refused', async () => {
  const env = { ...broker.env, ...as('admin'), PASSWORD: `${SECRET}-env`, EMPTY: '' }
  file('password', `${SECRET}-file`, 'more')
  const lines = [
    'users list',
    `users set carol --password-file ${at('password')} --output table`,
    `users set carol --password-file ${at('password')} --mechanism SCRAM-SHA-256 --mechanism SCRAM-SHA-512 --iterations 8192 --json`,
    'users set dave --password-env PASSWORD',
    'users set test-1 --password-env PASSWORD --dry-run --output table',
    'users set test-1 --password-env PASSWORD --mechanism SCRAM-SHA-256',
    'users list --output table',
    "users list 'test-*' dave --json",
    'users list davi',
    'users set eve',
    'users set eve --password-env EMPTY',
    `users set eve --password-file ${at('none')}`,
    `users set eve --password-file ${at('password')} --password-env PASSWORD`,
    'users set eve --password-env PASSWORD --iterations 100',
    'users set eve --password-env PASSWORD --mechanism PLAIN',
    "users delete 'test-*'",
    "users delete 'test-*' --dry-run --output table",
    "users delete 'test-*' --yes",
    'users delete carol --mechanism SCRAM-SHA-256 --output table',
    'users delete nobody carol --output table',
    'users delete nobody --if-exists',
    'users list --output csv',
  ]
  await assertTranscript('cli/users.txt', env, lines, [[new RegExp(folder, 'g'), 'FOLDER']])
})

test('users log in as they are set, and do what they may', async () => {
  await done('admin', ['topics', 'create', 'orders', 'secret'])
  await done('admin', ['users', 'set', 'frank'], { stdin: `${SECRET}-frank\n` })
  assert.equal(await done('frank', ['topics', 'list']), '')
  await done('admin', ['acls', 'add', '--allow-principal', 'frank', '--operation', 'all', '--topic', 'orders'])
  await done('frank', ['produce', 'orders'], { stdin: 'a\n' })
  assert.equal(await done('frank', ['consume', 'orders', '-e']), 'a\n')
  assert.equal(await done('frank', ['topics', 'list']), 'orders\t1\t1\n')
  await denied('frank', ['consume', 'secret', '-e'], /TOPIC_AUTHORIZATION_FAILED|secret/)
  await denied('frank', ['acls', 'list'], /ACLs: CLUSTER_AUTHORIZATION_FAILED/)
  await denied('frank', ['users', 'list'], /users: CLUSTER_AUTHORIZATION_FAILED/)
  await denied('frank', ['users', 'set', 'frank'], /CLUSTER_AUTHORIZATION_FAILED/, { stdin: `${SECRET}-new\n` })
  await done('admin', ['users', 'set', 'frank', '--password-env', 'NEW'], { env: { NEW: `${SECRET}-frank-2` } })
  await denied('frank', ['topics', 'list'], /refuses the login of frank/)
  assert.equal(await done('frank', ['topics', 'list'], { env: as('frank', `${SECRET}-frank-2`) }), 'orders\t1\t1\n')
  await done('admin', ['users', 'delete', 'frank'])
  await denied('frank', ['topics', 'list'], /refuses the login of frank/, { env: as('frank', `${SECRET}-frank-2`) })
})

test('no secret in any output, log, error, process list or data directory', async () => {
  const lists: string[] = []
  const look = (pid: number) => {
    const path = `/proc/${pid}/cmdline`
    if (existsSync(path)) lists.push(readFileSync(path, 'utf8'))
  }
  look(broker.pid())
  await run('admin', ['users', 'set', 'grace'], {
    stdin: `${SECRET}-grace\n`,
    started: ({ pid }) => look(pid as number),
  })
  await run('admin', ['users', 'delete', 'grace'])
  const kept = readdirSync(at('data'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
  assert.ok(lists.length === 2 && kept.length > 5 && seen.length > 30, `${kept.length} files, ${seen.length} texts`)
  const all = { printed: seen, 'in the process list': lists, 'in the data directory': kept, logged: [broker.stderr()] }
  for (const [where, texts] of Object.entries(all)) {
    assert.ok(!texts.some((text) => text.includes('planted-9')), `a secret was ${where}`)
  }
  assert.match(broker.stderr(), /User:frank from 127\.0\.0\.1 may not/)
})
