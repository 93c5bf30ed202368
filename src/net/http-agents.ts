// What HTTP requests are made with, where the setting `proxy` counts for them too.

import http from 'node:http'
import https from 'node:https'
import tls, { type SecureContextOptions } from 'node:tls'
import type { ProxyAddress } from '../util/proxy-url.ts'

export type HttpAgents = { 'http:': http.Agent; 'https:': https.Agent }

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/i

/** By the protocol of the URL. To this machine itself they go straight. */
export function httpAgents(
  proxy: ProxyAddress | null,
  setupTimeoutMs: number,
  trust: SecureContextOptions = {},
): HttpAgents {
  const agents: HttpAgents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true, ...trust }),
  }
  if (proxy === null) return agents
  for (const agent of Object.values<http.Agent>(agents)) {
    const straight = agent.createConnection.bind(agent)
    agent.createConnection = (options, done) => {
      const { host = '', port } = options
      if (LOOPBACK.test(host ?? '')) return straight(options, done)
      const target = { host: host ?? '', port: Number(port) }
      import('./proxy.ts')
        .then(({ openThroughProxy }) => openThroughProxy({ proxy, target, setupTimeoutMs }))
        .then(
          (socket) =>
            done?.(null, agent === agents['https:'] ? tls.connect({ ...(options as object), socket }) : socket),
          (error) => done?.(error, undefined as never),
        )
      return undefined
    }
  }
  return agents
}
