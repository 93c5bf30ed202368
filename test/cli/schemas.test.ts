// Avro, JSON Schema and Protobuf through the real program, with the bundled registry.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import avsc from 'avsc'
import { clientOf } from './client-of.ts'
import { loadedOf } from './loaded.ts'
import { type Ended, ktool, type RunOptions } from './run.ts'
import { served } from './served.ts'

const { env } = served()
const client = clientOf(env)
const folder = mkdtempSync(join(tmpdir(), 'ktool-schemas-'))
after(() => rmSync(folder, { recursive: true }))

const run = (args: string[], options: RunOptions = {}): Promise<Ended> =>
  ktool(args, { ...options, env: { ...env, ...options.env } })

async function ok(args: string[], options: RunOptions = {}): Promise<string> {
  const ended = await run(args, options)
  assert.deepEqual([ended.code, ended.stderr], [0, ''], args.join(' '))
  return ended.stdout
}

let topics = 0
async function topic(): Promise<string> {
  const name = `schemas-${++topics}`
  await client().admin.createTopics([{ name, partitions: 1 }])
  return name
}

function file(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const order = {
  type: 'record',
  name: 'Order',
  namespace: 'shop',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'total', type: { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 } },
    { name: 'note', type: ['null', 'string'], default: null },
    {
      name: 'items',
      type: { type: 'array', items: { type: 'record', name: 'Item', fields: [{ name: 'price', type: 'double' }] } },
      default: [],
    },
  ],
}

test('JSON goes in and comes out; what does not fit is told with its place, and the others go on', async () => {
  const name = await topic()
  const schema = file('order.avsc', order)
  const lines = [
    '{"id":9007199254740993,"total":"12.3","note":"plain"}',
    '{"id":1,"total":1,"items":[{"price":1},{"price":"x"}]}',
    '{"id":2,"total":"0.50","note":{"string":"named"},"items":[{"price":2.5}]}',
    '{"id":3,"totl":1}',
    '{"id":4,"total":"1.234"}',
    'no JSON',
  ]
  const produced = await run(['avro', 'produce', name, '--value-schema', schema], { stdin: lines.join('\n') })
  assert.equal(produced.code, 1)
  assert.match(produced.stderr, /record 2 of the input: value\.items\[1\]\.price: expected double, got "x"/)
  assert.match(
    produced.stderr,
    /record 4 of the input: value\.totl: shop\.Order has no such field; did you mean 'total'\?/,
  )
  assert.match(produced.stderr, /record 5 of the input: value\.total: the decimal "1\.234" has more than 2 digits/)
  assert.match(produced.stderr, /record 6 of the input: value: it is not JSON/)
  const first = '{"id":9007199254740993,"total":"12.30","note":"plain","items":[]}'
  const second = '{"id":2,"total":"0.50","note":"named","items":[{"price":2.5}]}'
  assert.equal(await ok(['avro', 'consume', name, '-e']), `${first}\n${second}\n`)
  assert.equal(
    await ok(['consume', name, '-e', '--decode', 'value', '--where', 'value.items.size() > 0']),
    `${second}\n`,
  )
  assert.equal(
    await ok(['avro', 'consume', name, '-e', '--grep', 'plain', '-f', '%o %S %s{base64}\n']),
    `0 ${first.length} ${Buffer.from(first).toString('base64')}\n`,
  )

  const copy = await topic()
  const envelope = await ok(['avro', 'consume', name, '-e', '--json'])
  assert.match(envelope, /"key":null,"value":\{"id":9007199254740993,.*\},"valueSchemaId":\d+,"headers"/)
  await ok(['avro', 'produce', copy, '--input', 'jsonl', '--value-schema', `${name}-value@1`], { stdin: envelope })
  assert.equal(
    await ok(['consume', copy, '-e', '-f', '%s{hex}\n']),
    await ok(['consume', name, '-e', '-f', '%s{hex}\n']),
  )
})

test('a schema by its file, id, subject or version; registered or not, and under which subject', async () => {
  const name = await topic()
  const [one, two] = ['x', 'y'].map((field) =>
    file(`by-${field}.avsc`, {
      type: 'record',
      name: 'By',
      namespace: 'by',
      fields: [{ name: field, type: 'int', default: 0 }],
    }),
  )
  const produce = (schema: string, ...more: string[]) =>
    run(['produce', name, '--value-schema', schema, ...more], { stdin: '{}\n' })
  for (const refuses of [['--no-register'], ['-X', 'auto.register.schemas=false']]) {
    const { code, stderr } = await produce(one, ...refuses)
    assert.equal(code, 1)
    assert.match(
      stderr,
      new RegExp(`the schema ${one} is not registered under ${name}-value\n.*ktool schemas register`),
    )
  }
  assert.match((await run(['schemas', 'list', `${name}*`])).stderr, /no subject is/)
  const [, , id] = (await ok(['schemas', 'register', `${name}-value`, one])).trim().split('\t')
  await ok(['schemas', 'register', `${name}-value`, two])
  const ways: [string, ...string[]][] = [
    [one],
    [one, '--no-register'],
    [id],
    [`${name}-value@1`],
    [`${name}-value`],
    [`${name}-value@latest`],
    [two, '--subject-strategy', 'record'],
    [two, '-X', 'value.subject.name.strategy=io.confluent.kafka.serializers.subject.TopicRecordNameStrategy'],
  ]
  for (const [schema, ...more] of ways)
    assert.equal((await produce(schema, ...more)).stderr, '', [schema, ...more].join(' '))
  assert.equal(
    await ok(['avro', 'consume', name, '-e']),
    '{"x":0}\n{"x":0}\n{"x":0}\n{"x":0}\n{"y":0}\n{"y":0}\n{"y":0}\n{"y":0}\n',
  )
  assert.deepEqual(
    (await ok(['schemas', 'list', `${name}*`]))
      .trim()
      .split('\n')
      .map((line) => line.split('\t').slice(0, 2)),
    [
      [`${name}-by.By`, '1'],
      [`${name}-value`, '1,2'],
    ],
  )
  assert.match(await ok(['schemas', 'list', 'by.By']), /^by\.By\t1\t/)
  // Nothing is registered for a topic that is not there.
  const nowhere = await run(['avro', 'produce', 'nowhere', '--value-schema', one], { stdin: '{}\n' })
  assert.match(nowhere.stderr, /there is no topic nowhere/)
  assert.match((await run(['schemas', 'list', 'nowhere*'])).stderr, /no subject is/)
})

test('the registry is asked for each schema once, however many records and batches', async (t) => {
  const name = await topic()
  const type = (doc: string) => file(`once-${doc}.avsc`, { type: 'enum', name: 'E', symbols: ['A'], doc })
  for (const doc of ['one', 'two', 'one', 'two']) {
    const small = ['-X', 'batch.size=200', '--value-schema', type(doc)]
    await ok(['avro', 'produce', name, ...small], { stdin: '"A"\n'.repeat(200) })
  }
  const asked: string[] = []
  const proxy = createServer(async (request, response) => {
    asked.push(request.url ?? '')
    const answer = await fetch(`${env['KTOOL_REGISTRY']}${request.url}`)
    response.writeHead(answer.status).end(await answer.text())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  t.after(() => proxy.close())
  const registry = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const out = await ok(['avro', 'consume', name, '-e', '--registry', registry])
  assert.equal(out, '"A"\n'.repeat(800))
  assert.equal(asked.length, 2, asked.join())
})

test('keys have schemas too, and a topic any mix of them', async () => {
  const name = await topic()
  const key = file('key.avsc', '"string"')
  await ok(['avro', 'produce', name, '-K', '\\t', '--key-schema', key, '--value-schema', file('n.avsc', '"long"')], {
    stdin: 'plain\t1\n"quoted"\t2\n',
  })
  const proto = file(
    'm.proto',
    'syntax = "proto3"; package p; message No {} message M { int64 n = 1; repeated string s = 2; }',
  )
  const other = ['--subject-strategy', 'topic-record']
  await ok(['produce', name, '--value-schema', `${proto}#M`, ...other], { stdin: '{"n":"5","s":["a"]}\n' })
  assert.equal(
    await ok(['avro', 'consume', name, '-e', '-f', '%k %s\n']),
    '"plain" 1\n"quoted" 2\n {"n":"5","s":["a"]}\n',
  )
  assert.match(
    await ok(['schemas', 'list', `${name}*`]),
    new RegExp(`${name}-key\t1\t\\d+\tAVRO\n${name}-p.M\t1\t\\d+\tPROTOBUF\n`),
  )
})

test('JSON Schema says what is wrong with a record, and large numbers stay whole', async () => {
  const name = await topic()
  const schema = file('j.json', {
    type: 'object',
    properties: { n: { type: 'integer' } },
    required: ['n'],
    additionalProperties: false,
  })
  const produced = await run(['produce', name, '--value-schema', schema], {
    stdin: '{"n":12345678901234567890}\n{"n":"x"}\n{"n":1,"m":2}\n',
  })
  assert.match(produced.stderr, /record 2 of the input: value\.n: must be integer/)
  assert.match(produced.stderr, /record 3 of the input: value: must NOT have additional properties: m/)
  assert.equal(await ok(['consume', name, '-e', '--decode', 'value']), '{"n":12345678901234567890}\n')
})

test('what can not be decoded is shown raw, told, and counted', async () => {
  const name = await topic()
  await ok(['avro', 'produce', name, '--value-schema', file('i.avsc', '"int"')], { stdin: '7\n' })
  await ok(['produce', name], { stdin: 'text\n' })
  const unknown = Buffer.from([0, 0, 0x7f, 0, 0, 1]).toString('base64')
  await ok(['produce', name, '--input', 'jsonl'], { stdin: `{"value":"${unknown}","valueEncoding":"base64"}\n` })
  const consumed = await run(['avro', 'consume', name, '-e', '-f', '%o=%s\n'])
  assert.equal(consumed.code, 1)
  assert.match(consumed.stdout, /^0=7\n1=text\n2=/)
  assert.match(consumed.stderr, /offset 1 .*the value can't be decoded: it does not begin with the id of a schema/)
  assert.match(consumed.stderr, /offset 2 .*the registry has no schema 8323072/)
  assert.match(consumed.stderr, /2 records could not be decoded, and are shown as they are/)
  const json = await run(['avro', 'consume', name, '-e', '-o', '1', '-c', '1', '--json'])
  assert.equal(JSON.parse(json.stdout).valueError, 'it does not begin with the id of a schema')
})

test('evolution: without a default refused, with one accepted, and all readers read all', async () => {
  const name = await topic()
  const version = (more: object[]) => ({ type: 'record', name: 'E', fields: [{ name: 'id', type: 'int' }, ...more] })
  const [v1, v2] = [version([]), version([{ name: 'colour', type: 'string', default: 'red' }])]
  await ok(['avro', 'produce', name, '--value-schema', file('v1.avsc', v1)], { stdin: '{"id":1}\n' })
  const without = file('without.avsc', version([{ name: 'colour', type: 'string' }]))
  const refused = await run(['avro', 'produce', name, '--value-schema', without], {
    stdin: '{"id":2,"colour":"blue"}\n',
  })
  assert.equal(refused.code, 1)
  assert.match(
    refused.stderr,
    /The field 'colour' at path '\/fields\/1' in the new schema has no default value and is missing in the old/,
  )
  const checked = await run(['schemas', 'check', `${name}-value`, without])
  assert.deepEqual(
    [checked.code, checked.stdout.split('\t').slice(0, 2)],
    [1, ['/fields/1', 'READER_FIELD_MISSING_DEFAULT_VALUE']],
  )
  const fine = file('v2.avsc', v2)
  assert.equal((await run(['schemas', 'check', `${name}-value`, fine])).code, 0)
  await ok(['avro', 'produce', name, '--value-schema', fine], { stdin: '{"id":2,"colour":"blue"}\n{"id":3}\n' })
  assert.equal(
    await ok(['avro', 'consume', name, '-e']),
    '{"id":1}\n{"id":2,"colour":"blue"}\n{"id":3,"colour":"red"}\n',
  )

  const records = (await ok(['consume', name, '-e', '-f', '%s{hex}\n']))
    .trim()
    .split('\n')
    .map((hex) => Buffer.from(hex, 'hex').subarray(5))
  const types = [v1, v2].map((schema) => avsc.Type.forSchema(schema as avsc.Schema))
  const read = (reader: avsc.Type, writer: avsc.Type, bytes: Buffer) => ({
    ...reader.fromBuffer(bytes, reader.createResolver(writer)),
  })
  const writers = [types[0], types[1], types[1]]
  assert.deepEqual(
    records.map((bytes, i) => read(types[0], writers[i], bytes)),
    [{ id: 1 }, { id: 2 }, { id: 3 }],
  )
  assert.deepEqual(
    records.map((bytes, i) => read(types[1], writers[i], bytes)),
    [
      { id: 1, colour: 'red' },
      { id: 2, colour: 'blue' },
      { id: 3, colour: 'red' },
    ],
  )
})

test('schemas: register, get, lookup, diff, references, compatibility, mode, delete', async () => {
  const money = file('money.avsc', {
    type: 'record',
    name: 'Money',
    namespace: 's',
    fields: [{ name: 'c', type: 'long' }],
  })
  const user = file('user.avsc', { type: 'record', name: 'U', namespace: 's', fields: [{ name: 'm', type: 'Money' }] })
  const [, version, id] = (await ok(['schemas', 'register', 'money', money])).trim().split('\t')
  assert.equal(version, '1')
  const wrong = await run(['schemas', 'register', 'user', user])
  assert.match(wrong.stderr, /Invalid schema: Undefined name: "Money"/)
  await ok(['schemas', 'register', 'user', user, '--reference', 's.Money=money@latest'])
  assert.match(await ok(['schemas', 'references', 'money']), /^user\t1\t\d+\n$/)
  assert.equal((await run(['schemas', 'delete', 'money@1', '--yes'])).code, 1)
  assert.match(await ok(['schemas', 'get', 'user', '--references']), /"name":"U".*\n.*"name":"Money"/)
  assert.equal(JSON.parse(await ok(['schemas', 'get', id, '--json']))[0].versions[0].subject, 'money')
  assert.equal(await ok(['schemas', 'lookup', 'money', money]), `money\t1\t${id}\n`)
  assert.equal((await run(['schemas', 'lookup', 'money', user])).code, 1)

  assert.equal(await ok(['schemas', 'compatibility', 'money', '--set', 'NONE']), 'money\tNONE\tsubject\n')
  await ok(['schemas', 'register', 'money', file('other.avsc', '"int"')])
  assert.equal(await ok(['schemas', 'compatibility', 'money', '--unset']), 'money\tBACKWARD\tglobal\n')
  const diff = await run(['schemas', 'diff', 'money', '--from', '1', '--to', '2'])
  assert.equal(diff.code, 1)
  assert.match(diff.stdout, /^--- money@1\n\+\+\+ money@2\n- \{\n[\s\S]*\+ "int"\n$/)
  const typed = await run(['schemas', 'check', 'money@1', file('typed.json', '{}')])
  assert.equal(typed.code, 1)
  assert.equal(typed.stdout, '/\tTYPE_CHANGED\tThe type of the schema was AVRO, and is JSON now\t1\n')
  const alone = await run(['schemas', 'diff', 'user'])
  assert.deepEqual([alone.code, alone.stderr], [0, 'user has no version before 1\n'])
  // Of large ones, too, it is what goes and comes between what both have.
  const large = (name: string, count: number, type: string) => {
    const field = (_: unknown, i: number) => ({ name: `f${i}`, type, default: i })
    return file(name, {
      type: 'record',
      name: 'L',
      fields: [{ name: 'a', type: 'int' }, ...Array.from({ length: count }, field)],
    })
  }
  await ok(['schemas', 'register', 'large', large('large-1.avsc', 2000, 'int')])
  await ok(['schemas', 'register', 'large', large('large-2.avsc', 2100, 'long')])
  const lines = (await run(['schemas', 'diff', 'large'])).stdout.split('\n')
  assert.deepEqual(lines.slice(2, 8), [
    '  {',
    '    "type": "record",',
    '    "name": "L",',
    '    "fields": [',
    '      {',
    '        "name": "a",',
  ])
  assert.ok(lines.includes('-       "type": "int",') || lines.includes('-         "type": "int",'))
  assert.equal(await ok(['schemas', 'mode', 'money', '--set', 'READONLY']), 'money\tREADONLY\tsubject\n')
  assert.match((await run(['schemas', 'register', 'money', file('s.avsc', '"bytes"')])).stderr, /read-only mode/)
  assert.equal(await ok(['schemas', 'mode', 'money', '--unset']), 'money\tREADWRITE\tglobal\n')
  assert.equal(await ok(['schemas', 'delete', 'money@2']), 'money\t2\tsoft-deleted\n')
  assert.equal(await ok(['schemas', 'delete', 'money@2', '--permanent']), 'money\t2\tdeleted\n')
  assert.equal(
    await ok(['__complete', 'subject']),
    await ok(['schemas', 'list']).then((text) => text.replace(/\t.*/g, '')),
  )
})

test('a registry that wants a login, and one that is not there', async () => {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization)
    const isFine = request.headers.authorization !== undefined
    response.writeHead(isFine ? 200 : 401).end(isFine ? '[]' : '{"error_code":40101,"message":"who are you?"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const none = await run(['schemas', 'list', '--registry', url])
  assert.equal(none.code, 4)
  assert.match(none.stderr, new RegExp(`the schema registry at ${url}: who are you\\?`))
  await ok(['schemas', 'list', '--registry', `http://ann:se%3Acret@127.0.0.1:${port}`])
  await ok(['schemas', 'list', '--registry', url, '-X', 'basic.auth.user.info=bob:hidden'])
  await ok(['schemas', 'list', '--registry', url, '-X', 'bearer.auth.token=t0k3n'])
  assert.deepEqual(asked, [
    undefined,
    `Basic ${Buffer.from('ann:se:cret').toString('base64')}`,
    `Basic ${Buffer.from('bob:hidden').toString('base64')}`,
    'Bearer t0k3n',
  ])
  await new Promise((resolve) => server.close(resolve))
  const gone = await run(['schemas', 'list', '--registry', `http://ann:secret@127.0.0.1:${port}`])
  assert.equal(gone.code, 3)
  assert.match(gone.stderr, /can't be reached: nobody listens there/)
  assert.doesNotMatch(gone.stderr, /secret/)
  const dump = await ok(['-X', 'dump', '-X', `schema.registry.url=http://ann:secret@127.0.0.1:${port}`])
  assert.match(dump, /http:\/\/ann:\*\*\*\*@127/)
  // The next address is asked where one is gone.
  await ok(['schemas', 'list', '--registry', `${url},${env['KTOOL_REGISTRY']}`])
})

test('commands without schemas load nothing of this', async () => {
  const name = await topic()
  const loads = (args: string[], stdin = '') => loadedOf('registry/', args, { stdin, env })
  assert.deepEqual(await loads(['topics', 'list']), [])
  assert.deepEqual(await loads(['produce', name], 'x\n'), [])
  assert.deepEqual(await loads(['consume', name, '-e']), [])
  assert.deepEqual(await loads(['consume', name, '-e', '--json']), [])
  // Each type of schema is loaded where there is one.
  assert.deepEqual(await loads(['schemas', 'list']), ['registry/client.ts', 'registry/url.ts'])
  const json = await loads(['produce', name, '--value-schema', file('any.json', 'true')], '1\n')
  assert.ok(json.includes('registry/json/json-schema.ts') && json.includes('ajv'), json.join())
  assert.ok(!json.includes('protobufjs'), json.join())
})
