// ktool dump of records that have schemas: those of a registry, of the log that it keeps them in, and of files.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { loadedOf } from './loaded.ts'
import { type Ended, ktool } from './run.ts'
import { served } from './served.ts'

const folder = mkdtempSync(join(tmpdir(), 'ktool-dump-schemas-'))
const data = join(folder, 'data')
const { env } = served('--data', data)
after(() => rmSync(folder, { recursive: true }))

const orders = join(data, 'orders-0')
const schemas = join(data, '_schemas-0')

function file(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const run = (...args: string[]): Promise<Ended> => ktool(args, { env })

async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ktool(args)
  assert.deepEqual([code, stderr], [0, ''], args.join(' '))
  return stdout
}

const money = file('money.avsc', { type: 'record', name: 'Money', fields: [{ name: 'cents', type: 'long' }] })
const id = { name: 'id', type: 'long' }
const first = file('order.avsc', { type: 'record', name: 'Order', fields: [id, { name: 'paid', type: 'Money' }] })
const second = file('order-2.avsc', {
  type: 'record',
  name: 'Order',
  fields: [id, { name: 'paid', type: 'Money' }, { name: 'note', type: 'string', default: '' }],
})
const keys = file('key.avsc', '"string"')

/** Ids 1 Money, 2 the keys, 3 and 4 orders, 5 and 6 the others; offsets 0 to 2 are orders, 3 is text, 4 a tombstone. */
test('records that have schemas are written', async () => {
  const produce = async (args: string[], stdin: string) => {
    const { code, stderr } = await ktool(args, { env, stdin })
    assert.equal(code, 0, stderr)
  }
  await produce(['schemas', 'register', 'money', money], '')
  const reference = ['--reference', 'Money=money@1', '--key-schema', keys, '-K', '\\t']
  const avro = ['avro', 'produce', 'orders', ...reference]
  await produce(['topics', 'create', 'orders', 'documents', 'messages', 'committed'], '')
  await produce([...avro, '--value-schema', first, '-z', 'gzip'], 'a\t{"id":9007199254740993,"paid":{"cents":5}}\n')
  const lines = 'b\t{"id":2,"paid":{"cents":7},"note":"größer"}\nc\t{"id":3,"paid":{"cents":9}}\n'
  await produce([...avro, '--value-schema', second], lines)
  await produce(['produce', 'orders', '-K', '\\t', '-H', 'h=1'], 'plain\ttext\n')
  await produce(['produce', 'orders', '--input', 'jsonl'], '{"key":"gone","value":null}\n')
  const json = file('document.json', { type: 'object', properties: { n: { type: 'integer' } } })
  await produce(['produce', 'documents', '--value-schema', json], '{"n":12345678901234567890}\n')
  const proto = file('message.proto', 'syntax = "proto3"; message Other {} message M { int64 n = 1; }')
  await produce(['produce', 'messages', '--value-schema', `${proto}#M`], '{"n":"5"}\n')
  const transaction = ['--transactional-id', 't', '--value-schema', first, '--reference', 'Money=money@1']
  await produce(['avro', 'produce', 'committed', ...transaction], '{"id":1,"paid":{"cents":1}}\n')
})

const decoded = [
  '0 "a" {"id":9007199254740993,"paid":{"cents":5}}',
  '1 "b" {"id":2,"paid":{"cents":7},"note":"größer"}',
  '2 "c" {"id":3,"paid":{"cents":9},"note":""}',
]
const FORMAT = ['-f', '%o %k %s\\n']

test('by the schemas of a registry, of its log, and of files', async () => {
  const files = ['--value-schema', `3=${first}`, '--value-schema', `4=${second}`, '--key-schema', keys]
  const sources = [
    ['--decode', 'both', '--registry', env['KTOOL_REGISTRY']],
    ['--decode', 'both', '--registry', schemas],
    ['--decode', 'both', '--registry', data],
    [...files, '--reference', `Money=${money}`],
  ]
  for (const source of sources) {
    assert.equal(await ok('dump', orders, '--offsets', ':3', ...FORMAT, ...source), `${decoded.join('\n')}\n`)
  }
  assert.equal(
    await ok(
      'dump',
      orders,
      '--offsets',
      ':3',
      '--decode',
      'value',
      '--registry',
      schemas,
      '--where',
      'value.id == 3',
      '-f',
      '%k{hex}\\n',
    ),
    '00000000020263\n',
    'the key alone stays as it is',
  )
  assert.equal(
    await ok('dump', orders, '--offsets', ':3', '--avro', '--registry', schemas, '--grep', 'größer', ...FORMAT),
    `${decoded[1]}\n`,
  )
  assert.equal(
    await ok('dump', join(data, 'documents-0'), '--avro', '--registry', schemas, '-f', '%s'),
    '{"n":12345678901234567890}',
  )
  assert.equal(await ok('dump', join(data, 'messages-0'), '--avro', '--registry', schemas, '-f', '%s'), '{"n":"5"}')
})

test('in the text of DumpLogSegments and in the envelope; markers of transactions as ever', async () => {
  const one = ['--offsets', '1', '--avro', '--registry', schemas]
  const [, , batch, record, end] = (await ok('dump', orders, ...one)).split('\n')
  assert.match(batch, /^baseOffset: 1 lastOffset: 2 count: 2 /)
  assert.match(
    record,
    /^\| offset: 1 .* keySize: 7 valueSize: \d+ .* key: "b" payload: \{"id":2,"paid":\{"cents":7\},"note":"größer"\}$/,
  )
  assert.equal(end, '')
  const envelope = await ok('dump', orders, ...one, '--json')
  assert.match(envelope, /,"key":"b","keySchemaId":2,"value":\{"id":2,.*\},"valueSchemaId":4,"headers":\[\],/)
  const committed = join(data, 'committed-0')
  const both = await ok('dump', committed, '--avro', '--registry', schemas)
  assert.match(
    both,
    / payload: \{"id":1,"paid":\{"cents":1\}\}\n[^|]*\| .* endTxnMarker: COMMIT coordinatorEpoch: 0\n$/,
  )
  const json = await ok('dump', committed, '--avro', '--registry', schemas, '--json', '--records', '--key', 'x')
  assert.equal(json, '')
})

test('what can not be decoded is shown raw with its error, and counted', async () => {
  const args = ['dump', orders, '--offsets', '2:', '--registry', schemas]
  const text = await run(...args, '--avro')
  assert.equal(text.code, 1)
  const [, , , third, , fourth, , fifth] = text.stdout.split('\n')
  assert.match(third, / payload: \{"id":3/)
  assert.match(fourth, / key: plain payload: text payloadError: it does not begin with the id of a schema$/)
  assert.match(fifth, / key: gone$/)
  assert.match(
    text.stderr,
    /offset 3 of partition 0 of orders: the value can't be decoded: it does not .*\n.*1 record could not be decoded, and is shown as it is\n$/,
  )
  const json = await run(...args, '--decode', 'both', '--json')
  const records = json.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const reason = 'it does not begin with the id of a schema'
  assert.deepEqual(
    records.map(({ value, valueError, keyError }) => [value, valueError, keyError]),
    [
      [{ id: 3, paid: { cents: 9 }, note: '' }, undefined, undefined],
      ['text', reason, reason],
      [null, undefined, reason],
    ],
  )
  assert.match(json.stderr, /2 records could not be decoded/)
  const format = await run(...args, '--avro', '-f', '%s\\n')
  assert.deepEqual([format.code, format.stdout.split('\n')[1]], [1, 'text'])
  const missing = await run(
    'dump',
    orders,
    '--offsets',
    ':2',
    '--value-schema',
    `3=${first}`,
    '--reference',
    `Money=${money}`,
  )
  assert.equal(missing.code, 1)
  assert.match(missing.stderr, /offset 1 of .*: the value can't be decoded: no file is given for schema 4\n/)
  const wrong = await run('dump', orders, '--offsets', ':2', '--value-schema', keys, '-f', '%o %s{hex}\\n')
  assert.equal(wrong.code, 1)
  assert.match(wrong.stdout, /^0 0000000003/, 'raw, where bytes are no value of the schema')
})

test('a file at another place, damage, and a registry that is not there', async () => {
  const elsewhere = join(folder, 'copied')
  mkdirSync(elsewhere)
  const log = readFileSync(join(orders, '00000000000000000000.log'))
  const copy = join(elsewhere, '00000000000000000000.log')
  // The second batch is damaged: the others are decoded all the same.
  const at = 12 + log.readInt32BE(8)
  log[at + 70] ^= 1
  writeFileSync(copy, log)
  const { code, stdout, stderr } = await run('dump', copy, '--avro', '--registry', schemas, ...FORMAT)
  assert.equal(code, 1)
  assert.equal(stdout.split('\n')[0], decoded[0])
  assert.match(stderr, new RegExp(`the checksum of the batch at position ${at} is wrong`))
  assert.match(stderr, /offset 3 of copied: the value can't be decoded/)

  const gone = await run('dump', orders, '--avro', '--registry', 'http://127.0.0.1:1')
  assert.equal(gone.code, 3)
  assert.match(gone.stderr, /^ktool: the schema registry at http:\/\/127\.0\.0\.1:1 can't be reached/)
})

test('options that do not go together', async () => {
  const refused = async (args: string[], message: RegExp) => {
    const { code, stderr } = await run('dump', orders, ...args)
    assert.equal(code, 2, stderr)
    assert.match(stderr, message)
  }
  await refused(['--registry', schemas], /only what is decoded needs schemas/)
  await refused(['--avro', '--decode', 'value'], /--avro and --decode exclude each other/)
  await refused(['--avro', '--decode', 'group-metadata'], /--decode group-metadata and --avro exclude each other/)
  await refused(['--value-schema', join(folder, 'none.avsc')], /no such schema file: .*none\.avsc/)
  await refused(['--value-schema', first], /the schema .*order\.avsc is wrong: .*Money/)
  await refused(['--value-schema', keys, '--value-schema', first], /there are two files for all records/)
  await refused(['--avro', '--registry', 'no/_schemas-0'], /there is no folder no\/_schemas-0/)
  await refused(['--avro', '--registry', orders], /orders-0 has no schemas in it/)
})

test('what decodes is loaded where it is asked for alone', async () => {
  assert.deepEqual(await loadedOf('registry/', ['dump', orders, '--records']), [])
  assert.deepEqual(await loadedOf('registry/', ['dump', orders, '--json']), [])
  const loaded = await loadedOf('registry/', ['dump', orders, '--avro', '--registry', schemas])
  assert.ok(loaded.includes('registry/avro/decoder.ts'), loaded.join())
  assert.ok(!loaded.includes('protobufjs') && !loaded.includes('ajv'), loaded.join())
})
