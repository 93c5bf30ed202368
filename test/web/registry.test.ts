// The bundled registry over HTTP, on a broker in memory: answers and codes, what is kept in `_schemas`, and what comes back
// from there.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { type Broker, startBroker } from '../../src/broker/broker.ts'
import { RecordCursor } from '../../src/records/cursor.ts'
import { RegistryServer } from '../../src/web/registry-server.ts'
import { ask, record, session } from './registry-session.ts'

const a = { name: 'a', type: 'int' }

async function start(
  t: TestContext,
  dataDirectory?: string,
): Promise<{ url: string; broker: Broker; stop(): Promise<void> }> {
  const kept = dataDirectory === undefined ? { memory: true } : { dataDirectory }
  const broker = (await startBroker(kept)) as Broker
  const server = await RegistryServer.listen(broker, { host: '127.0.0.1', port: 0 }, (text) => assert.fail(text))
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= server.close().then(() => broker.close())
    return stopped
  }
  t.after(stop)
  return { url: `http://127.0.0.1:${server.endpoint.port}`, broker, stop }
}

/** The records of `_schemas`, as texts. */
function stored(broker: Broker): [string, string | null][] {
  const log = broker.partitions.get('_schemas', 0)?.log
  const found: [string, string | null][] = []
  if (log === undefined) return found
  const cursor = new RecordCursor()
  for (let offset = 0; offset < log.endOffset; ) {
    const { records, nextOffset } = log.read(offset, 1, {})
    cursor.open(records, 0)
    while (cursor.next()) {
      const { bytes, keyStart, keyEnd, valueStart, valueEnd } = cursor
      found.push([
        bytes.toString('utf8', keyStart, keyEnd),
        valueStart < 0 ? null : bytes.toString('utf8', valueStart, valueEnd),
      ])
    }
    offset = nextOffset
  }
  return found
}

test('a session: what every call answers', async (t) => {
  const { url } = await start(t)
  const said = Object.fromEntries((await session(url)).map(({ call, status, said }) => [call, [status, said]]))
  const versions = '/subjects/s-value/versions'
  const expected: Record<string, unknown> = {
    'GET /subjects': [200, []],
    [`GET ${versions}`]: [404, 40401],
    'GET /schemas/ids/1': [404, 40403],
    [`POST ${versions}`]: [200, { id: 1 }],
    [`POST ${versions} (2)`]: [200, { id: 1 }],
    [`POST ${versions} (3)`]: [409, 409],
    [`POST ${versions} (4)`]: [200, { id: 2 }],
    'POST /subjects/other/versions': [200, { id: 1 }],
    [`POST ${versions} (5)`]: [422, 42201],
    'POST /subjects/s-value (2)': [404, 40403],
    'POST /subjects/none': [404, 40401],
    [`GET ${versions}/9`]: [404, 40402],
    [`GET ${versions}/0`]: [422, 42202],
    'GET /schemas/ids/1/versions': [
      200,
      [
        { subject: 'other', version: 1 },
        { subject: 's-value', version: 1 },
      ],
    ],
    'GET /config': [200, { compatibilityLevel: 'BACKWARD' }],
    'GET /config/s-value': [404, 40408],
    'PUT /config (2)': [422, 42203],
    'GET /mode/s-value': [404, 40409],
    'DELETE /subjects/money/versions/1': [422, 42206],
    [`DELETE ${versions}/1 (2)`]: [404, 40406],
    [`GET ${versions}?deleted=true`]: [200, [1, 2]],
    [`DELETE ${versions}/2?permanent=true`]: [404, 40407],
    'DELETE /subjects/other?permanent=true': [404, 40405],
    'DELETE /subjects/other (2)': [404, 40404],
    'GET /nowhere': [404, 404],
    'PUT /subjects': [405, 405],
  }
  for (const [call, answer] of Object.entries(expected)) assert.deepEqual(said[call], answer, call)
})

test('records of _schemas have the form of other registries, and a new start reads them', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ktool-registry-'))
  const first = await start(t, folder)
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  await ask(first.url, 'POST', '/subjects/s/versions', { schema: record('A', a) })
  await ask(first.url, 'POST', '/subjects/p/versions', {
    schema: 'syntax = "proto3"; message M {}',
    schemaType: 'PROTOBUF',
  })
  await ask(first.url, 'PUT', '/config', { compatibility: 'FULL' })
  await ask(first.url, 'PUT', '/mode/s', { mode: 'READONLY' })
  await ask(first.url, 'DELETE', '/subjects/p')
  await ask(first.url, 'DELETE', '/subjects/p?permanent=true')
  const schema = record('A', a).replaceAll('"', '\\"')
  assert.deepEqual(stored(first.broker), [
    [
      '{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}',
      `{"subject":"s","version":1,"id":1,"schema":"${schema}","deleted":false}`,
    ],
    [
      '{"keytype":"SCHEMA","subject":"p","version":1,"magic":1}',
      '{"subject":"p","version":1,"id":2,"schemaType":"PROTOBUF","schema":"syntax = \\"proto3\\"; message M {}\\n","deleted":false}',
    ],
    ['{"keytype":"CONFIG","subject":null,"magic":0}', '{"compatibilityLevel":"FULL"}'],
    ['{"keytype":"MODE","subject":"s","magic":0}', '{"subject":"s","mode":"READONLY"}'],
    ['{"keytype":"DELETE_SUBJECT","subject":"p","magic":0}', '{"subject":"p","version":1}'],
    ['{"keytype":"SCHEMA","subject":"p","version":1,"magic":1}', null],
  ])
  await first.stop()
  const second = await start(t, folder)
  assert.equal((await ask(second.url, 'GET', '/config')).text, '{"compatibilityLevel":"FULL"}')
  assert.equal((await ask(second.url, 'GET', '/subjects?deleted=true')).text, '["s"]')
  assert.equal((await ask(second.url, 'POST', '/subjects/s/versions', { schema: '"int"' })).status, 422)
  assert.equal((await ask(second.url, 'POST', '/subjects/t/versions', { schema: '"int"' })).text, '{"id":3}')
  await second.stop()
})

test('import mode takes ids and versions, and no other', async (t) => {
  const { url } = await start(t)
  const post = (body: object) => ask(url, 'POST', '/subjects/s/versions', body)
  assert.equal(JSON.parse((await post({ schema: '"int"', id: 7 })).text).error_code, 42205)
  assert.equal((await ask(url, 'PUT', '/mode', { mode: 'IMPORT' })).status, 200)
  assert.equal((await post({ schema: '"int"', id: 7, version: 3 })).text, '{"id":7}')
  assert.equal((await post({ schema: '"string"', id: 7, version: 4 })).status, 422)
  assert.equal((await post({ schema: '"string"', id: 9, version: 4 })).text, '{"id":9}')
  assert.equal((await ask(url, 'GET', '/subjects/s/versions')).text, '[3,4]')
  assert.equal((await ask(url, 'PUT', '/mode/s', { mode: 'IMPORT' })).status, 422)
  assert.equal((await ask(url, 'PUT', '/mode', { mode: 'READWRITE' })).status, 200)
  assert.equal((await ask(url, 'POST', '/subjects/u/versions', { schema: '"long"' })).text, '{"id":10}')
})

test('normalised schemas are the same when only their extras are in another order', async (t) => {
  const { url } = await start(t)
  const schema = (first: string, second: string) =>
    `{"type":"record","name":"A","fields":[{"name":"a","type":"int","${first}":1,"${second}":1}]}`
  const post = (path: string, text: string) => ask(url, 'POST', `/subjects/${path}`, { schema: text })
  assert.equal((await post('s/versions?normalize=true', schema('y', 'x'))).text, '{"id":1}')
  assert.equal((await post('s/versions?normalize=true', schema('x', 'y'))).text, '{"id":1}')
  assert.equal((await post('s', schema('y', 'x'))).status, 404)
  assert.equal(JSON.parse((await post('s?normalize=true', schema('y', 'x'))).text).version, 1)
})

test('levels: with the latest version, or with all of them', async (t) => {
  const { url } = await start(t)
  const post = (schema: string) => ask(url, 'POST', '/subjects/s/versions', { schema })
  const b = { name: 'b', type: 'string' }
  assert.equal((await post(record('A', a, b))).status, 200)
  assert.equal((await post(record('A', a))).status, 200)
  await ask(url, 'PUT', '/config/s', { compatibility: 'FORWARD' })
  // The latest can do without b, the first can't.
  await ask(url, 'PUT', '/config/s', { compatibility: 'FORWARD_TRANSITIVE' })
  const refused = await post(record('A', a, { name: 'c', type: 'int' }))
  assert.equal(refused.status, 409)
  assert.match(refused.text, /The field 'b' at path '\/fields\/1' in the old schema has no default value/)
  await ask(url, 'PUT', '/config/s', { compatibility: 'FORWARD' })
  assert.equal((await post(record('A', a, { name: 'c', type: 'int' }))).status, 200)
})

test('hostile requests are answered, and leave the registry as it was', async (t) => {
  const { url } = await start(t)
  const deep = `${'{"type":"array","items":'.repeat(5000)}"int"${'}'.repeat(5000)}`
  for (const schema of [deep, '['.repeat(100_000), '{"type":"record","name":"A","fields":[{"name":"a","type":"B"}]}']) {
    assert.equal(JSON.parse((await ask(url, 'POST', '/subjects/s/versions', { schema })).text).error_code, 42201)
  }
  const nots = `${'{"not":'.repeat(20_000)}{}${'}'.repeat(20_000)}`
  assert.equal((await ask(url, 'POST', '/subjects/s/versions', { schemaType: 'JSON', schema: nots })).status, 422)
  assert.equal((await ask(url, 'GET', '/subjects/%ff/versions')).status, 400)
  assert.equal((await ask(url, 'GET', '/subjects')).text, '[]')
  // Choices within choices, and a pattern that takes years.
  const choices = (depth: number, leaf: string): object =>
    depth === 0 ? { type: leaf } : { oneOf: [choices(depth - 1, leaf), choices(depth - 1, 'null')] }
  const post = (subject: string, schema: object) =>
    ask(url, 'POST', `/subjects/${subject}/versions`, { schemaType: 'JSON', schema: JSON.stringify(schema) })
  await post('choices', choices(10, 'string'))
  assert.match((await post('choices', choices(10, 'integer'))).text, /too complex to be compared|incompatible/)
  const slow = (properties: object) => ({
    type: 'object',
    properties,
    patternProperties: { '^(a+)+$': {} },
    additionalProperties: false,
  })
  await post('slow', slow({}))
  assert.equal((await post('slow', slow({ [`${'a'.repeat(40)}!`]: { type: 'string' } }))).status, 200)
})
