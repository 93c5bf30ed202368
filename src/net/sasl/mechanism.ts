// What a SASL mechanism is: both sides of it in one file, listed in index.ts. Messages are the bytes within Kafka's
// SaslAuthenticate; the client begins.
//
//   client: first() ─> … next(challenge) ─> null: done          server: next(message) ─> challenge, at last with a principal

import { DeniedError, KtoolError } from '../../errors.ts'

/** What a client logs in with. */
export interface Credentials {
  username: string
  password: string
  /** Of OAUTHBEARER: called for each login, as tokens get old. */
  token: () => Promise<Token>
  /** Of GSSAPI. */
  kerberos?: KerberosLogin
}

export interface KerberosLogin {
  /** The brokers' name at the KDC, without their hosts. */
  service: string
  /** Whose ticket; else the one that there is. */
  principal?: string
  /** Path of a file with the principal's key. */
  keytab?: string
}

export interface Token {
  /** As it is sent: a JWT, mostly. */
  value: string
  /** Sent along with it (KIP-342). */
  extensions: Readonly<Record<string, string>>
}

export interface ClientExchange {
  first(): Buffer | Promise<Buffer>
  /** The answer to what the broker said; null: there is nothing more to say. Throws a DeniedError. */
  next(challenge: Buffer): Buffer | null | Promise<Buffer | null>
}

/** What is kept of a user for SCRAM. */
export interface ScramCredential {
  salt: Buffer
  iterations: number
  storedKey: Buffer
  serverKey: Buffer
}

/** The users that a broker knows. */
export interface Users {
  /** The password of a user who may use PLAIN. */
  password(username: string): string | undefined
  scram(username: string, mechanism: string): ScramCredential | undefined
  /** Who has a token, and until when it is good (milliseconds since 1970). Throws a LoginError. */
  checkToken(token: string): TokenOwner | Promise<TokenOwner>
}

export interface TokenOwner {
  principal: string
  expiresAt: number
}

export interface ServerStep {
  challenge: Buffer
  /** The user, once the login is complete. */
  principal?: string
  /** When what the user has shown loses its worth; milliseconds since 1970. */
  expiresAt?: number
}

export interface ServerExchange {
  /** Throws a LoginError where the login is refused. */
  next(message: Buffer): ServerStep | Promise<ServerStep>
}

export interface ClientMechanism {
  readonly name: string
  /** `host`: the broker's, as it is called. */
  client(credentials: Credentials, host: string): ClientExchange
}

/** One that ktool serve has too. */
export interface Mechanism extends ClientMechanism {
  server(users: Users): ServerExchange
}

/** A login that a broker refuses; the message is for the client. Without one it gets Kafka's own for invalid credentials. */
export class LoginError extends KtoolError {}

/** The client's side: what the broker said is not what the mechanism wants. */
export function unexpected(mechanism: string, what: string): DeniedError {
  return new DeniedError(`the login with ${mechanism} failed: ${what}`, {
    hint: 'what answers there is not a Kafka broker, or somebody stands in its place',
  })
}
