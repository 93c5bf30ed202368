// The forms of JSON that commands print, as programs rely on them: test/golden/json/COMMAND.txt has a line for each key with
// the type of its value. A null says nothing of the type.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assertGolden } from './golden.ts'

export const formsFolder = join(import.meta.dirname, 'golden/json')

/** Keys that are names of things, such as configs, by the keys that hold them. */
const MAPS = new Set(['configs', 'quotas', 'entity'])

/** Fails unless the rows have the keys, and values of the types, that the command is known for. */
export function assertForm(command: string, rows: unknown): void {
  assert.ok(Array.isArray(rows) && rows.length > 0, `${command}: there are no rows to look at`)
  const found = new Map<string, string>()
  for (const row of rows) visit(row, '', found)
  const name = `${command.replaceAll(/[ -]+/g, '-')}.txt`
  const path = join(formsFolder, name)
  const known = existsSync(path) ? parse(readFileSync(path, 'utf8')) : new Map<string, string>()
  // What has no content in one run may have some in another.
  for (const [key, type] of known) {
    const parent = key.replace(/\[\]$|(\[\])?\.[^.]*$/, '')
    const isEmpty = !found.has(key) && parent !== key && !hasChildren(found, parent)
    if (isEmpty || (found.get(key) === 'null' && type !== 'null')) found.set(key, type)
  }
  const lines = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, type]) => `${key} ${type}\n`)
  if (process.env['UPDATE_GOLDEN']) {
    assertGolden(`json/${name}`, lines.join(''))
    return
  }
  const expected = [...known].map(([key, type]) => `${key} ${type === 'null' ? found.get(key) : type}\n`)
  assert.equal(lines.join(''), expected.join(''), `ktool ${command} --json: not as in test/golden/json/${name}`)
}

function hasChildren(found: ReadonlyMap<string, string>, parent: string): boolean {
  return [...found.keys()].some((key) => key.startsWith(`${parent}.`) || key.startsWith(`${parent}[]`))
}

function visit(value: unknown, path: string, found: Map<string, string>): void {
  if (Array.isArray(value)) {
    put(found, path, 'array')
    for (const item of value) visit(item, `${path}[]`, found)
  } else if (typeof value === 'object' && value !== null) {
    if (path !== '' && !path.endsWith('[]')) put(found, path, 'object')
    const last = path.split('.').at(-1) ?? ''
    if (MAPS.has(last)) return
    for (const [key, item] of Object.entries(value)) visit(item, path === '' ? key : `${path}.${key}`, found)
  } else if (!path.endsWith('[]') || !found.has(path)) {
    put(found, path, value === null ? 'null' : typeof value)
  }
}

function put(found: Map<string, string>, path: string, type: string): void {
  const known = found.get(path)
  if (known === undefined || known === 'null') found.set(path, type)
  else if (type !== 'null') assert.equal(type, known, `${path} is of two types`)
}

function parse(text: string): Map<string, string> {
  return new Map(text.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ') as [string, string]])))
}
