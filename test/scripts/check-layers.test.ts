import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { checkSources, importsOf, judge } from '../../scripts/check-layers.ts'

test('the sources keep to their layers', () => {
  assert.deepEqual(checkSources(join(import.meta.dirname, '../../src')), [])
})

test('imports of all kinds are seen', () => {
  const text = `
import fs from 'node:fs'
import { a } from './a.ts'
import type { B } from "../b/b.ts"
import {
  c,
  d,
} from './c.ts'
import './side-effect.ts'
export { e } from './e.ts'
export * from './f.ts'
export const text = "import { no } from './no.ts'"
const g = await import('./g.ts')
const h = createRequire(import.meta.url)('h')
const i = import.meta.url
`
  const expected = ['node:fs', './a.ts', '../b/b.ts', './c.ts', './side-effect.ts', './e.ts', './f.ts', './g.ts', 'h']
  assert.deepEqual(importsOf(text), expected)
})

test('an import of a higher layer or of a package in the wrong place is a problem', () => {
  const problem = (from: string, specifier: string) => judge({ from, specifier })
  assert.equal(problem('client/client.ts', '../net/connection.ts'), undefined)
  assert.equal(problem('client/client.ts', './admin.ts'), undefined)
  assert.equal(problem('commands/topics/list.ts', '../../errors.ts'), undefined)
  assert.equal(problem('cli/parse.ts', 'commander'), undefined)
  assert.equal(problem('records/crc32c.ts', '@node-rs/crc32'), undefined)
  assert.equal(problem('util/a.ts', 'node:fs'), undefined)
  assert.match(problem('net/connection.ts', '../client/client.ts') ?? '', /layer 2.* imports .*layer 3/)
  assert.match(problem('errors.ts', './config/table.ts') ?? '', /layer 0.*layer 1/)
  assert.match(problem('commands/serve.ts', 'commander') ?? '', /only cli may/)
  assert.match(problem('cli/main.ts', 'left-pad/x') ?? '', /left-pad, which has no place/)
  assert.match(problem('cli/main.ts', '../../test/x.ts') ?? '', /outside the sources/)
  assert.match(problem('stray/x.ts', './y.ts') ?? '', /no layer/)
})
