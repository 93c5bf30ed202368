import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import { parseConfig, readConfigFile, readKcatConfig } from '../../src/config/file.ts'
import { UsageError } from '../../src/errors.ts'

const pairs = (text: string) => parseConfig(text, 'f').map(({ name, value }) => [name, value])

test('Java properties: separators, comments, continued lines, escapes', () => {
  const text = [
    '# comment',
    '! comment',
    '',
    'bootstrap.servers=a:1,\\',
    '    b:2',
    'acks : all',
    '  linger.ms   5',
    'client.id=caf\\u00e9\\tx\\\\y',
    'a\\=b=c=d',
    'empty=',
    'bare',
  ].join('\r\n')
  assert.deepEqual(pairs(text), [
    ['bootstrap.servers', 'a:1,b:2'],
    ['acks', 'all'],
    ['linger.ms', '5'],
    ['client.id', 'café\tx\\y'],
    ['a=b', 'c=d'],
    ['empty', ''],
    ['bare', ''],
  ])
})

test("a name that only librdkafka has makes the file librdkafka's: nothing is an escape", () => {
  const text = '# kcat\nmetadata.broker.list = a:1\nclient.id=C:\\temp\\x\n'
  assert.deepEqual(pairs(text), [
    ['metadata.broker.list', 'a:1'],
    ['client.id', 'C:\\temp\\x'],
  ])
  assert.throws(() => pairs('metadata.broker.list=a:1\nbare\n'), /f line 2 is not NAME=VALUE/)
})

test('each assignment knows its line', () => {
  assert.deepEqual(
    parseConfig('\n\nacks=1\n', 'client.properties').map(({ source }) => source),
    ['client.properties line 3'],
  )
})

test("kcat's own file: the one that is named, else the user's", () => {
  const folder = mkdtempSync(join(tmpdir(), 'ktool-config-'))
  try {
    assert.deepEqual(readKcatConfig({ HOME: folder }), [])
    mkdirSync(join(folder, '.config'))
    writeFileSync(join(folder, '.config', 'kcat.conf'), 'metadata.broker.list=a:1\n')
    writeFileSync(join(folder, 'other'), 'metadata.broker.list=b:2\n')
    const [{ value, isShared }] = readKcatConfig({ HOME: folder })
    assert.deepEqual([value, isShared], ['a:1', true])
    assert.equal(readKcatConfig({ HOME: folder, KCAT_CONFIG: join(folder, 'other') })[0].value, 'b:2')
    assert.throws(
      () => readKcatConfig({ HOME: folder, KCAT_CONFIG: join(folder, 'none') }),
      /no such configuration file: \S*none$/,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('any values are read back from escaped Java properties', () => {
  const name = fc.stringMatching(/^[a-z.]{1,10}$/)
  const value = fc.string({ unit: 'binary-ascii', maxLength: 20 }).filter((text) => text === text.trim())
  const escaped = (text: string) =>
    text.replaceAll(/[^a-zA-Z0-9]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), (list) => {
      assert.deepEqual(pairs(list.map(([key, text]) => `${escaped(key)}=${escaped(text)}\n`).join('')), list)
    }),
  )
})

test('any text is read or refused with a UsageError', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab=:\\ \n\r\t#!u0') }), (text) => {
      try {
        parseConfig(text, 'f')
      } catch (error) {
        assert.ok(error instanceof UsageError)
      }
    }),
  )
})

test('files that cannot be read or are something else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ktool-config-'))
  try {
    assert.throws(() => readConfigFile(join(folder, 'missing')), /no such configuration file: \S*missing$/)
    assert.throws(() => readConfigFile(folder), /can't be read: illegal operation on a directory/)
    const binary = join(folder, 'binary')
    writeFileSync(binary, Buffer.from([1, 0, 2]))
    assert.throws(() => readConfigFile(binary), /is not a configuration file/)
    const large = join(folder, 'large')
    writeFileSync(large, Buffer.alloc((1 << 20) + 1, 'a'))
    assert.throws(() => readConfigFile(large), /is not a configuration file/)
    const withMark = join(folder, 'mark')
    writeFileSync(withMark, '\uFEFFacks=1')
    assert.equal(readConfigFile(withMark)[0].name, 'acks')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
