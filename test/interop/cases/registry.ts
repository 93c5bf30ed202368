// Schema registries and their clients: records go through confluent-kafka (Python) and @kafkajs/confluent-schema-registry
// and come out the same; Karapace answers as the bundled registry does, and takes its `_schemas` over.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import registryModule from '@kafkajs/confluent-schema-registry'
import { ask, session } from '../../web/registry-session.ts'
import { client, readPartition } from '../peers/kafkajs.ts'
import { karapaceProgram, startKarapace } from '../peers/karapace.ts'
import { ktool, type Serve, serve } from '../peers/ktool.ts'
import { python } from '../peers/python.ts'
import { succeeded } from '../peers/run.ts'
import { createTopic, folder, realKafka } from '../shared.ts'

const { SchemaRegistry } = registryModule

const money = { type: 'record', name: 'Money', namespace: 'shop', fields: [{ name: 'cents', type: 'long' }] }
const logical = (type: unknown, logicalType: string, more = {}) => ({
  ...(typeof type === 'string' ? { type } : (type as object)),
  logicalType,
  ...more,
})
/** Every type of Avro, nested, recursive, and with a reference. */
const everything = {
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
    { name: 'amount', type: logical('bytes', 'decimal', { precision: 12, scale: 2 }) },
    { name: 'price', type: logical({ type: 'fixed', name: 'Price', size: 8 }, 'decimal', { precision: 12, scale: 3 }) },
    { name: 'id', type: logical('string', 'uuid') },
    { name: 'money', type: 'shop.Money' },
  ],
}

function value(large: string, next: string): string {
  return (
    `{"nothing":null,"flag":true,"small":-7,"large":${large},"single":0.1,"double":2.5e-7,"bytes":"\\u0000ÿ","text":"Zürich \\"1\\"",` +
    '"kind":"GREEN","four":"abcd","list":[1,-2,3],"map":{"a":["x","y"],"b":[]},"inner":{"x":1},' +
    `"one":{"shop.Inner":{"x":2}},"maybe":"yes","next":${next},"date":"2026-01-31","clock":"13:45:30.123",` +
    '"fine":"23:59:59.999999","at":"1969-12-31T23:59:59.999Z","exactly":"2026-01-31T13:45:30.123456Z","amount":"-12.30",' +
    '"price":"12345.678","id":"5f4e2a10-9b7c-4d3e-8f21-0123456789ab","money":{"cents":1999}}'
  )
}

const sample = (large: string) => value(large, value('3', 'null'))

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

/** Registers the schemas, and writes the value with ktool; where the schema is. */
async function written(
  { bootstrap, registry }: Pick<Place, 'bootstrap' | 'registry'>,
  topic: string,
  text: string,
): Promise<string> {
  const file = join(folder, 'everything.avsc')
  const moneyFile = join(folder, 'money.avsc')
  writeFileSync(file, JSON.stringify(everything))
  writeFileSync(moneyFile, JSON.stringify(money))
  succeeded(await ktool(['schemas', 'register', 'money', moneyFile, '--registry', registry]), 'schemas register')
  await createTopic(bootstrap, topic, 1)
  const how = ['avro', 'produce', topic, '-b', bootstrap, '--registry', registry]
  const schema = ['--value-schema', file, '--reference', 'shop.Money=money@1']
  succeeded(await ktool([...how, ...schema], { input: `${text}\n` }), 'avro produce')
  return file
}

async function read({ bootstrap, registry }: Pick<Place, 'bootstrap' | 'registry'>, topic: string): Promise<string> {
  const how = ['avro', 'consume', topic, '-e', '-b', bootstrap, '--registry', registry]
  return succeeded(await ktool(how), 'avro consume').stdout.trim()
}

test('records go through confluent-kafka for Python and stay the same', async (t) => {
  const place = await served()
  t.after(() => place.wipe())
  const text = sample('9007199254740993')
  const file = await written(place, 'to-python', text)
  const escaped = text.replace('ÿ', '\\u00ff').replace('ÿ', '\\u00ff')
  assert.equal(await read(place, 'to-python'), escaped)
  await createTopic(place.bootstrap, 'from-python', 1)
  const args = [place.bootstrap, place.registry, 'to-python', 'from-python', '1', file, 'shop.Money=money@1']
  const copied = succeeded(await python('registry_copy.py', args), 'registry_copy.py')
  assert.match(copied.stdout, /'large': 9007199254740993, .*'amount': Decimal\('-12\.30'\)/)
  assert.equal(await read(place, 'from-python'), escaped)
})

test('records go through @kafkajs/confluent-schema-registry and stay the same', async (t) => {
  const place = await served()
  t.after(() => place.wipe())
  await written(place, 'to-js', sample('42'))
  const registry = new SchemaRegistry({ host: place.registry })
  const kafka = client(place.bootstrap)
  const consumer = kafka.consumer({ groupId: 'js' })
  await consumer.connect()
  await consumer.subscribe({ topics: ['to-js'], fromBeginning: true })
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    consumer.run({ eachMessage: async ({ message }) => resolve(message.value as Buffer) }).catch(reject)
  })
  await consumer.disconnect()
  const decoded = await registry.decode(bytes)
  assert.equal(decoded.text, 'Zürich "1"')
  assert.equal(decoded.next.money.cents, 1999)
  const encoded = await registry.encode(bytes.readInt32BE(1), decoded)
  assert.deepEqual(encoded, bytes)
  await createTopic(place.bootstrap, 'from-js', 1)
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic: 'from-js', messages: [{ value: encoded }] })
  await producer.disconnect()
  assert.equal(await read(place, 'from-js'), await read(place, 'to-js'))
  assert.equal((await readPartition(place.bootstrap, 'from-js', 0)).length, 1)
})

/** Where Karapace answers otherwise, each with the reason to stay as we are: Confluent's registry does as we do. */
const otherwise: Record<string, string> = {
  'GET /mode/s-value': 'a mode of the subject is asked for, and it has none (40409)',
  'POST /compatibility/subjects/none/versions/latest': 'with nothing there, everything is compatible',
  'POST /compatibility/subjects/s-value/versions/latest (13)': 'one version was named, at a transitive level too',
  'DELETE /config/s-value': 'answers with what was deleted',
  'POST /subjects/order/versions': 'Karapace has no references for Avro',
  'GET /subjects/money/versions/1/referencedby': 'Karapace has no references for Avro',
  'DELETE /subjects/money/versions/1': 'Karapace has no references for Avro',
  'DELETE /subjects/other?permanent=true (2)': 'a soft-deleted version gives way when its schema comes again',
  'POST /subjects/j/versions': 'the id after one more schema, that with the reference',
}

const withoutKarapace = karapaceProgram === '' ? 'KTOOL_KARAPACE names no Karapace' : false

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
