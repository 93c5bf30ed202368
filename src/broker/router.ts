// From a frame to its answer: header, handler by key and version, body, answer. What can't be read or is not supported
// closes the connection, as in Kafka; only an ApiVersions request of an unknown version gets an answer all the same (KIP-511).

import { KtoolError } from '../errors.ts'
import type { Answer, ServerConnection, ServerHandler } from '../net/server.ts'
import { Produce } from '../protocol/apis/00-produce.ts'
import { Fetch } from '../protocol/apis/01-fetch.ts'
import { SaslHandshake } from '../protocol/apis/17-sasl-handshake.ts'
import { ApiVersions } from '../protocol/apis/18-api-versions.ts'
import { SaslAuthenticate } from '../protocol/apis/36-sasl-authenticate.ts'
import { errorCode, ProtocolError } from '../protocol/errors.ts'
import { encodeResponse, type RequestHeader, readRequestBody, readRequestHeader } from '../protocol/frame.ts'
import { MAX_REQUEST_ELEMENTS, Reader } from '../protocol/reader.ts'
import { name } from '../util/address.ts'
import { monotonicMs } from '../util/monotonic.ts'
import type { Broker } from './broker.ts'
import { type AnyHandler, advertised, type RequestContext } from './handler.ts'
import { handlers } from './handlers/index.ts'
import type { Gate } from './security/gate.ts'
import type { ListenerSecurity } from './security/listener-security.ts'
import { ANONYMOUS, Session } from './security/session.ts'
import type { RequestStatistics } from './statistics.ts'

/** What is known of a request while it is answered. */
interface Exchange {
  handler: AnyHandler
  header: RequestHeader
  // biome-ignore lint/suspicious/noExplicitAny: of whatever API
  request: any
  context: RequestContext
  statistics: RequestStatistics
  /** Bytes. */
  requestBytes: number
  /** By the process's clock, milliseconds. */
  begun: number
  /** How long the broker has worked on it, without waiting. Milliseconds. */
  workedMs: number
}

export class Router implements ServerHandler {
  private readonly broker: Broker
  private readonly security: ListenerSecurity | null
  private readonly gate: Gate | null
  private readonly listener: string
  private readonly sessions = new WeakMap<ServerConnection, Session>()

  constructor(broker: Broker, security: ListenerSecurity | null, listener: string, gate: Gate | null = null) {
    this.listener = listener
    this.broker = broker
    this.security = security
    this.gate = gate
  }

  accepts(address: string): boolean {
    const { connections, statistics, log } = this.broker
    const refusal = connections.open(this.listener, address)
    if (refusal === undefined) return true
    statistics.refused[refusal.reason]++
    log.verbose(`no connection for ${address}: ${refusal.text}`)
    return false
  }

  left(address: string): void {
    this.broker.connections.close(this.listener, address)
  }

  opened(connection: ServerConnection): void {
    this.broker.statistics.connectionsOpened++
    if (this.security === null) return
    try {
      this.sessions.set(connection, new Session(connection, this.security))
    } catch (error) {
      this.rejected(connection, error)
      connection.destroy()
    }
  }

  handle(frame: Buffer, connection: ServerConnection): Answer | Promise<Answer> {
    const begun = monotonicMs()
    const session = this.security === null ? null : (this.sessions.get(connection) as Session)
    if (session?.isRaw) return rawLogin(session, frame)
    const reader = new Reader(frame, 0, frame.length, MAX_REQUEST_ELEMENTS)
    const header = readRequestHeader(reader)
    if (session !== null && !LOGIN.has(header.apiKey)) session.admit(header.apiKey)
    const handler = handlers.get(header.apiKey)
    if (handler === undefined) throw new ProtocolError(`API key ${header.apiKey} is not supported`)
    const { apiVersion: version } = header
    if (version < handler.versions[0] || version > handler.versions[1]) return this.unsupported(handler, header)
    const { broker } = this
    const statistics = broker.statistics.of(header.apiKey)
    statistics.count++
    statistics.bytesIn += frame.length
    const request = readRequestBody(handler.api, version, reader)
    const client = { user: (session?.principal ?? ANONYMOUS).slice(USER.length), clientId: header.clientId ?? '' }
    const context = { broker, version, clientId: header.clientId, client, connection, session, handlers }
    const { gate } = this
    // biome-ignore lint/suspicious/noExplicitAny: a request and its answer, of whatever API
    const next = (each: any) => (gate === null ? handler.handle(each, context) : gate.handle(handler, each, context))
    const response = handler.around === undefined ? next(request) : handler.around(request, context, next)
    const workedMs = monotonicMs() - begun
    const exchange = { handler, header, request, context, statistics, requestBytes: frame.length, begun, workedMs }
    if (response instanceof Promise) return response.then((value) => this.answer(exchange, value))
    return this.answer(exchange, response)
  }

  /** Encodes the answer, and has a client that is above a quota wait with its next request. */
  private answer(exchange: Exchange, response: Throttled | null): Answer {
    const { header, statistics } = exchange
    let answer = encode(exchange.handler, header, response)
    const own = response?.throttleTimeMs ?? 0
    const throttleMs = this.broker.quotas.isActive ? this.throttle(exchange, bytesOf(answer), own) : own
    if (throttleMs > 0) {
      const { handler, request, context } = exchange
      statistics.throttledMs += throttleMs
      context.connection.pauseFor(throttleMs)
      if (response !== null) {
        const told = handler.throttled?.(request, response, context) ?? response
        answer = encode(handler, header, { ...told, throttleTimeMs: throttleMs })
      }
    }
    statistics.bytesOut += bytesOf(answer)
    statistics.took(monotonicMs() - exchange.begun)
    return answer
  }

  /** How long the client has to be still, with what the handler says already. Milliseconds. */
  private throttle({ header, context, requestBytes, workedMs }: Exchange, answerBytes: number, own: number): number {
    const { quotas } = this.broker
    const { client } = context
    if (LOGIN.has(header.apiKey)) return 0
    const forTime = quotas.requestTime(client, workedMs)
    switch (header.apiKey) {
      case Produce.key:
        return Math.max(forTime, quotas.bytes('producer_byte_rate', client, requestBytes))
      case Fetch.key: {
        const throttleMs = Math.max(forTime, quotas.bytes('consumer_byte_rate', client, answerBytes))
        // Its records are not sent then.
        if (throttleMs > 0) quotas.unrecord('consumer_byte_rate', client, answerBytes)
        return throttleMs
      }
      default:
        return Math.max(forTime, own)
    }
  }

  rejected(connection: ServerConnection, error: unknown): void {
    this.broker.statistics.rejected++
    const who = name({ host: connection.remoteAddress, port: connection.remotePort })
    if (error instanceof KtoolError) this.broker.log.warn(`closed the connection of ${who}: ${error.message}`)
    else {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      this.broker.log.warn(`closed the connection of ${who} after an internal error: ${text}`)
    }
  }

  refused(address: string, error: Error): void {
    this.broker.statistics.refused.tls++
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

interface Throttled {
  throttleTimeMs?: number
}

/** What a principal of a user begins with. */
const USER = 'User:'

function bytesOf(answer: Answer): number {
  let bytes = 0
  for (const piece of answer ?? []) bytes += piece.length
  return bytes
}

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
