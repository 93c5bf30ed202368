// Profiles through the real program.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { type RunOptions, ktool as runKtool } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'ktool-profile-'))
after(() => rmSync(folder, { recursive: true }))

const SECRET = 'hunter2-planted'
const seen: string[] = []

/** With a configuration folder of its own; keeps all that was printed. */
async function ktool(args: readonly string[], options: RunOptions = {}) {
  const ended = await runKtool(args, { ...options, env: { XDG_CONFIG_HOME: folder, ...options.env } })
  seen.push(ended.stdout, ended.stderr)
  return ended
}

async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ktool(args)
  assert.equal(code, 0, stderr)
  return stdout
}

const dumped = async (name: string, ...args: string[]) => {
  const line = (await ok('-X', 'dump', ...args)).split('\n').find((text) => text.startsWith(`${name}\t`))
  return line?.split('\t').slice(1)
}

test('a profile is made, shown, used, changed and deleted', async () => {
  assert.equal(await ok('profile', 'list'), '')
  await ok('profile', 'set', 'prod', 'metadata.broker.list=a:1', 'security.protocol=sasl_ssl', 'ssl.ca.location=ca.pem')
  const typed = await ktool(['profile', 'set', 'prod', 'sasl.username=u', '--secret', 'sasl.password', '--use'], {
    stdin: `${SECRET}\n`,
  })
  assert.deepEqual(typed, { code: 0, stdout: '', stderr: 'profile prod is kept and in use\n' })
  const shown = `bootstrap.servers\ta:1\nsecurity.protocol\tsasl_ssl\nssl.truststore.location\t${join(process.cwd(), 'ca.pem')}\n`
  assert.equal(await ok('profile', 'show'), `${shown}sasl.username\tu\nsasl.password\t****\n`)
  assert.equal(await ok('profile', 'list'), 'prod\ttrue\ta:1\tSASL_SSL\n')
  assert.deepEqual(await dumped('bootstrap.servers'), ['a:1', 'profile prod'])
  assert.deepEqual(await dumped('sasl.password'), ['****', 'profile prod'])
  assert.deepEqual(await dumped('bootstrap.servers', '--profile', 'none'), ['127.0.0.1:9092', 'default'])
  await ok('profile', 'set', 'prod', '--unset', 'sasl.username', 'bootstrap.servers=b:2')
  await ok('profile', 'set', 'other', 'bootstrap.servers=c:3')
  assert.deepEqual(await dumped('bootstrap.servers', '--profile', 'other'), ['c:3', 'profile other'])
  assert.deepEqual(await dumped('sasl.username'), ['-', 'default'])
  const { stderr, code } = await ktool(['topics', 'list', '--profile', 'pord'])
  assert.deepEqual([code, stderr], [2, "ktool: there is no profile pord\n  did you mean 'prod'?\n"])
  await ok('profile', 'delete', 'prod', '--yes')
  assert.deepEqual(await dumped('bootstrap.servers'), ['127.0.0.1:9092', 'default'])
  assert.match((await ktool(['profile', 'use', 'prod'])).stderr, /there is no profile prod/)
})

test('nobody else can read a profile', { skip: process.platform === 'win32' }, async () => {
  await ok('profile', 'set', 'mine', 'sasl.password=x', '--use')
  for (const [path, mode] of [
    ['ktool', 0o700],
    ['ktool/profiles', 0o700],
    ['ktool/profile', 0o600],
    ['ktool/profiles/mine.properties', 0o600],
  ] as const) {
    assert.equal(statSync(join(folder, path)).mode & 0o777, mode, path)
  }
  await ok('profile', 'delete', 'mine')
})

test('files of both kinds are imported as they are meant', async () => {
  const java = join(folder, 'client.properties')
  writeFileSync(
    java,
    'bootstrap.servers=a:1,\\\n  b:2\ngroup.id=g\nsecurity.protocol=SASL_SSL\nsasl.mechanism=PLAIN\n' +
      `sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\\n username="u" password="${SECRET}\\\\\\\\x";\n`,
  )
  const imported = await ktool(['profile', 'import', 'java', java])
  assert.deepEqual([imported.code, imported.stderr], [0, 'profile java is kept, without group.id\n'])
  assert.deepEqual(await dumped('bootstrap.servers', '--profile', 'java'), ['a:1,b:2', 'profile java'])
  const kept = readFileSync(join(folder, 'ktool/profiles/java.properties'), 'utf8')
  assert.match(kept, /password="hunter2-planted\\\\\\\\x";/)
  const kcat = join(folder, 'kcat')
  writeFileSync(kcat, 'metadata.broker.list=c:3\nsasl.password=back\\slash\\\nqueued.min.messages=5\n')
  await ok('profile', 'import', 'kcat', kcat)
  assert.match(
    readFileSync(join(folder, 'ktool/profiles/kcat.properties'), 'utf8'),
    /sasl\.password=back\\\\slash\\\\$/m,
  )
  assert.match((await ktool(['profile', 'import', 'kcat', java])).stderr, /there is a profile kcat already/)
  writeFileSync(kcat, 'sasl.passwort=x\n')
  assert.match((await ktool(['profile', 'import', 'third', kcat])).stderr, /unknown setting 'sasl\.passwort'/)
})

test('the order of sources, and files that nobody has named', async () => {
  const file = join(folder, 'f')
  writeFileSync(file, 'bootstrap.servers=file:1\nclient.id=file\nstatistics.interval.ms=5\n')
  mkdirSync(join(folder, '.config'), { recursive: true })
  writeFileSync(join(folder, 'kcat.conf'), 'metadata.broker.list=kcat:1\n')
  assert.deepEqual(await dumped('bootstrap.servers'), ['kcat:1', `${join(folder, 'kcat.conf')} line 1`])
  assert.deepEqual(await dumped('bootstrap.servers', '-F', 'none'), ['127.0.0.1:9092', 'default'])
  await ok('profile', 'set', 'p', 'bootstrap.servers=profile:1', '--use')
  assert.deepEqual(await dumped('bootstrap.servers'), ['profile:1', 'profile p'])
  assert.deepEqual(await dumped('bootstrap.servers', '-F', file), ['file:1', `${file} line 1`])
  assert.deepEqual(await dumped('bootstrap.servers', '-F', file, '--profile', 'p'), ['profile:1', 'profile p'])
  assert.deepEqual(await dumped('client.id', '-F', file, '--profile', 'p'), ['file', `${file} line 2`])
  const { stderr } = await ktool(['-X', 'dump', '-F', file, '-v'])
  assert.equal(stderr, `${file} line 3: statistics.interval.ms has no meaning in ktool\n`)
  assert.equal((await ktool(['-X', 'dump', '-F', file])).stderr, '')
  // A profile that is gone is not in the way of the commands that mend it.
  rmSync(join(folder, 'ktool/profiles/p.properties'))
  assert.equal((await ktool(['topics', 'list'])).code, 2)
  await ok('profile', 'use', 'none')
  rmSync(join(folder, 'kcat.conf'))
})

test('the secrets that were kept are in no output', () => {
  assert.ok(seen.length > 60)
  for (const text of seen) assert.ok(!text.includes(SECRET), text)
})
