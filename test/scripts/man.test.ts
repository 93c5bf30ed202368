import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { manPages } from '../../scripts/generate-man.ts'
import { escaped, prose } from '../../scripts/man/roff.ts'
import { manifest } from '../../src/cli/manifest.ts'
import { ExitCode } from '../../src/errors.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(root, 'man')

test('the man pages are those that the data of the commands gives, and the package names them', async () => {
  const pages = await manPages()
  assert.deepEqual(readdirSync(folder).sort(), [...pages.keys()].sort(), 'npm run generate:man')
  for (const [name, text] of pages) {
    assert.equal(readFileSync(join(folder, name), 'utf8'), text, `man/${name} is old: npm run generate:man`)
  }
  const { man, files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  assert.deepEqual(man, [...pages.keys()].map((name) => `./man/${name}`).sort())
  assert.ok(files.includes('man'))
})

const has = (program: string) => spawnSync(program, ['--version']).error === undefined

const texts = new Map<string, string>()

/** The text of a page without its layout, as `man` shows it. */
function shown(name: string): string {
  const known = texts.get(name)
  if (known !== undefined) return known
  const { status, stdout, stderr } = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', join(folder, name)], {
    encoding: 'utf8',
    env: { ...process.env, MANWIDTH: '200', MAN_KEEP_FORMATTING: undefined, LC_ALL: 'C.UTF-8', MANPAGER: 'cat' },
  })
  assert.deepEqual([status, stderr], [0, ''], name)
  texts.set(name, stdout.replaceAll(/\s+/g, ' '))
  return texts.get(name) as string
}

test('man shows every command with its options and examples as they are typed', { skip: !has('man') }, async () => {
  for (const { path, hidden, load } of manifest) {
    if (hidden) continue
    const { flags = {}, examples } = (await load()).command
    const text = shown(`ktool-${path.split(' ')[0]}.1`)
    assert.ok(text.includes(`ktool ${path} `), path)
    for (const { line } of examples) assert.ok(text.includes(line.replaceAll(/\s+/g, ' ')), line)
    for (const key of Object.keys(flags)) {
      const long = `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
      assert.ok(text.includes(long), `${path} ${long}`)
    }
  }
  const program = shown('ktool.1')
  for (const code of Object.values(ExitCode)) assert.match(program, new RegExp(`EXIT STATUS.* ${code} .*ENVIRONMENT`))
})

test('mandoc has nothing to say but that there is no date', { skip: !has('mandoc') }, () => {
  const pages = readdirSync(folder).map((name) => join(folder, name))
  const { stdout, error } = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', ...pages], { encoding: 'utf8' })
  assert.equal(error, undefined)
  assert.deepEqual(
    stdout.split('\n').filter((line) => line !== '' && !line.includes('WARNING: missing date')),
    [],
  )
})

test('text is text', () => {
  assert.equal(escaped(".a 'b' \\c --d\n.e…"), '\\&.a \\(aqb\\(aq \\ec \\-\\-d\n\\&.e\\[u2026]')
  assert.equal(prose('One `ktool a`. Two.'), 'One \\fBktool a\\fP\\&.\nTwo.')
})
