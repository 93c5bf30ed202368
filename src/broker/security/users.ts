// The users of a broker: passwords of the JAAS config (PLAIN), SCRAM credentials of the metadata log, users given at the
// start, and unsecured tokens (Kafka: OAuthBearerUnsecuredValidatorCallbackHandler).

import { LoginError, type ScramCredential, type TokenOwner, type Users } from '../../net/sasl/mechanism.ts'
import { scramKeys } from '../../net/sasl/scram.ts'
import { type MetadataImage, scramKey } from '../metadata-image.ts'

export interface KnownUsers {
  image: MetadataImage
  /** Passwords by user, of `--users`. */
  given: ReadonlyMap<string, string>
}

/** Mechanisms by their number in Kafka, with what Node calls the hash. */
const SCRAM: Readonly<Record<string, { number: number; hash: string; bytes: number }>> = {
  'SCRAM-SHA-256': { number: 1, hash: 'sha256', bytes: 32 },
  'SCRAM-SHA-512': { number: 2, hash: 'sha512', bytes: 64 },
}
const ITERATIONS = 4096

export function usersOf(options: Readonly<Record<string, string>>, { image, given }: KnownUsers): Users {
  const derived = new Map<string, ScramCredential>()
  return {
    password: (username) =>
      Object.hasOwn(options, `user_${username}`) ? options[`user_${username}`] : given.get(username),
    scram(username, mechanism) {
      const { number } = SCRAM[mechanism]
      const kept = image.scramCredentials.get(scramKey(username, number))
      if (kept !== undefined) return kept
      const password = given.get(username)
      if (password === undefined) return undefined
      const key = `${mechanism} ${username}`
      const credential = derived.get(key) ?? credentialOf(mechanism, password)
      derived.set(key, credential)
      return credential
    },
    checkToken: (token) => ownerOf(token, options),
  }
}

function credentialOf(mechanism: string, password: string): ScramCredential {
  const { pbkdf2Sync, randomBytes } = process.getBuiltinModule('node:crypto')
  const { hash, bytes } = SCRAM[mechanism]
  const salt = randomBytes(16)
  const { storedKey, serverKey } = scramKeys(hash, pbkdf2Sync(password, salt, ITERATIONS, bytes, hash))
  return { salt, iterations: ITERATIONS, storedKey, serverKey }
}

/** Throws a LoginError for a token that is signed, too old, not yet good, or of nobody. */
function ownerOf(token: string, options: Readonly<Record<string, string>>): TokenOwner {
  const skewMs = Number(options['unsecuredValidatorAllowableClockSkewMs'] ?? 0)
  const claimName = options['unsecuredValidatorPrincipalClaimName'] ?? 'sub'
  const [header, claims, signature, ...more] = token.split('.')
  const { alg } = jsonOf(header)
  if (alg !== 'none' || signature !== '' || more.length > 0)
    throw new LoginError('only unsecured tokens are known here')
  const { [claimName]: principal, exp, iat, nbf } = jsonOf(claims)
  const now = Date.now()
  if (typeof principal !== 'string' || principal === '') throw new LoginError(`the token has no ${claimName}`)
  if (typeof exp !== 'number' || exp * 1000 + skewMs <= now) throw new LoginError('the token has expired')
  for (const start of [iat, nbf]) {
    if (typeof start === 'number' && start * 1000 - skewMs > now) throw new LoginError('the token is not good yet')
  }
  return { principal, expiresAt: exp * 1000 }
}

function jsonOf(part = ''): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Told below.
  }
  throw new LoginError('the token is not a JWT')
}
