// Opening a client's socket over TLS. The certificate is judged here and not by Node, so that a refusal can say whose it
// is; nothing is sent before it is accepted.

import { isIP } from 'node:net'
import tls from 'node:tls'
import { DeniedError, type KtoolError, TimeoutError, UnreachableError } from '../../errors.ts'
import { type Address, name } from '../../util/address.ts'
import {
  feed,
  lost,
  type Opened,
  proxied,
  ready,
  refused,
  type SocketOptions,
  type SocketReader,
  socketSettings,
} from '../connect.ts'
import { certificateProblem, expiryOf } from './certificates.ts'
import type { TlsSettings } from './settings.ts'

/** Throws UnreachableError, TimeoutError, or DeniedError where one side's certificate is not accepted by the other. */
export async function openTls(
  options: SocketOptions,
  reader: SocketReader,
  settings: TlsSettings,
): Promise<Opened<tls.TLSSocket>> {
  const { address } = options
  const way = await proxied(options)
  const socket = tls.connect({
    ...(way === undefined ? socketSettings(options, reader) : { socket: way }),
    secureContext: settings.context,
    servername: isIP(address.host) === 0 ? address.host : '',
    // Judged below.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  })
  socket.setNoDelay(true)
  socket.setKeepAlive(true)
  if (way !== undefined) feed(socket, reader)
  let hasTcp = way !== undefined
  socket.once('connect', () => {
    hasTcp = true
  })
  await ready(socket, 'secureConnect', options, (error) =>
    hasTcp ? explain(address, settings, false, error) : refused(options, error),
  ).catch((error: KtoolError) => {
    if (!hasTcp || !(error instanceof TimeoutError)) throw error
    throw new TimeoutError(`${name(address)} does not answer in TLS within ${options.setupTimeoutMs} ms`, {
      hint: 'is this a TLS listener? security.protocol says which kind it is',
    })
  })
  const problem = settings.verify ? certificateProblem(socket, address, settings.checkHostName) : null
  if (problem !== null) {
    socket.on('error', () => {})
    socket.destroy()
    throw problem
  }
  return { socket, lost: (error) => explain(address, settings, true, error) }
}

/** The words of an alert, by which the other side says why it ends the connection; with TLS 1.3 maybe after the handshake. */
const CLIENT_CERTIFICATE =
  /alert (certificate required|bad certificate|unknown ca|certificate (expired|revoked|unknown))/i

function explain(address: Address, { own }: TlsSettings, isOpen: boolean, error?: NodeJS.ErrnoException): KtoolError {
  const code = error?.code ?? ''
  const text = reasonOf(error)
  if (CLIENT_CERTIFICATE.test(text) || /alert handshake failure/i.test(text)) {
    const isCertain = CLIENT_CERTIFICATE.test(text)
    if (own === null) {
      const what = isCertain ? 'wants a certificate of the client' : 'refused the TLS handshake'
      return new DeniedError(`${name(address)} ${what} (${text})`, {
        hint: 'give one: ssl.keystore.location, or ssl.certificate.location and ssl.key.location',
        cause: error,
      })
    }
    return new DeniedError(`${name(address)} did not accept the client's certificate (${text}): ${expiryOf(own)}`, {
      hint: 'it has to be signed by a CA that the broker trusts, and to be within its time',
      cause: error,
    })
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return new UnreachableError(`${name(address)} does not speak TLS`, {
      hint: 'is this a plain-text listener? security.protocol says which kind it is',
      cause: error,
    })
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') {
    return new DeniedError(`no TLS with ${name(address)}: ${text}`, {
      hint: 'ssl.enabled.protocols and ssl.cipher.suites have to name what both sides know',
      cause: error,
    })
  }
  if (/before secure TLS connection/.test(error?.message ?? '') || (!isOpen && code === 'ECONNRESET')) {
    return new UnreachableError(`${name(address)} ended the connection in the TLS handshake`, {
      hint:
        own === null
          ? 'is this a TLS listener? A plain-text one does this, or one that wants a certificate of the client'
          : `does it accept the client's certificate? ${expiryOf(own)}`,
      cause: error,
    })
  }
  const end = lost(address, error)
  if (own === null) return end
  // With TLS 1.3 a client's certificate is refused when the handshake is over, and not always with an alert.
  const hint = `the broker went away, wants a login, or does not accept the client's certificate: ${expiryOf(own)}`
  return new UnreachableError(end.message, { hint, cause: error })
}

/** OpenSSL's reason without its numbers and file names. */
function reasonOf(error?: NodeJS.ErrnoException): string {
  const reason = (error as { reason?: string } | undefined)?.reason
  return reason ?? error?.message.split(':').find((part) => / alert /.test(part)) ?? error?.message ?? ''
}
