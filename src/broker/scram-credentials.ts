// SCRAM credentials of users: kept for listeners with a login, and for a Kafka that is started on the directory (KIP-554;
// Kafka: ScramControlManager).

import type { ScramCredentialUpsertion } from '../protocol/apis/51-alter-user-scram-credentials.ts'
import type { UserScramCredentialRecord } from '../protocol/stored/cluster-metadata.ts'
import { ApiError } from './api-error.ts'

/** By the number of the mechanism: its hash and its least number of iterations. */
const MECHANISMS: ReadonlyMap<number, { hash: string; minIterations: number }> = new Map([
  [1, { hash: 'sha256', minIterations: 4096 }],
  [2, { hash: 'sha512', minIterations: 4096 }],
])
const MAX_ITERATIONS = 16_384

export function checkMechanism(name: string, mechanism: number): void {
  if (name === '') throw new ApiError('UNACCEPTABLE_CREDENTIAL', 'Username must not be empty')
  if (!MECHANISMS.has(mechanism)) throw new ApiError('UNSUPPORTED_SASL_MECHANISM', 'Unknown SCRAM mechanism')
}

/** What is kept of a credential: not the salted password, but the keys made of it. Throws an ApiError. */
export function credentialRecord(upsertion: ScramCredentialUpsertion): UserScramCredentialRecord {
  const { name, mechanism, iterations, salt, saltedPassword } = upsertion
  checkMechanism(name, mechanism)
  const { hash, minIterations } = MECHANISMS.get(mechanism) as { hash: string; minIterations: number }
  if (iterations < minIterations) throw new ApiError('UNACCEPTABLE_CREDENTIAL', 'Too few iterations')
  if (iterations > MAX_ITERATIONS) throw new ApiError('UNACCEPTABLE_CREDENTIAL', 'Too many iterations')
  if (saltedPassword.length === 0) throw new ApiError('UNKNOWN_SERVER_ERROR')
  const { createHash, createHmac } = process.getBuiltinModule('node:crypto')
  const keyFor = (what: string) => createHmac(hash, saltedPassword).update(what).digest()
  const storedKey = createHash(hash).update(keyFor('Client Key')).digest()
  return { name, mechanism, iterations, salt: Buffer.from(salt), storedKey, serverKey: keyFor('Server Key') }
}
