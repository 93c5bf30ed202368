// An HTTP server with what is asked of its clients: TLS, and a login (basic authentication).

import http, { type IncomingMessage, type RequestListener, type Server, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SecureContextOptions } from 'node:tls'
import type { Endpoint } from '../broker/options.ts'
import { KtoolError, UsageError } from '../errors.ts'
import { name } from '../util/address.ts'

export interface HttpEndpoint extends Endpoint {
  /** Key and certificate, where it speaks TLS. */
  tls?: SecureContextOptions
  /** Passwords by user; without them nobody is asked. */
  users?: ReadonlyMap<string, string>
}

/** Guessing passwords shall take its time. */
const REFUSAL_DELAY_MS = 100

/** Listens; throws a UsageError where that can't be, a KtoolError where the port is taken. `refusal` is the body for those who are not logged in. */
export async function listen(
  { host, port, tls, users }: HttpEndpoint,
  limits: ServerOptions & { maxConnections?: number },
  refusal: { type: string; body: string },
  answer: RequestListener,
): Promise<Server> {
  const listener: RequestListener = async (request, response) => {
    if (users === undefined || isKnown(request, users)) return answer(request, response)
    request.resume()
    if (request.headers.authorization !== undefined) await sleep(REFUSAL_DELAY_MS, undefined, { ref: false })
    response.writeHead(401, {
      'content-type': refusal.type,
      'www-authenticate': 'Basic realm="ktool"',
      connection: 'close',
    })
    response.end(request.method === 'HEAD' ? undefined : refusal.body)
  }
  const server =
    tls === undefined
      ? http.createServer(limits, listener)
      : (await import('node:https')).createServer({ ...limits, ...tls }, listener)
  if (limits.maxConnections !== undefined) server.maxConnections = limits.maxConnections
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isInUse = error.code === 'EADDRINUSE'
      const reason = isInUse ? 'it is in use by another program' : error.message
      const Kind = isInUse ? KtoolError : UsageError
      const details = { cause: error, hint: 'take another port' }
      reject(new Kind(`can't listen on ${name({ host, port })}: ${reason}`, details))
    })
    server.listen(port, host, () => resolve(server))
  })
}

export function endpointOf(server: Server): Endpoint {
  const { address, port } = server.address() as AddressInfo
  return { host: address, port }
}

export async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}

function isKnown({ headers }: IncomingMessage, users: ReadonlyMap<string, string>): boolean {
  const [, encoded = ''] = /^Basic\s+([A-Za-z0-9+/=]+)\s*$/i.exec(headers.authorization ?? '') ?? []
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  if (colon < 0) return false
  const password = users.get(text.slice(0, colon))
  // Takes as long for names that are not known.
  return isSame(text.slice(colon + 1), password ?? '') && password !== undefined
}

function isSame(a: string, b: string): boolean {
  const { createHash, timingSafeEqual } = process.getBuiltinModule('node:crypto')
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
