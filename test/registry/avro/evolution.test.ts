// The table of docs/avro.md: which change of a schema goes with which level.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { avroDifferences } from '../../../src/registry/avro/compatibility.ts'
import { parseAvro } from '../../../src/registry/avro/schema.ts'

const record = (...fields: object[]) => ({
  type: 'record',
  name: 'R',
  fields: [{ name: 'id', type: 'int' }, ...fields],
})
const symbols = (names: string, more: object = {}) =>
  record({ name: 'e', type: { type: 'enum', name: 'E', symbols: [...names], ...more } })
const plain = { name: 'x', type: 'string' }
const withDefault = { ...plain, default: '' }

/** By the rows of the table: what the old schema becomes. */
const changes: Record<string, [old: object, fresh: object][]> = {
  'a field more, with a default': [[record(), record(withDefault)]],
  'a field more, without': [[record(), record(plain)]],
  'a field less that had a default': [[record(withDefault), record()]],
  'a field less that had none': [[record(plain), record()]],
  '`int` becomes `long`': [[record({ name: 'n', type: 'int' }), record({ name: 'n', type: 'long' })]],
  'a branch more in a union': [
    [record({ name: 'u', type: ['null', 'int'] }), record({ name: 'u', type: ['null', 'int', 'string'] })],
  ],
  'a symbol more in an enum': [
    [symbols('AB'), symbols('ABC')],
    [symbols('AB', { default: 'A' }), symbols('ABC', { default: 'A' })],
  ],
  'another name for a field, with the old one as an alias': [
    [record(plain), record({ name: 'y', aliases: ['x'], type: 'string' })],
  ],
}

test('the table of changes and levels is right', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/avro.md'), 'utf8')
  const [, table] = /\n\| change \| BACKWARD .*\n\| ---.*\n((?:\|.*\n)+)/.exec(page) ?? []
  const rows = table
    .trim()
    .split('\n')
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  assert.deepEqual(
    rows.map(([change]) => change),
    Object.keys(changes),
  )
  for (const [change, ...cells] of rows) {
    for (const [i, pair] of changes[change].entries()) {
      const [old, fresh] = pair.map((schema) => parseAvro(JSON.stringify(schema)))
      const reads = (reader: typeof old, writer: typeof old) => avroDifferences(reader, writer).length === 0
      const [backward, forward] = [reads(fresh, old), reads(old, fresh)]
      // What needs a default is yes for the second pair, which has one.
      const expected = cells.map((cell) => cell === 'yes' || (cell.startsWith('with') && i === 1))
      assert.deepEqual([backward, forward, backward && forward], expected, change)
    }
  }
})
