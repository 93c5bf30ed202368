import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { globalFlags } from '../../src/cli/global-flags.ts'
import { manifest, nouns } from '../../src/cli/manifest.ts'
import { allFlags, shownFlags } from '../../src/cli/syntax.ts'

test('every line of the manifest says what its command says', async () => {
  for (const { path, summary, load } of manifest) {
    const { command } = await load()
    assert.equal(command.path, path)
    assert.equal(command.summary, summary, path)
  }
})

test('every path is there once, and every noun has its line', () => {
  const paths = manifest.map(({ path }) => path)
  assert.equal(new Set(paths).size, paths.length)
  const used = new Set(paths.filter((path) => path.includes(' ')).map((path) => path.split(' ')[0]))
  assert.deepEqual(Object.keys(nouns).sort(), [...used].sort())
})

test('every command has examples of itself, and a text for each argument and option', async () => {
  for (const { path, hidden, load } of manifest) {
    const { command } = await load()
    if (!hidden) assert.ok(command.examples.length > 0, path)
    for (const { line, doc } of command.examples) {
      assert.ok(line.includes(`ktool ${path}`), `${path}: ${line}`)
      assert.ok(doc !== '')
    }
    for (const { doc } of [...Object.values(command.args ?? {}), ...Object.values(command.flags ?? {})]) {
      assert.match(doc, /[^.]$/, `${path}: ${doc}`)
    }
    assert.match(command.summary, /[^.]$/)
  }
})

test('what a command leaves out of its help are options of every command that it does not use', async () => {
  for (const { path, load } of manifest) {
    const { command } = await load()
    for (const key of command.unused ?? []) assert.ok(key in globalFlags, `${path}: ${key}`)
    const shown = shownFlags(command).filter(({ isGlobal }) => isGlobal)
    if (command.withoutCluster) assert.ok(!shown.some(({ key }) => key === 'bootstrapServer'), path)
    const [, file] = /import\('(.*)'\)/.exec(load.toString()) as RegExpExecArray
    const source = join(import.meta.dirname, '../../src/cli', file)
    const own = readFileSync(source, 'utf8')
    // Two commands may share what they do, in a file beside them.
    const beside = [...own.matchAll(/^import (?!type).* from '(\.\/[^']+)'/gm)].map(([, name]) =>
      join(dirname(source), name),
    )
    const text = own + beside.map((name) => readFileSync(name, 'utf8')).join('')
    assert.equal(
      shown.some(({ key }) => key === 'yes'),
      text.includes('.confirm('),
      path,
    )
  }
})

test('no command has two options of one name, or takes more after an argument that takes all', async () => {
  for (const { path, load } of manifest) {
    const { command } = await load()
    const names = allFlags(command).flatMap(({ short, long }) => [short, long].filter((name) => name !== undefined))
    assert.equal(new Set([...names, '-h', '--help']).size, names.length + 2, `${path}: ${names.sort()}`)
    const args = Object.values(command.args ?? {})
    for (const [index, { repeatable, optional }] of args.entries()) {
      if (repeatable) assert.equal(index, args.length - 1, path)
      if (optional)
        assert.ok(
          args.slice(index).every((later) => later.optional),
          path,
        )
    }
  }
})
