// PLAIN and OAUTHBEARER, both sides; and where tokens come from.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { mechanisms } from '../../../src/net/sasl/index.ts'
import { LoginError, type Users } from '../../../src/net/sasl/mechanism.ts'
import { oauthbearer } from '../../../src/net/sasl/oauthbearer.ts'
import { plain } from '../../../src/net/sasl/plain.ts'
import { tokenSource } from '../../../src/net/sasl/tokens.ts'

const users: Users = {
  password: (username) => (username === 'alice' ? 'wonder=land' : undefined),
  scram: () => undefined,
  checkToken(token) {
    if (token !== 'good') throw new LoginError('no')
    return { principal: 'alice', expiresAt: 5 }
  },
}
const noToken = () => Promise.reject(new Error('no token'))

test('the list has the mechanisms by their names', () => {
  assert.deepEqual([...mechanisms.keys()], ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'])
})

test('PLAIN: the bytes, and what the server makes of them', async () => {
  const client = plain.client({ username: 'alice', password: 'wonder=land', token: noToken }, 'host')
  const message = await client.first()
  assert.equal(message.toString(), '\0alice\0wonder=land')
  assert.equal(await client.next(Buffer.alloc(0)), null)
  const answer = async (text: string) => (await plain.server(users).next(Buffer.from(text))).principal
  assert.equal(await answer('\0alice\0wonder=land'), 'alice')
  assert.equal(await answer('alice\0alice\0wonder=land'), 'alice')
  const refused: Record<string, RegExp> = {
    '\0alice\0wrong': /Invalid username or password/,
    '\0bob\0wonder=land': /Invalid username or password/,
    '\0\0x': /username not specified/,
    '\0alice\0': /password not specified/,
    'bob\0alice\0wonder=land': /authorization id that is different/,
    alice: /expected 3 tokens, got 1/,
    '\0a\0b\0c': /expected 3 tokens, got 4/,
  }
  for (const [text, message] of Object.entries(refused)) await assert.rejects(answer(text), message, text)
})

test('OAUTHBEARER: the bytes, a refusal and its confirmation', async () => {
  const token = async () => ({ value: 'good', extensions: { cluster: 'a' } })
  const client = oauthbearer.client({ username: '', password: '', token }, 'host')
  const message = await client.first()
  assert.equal(message.toString(), 'n,,\u0001auth=Bearer good\u0001cluster=a\u0001\u0001')
  assert.equal(await client.next(Buffer.alloc(0)), null)
  const server = oauthbearer.server(users)
  assert.deepEqual(await server.next(message), { challenge: Buffer.alloc(0), principal: 'alice', expiresAt: 5 })
  const other = oauthbearer.server(users)
  const { challenge, principal } = await other.next(Buffer.from('n,,\u0001auth=Bearer bad\u0001\u0001'))
  assert.deepEqual([challenge.toString(), principal], ['{"status":"invalid_token"}', undefined])
  const confirmation = (await client.next(challenge)) as Buffer
  assert.equal(confirmation.toString(), '\u0001')
  await assert.rejects(async () => other.next(confirmation), { message: '{"status":"invalid_token"}' })
  await assert.rejects(async () => oauthbearer.server(users).next(Buffer.from('n,,')), LoginError)
})

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`
const common = { extensions: {}, timeoutMs: 5000 }

test('tokens of a file and a command are kept while they are good', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ktool-token-'))
  try {
    const file = join(folder, 'token')
    const late = jwt({ exp: Date.now() / 1000 + 1000 })
    writeFileSync(file, `${late}\n`)
    const source = tokenSource({ ...common, file })
    assert.equal((await source()).value, late)
    writeFileSync(file, 'other')
    assert.equal((await source()).value, late)
    writeFileSync(file, jwt({ exp: 1 }))
    const old = tokenSource({ ...common, file })
    await old()
    writeFileSync(file, 'other')
    assert.equal((await old()).value, 'other')
    assert.equal((await tokenSource({ ...common, command: `cat ${file}` })()).value, 'other')
    await assert.rejects(tokenSource({ ...common, file: join(folder, 'none') })(), /no such token file: /)
    await assert.rejects(
      tokenSource({ ...common, command: 'echo hunter2 >&2; exit 3' })(),
      (error: Error) => /ended with 3/.test(error.message) && !/hunter2/.test(String(error)),
    )
    await assert.rejects(tokenSource({ ...common, command: 'echo a b' })(), /gives no token/)
    await assert.rejects(tokenSource(common)(), /no setting says where it comes from/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('an unsecured token has the claims and a time', async () => {
  const { value } = await tokenSource({ ...common, unsecured: { claims: { sub: 'alice' }, lifetimeSeconds: 60 } })()
  const [header, claims, signature] = value.split('.')
  assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url').toString()), { alg: 'none' })
  const { sub, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString())
  assert.deepEqual([sub, exp - iat, signature], ['alice', 60, ''])
})

test('a token server gets the client credentials, once for connections that open together', async (t) => {
  const seen: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (text) => {
      body += text
    })
    request.on('end', () => {
      seen.push(`${request.headers.authorization} ${body}`)
      const isKnown = request.headers.authorization === `Basic ${Buffer.from('id:secret').toString('base64')}`
      response.statusCode = isKnown ? 200 : 401
      response.end(JSON.stringify(isKnown ? { access_token: 'abc', expires_in: 100 } : { error: 'invalid_client' }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
  const credentials = { url, clientId: 'id', clientSecret: 'secret', scope: 'a b' }
  const source = tokenSource({ ...common, server: credentials })
  assert.deepEqual(
    (await Promise.all([source(), source()])).map(({ value }) => value),
    ['abc', 'abc'],
  )
  assert.deepEqual(seen, ['Basic aWQ6c2VjcmV0 grant_type=client_credentials&scope=a+b'])
  await assert.rejects(
    tokenSource({ ...common, server: { ...credentials, clientSecret: 'hunter2' } })(),
    (error: Error) => /status 401 \(invalid_client\)/.test(error.message) && !error.message.includes('hunter2'),
  )
})
