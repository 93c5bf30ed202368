// A TLS listener of the broker.

import type { Server } from 'node:net'
import tls, { type TLSSocket } from 'node:tls'
import type { TlsSettings } from './settings.ts'

export interface ServerTls {
  settings: TlsSettings
  /** Whether clients show a certificate (ssl.client.auth). */
  clientAuth: 'none' | 'requested' | 'required'
}

/** Who does not come to the end of the handshake in this time is cut off. */
const HANDSHAKE_MS = 30_000

/** Calls `open` for clients whose handshake is over, `failed` for those that did not get there. */
export function createTlsServer(
  { settings, clientAuth }: ServerTls,
  open: (socket: TLSSocket) => void,
  failed: (error: Error, socket: TLSSocket) => void,
): Server {
  const server = tls.createServer(
    {
      ...settings.options,
      noDelay: true,
      keepAlive: true,
      handshakeTimeout: HANDSHAKE_MS,
      requestCert: clientAuth !== 'none',
      rejectUnauthorized: clientAuth === 'required',
    },
    (socket) => {
      // A certificate that need not be there still has to be good.
      if (clientAuth === 'requested' && !socket.authorized && socket.getPeerX509Certificate() !== undefined) {
        failed(new Error(`the client's certificate is not trusted (${socket.authorizationError})`), socket)
        socket.destroy()
      } else open(socket)
    },
  )
  server.on('tlsClientError', failed)
  return server
}
