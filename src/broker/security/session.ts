// Who is on a connection, and how they came there (Kafka: SaslServerAuthenticator).
//
//   start ─ SaslHandshake ─> chosen ─ SaslAuthenticate … ─> open        a refusal ends the connection after its answer
//                 version 0 ─> raw: frames are the mechanism's messages, without a header (before Kafka 1.0)
//   open ─ SaslHandshake, where the session has an end ─> chosen ─ … ─> open, as the same user (KIP-368)
//
// Until it is open only ApiVersions is answered beside these two.

import { setTimeout as sleep } from 'node:timers/promises'
import { LoginError, type ServerExchange, type ServerStep } from '../../net/sasl/mechanism.ts'
import type { ServerConnection } from '../../net/server.ts'
import { ApiVersions } from '../../protocol/apis/18-api-versions.ts'
import { type ErrorName, ProtocolError } from '../../protocol/errors.ts'
import type { ListenerSecurity, SaslSecurity } from './listener-security.ts'

export const ANONYMOUS = 'User:ANONYMOUS'

/** Kafka begins no login anew sooner than this after the one before. */
const MIN_REAUTH_INTERVAL_MS = 1000

export interface LoginAnswer {
  error: ErrorName
  message: string | null
  bytes: Buffer
  lifetimeMs: number
}

const EMPTY = Buffer.alloc(0)

export class Session {
  principal = ANONYMOUS
  private readonly connection: ServerConnection
  private readonly sasl: SaslSecurity | null
  private readonly frameBytes: number
  private state: 'start' | 'chosen' | 'raw' | 'open'
  private mechanism = ''
  private exchange: ServerExchange | null = null
  /** Milliseconds since 1970; Infinity: the session has no end. */
  private expiresAt = Number.POSITIVE_INFINITY
  private openedAt = 0
  /** Who was logged in before this login. */
  private before: string | null = null

  /** Throws a ProtocolError for a certificate whose owner is nobody. */
  constructor(connection: ServerConnection, { tls, sasl, principals }: ListenerSecurity) {
    this.connection = connection
    this.sasl = sasl
    this.frameBytes = connection.maxFrameBytes
    this.state = sasl === null ? 'open' : 'start'
    if (sasl !== null) connection.maxFrameBytes = sasl.maxReceiveBytes
    else if (tls !== null) this.principal = principalOf(connection.certificateSubject, principals)
  }

  /** Whether frames are messages of the mechanism. */
  get isRaw(): boolean {
    return this.state === 'raw'
  }

  /** Throws a ProtocolError, which ends the connection, for a request that may not come now. */
  admit(apiKey: number): void {
    if (this.state === 'open') {
      if (Date.now() <= this.expiresAt) return
      throw new ProtocolError(`the session of ${this.principal} has ended without a new login`)
    }
    if (apiKey === ApiVersions.key && this.before === null) return
    throw new ProtocolError(`a request with API key ${apiKey} before the login`)
  }

  /** Answers SaslHandshake: the error, and the mechanisms there are. */
  handshake(mechanism: string, version: number): { error: ErrorName; mechanisms: string[] } {
    const mechanisms = [...(this.sasl?.mechanisms.keys() ?? [])]
    const isAgain = this.state === 'open'
    if (this.sasl === null || (isAgain && !this.mayBeginAgain())) return { error: 'ILLEGAL_SASL_STATE', mechanisms: [] }
    if (this.state !== 'start' && !isAgain) throw new ProtocolError('a second SaslHandshake in a login')
    const chosen = this.sasl.mechanisms.get(mechanism)
    if (chosen === undefined || (isAgain && mechanism !== this.mechanism)) {
      this.connection.endAfterAnswer()
      return { error: 'UNSUPPORTED_SASL_MECHANISM', mechanisms }
    }
    this.before = isAgain ? this.principal : null
    this.mechanism = mechanism
    this.exchange = chosen.mechanism.server(chosen.users)
    this.state = version === 0 ? 'raw' : 'chosen'
    this.connection.maxFrameBytes = this.sasl.maxReceiveBytes
    return { error: 'NONE', mechanisms }
  }

  /** Answers a message of the mechanism. */
  async authenticate(message: Buffer): Promise<LoginAnswer> {
    if (this.exchange === null || this.sasl === null) {
      const message =
        this.state === 'open'
          ? 'SaslAuthenticate request received after successful authentication'
          : 'SaslAuthenticate request received before SaslHandshake'
      return { error: 'ILLEGAL_SASL_STATE', message, bytes: EMPTY, lifetimeMs: 0 }
    }
    try {
      const step = await this.exchange.next(message)
      const lifetimeMs = step.principal === undefined ? 0 : this.open(step)
      return { error: 'NONE', message: null, bytes: step.challenge, lifetimeMs }
    } catch (error) {
      if (!(error instanceof LoginError)) throw error
      // Guessing passwords shall take its time.
      await sleep(this.sasl.failureDelayMs, undefined, { ref: false })
      this.connection.endAfterAnswer()
      const what = this.before === null ? 'authentication' : 're-authentication'
      const invalid = `Authentication failed during ${what} due to invalid credentials with SASL mechanism ${this.mechanism}`
      return { error: 'SASL_AUTHENTICATION_FAILED', message: error.message || invalid, bytes: EMPTY, lifetimeMs: 0 }
    }
  }

  private mayBeginAgain(): boolean {
    return this.expiresAt !== Number.POSITIVE_INFINITY && Date.now() - this.openedAt >= MIN_REAUTH_INTERVAL_MS
  }

  /** The login is complete. Returns how long the session lasts; 0: without end. */
  private open(step: ServerStep): number {
    const principal = `User:${step.principal}`
    if (this.before !== null && this.before !== principal) {
      throw new LoginError(`Cannot change principals during re-authentication from ${this.before}: ${principal}`)
    }
    const { maxReauthMs = 0 } = this.sasl?.mechanisms.get(this.mechanism) ?? {}
    const now = Date.now()
    const ofToken = step.expiresAt === undefined ? Number.POSITIVE_INFINITY : step.expiresAt - now
    const lifetime = Math.min(ofToken, maxReauthMs > 0 ? maxReauthMs : Number.POSITIVE_INFINITY)
    this.principal = principal
    this.state = 'open'
    this.exchange = null
    this.openedAt = now
    this.expiresAt = now + lifetime
    this.connection.maxFrameBytes = this.frameBytes
    return lifetime === Number.POSITIVE_INFINITY ? 0 : Math.max(0, Math.floor(lifetime))
  }
}

/** The subject of a client's certificate as Java writes it (RFC 2253), from Node's lines. */
function principalOf(subject: string | undefined, principals: ListenerSecurity['principals']): string {
  if (subject === undefined) return ANONYMOUS
  const parts = subject.split('\n').reverse()
  const name = parts.map((part) => part.replaceAll(/(?<==.*)[,+"\\<>;]/g, '\\$&')).join(',')
  const user = principals(name)
  if (user === undefined) throw new ProtocolError(`no rule of ssl.principal.mapping.rules says who ${name} is`)
  return `User:${user}`
}
