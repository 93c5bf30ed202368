// Delegation tokens (KIP-48), as a Kafka without `delegation.token.secret.key` has them: not at all.

import type { ErrorName } from '../protocol/errors.ts'
import { ANONYMOUS, type Session } from './security/session.ts'

export interface Principal {
  readonly principalType: string
  readonly principalName: string
}

/** Why a request for a token, or about one, is refused; on a connection without a login it must not come at all. */
export function tokenRefusal(session: Session | null): ErrorName {
  const isKnown = session !== null && session.principal !== ANONYMOUS
  return isKnown ? 'DELEGATION_TOKEN_AUTH_DISABLED' : 'DELEGATION_TOKEN_REQUEST_NOT_ALLOWED'
}

/** Who is on the connection. */
export function requester(session: Session | null): Principal {
  const principal = session?.principal ?? ANONYMOUS
  const colon = principal.indexOf(':')
  return { principalType: principal.slice(0, colon), principalName: principal.slice(colon + 1) }
}

/** The times in a refusal: the controller, which knows that there are none, leaves them empty. */
export function refusalTime(refusal: ErrorName): number {
  return refusal === 'DELEGATION_TOKEN_AUTH_DISABLED' ? 0 : -1
}
