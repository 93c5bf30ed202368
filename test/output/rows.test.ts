import assert from 'node:assert/strict'
import { PassThrough, Writable } from 'node:stream'
import { text as textOf } from 'node:stream/consumers'
import test from 'node:test'
import Table from 'cli-table3'
import fc from 'fast-check'
import { parse as parseYaml } from 'yaml'
import { createRows, type OutputForm, outputForms, type RowsSpec } from '../../src/output/rows.ts'
import { assertGolden } from '../golden.ts'

interface Group {
  groupId: string
  state: string
  lag: number | null
  members: string[]
  configs: Record<string, string>
}

const groups: Group[] = [
  { groupId: 'orders', state: 'Stable', lag: 12, members: ['a', 'b'], configs: { 'x.y': '1', z: '' } },
  { groupId: 'tab\there', state: 'say "hi", Bob', lag: null, members: [], configs: {} },
  { groupId: '日本語', state: 'line 1\r\nline 2 \\ é', lag: 1234567, members: ['c'], configs: {} },
  { groupId: '\u001b[31mred\u202e', state: '', lag: 0, members: ['='], configs: {} },
]

const flat: RowsSpec<Group> = {
  columns: [
    { key: 'groupId', title: 'GROUP' },
    { key: 'state', style: (row) => (row.state === 'Stable' ? 'green' : 'red') },
    { key: 'lag' },
    { key: 'members' },
    { key: 'configs', title: 'CONFIGS' },
  ],
}

interface Member {
  groupId: string
  memberId: string
  currentEpoch: number | null
}

const nested: RowsSpec<Group, Member> = {
  columns: [{ key: 'groupId', inHeading: true }, { key: 'memberId' }, { key: 'currentEpoch', mayBeEmpty: true }],
  rows: ({ groupId, members }) => members.map((memberId) => ({ groupId, memberId, currentEpoch: null })),
  heading: ({ groupId, state }) => [groupId, state],
}

async function written<Item extends object, Row extends object>(
  spec: RowsSpec<Item, Row>,
  items: readonly Item[],
  form: OutputForm,
  colour = false,
): Promise<string> {
  const stream = new PassThrough()
  const text = textOf(stream)
  const rows = createRows(spec, { form, stream, colour })
  for (const item of items) await rows.add(item)
  await rows.end()
  stream.end()
  return text
}

for (const form of outputForms) {
  test(`rows as ${form}`, async () => {
    assertGolden(`rows/flat.${form}`, await written(flat, groups, form))
    assertGolden(`rows/nested.${form}`, await written(nested, groups.slice(0, 3), form))
    assertGolden(`rows/none.${form}`, await written(flat, [], form))
  })
}

test('colour is in tables only', async () => {
  for (const form of outputForms) {
    const text = await written(flat, groups.slice(0, 1), form, true)
    assert.equal(text.includes('\u001b['), form === 'table', form)
  }
  assertGolden('rows/colour.table', await written(nested, groups.slice(0, 1), 'table', true))
})

test('nothing a cell holds can steer the terminal', async () => {
  const text = await written(flat, groups, 'table')
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\u0000-\u001f\u007f-\u009f\u202e]/)
})

const cell = fc.string({ unit: 'grapheme', maxLength: 12 })
const pair = fc.record({ a: cell, b: cell }, { noNullPrototype: true })
const columns: RowsSpec<{ a: string; b: string }> = { columns: [{ key: 'a' }, { key: 'b' }] }

test('json, jsonl and yaml give back what went in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(pair), async (items) => {
      assert.deepEqual(JSON.parse(await written(columns, items, 'json')), items)
      const lines = (await written(columns, items, 'jsonl')).split('\n').slice(0, -1)
      assert.deepEqual(
        lines.map((line) => JSON.parse(line)),
        items,
      )
      assert.deepEqual(parseYaml(await written(columns, items, 'yaml')), items)
    }),
  )
})

test('tsv is a line a row with the escapes undone', async () => {
  const undo = (text: string) =>
    text.replaceAll(/\\([tnr\\])/g, (_, char: string) => ({ t: '\t', n: '\n', r: '\r', '\\': '\\' })[char] as string)
  await fc.assert(
    fc.asyncProperty(fc.array(pair), async (items) => {
      const lines = (await written(columns, items, 'tsv')).split('\n').slice(0, -1)
      const cells = lines.map((line) => line.split('\t').map(undo))
      assert.deepEqual(
        cells,
        items.map(({ a, b }) => [a || '-', b || '-']),
      )
    }),
  )
})

test('csv is read back by the rules of RFC 4180', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(pair), async (items) => {
      const records = readCsv(await written(columns, items, 'csv'))
      assert.deepEqual(records, [['a', 'b'], ...items.map(({ a, b }) => [a, b])])
    }),
  )
})

test('rows are written while they come', async () => {
  const pieces: string[] = []
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      pieces.push(chunk)
      done()
    },
  })
  for (const form of ['tsv', 'csv', 'json', 'jsonl'] as const) {
    pieces.length = 0
    const rows = createRows(columns, { form, stream, colour: false })
    for (let n = 0; n < 10_000; n++) await rows.add({ a: 'some text', b: String(n) })
    assert.ok(pieces.length > 1, form)
    await rows.end()
  }
})

test('a slow reader is waited for', async () => {
  const stream = new PassThrough({ highWaterMark: 16 })
  const rows = createRows(columns, { form: 'jsonl', stream, colour: false })
  let waiting: Promise<void> | undefined
  while (waiting === undefined) waiting = rows.add({ a: 'x'.repeat(1000), b: '' })
  let done = false
  const finished = waiting.then(() => (done = true))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(done, false)
  stream.resume()
  await finished
})

test('many who wait for one reader share the wait', async () => {
  const stream = new PassThrough({ highWaterMark: 16 })
  const rows = createRows(columns, { form: 'jsonl', stream, colour: false })
  const waits: (Promise<void> | undefined)[] = []
  for (let i = 0; i < 2_000; i++) waits.push(rows.add({ a: 'x'.repeat(1000), b: '' }))
  assert.ok(waits.filter((wait) => wait !== undefined).length > 20)
  assert.equal(stream.listenerCount('drain'), 1)
  stream.resume()
  await Promise.all(waits)
  assert.equal(stream.listenerCount('drain'), 0)
})

test('a reader that goes away ends the waiting', async () => {
  const stream = new PassThrough({ highWaterMark: 16 })
  stream.on('error', () => {})
  const rows = createRows(columns, { form: 'jsonl', stream, colour: false })
  let waiting: Promise<void> | undefined
  while (waiting === undefined) waiting = rows.add({ a: 'x'.repeat(1000), b: '' })
  stream.destroy(new Error('EPIPE'))
  await waiting
  await rows.add({ a: '', b: '' })
  await rows.end()
})

test('a table of many rows is drawn in parts, as the time for one grows with the square of its rows', async (t) => {
  const parts: number[] = []
  const draw = Table.prototype.toString
  t.mock.method(Table.prototype, 'toString', function (this: Table.Table) {
    parts.push(this.length)
    return draw.call(this)
  })
  const rows = 2_000
  const text = await written(
    columns,
    Array.from({ length: rows }, (_, n) => ({ a: `name-${n}`, b: 'x' })),
    'table',
  )
  assert.equal(text.trimEnd().split('\n').length, rows + 1)
  assert.equal(
    parts.reduce((sum, lines) => sum + lines, 0),
    rows + 1,
  )
  assert.ok(Math.max(...parts) <= 500, String(parts))
})

function readCsv(text: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    record.push(quoted?.replaceAll('""', '"') ?? bare)
    if (end === ',') continue
    records.push(record)
    record = []
  }
  return records
}
