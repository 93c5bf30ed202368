// Schema registries and their clients: records go through confluent-kafka (Python), @kafkajs/confluent-schema-registry and
// Apache Avro with Spring's client (Java) and come out the same, with the bundled registry and with Karapace; Karapace
// answers as the bundled registry does, and takes its `_schemas` over.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import registryModule from '@kafkajs/confluent-schema-registry'
import { ask, session } from '../../web/registry-session.ts'
import { javaCopy } from '../peers/avro.ts'
import { client } from '../peers/kafkajs.ts'
import { karapaceProgram, startKarapace } from '../peers/karapace.ts'
import { ktool, type Serve, serve } from '../peers/ktool.ts'
import { python } from '../peers/python.ts'
import { succeeded } from '../peers/run.ts'
import { createTopic, folder, realKafka } from '../shared.ts'

const { SchemaRegistry, SchemaType } = registryModule
const withoutKarapace = karapaceProgram === '' ? 'KTOOL_KARAPACE names no Karapace' : false

const money = { type: 'record', name: 'Money', namespace: 'shop', fields: [{ name: 'cents', type: 'long' }] }
const logical = (type: unknown, logicalType: string, more = {}) => ({
  ...(typeof type === 'string' ? { type } : (type as object)),
  logicalType,
  ...more,
})
/** Every type of Avro, nested, recursive, every logical type, and with `amount` a type of its own or a reference to one. */
const everything = (amount: unknown) => ({
  type: 'record',
  name: 'Everything',
  namespace: 'shop',
  fields: [
    { name: 'nothing', type: 'null' },
    { name: 'flag', type: 'boolean' },
    { name: 'small', type: 'int' },
    { name: 'large', type: 'long' },
    { name: 'single', type: 'float' },
    { name: 'double', type: 'double' },
    { name: 'bytes', type: 'bytes' },
    { name: 'text', type: 'string' },
    { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['RED', 'GREEN'] } },
    { name: 'four', type: { type: 'fixed', name: 'Four', size: 4 } },
    { name: 'list', type: { type: 'array', items: 'int' } },
    { name: 'map', type: { type: 'map', values: { type: 'array', items: 'string' } } },
    { name: 'inner', type: { type: 'record', name: 'Inner', fields: [{ name: 'x', type: 'int' }] } },
    { name: 'one', type: ['null', 'string', 'int', 'Inner'], default: null },
    { name: 'maybe', type: ['null', 'string'], default: null },
    { name: 'next', type: ['null', 'Everything'], default: null },
    { name: 'date', type: logical('int', 'date') },
    { name: 'clock', type: logical('int', 'time-millis') },
    { name: 'fine', type: logical('long', 'time-micros') },
    { name: 'at', type: logical('long', 'timestamp-millis') },
    { name: 'exactly', type: logical('long', 'timestamp-micros') },
    { name: 'nanos', type: logical('long', 'timestamp-nanos') },
    { name: 'local', type: logical('long', 'local-timestamp-millis') },
    { name: 'locally', type: logical('long', 'local-timestamp-micros') },
    { name: 'lasts', type: logical({ type: 'fixed', name: 'Lasts', size: 12 }, 'duration') },
    { name: 'amount', type: logical('bytes', 'decimal', { precision: 12, scale: 2 }) },
    { name: 'price', type: logical({ type: 'fixed', name: 'Price', size: 8 }, 'decimal', { precision: 12, scale: 3 }) },
    { name: 'id', type: logical('string', 'uuid') },
    { name: 'money', type: amount },
  ],
})

interface Numbers {
  large: string
  nanos: string
}

function value({ large, nanos }: Numbers, next: string): string {
  return (
    `{"nothing":null,"flag":true,"small":-7,"large":${large},"single":0.1,"double":2.5e-7,"bytes":"\\u0000\\u00ff","text":"Zürich \\"1\\"",` +
    '"kind":"GREEN","four":"abcd","list":[1,-2,3],"map":{"a":["x","y"],"b":[]},"inner":{"x":1},' +
    `"one":{"shop.Inner":{"x":2}},"maybe":"yes","next":${next},"date":"2026-01-31","clock":"13:45:30.123",` +
    '"fine":"23:59:59.999999","at":"1969-12-31T23:59:59.999Z","exactly":"2026-01-31T13:45:30.123456Z",' +
    `"nanos":"${nanos}","local":"2026-01-31T13:45:30.123","locally":"2026-01-31T13:45:30.123456",` +
    '"lasts":"P1M2DT3.500S","amount":"-12.30",' +
    '"price":"12345.678","id":"5f4e2a10-9b7c-4d3e-8f21-0123456789ab","money":{"cents":1999}}'
  )
}

/** The other branches and the ends of the ranges. */
function extremes(large: string): string {
  return (
    `{"nothing":null,"flag":false,"small":-2147483648,"large":${large},"single":-0.5,"double":1.7976931348623157e+308,` +
    '"bytes":"","text":"","kind":"RED","four":"\\u00ff\\u00fe\\u0000\\u0001","list":[],"map":{},"inner":{"x":2147483647},' +
    '"one":{"int":-1},"maybe":null,"next":null,"date":"1582-10-15","clock":"00:00:00.000","fine":"00:00:00.000000",' +
    '"at":"2999-12-31T00:00:00.000Z","exactly":"1900-01-01T00:00:00.000000Z","nanos":"1970-01-01T00:00:00.000000000Z",' +
    '"local":"1969-12-31T00:00:00.000","locally":"1900-01-01T00:00:00.000000","lasts":"P0M0DT0.000S","amount":"9999999999.99",' +
    '"price":"-0.001","id":"00000000-0000-0000-0000-000000000000","money":{"cents":0}}'
  )
}

/** Lines with all 64 bits, and lines for clients whose numbers are doubles. */
const exact = { large: '9007199254740993', nanos: '2026-01-31T13:45:30.123456789Z' }
const safe = { large: '42', nanos: '1970-02-01T00:00:00.123456789Z' }
const lines = (numbers: Numbers, last: string) => [
  value(numbers, value({ ...numbers, large: '3' }, 'null')),
  extremes(last),
  value(numbers, 'null').replace('"one":{"shop.Inner":{"x":2}}', '"one":{"string":"text"}'),
  value(numbers, 'null').replace('"one":{"shop.Inner":{"x":2}}', '"one":null'),
]
const exactLines = lines(exact, '-9223372036854775808')
// avsc gets the last bit of negative numbers beyond 2^52 wrong.
const safeLines = lines(safe, '-4503599627370495')

interface Place extends Serve {
  registry: string
}

async function served(args: string[] = []): Promise<Place> {
  const broker = await serve({ args: ['--registry', '127.0.0.1:0', ...args] })
  const until = Date.now() + 10_000
  for (;;) {
    const registry = /schema registry on (\S+?);/.exec(broker.printed())?.[1]
    if (registry !== undefined) return { ...broker, registry }
    if (Date.now() > until) throw new Error(`no registry: ${broker.printed()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

type At = Pick<Place, 'bootstrap' | 'registry'>

/** The schema without a reference, or with one that is registered. */
interface Schema {
  file: string
  /** NAME=SUBJECT@VERSION. */
  references: string[]
}

async function schemaAt({ registry }: At, withReference: boolean): Promise<Schema> {
  const file = join(folder, withReference ? 'referring.avsc' : 'everything.avsc')
  writeFileSync(file, JSON.stringify(everything(withReference ? 'shop.Money' : money)))
  if (!withReference) return { file, references: [] }
  const moneyFile = join(folder, 'money.avsc')
  writeFileSync(moneyFile, JSON.stringify(money))
  succeeded(await ktool(['schemas', 'register', 'money', moneyFile, '--registry', registry]), 'schemas register')
  return { file, references: ['shop.Money=money@1'] }
}

/** Writes the lines with ktool, to a new topic. */
async function written({ bootstrap, registry }: At, topic: string, schema: Schema, values: string[]): Promise<void> {
  await createTopic(bootstrap, topic, 1)
  const how = ['avro', 'produce', topic, '-b', bootstrap, '--registry', registry, '--value-schema', schema.file]
  const references = schema.references.flatMap((each) => ['--reference', each])
  succeeded(await ktool([...how, ...references], { input: `${values.join('\n')}\n` }), 'avro produce')
}

async function read({ bootstrap, registry }: At, topic: string): Promise<string[]> {
  const how = ['avro', 'consume', topic, '-e', '-b', bootstrap, '--registry', registry]
  return succeeded(await ktool(how), 'avro consume')
    .stdout.trim()
    .split('\n')
}

async function throughPython(place: At, schema: Schema): Promise<void> {
  await written(place, 'to-python', schema, exactLines)
  assert.deepEqual(await read(place, 'to-python'), exactLines)
  await createTopic(place.bootstrap, 'from-python', 1)
  const count = String(exactLines.length)
  const args = [place.bootstrap, place.registry, 'to-python', 'from-python', count, schema.file, ...schema.references]
  const copied = succeeded(await python('registry_copy.py', args), 'registry_copy.py')
  assert.match(copied.stdout, /'large': 9007199254740993, .*'amount': Decimal\('-12\.30'\)/)
  assert.deepEqual(await read(place, 'from-python'), exactLines)
}

function valuesOf(bootstrap: string, topic: string, count: number): Promise<Buffer[]> {
  const consumer = client(bootstrap, 5).consumer({ groupId: topic })
  const values: Buffer[] = []
  return new Promise<Buffer[]>((resolve, reject) => {
    const eachMessage = async ({ message }: { message: { value: Buffer | null } }) => {
      if (values.push(message.value as Buffer) === count) resolve(values)
    }
    const start = async () => {
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      await consumer.run({ eachMessage })
    }
    start().catch(reject)
  }).finally(() => consumer.disconnect())
}

async function throughNode(place: At, schema: Schema): Promise<void> {
  await written(place, 'to-node', schema, safeLines)
  const registry = new SchemaRegistry({ host: place.registry })
  const kafka = client(place.bootstrap)
  await createTopic(place.bootstrap, 'from-node', 1)
  const producer = kafka.producer()
  await producer.connect()
  for (const [i, bytes] of (await valuesOf(place.bootstrap, 'to-node', safeLines.length)).entries()) {
    const decoded = await registry.decode(bytes)
    assert.equal(decoded.text, i === 1 ? '' : 'Zürich "1"')
    if (i === 0) assert.equal(decoded.next.money.cents, 1999)
    const encoded = await registry.encode(bytes.readInt32BE(1), decoded)
    assert.deepEqual(encoded, bytes)
    await producer.send({ topic: 'from-node', messages: [{ value: encoded }] })
  }
  await producer.disconnect()
  assert.deepEqual(await read(place, 'from-node'), safeLines)
  // What it registers itself is found by ktool.
  const { id } = await registry.register(
    { type: SchemaType.AVRO, schema: JSON.stringify(money) },
    { subject: 'of-node-value' },
  )
  const found = await ktool(['schemas', 'get', 'of-node-value', '--json', '--registry', place.registry])
  assert.equal(JSON.parse(found.stdout)[0].id, id)
}

/** Spring's client knows no references. */
async function throughJava(place: At, schema: Schema): Promise<void> {
  await written(place, 'to-java', schema, exactLines)
  await createTopic(place.bootstrap, 'from-java', 1)
  const count = String(exactLines.length)
  const copied = await javaCopy(place.bootstrap, place.registry, 'to-java', 'from-java', count, schema.file)
  assert.match(copied, /"large": 9007199254740993, /)
  assert.deepEqual(await read(place, 'from-java'), exactLines)
}

/** What all wrote, out of the broker's folder alone. */
async function onDisk(data: string): Promise<void> {
  for (const topic of ['to-python', 'from-python', 'from-java']) {
    const how = ['dump', join(data, `${topic}-0`), '--avro', '--registry', data, '-f', '%s\\n']
    const { stdout } = succeeded(await ktool(how), `dump of ${topic}`)
    assert.deepEqual(stdout.trim().split('\n'), exactLines, topic)
  }
}

test('records go through clients in Python, Node and Java, with the bundled registry', async (t) => {
  const place = await served()
  t.after(() => place.wipe())
  const referring = await schemaAt(place, true)
  await t.test('confluent-kafka for Python', () => throughPython(place, referring))
  await t.test('@kafkajs/confluent-schema-registry', () => throughNode(place, referring))
  await t.test("Apache Avro and Spring's client for Java", async () => throughJava(place, await schemaAt(place, false)))
  await t.test('ktool dump', () => onDisk(place.data))
})

test('records go through clients in Python, Node and Java, with Karapace', { skip: withoutKarapace }, async (t) => {
  const broker = await serve({ args: ['--no-registry'] })
  t.after(() => broker.wipe())
  const karapace = await startKarapace(broker.bootstrap, '_schemas')
  t.after(() => karapace.stop())
  const place = { bootstrap: broker.bootstrap, registry: karapace.url }
  // Karapace has no references for Avro.
  const schema = await schemaAt(place, false)
  await t.test('confluent-kafka for Python', () => throughPython(place, schema))
  await t.test('@kafkajs/confluent-schema-registry', () => throughNode(place, schema))
  await t.test("Apache Avro and Spring's client for Java", () => throughJava(place, schema))
  await t.test('ktool dump', () => onDisk(broker.data))
})

/** Where Karapace answers otherwise, each with the reason to stay as we are: Confluent's registry does as we do. */
const otherwise: Record<string, string> = {
  'GET /mode/s-value': 'a mode of the subject is asked for, and it has none (40409)',
  'POST /compatibility/subjects/none/versions/latest': 'with nothing there, everything is compatible',
  'POST /compatibility/subjects/s-value/versions/latest (13)': 'one version was named, at a transitive level too',
  'DELETE /config/s-value': 'answers with what was deleted',
  'DELETE /subjects/other?permanent=true (2)': 'a soft-deleted version gives way when its schema comes again',
  'POST /subjects/p/versions (6)': 'a type that is not known is an invalid schema (42201)',
  'GET /subjects?subjectPrefix=j': 'Karapace does not look at the prefix',
  'POST /subjects/order/versions': 'Karapace has no references for Avro',
  'GET /subjects/money/versions/1/referencedby': 'Karapace has no references for Avro',
  'DELETE /subjects/money/versions/1': 'Karapace has no references for Avro',
}

test('Karapace and the bundled registry answer alike', { skip: withoutKarapace }, async (t) => {
  const kafka = await realKafka()
  const place = await served()
  t.after(() => place.wipe())
  const karapace = await startKarapace(kafka.bootstrap, '_schemas_of_karapace')
  t.after(() => karapace.stop())
  const [ours, theirs] = [await session(place.registry), await session(karapace.url)]
  const different = ours.filter((answer, i) => JSON.stringify(answer) !== JSON.stringify(theirs[i]))
  assert.deepEqual(
    different.map(({ call }) => call),
    Object.keys(otherwise),
  )
})

test('Karapace takes over what the bundled registry wrote, and the other way round', {
  skip: withoutKarapace,
}, async (t) => {
  const place = await served()
  t.after(() => place.wipe())
  const schema = JSON.stringify(money)
  const post = (url: string, subject: string, text: string) =>
    ask(url, 'POST', `/subjects/${subject}/versions`, { schema: text })
  assert.equal((await post(place.registry, 'first', schema)).text, '{"id":1}')
  assert.equal((await ask(place.registry, 'PUT', '/config/first', { compatibility: 'FULL' })).status, 200)
  const karapace = await startKarapace(place.bootstrap, '_schemas')
  t.after(() => karapace.stop())
  const theirs = JSON.parse((await ask(karapace.url, 'GET', '/subjects/first/versions/1')).text)
  assert.deepEqual([theirs.id, JSON.parse(theirs.schema)], [1, money])
  assert.deepEqual(JSON.parse((await ask(karapace.url, 'GET', '/config/first')).text), { compatibilityLevel: 'FULL' })
  const other = { ...money, name: 'Other' }
  assert.equal((await post(karapace.url, 'second', JSON.stringify(other))).text, '{"id":2}')
  const ours = JSON.parse((await ask(place.registry, 'GET', '/subjects/second/versions/latest')).text)
  assert.deepEqual([ours.id, JSON.parse(ours.schema)], [2, other])
})
