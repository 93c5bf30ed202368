// A client's login on an open connection: SaslHandshake names the mechanism, SaslAuthenticate carries its messages. The
// answer may limit the session, at whose end the broker wants a new login on the same connection (KIP-368).

import { DeniedError } from '../../errors.ts'
import { SaslHandshake } from '../../protocol/apis/17-sasl-handshake.ts'
import { SaslAuthenticate } from '../../protocol/apis/36-sasl-authenticate.ts'
import { errorCode, KafkaError } from '../../protocol/errors.ts'
import { type Address, name } from '../../util/address.ts'
import type { Connection, Send } from '../connection.ts'
import type { ClientMechanism, Credentials } from './mechanism.ts'

export interface SaslLogin {
  mechanism: ClientMechanism
  credentials: Credentials
}

export interface LoginOptions {
  /** The highest version of SaslAuthenticate that the broker has. */
  version: number
  timeoutMs: number
}

const ILLEGAL_SASL_STATE = errorCode('ILLEGAL_SASL_STATE')
const UNSUPPORTED_SASL_MECHANISM = errorCode('UNSUPPORTED_SASL_MECHANISM')
const SASL_AUTHENTICATION_FAILED = errorCode('SASL_AUTHENTICATION_FAILED')

/** Logs in, and again each time before the session ends. Throws a DeniedError where the broker refuses. */
export async function logIn(connection: Connection, login: SaslLogin, options: LoginOptions): Promise<void> {
  const send: Send = (api, version, body, timeoutMs) => connection.request(api, version, body, timeoutMs)
  const { address } = connection
  let lifetimeMs = await exchange(send, login, options, address)
  let timer: NodeJS.Timeout | undefined
  const schedule = () => {
    if (lifetimeMs <= 0 || connection.isClosed) return
    timer = setTimeout(() => {
      connection
        .exclusively(async (again) => {
          lifetimeMs = await exchange(again, login, options, address)
        })
        .then(schedule)
    }, renewAfter(lifetimeMs)).unref()
  }
  schedule()
  connection.onClose(() => clearTimeout(timer))
}

/** As Java's client: after 85 to 95 % of the session, so that many clients do not come at once. */
function renewAfter(lifetimeMs: number): number {
  return Math.min(lifetimeMs * (0.85 + 0.1 * Math.random()), 0x7fff_ffff)
}

/** Resolves to the milliseconds that the session lasts; 0: without end. */
async function exchange(
  send: Send,
  { mechanism, credentials }: SaslLogin,
  { version, timeoutMs }: LoginOptions,
  address: Address,
): Promise<number> {
  const where = name(address)
  const handshake = await send(SaslHandshake, 1, { mechanism: mechanism.name }, timeoutMs)
  if (handshake.errorCode === UNSUPPORTED_SASL_MECHANISM) {
    throw new DeniedError(
      `${where} does not take the mechanism ${mechanism.name}, but ${handshake.mechanisms.join(', ') || 'none'}`,
      { hint: 'give another sasl.mechanism' },
    )
  }
  if (handshake.errorCode === ILLEGAL_SASL_STATE) {
    throw new DeniedError(`${where} is a listener without a login`, {
      hint: 'leave the SASL_ out of security.protocol, or take the port of another listener',
    })
  }
  if (handshake.errorCode !== 0) throw new KafkaError(handshake.errorCode, `logging in at ${where}`)
  const client = mechanism.client(credentials, address.host)
  let message: Buffer | null = await client.first()
  let lifetimeMs = 0
  while (message !== null) {
    const answer = await send(SaslAuthenticate, version, { authBytes: message }, timeoutMs)
    if (answer.errorCode === SASL_AUTHENTICATION_FAILED) {
      const who = credentials.username === '' ? '' : ` of ${credentials.username}`
      const why = answer.errorMessage ? `: ${answer.errorMessage}` : ''
      throw new DeniedError(`${where} refuses the login${who} with ${mechanism.name}${why}`, {
        hint: 'check the user, the password or token, and the mechanism',
      })
    }
    if (answer.errorCode !== 0) throw new KafkaError(answer.errorCode, `logging in at ${where}`, answer.errorMessage)
    lifetimeMs = answer.sessionLifetimeMs
    message = await client.next(answer.authBytes)
  }
  return lifetimeMs
}
