// A small HTTP server for what programs ask for from time to time: GET on a few paths.

import type { Server } from 'node:http'
import { close, endpointOf, type HttpEndpoint, listen } from './listening.ts'

export interface HttpAnswer {
  status: number
  type: string
  body: string
}

/** By path. */
export type Routes = Readonly<Record<string, () => HttpAnswer | Promise<HttpAnswer>>>

/** Those who ask are few. */
const MAX_CONNECTIONS = 64
const REQUEST_MS = 10_000
const MAX_HEADER_BYTES = 8192

export class HttpServer {
  private readonly server: Server

  private constructor(server: Server) {
    this.server = server
  }

  /** Listens; throws a UsageError where that can't be. Port 0: any free one. */
  static async listen(endpoint: HttpEndpoint, routes: Routes): Promise<HttpServer> {
    const limits = {
      requestTimeout: REQUEST_MS,
      headersTimeout: REQUEST_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      maxConnections: MAX_CONNECTIONS,
    }
    const server = await listen(endpoint, limits, plain(401, 'log in first'), async (request, response) => {
      // Nothing is expected in a request's body.
      request.resume()
      const { status, type, body } = await answer(routes, request.method ?? '', request.url ?? '')
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' })
      response.end(request.method === 'HEAD' ? undefined : body)
    })
    return new HttpServer(server)
  }

  get port(): number {
    return endpointOf(this.server).port
  }

  close(): Promise<void> {
    return close(this.server)
  }
}

async function answer(routes: Routes, method: string, url: string): Promise<HttpAnswer> {
  const route = Object.hasOwn(routes, path(url)) ? routes[path(url)] : undefined
  if (route === undefined) return plain(404, `there is ${Object.keys(routes).join(' and ')} here`)
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'only GET is answered')
  try {
    return await route()
  } catch (error) {
    return plain(500, (error as Error).message)
  }
}

function plain(status: number, text: string): HttpAnswer {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n` }
}

function path(url: string): string {
  return url.split('?', 1)[0]
}
