// The HTTP side of the bundled schema registry: requests in, JSON out. The registry itself, and all that knows schemas, is
// loaded with the first request.

import type http from 'node:http'
import type { Broker } from '../broker/broker.ts'
import type { Endpoint } from '../broker/options.ts'
import { close, endpointOf, type HttpEndpoint, listen } from './listening.ts'
import type { Answer, RegistryRoutes } from './registry-routes.ts'

const LARGEST_BODY = 16 << 20
const CONTENT_TYPES = [
  'application/vnd.schemaregistry.v1+json',
  'application/vnd.schemaregistry+json',
  'application/json',
]

export class RegistryServer {
  readonly endpoint: Endpoint
  private readonly server: http.Server

  private constructor(server: http.Server) {
    this.endpoint = endpointOf(server)
    this.server = server
  }

  /** Rejects with a UsageError where the port can't be had. */
  static async listen(broker: Broker, endpoint: HttpEndpoint, warn: (text: string) => void): Promise<RegistryServer> {
    let routes: Promise<RegistryRoutes> | undefined
    const load = () => {
      routes ??= import('./registry-routes.ts').then((module) => module.createRoutes(broker, warn))
      return routes
    }
    const refusal = { type: CONTENT_TYPES[0], body: failed(401, 'Unauthorized').text }
    const server = await listen(endpoint, {}, refusal, (request, response) => {
      answer(request, load).then(
        (given) => send(request, response, given),
        (error: Error) => {
          warn(`schema registry: ${error.stack ?? error.message}`)
          send(request, response, failed(500, 'Internal Server Error'))
        },
      )
    })
    return new RegistryServer(server)
  }

  close(): Promise<void> {
    return close(this.server)
  }
}

async function answer(request: http.IncomingMessage, load: () => Promise<RegistryRoutes>): Promise<Answer> {
  const body = await read(request)
  if (body === undefined) return failed(413, 'Request Entity Too Large')
  let url: URL
  let path: string[]
  try {
    url = new URL(request.url ?? '/', 'http://registry')
    path = url.pathname.split('/').slice(1).map(decodeURIComponent)
  } catch {
    return failed(400, 'Bad Request')
  }
  if (path[path.length - 1] === '') path.pop()
  let content: unknown
  if (body.length > 0) {
    try {
      content = JSON.parse(body.toString())
    } catch (error) {
      return failed(400, `Unable to process JSON: ${(error as Error).message}`)
    }
  }
  return (await load()).answer(request.method ?? 'GET', path, url.searchParams, content)
}

/** Undefined where it is too large. */
async function read(request: http.IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request) {
    size += piece.length
    if (size > LARGEST_BODY) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

export function failed(status: number, message: string, code: number = status): Answer {
  return { status, text: JSON.stringify({ error_code: code, message }) }
}

function send(request: http.IncomingMessage, response: http.ServerResponse, { status, text }: Answer): void {
  const accepted = request.headers.accept ?? ''
  const type = CONTENT_TYPES.find((each) => accepted.includes(each)) ?? CONTENT_TYPES[0]
  const bytes = Buffer.from(text)
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': bytes.length })
  response.end(request.method === 'HEAD' ? undefined : bytes)
}
