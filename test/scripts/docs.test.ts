// The documents against the program: every command line in them parses (or fails with the very error that they show), the
// page on a command names all its options and none that is not there, and links and scripts lead somewhere.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { program } from '../../src/cli/help.ts'
import { locate, nextWords } from '../../src/cli/locate.ts'
import { manifest } from '../../src/cli/manifest.ts'
import { parseArguments } from '../../src/cli/parse.ts'
import { allFlags, type NamedFlag } from '../../src/cli/syntax.ts'
import { UsageError } from '../../src/errors.ts'
import { type CommandLine, commandLines, simpleCommands } from './command-lines.ts'

const root = join(import.meta.dirname, '../..')
const names = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'))
const documents = new Map(names.map((name) => [name, readFileSync(join(root, name), 'utf8')]))
const { scripts, dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

test('command lines are found with their words', () => {
  const text = [
    '```console',
    "$ printf 'a\\tb' | A=1 ktool produce t -K '\\t' < in.tsv && ktool x",
    'out',
    '$ ktool y "a b" <<< text # ktool z',
    '```',
    '| `ktool q \\| wc` | `other` |',
    '```sh',
    'source <(ktool w e)',
    '```',
  ].join('\n')
  assert.deepEqual(
    commandLines('f', text, 'ktool').map(({ words, output }) => [words.join('·'), output.length]),
    [
      ['produce·t·-K·\\t', 1],
      ['x', 1],
      ['y·a b', 0],
      ['q', 0],
      ['w·e', 0],
    ],
  )
  assert.deepEqual(simpleCommands(`(a 'b c'; d\\ e"f$1" 2> x) | g`), [['a', 'b c'], ['d e' + 'f$1', '2'], ['g']])
})

for (const [name, text] of documents) {
  test(`${name}: its command lines are valid`, async () => {
    for (const line of commandLines(name, text, 'ktool')) await checkLine(line)
  })
  test(`${name}: its links, paths and scripts are there`, () => {
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [path, anchor] = target.split('#')
      const file = path === '' ? name : join(dirname(name), path)
      assert.ok(existsSync(join(root, file)), `${name} links to ${target}`)
      if (anchor === undefined) continue
      const headings = [...(documents.get(file) ?? '').matchAll(/^#+ (.*)$/gm)].map((match) => slug(match[1]))
      assert.ok(headings.includes(anchor), `${name} links to ${target}; the headings are ${headings.join(', ')}`)
    }
    for (const path of codeIn(text)) {
      // Paths with capitals stand for new files.
      if (!/^(bin|src|test|scripts|docs|demo)\/[a-z\d./-]+$/.test(path)) continue
      assert.ok(existsSync(join(root, path)), `${name} names ${path}, which is not there`)
    }
    for (const [, script] of text.matchAll(/\bnpm run ([\w:]+)/g)) {
      assert.ok(script in scripts, `${name}: there is no script ${script}`)
    }
  })
}

/** The pages on commands, by the commands that they are about. */
const pages: Record<string, RegExp> = {
  'docs/produce.md': /^produce$/,
  'docs/consume.md': /^consume$/,
  'docs/serve.md': /^serve$/,
  'docs/topics.md': /^topics /,
  'docs/cluster.md': /^(cluster|brokers|transactions) /,
  'docs/partitions.md': /^partitions /,
  'docs/connecting.md': /^profile /,
  'docs/configs.md': /^(configs|quotas) /,
  'docs/acls.md': /^(acls|users) /,
  'docs/schemas.md': /^schemas /,
  'docs/dump.md': /^dump$/,
  'docs/groups.md': /^(groups|offsets|records) /,
}

for (const [page, about] of Object.entries(pages)) {
  test(`${page}: names every option of its commands`, async () => {
    const code = codeIn(documents.get(page) ?? '')
    for (const { flag, short, long, isGlobal } of await flagsOf(about)) {
      if (isGlobal || long === undefined) continue
      const term = [short, long].filter((one) => one !== undefined).join(', ')
      const full = flag.value === undefined ? term : `${term} ${flag.value}`
      assert.ok(code.includes(full), `${page} has no \`${full}\``)
    }
  })
}

test('no document names an option that is not there', async () => {
  const known = new Set(['--help', ...(await flagsOf(/./)).map(({ long }) => long)])
  for (const [name, text] of documents) {
    for (const code of codeIn(text)) {
      if (!/^--[a-z]/.test(code)) continue
      const [option] = code.split(/[ =|,]/)
      assert.ok(known.has(option), `${name}: no command has the option ${option}`)
    }
  }
})

test('the options of every command are described somewhere', async () => {
  const all = [...documents].map(([name, text]) => (name.startsWith('docs') || name === 'README.md' ? text : '')).join()
  for (const { short, long } of await flagsOf(/^topics list$/)) {
    const named = [short, long].some((one) => one !== undefined && new RegExp(`\`[^\`]*${one}\\b`).test(all))
    assert.ok(named, `${long ?? short} is in no document`)
  }
})

test('ARCHITECTURE.md says why each package is there', () => {
  const text = documents.get('ARCHITECTURE.md') ?? ''
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    assert.ok(text.includes(name), `ARCHITECTURE.md does not mention ${name}`)
  }
})

/** Parses a line; where that fails, the document has to show just this error. */
async function checkLine({ place, words, output, isMention }: CommandLine): Promise<void> {
  try {
    const located = locate(words)
    parseArguments(program, located.before)
    if (located.entry !== undefined) {
      if (!isMention || located.rest.length > 0) parseArguments((await located.entry.load()).command, located.rest)
    } else assert.ok(nextWords(located.words).length > 0, `${place}: ktool ${words.join(' ')} is no command`)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const shown = [`ktool: ${error.message}`, ...(error.hint === undefined ? [] : [`  ${error.hint}`])]
    assert.deepEqual(output, shown, `${place}: ktool ${words.join(' ')}`)
  }
}

async function flagsOf(paths: RegExp): Promise<NamedFlag[]> {
  const entries = manifest.filter(({ path, hidden }) => paths.test(path) && !hidden)
  assert.ok(entries.length > 0, `no command is ${paths}`)
  return (await Promise.all(entries.map(async ({ load }) => allFlags((await load()).command)))).flat()
}

/** Code in the text, without the blocks. */
function codeIn(text: string): string[] {
  return [...text.replace(/^```.*?^```$/gms, '').matchAll(/`([^`]+)`/g)].map(([, code]) =>
    // In a table.
    code.replaceAll('\\|', '|'),
  )
}

/** The anchor that a heading gets. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
}
