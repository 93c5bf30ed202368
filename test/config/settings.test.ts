// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { expandSecret } from '../../src/config/references.ts'
import { fromEnvironment, parseSetting, resolveSettings } from '../../src/config/settings.ts'
import { javaNames, type Setting, table } from '../../src/config/table.ts'
import { UsageError } from '../../src/errors.ts'

const from = (source: string, name: string, value: string) => ({ source, name, value })

test('without assignments every setting has its default', () => {
  const { settings, effective } = resolveSettings([])
  assert.deepEqual(settings['bootstrap.servers'], [{ host: '127.0.0.1', port: 9092 }])
  assert.equal(settings.acks, -1)
  assert.equal(settings['enable.idempotence'], undefined)
  assert.ok(effective.every(({ source }) => source === 'default'))
})

test('later assignments win, under whichever name', () => {
  const { settings, effective } = resolveSettings([
    from('file', 'metadata.broker.list', 'a:1'),
    from('-X', 'bootstrap.servers', 'b:2'),
    from('-X', 'linger.ms', '1'),
    from('-X', 'queue.buffering.max.ms', '2s'),
  ])
  assert.deepEqual(settings['bootstrap.servers'], [{ host: 'b', port: 2 }])
  assert.equal(settings['linger.ms'], 2000)
  assert.deepEqual(
    effective.find(({ name }) => name === 'linger.ms'),
    { name: 'linger.ms', text: '2s', source: '-X' },
  )
})

test('an unknown name is an error with the nearest one and without the value', () => {
  assert.throws(
    () => resolveSettings([from('-X', 'batch.sizes', 'hunter2')]),
    (error: UsageError) =>
      error instanceof UsageError &&
      error.message === "unknown setting 'batch.sizes' (-X)" &&
      error.hint === "did you mean 'batch.size'?",
  )
})

test('names of Java and librdkafka without meaning here are passed over in files, and told in -X', () => {
  const names = ['group.id', 'queued.min.messages', 'key.deserializer', 'metrics.num.samples', 'topic.partitioner']
  const { ignored } = resolveSettings(names.map((name) => ({ ...from('f line 1', name, 'x'), isShared: true })))
  assert.deepEqual(
    ignored.map(({ name }) => name),
    names,
  )
  assert.throws(
    () => resolveSettings([from('-X', 'queued.min.messages', '1')]),
    /'queued\.min\.messages' \(-X\) has no meaning/,
  )
  // What bears on security is never passed over.
  for (const name of ['ssl.engine.factory.class', 'ssl.providers', 'sasl.mechanismus']) {
    assert.throws(() => resolveSettings([{ ...from('f line 1', name, 'x'), isShared: true }]), /unknown setting/, name)
  }
  assert.equal(resolveSettings([from('f', 'topic.acks', '1')]).settings.acks, 1)
})

test('shared files bring no commands in', () => {
  const command = '${command:id}'
  for (const [name, value] of [
    ['sasl.password', command],
    ['sasl.oauthbearer.token.command', 'id'],
  ]) {
    const shared = { ...from('f line 1', name, value), isShared: true }
    assert.throws(() => resolveSettings([shared]), /\(f line 1\) would run a command/)
    resolveSettings([from('-X', name, value)])
  }
})

test('references in values are looked up, in secrets only when they are needed', async () => {
  process.env['KTOOL_TEST_REFERENCE'] = 'b:2'
  const folder = mkdtempSync(join(tmpdir(), 'ktool-references-'))
  try {
    const file = join(folder, 'file')
    writeFileSync(file, 'user=x\npw = p=w\n')
    const value = resolveSettings([from('f', 'bootstrap.servers', '${env:KTOOL_TEST_REFERENCE}')])
    assert.deepEqual(value.settings['bootstrap.servers'], [{ host: 'b', port: 2 }])
    const { settings, effective } = resolveSettings([from('f', 'sasl.password', '${env:KTOOL_NOT_THERE}')])
    assert.equal(settings['sasl.password'], '${env:KTOOL_NOT_THERE}')
    assert.equal(effective.find(({ name }) => name === 'sasl.password')?.text, '****')
    const secret = (text: string) => expandSecret(text, 's', async (question) => `<${question}>`)
    assert.equal(await secret(`a\${file:${file}:pw}b`), 'ap=wb')
    assert.equal(await secret(`\${file:${file}}`), 'user=x\npw = p=w')
    assert.equal(await secret(`\${directory:${folder}:file}`), 'user=x\npw = p=w')
    assert.equal(await secret('${command:echo one two}'), 'one two')
    assert.equal(await secret('${ask}${ask:Password?}'), '<s:><Password?>')
    assert.equal(await secret('${other:x} $x {}'), '${other:x} $x {}')
    await assert.rejects(secret('${env:KTOOL_NOT_THERE}'), /the environment has no KTOOL_NOT_THERE/)
    await assert.rejects(secret(`\${file:${file}:no}`), /has no no$/)
    await assert.rejects(secret('${file:/none}'), /a setting refers to it: no such file: \/none/)
    await assert.rejects(secret('${directory:/etc:../x}'), /is not/)
    await assert.rejects(secret('${command:exit 3}'), /ended with 3/)
    assert.throws(() => resolveSettings([from('f', 'client.id', '${ask}')]), /stands for a secret/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a wrong value is an error that says which setting and where it was given', () => {
  assert.throws(
    () => resolveSettings([from('a.properties line 3', 'acks', '7')]),
    /setting acks \(a\.properties line 3\): '7'/,
  )
})

test('the text of a secret is in no error', () => {
  const parse = (text: string): string => {
    throw new UsageError(`'${text}' is wrong`)
  }
  const setting: Setting = { parse, default: '', doc: '', secret: true }
  assert.throws(
    () => parseSetting(setting, from('-X', 'p', 'hunter2')),
    (error: Error) => !error.message.includes('hunter2'),
  )
})

test('the environment sets what the table says', () => {
  assert.deepEqual(fromEnvironment({ KTOOL_BOOTSTRAP: 'a:1', KTOOL_CLIENT_ID: '', HOME: '/' }), [
    from('KTOOL_BOOTSTRAP', 'bootstrap.servers', 'a:1'),
  ])
})

test('no two settings share a name', () => {
  const names = Object.entries<Setting>(table).flatMap(([name, { librdkafka = [], aliases = [] }]) => [
    name,
    ...librdkafka,
    ...aliases,
  ])
  assert.equal(new Set(names).size, names.length)
  assert.equal(javaNames.size, names.length)
})

test('every setting is read by something', () => {
  const root = join(import.meta.dirname, '../../src')
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => /^(cli|client|commands|registry)\b.*\.ts$/.test(file))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n')
  const unread = Object.keys(table).filter(
    (name) => ![`settings['${name}']`, `settings.${name}`, `(settings, '${name}'`].some((use) => sources.includes(use)),
  )
  assert.deepEqual(unread, [])
})
