// SCRAM (RFC 5802, RFC 7677): both sides show that they know the password and neither says it. As in Kafka the password is
// its UTF-8 bytes, without SASLprep (Kafka: ScramFormatter), and there is no channel binding.
//
//   client: n,,n=USER,r=NONCE                      server: r=NONCE…MORE,s=SALT,i=ITERATIONS
//   client: c=biws,r=NONCE…MORE,p=PROOF            server: v=SIGNATURE   or   e=ERROR
//
//   proof = ClientKey XOR HMAC(H(ClientKey), all of the above); ClientKey = HMAC(salted password, "Client Key")

import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import {
  type ClientExchange,
  LoginError,
  type Mechanism,
  type ServerExchange,
  type Users,
  unexpected,
} from './mechanism.ts'

const derive = promisify(pbkdf2)

/** Kafka's clients take no fewer; more than a broker can mean would keep this machine busy for its sake. */
const MIN_ITERATIONS = 4096
const MAX_ITERATIONS = 1_000_000

export interface Hash {
  /** As Node calls it. */
  name: string
  bytes: number
}

export interface ScramKeys {
  clientKey: Buffer
  storedKey: Buffer
  serverKey: Buffer
}

/** What is made of a salted password. */
export function scramKeys(hash: string, saltedPassword: Buffer): ScramKeys {
  const clientKey = hmac(hash, saltedPassword, 'Client Key')
  return {
    clientKey,
    storedKey: createHash(hash).update(clientKey).digest(),
    serverKey: hmac(hash, saltedPassword, 'Server Key'),
  }
}

export function saltedPassword(hash: Hash, password: string, salt: Buffer, iterations: number): Promise<Buffer> {
  return derive(Buffer.from(password), salt, iterations, hash.bytes, hash.name)
}

/** `nonce` makes what goes into the exchanges; tests give known ones. */
export function scram(name: string, hash: Hash, nonce: () => string = randomNonce): Mechanism {
  return {
    name,
    client: ({ username, password }) => clientExchange(name, hash, nonce(), username, password),
    server: (users) => serverExchange(name, hash, nonce, users),
  }
}

function clientExchange(name: string, hash: Hash, nonce: string, username: string, password: string): ClientExchange {
  const bare = `n=${username.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`
  let signature: Buffer | null = null
  return {
    first: () => Buffer.from(`n,,${bare}`),
    async next(challenge) {
      const text = challenge.toString()
      if (signature !== null) {
        const shown = /^v=([^,]+)/.exec(text)
        if (shown === null || !isSame(Buffer.from(shown[1], 'base64'), signature)) {
          throw unexpected(name, 'the broker does not know the password itself')
        }
        return null
      }
      const match = /^r=([^,]+),s=([^,]+),i=(\d{1,9})(?:,.*)?$/.exec(text)
      if (match === null) throw unexpected(name, `the broker's first message makes no sense`)
      const [, fullNonce, salt, count] = match
      const iterations = Number(count)
      if (!fullNonce.startsWith(nonce) || fullNonce === nonce) throw unexpected(name, "the broker's nonce is wrong")
      if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
        throw unexpected(
          name,
          `the broker asks for ${iterations} iterations, ${MIN_ITERATIONS} to ${MAX_ITERATIONS} are taken`,
        )
      }
      const salted = await saltedPassword(hash, password, Buffer.from(salt, 'base64'), iterations)
      const { clientKey, storedKey, serverKey } = scramKeys(hash.name, salted)
      const unproven = `c=biws,r=${fullNonce}`
      const all = `${bare},${text},${unproven}`
      signature = hmac(hash.name, serverKey, all)
      return Buffer.from(`${unproven},p=${xor(clientKey, hmac(hash.name, storedKey, all)).toString('base64')}`)
    },
  }
}

function serverExchange(name: string, hash: Hash, nonce: () => string, users: Users): ServerExchange {
  const invalid = () => new LoginError('')
  let begun: { bare: string; first: string; fullNonce: string; username: string } | null = null
  return {
    next(message) {
      const text = message.toString()
      if (begun === null) {
        const match = /^n,(?:a=([^,]*))?,(n=([^,]+),r=([^,]+)(?:,.*)?)$/s.exec(text)
        if (match === null) throw invalid()
        const [, authorizationId = '', bare, saslName, clientNonce] = match
        if (/=(?!2C|3D)/.test(saslName)) throw invalid()
        const username = saslName.replaceAll('=2C', ',').replaceAll('=3D', '=')
        if (authorizationId !== '' && authorizationId !== saslName) {
          throw new LoginError(
            'Authentication failed: Client requested an authorization id that is different from username',
          )
        }
        const credential = users.scram(username, name)
        if (credential === undefined) throw invalid()
        const fullNonce = clientNonce + nonce()
        const first = `r=${fullNonce},s=${credential.salt.toString('base64')},i=${credential.iterations}`
        begun = { bare, first, fullNonce, username }
        return { challenge: Buffer.from(first) }
      }
      const { bare, first, fullNonce, username } = begun
      const match = /^(c=([^,]+),r=([^,]+)(?:,.*)?),p=([^,]+)$/s.exec(text)
      const credential = users.scram(username, name)
      if (match === null || match[3] !== fullNonce || credential === undefined) throw invalid()
      if (!Buffer.from(match[2], 'base64').toString().startsWith('n,')) throw invalid()
      const all = `${bare},${first},${match[1]}`
      const proof = Buffer.from(match[4], 'base64')
      if (proof.length !== hash.bytes) throw invalid()
      const clientKey = xor(proof, hmac(hash.name, credential.storedKey, all))
      if (!isSame(createHash(hash.name).update(clientKey).digest(), credential.storedKey)) throw invalid()
      const signature = hmac(hash.name, credential.serverKey, all)
      return { challenge: Buffer.from(`v=${signature.toString('base64')}`), principal: username }
    },
  }
}

function randomNonce(): string {
  return randomBytes(24).toString('base64url')
}

function hmac(hash: string, key: Buffer, text: string): Buffer {
  return createHmac(hash, key).update(text).digest()
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, at) => byte ^ b[at]))
}

function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
