// From a frame to its answer: header, handler by key and version, body, answer. What can't be read or is not supported
// closes the connection, as in Kafka; only an ApiVersions request of an unknown version gets an answer all the same (KIP-511).

import type { Answer, ServerConnection, ServerHandler } from '../net/server.ts'
import { Produce, type ProduceRequest } from '../protocol/apis/00-produce.ts'
import { Fetch, type FetchRequest } from '../protocol/apis/01-fetch.ts'
import { SaslHandshake } from '../protocol/apis/17-sasl-handshake.ts'
import { ApiVersions } from '../protocol/apis/18-api-versions.ts'
import { SaslAuthenticate } from '../protocol/apis/36-sasl-authenticate.ts'
import { errorCode, ProtocolError } from '../protocol/errors.ts'
import { encodeResponse, type RequestHeader, readRequestBody, readRequestHeader } from '../protocol/frame.ts'
import { Reader } from '../protocol/reader.ts'
import type { Broker } from './broker.ts'
import { type AnyHandler, advertised, type RequestContext } from './handler.ts'
import { handlers } from './handlers/index.ts'
import type { Gate } from './security/gate.ts'
import type { ListenerSecurity } from './security/listener-security.ts'
import { ANONYMOUS, Session } from './security/session.ts'

export class Router implements ServerHandler {
  private readonly broker: Broker
  private readonly security: ListenerSecurity | null
  private readonly gate: Gate | null
  private readonly sessions = new WeakMap<ServerConnection, Session>()

  constructor(broker: Broker, security: ListenerSecurity | null = null, gate: Gate | null = null) {
    this.broker = broker
    this.security = security
    this.gate = gate
  }

  opened(connection: ServerConnection): void {
    if (this.security === null) return
    try {
      this.sessions.set(connection, new Session(connection, this.security))
    } catch (error) {
      this.rejected(connection, error)
      connection.destroy()
    }
  }

  handle(frame: Buffer, connection: ServerConnection): Answer | Promise<Answer> {
    const session = this.security === null ? null : (this.sessions.get(connection) as Session)
    if (session?.isRaw) return rawLogin(session, frame)
    const reader = new Reader(frame)
    const header = readRequestHeader(reader)
    if (session !== null && !LOGIN.has(header.apiKey)) session.admit(header.apiKey)
    const handler = handlers.get(header.apiKey)
    if (handler === undefined) throw new ProtocolError(`API key ${header.apiKey} is not supported`)
    const { apiVersion: version } = header
    if (version < handler.versions[0] || version > handler.versions[1]) return this.unsupported(handler, header)
    const request = readRequestBody(handler.api, version, reader)
    const context = { broker: this.broker, version, clientId: header.clientId, connection, session, handlers }
    if (this.broker.byteQuotas.any && METERED.has(header.apiKey)) {
      return this.metered(handler, header, request, context, frame.length)
    }
    const response = this.answer(handler, request, context)
    if (response instanceof Promise) return response.then((value) => encode(handler, header, value))
    return encode(handler, header, response)
  }

  // biome-ignore lint/suspicious/noExplicitAny: a request and its answer, of whatever API
  private answer(handler: AnyHandler, request: any, context: RequestContext): any {
    return this.gate === null ? handler.handle(request, context) : this.gate.handle(handler, request, context)
  }

  /** Answers Produce and Fetch where there are quotas: who is above one waits, and a fetch gets nothing until then. */
  private async metered(
    handler: AnyHandler,
    header: RequestHeader,
    request: ProduceRequest & FetchRequest,
    context: RequestContext,
    bytes: number,
  ): Promise<Answer> {
    const { byteQuotas } = this.broker
    const { connection, session, clientId } = context
    const client = { user: (session?.principal ?? ANONYMOUS).replace(/^User:/, ''), clientId: clientId ?? '' }
    if (header.apiKey === Produce.key) {
      const response = await this.answer(handler, request, context)
      const waitMs = byteQuotas.record('producer_byte_rate', client, bytes, Date.now())
      connection.mute(waitMs)
      return encode(handler, header, response === null ? null : { ...response, throttleTimeMs: waitMs })
    }
    const quota = 'consumer_byte_rate'
    const maxBytes = Math.min(request.maxBytes, byteQuotas.most(quota, client))
    const answer = encode(handler, header, await this.answer(handler, { ...request, maxBytes }, context))
    const size = (answer ?? []).reduce((sum, piece) => sum + piece.length, 0)
    const now = Date.now()
    const waitMs = byteQuotas.record(quota, client, size, now)
    if (waitMs === 0) return answer
    byteQuotas.unrecord(quota, client, size, now)
    connection.mute(waitMs)
    connection.takeBack()
    return encode(handler, header, { throttleTimeMs: waitMs })
  }

  rejected(connection: ServerConnection, error: unknown): void {
    const who = `${connection.remoteAddress}:${connection.remotePort}`
    if (error instanceof ProtocolError) this.broker.log.warn(`closed the connection of ${who}: ${error.message}`)
    else {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      this.broker.log.warn(`closed the connection of ${who} after an internal error: ${text}`)
    }
  }

  refused(address: string, error: Error): void {
    this.broker.log.verbose(`no TLS with ${address}: ${error.message}`)
  }

  private unsupported(handler: AnyHandler, header: RequestHeader): Answer {
    const { api } = handler
    if (api.key !== ApiVersions.key) {
      throw new ProtocolError(`version ${header.apiVersion} of ${api.name} is not supported`)
    }
    return encodeResponse(ApiVersions, 0, header.correlationId, {
      errorCode: errorCode('UNSUPPORTED_VERSION'),
      apiKeys: [advertised(handler)],
    })
  }
}

/** What has quotas of bytes. */
const METERED: ReadonlySet<number> = new Set([Produce.key, Fetch.key])

/** These two know by themselves when they may come. */
const LOGIN: ReadonlySet<number> = new Set([SaslHandshake.key, SaslAuthenticate.key])

/** A message of the mechanism after SaslHandshake version 0: without headers on both sides, and a refusal says nothing. */
async function rawLogin(session: Session, message: Buffer): Promise<Answer> {
  const { error, bytes } = await session.authenticate(message)
  if (error !== 'NONE') throw new ProtocolError('a login was refused')
  const size = Buffer.alloc(4)
  size.writeInt32BE(bytes.length)
  return [size, bytes]
}

function encode(handler: AnyHandler, header: RequestHeader, response: unknown): Answer {
  if (response === null) return null
  return encodeResponse(handler.api, header.apiVersion, header.correlationId, response as never)
}
