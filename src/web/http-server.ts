// A small HTTP server for what programs ask for from time to time: GET on a few paths.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KtoolError, UsageError } from '../errors.ts'

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

  /** Listens; throws a UsageError where that can't be, another where the port is taken. Port 0: any free one. */
  static listen({ host, port }: { host: string; port: number }, routes: Routes): Promise<HttpServer> {
    const limits = { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, maxHeaderSize: MAX_HEADER_BYTES }
    const server = createServer(limits, async (request, response) => {
      // Nothing is expected in a request's body.
      request.resume()
      const { status, type, body } = await answer(routes, request.method ?? '', request.url ?? '')
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' })
      response.end(request.method === 'HEAD' ? undefined : body)
    })
    server.maxConnections = MAX_CONNECTIONS
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        const isInUse = error.code === 'EADDRINUSE'
        const reason = isInUse ? 'it is in use by another program' : error.message
        const details = { cause: error, hint: 'take another port' }
        const Kind = isInUse ? KtoolError : UsageError
        reject(new Kind(`can't listen on ${host}:${port}: ${reason}`, details))
      })
      server.listen(port, host, () => resolve(new HttpServer(server)))
    })
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve())
      this.server.closeAllConnections()
    })
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
