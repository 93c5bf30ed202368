// All SASL mechanisms: the one list.

import { gssapi } from './gssapi.ts'
import type { ClientMechanism, Mechanism } from './mechanism.ts'
import { oauthbearer } from './oauthbearer.ts'
import { plain } from './plain.ts'
import { scram } from './scram.ts'

const list: Mechanism[] = [
  plain,
  scram('SCRAM-SHA-256', { name: 'sha256', bytes: 32 }),
  scram('SCRAM-SHA-512', { name: 'sha512', bytes: 64 }),
  oauthbearer,
]

/** Those of both sides. */
export const mechanisms: ReadonlyMap<string, Mechanism> = new Map(list.map((mechanism) => [mechanism.name, mechanism]))

/** Those of a client. */
export const clientMechanisms: ReadonlyMap<string, ClientMechanism> = new Map([...mechanisms, [gssapi.name, gssapi]])
