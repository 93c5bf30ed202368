// The URL of a proxy: SOCKS5, or HTTP with CONNECT.

import { UsageError } from '../errors.ts'
import type { Address } from './address.ts'
import { percentDecoded } from './percent.ts'

export interface ProxyAddress extends Address {
  kind: 'socks5' | 'http'
  /** The way to the proxy itself is TLS. */
  isSecure: boolean
  user: string
  password: string
}

const PORTS: Readonly<Record<string, number>> = { socks5: 1080, socks5h: 1080, http: 8080, https: 443 }

/** `socks5://[USER:PASSWORD@]HOST[:PORT]`, or http:// or https://; null for an empty text. The error does not repeat it. */
export function parseProxy(text: string): ProxyAddress | null {
  if (text.trim() === '') return null
  const url = URL.parse(text.trim())
  const scheme = url?.protocol.slice(0, -1) ?? ''
  const port = url?.port ? Number(url.port) : PORTS[scheme]
  if (url === null || url.hostname === '' || port === undefined || !/^\/?$/.test(url.pathname)) {
    throw noProxy()
  }
  return {
    kind: scheme.startsWith('socks') ? 'socks5' : 'http',
    isSecure: scheme === 'https',
    host: percentDecoded(url.hostname, noProxy).replace(/^\[(.*)\]$/, '$1'),
    port,
    user: percentDecoded(url.username, noProxy),
    password: percentDecoded(url.password, noProxy),
  }
}

function noProxy(): UsageError {
  return new UsageError('it is not the URL of a proxy', {
    hint: 'write it as socks5://HOST:1080 or http://HOST:8080, with USER:PASSWORD@ before the host where it wants a login',
  })
}

/** The same with its password masked, whatever there is in it. */
export function withoutProxyPassword(text: string): string {
  return text.replace(/^(\s*\w+:\/\/[^:@]*):.*@/, '$1:****@')
}
