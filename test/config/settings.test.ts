import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fromEnvironment, parseSetting, resolveSettings } from '../../src/config/settings.ts'
import { javaNames, type Setting, table } from '../../src/config/table.ts'
import { UsageError } from '../../src/errors.ts'

const from = (source: string, name: string, value: string) => ({ source, name, value })

test('without assignments every setting has its default', () => {
  const { settings, effective } = resolveSettings([])
  assert.deepEqual(settings['bootstrap.servers'], [{ host: '127.0.0.1', port: 9092 }])
  assert.equal(settings.acks, -1)
  assert.equal(settings['enable.idempotence'], true)
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
  const names = Object.entries<Setting>(table).flatMap(([name, { librdkafka = [] }]) => [name, ...librdkafka])
  assert.equal(new Set(names).size, names.length)
  assert.equal(javaNames.size, names.length)
})

test('every setting is read by something', () => {
  const root = join(import.meta.dirname, '../../src')
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => /^(cli|client|commands)\b.*\.ts$/.test(file))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n')
  const unread = Object.keys(table).filter(
    (name) => ![`settings['${name}']`, `settings.${name}`, `(settings, '${name}'`].some((use) => sources.includes(use)),
  )
  assert.deepEqual(unread, [])
})
