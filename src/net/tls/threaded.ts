// A connection over TLS that has a thread of its own, which decrypts while this one works on the answer before: for where
// much is read. In one thread the two would take turns, and the connection be nearly half as fast as a plain one.

import { Writable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { UnreachableError } from '../../errors.ts'
import { name } from '../../util/address.ts'
import { receive, send } from '../../util/wasm-memory.ts'
import type { Opened, SocketOptions } from '../connect.ts'
import { type FrameSource, isLarge } from '../frame-reader.ts'
import type { TlsSettings } from './settings.ts'
import type { FromThread, ThreadData, ToThread } from './thread.ts'

/** Throws an UnreachableError, whatever the reason. */
export function openTlsInThread(
  { address, target, setupTimeoutMs, proxy = null, signal }: SocketOptions,
  { options, verify, checkHostName, own }: TlsSettings,
): Promise<Opened<ThreadSocket>> {
  const tls = { options, verify, checkHostName, own }
  const workerData: ThreadData = { address, target, setupTimeoutMs, proxy, tls }
  const socket = new ThreadSocket(new Worker(threadFile(), { workerData }))
  const lost = (error?: Error) =>
    error instanceof UnreachableError ? error : new UnreachableError(`the connection to ${name(address)} has ended`)
  return new Promise((resolve, reject) => {
    const onAbort = () => socket.destroy()
    const settle = () => signal?.removeEventListener('abort', onAbort)
    signal?.addEventListener('abort', onAbort, { once: true })
    socket.once('open', () => {
      settle()
      resolve({ socket, lost })
    })
    let reason: Error | undefined
    socket.on('error', (error) => {
      reason = error
    })
    socket.once('close', () => {
      settle()
      reject(lost(reason))
    })
  })
}

/** What is sent goes to the thread; the answers come from it. */
class ThreadSocket extends Writable implements FrameSource {
  onFrame: FrameSource['onFrame'] = () => {}
  onPart: FrameSource['onPart'] = () => {}
  onError: FrameSource['onError'] = () => {}
  bytes = 0
  private readonly worker: Worker

  constructor(worker: Worker) {
    super()
    this.worker = worker
    worker.on('message', (message: FromThread) => this.onMessage(message))
    worker.on('error', (error) => this.destroy(new UnreachableError(error.message, { cause: error })))
  }

  recycle(frame: Buffer): void {
    if (isLarge(frame)) this.post({ recycle: send(frame) })
  }

  destroySoon(): void {
    this.end(() => this.destroy())
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.post({ send: chunk })
    done()
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.post({ send: Buffer.concat(chunks.map(({ chunk }) => chunk)) })
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.worker.terminate().then(
      () => done(error),
      () => done(error),
    )
  }

  /** What is not shared is copied. */
  private post(message: ToThread): void {
    this.worker.postMessage(message)
  }

  private onMessage(message: FromThread): void {
    if (this.destroyed) return
    if ('frame' in message) this.onAnswer(receive(message.frame))
    else if ('open' in message) this.emit('open')
    else if ('error' in message) this.onError(message.error)
    else this.destroy(new UnreachableError(message.lost, { hint: message.hint }))
  }

  private onAnswer(frame: Buffer): void {
    this.bytes += frame.length
    try {
      this.onFrame(frame)
    } catch (error) {
      this.onError(error as Error)
    }
  }
}

/** Beside this file, from the sources and from the bundle alike. */
function threadFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './tls-thread.cjs', import.meta.url)
}
