// From a frame to its answer: header, handler by key and version, body, answer. What can't be read or is not supported
// closes the connection, as in Kafka; only an ApiVersions request of an unknown version gets an answer all the same (KIP-511).

import type { Answer, ServerConnection, ServerHandler } from '../net/server.ts'
import { ApiVersions } from '../protocol/apis/18-api-versions.ts'
import { errorCode, ProtocolError } from '../protocol/errors.ts'
import { encodeResponse, type RequestHeader, readRequestBody, readRequestHeader } from '../protocol/frame.ts'
import { Reader } from '../protocol/reader.ts'
import type { Broker } from './broker.ts'
import { type AnyHandler, advertised } from './handler.ts'
import { handlers } from './handlers/index.ts'

export class Router implements ServerHandler {
  private readonly broker: Broker

  constructor(broker: Broker) {
    this.broker = broker
  }

  handle(frame: Buffer, connection: ServerConnection): Answer | Promise<Answer> {
    const reader = new Reader(frame)
    const header = readRequestHeader(reader)
    const handler = handlers.get(header.apiKey)
    if (handler === undefined) throw new ProtocolError(`API key ${header.apiKey} is not supported`)
    const { apiVersion: version } = header
    if (version < handler.versions[0] || version > handler.versions[1]) return this.unsupported(handler, header)
    const request = readRequestBody(handler.api, version, reader)
    const context = { broker: this.broker, version, clientId: header.clientId, connection, handlers }
    const response = handler.handle(request, context)
    if (response instanceof Promise) return response.then((value) => encode(handler, header, value))
    return encode(handler, header, response)
  }

  rejected(connection: ServerConnection, error: unknown): void {
    const who = `${connection.remoteAddress}:${connection.remotePort}`
    if (error instanceof ProtocolError) this.broker.log.warn(`closed the connection of ${who}: ${error.message}`)
    else {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      this.broker.log.warn(`closed the connection of ${who} after an internal error: ${text}`)
    }
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

function encode(handler: AnyHandler, header: RequestHeader, response: unknown): Answer {
  if (response === null) return null
  return encodeResponse(handler.api, header.apiVersion, header.correlationId, response as never)
}
