// The registry's client: TLS with a CA and certificate of its own, schemas asked for once, answers that make no sense.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { resolveSettings } from '../../src/config/settings.ts'
import { RegistryClient, registryOptions } from '../../src/registry/client.ts'

const golden = (name: string) => join(import.meta.dirname, '../net/tls/golden', name)
const read = (name: string) => readFileSync(golden(name))

function client(t: TestContext, settings: Record<string, string>): RegistryClient {
  const assignments = Object.entries(settings).map(([name, value]) => ({ name, value, source: 'test' }))
  const made = new RegistryClient(registryOptions(resolveSettings(assignments).settings))
  t.after(() => made.close())
  return made
}

async function listen(t: TestContext, server: http.Server | https.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test('TLS with a private CA and a certificate of the client', async (t) => {
  const options = {
    cert: read('broker.pem'),
    key: read('broker.key'),
    ca: read('ca.pem'),
    requestCert: true,
    rejectUnauthorized: false,
  }
  const server = https.createServer(options, (request, response) => {
    response.end(JSON.stringify([(request.socket as TLSSocket).authorized ? 'known' : 'unknown']))
  })
  const url = `https://127.0.0.1:${await listen(t, server)}`
  const trusting = { 'schema.registry.url': url, 'schema.registry.ssl.ca.location': golden('ca.pem') }
  assert.deepEqual(await client(t, trusting).subjects(), ['unknown'])
  const known = {
    ...trusting,
    'schema.registry.ssl.certificate.location': golden('alice.pem'),
    'schema.registry.ssl.key.location': golden('alice.key'),
  }
  assert.deepEqual(await client(t, known).subjects(), ['known'])
  await assert.rejects(client(t, { 'schema.registry.url': url }).subjects(), {
    name: 'UnreachableError',
    hint: 'name its CA with -X schema.registry.ssl.ca.location=FILE',
  })
  assert.throws(
    () => client(t, { ...trusting, 'schema.registry.ssl.ca.location': '/none' }),
    /schema\.registry\.ssl\.ca\.location: no such file: \/none/,
  )
})

test('a schema is asked for once, and again after a failure that may pass', async (t) => {
  let asked = 0
  const server = http.createServer((_request, response) => {
    asked++
    if (asked === 1) response.writeHead(503).end('busy')
    else response.end('{"schema":"\\"int\\""}')
  })
  const asking = client(t, { 'schema.registry.url': `http://127.0.0.1:${await listen(t, server)}` })
  await assert.rejects(asking.parsedSchema(7), /Service Unavailable/)
  const [one, other] = await Promise.all([asking.parsedSchema(7), asking.parsedSchema(7)])
  assert.equal(one, other)
  assert.equal(asked, 2)
})

test('an answer that is no JSON, and none in time', async (t) => {
  const server = http.createServer((request, response) => {
    if (request.url === '/subjects') response.end('<html>')
  })
  const url = `http://127.0.0.1:${await listen(t, server)}`
  const asking = client(t, { 'schema.registry.url': `${url}/`, 'request.timeout.ms': '100' })
  await assert.rejects(asking.subjects(), {
    message: `the schema registry at ${url} answered with something that is not JSON`,
  })
  await assert.rejects(asking.level(undefined), { name: 'TimeoutError' })
})

test('names of subjects are kept whole on their way', async (t) => {
  const paths: (string | undefined)[] = []
  const server = http.createServer((request, response) => {
    paths.push(request.url)
    response.end('[]')
  })
  const asking = client(t, { 'schema.registry.url': `http://127.0.0.1:${await listen(t, server)}/base` })
  await asking.versions('a/b c?%#ü')
  assert.deepEqual(paths, ['/base/subjects/a%2Fb%20c%3F%25%23%C3%BC/versions'])
})
