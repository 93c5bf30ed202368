// What the built program loads of the sources: known by the texts in them, which the bundle keeps as they are.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ktool, type RunOptions } from './run.ts'

const sources = join(import.meta.dirname, '../../src')
/** Long enough to be nobody else's. */
const TEXT = /'([\w ,;:.()-]{16,})'/g
/** Of packages that are in the bundle too. */
const PACKAGES: Readonly<Record<string, string>> = {
  ajv: 'schema must be object or boolean',
  protobufjs: 'protobufjs',
}

/** Files below src/`folder`, and packages, that are loaded when ktool runs with these arguments. */
export async function loadedOf(folder: string, args: readonly string[], options: RunOptions = {}): Promise<string[]> {
  const own = mkdtempSync(join(tmpdir(), 'ktool-loaded-'))
  try {
    const [hook, list] = [join(own, 'hook.cjs'), join(own, 'list')]
    writeFileSync(
      hook,
      `const fs = require('node:fs')
      const { readFileSync } = fs
      fs.readFileSync = (path, ...rest) => {
        fs.appendFileSync(${JSON.stringify(list)}, path + '\\n')
        return readFileSync(path, ...rest)
      }`,
    )
    const env = { ...options.env, NODE_OPTIONS: `--require=${hook}` }
    const { stderr } = await ktool(args, { ...options, env })
    const files = readFileSync(list, 'utf8')
      .split('\n')
      .filter((path) => path.endsWith('.cjs'))
    assert.ok(files.length > 1, stderr)
    const loaded = files.map((path) => readFileSync(path, 'utf8')).join('\n')
    const texts = Object.entries({ ...textsOf(folder), ...PACKAGES })
    return texts.filter(([, text]) => loaded.includes(text)).map(([name]) => name)
  } finally {
    rmSync(own, { recursive: true })
  }
}

/** One text of each source that has one of its own. */
function textsOf(folder: string): Record<string, string> {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const contents = files.map((name) => [name, readFileSync(join(sources, name), 'utf8')] as const)
  const others = contents.filter(([name]) => !name.startsWith(folder)).map(([, content]) => content)
  const texts: Record<string, string> = {}
  for (const [name, content] of contents) {
    if (!name.startsWith(folder)) continue
    const candidates = [...content.replaceAll(/^import .*$|\/\/.*$/gm, '').matchAll(TEXT)].map(([, text]) => text)
    const text = candidates.find((each) => !others.some((other) => other.includes(each)))
    if (text !== undefined) texts[name] = text
  }
  return texts
}
