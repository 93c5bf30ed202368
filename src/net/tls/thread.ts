// The thread of a connection over TLS: it has the socket, and hands over the answers that it decrypts. Large ones are in
// memory that both threads see, and are not copied. Started by threaded.ts.

import tls, { type SecureContextOptions } from 'node:tls'
import { parentPort, workerData } from 'node:worker_threads'
import type { KtoolError } from '../../errors.ts'
import type { Address } from '../../util/address.ts'
import type { ProxyAddress } from '../../util/proxy-url.ts'
import { receive, type Sent, send } from '../../util/wasm-memory.ts'
import { FrameReader } from '../frame-reader.ts'
import { openTls } from './client.ts'

export interface ThreadData {
  address: Address
  target: Address
  setupTimeoutMs: number
  proxy: ProxyAddress | null
  tls: { options: SecureContextOptions; verify: boolean; checkHostName: boolean; own: string | null }
}

export type ToThread = { send: Uint8Array } | { recycle: Sent }

/** Frames are views of shared memory, or copies where they are small. */
export type FromThread = { frame: Sent } | { open: true } | { error: Error } | { lost: string; hint?: string }

const port = parentPort as NonNullable<typeof parentPort>
const { tls: settings, ...options } = workerData as ThreadData
const tell = (message: FromThread) => port.postMessage(message)

const reader = new FrameReader()
reader.onFrame = (frame) => tell({ frame: send(frame) })
reader.onError = (error) => tell({ error })

function lost({ message, hint }: KtoolError): void {
  tell({ lost: message, hint })
  port.close()
}

openTls(options, reader, { ...settings, context: tls.createSecureContext(settings.options) }).then(
  ({ socket, lost: reasonOf }) => {
    let reason: Error | undefined
    socket.on('error', (error) => {
      reason = error
    })
    socket.on('close', () => lost(reasonOf(reason)))
    port.on('message', (message: ToThread) => {
      if ('send' in message) socket.write(message.send)
      else reader.recycle(receive(message.recycle))
    })
    tell({ open: true })
  },
  lost,
)
