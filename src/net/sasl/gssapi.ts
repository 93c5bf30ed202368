// GSSAPI (RFC 4752), the client's side, by the package kerberos where it is installed. The system's Kerberos has the user's
// ticket, or gets one with a key table.
//
//   client: token          server: token          … until both have the context; then in its envelopes
//   server: layers uint8 (1: none), largest message uint24          client: 1 0 0 0

import { DeniedError } from '../../errors.ts'
import { optionalPackage } from '../optional-package.ts'
import { type ClientMechanism, type KerberosLogin, unexpected } from './mechanism.ts'

/** The part of the package that is used; all messages are base64. */
interface Kerberos {
  GSS_MECH_OID_KRB5: number
  initializeClient(service: string, options: { principal?: string; mechOID: number }): Promise<Context>
}

interface Context {
  readonly contextComplete: boolean
  step(challenge: string): Promise<string | null>
  unwrap(message: string): Promise<string>
  wrap(message: string): Promise<string>
}

const NO_LAYER = 1
const EMPTY = Buffer.alloc(0)

export const gssapi: ClientMechanism = {
  name: 'GSSAPI',
  client({ kerberos }, host) {
    const login = kerberos as KerberosLogin
    let context: Context
    let isAgreed = false
    const step = async (challenge: Buffer) => {
      const token = await told(context.step(challenge.toString('base64')), login, host)
      return Buffer.from(token ?? '', 'base64')
    }
    return {
      async first() {
        context = await told(begin(login, host), login, host)
        return step(EMPTY)
      },
      async next(challenge) {
        if (isAgreed) return null
        if (!context.contextComplete) return step(challenge)
        const offer = Buffer.from(await told(context.unwrap(challenge.toString('base64')), login, host), 'base64')
        if (offer.length !== 4) throw unexpected('GSSAPI', "the broker's last message makes no sense")
        if ((offer[0] & NO_LAYER) === 0) throw unexpected('GSSAPI', 'the broker wants every message in an envelope')
        isAgreed = true
        const answer = Buffer.from([NO_LAYER, 0, 0, 0]).toString('base64')
        return Buffer.from(await told(context.wrap(answer), login, host), 'base64')
      },
    }
  },
}

async function begin({ service, principal, keytab }: KerberosLogin, host: string): Promise<Context> {
  const kerberos = await optionalPackage<Kerberos>('kerberos', 'GSSAPI')
  if (keytab) {
    // The only way to tell the system's library; its tickets stay in this process.
    process.env['KRB5_CLIENT_KTNAME'] = `FILE:${keytab}`
    process.env['KRB5CCNAME'] = 'MEMORY:ktool'
  }
  const at = process.platform === 'win32' ? '/' : '@'
  const options = { mechOID: kerberos.GSS_MECH_OID_KRB5, ...(principal ? { principal } : {}) }
  return kerberos.initializeClient(`${service}${at}${host}`, options)
}

/** What the library says, with what to do. */
async function told<T>(running: Promise<T>, { service, keytab }: KerberosLogin, host: string): Promise<T> {
  try {
    return await running
  } catch (error) {
    if (error instanceof DeniedError || (error as Error).name === 'UsageError') throw error
    throw new DeniedError(`the login at ${service}@${host} with GSSAPI failed: ${(error as Error).message}`, {
      hint: keytab
        ? 'look at sasl.kerberos.keytab, sasl.kerberos.principal and sasl.kerberos.service.name'
        : '`klist` shows whether there is a ticket, `kinit` gets one; sasl.kerberos.keytab does without',
      cause: error,
    })
  }
}
