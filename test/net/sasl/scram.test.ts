// SCRAM by the vectors of the RFCs, both sides against each other, and against what does not keep to it.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import fc from 'fast-check'
import type { Credentials, Mechanism, ScramCredential, Users } from '../../../src/net/sasl/mechanism.ts'
import { LoginError } from '../../../src/net/sasl/mechanism.ts'
import { type Hash, saltedPassword, scram, scramKeys } from '../../../src/net/sasl/scram.ts'

const sha1: Hash = { name: 'sha1', bytes: 20 }
const sha256: Hash = { name: 'sha256', bytes: 32 }
const sha512: Hash = { name: 'sha512', bytes: 64 }

const as = (username: string, password: string): Credentials => ({
  username,
  password,
  token: () => Promise.reject(new Error('no token')),
})

async function credentialOf(hash: Hash, password: string, salt: Buffer, iterations = 4096): Promise<ScramCredential> {
  const { storedKey, serverKey } = scramKeys(hash.name, await saltedPassword(hash, password, salt, iterations))
  return { salt, iterations, storedKey, serverKey }
}

const knowing = (username: string, credential: ScramCredential): Users => ({
  password: () => undefined,
  scram: (name) => (name === username ? credential : undefined),
  checkToken: () => Promise.reject(new Error('no tokens')),
})

const vectors = [
  {
    rfc: 'RFC 5802',
    hash: sha1,
    salt: 'QSXCR+Q6sek8bf92',
    nonces: ['fyko+d2lbbFgONRv9qkxdawL', '3rfcNHYJY1ZVvWVs7j'],
    proof: 'v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    signature: 'rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    rfc: 'RFC 7677',
    hash: sha256,
    salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
    nonces: ['rOprNGfwEbeRWgbNEkqO', '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'],
    proof: 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    signature: '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
]

for (const { rfc, hash, salt, nonces, proof, signature } of vectors) {
  test(`the example of ${rfc}, on both sides`, async () => {
    const [mine, theirs] = nonces
    const client = scram('X', hash, () => mine).client(as('user', 'pencil'), 'host')
    const credential = await credentialOf(hash, 'pencil', Buffer.from(salt, 'base64'))
    const server = scram('X', hash, () => theirs).server(knowing('user', credential))
    const first = await client.first()
    assert.equal(first.toString(), `n,,n=user,r=${mine}`)
    const challenge = (await server.next(first)).challenge
    assert.equal(challenge.toString(), `r=${mine}${theirs},s=${salt},i=4096`)
    const final = (await client.next(challenge)) as Buffer
    assert.equal(final.toString(), `c=biws,r=${mine}${theirs},p=${proof}`)
    const end = await server.next(final)
    assert.deepEqual([end.challenge.toString(), end.principal], [`v=${signature}`, 'user'])
    assert.equal(await client.next(end.challenge), null)
  })
}

const whole = scram('SCRAM-SHA-512', sha512)

async function logIn(mechanism: Mechanism, credentials: Credentials, users: Users): Promise<string | undefined> {
  const client = mechanism.client(credentials, 'host')
  const server = mechanism.server(users)
  let message: Buffer | null = await client.first()
  let principal: string | undefined
  while (message !== null) {
    const step = await server.next(message)
    principal = step.principal
    message = await client.next(step.challenge)
  }
  return principal
}

test('names with commas, equals signs and letters of other scripts log in; a wrong password does not', async () => {
  for (const username of ['a,b=c', '=2C', 'Zoë', '日本']) {
    const users = knowing(username, await credentialOf(sha512, 'pässwörd,=', randomBytes(16)))
    assert.equal(await logIn(whole, as(username, 'pässwörd,='), users), username)
    await assert.rejects(logIn(whole, as(username, 'password,='), users), LoginError)
    await assert.rejects(logIn(whole, as(`${username}x`, 'pässwörd,='), users), LoginError)
  }
})

test('the client does not believe a server that does not know the password', async () => {
  const begun = async () => {
    const client = scram('SCRAM-SHA-256', sha256, () => 'abc').client(as('user', 'pencil'), 'host')
    await client.first()
    return client
  }
  const answer = async (...challenges: string[]) => {
    const client = await begun()
    for (const challenge of challenges) await client.next(Buffer.from(challenge))
  }
  const first = 'r=abcdef,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'
  await assert.rejects(answer(first, `v=${Buffer.alloc(32).toString('base64')}`), /does not know the password itself/)
  await assert.rejects(answer(first, 'e=other-error'), /does not know the password itself/)
  await assert.rejects(answer(first, ''), /does not know the password itself/)
  await assert.rejects(answer('r=xyz,s=AAAA,i=4096'), /nonce is wrong/)
  await assert.rejects(answer('r=abc,s=AAAA,i=4096'), /nonce is wrong/)
  await assert.rejects(answer('r=abcd,s=AAAA,i=1'), /asks for 1 iterations/)
  await assert.rejects(answer('r=abcd,s=AAAA,i=999999999'), /asks for 999999999 iterations/)
  await assert.rejects(answer('nonsense'), { name: 'DeniedError', exitCode: 4 })
})

test('whatever a client sends, the server answers or refuses', async () => {
  const users = knowing('user', await credentialOf(sha256, 'pencil', randomBytes(16)))
  const alphabet = fc.constantFrom(...'n,=userracpi:0\u0001é'.split(''), 'n,,n=user,r=x', 'c=biws,')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: alphabet, maxLength: 8 }), { maxLength: 4 }), async (messages) => {
      const server = scram('SCRAM-SHA-256', sha256).server(users)
      for (const message of messages) {
        try {
          assert.equal((await server.next(Buffer.from(message))).principal, undefined)
        } catch (error) {
          assert.ok(error instanceof LoginError, String(error))
          return
        }
      }
    }),
  )
})
